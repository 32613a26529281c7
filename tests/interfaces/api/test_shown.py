"""What the API shows of cases, tasks, the inbox, routing and the map, in two languages and few statements."""

from tests.interfaces.api.asking import refused
from tests.interfaces.api.conftest import Program
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit.journal import readers
from xiucheng.kit.now import now
from xiucheng.operations.cases import commands as cases


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
    # What a person did is told when they can no longer take it back; what a rule did, at once.
    by = Standing.for_rule("routing", 1)
    cases.dispatch_case(by=by, now=now(), case_id=world.file().case_id, agency_id=world.agencies["roads"])
    (notice,) = clerk.get("/inbox").json()["rows"]
    assert notice["event"] == "case_dispatched"
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
