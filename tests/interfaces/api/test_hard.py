"""What a careless or hostile caller sends: every answer is a clear 4xx in the API's own shape."""

import base64
import json
from io import BytesIO
from uuid import UUID, uuid1, uuid4

import pytest
from django.test import Client

from tests.interfaces.api.conftest import API, Program
from tests.pictures import jpeg
from xiucheng.foundation.people import commands as people
from xiucheng.foundation.people import queries
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit.journal import readers
from xiucheng.kit.now import now


def refused(answer, *statuses):
    assert answer.status_code in statuses, (answer.status_code, answer.content[:300])
    problem = answer.json()
    assert set(problem) == {"code", "text", "fields"}
    assert problem["code"]
    assert problem["text"]
    return problem


@pytest.mark.parametrize(
    "path",
    [
        "/cases?q=a%00b",
        "/cases?state=%00",
        "/cases?area=%00",
        "/cases?agency=x",
        "/cases?queue=moon",
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
        ({"move": "dispatch", "agency": str(uuid4())}, 404, "not_found"),
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
        ({"move": "pre_verified", "found": "maybe"}, "incomplete"),
    ):
        answer = acceptor.post(f"/reports/{report}/moves", body, **{"If-Match": '"1"'})
        assert refused(answer, 422)["code"] == code
    assert acceptor.post(f"/reports/{report}/moves", {"move": "reject"}).status_code == 428
    stale = acceptor.post(f"/reports/{report}/moves", {"move": "reject", "reason": "x"}, **{"If-Match": '"9"'})
    assert (stale.status_code, stale["ETag"]) == (409, '"1"')


def test_files_that_are_no_pictures(program, settings):
    acceptor = program("acceptor")
    assert refused(acceptor.send(b""), 422)
    assert refused(acceptor.send(jpeg()[:200]), 422)
    assert refused(acceptor.send(jpeg(), purpose="moon"), 422)["code"] == "invalid"
    settings.MEDIA_MAX_BYTES = 1000
    assert refused(acceptor.send(b"\xff\xd8\xff" + b"x" * 2000), 413)["code"] == "too_large"
    refused(acceptor.client.post(f"{API}/media", {"purpose": "near"}, headers=acceptor.headers), 422)
    refused(acceptor.post("/media", {"file": "x"}), 422)
    stored = acceptor.send(jpeg()[:1000] if len(jpeg()) <= 1000 else jpeg())
    assert stored.status_code in {201, 413}


def test_a_picture_is_public_only_once_a_person_released_it(world, program, anyone):
    from xiucheng.foundation.media import commands as media

    picture = program("acceptor").send(jpeg()).json()["id"]
    refused(anyone.get(f"/media/{picture}"), 404)
    media.release(by=world.standing("acceptor"), now=now(), media_id=picture)
    assert anyone.get(f"/media/{picture}", variant="thumb")["Content-Type"] == "image/jpeg"
    refused(anyone.get(f"/media/{picture}", variant="original"), 404)
    media.erase_picture(by=world.standing("shift_leader"), now=now(), media_id=picture, reason="asked")
    refused(program("acceptor").get(f"/media/{picture}"), 410, 404)


def test_a_session_needs_a_second_factor_and_the_csrf_token_to_change_something(world, settings):
    name = "acceptor"
    people.create_account(
        by=Standing.for_system("setup"),
        now=world.now,
        person_id=world.people[name],
        username=name,
        password="Lang-2026!x",
    )
    client = Client(enforce_csrf_checks=True)
    client.force_login(queries.account(queries.account_of(name).id))
    unproven = client.get(f"{API}/me", headers={"Accept": "application/json"})
    assert refused(unproven, 403)["code"] == "second_factor"
    # The demo goes without.
    settings.DEMO = True
    assert client.get(f"{API}/me").json()["scopes"] is None
    body = json.dumps({"text": "路灯不亮", "area": "990101001001"})
    headers = {"Idempotency-Key": "s1"}
    answer = client.post(f"{API}/reports", body, content_type="application/json", headers=headers)
    assert refused(answer, 403)["code"] == "csrf"
    from django.middleware.csrf import _get_new_csrf_string

    secret = _get_new_csrf_string()
    client.cookies[settings.CSRF_COOKIE_NAME] = secret
    headers["X-CSRFToken"] = secret
    answer = client.post(f"{API}/reports", body, content_type="application/json", headers=headers)
    assert answer.status_code == 201, answer.content


def test_an_address_cannot_be_made_up(anyone, settings):
    """Without a proxy of ours X-Forwarded-For is the caller's own invention."""

    def report(forwarded):
        headers = {"Idempotency-Key": str(uuid4()), "X-Forwarded-For": forwarded}
        return anyone.post("/reports", {"text": "x", "area": "990101001001"}, **headers).status_code

    codes = [report(f"1.1.1.{number}") for number in range(22)]
    assert codes == [201] * 20 + [429] * 2
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert report("9.9.9.9, 2.2.2.2") == 201
    codes = [report(f"1.1.1.{number}, 2.2.2.2") for number in range(20)]
    assert codes == [201] * 19 + [429]
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    assert report("1.1.1.1, 2.2.2.2") == 201


def test_a_page_of_cases_takes_few_statements(world, program, django_assert_max_num_queries):
    for _ in range(3):
        world.file()
    readers.catch_up()
    dispatcher = program("dispatcher")
    for path, most in (("/cases", 10), ("/cases/counts", 10), ("/tasks", 10), ("/inbox", 10), ("/reports", 10)):
        with django_assert_max_num_queries(most):
            assert dispatcher.get(path).status_code == 200
    number = dispatcher.get("/cases").json()["rows"][0]["number"]
    with django_assert_max_num_queries(16):
        dispatcher.get(f"/cases/{number}")
    with django_assert_max_num_queries(16):
        dispatcher.get(f"/cases/{number}/story")


def test_what_a_case_shows(world, program):
    roads = world.agencies["roads"]
    dispatcher, clerk = program("dispatcher"), program("roads_clerk")
    filed = world.file(sealed_address=None)
    path = f"/cases/{filed.case_id}"
    dispatcher.post(f"{path}/moves", {"move": "dispatch", "agency": str(roads)}, **{"If-Match": '"1"'})
    asked = clerk.post(f"{path}/moves", {"move": "return_case", "reason": "不归我们管"}, **{"If-Match": '"2"'})
    assert asked.status_code == 200, asked.content
    readers.catch_up()
    shown = dispatcher.get(path).json()
    assert shown["agency"] == str(roads)
    assert [request["mine"] for request in shown["requests"]] == [True]
    assert {move["move"] for move in shown["moves"]} >= {"decide", "redispatch"}
    (waiting,) = dispatcher.get("/requests").json()["rows"]
    assert (waiting["what"], waiting["number"], waiting["title"]) == ("return_case", filed.number, "路口的路灯不亮")
    (task,) = clerk.get("/tasks").json()["rows"]
    assert (task["kind"], task["number"]) == ("handle", filed.number)
    story = dispatcher.get(f"{path}/story").json()
    assert [(line["verb"], line["reason"]) for line in story] == [
        ("file", None),
        ("dispatch", None),
        ("return_case", "不归我们管"),
    ]
    assert story[1]["who"] == "示例dispatcher"
    assert dispatcher.get("/cases/counts").json()["queues"]["asked"] == 1
    rows = dispatcher.get("/cases", queue="asked").json()["rows"]
    assert [row["asked"] for row in rows] == [["return_case"]]


def test_the_inbox_is_read(world, program):
    clerk = program("roads_clerk")
    case_id = world.file().case_id
    body = {"move": "dispatch", "agency": str(world.agencies["roads"])}
    program("dispatcher").post(f"/cases/{case_id}/moves", body, **{"If-Match": '"1"'})
    supervise = {"move": "supervise", "reason": "请尽快", "reply_days": 1}
    moved = program("leader").post(f"/cases/{case_id}/moves", supervise, **{"If-Match": '"2"'})
    assert moved.status_code == 200, moved.content
    (notice,) = clerk.get("/inbox").json()["rows"]
    assert notice["event"] == "case_supervised"
    assert not notice["read"]
    assert clerk.post(f"/inbox/{notice['id']}/read", {}).json() == {"unread": 0}
    assert clerk.get("/inbox").json()["rows"][0]["read"]
    refused(program("parks_clerk").post(f"/inbox/{notice['id']}/read", {}), 404)


def test_where_a_case_would_go(world, program):
    from tests.world import publish

    body = {"rules": [{"no": 5, "hours": "off_duty", "agency": "parks"}, {"no": 10, "agency": "lights"}]}
    publish("routing", body, now().replace(year=now().year - 1))
    program = program("dispatcher")
    asked = {"category": "C0137", "at": "2026-03-02T09:30:00+08:00"}
    found = program.get("/routing/explain", **asked).json()
    assert (found["rule"], found["agency"]) == (10, str(world.agencies["lights"]))
    assert [one["verdict"] for one in found["verdicts"]] == ["hours", "matched"]
    assert program.get("/routing/explain", category="C0137", at="2026-03-02T03:00:00+08:00").json()["rule"] == 5


def test_outlines_of_a_box(world, anyone):
    from shapely.geometry import box

    from xiucheng.foundation.places import commands as places
    from xiucheng.kit.actor import Actor

    for code, west in (("990101001001", 122.0), ("990101002001", 123.0)):
        places.set_outline(actor=Actor.system("test"), now=world.now, code=code, shape=box(west, 37, west + 0.5, 37.5))

    def codes(**query):
        found = anyone.get("/places/outlines", kind="area", **query).json()
        assert found["type"] == "FeatureCollection"
        return {one["properties"]["code"] for one in found["features"]}

    assert codes(level="community") == {"990101001001", "990101002001"}
    assert codes(bbox="121.9,36.9,122.1,37.1") == {"990101001001"}
    assert codes(bbox="10,10,11,11") == set()
    assert codes(within="990101002") == {"990101002001"}


def test_the_two_languages(world, program):
    english = Program(None)
    english.headers = {**program("dispatcher").headers, "Accept-Language": "en"}
    case_id = world.file().case_id
    moves = english.get(f"/cases/{case_id}").json()["moves"]
    assert {"Dispatch"} <= {move["label"] for move in moves}
    chinese = program("dispatcher").get(f"/cases/{case_id}").json()["moves"]
    assert {"派遣"} <= {move["label"] for move in chinese}


def test_a_stranger_never_gets_anothers_answer(anyone, program):
    """Without an account the key is a secret of 122 random bits; a token's own keys are its own affair."""
    body = {"text": "路灯不亮", "area": "990101001001"}
    for key in ("1", "k" * 36, "0" * 32, "01939a52-6d3c-7b7e-9a18-5c2e7f908b31", str(uuid1())):
        problem = refused(anyone.report(body, key=key), 422)
        assert problem["code"] == "weak_key", key
        assert set(problem["fields"]) == {"Idempotency-Key"}
    key = str(uuid4())
    first = anyone.report(body, key=key)
    assert first.json() == anyone.report(body, key=key.upper()).json()
    told = program("acceptor")
    assert told.report(body, key="1").status_code == 201
    described = anyone.get("/openapi.json").json()["paths"]["/api/v1/reports"]["post"]["parameters"]
    (header,) = [one for one in described if one["name"] == "Idempotency-Key"]
    assert "UUID" in header["description"]


def test_the_original_is_for_those_who_look_after_pictures(world, program):
    from PIL import Image

    from tests.foundation.media.make import FACTS
    from tests.foundation.media.make import jpeg as told

    picture = program("acceptor").send(told(400, 200, exif=FACTS)).json()["id"]
    filed = world.file(now=now(), media=((UUID(picture), "before"),))
    body = {"move": "dispatch", "agency": str(world.agencies["roads"])}
    program("dispatcher").post(f"/cases/{filed.case_id}/moves", body, **{"If-Match": '"1"'})

    def exif(who):
        answer = program(who).get(f"/media/{picture}", variant="original")
        assert answer.status_code == 200, who
        return dict(Image.open(BytesIO(answer.content)).getexif())

    for who in ("acceptor", "shift_leader"):
        assert exif(who), who
    for who in ("roads_clerk", "dispatcher", "leader", "street_head", "grid_officer"):
        assert not exif(who), who


def test_a_cursor_of_one_list_is_none_of_another(world, program):
    for _ in range(3):
        world.file()
    readers.catch_up()
    dispatcher = program("dispatcher")
    token = dispatcher.get("/cases", limit=1).json()["next"]
    assert dispatcher.get("/cases", limit=1, cursor=token).status_code == 200
    for path in ("/tasks", "/requests", "/inbox", "/reports"):
        assert refused(dispatcher.get(path, cursor=token), 422)["code"] == "bad_cursor", path


def test_a_contact_is_shown_to_those_only_who_may_reveal_it(program, anyone):
    body = {"text": "路灯不亮", "area": "990101001001", "contact": {"name": "王女士", "phone": "13812345678"}}
    report = anyone.report(body).json()["report"]
    for who in ("acceptor", "shift_leader"):
        assert program(who).get(f"/reports/{report}").json()["contact"] == {"name": "王**", "phone": "138****5678"}
    for who in ("street_head", "grid_officer", "leader"):
        assert program(who).get(f"/reports/{report}").json()["contact"] is None, who
