"""Where a point lies, with polygons and without; names, neighbours, and what it costs."""

import random

import numpy as np
import pytest
import shapely

from tests.foundation.places.ground import ACTOR, CELL, NOW, SOUTH, WEST, collection, found_areas, found_town
from xiucheng.foundation.places import commands, queries
from xiucheng.foundation.places.queries import Located

pytestmark = pytest.mark.django_db


def inside(shape: shapely.Geometry) -> tuple[float, float]:
    point = shapely.point_on_surface(shape)
    return point.x, point.y


def test_a_point_gets_all_its_codes() -> None:
    cells = found_town()
    codes = sorted(cells)
    commands.load_duty_grids(actor=ACTOR, now=NOW, source=collection([({"code": "D1", "members": codes[:2]}, None)]))
    assert queries.locate(*inside(cells[codes[0]])) == Located(
        community="990101001001", street="990101001", district="990101", unit_grid=codes[0], duty_grid="D1"
    )
    assert queries.locate(*inside(cells[codes[-1]])).duty_grid is None


def test_without_polygons_a_place_is_a_name_and_nothing_is_outside() -> None:
    found_areas()
    assert queries.locate(120, 30) == Located(district="990101")
    assert queries.locate(-73.9, 40.7) == Located(district="990101")
    assert queries.code_by_name("槐树社区") == "990101001001"


def test_with_no_areas_at_all_there_is_an_answer_too() -> None:
    assert queries.locate(120, 30) == Located()
    assert queries.district() is None
    assert queries.children() == []
    assert queries.area_name("990101001001") == "990101001001"


def test_a_box_alone_says_what_is_outside_and_accuracy_widens_it() -> None:
    found_areas()
    commands.set_outline(actor=ACTOR, now=NOW, code="990101", box=(120.0, 30.0, 120.1, 30.1), accuracy=300)
    assert queries.locate(120.05, 30.05) == Located(district="990101")
    # 200 m beyond the border is within the doubt, 500 m is not.
    assert not queries.locate(120.05, 30.1 + 200 / 111_195).outside
    assert queries.locate(120.05, 30.1 + 500 / 111_195) == Located(outside=True)
    assert queries.locate(float("nan"), 30).outside
    commands.set_outline(actor=ACTOR, now=NOW, code="990101")
    assert not queries.locate(-73.9, 40.7).outside


def test_coarser_polygons_answer_where_finer_ones_are_missing() -> None:
    cells = found_town()
    codes = sorted(cells)
    west_half = shapely.union_all([cells[code] for code in codes[:6]])
    beside = shapely.box(WEST - 5 * CELL, SOUTH, WEST - CELL, SOUTH + CELL)
    commands.set_outline(actor=ACTOR, now=NOW, code="990101002", shape=beside)
    commands.set_outline(actor=ACTOR, now=NOW, code="990101001001", shape=west_half.buffer(CELL / 2))
    lone = ({"code": "D9", "area": "990101002001"}, shapely.box(WEST - 3 * CELL, SOUTH, WEST - 2 * CELL, SOUTH + CELL))
    commands.load_duty_grids(actor=ACTOR, now=NOW, source=collection([lone]))
    assert queries.locate(WEST - 4 * CELL, SOUTH + CELL / 2) == Located(street="990101002", district="990101")
    assert queries.locate(WEST - 2.5 * CELL, SOUTH + CELL / 2) == Located(
        community="990101002001", street="990101002", district="990101", duty_grid="D9"
    )
    north_of_town = (WEST + CELL, SOUTH + 3.4 * CELL)
    assert queries.locate(*north_of_town).community == "990101001001"
    assert queries.locate(*north_of_town).unit_grid is None


def test_many_points_get_the_answers_of_one_by_one() -> None:
    cells = found_town()
    commands.set_outline(
        actor=ACTOR, now=NOW, code="990101", shape=shapely.union_all(list(cells.values())).buffer(CELL / 3)
    )
    draw = random.Random(5)
    points = [(WEST + draw.uniform(-1, 5) * CELL, SOUTH + draw.uniform(-1, 4) * CELL) for _ in range(400)]
    points += [tuple(point) for shape in cells.values() for point in shapely.get_coordinates(shape)]
    points += [(float("nan"), 30.0), (float("inf"), 30.0)]
    answers = queries.locate_many(points)
    assert answers == [queries.locate(*point) for point in points]
    assert {answer.outside for answer in answers} == {True, False}
    assert {answer.unit_grid for answer in answers} >= set(cells)
    assert queries.locate_many([]) == []
    assert queries.locate_many(np.array(points[:3])) == answers[:3]


def test_names_agree_from_strict_to_loose_and_never_by_guess() -> None:
    found_areas()
    commands.add_area(actor=ACTOR, now=NOW, parent="990101", name="柳树街道", code="990101003")
    twin = commands.add_area(actor=ACTOR, now=NOW, parent="990101003", name="槐树社区", code="990101003001")
    # 柳树社区居委会 is in the list as such; the street of the same stem must not catch it.
    assert queries.code_by_name("柳树社区") == "990101001002"
    assert queries.code_by_name("柳树街道办事处") == "990101003"
    assert queries.code_by_name("槐树社区") is None
    assert queries.code_by_name("槐树社区", within="990101003") == twin
    assert queries.code_by_name("杨树社区") is None
    assert queries.code_by_name("") is None


def test_the_tree_is_walked_by_code() -> None:
    found_areas()
    assert [area.code for area in queries.children()] == ["990101"]
    assert [area.name for area in queries.children("990101000000")] == ["东门街道", "西门镇"]
    assert [area.code for area in queries.subtree("990101001")] == ["990101001", "990101001001", "990101001002"]
    assert queries.area("990101001001").parent == "990101001"
    assert queries.area("990101009") is None
    assert queries.area_name("990101001001007") == "槐树社区 007"


def test_near_measures_metres_and_sorts(django_assert_num_queries: object) -> None:
    found_areas()
    rows = [("0137", n * 30) for n in range(6)] + [("0101", 45)]
    lines = [
        f"990101{kind}{n:06d},{120.1 + metres / (111_195 * 0.8660254):.7f},30.0"
        for n, (kind, metres) in enumerate(rows, start=1)
    ]
    source = "\n".join(["code,lon,lat", *lines]).encode()
    commands.load_components(actor=ACTOR, now=NOW, source=source)
    commands.load_facilities(
        actor=ACTOR, now=NOW, source="code,name,kind,lon,lat\nT1,公厕,toilet,120.1,30.0001\n".encode()
    )
    with django_assert_num_queries(1):
        lamps = queries.near(120.1, 30.0, 100, of=("0137",))
    assert [round(found.metres) for found in lamps] == [0, 30, 60, 90]
    assert [found.kind for found in queries.near(120.1, 30.0, 50)] == ["0137", "0137", "0101"]
    assert len(queries.near(120.1, 30.0, 1000, limit=2)) == 2
    assert [found.code for found in queries.near(120.1, 30.0, 20, "facility")] == ["T1"]
    assert queries.near(120.1, 30.0, 5, "facility") == []


def test_what_is_remembered_costs_no_statement(django_assert_num_queries: object) -> None:
    cells = found_town()
    point = inside(cells["990101001001001"])
    queries.locate(*point)
    with django_assert_num_queries(0):
        for _ in range(50):
            queries.locate(*point)
        queries.area("990101001")
        queries.children("990101001")
        queries.code_by_name("槐树社区")
        queries.district()


def test_outlines_are_a_map() -> None:
    cells = found_town()
    found = queries.outlines("unit_grid", "990101001001")
    assert [feature["properties"] for feature in found["features"]] == [
        {"code": code} for code in sorted(cells) if code.startswith("990101001001")
    ]
    first = shapely.geometry.shape(found["features"][0]["geometry"])
    assert first.equals(cells["990101001001001"])
    commands.set_outline(actor=ACTOR, now=NOW, code="990101001", shape=cells["990101001001001"])
    assert [feature["properties"] for feature in queries.outlines("area", level="street")["features"]] == [
        {"code": "990101001", "name": "东门街道"}
    ]


def test_the_nearest_of_many_points_is_what_near_says_of_each(django_assert_num_queries: object) -> None:
    found_areas()
    lines = [f"990101{kind}{n:06d},{120.1 + n / 20_000:.7f},30.0" for n in range(1, 9) for kind in ("0137", "0101")]
    commands.load_components(actor=ACTOR, now=NOW, source="\n".join(["code,lon,lat", *lines]).encode())
    asked = [(120.1 + n / 27_000, 30.00002, kind) for n in range(12) for kind in ("0137", "0101", "0999")]
    with django_assert_num_queries(1):
        found = queries.nearest_components(asked, 3.0)
    expected = [queries.near(lon, lat, 3.0, of=(kind,), limit=1) for lon, lat, kind in asked]
    assert found == [one[0].code if one else None for one in expected]
    assert {None} < set(found)
    assert queries.nearest_components([], 3.0) == []
