"""The API's doors: what they let in, how they answer, and whom they turn away."""

import re
from uuid import UUID, uuid4

import pytest

from tests.interfaces.api.conftest import API, Program
from tests.pictures import jpeg
from tests.world import SETUP
from xiucheng.foundation.people import commands as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit.journal import readers
from xiucheng.operations.intake import commands as intake
from xiucheng.operations.intake.commands.submitting import Once
from xiucheng.operations.intake.rules.submission import Contact

KEY = "0f4d1a52-6d3c-4b7e-9a18-5c2e7f908b31"
LAMP = {"text": "路灯不亮", "category": "C0137", "area": "990101001001"}


# -- reports ----------------------------------------------------------------------------------------------------------


def test_a_report_as_the_description_shows_it(anyone):
    body = {
        **LAMP,
        "lon": 122.1,
        "lat": 37.5,
        "datum": "wgs84",
        "address": None,
        "occurred_at": None,
        "contact": {"name": None, "phone": "13900000000"},
        "media": [],
    }
    answer = anyone.report(body)
    assert answer.status_code == 201, answer.content
    assert set(answer.json()) == {"report", "tracking_key", "case", "nearby"}
    followed = anyone.get(f"/reports/track/{answer.json()['tracking_key']}")
    assert followed.status_code == 200
    assert followed.json()["stage"] == 1
    assert "13900000000" not in followed.content.decode()


def test_the_same_key_gives_the_same_answer_and_another_body_names_what_differs(anyone):
    first = anyone.report(LAMP, key=KEY)
    again = anyone.report(LAMP, key=KEY)
    assert (again.status_code, again.json()) == (201, first.json())
    other = anyone.report({**LAMP, "text": "井盖松动"}, key=KEY)
    assert other.status_code == 422
    assert other.json()["code"] == "key_reused"
    assert set(other.json()["fields"]) == {"text"}


BAD = [
    ({"text": ""}, 422),
    ({"text": "长" * 2001}, 422),
    ({"text": "路灯\u0000不亮"}, 422),
    ({"text": "灯", "category": "Z9999"}, 422),
    ({"text": "灯", "category": "C01"}, 422),
    ({"text": "灯", "lon": 200, "lat": 0}, 422),
    ({"text": "灯", "lon": 122.1}, 422),
    ({"text": "灯", "area": "110101"}, 422),
    ({"text": "灯", "datum": "mars"}, 422),
    ({"text": "灯", "occurred_at": "1900-01-01T00:00:00+08:00"}, 422),
    ({"text": "灯", "occurred_at": "2999-01-01T00:00:00+08:00"}, 422),
    ({"text": "灯", "occurred_at": "2026-03-02T09:00:00"}, 422),
    ({"text": "灯", "media": [str(uuid4())]}, 422),
    ({"text": "灯", "colour": "red"}, 422),
    ({"text": 5}, 422),
    ([], 422),
    (None, 422),
]


@pytest.mark.parametrize(("body", "status"), BAD)
def test_bad_reports_are_refused_clearly_and_nothing_is_stored(anyone, body, status):
    from xiucheng.operations.intake import queries

    before = queries.counts(Standing.for_system("test"))
    answer = anyone.report(body)
    assert answer.status_code == status, answer.content
    problem = answer.json()
    assert problem["code"]
    assert problem["text"]
    assert queries.counts(Standing.for_system("test")) == before


def test_a_refusal_speaks_the_readers_language(anyone):
    bad = {**LAMP, "category": "Z9999"}
    assert "没有" in anyone.report(bad).json()["text"]
    english = anyone.post("/reports", bad, **{"Idempotency-Key": str(uuid4()), "Accept-Language": "en"})
    assert not re.search("[\u4e00-\u9fff]", english.json()["text"]), english.json()


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b'{"text": "\xff\xfe"}', 400),
        (b'{"text": ', 400),
        (b'{"text": "x", "lon": NaN, "lat": Infinity}', 422),
        (b'{"text": "x", "lon": 1e999, "lat": 0}', 422),
        (b'{"text": "' + b"x" * 6_000_000 + b'"}', 413),
    ],
)
def test_what_is_no_json_or_too_large_is_turned_away(anyone, raw, status):
    answer = anyone.client.post(
        f"{API}/reports", raw, content_type="application/json", headers={"Idempotency-Key": "raw"}
    )
    assert answer.status_code == status, answer.content
    assert set(answer.json()) == {"code", "text", "fields"}


def test_a_report_without_a_key_is_asked_for_one(anyone):
    answer = anyone.post("/reports", LAMP)
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json()["fields"]


def test_a_wrong_tracking_key_finds_nothing(anyone):
    assert anyone.get("/reports/track/0000-0000-0000-0000-0000").status_code == 404


def test_somebody_without_an_account_hands_in_a_bounded_number(anyone):
    codes = [anyone.report(LAMP).status_code for _ in range(32)]
    assert codes == [201] * 30 + [429] * 2


# -- tokens -----------------------------------------------------------------------------------------------------------


def test_a_wrong_token_is_not_taken_for_nobody(world):
    answer = Program("xc_wrong").report(LAMP)
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_token")


@pytest.mark.parametrize("path", ["/cases", "/reports", "/tasks", "/me", "/inbox", "/agencies"])
def test_staff_doors_are_closed_to_everybody_else(anyone, path):
    assert anyone.get(path).status_code == 401


def test_a_token_does_only_what_it_was_issued_for(world, program):
    reader = program("dispatcher", "read")
    filed = world.file()
    assert reader.get(f"/cases/{filed.case_id}").status_code == 200
    answer = reader.post(f"/cases/{filed.case_id}/moves", {"move": "dispatch"}, **{"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


# -- cases ------------------------------------------------------------------------------------------------------------


def test_a_case_is_moved_with_if_match(world, program):
    dispatcher, filed = program("dispatcher"), world.file()
    seen = dispatcher.get(f"/cases/{filed.number}")
    assert seen["ETag"] == '"1"'
    assert {move["move"] for move in seen.json()["moves"]} >= {"dispatch", "void"}
    body = {"move": "dispatch", "agency": str(world.agencies["lights"]), "reason": None}
    path = f"/cases/{filed.case_id}/moves"
    assert dispatcher.post(path, body).status_code == 428
    for nobody, code in (("x", "bad_id"), (str(uuid4()), "no_such_agency")):
        refusal = dispatcher.post(path, {**body, "agency": nobody}, **{"If-Match": '"1"'})
        assert (refusal.status_code, refusal.json()["code"]) == (422, code)
        assert set(refusal.json()["fields"]) == {"agency"}
    moved = dispatcher.post(path, body, **{"If-Match": '"1"'})
    assert moved.status_code == 200, moved.content
    assert (moved.json()["state"], moved["ETag"]) == ("dispatched", '"2"')
    stale = dispatcher.post(path, body, **{"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"], stale["ETag"]) == (409, "stale", '"2"')
    assert "If-Match" in stale.json()["text"]
    assert "页" not in stale.json()["text"], "a program has no page open"
    again = dispatcher.post(path, body, **{"If-Match": '"2"'})
    assert (again.status_code, again.json()["code"]) == (422, "illegal_move")


def test_who_may_not_see_a_case_is_not_told_that_it_is_there(world, program):
    filed = world.file()
    stranger = program("parks_clerk")
    assert stranger.get(f"/cases/{filed.case_id}").status_code == 404
    path = f"/cases/{filed.case_id}/moves"
    assert stranger.post(path, {"move": "sign"}, **{"If-Match": '"1"'}).status_code == 404
    assert stranger.get("/cases/nonsense").status_code == 404


def test_the_list_starts_from_what_one_may_see(world, program):
    filed = [world.file() for _ in range(3)]
    readers.catch_up()
    rows = program("dispatcher").get("/cases").json()["rows"]
    assert {row["id"] for row in rows} == {str(one.case_id) for one in filed}
    assert rows[0]["title"] == "路口的路灯不亮"
    assert program("parks_clerk").get("/cases").json()["rows"] == []
    page = program("acceptor").get("/cases", limit=2).json()
    assert len(page["rows"]) == 2
    rest = program("leader").get("/cases", limit=2, cursor=page["next"]).json()
    assert len(rest["rows"]) == 1
    assert rest["previous"]


def test_a_report_is_filed_through_the_api(world, program, anyone):
    report = anyone.report(LAMP).json()["report"]
    acceptor = program("acceptor")
    seen = acceptor.get(f"/reports/{report}")
    assert seen.json()["text"] == "路灯不亮"
    assert {move["move"] for move in seen.json()["moves"]} >= {"file", "reject"}
    answer = acceptor.post(f"/reports/{report}/moves", {"move": "file"}, **{"If-Match": seen["ETag"]})
    assert answer.status_code == 200, answer.content
    assert answer.json()["number"]
    story = acceptor.get(f"/cases/{answer.json()['case']}/story").json()
    assert [line["verb"] for line in story] == ["file"]


# -- the rest ---------------------------------------------------------------------------------------------------------


def test_catalogue_places_and_agencies(world, anyone, program):
    lamps = anyone.get("/catalogue", q="路灯").json()
    assert "C0137" in {row["key"] for row in lamps}
    assert {row["code"] for row in anyone.get("/places").json()} >= {"990101", "990101001001"}
    assert anyone.get("/places/locate", lon=122.1, lat=37.5).status_code == 200
    assert anyone.get("/places/locate", lon="NaN", lat=0).status_code == 422
    assert anyone.get("/places/outlines", kind="house").status_code == 422
    roads, east = world.agencies["roads"], world.agencies["east_office"]
    people.link_agencies(by=SETUP, now=world.now, agency_id=roads, relation="cooperate", other_id=east)
    listed = {row["code"]: row["ties"] for row in program("dispatcher").get("/agencies").json()}
    assert listed["roads"] == [{"relation": "cooperate", "id": str(east), "name": "东街街道办事处（示例）"}]
    assert listed["lights"] == []


def test_pictures_by_content_and_for_those_who_see_the_case(world, program):
    acceptor = program("acceptor")
    stored = acceptor.send(jpeg())
    assert stored.status_code == 201, stored.content
    script = acceptor.send(b"#!/bin/sh\nrm -rf /\n", "b.jpg")
    assert (script.status_code, script.json()["code"]) == (422, "bad_type")
    fetched = acceptor.get(f"/media/{stored.json()['id']}", variant="thumb")
    assert fetched["Content-Type"] == "image/jpeg"
    assert program("parks_clerk").get(f"/media/{stored.json()['id']}").status_code == 404


def test_the_desk_of_whoever_calls(world, program):
    clerk = program("roads_clerk")
    me = clerk.get("/me").json()
    assert me["posts"][0]["role"] == "agency_clerk"
    assert UUID(me["person"]) == world.people["roads_clerk"]
    assert clerk.get("/tasks").json()["rows"] == []
    assert clerk.get("/inbox").json()["rows"] == []


def test_the_description_is_complete(world, anyone):
    description = anyone.get("/openapi.json").json()
    operations = [op for path in description["paths"].values() for op in path.values()]
    assert len(operations) >= 18
    for operation in operations:
        assert operation["summary"]
        assert {"422", "401"} <= set(operation["responses"])


def test_submitting_takes_few_statements(world, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        intake.submit_report(
            by=Standing.resident("resident"),
            now=world.now,
            channel="resident",
            text="路灯不亮",
            category="C0137",
            area="990101001001",
            contact=Contact(phone="13900000000"),
            once=Once("test", "k"),
        )
