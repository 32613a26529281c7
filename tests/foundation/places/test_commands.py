"""Founding a district in a real database, and keeping it true."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
import shapely
from django.db import IntegrityError, transaction

from tests.foundation.places.ground import (
    ACTOR,
    AREAS,
    CELL,
    NOW,
    collection,
    found_areas,
    found_town,
    lattice,
    numbered,
)
from xiucheng.foundation.places import commands, queries
from xiucheng.foundation.places.loaders.divisions import AreaRow
from xiucheng.foundation.places.models import Area, Component, DutyGrid, Facility, UnitGrid
from xiucheng.kit.models import Step
from xiucheng.kit.refused import Refused

pytestmark = pytest.mark.django_db


def refusal(call: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught, transaction.atomic():
        call()
    return caught.value


def test_loading_areas_twice_changes_names_and_nothing_else() -> None:
    found_areas()
    again = [AreaRow(row.row, row.code, row.name.replace("示例区", "新示例区")) for row in AREAS]
    commands.load_areas(actor=ACTOR, now=NOW, rows=again)
    assert Area.objects.count() == len(AREAS)
    assert queries.district().name == "新示例区"
    assert [step.verb for step in Step.objects.order_by("id")] == ["load_areas", "load_areas"]


def test_a_second_district_is_refused_row_by_row() -> None:
    found_areas()
    report = commands.load_areas(actor=ACTOR, now=NOW, rows=[AreaRow(1, "990199", "另一区")])
    assert [finding.code for finding in report.refused] == ["other_district"]
    assert report.taken == 0


def test_an_addition_gets_the_next_local_code_and_is_found_by_name() -> None:
    found_areas()
    code = commands.add_area(actor=ACTOR, now=NOW, parent="990101001", name="海城社区")
    assert code == "990101001999"
    assert queries.code_by_name("海城社区居委会") == code
    assert queries.area(code).local
    report = commands.load_additions(
        actor=ACTOR, now=NOW, source="parent_code,name\n990101001,海城社区\n990101001,新城社区\n,无处社区\n".encode()
    )
    assert (report.read, report.taken, [finding.code for finding in report.refused]) == (3, 2, ["unknown_area"])
    assert queries.code_by_name("新城社区") == "990101001998"


@pytest.mark.parametrize(
    ("parent", "name", "code", "refused", "status"),
    [
        ("990101077", "甲社区", None, "unknown_area", 404),
        ("990101001", "甲社区", "12", "bad_area_code", 422),
        ("990101001", "甲社区", "990101002009", "not_below_parent", 422),
        ("990101001", "甲社区", "990101001001", "code_taken", 422),
        ("990101001", " ", None, "name_missing", 422),
        ("990101001", "\u200b\u3164", None, "name_missing", 422),
        ("990101001", "槐树社区", None, "same_name", 422),
    ],
)
def test_an_addition_that_does_not_fit_is_refused(
    parent: str, name: str, code: str | None, refused: str, status: int
) -> None:
    found_areas()
    answer = refusal(lambda: commands.add_area(actor=ACTOR, now=NOW, parent=parent, name=name, code=code))
    assert (answer.code, answer.status) == (refused, status)
    assert Area.objects.count() == len(AREAS)


def test_closing_from_the_bottom_up() -> None:
    found_areas()
    close = lambda code, on: commands.close_area(actor=ACTOR, now=NOW, code=code, on=on)  # noqa: E731
    assert refusal(lambda: close("990101002", date(2026, 3, 2))).code == "still_active_below"
    assert refusal(lambda: close("990101002001", date(2026, 3, 3))).code == "date_ahead"
    close("990101002001", date(2026, 3, 2))
    assert queries.children("990101002") == []
    assert [area.active_to for area in queries.children("990101002", closed=True)] == [date(2026, 3, 2)]
    assert queries.code_by_name("桥头村") is None
    assert queries.area_name("990101002001") == "桥头村委会"
    close("990101002", date(2026, 3, 2))


def test_reloading_a_communitys_grids_replaces_them_and_keeps_duty_grids() -> None:
    cells = found_town()
    codes = sorted(cells)
    duty = [({"code": "D1", "members": codes[:3]}, None)]
    commands.load_duty_grids(actor=ACTOR, now=NOW, source=collection(duty))
    fewer = {code: cells[code] for code in codes[:4]}
    report = commands.load_unit_grids(actor=ACTOR, now=NOW, source=collection(fewer.items()))
    assert report.taken == 4
    assert sorted(UnitGrid.objects.values_list("code", flat=True)) == codes[:4] + codes[6:]
    assert [grid.duty_grid for grid in queries.unit_grids("990101001001")] == ["D1", "D1", "D1", None]


def test_a_file_of_faulty_grids_leaves_what_is_there() -> None:
    cells = found_town()
    report = commands.load_unit_grids(actor=ACTOR, now=NOW, source=collection([("990101001001001", None)]))
    assert (report.read, report.taken, len(report.refused)) == (1, 0, 1)
    assert UnitGrid.objects.count() == len(cells)


def test_grids_are_checked_against_the_communitys_outline() -> None:
    found_areas()
    shapes = lattice(3, 1)
    whole = shapely.union_all([shape for row in shapes for shape in row])
    commands.set_outline(actor=ACTOR, now=NOW, code="990101001001", shape=whole)
    source = collection(numbered("990101001001", [row[:2] for row in shapes]))
    report = commands.load_unit_grids(actor=ACTOR, now=NOW, source=source)
    assert report.taken == 2
    assert [(finding.code, finding.about) for finding in report.warnings] == [("gap", "990101001001")]


def test_duty_grids_of_an_area_are_replaced_together() -> None:
    codes = sorted(found_town())
    first = [({"code": "D1", "members": codes[:3]}, None), ({"code": "D2", "members": codes[3:6]}, None)]
    commands.load_duty_grids(actor=ACTOR, now=NOW, source=collection(first))
    second = [({"code": "D3", "name": "全社区", "members": codes[:6]}, None)]
    commands.load_duty_grids(actor=ACTOR, now=NOW, source=collection(second))
    assert [(grid.code, grid.name, grid.area) for grid in queries.duty_grids("990101001")] == [
        ("D3", "全社区", "990101001001")
    ]
    assert {grid.duty_grid for grid in queries.unit_grids("990101001001")} == {"D3"}
    assert DutyGrid.objects.get().shape is not None


def test_nothing_is_loaded_before_the_district() -> None:
    for load in (commands.load_unit_grids, commands.load_duty_grids, commands.load_components):
        assert refusal(lambda load=load: load(actor=ACTOR, now=NOW, source=collection([]))).code == "no_district"


COMPONENTS = (
    "code,name,community,lon,lat,owner,state\n"
    "9901010137000001,路灯,,120.0005,30.0005,路灯所,完好\n"
    "9901010137000002,路灯,柳树社区,120.0005,30.0005,,完好\n"
    "9901020137000003,路灯,,120.0005,30.0005,,完好\n"
    "9901010137000004,路灯,,121.5,31,,完好\n"
    "9901010137000005,路灯,不存在社区,120.0005,30.0005,,完好\n"
)


def test_components_are_placed_by_name_or_by_where_they_lie() -> None:
    cells = found_town()
    commands.set_outline(actor=ACTOR, now=NOW, code="990101", shape=shapely.union_all(list(cells.values())))
    report = commands.load_components(actor=ACTOR, now=NOW, source=COMPONENTS.encode())
    assert {finding.row: finding.code for finding in report.refused} == {
        3: "other_district",
        4: "point_outside",
        5: "unknown_area",
    }
    assert report.parties == (("9901010137000001", "owner", "路灯所"),)
    assert [queries.component(f"990101013700000{n}").community for n in (1, 2)] == ["990101001001", "990101001002"]
    assert queries.component("9901010137000001").unit_grid == queries.locate(120.0005, 30.0005).unit_grid
    again = commands.load_components(actor=ACTOR, now=NOW, source=COMPONENTS.replace("完好", "破损").encode())
    assert again.taken == 2
    assert Component.objects.count() == 2
    assert queries.component("9901010137000001").state == "broken"


def test_without_any_polygon_components_are_kept_and_named() -> None:
    found_areas()
    report = commands.load_components(actor=ACTOR, now=NOW, source=COMPONENTS.encode())
    assert [finding.code for finding in report.warnings] == ["place_unknown", "place_unknown"]
    assert report.taken == 3


def test_facilities_are_stored_once() -> None:
    found_town()
    source = "code,name,kind,lon,lat\nP1,槐树公园,park,120.0005,30.0005\n".encode()
    for _ in range(2):
        assert commands.load_facilities(actor=ACTOR, now=NOW, source=source).taken == 1
    assert Facility.objects.get().community_id == queries.locate(120.0005, 30.0005).community


def test_an_outline_that_is_no_polygon_is_refused() -> None:
    found_areas()
    bow = shapely.Polygon([(120, 30), (120 + CELL, 30 + CELL), (120 + CELL, 30), (120, 30 + CELL)])
    answer = refusal(lambda: commands.set_outline(actor=ACTOR, now=NOW, code="990101", shape=bow))
    assert answer.code == "bad_outline"


@pytest.mark.parametrize(
    "row",
    [
        {"code": "99010", "level": "district", "name": "x"},
        {"code": "990101002005", "level": "street", "name": "x", "parent_id": "990101002"},
        {"code": "990101009", "level": "street", "name": "x", "parent_id": "990101001"},
        {"code": "990199", "level": "district", "name": "x"},
        {"code": "990101009", "level": "street", "name": "", "parent_id": "990101"},
    ],
)
def test_the_database_itself_holds_the_tree_together(row: dict[str, str]) -> None:
    found_areas()
    with pytest.raises(IntegrityError), transaction.atomic():
        Area.objects.create(**row)


def test_steps_hold_counts_and_codes() -> None:
    found_town()
    payloads = {step.verb: step.payload for step in Step.objects.all()}
    assert UUID(payloads["load_unit_grids"].pop("change"))
    assert payloads["load_unit_grids"] == {"read": 12, "taken": 12, "refused": 0}
