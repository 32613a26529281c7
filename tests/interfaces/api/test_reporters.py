"""By the API: earlier reports of a caller, opening again and erasing by the key, one picture, which component."""

from typing import Any

from tests.interfaces.api.conftest import Program
from tests.pictures import jpeg
from xiucheng.foundation.places import commands as places
from xiucheng.kit.actor import Actor
from xiucheng.kit.now import now
from xiucheng.operations.cases import commands as cases

EAST = "990101001001"
LAMP = "9901010137000001"
SAID = {"text": "路灯不亮", "category": "C0137", "area": EAST, "contact": {"phone": "13812345678"}}


def test_earlier_reports_of_a_caller(world: Any, program: Any) -> None:
    first, second = (Program().report(SAID).json()["report"] for _ in range(2))
    acceptor = program("acceptor")
    found = acceptor.get(f"/reports/{first}/earlier").json()
    assert [(one["report_id"], one["category"], one["number"]) for one in found] == [(second, "C0137", "")]
    looked = acceptor.post("/reports/earlier", {"phone": "138 1234 5678"}).json()
    assert {one["report_id"] for one in looked} == {first, second}
    assert acceptor.post("/reports/earlier", {"phone": "none"}).json()["code"] == "bad_phone"
    assert program("street_head").get(f"/reports/{first}/earlier").status_code == 403


def test_opening_again_and_erasing_by_the_key(world: Any, program: Any) -> None:
    sent = Program().report(SAID).json()
    key, acceptor = sent["tracking_key"], program("acceptor")
    moved = acceptor.post(
        f"/reports/{sent['report']}/moves", {"move": "file", "category": "C0137"}, **{"If-Match": '"1"'}
    )
    early = Program().post(f"/reports/track/{key}/reopen", {"reason": "还是不亮"})
    assert (early.status_code, early.json()["code"]) == (422, "illegal_move")
    cases.force_close_case(by=world.standing("leader"), now=now(), case_id=moved.json()["case"], reason="示例")
    closed = Program().get(f"/reports/track/{key}").json()
    assert closed["reopen_until"]
    again = Program().post(f"/reports/track/{key}/reopen", {"reason": "还是不亮"})
    assert (again.status_code, again.json()["case_state"], again.json()["reopen_until"]) == (200, "filed", None)
    odd = Program().post(f"/reports/track/{key}/erase", {"reason": "asked"})
    assert (odd.status_code, set(odd.json()["fields"])) == (422, {"reason"})
    assert Program().get(f"/reports/track/{key}").json()["erased"] is False
    assert Program().post(f"/reports/track/{key}/erase", {}).json() == {"erased": True}
    assert Program().post(f"/reports/track/{key}/erase", {}).json() == {"erased": False}
    assert Program().get(f"/reports/track/{key}").json()["erased"] is True
    assert Program().post("/reports/track/0000/erase", {}).status_code == 404


def test_one_picture_is_erased_with_a_reason(world: Any, program: Any) -> None:
    leader = program("shift_leader")
    picture = leader.send(jpeg(seed=3)).json()["id"]
    assert leader.post(f"/media/{picture}/erase", {"reason": "because"}).json()["code"] == "bad_reason"
    assert leader.post(f"/media/{picture}/erase", {"reason": "asked"}).json() == {"erased": True}
    assert program("acceptor").post(f"/media/{picture}/erase", {"reason": "asked"}).status_code == 403


def test_the_component_is_offered_and_kept(world: Any, program: Any) -> None:
    source = f"code,name,lon,lat\n{LAMP},路灯,122.1,37.5001".encode()
    places.load_components(actor=Actor.system("setup"), now=world.now, source=source)
    offered = Program().get("/places/components?category=C0137&lon=122.1&lat=37.5").json()
    assert [one["code"] for one in offered] == [LAMP]
    sent = Program().report({**SAID, "lon": 122.1, "lat": 37.5, "component": LAMP}).json()
    acceptor = program("acceptor")
    assert acceptor.get(f"/reports/{sent['report']}").json()["component"] == LAMP
    wrong = Program().report({**SAID, "category": "E0110", "component": LAMP})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "other_component")
