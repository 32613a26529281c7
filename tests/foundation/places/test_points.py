"""Components and facilities corrected, one and many; each with its history; files that say less keep what is known."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.foundation.places.ground import ACTOR, CELL, NOW, SOUTH, WEST, found_areas, found_town
from tests.refusing import refused
from xiucheng.foundation.places import commands, points
from xiucheng.foundation.places.commands import Correction
from xiucheng.foundation.places.models import Component, Facility
from xiucheng.foundation.places.points import Asked
from xiucheng.kit import journal

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LAMPS = [f"9901010137{number:06d}" for number in range(1, 6)]


def bring_lamps(extra: str = "", cells: str = "") -> None:
    rows = "".join(f"{code},{WEST + 0.0005},{SOUTH + 0.0005}{cells}\n" for code in LAMPS)
    commands.load_components(actor=ACTOR, now=NOW, source=f"code,lon,lat{extra}\n{rows}".encode())


def bring_park(extra: str = "", cells: str = "", now=NOW) -> None:
    source = f"code,name,kind,lon,lat,address{extra}\nP1,槐树公园,park,120.0005,30.0005,槐树路{cells}\n"
    assert commands.load_facilities(actor=ACTOR, now=now, source=source.encode()).taken == 1


def correct(kind: str, codes: list[str], now=NOW + HOUR, seen=None, **said):
    return commands.correct_points(actor=ACTOR, now=now, kind=kind, codes=codes, said=Correction(**said), seen=seen)


def test_the_state_of_one_is_noted_with_its_day_and_taken_back() -> None:
    found_areas()
    bring_lamps()
    change = correct("component", LAMPS[:1], state="lost", note="杆子还在")
    stored = Component.objects.get(code=LAMPS[0])
    assert (stored.state, stored.note, stored.changed_on) == ("lost", "杆子还在", date(2026, 3, 2))
    commands.undo_change(actor=ACTOR, now=NOW + 2 * HOUR, change_id=change)
    stored.refresh_from_db()
    assert (stored.state, stored.note, stored.changed_on) == ("intact", "", None)


def test_many_change_by_one_word_and_only_those_that_differ() -> None:
    found_areas()
    bring_lamps()
    correct("component", LAMPS[:1], state="broken")
    change = correct("component", LAMPS, now=NOW + 2 * HOUR, state="broken")
    assert points.of_change(change) == ("component", "correct_points", LAMPS[1:])
    assert set(Component.objects.values_list("state", flat=True)) == {"broken"}
    with refused("nothing_changed"):
        correct("component", LAMPS, state="broken")
    with refused("one_at_a_time"):
        correct("component", LAMPS, note="x")
    (step,) = [one for one in journal.of_subject(_district()) if one.verb == "correct_points"]
    assert (step.payload["count"], step.payload["state"]) == (4, "broken")


def _district():
    from xiucheng.foundation.places.models import Area

    return Area.objects.get(level="district").id


def test_what_cannot_be_is_refused_beside_its_field() -> None:
    found_town()
    bring_lamps()
    bring_park()
    with refused("unknown_state") as caught:
        correct("component", LAMPS[:1], state="gone")
    assert list(caught.value.fields) == ["state"]
    with refused("unknown_component", 404):
        correct("component", ["9901010137009999"], state="lost")
    with refused("unknown_facility", 404):
        correct("facility", ["nowhere"], state="lost")
    with refused("name_missing"):
        correct("facility", ["P1"], name=" ")
    with refused("text_too_long"):
        correct("facility", ["P1"], note="长" * 201)
    commands.set_outline(actor=ACTOR, now=NOW, code="990101", box=(119.0, 29.0, 121.0, 31.0))
    with refused("point_outside"):
        correct("facility", ["P1"], lon=10.0, lat=10.0)
    with refused("bad_point"):
        correct("facility", ["P1"], lon=0.0, lat=0.0)
    for missing, said in (("lat", {"lon": 120.0}), ("lon", {"lat": 30.0})):
        with refused("bad_point") as caught:
            correct("facility", ["P1"], **said)
        assert list(caught.value.fields) == [missing]
    with refused("unknown_kind_of_file", 404):
        correct("grid", ["P1"], state="lost")


def test_two_who_correct_at_once_do_not_overwrite_each_other() -> None:
    found_areas()
    bring_lamps()
    seen = points.last_change("component", LAMPS[0])
    correct("component", LAMPS[:1], seen=seen, state="lost")
    with refused("moved_on", 409):
        correct("component", LAMPS[:1], seen=seen, state="broken")


def test_a_facility_that_moves_takes_its_community_along() -> None:
    from xiucheng.foundation.places import queries

    found_town()
    bring_park()
    before = Facility.objects.get(code="P1")
    far = next(
        (WEST + x * CELL, SOUTH + 0.0005)
        for x in range(1, 9)
        if queries.locate(WEST + x * CELL, SOUTH + 0.0005).community not in (None, before.community_id)
    )
    correct("facility", ["P1"], lon=far[0], lat=far[1], address="柳树路")
    moved = Facility.objects.get(code="P1")
    assert moved.community_id == queries.locate(*far).community
    assert (moved.lon, moved.lat, moved.address) == (*far, "柳树路")


def test_a_history_tells_each_change_with_before_and_after() -> None:
    found_areas()
    bring_park(",设施状态", ",破损")
    first = correct("facility", ["P1"], state="intact", name="槐树口袋公园")
    second = correct("facility", ["P1"], now=NOW + 2 * HOUR, state="occupied")
    commands.undo_change(actor=ACTOR, now=NOW + 3 * HOUR, change_id=second)
    third = correct("facility", ["P1"], now=NOW + 4 * HOUR, state="abandoned")
    told = points.history(points.point("facility", "P1"))
    assert [one.change_id for one in told[:3]] == [third, second, first]
    assert [one.fields for one in told] == [
        (("state", "intact", "abandoned"),),
        (),
        (("name", "槐树公园", "槐树口袋公园"), ("state", "broken", "intact")),
        (),
    ]
    assert [(one.new, one.undone_at is not None) for one in told] == [
        (False, False), (False, True), (False, False), (True, False),
    ]  # fmt: skip


def test_a_file_that_says_nothing_of_the_state_leaves_it() -> None:
    found_areas()
    bring_lamps()
    bring_park()
    correct("component", LAMPS[:1], state="lost", note="井盖没了")
    correct("facility", ["P1"], state="occupied")
    bring_lamps()
    bring_park()
    lamp = Component.objects.get(code=LAMPS[0])
    assert (lamp.state, lamp.note) == ("lost", "井盖没了")
    assert Facility.objects.get().state == "occupied"
    bring_lamps(",状态", ",完好")
    bring_park(",状态", ",完好")
    assert set(Component.objects.values_list("state", flat=True)) == {"intact"}
    assert Facility.objects.get().state == "intact"


def test_a_facility_of_an_unknown_state_is_refused_by_its_row() -> None:
    found_areas()
    source = (
        "code,name,kind,lon,lat,状态,权属单位\nP1,公园,park,120,30,没了,\nP2,公厕,toilet,120,30,废弃,市政\n".encode()
    )
    report = commands.load_facilities(actor=ACTOR, now=NOW, source=source)
    assert [(one.row, one.code) for one in report.refused] == [(1, "unknown_state")]
    assert report.parties == (("P2", "owner", "市政"),)
    assert Facility.objects.get().state == "abandoned"


def test_a_search_finds_by_code_name_state_kind_place_and_choice() -> None:
    found_town()
    bring_lamps()
    bring_park()
    correct("component", LAMPS[:2], state="broken")
    found = lambda kind, **asked: [one.code for one in points.listed(kind, Asked(**asked))]  # noqa: E731
    assert found("component", text="99010101370000") == LAMPS
    assert found("component", state="broken") == LAMPS[:2]
    assert found("component", only=LAMPS[3:]) == LAMPS[3:]
    assert found("component", type="0137", within=points.point("component", LAMPS[0]).community) == LAMPS
    assert found("component", within="990101002001") == []
    assert found("facility", text="槐树路") == ["P1"]
    assert [one.code for one in points.listed("component", Asked(), after=LAMPS[2], limit=1)] == [LAMPS[3]]
    assert (points.count("component", Asked(state="broken")), points.types("facility")) == (2, ["park"])


def test_a_thousand_are_corrected_in_few_statements(django_assert_max_num_queries) -> None:
    found_areas()
    codes = [f"9901010137{number:06d}" for number in range(1000)]
    rows = "".join(f"{code},120,30\n" for code in codes)
    commands.load_components(actor=ACTOR, now=NOW, source=f"code,lon,lat\n{rows}".encode())
    # Savepoint and step, rows, district, before and after, the change and its traces.
    with django_assert_max_num_queries(14):
        correct("component", codes, state="abandoned")


@given(some.lists(some.sampled_from(["intact", "broken", "lost", "abandoned", "occupied"]), min_size=1, max_size=6))
def test_any_row_of_corrections_undone_backwards_gives_the_first_again(states: list[str]) -> None:
    from django.db import transaction

    with transaction.atomic():
        found_areas()
        bring_lamps()
        made = []
        for at, state in enumerate(states, start=1):
            if state != Component.objects.get(code=LAMPS[0]).state:
                made.append(correct("component", LAMPS[:1], now=NOW + at * HOUR, state=state))
        for change in reversed(made):
            commands.undo_change(actor=ACTOR, now=NOW + 9 * HOUR, change_id=change)
        assert Component.objects.get(code=LAMPS[0]).state == "intact"
        assert all(one.undone_at for one in points.history(points.point("component", LAMPS[0])) if not one.new)
        transaction.set_rollback(True)
