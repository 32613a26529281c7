"""Bad input of every kind at the doors it may come to: refused clearly in both languages, nothing stored."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.http import HttpResponse
from django.test import Client

from tests.foundation.media.make import bomb_png
from tests.pictures import jpeg
from tests.repository.scene import EAST, Scene, furnish
from xiucheng.foundation.media import commands as media
from xiucheng.foundation.places import commands as places
from xiucheng.interfaces.web.rates import RATES
from xiucheng.kit.actor import Actor
from xiucheng.kit.now import now

LANGUAGES = ("zh", "en")
KEY = "0f4d1a52-6d3c-4b7e-9a18-5c2e7f908b31"
REPORT = {"text": "路灯不亮", "category": "C0137", "area": EAST}
SCRIPT = b"#!/bin/sh\nrm -rf /\n"
OUTSIDE = {"lon": 100.0, "lat": 30.0}


@pytest.fixture
def scene(db: None, settings: Any, tmp_path: Path) -> Scene:
    """The district with an outline, so that there is an outside; its files in a folder of this test."""
    settings.DEMO = True
    RATES.clear()
    location = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "media": location}
    scene = furnish()
    actor = scene.world.standing("grid_officer", now()).actor
    after = media.store(actor=actor, now=now(), content=jpeg(seed=9), name="b.jpg", purpose="after")
    scene.values["after"] = after.id
    box = (122.0, 37.0, 123.0, 38.0)
    places.set_outline(actor=Actor.system("setup"), now=now(), code="990101", box=box)
    return scene


# -- doors -------------------------------------------------------------------------------------------------------------


def api(scene: Scene, language: str, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
    """The API; `who` names the role whose token is sent, `token` the token itself."""
    headers["Accept-Language"] = language
    if "who" in headers:
        headers["token"] = scene.tokens[headers.pop("who")]
    if "token" in headers:
        headers["Authorization"] = f"Bearer {headers.pop('token')}"
    client, path = Client(), "/api/v1" + path.format(**scene.values)
    if method == "GET":
        return client.get(path, headers=headers)  # type: ignore[return-value]
    if isinstance(body, SimpleUploadedFile):
        body.seek(0)
        return client.post(path, {"file": body, "purpose": "near"}, headers=headers)  # type: ignore[return-value]
    return client.post(path, json.dumps(body), content_type="application/json", headers=headers)  # type: ignore[return-value]


def page(scene: Scene, language: str, path: str, body: Mapping[str, Any] | None = None, who: str = "") -> HttpResponse:
    """A page, posted to where there is a body."""
    client = Client()
    client.cookies.update(scene.browser(who).cookies)
    client.cookies["xc_language"] = language
    path = path.format(**scene.values)
    if body is None:
        return client.get(path)  # type: ignore[return-value]
    for value in body.values():
        if isinstance(value, SimpleUploadedFile):
            value.seek(0)
    filled = {name: value.format(**scene.values) if isinstance(value, str) else value for name, value in body.items()}
    return client.post(path, filled)  # type: ignore[return-value]


def file(content: bytes, name: str = "a.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


# -- the list ----------------------------------------------------------------------------------------------------------

Send = Callable[[Scene, str], HttpResponse]


@dataclass(frozen=True)
class Bad:
    """One thing handed in: what it is, how, and the refusal; code "" where a page tells it in words alone."""

    what: str
    send: Send
    status: int
    code: str = ""


def report(change: Mapping[str, Any], **headers: str) -> Send:
    body = {**REPORT, **change}
    given = {"Idempotency-Key": KEY, **headers}
    return lambda scene, language: api(scene, language, "POST", "/reports", body, **given)


def form(**change: Any) -> Send:
    return lambda scene, language: page(scene, language, "/report", {**REPORT, **change})


def picture(content: bytes) -> Send:
    return lambda scene, language: api(scene, language, "POST", "/media", file(content))


def move(who: str, body: Mapping[str, Any], version: str = "{version}") -> Send:
    def send(scene: Scene, language: str) -> HttpResponse:
        etag = f'"{version.format(**scene.values)}"'
        return api(scene, language, "POST", "/cases/{case}/moves", body, who=who, **{"If-Match": etag})

    return send


def press(who: str, name: str, **body: str) -> Send:
    return lambda scene, language: page(scene, language, f"/desk/cases/{{number}}/moves/{name}", body, who)


LIST = (
    Bad("unknown key of JSON", report({"colour": "red"}), 422, "invalid"),
    Bad("unknown tracking key", lambda s, lang: api(s, lang, "GET", "/reports/track/0000-0000-0000"), 404, "not_found"),
    Bad("unknown tracking key, page", lambda s, lang: page(s, lang, "/t/0000-0000-0000"), 404),
    Bad("point outside", report(OUTSIDE), 422, "outside"),
    Bad("point outside, page", form(**OUTSIDE), 422),
    Bad("unknown category", report({"category": "Z9999"}), 422, "unknown_category"),
    Bad("unknown category, page", form(category="Z9999"), 422),
    Bad("major instead of minor", report({"category": "C01"}), 422, "major_not_minor"),
    Bad("major instead of minor, page", form(category="C01"), 422),
    Bad("6 MB of text", report({"text": "x" * 6_000_000}), 413, "too_large"),
    Bad("6 MB of text, page", form(text="x" * 6_000_000), 413),
    Bad("2,001 characters", report({"text": "长" * 2001}), 422),
    Bad("a script called .jpg", picture(SCRIPT), 422, "bad_type"),
    Bad("a script called .jpg, page", form(media=file(SCRIPT)), 422),
    Bad("a decompression bomb", picture(bomb_png(60_000, 60_000)), 422, "too_many_pixels"),
    Bad("a decompression bomb, page", form(media=file(bomb_png(60_000, 60_000))), 422),
    Bad("a date in 1900", report({"occurred_at": "1900-01-01T00:00:00+08:00"}), 422),
    Bad("a date in the future", report({"occurred_at": "2999-01-01T00:00:00+08:00"}), 422),
    Bad("an illegal move", move("dispatcher", {"move": "dispatch", "agency": "x"}), 422, "illegal_move"),
    Bad("an illegal move, page", press("dispatcher", "dispatch", version="{version}", agency="{agency}"), 422),
    Bad("a stale version", move("leader", {"move": "supervise", "reason": "快", "reply_days": 1}, "1"), 409, "stale"),
    Bad("a stale version, page", press("leader", "supervise", version="1", reason="快", reply_days="1"), 409),
    Bad("no version at all, page", press("leader", "supervise", reason="快", reply_days="1"), 409),
    Bad("somebody else's agency", move("stranger", {"move": "sign"}), 404, "not_found"),
    Bad("somebody else's agency, page", press("stranger", "sign", version="{version}"), 404),
    Bad("not one's post", move("inspector", {"move": "supervise", "reason": "快"}), 403, "not_yours"),
    Bad("not one's post, page", press("inspector", "supervise", version="{version}", reason="快"), 403),
    Bad("somebody else's area", lambda s, lang: api(s, lang, "POST", "/reports/self-handled", {
        "text": "已清理", "category": "E0110", "area": "990101002001", "before": [str(s.values["picture"])],
        "after": [str(s.values["after"])]}, who="grid_officer"), 403, "not_yours"),
    Bad("the same picture before and after", lambda s, lang: api(s, lang, "POST", "/reports/self-handled", {
        "text": "已清理", "category": "E0110", "area": EAST, "before": [str(s.values["picture"])],
        "after": [str(s.values["picture"])]}, who="grid_officer"), 422, "pictures_before_after"),
    Bad("a key that others might use too", report({}, **{"Idempotency-Key": "1"}), 422, "weak_key"),
    Bad("a key with 74 random bits", report({}, **{"Idempotency-Key": "01939a52-6d3c-7b7e-9a18-5c2e7f908b31"}), 422,
        "weak_key"),
    Bad("NUL in a form", form(category="C0137\0"), 422),
    Bad("NUL in an address", lambda s, lang: page(s, lang, "/desk/?severity=%00", who="dispatcher"), 422),
    Bad("a day that is not in the calendar", lambda s, lang: page(
        s, lang, "/desk/audit/?before=2026-99-99T00:00", who="audit_admin"), 422),
    Bad("a version that is no number", lambda s, lang: page(
        s, lang, "/desk/reports/{report}/moves/file", {"version": "²", "category": "C0137"}, "acceptor"), 422),
    Bad("no version at all, report", lambda s, lang: page(
        s, lang, "/desk/reports/{report}/moves/file", {"category": "C0137"}, "acceptor"), 409),
    Bad("a revision that is no number", lambda s, lang: page(
        s, lang, "/desk/packs/version/{draft}/publish", {"revision": "x"}, "leader"), 422),
    Bad("a wrong token", report({}, token="xc_wrong"), 401, "bad_token"),
    Bad("no token", lambda s, lang: api(s, lang, "GET", "/cases"), 401, "sign_in"),
)  # fmt: skip


def test_bad_input_is_refused_clearly_and_nothing_is_stored(scene: Scene, tmp_path: Path) -> None:
    before = _stored(tmp_path)
    wrong = []
    for bad in LIST:
        RATES.clear()
        for language in LANGUAGES:
            answer = bad.send(scene, language)
            if answer.status_code != bad.status:
                wrong.append(f"{bad.what}: {answer.status_code} instead of {bad.status}")
            elif not all(_is_chinese(said) is (language == "zh") for said in _sentences(answer, bad.code)):
                wrong.append(f"{bad.what}: {_sentences(answer, bad.code)} for a reader of {language}")
        if _stored(tmp_path) != before:
            wrong.append(f"{bad.what} left something: {_stored(tmp_path).items() - before.items()}")
            before = _stored(tmp_path)
    assert not wrong, "\n".join(wrong)


def _sentences(answer: HttpResponse, code: str) -> list[str]:
    """What the reader is told: of JSON the text and the fields, of a page what is announced as an alert."""
    if answer["Content-Type"].startswith("application/json"):
        problem = answer.json()  # type: ignore[attr-defined]
        assert set(problem) == {"code", "text", "fields"}
        assert not code or problem["code"] == code, problem
        return [problem["text"], *(text for name, text in problem["fields"].items() if name != "version")]
    alerts = re.findall(r'role="alert".*?</div>', answer.content.decode(), re.DOTALL)
    assert alerts, "the page announces nothing"
    return [re.sub(r"<[^>]*>", " ", alert) for alert in alerts]


def _is_chinese(text: str) -> bool:
    assert text.strip(), "nothing is said"
    # A person is called the same in every language.
    return bool(re.search(r"[\u4e00-\u9fff]", re.sub(r"示例\w*", "", text)))


# What any request may leave: a session, a rate that is remembered, a sign of life.
VOLATILE = {"django_session", "people_remembered", "kit_heartbeat"}


def _stored(folder: Path) -> dict[str, int]:
    """Rows of every table of the site, and files."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        tables = {row[0] for row in cursor.fetchall()} - VOLATILE
        counts = {}
        for table in sorted(tables):
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            counts[table] = cursor.fetchone()[0]
    return {**counts, "files": sum(path.is_file() for path in folder.rglob("*"))}


def test_the_same_once_more_is_one_report_and_something_else_under_its_key_none(scene: Scene, tmp_path: Path) -> None:
    key, empty = str(uuid4()), _stored(tmp_path)
    first = report({}, **{"Idempotency-Key": key})(scene, "zh")
    assert first.status_code == 201
    before = _stored(tmp_path)
    assert before["intake_report"] == empty["intake_report"] + 1
    again = report({}, **{"Idempotency-Key": key})(scene, "zh")
    assert (again.status_code, again.content) == (201, first.content)
    other = report({"text": "井盖松动"}, **{"Idempotency-Key": key})(scene, "en")
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")  # type: ignore[attr-defined]
    assert not any(_is_chinese(sentence) for sentence in _sentences(other, "key_reused"))
    assert _stored(tmp_path) == before


def test_a_formula_comes_in_as_text_and_goes_out_as_text(scene: Scene) -> None:
    """A report that begins like a formula stays what it is; no spreadsheet reckons it (CSV, XLSX)."""
    from io import BytesIO

    from openpyxl import load_workbook

    from xiucheng.kit.journal import readers
    from xiucheng.operations.intake import commands

    formula = '=HYPERLINK("http://example.org","x")'
    sent = report({"text": formula})(scene, "zh")
    by = scene.world.standing("acceptor", now())
    commands.file_report(by=by, now=now(), report_id=UUID(sent.json()["report"]))  # type: ignore[attr-defined]
    readers.catch_up()
    csv = page(scene, "zh", "/desk/export.csv?queue=all", who="leader").content.decode("utf-8-sig")
    assert "'=HYPERLINK" in csv
    assert not re.search(r'(^|,)"?=', csv, re.MULTILINE)
    xlsx = page(scene, "zh", "/desk/export.xlsx?queue=all", who="leader").content
    cells = [cell for row in load_workbook(BytesIO(xlsx)).active.iter_rows() for cell in row if cell.value]
    assert {cell.data_type for cell in cells} == {"s"}
    assert any("=HYPERLINK" in str(cell.value) for cell in cells)
