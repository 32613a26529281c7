"""Every address of the API × every role: who is let in, who is told nothing, who is refused."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.interfaces.api.conftest import API, Program
from tests.pictures import jpeg
from tests.world import SETUP
from xiucheng.foundation.people import commands as people
from xiucheng.foundation.people import queries as people_queries
from xiucheng.foundation.people.commands import PartyOf
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.places import commands as places
from xiucheng.kit.journal import readers
from xiucheng.kit.now import now
from xiucheng.operations.cases import commands as cases
from xiucheng.operations.cases import queries as case_queries

ROLES = (
    *("grid_officer", "inspector", "acceptor", "dispatcher", "shift_leader", "roads_clerk", "roads_crew"),
    *("secretary", "street_head", "leader", "system_admin", "security_admin", "audit_admin"),
)
EVERYBODY = frozenset({*ROLES, "anybody"})
STAFF = frozenset(ROLES)
DISTRICT = frozenset({"acceptor", "dispatcher", "shift_leader", "leader"})
EAST = frozenset({"grid_officer", "inspector", "secretary", "street_head"})
CENTRE = frozenset({"acceptor", "shift_leader"})
ANSWERERS = frozenset({"shift_leader", "leader", "street_head", "secretary", "grid_officer"})
READS_FIGURES = ANSWERERS | {"system_admin"}
COUNTS = READS_FIGURES - {"leader"}
STEWARD = {
    "area": "990101001001", "name": "示例甲", "kind": "alley_steward", "covers": "槐花巷", "selection": "elected",
    "chosen_on": "2026-01-31",
}  # fmt: skip
LAMP = "9901010137000001"
FIGURE = {"place": "990101001001", "kind": "households", "amount": "300余", "as_of": "2026-01-31", "source": "示例"}

PAIRS = frozenset({"secretary", "street_head", "shift_leader", "leader", "roads_clerk"})
ASKS = frozenset({"secretary", "street_head", "grid_officer"})

# Address → who gets 200 or 201. The case lies with the roads agency in the east street, the report in its community.
OPEN_TO = {
    "GET /openapi.json": EVERYBODY,
    "GET /catalogue": EVERYBODY,
    "GET /channels": EVERYBODY,
    "GET /places": EVERYBODY,
    "GET /places/locate?lon=122&lat=37": EVERYBODY,
    "GET /places/near?lon=122&lat=37": EVERYBODY,
    "GET /places/outlines?kind=area": EVERYBODY,
    "GET /reports/nearby?category=C0137&lon=122&lat=37": EVERYBODY,
    "GET /reports/track/{key}": EVERYBODY,
    "POST /reports": EVERYBODY,
    "POST /media": EVERYBODY,
    "GET /me": STAFF,
    "GET /tasks": STAFF,
    "GET /requests": STAFF,
    "GET /inbox": STAFF,
    "GET /agencies": STAFF,
    "GET /routing/explain?category=C0137": (DISTRICT | {"system_admin"}),
    "GET /reports": STAFF,
    "GET /responsible?area=990101001001": STAFF,
    "GET /responsibility": ANSWERERS,
    "GET /partnerships": STAFF,
    "GET /partnerships/unpaired": STAFF,
    "GET /partnerships/{partnership}": STAFF,
    "POST /partnerships": PAIRS,
    "POST /partnerships/{partnership}/moves": PAIRS,
    "POST /partnerships/{partnership}/undo": PAIRS,
    "GET /needs": STAFF,
    "POST /needs": ASKS,
    "POST /needs/{need}/withdraw": ASKS,
    "GET /figures": READS_FIGURES,
    "GET /figures/{place_kind}/{place}/{kind}": READS_FIGURES,
    "POST /figures": COUNTS,
    "POST /figures/{figure}/withdraw": COUNTS,
    "GET /points/{point_kind}": STAFF,
    "GET /points/{point_kind}/of/{point}": STAFF,
    "GET /points/{point_kind}/of/{point}/history": STAFF,
    "POST /points/{point_kind}/correct": COUNTS,
    "POST /points/{point_kind}/parties": frozenset({"system_admin", "shift_leader"}),
    "POST /points/changes/{change}/undo": COUNTS,
    "GET /stewards": ANSWERERS,
    "POST /stewards": frozenset({"street_head", "secretary"}),
    "GET /cases": STAFF,
    "GET /cases/counts": STAFF,
    "GET /cases/{case}": (DISTRICT | EAST | {"roads_clerk"}),
    "GET /cases/{case}/story": (DISTRICT | EAST | {"roads_clerk"}),
    "GET /reports/{report}": (DISTRICT | EAST),
    "GET /media/{picture}": DISTRICT,
    "GET /media/{picture}?report={report}": (DISTRICT | EAST),
    "GET /agencies/{agency}/members": (DISTRICT | {"roads_clerk", "roads_crew"}),
    "POST /cases/{case}/moves": frozenset({"roads_clerk"}),
    "POST /reports/{report}/moves": CENTRE,
    "GET /reports/{report}/earlier": CENTRE,
    "POST /reports/earlier": CENTRE,
    "POST /reports/track/{closed}/reopen": EVERYBODY,
    "POST /reports/track/{key}/erase": EVERYBODY,
    "POST /media/{picture}/erase": frozenset({"shift_leader"}),
    "POST /cases/{case}/words/{words}/erase": frozenset({"shift_leader"}),
    "GET /places/components?category=C0137&lon=122&lat=37": EVERYBODY,
    "POST /reports/self-handled": frozenset({"grid_officer", "inspector"}),
}
REFUSED = {401, 403, 404, 409, 422}


@pytest.fixture
def things(world, program):
    """A case, a report with a picture, its tracking key."""
    filed = world.file()
    dispatcher = program("dispatcher")
    moved = dispatcher.post(
        f"/cases/{filed.case_id}/moves",
        {"move": "dispatch", "agency": str(world.agencies["roads"])},
        **{"If-Match": '"1"'},
    )
    assert moved.status_code == 200, moved.content
    picture = dispatcher.send(jpeg()).json()["id"]
    answer = dispatcher.report({"text": "路灯不亮", "area": "990101001001", "media": [picture]}).json()
    over = dispatcher.report({"text": "井盖响", "area": "990101001001", "category": "C0101"}).json()
    settled = program("acceptor").post(
        f"/reports/{over['report']}/moves", {"move": "file", "category": "C0101"}, **{"If-Match": '"1"'}
    )
    cases.force_close_case(
        by=world.standing("leader"), now=now(), case_id=settled.json()["case"], reason="已解决（示例）"
    )
    readers.catch_up()
    figure = program("shift_leader").post("/figures", {**FIGURE, "source": "示例普查"})
    assert figure.status_code == 200, figure.content
    lamp = f"code,lon,lat,社区\n{LAMP},122.12,37.51,槐花社区\n"
    places.load_components(actor=SETUP.actor, now=now(), source=lamp.encode())
    people.link_parties(by=SETUP, now=now(), links=[PartyOf(LAMP, "owner", world.agencies["lights"])])
    leader, secretary = program("leader"), program("secretary")
    paired = leader.post("/partnerships", _pairing(-200, -100))
    asked = secretary.post("/needs", {"area": "990101001001", "kind": "task", "words": "辅导功课"})
    assert (paired.status_code, asked.status_code) == (200, 200), (paired.content, asked.content)
    return {
        "partnership": paired.json()["id"],
        "need": asked.json()["id"],
        "point_kind": "component",
        "point": LAMP,
        "change": uuid4(),
        "figure": figure.json()["id"],
        "place_kind": "area",
        "place": "990101001001",
        "kind": "households",
        "closed": over["tracking_key"],
        "case": filed.case_id,
        "report": answer["report"],
        "key": answer["tracking_key"],
        "picture": picture,
        "words": _words(world, filed.case_id),
        "agency": world.agencies["roads"],
    }


def _words(world, case_id):
    """The id of something that a leader said to the case."""
    cases.supervise_case(by=world.standing("leader"), now=now(), case_id=case_id, reason="请抓紧", reply_days=2)
    return next(line.content_id for line in case_queries.story(case_id) if line.content_id)


def call(who: Program, address: str, things) -> int:
    method, _, path = address.format(**things).partition(" ")
    if method == "GET":
        return who.client.get(f"{API}{path}", headers=who.headers).status_code
    return POSTS[address](who, path)


def _pairing(first: int, last: int) -> dict[str, str]:
    """The roads agency with the first community, from so many days on to so many."""
    roads = people_queries.agency_by_code("roads")
    starts, ends = (now().date() + timedelta(days=number) for number in (first, last))
    return {
        "kind": "pairing", "area": "990101001001", "organisation": str(roads.id), "starts_on": str(starts),
        "ends_on": str(ends),
    }  # fmt: skip


def _undone(who: Program, path: str) -> int:
    """Whoever may pair takes back what they have just entered."""
    made = who.post("/partnerships", _pairing(200, 290))
    return who.post(f"/partnerships/{made.json()['id']}/undo" if made.status_code == 200 else path, {}).status_code


def _before_and_after(who: Program, path: str) -> int:
    before, after = (who.send(jpeg(seed=seed)).json()["id"] for seed in (1, 2))
    body = {"text": "垃圾已清", "category": "E0101", "area": "990101001001", "before": [before], "after": [after]}
    return who.post(path, body).status_code


def _corrected_and_undone(who: Program, path: str) -> int:
    """Whoever may correct may take it back, too."""
    answer = who.post("/points/component/correct", {"codes": [LAMP], "note": uuid4().hex})
    if answer.status_code != 200:
        return answer.status_code
    return who.post(f"/points/changes/{answer.json()['change']}/undo", {}).status_code


def _maintained(who: Program) -> dict:
    """Some organisation for the lamp; whoever may not even list them names one that is not there."""
    agencies = who.get("/agencies")
    agency = agencies.json()[0]["id"] if agencies.status_code == 200 else str(uuid4())
    return {"codes": [LAMP], "relation": "maintainer", "agency": agency}


POSTS = {
    "POST /reports": lambda who, path: who.report({"text": "路灯不亮", "area": "990101001001"}).status_code,
    "POST /media": lambda who, path: who.send(jpeg()).status_code,
    "POST /cases/{case}/moves": lambda who, path: who.post(path, {"move": "sign"}, **{"If-Match": '"3"'}).status_code,
    "POST /reports/{report}/moves": lambda who, path: (
        who.post(path, {"move": "file", "category": "C0137"}, **{"If-Match": '"1"'}).status_code
    ),
    "POST /reports/self-handled": _before_and_after,
    "POST /reports/earlier": lambda who, path: who.post(path, {"phone": "13900000000"}).status_code,
    "POST /reports/track/{closed}/reopen": lambda who, path: who.post(path, {"reason": "还是不亮"}).status_code,
    "POST /reports/track/{key}/erase": lambda who, path: who.post(path, {}).status_code,
    "POST /partnerships": lambda who, path: who.post(path, _pairing(0, 90)).status_code,
    "POST /partnerships/{partnership}/moves": lambda who, path: (
        who.post(path, {"move": "end_pairing", "reason": "agreed"}).status_code
    ),
    "POST /partnerships/{partnership}/undo": lambda who, path: _undone(who, path),
    "POST /needs": lambda who, path: (
        who.post(path, {"area": "990101001001", "kind": "wish", "words": "修收音机"}).status_code
    ),
    "POST /needs/{need}/withdraw": lambda who, path: who.post(path, {}).status_code,
    "POST /figures": lambda who, path: who.post(path, FIGURE).status_code,
    "POST /figures/{figure}/withdraw": lambda who, path: who.post(path, {}).status_code,
    "POST /points/{point_kind}/correct": lambda who, path: (
        who.post(path, {"codes": [LAMP], "note": uuid4().hex}).status_code
    ),
    "POST /points/{point_kind}/parties": lambda who, path: who.post(path, _maintained(who)).status_code,
    "POST /points/changes/{change}/undo": _corrected_and_undone,
    "POST /stewards": lambda who, path: who.post(path, {"rows": [STEWARD]}).status_code,
    "POST /media/{picture}/erase": lambda who, path: who.post(path, {"reason": "asked"}).status_code,
    "POST /cases/{case}/words/{words}/erase": lambda who, path: who.post(path, {"reason": "asked"}).status_code,
}


def test_the_table_names_every_address(anyone):
    described = anyone.get("/openapi.json").json()["paths"]
    known = {address.partition("?")[0].replace("{closed}", "{key}") for address in OPEN_TO} | {
        "POST /inbox/{notice}/read"
    }
    plain = {"{case_id}": "{case}", "{key}": "{case}", "{report_id}": "{report}", "{media_id}": "{picture}"}
    plain |= {"{words_id}": "{words}", "{agency_id}": "{agency}", "{notice_id}": "{notice}", "{tracking_key}": "{key}"}
    plain |= {
        "{partnership_id}": "{partnership}",
        "{need_id}": "{need}",
        "{figure_id}": "{figure}",
        "{change_id}": "{change}",
        "{code}": "{point}",
    }
    found = {"GET /openapi.json"}
    for path, operations in described.items():
        short = path.removeprefix(API)
        if short.startswith("/points/"):
            short = short.replace("{kind}", "{point_kind}")
        for placeholder, name in plain.items():
            short = short.replace(placeholder, name)
        found |= {f"{method.upper()} {short}" for method in operations}
    assert found == known


@pytest.mark.parametrize("role", [*ROLES, "anybody"])
def test_who_is_let_in(world, program, things, role):
    who = Program() if role == "anybody" else program(role)
    for address, allowed in OPEN_TO.items():
        status = call(who, address, things)
        if role in allowed:
            assert status in {200, 201}, (role, address, status)
        else:
            assert status in REFUSED, (role, address, status)


def test_administrators_see_no_case(world, program, things):
    for role in ("system_admin", "security_admin", "audit_admin"):
        assert program(role).get("/cases").json()["rows"] == []
        assert program(role).get("/reports").json()["rows"] == []
        assert set(program(role).get("/cases/counts").json()["queues"].values()) == {0}


def test_a_program_that_speaks_for_a_channel_reports_and_sees_no_case(world):
    secret = people.issue_token(
        by=Standing.for_system("setup"), now=now(), label="探头", scopes=["reports", "read"], channel="api"
    ).secret
    program = Program(secret)
    assert program.report({"text": "路灯不亮"}).status_code == 201
    assert program.get("/cases").json()["rows"] == []
    me = program.get("/me").json()
    assert (me["person"], me["channel"], me["scopes"]) == (None, "api", ["read", "reports"])
    chosen = program.report({"text": "路灯不亮", "channel": "resident", "area": "990101001001"})
    assert (chosen.status_code, chosen.json()["code"]) == (403, "not_yours")


def test_a_token_that_was_revoked_or_has_expired_opens_nothing(world, program):
    clerk = program("roads_clerk")
    assert clerk.get("/me").status_code == 200
    from xiucheng.foundation.people import queries

    account = queries.account_of("roads_clerk")
    (token,) = queries.tokens(account_id=account.id)
    people.revoke_token(by=Standing.for_system("setup"), now=now(), token_id=token.id)
    for path in ("/me", "/catalogue"):
        answer = clerk.get(path)
        assert (answer.status_code, answer.json()["code"]) == (401, "bad_token")
    assert Program(f"xc_{uuid4()}").get("/me").status_code == 401
