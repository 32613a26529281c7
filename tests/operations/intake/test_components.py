"""The fixed thing that a report is about: offered by distance, chosen, filed with, routed by."""

from typing import Any

import pytest

from tests.operations.intake.make import settle, submit
from tests.world import SETUP, World, publish
from xiucheng.foundation.people import commands as people
from xiucheng.foundation.places import commands as places
from xiucheng.kit import journal
from xiucheng.kit.actor import Actor
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import queries as case_queries
from xiucheng.operations.intake import commands, queries

METRE = 1 / 111_195
POINT = {"lon": 122.1, "lat": 37.5}
LAMPS = [f"9901010137{number:06d}" for number in range(1, 7)]
BIN = "9901010101000001"


@pytest.fixture
def street(world: World) -> World:
    """Six lamps 15 m apart to the north of the point, the last 75 m off, and a manhole cover at the point itself."""
    rows = [f"{code},122.1,{37.5 + index * 15 * METRE:.7f}" for index, code in enumerate(LAMPS)]
    source = "\n".join(["code,lon,lat", *rows, f"{BIN},122.1,37.5"]).encode()
    places.load_components(actor=Actor.system("setup"), now=world.now, source=source)
    return world


def refused(do: Any, **values: Any) -> str:
    with pytest.raises(Refused) as caught:
        do(**values)
    return caught.value.code


def case_of(done: Any, world: World) -> Any:
    filed = commands.file_report(by=world.standing("acceptor"), now=world.now, report_id=done.report_id)
    return case_queries.case(filed.case_id, world.standing("acceptor"), world.now)


def test_the_nearest_of_the_kind_are_offered(street: World) -> None:
    found = queries.components_nearby(category="C0137", now=street.now, **POINT)
    assert [(one.code, round(one.metres)) for one in found] == list(zip(LAMPS[:4], (0, 15, 30, 45), strict=True))
    assert queries.components_nearby(category="E0110", now=street.now, **POINT) == []
    assert queries.components_nearby(category="C0137", lon=122.2, lat=37.6, now=street.now) == []
    assert refused(queries.components_nearby, category="X", now=street.now, **POINT) == "unknown_category"


def test_the_chosen_one_stays_with_report_and_case(street: World) -> None:
    done = submit(street, component=LAMPS[2], **POINT)
    assert queries.report(done.report_id, street.standing("acceptor")).component == LAMPS[2]
    assert journal.of_subject(done.report_id)[0].payload["component"] == LAMPS[2]
    assert case_of(done, street).component == LAMPS[2]


def test_where_no_point_is_given_the_component_says_where(street: World) -> None:
    view = queries.report(submit(street, component=LAMPS[1]).report_id, street.standing("acceptor"))
    assert (view.lon, round(view.lat or 0, 6)) == (122.1, round(37.5 + 15 * METRE, 6))


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"component": "9901010137999999"}, "unknown_component"),
        ({"component": "lamp"}, "unknown_component"),
        ({"component": BIN}, "other_component"),
        ({"component": LAMPS[0], "category": "E0110"}, "other_component"),
        ({"component": LAMPS[0], "category": None}, "other_component"),
    ],
)
def test_what_is_no_such_thing_is_refused(street: World, asked: dict[str, Any], code: str) -> None:
    assert refused(submit, world=street, **POINT, **asked) == code


def test_the_acceptor_chooses_when_filing(street: World) -> None:
    acceptor = street.standing("acceptor")

    def filed(done: Any, **values: Any) -> str:
        case_id = commands.file_report(by=acceptor, now=street.now, report_id=done.report_id, **values).case_id
        return case_queries.case(case_id, acceptor, street.now).component

    reported = [submit(street, component=LAMPS[2], **POINT) for _ in range(4)]
    assert filed(reported[0], component=LAMPS[3]) == LAMPS[3]
    assert filed(reported[1], component="") == ""
    # Filed as something else, it is not about the lamp that the reporter pointed at.
    assert filed(reported[2], category="C0101") == ""
    assert refused(filed, done=reported[3], component=BIN) == "other_component"
    assert queries.report(reported[0].report_id, acceptor).component == LAMPS[3]


def test_what_is_offered_for_filing_lies_around_the_report(street: World) -> None:
    done, nowhere = submit(street, **POINT), submit(street)
    acceptor = street.standing("acceptor")
    found = queries.components_of_report(done.report_id, "C0137", acceptor, street.now)
    assert [one.code for one in found] == LAMPS[:4]
    assert queries.components_of_report(nowhere.report_id, "C0137", acceptor, street.now) == []
    # What stands around a report says where it is, so it is for those who see the report.
    for name in ("far_inspector", "roads_clerk", "system_admin"):
        assert queries.components_of_report(done.report_id, "C0137", street.standing(name), street.now) == []


def test_routing_follows_the_chosen_one_and_not_the_nearest(street: World) -> None:
    links = [people.PartyOf(LAMPS[0], "owner", street.agencies["roads"])]
    links += [people.PartyOf(LAMPS[1], "owner", street.agencies["lights"])]
    people.link_parties(by=SETUP, now=street.now, links=links)
    publish("routing", {"rules": [{"no": 1, "component_owner": "owner"}]}, street.now)
    chosen, nearest = (case_of(submit(street, **POINT, **how), street) for how in ({"component": LAMPS[1]}, {}))
    settle("dispatch.route")
    agencies = [case_queries.case(one.id, SETUP, street.now).facts.agency_id for one in (chosen, nearest)]
    assert agencies == [street.agencies["lights"], street.agencies["roads"]]
