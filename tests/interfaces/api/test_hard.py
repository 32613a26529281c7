"""What a careless or hostile caller sends: every answer is a clear 4xx in the API's own shape."""

import base64
import json
from uuid import uuid4

import pytest

from tests.interfaces.api.asking import refused
from tests.interfaces.api.conftest import API
from tests.pictures import jpeg
from xiucheng.interfaces.api.app import api
from xiucheng.interfaces.api.guard import NoOthers


@pytest.mark.parametrize(
    "path",
    [
        "/cases?q=a%00b",
        "/cases?state=%00",
        "/cases?area=%00",
        "/cases?area=1%27",
        "/cases?area=37",
        "/cases?agency=x",
        "/cases?queue=moon",
        "/cases?state=moon",
        "/cases?sort=moon",
        "/cases?limit=0",
        "/cases?limit=99999999999999999999",
        "/cases?limit=NaN",
        "/cases?q=" + "长" * 101,
        "/tasks?cursor=moon",
        "/reports?cursor=" + "x" * 401,
        "/reports?state=accepted",
        "/places?within=%27",
        "/places/outlines?bbox=1,2,3",
        "/places/outlines?bbox=nan,0,1,1",
        "/places/outlines?bbox=5,0,1,1",
        "/places/outlines?kind=house",
        "/places/near?lon=0&lat=0&metres=inf",
        "/places/locate?lon=Infinity&lat=0",
        "/places/locate?lon=1",
        "/routing/explain?category=C01",
        "/routing/explain?category=C0137&at=2026-03-02T09:00:00",
        "/routing/explain?category=C0137&at=0001-01-01T00:00:00Z",
        "/routing/explain?category=C0137&component=abc",
        "/reports/nearby?category=Z9999&lon=122&lat=37",
    ],
)
def test_queries_that_make_no_sense(program, path):
    refused(program("dispatcher").client.get(f"{API}{path}", headers=program("dispatcher").headers), 422)


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/cases?bogus=1", {"bogus"}),
        ("/cases?after=xxx", {"after"}),
        ("/cases?bogus=1&limit=0&Area=371002", {"bogus", "Area", "limit"}),
        ("/cases?filters=1", {"filters"}),
        ("/cases/counts?queue=open", {"queue"}),
        ("/reports?limt=5", {"limt"}),
        ("/tasks?page=2", {"page"}),
        ("/requests?page=2", {"page"}),
        ("/inbox?unread=1", {"unread"}),
        ("/agencies?q=x", {"q"}),
        ("/catalogue?name=x", {"name"}),
        ("/places?code=371002", {"code"}),
        ("/points/component?of_type=x", {"of_type"}),
    ],
)
def test_a_query_that_is_not_known_is_named(program, path, names):
    problem = refused(program("dispatcher").client.get(f"{API}{path}", headers=program("dispatcher").headers), 422)
    assert (problem["code"], set(problem["fields"])) == ("invalid", names)


def test_every_operation_takes_the_query_that_it_describes_and_no_other():
    operations = [
        one for _prefix, router in api._routers for path in router.path_operations.values() for one in path.operations
    ]
    assert len(operations) > 25
    assert all(sum(issubclass(model, NoOthers) for model in one.models) == 1 for one in operations)


def cursors():
    """Tokens of the right form that are none of ours."""
    for value in (
        [False, [1, 2]],
        [False, [{"t": "2026-03-02T09:00:00+00:00"}, "no id"]],
        [False, [{"x": 1}, "y"]],
        [False, [{"t": 5}, str(uuid4())]],
        [False, ["2026", str(uuid4())]],
        [False, [{"t": "2026-03-02T09:00:00+00:00"}, "a\0"]],
        {"a": 1},
        5,
    ):
        yield base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize("path", ["/cases", "/reports", "/tasks", "/requests", "/inbox"])
def test_cursors_that_are_none_of_ours(program, path):
    for token in cursors():
        problem = refused(program("dispatcher").get(path, cursor=token), 422)
        assert problem["code"] in {"bad_cursor", "invalid"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/moon", 404),
        ("get", "/cases/%00", 422),
        ("get", "/cases/moon", 404),
        ("get", "/cases/moon/story", 404),
        ("get", "/reports/moon", 404),
        ("get", "/media/moon", 404),
        ("post", "/cases/moon/moves", 404),
        ("get", f"/media/{uuid4()}", 404),
        ("get", f"/reports/{uuid4()}", 404),
        ("post", f"/inbox/{uuid4()}/read", 404),
        ("delete", "/cases", 405),
        ("put", "/reports", 405),
        ("post", "/catalogue", 405),
    ],
)
def test_addresses_that_lead_nowhere(program, method, path, status):
    program = program("dispatcher")
    answer = getattr(program.client, method)(f"{API}{path}", headers=program.headers)
    refused(answer, status)
    if status == 405:
        assert answer["Allow"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"[]", 422),
        (b"null", 422),
        (b"5", 422),
        (b'{"text": "\\ud800"}', 422),
        (b'{"text": "a\\u0000b"}', 422),
        (b'{"text": "x", "elements": {"place": "\\u0000"}}', 422),
        (b'{"text": "x", "elements": {"\\u0000": "y"}}', 422),
        (b'{"text": "x", "contact": {"phone": "' + b"9" * 5000 + b'"}}', 422),
        (b'{"text": "x", "lon": 1' + b"0" * 5000 + b"}", 400),
        (b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
        (b'{"text": "x", "elements": ' + b'{"a":' * 200 + b"1" + b"}" * 200 + b"}", 422),
        ("路灯不亮".encode("gb18030"), 400),
        (b'{"text": "x", "media": ["' + b'1", "' * 20 + b'"]}', 422),
        (b"text=x", 400),
    ],
)
def test_bodies_that_make_no_sense(anyone, body, status):
    answer = anyone.client.post(
        f"{API}/reports", body, content_type="application/json", headers={"Idempotency-Key": "hard"}
    )
    refused(answer, status)


@pytest.mark.parametrize("if_match", ["", "*", '"x"', "-1", '"99999999999"', '"1", "2"', "1e3"])
def test_versions_that_are_none(world, program, if_match):
    case_id = world.file().case_id
    answer = program("dispatcher").post(f"/cases/{case_id}/moves", {"move": "dispatch"}, **{"If-Match": if_match})
    refused(answer, 422)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"move": "moon"}, 422, "unknown_move"),
        ({"move": "dispatch"}, 422, "incomplete"),
        ({"move": "dispatch", "agency": "moon"}, 422, "bad_id"),
        ({"move": "dispatch", "agency": str(uuid4())}, 422, "no_such_agency"),
        ({"move": "dispatch", "agency": "x" * 50}, 422, "invalid"),
        ({"move": "dispatch", "colour": "red"}, 422, "invalid"),
        ({"move": "dispatch", "closing": "handled", "agency": str(uuid4())}, 422, "unknown_field"),
        ({"move": "sign"}, 403, "not_yours"),
        ({"move": 5}, 422, "invalid"),
        ({}, 422, "invalid"),
        ({"move": "void", "reason": "长" * 2001}, 422, "invalid"),
        ({"move": "supervise", "reason": "x", "reply_days": 10**30}, 403, "not_yours"),
    ],
)
def test_moves_that_make_no_sense(world, program, body, status, code):
    case_id = world.file().case_id
    answer = program("dispatcher").post(f"/cases/{case_id}/moves", body, **{"If-Match": '"1"'})
    assert refused(answer, status)["code"] == code
    assert program("dispatcher").get(f"/cases/{case_id}").json()["version"] == 1


def test_a_leaders_number_is_bounded(world, program):
    case_id = world.file().case_id
    body = {"move": "supervise", "reason": "请尽快", "reply_days": 10**30}
    answer = program("leader").post(f"/cases/{case_id}/moves", body, **{"If-Match": '"1"'})
    assert refused(answer, 422)["code"] == "bad_days"


def test_a_misspelt_part_of_a_figure_is_not_lost_in_silence(program):
    figure = {"place": "990101001001", "kind": "other", "amount": "3", "as_of": "2026-01-31", "source": "示例"}
    answer = program("shift_leader").post("/figures", {**figure, "titel": "路灯杆"})
    assert set(refused(answer, 422)["fields"]) == {"titel"}


def test_report_moves_that_make_no_sense(world, program, anyone):
    acceptor = program("acceptor")
    report = anyone.report({"text": "路灯不亮", "area": "990101001001"}).json()["report"]
    for body, code in (
        ({"move": "receive"}, "unknown_move"),
        ({"move": "moon"}, "unknown_move"),
        ({"move": "reject"}, "reason_missing"),
        ({"move": "file"}, "category_missing"),
        ({"move": "file", "category": "C01"}, "major_not_minor"),
        ({"move": "file", "category": "C0137", "agency": "x"}, "unknown_field"),
        ({"move": "attach", "case": "moon"}, "no_such_case"),
        ({"move": "pre_verified", "found": "maybe"}, "bad_choice"),
    ):
        answer = acceptor.post(f"/reports/{report}/moves", body, **{"If-Match": '"1"'})
        assert refused(answer, 422)["code"] == code
    assert acceptor.post(f"/reports/{report}/moves", {"move": "reject"}).status_code == 428
    stale = acceptor.post(f"/reports/{report}/moves", {"move": "reject", "reason": "x"}, **{"If-Match": '"9"'})
    assert (stale.status_code, stale["ETag"]) == (409, '"1"')


def test_files_that_are_no_pictures(program, settings):
    acceptor = program("acceptor")
    for content in (b"", jpeg()[:200], b"#!/bin/sh", b"%PDF-1.7 cut"):
        assert set(refused(acceptor.send(content), 422)["fields"]) == {"file"}
    assert refused(acceptor.send(jpeg(), purpose="moon"), 422)["code"] == "invalid"
    settings.MEDIA_MAX_BYTES = 1000
    large = refused(acceptor.send(b"\xff\xd8\xff" + b"x" * 2000), 413)
    assert (large["code"], set(large["fields"])) == ("too_large", {"file"})
    refused(acceptor.client.post(f"{API}/media", {"purpose": "near"}, headers=acceptor.headers), 422)
    refused(acceptor.post("/media", {"file": "x"}), 422)
    stored = acceptor.send(jpeg()[:1000] if len(jpeg()) <= 1000 else jpeg())
    assert stored.status_code in {201, 413}
