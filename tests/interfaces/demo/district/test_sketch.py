"""丝澜区（示例） as drawn, before any database: a true partition, everything in the numbers promised, by one seed."""

from collections import Counter
from functools import lru_cache
from itertools import pairwise

import pytest
import shapely
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from xiucheng.foundation.places.loaders import grids
from xiucheng.foundation.places.loaders.report import Sieve
from xiucheng.foundation.places.partition import square_metres
from xiucheng.foundation.places.survey import survey
from xiucheng.interfaces.demo.district import land as lands
from xiucheng.interfaces.demo.district.land import Land
from xiucheng.interfaces.demo.district.names import CODE, numeral
from xiucheng.interfaces.demo.district.plan import FULL, SEED, SMALL
from xiucheng.interfaces.demo.district.sketch import Sketch
from xiucheng.operations.cases.catalogue import body_from_csv
from xiucheng.operations.dispatch.rules.check import Known, check


@lru_cache(maxsize=1)
def full() -> Sketch:
    return Sketch(FULL, SEED)


def edges(shape: shapely.Polygon) -> list[tuple[tuple[float, ...], tuple[float, ...]]]:
    points = list(shapely.normalize(shape).exterior.coords)
    return list(pairwise(points))


def assert_partition(land: Land) -> None:
    """Neighbours share their borders to the last digit: every edge is there once, its reverse in another cell or
    nowhere, and those without a reverse make one ring, the rim."""
    counted = Counter(edge for shape in land.unit_grids.values() for edge in edges(shape))
    assert set(counted.values()) == {1}
    rim = [(start, end) for start, end in counted if (end, start) not in counted]
    rings = shapely.get_parts(shapely.polygonize([shapely.LineString(edge) for edge in rim]))
    assert len(rings) == 1
    whole = shapely.Polygon(rings[0].exterior)
    assert sum(shape.area for shape in land.unit_grids.values()) == pytest.approx(whole.area, rel=1e-9)
    assert not any(shape.interiors for shape in land.unit_grids.values())


def test_there_is_as_much_of_everything_as_promised() -> None:
    sketch = full()
    land = sketch.land
    assert len(land.streets) == 10
    assert len(land.communities) == 120
    assert len(land.unit_grids) == 3_000
    assert len(land.duty_grids) == 100
    assert len(sketch.components) == 40_000
    assert len(sketch.compounds) == 800
    assert len(sketch.agencies) == 60


def test_the_unit_grids_are_a_true_partition() -> None:
    assert_partition(full().land)
    assert survey(full().land.unit_grids, {CODE: full().land.outlines[CODE]}) == []


def test_the_places_room_finds_nothing_to_say_about_it() -> None:
    land, sieve = full().land, Sieve()
    outlines = {code: shape for code, shape in land.outlines.items() if len(code) == 12}
    read, cells = grids.read_unit_grids(land.unit_grid_rows(), "wgs84", set(land.communities), outlines, sieve)
    assert (sieve.refused, sieve.warnings) == ([], [])
    assert read == len(cells) == 3_000


@given(seed=st.integers(0, 10**6))
@examples(max_examples=12)
def test_every_seed_gives_a_partition_of_whole_pieces(seed: int) -> None:
    land = lands.lay(SMALL, seed)
    assert_partition(land)
    assert len(land.unit_grids) == SMALL.unit_grids
    assert {shape.geom_type for shape in land.outlines.values()} == {"Polygon"}
    assert not any(len(shape.interiors) for shape in land.outlines.values())
    assert all(4_000 < square_metres(shape) < 40_000 for shape in land.unit_grids.values())


def test_borders_run_along_ways_and_rivers() -> None:
    land = full().land
    ways = shapely.union_all([way.line for way in land.ways])
    near = shapely.buffer(ways, 0.05 / 111_195)
    rim = land.outlines[CODE].boundary
    inner = shapely.union_all([shape.boundary for shape in list(land.unit_grids.values())[:200]])
    inner = inner.difference(rim.buffer(0.5 / 111_195))
    assert inner.length > 0
    assert inner.difference(near).length / inner.length < 0.001
    kinds = Counter(way.kind for way in land.ways)
    assert kinds == {"river": 3, "avenue": 6, "road": 110, "lane": 2_880}
    assert len({way.name for way in land.ways}) == len(land.ways)


def test_duty_grids_share_out_every_unit_grid_within_one_street() -> None:
    land = full().land
    dealt = [grid for members in land.duty_grids.values() for grid in members]
    assert sorted(dealt) == sorted(land.unit_grids)
    for code, members in land.duty_grids.items():
        assert {grid[:9] for grid in members} == {code[:9]}
        assert 1 <= len({grid[:12] for grid in members}) <= 2
        assert shapely.union_all([land.unit_grids[grid] for grid in members]).geom_type == "Polygon"
    assert set(Counter(code[:9] for code in land.duty_grids).values()) == {10}


def test_the_same_seed_gives_the_same_district_and_another_another() -> None:
    digest = Sketch(SMALL, 7).digest()
    assert Sketch(SMALL, 7).digest() == digest
    assert Sketch(SMALL, 8).digest() != digest


def test_components_stand_in_their_unit_grid_beside_a_way_and_belong_to_somebody() -> None:
    sketch = full()
    codes = {org.code for org in sketch.agencies}
    assert len({one.code for one in sketch.components}) == 40_000
    assert {one.owner for one in sketch.components} | {one.maintainer for one in sketch.components} <= codes
    sample = sketch.components[::100]
    ways = shapely.STRtree([way.line for way in sketch.land.ways])
    for one in sample:
        point = shapely.Point(one.lon, one.lat)
        assert sketch.land.unit_grids[one.unit_grid].contains(point)
        assert ways.query_nearest(point, return_distance=True)[1][0] * 111_195 < 15.2  # 12 m, in degrees of longitude
    railings = [one for one in sketch.components if one.kind == "0507"]
    rivers = shapely.union_all([way.line for way in sketch.land.ways if way.kind == "river"])
    assert railings
    assert (
        max(rivers.distance(shapely.Point(one.lon, one.lat)) for one in railings) * 111_195 < 15.2
    )  # 12 m, in degrees of longitude


def test_compounds_and_facilities_have_names_and_addresses_of_their_own() -> None:
    sketch = full()
    assert len({one.name for one in sketch.compounds}) == 800
    assert len({one.code for one in (*sketch.facilities, *sketch.compounds)}) == 800 + len(sketch.facilities)
    for one in (*sketch.facilities, *sketch.compounds):
        assert sketch.land.unit_grids[one.unit_grid].contains(shapely.Point(one.lon, one.lat))
        assert "号" in one.address


def test_everything_is_labelled_as_an_example() -> None:
    assert all(org.name.startswith("示例") for org in full().agencies)
    assert "（示例）" in full().land.areas()[0].name
    assert all(one.name.startswith("示例") for one in full().facilities)


def test_the_routing_is_sound_and_every_category_goes_to_somebody() -> None:
    catalogue = body_from_csv()["categories"]
    bodies = full().bodies
    body = bodies.routing({one["key"]: one["kind"] for one in catalogue})
    known = Known(
        categories={one["key"]: (one["kind"], one["key"][:3]) for one in catalogue},
        areas={CODE, *(street.code for street in bodies.streets)},
        channels={"resident", "hotline", "patrol", "desk", "api"},
        relations={"owner", "maintainer", "competent"},
        agencies={org.code for org in full().agencies},
        district=CODE,
    )
    assert check(body, known) == []


@pytest.mark.parametrize(("number", "word"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (43, "四十三")])
def test_lanes_are_counted_in_chinese(number: int, word: str) -> None:
    assert numeral(number) == word
