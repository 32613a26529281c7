"""The residents' pages without a script: report, be asked "is it this one?", follow; nothing of anybody shows."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.pictures import jpeg
from xiucheng.foundation.media import commands as media
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit.now import now
from xiucheng.operations.cases import commands as cases
from xiucheng.operations.cases.commands import CasePlace
from xiucheng.operations.intake import commands as intake
from xiucheng.operations.intake import queries

REPORT = {"text": "路灯不亮三天了", "category": "C0137", "area": "990101001001", "address": "幸福路 12 号"}


def send(client: Client, **values):
    return client.post("/report", {**REPORT, **values})


def key_of(answer) -> str:
    return re.match(r"/t/([^?]+)\?new=1", answer.headers["Location"])[1]


def test_a_report_leads_to_its_own_page(world):
    client = Client()
    answer = send(client, media=SimpleUploadedFile("a.jpg", jpeg(seed=7)))
    assert answer.status_code == 302
    for page in (Client().get(answer.headers["Location"]), client.get(answer.headers["Location"].split("?")[0])):
        html = page.content.decode()
        assert "已收到，工作人员正在看。" in html
        assert REPORT["text"] not in html
        assert REPORT["address"] not in html
    row = queries.queue(world.standing("acceptor")).rows[0]
    assert (row.title, row.category, row.area, row.pictures) == (REPORT["text"], "C0137", REPORT["area"], 1)


def test_the_button_pressed_twice_is_one_report(world):
    client = Client()
    once = once_of(client)
    first, second = send(client, once=once), send(client, once=once)
    assert key_of(first) == key_of(second)
    assert "刚才已发送过同样的内容" in client.get(second.headers["Location"]).content.decode()
    assert len(queries.queue(world.standing("acceptor")).rows) == 1


def test_gone_back_and_sent_again_is_the_same_report_while_the_content_is(world):
    """Without a script: the form is fetched anew, and a picture is handed in anew."""
    client = Client()

    def gone_back(**values) -> str:
        picture = SimpleUploadedFile("a.jpg", jpeg(seed=51))
        return key_of(send(client, once=once_of(client), media=picture, **values))

    first = gone_back()
    assert gone_back() == first
    assert gone_back(text="路灯不亮四天了") != first
    assert key_of(send(client, once=once_of(client))) != first
    assert gone_back() == first
    stranger = Client()
    assert key_of(send(stranger, once=once_of(stranger), media=SimpleUploadedFile("a.jpg", jpeg(seed=51)))) != first
    assert len(queries.queue(world.standing("acceptor")).rows) == 4


def test_gone_back_nobody_is_asked_whether_it_is_their_own_case(world):
    client = Client()
    at = {"lon": "122.1001", "lat": "37.5001"}
    first = send(client, once=once_of(client), **at)
    row = queries.queue(world.standing("acceptor")).rows[0]
    intake.file_report(by=world.standing("acceptor"), now=now(), report_id=row.id)
    assert key_of(send(client, once=once_of(client), **at)) == key_of(first)


def once_of(client: Client) -> str:
    return re.search(r'name="once" value="([^"]+)"', client.get("/report").content.decode())[1]


def test_two_residents_never_meet_by_their_keys(world):
    """What a form was not given by us is no key: neither the same by chance nor a stranger's by design."""
    first, second = send(Client(), once="1"), send(Client(), once="1", text="井盖松动")
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.headers["Location"] != send(Client(), once="1").headers["Location"]
    assert once_of(Client()) != once_of(Client())
    assert len(queries.queue(world.standing("acceptor")).rows) == 3


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"text": ""}, 422, "text"),
        ({"area": "", "address": ""}, 422, "address"),
        ({"category": "C01"}, 422, "大类"),
        ({"category": "X9999"}, 422, "没有代码"),
        ({"phone": "not a phone"}, 422, "phone"),
        ({"text": "灯" * 2001}, 422, "2000"),
        ({"lon": "nan", "lat": "1"}, 422, "lat"),
        ({"lon": "nan", "lat": "inf"}, 302, ""),
        ({"same_as": "nobody"}, 302, ""),
        ({"kept_media": "forged"}, 302, ""),
    ],
)
def test_bad_input_is_refused_with_what_was_typed_kept(world, change, status, said):
    answer = send(Client(), **change)
    assert answer.status_code == status
    if status == 422:
        html = answer.content.decode()
        assert 'role="alert"' in html
        assert said in html
        assert change.get("text", REPORT["text"]) in html
        assert queries.queue(world.standing("acceptor")).rows == []


def test_a_script_that_calls_itself_a_picture_is_refused(world):
    answer = send(Client(), media=SimpleUploadedFile("a.jpg", b"<script>alert(1)</script>"))
    assert answer.status_code == 422
    assert "JPEG" in answer.content.decode()
    assert queries.queue(world.standing("acceptor")).rows == []


def _nearby(world) -> str:
    return world.file(now=now(), place=CasePlace(area="990101001001", lon=122.1, lat=37.5)).number


def test_the_same_thing_nearby_is_offered_before_sending(world):
    number = _nearby(world)
    client = Client()
    asked = send(client, lon="122.1001", lat="37.5001", media=SimpleUploadedFile("a.jpg", jpeg(seed=8)))
    html = asked.content.decode()
    assert asked.status_code == 200
    assert "是不是这一件？" in html
    assert number in html
    assert queries.queue(world.standing("acceptor")).rows == []
    kept = re.search(r'name="kept_media" value="([^"]+)"', html)[1]
    same = re.search(r'name="same_as" value="([^"]+)"', html)[1]
    joined = send(client, lon="122.1001", lat="37.5001", kept_media=kept, same_as=same, asked="1")
    assert "已立案" in client.get(joined.headers["Location"]).content.decode()


def test_not_the_same_sends_a_new_one_with_the_picture_kept(world):
    _nearby(world)
    client = Client()
    asked = send(
        client, lon="122.1001", lat="37.5001", media=SimpleUploadedFile("a.jpg", jpeg(seed=9))
    ).content.decode()
    kept = re.search(r'name="kept_media" value="([^"]+)"', asked)[1]
    shown = re.search(r'name="shown" value="([^"]+)"', asked)[1]
    assert send(client, lon="122.1001", lat="37.5001", kept_media=kept, shown=shown).status_code == 302
    assert queries.queue(world.standing("acceptor")).rows[0].pictures == 1


def test_what_the_form_has_asked_already_is_not_asked_again(world):
    """With a script the question stands in the form; only a case that was not shown there is asked about."""
    number = _nearby(world)
    client, at = Client(), {"lon": "122.1", "lat": "37.5"}
    part = client.post("/report/nearby", {**REPORT, **at}).content.decode()
    assert f'<span class="mono nowrap">{number}</span>' in part
    assert "就在这里" in part
    assert "离您 0 米" not in part
    shown = re.search(r'name="shown" value="([^"]+)"', part)[1]
    refused = send(client, **at, shown=shown, phone="12").content.decode()
    assert f'name="shown" value="{shown}"' in refused
    assert send(client, **at, shown=shown).status_code == 302
    _nearby(world)
    assert "是不是这一件？" in send(client, **at, shown=shown, text="又一盏").content.decode()


def test_a_point_outside_is_refused_once_and_leads_nowhere_twice(world, monkeypatch):
    from xiucheng.foundation.places import queries as places

    monkeypatch.setattr(places, "locate", lambda lon, lat: places.Located(outside=True))
    client = Client()
    refused = send(client, lon="120.1", lat="37.4")
    html = refused.content.decode()
    assert refused.status_code == 422
    assert html.count("这个位置不在本辖区内") == 2
    assert html.index('name="area"') > html.rindex("这个位置不在本辖区内")
    lon, lat = (re.search(rf'name="{name}" value="([^"]*)"', html)[1] for name in ("lon", "lat"))
    assert (lon, lat) == ("", "")
    assert send(client, lon=lon, lat=lat).status_code == 302


@pytest.mark.parametrize("text", ["  \u200b ", "\u202e\u2066\ufeff"])
def test_words_that_nobody_sees_are_none(world, text):
    refused = send(Client(), text=text)
    assert refused.status_code == 422
    assert "请说明情况。" in refused.content.decode()
    assert queries.queue(world.standing("acceptor")).rows == []


def _ended(world, state: str) -> str:
    moment = now()
    sent = intake.submit_report(
        by=Standing.resident("resident"), now=moment, channel="resident", text="灯坏了", area="990101001001",
        category="C0137",
    )  # fmt: skip
    filed = intake.file_report(by=world.standing("acceptor"), now=moment, report_id=sent.report_id)
    at = {"now": moment, "case_id": filed.case_id, "reason": "内部的话，不给外人看"}
    if state == "void":
        asked = cases.void_case(by=world.standing("dispatcher"), **at)
        cases.decide(
            by=world.standing("shift_leader"), now=moment, case_id=filed.case_id, request_id=asked.requests[0].id,
            granted=True, reason="内部的话，同意",
        )  # fmt: skip
    else:
        lights = world.agencies["lights"]
        cases.dispatch_case(
            by=world.standing("dispatcher"), now=moment, case_id=filed.case_id, version=1, agency_id=lights
        )
        cases.force_close_case(by=world.standing("leader"), **at)
    return Client().get(f"/t/{sent.tracking_key}").content.decode()


def test_a_voided_case_leaves_its_reporter_a_way_on(world):
    html = _ended(world, "void")
    assert "这件事经核对后已作废，不再办理。" in html
    assert 'href="/report"' in html
    assert "12345 热线" in html
    assert "内部的话" not in html


def test_a_case_closed_by_force_says_so_and_claims_no_work(world):
    html = _ended(world, "forced")
    assert "区里决定强制结案" in html
    assert "路灯管理所" not in html
    assert 'class="dots"' not in html
    assert "内部的话" not in html
    assert "没有解决，说说情况" in html


def test_the_words_bring_their_category_to_the_front(world):
    html = Client().post("/report/suggest", {"text": "门口的树枝断了"}).content.decode()
    first = re.search(r'value="(\w+)"', html)[1]
    assert first == "C0402"


def test_a_wrong_key_gets_one_plain_answer(world):
    for key in ("nonsense", "0000-0000-0000-0000-0000", "a" * 200, "a/b", "../..", "路灯", "?", "%2F"):
        answer = Client().get("/t/", {"key": key}, follow=True)
        assert answer.status_code == 404
        assert "没有这个查询码" in answer.content.decode()


def test_the_tracking_page_shows_released_pictures_only(world):
    moment = now()
    actor = Standing.resident("resident").actor
    stored = media.store(actor=actor, now=moment, content=jpeg(seed=11), name="a.jpg", purpose="before")
    sent = intake.submit_report(
        by=Standing.resident("resident"), now=moment, channel="resident", text="灯坏了", area="990101001001",
        category="C0137", media=[stored.id],
    )  # fmt: skip
    intake.file_report(by=world.standing("acceptor"), now=moment, report_id=sent.report_id)
    client = Client()
    url = f"/t/{sent.tracking_key}"
    assert "现场图片" not in client.get(url).content.decode()
    assert client.get(f"{url}/pictures/{stored.id}").status_code == 404
    media.release(by=world.standing("acceptor"), now=moment, media_id=stored.id)
    shown = client.get(url).content.decode()
    assert "现场图片" in shown
    # It was taken before anybody worked there: that is no result.
    assert "现场的样子" in shown
    assert "处置后的样子" not in shown
    picture = client.get(f"{url}/pictures/{stored.id}")
    assert picture.headers["Content-Type"] == "image/jpeg"
    assert b"Exif" not in picture.content


def test_the_tracking_page_keeps_its_address_to_itself(world):
    answer = Client().get(send(Client()).headers["Location"])
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_code_leads_back_to_the_page(world):
    key = key_of(send(Client()))
    answer = Client().get(f"/t/{key}/qr.svg")
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.content.startswith(b"<svg")


def test_pages_ask_the_database_little(world, django_assert_max_num_queries):
    client = Client()
    location = send(client).headers["Location"]
    client.get("/report")
    for url in ("/", "/report", location):
        with django_assert_max_num_queries(12):
            assert client.get(url).status_code == 200


def test_what_was_sent_is_shown_once_more_to_the_browser_that_sent_it(world):
    client = Client()
    location = send(client, media=SimpleUploadedFile("a.jpg", jpeg(seed=7))).headers["Location"]
    html = client.get(location).content.decode()
    assert REPORT["text"] in html
    picture = re.search(r'src="(/report/pictures/[^"]+)"', html)[1]
    assert client.get(picture).headers["Content-Type"] == "image/jpeg"
    other = send(client).headers["Location"]
    assert REPORT["text"] in client.get(other).content.decode()
    # One's own cookie opens no other report.
    stranger = send(Client(), text="另一个人的话").headers["Location"]
    assert "另一个人的话" not in client.get(stranger).content.decode()


def test_pictures_received_before_a_refusal_are_shown_and_can_be_taken_out(world):
    client = Client()
    refused = send(client, phone="12", media=SimpleUploadedFile("a.jpg", jpeg(seed=21)))
    html = refused.content.decode()
    assert refused.status_code == 422
    seal = re.search(r'name="kept_media" value="([^"]+)"', html)[1]
    assert client.get(f"/report/pictures/{seal}").headers["Content-Type"] == "image/jpeg"
    assert client.get("/report/pictures/forged").status_code == 404
    send(client, kept_media=seal, drop_media=seal)
    send(client, kept_media=seal)
    assert [row.pictures for row in queries.queue(world.standing("acceptor")).rows] == [0, 1]
    many = [SimpleUploadedFile(f"{n}.jpg", jpeg(seed=30 + n)) for n in range(4)]
    assert send(client, kept_media=seal, media=many).status_code == 422


@pytest.mark.parametrize("phone", ["12", "123", "110"])
def test_a_number_that_nobody_can_call_back_is_refused_once_above_and_once_at_its_field(world, phone):
    html = send(Client(), phone=phone).content.decode()
    assert html.count("电话号码不对") == 2
    assert 'name="phone" type="tel" value="' + phone in html


def test_a_point_is_said_by_its_name(world, monkeypatch):
    from xiucheng.foundation.places import queries as places

    client = Client()
    # Without any outline nothing is outside, and nothing has a finer name.
    assert client.post("/report/where", {"lon": "122.1", "lat": "37.5"}).json() == {"area": "", "name": ""}
    with monkeypatch.context() as patch:
        patch.setattr(places, "locate", lambda lon, lat: places.Located(outside=True))
        outside = client.post("/report/where", {"lon": "122.1", "lat": "37.5"})
    assert (outside.status_code, outside.json()["code"]) == (422, "outside")
    found = places.Located(community="990101001001", street="990101001", district="990101", outside=False)
    monkeypatch.setattr(places, "locate", lambda lon, lat: found)
    assert client.post("/report/where", {"lon": "122.1", "lat": "37.5"}).json() == {
        "area": "990101001001",
        "name": "东街街道 · 槐花社区",
    }


def test_who_handles_it_and_by_when_is_said_in_full(world):
    moment = now()
    sent = intake.submit_report(
        by=Standing.resident("resident"), now=moment, channel="resident", text="灯坏了", area="990101001001",
        category="C0137",
    )  # fmt: skip
    filed = intake.file_report(by=world.standing("acceptor"), now=moment, report_id=sent.report_id)
    cases.dispatch_case(
        by=world.standing("dispatcher"),
        now=moment,
        case_id=filed.case_id,
        version=1,
        agency_id=world.agencies["lights"],
    )
    html = Client().get(f"/t/{sent.tracking_key}").content.decode()
    assert "承办单位：路灯管理所（示例）" in html
    assert re.search(r"最迟 \d+ 月 \d+ 日 \d+:\d\d 前办完", html)
    cases.sign_case(by=world.standing("lights_clerk"), now=moment, case_id=filed.case_id, version=2)
    html = Client().get(f"/t/{sent.tracking_key}").content.decode()
    assert "负责的单位正在处置。" in html
    assert re.search(r'aria-current="step">处置', html)


def test_what_was_not_taken_up_shows_no_stages_as_passed(world):
    moment = now()
    sent = intake.submit_report(
        by=Standing.resident("resident"), now=moment, channel="resident", text="灯坏了", area="990101001001",
        category="C0137",
    )  # fmt: skip
    intake.reject_report(
        by=world.standing("acceptor"), now=moment, report_id=sent.report_id, version=1, reason="不属本区管"
    )
    html = Client().get(f"/t/{sent.tracking_key}").content.decode()
    assert "这件事没有受理。" in html
    assert 'class="dots"' not in html


def test_a_code_is_drawn_for_a_report_and_for_nothing_else(world):
    for key in ("x" * 3000, "nonsense", "0000-0000-0000-0000-0000"):
        assert Client().get(f"/t/{key}/qr.svg").status_code == 404


def test_a_picture_that_is_too_large_is_refused_with_what_was_typed_kept(world, settings):
    settings.MEDIA_MAX_BYTES = 1000
    answer = send(Client(), media=SimpleUploadedFile("a.jpg", b"\xff\xd8\xff" + b"x" * 2000))
    assert answer.status_code == 413
    assert REPORT["text"] in answer.content.decode()
    assert queries.queue(world.standing("acceptor")).rows == []
