"""What stands before every view: nothing that cannot be stored, nothing larger than all we take, nobody too often."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory

from xiucheng.interfaces.web import rates
from xiucheng.interfaces.web.uploads import content_of
from xiucheng.kit.refused import Refused


@pytest.mark.parametrize("path", ["/t/?key=%00", "/t/?%00=x", "/t/a%00b", "/t/a%00b/qr.svg", "/?x=%00"])
def test_addresses_that_hold_what_nothing_stores(db, path):
    answer = Client().get(path)
    assert answer.status_code == 422
    assert "含有无法保存的字符" in answer.content.decode()


@pytest.mark.parametrize("path", ["/report", "/report/nearby", "/report/suggest", "/accounts/login/", "/i18n/setlang/"])
def test_forms_that_hold_what_nothing_stores(db, path):
    body = {"category": "C0137\0", "lon": "122.1", "lat": "37.5", "text": "路灯"}
    answer = Client().post(path, body)
    assert answer.status_code == 422
    assert "含有无法保存的字符" in answer.content.decode()
    told = Client().post(path, body, headers={"Accept": "application/json"}).json()
    assert (told["code"], set(told["fields"])) == ("control_character", {"category"})


def test_a_cookie_that_cannot_be_one_is_none(db):
    client = Client()
    names = ("xc_sample_session", "xc_sample_csrf", "messages")
    header = "; ".join(f'{name}="aaaaaaaaaaaaaaaa\\000"' for name in names)
    assert client.get("/desk/me/", headers={"Cookie": header}).status_code == 302
    assert client.get("/", headers={"Cookie": header}).status_code == 200


def test_a_body_beyond_all_bounds_is_refused_unread(db, settings):
    settings.BODY_MAX_BYTES = 10_000
    answer = Client().post("/report", {"media": SimpleUploadedFile("a.jpg", b"x" * 20_000)})
    assert answer.status_code == 413
    api = Client().post("/api/v1/media", {"file": SimpleUploadedFile("a.jpg", b"x" * 20_000)})
    assert (api.status_code, api.json()["code"]) == (413, "too_large")


def test_a_file_is_judged_before_it_is_read(settings):
    settings.MEDIA_MAX_BYTES = 1000

    class Huge:
        size = 1001

        def read(self):
            raise AssertionError("read into memory")

    with pytest.raises(Refused, match="too_large") as caught:
        content_of(Huge(), "media")
    assert (caught.value.status, set(caught.value.fields)) == (413, {"media"})
    assert content_of(SimpleUploadedFile("a", b"x" * 1000), "media") == b"x" * 1000


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "9.9.9.9", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, "9.9.9.9", "9.9.9.9"),
        (1, "8.8.8.8, 9.9.9.9", "9.9.9.9"),
        (2, "7.7.7.7, 8.8.8.8, 9.9.9.9", "8.8.8.8"),
        # Fewer than there should be: whoever it was, it did not come by our proxies.
        (2, "9.9.9.9", "127.0.0.1"),
    ],
)
def test_where_a_request_comes_from_is_counted_from_the_right(settings, proxies, forwarded, address):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded} if forwarded else {})
    assert rates.address(request) == address


def test_sign_in_counts_by_the_same_address(settings):
    from allauth.account.adapter import get_adapter

    for proxies, forwarded in ((0, "9.9.9.9"), (1, "8.8.8.8, 9.9.9.9"), (2, "7.7.7.7, 8.8.8.8, 9.9.9.9")):
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
        request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})
        assert get_adapter().get_client_ip(request) == rates.address(request)


def test_pages_and_api_count_together(db):
    body = {"text": ""}
    codes = [Client().post("/report", body).status_code for _ in range(29)]
    assert codes == [422] * 29
    assert Client().post("/api/v1/reports", body, content_type="application/json").status_code == 422
    refused = Client().post("/report", body)
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) >= 1
    assert f"请求太频繁，请过 {refused['Retry-After']} 秒再试" in refused.content.decode()
    assert Client().post("/api/v1/reports", body, content_type="application/json").status_code == 429
    assert Client().post("/api/v1/media", {}).status_code == 422, "pictures have a rate of their own"
    assert Client().get("/report").status_code == 200
