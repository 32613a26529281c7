"""What every page shares: the policy of its content, the reader's language, built assets, errors and refusals."""

import json
import re

import pytest
from django.test import Client, RequestFactory
from django.utils import translation

from xiucheng.interfaces.web import built, middleware
from xiucheng.kit.refused import Refused


@pytest.fixture
def page(db):
    """A page that reads nothing."""
    return lambda **extra: Client().get("/", **extra)


def test_nothing_inline_and_nothing_from_elsewhere(page):
    answer = page()
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "'unsafe-inline'" not in policy
    html = answer.content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r"\sstyle=", html)
    assert not re.search(r"\son\w+=", html)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", html)


@pytest.mark.parametrize(
    ("stream", "allowed"),
    [
        ("/stream/", "connect-src 'self';"),
        (":8001/stream/", "connect-src 'self' http://testserver:8001;"),
        ("https://live.example/stream/", "connect-src 'self' https://live.example;"),
    ],
)
def test_only_the_stream_may_live_elsewhere(settings, stream, allowed):
    settings.STREAM_URL = stream
    assert allowed in middleware.ContentPolicy.policy(RequestFactory().get("/"))


def test_the_language_is_chinese_until_the_reader_switches(page):
    assert page(headers={"accept-language": "en"}).content.decode().count('lang="zh-Hans"') >= 1
    client = Client()
    client.post("/i18n/setlang/", {"language": "en", "next": "/"})
    answer = client.get("/")
    assert '<html lang="en"' in answer.content.decode()
    assert answer.headers["Content-Language"] == "en"


def test_the_theme_is_the_devices_until_chosen(page):
    assert 'data-bs-theme="auto"' in page().content.decode()
    client = Client()
    client.cookies["xc_theme"] = "dark"
    assert 'data-bs-theme="dark"' in client.get("/").content.decode()
    client.cookies["xc_theme"] = '"><b>'
    assert 'data-bs-theme="auto"' in client.get("/").content.decode()


def test_a_wrong_address_gets_a_page_in_the_readers_language(page):
    answer = Client().get("/nowhere")
    assert answer.status_code == 404
    assert "没有这一页" in answer.content.decode()
    client = Client()
    client.cookies["xc_language"] = "en"
    assert "There is no such page" in client.get("/nowhere").content.decode()


def _refuse(**headers: str):
    request = RequestFactory().get("/x", headers=headers)
    handler = middleware.Refusals(lambda _request: None)  # type: ignore[arg-type, return-value]
    with translation.override("zh-hans"):
        return handler.process_exception(request, Refused("stale", "刚被别人办过。", {"version": "7"}, status=409))


def test_a_refusal_is_json_for_programs_a_piece_for_htmx_and_a_page_for_people():
    program = _refuse(accept="application/json")
    assert program is not None
    assert (program.status_code, json.loads(program.content)["code"]) == (409, "stale")
    piece = _refuse(**{"HX-Request": "true"})
    assert piece is not None
    assert "<html" not in piece.content.decode()
    assert 'role="alert"' in piece.content.decode()
    whole = _refuse(accept="text/html")
    assert whole is not None
    assert "<html" in whole.content.decode()
    assert "看最新的情况" in whole.content.decode()


def test_errors_that_are_no_refusals_stay_errors():
    handler = middleware.Refusals(lambda _request: None)  # type: ignore[arg-type, return-value]
    assert handler.process_exception(RequestFactory().get("/x"), ValueError("a slip")) is None


def test_the_manifest_names_styles_and_script(tmp_path, settings):
    settings.ASSETS = tmp_path
    assert built.entry() == ([], [])
    manifest = {"src/main.ts": {"file": "assets/main-1.js", "css": ["assets/main-1.css"]}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    assert built.entry() == (["assets/main-1.css"], ["assets/main-1.js"])


def test_every_icon_of_a_template_is_there():
    from tests.repository.house import PACKAGE

    used = set()
    for template in PACKAGE.glob("interfaces/*/templates/**/*.html"):
        used |= set(re.findall(r"{%\s*icon \"([\w-]+)\"", template.read_text(encoding="utf-8")))
        used |= set(re.findall(r"icon_name=\"([\w-]+)\"", template.read_text(encoding="utf-8")))
    assert len(used) > 20
    for name in used:
        assert "<" in built.drawing(name)
    with pytest.raises(KeyError):
        built.drawing("no-such-icon")


def test_the_gallery_is_for_demos_only(settings, db):
    settings.DEMO = settings.DEBUG = False
    assert Client().get("/_gallery").status_code == 404
    settings.DEMO = True
    assert Client().get("/_gallery").status_code == 200


def test_shapes_are_a_collection_even_without_any(db):
    answer = Client().get("/shapes/grids.json?near=122.1,37.5")
    assert answer.headers["Content-Type"] == "application/geo+json"
    assert answer.json() == {"type": "FeatureCollection", "features": []}
    assert Client().get("/shapes/grids.json?near=north").status_code == 200
