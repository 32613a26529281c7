"""The index answers as a naive loop over all polygons does, one point or many."""

import time

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.foundation.places.ground import CELL, SOUTH, WEST, lattice
from xiucheng.foundation.places.index import NOWHERE, SNAP_METRES, CellIndex
from xiucheng.foundation.places.rules import METRES_PER_DEGREE


def index_of(columns: int, rows: int, seed: int, bends: int = 3) -> tuple[CellIndex, list[shapely.Geometry]]:
    shapes = [shape for row in lattice(columns, rows, seed, bends) for shape in row]
    return CellIndex([(f"990101001001{n:03d}" if n < 1000 else f"{n:015d}", s) for n, s in enumerate(shapes)]), shapes


def naive(shapes: list[shapely.Geometry], lon: float, lat: float) -> int:
    """The first polygon that holds or touches the point, else the nearest within the snapping distance."""
    point = shapely.Point(lon, lat)
    for position, shape in enumerate(shapes):
        if shape.intersects(point):
            return position
    distance, position = min((shape.distance(point), position) for position, shape in enumerate(shapes))
    return position if distance <= SNAP_METRES / METRES_PER_DEGREE else NOWHERE


@settings(max_examples=60, deadline=None)
@given(
    size=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    seed=st.integers(0, 10_000),
    where=st.lists(st.tuples(st.floats(-0.5, 6.5), st.floats(-0.5, 6.5)), min_size=1, max_size=20),
)
def test_one_and_many_agree_with_a_loop(size: tuple[int, int], seed: int, where: list[tuple[float, float]]) -> None:
    index, shapes = index_of(*size, seed)
    points = np.array([(WEST + x * CELL, SOUTH + y * CELL) for x, y in where])
    expected = [naive(shapes, lon, lat) for lon, lat in points.tolist()]
    assert [index.one(lon, lat) for lon, lat in points.tolist()] == expected
    assert index.many(points).tolist() == expected


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_every_point_of_a_shared_border_belongs_to_one_cell_the_lowest(seed: int) -> None:
    index, shapes = index_of(3, 3, seed)
    corners = shapely.get_coordinates(shapes)
    expected = [naive(shapes, lon, lat) for lon, lat in corners.tolist()]
    assert [index.one(lon, lat) for lon, lat in corners.tolist()] == expected
    assert index.many(corners).tolist() == expected


def test_the_order_in_which_cells_come_does_not_matter() -> None:
    shapes = [shape for row in lattice(3, 3) for shape in row]
    cells = [(f"{n:015d}", shape) for n, shape in enumerate(shapes)]
    forth, back = CellIndex(cells), CellIndex(cells[::-1])
    corners = shapely.get_coordinates(shapes)
    assert forth.many(corners).tolist() == back.many(corners).tolist()


def test_a_point_in_a_sliver_between_two_surveys_goes_to_the_nearest() -> None:
    gap = 0.8 / METRES_PER_DEGREE
    index = CellIndex(
        [("1", shapely.box(120, 30, 120.001, 30.001)), ("2", shapely.box(120.001 + gap, 30, 120.002, 30.001))]
    )
    for lon, expected in ((120.001 + 0.3 * gap, 0), (120.001 + 0.7 * gap, 1)):
        assert index.one(lon, 30.0005) == expected
        assert index.many(np.array([[lon, 30.0005]])).tolist() == [expected]
    assert index.one(120, 30.001 + 1.5 / METRES_PER_DEGREE) == NOWHERE


def test_an_empty_index_knows_nothing() -> None:
    index = CellIndex([])
    assert index.one(120, 30) == NOWHERE
    assert index.many(np.array([[120.0, 30.0]])).tolist() == [NOWHERE]


@pytest.mark.slow
def test_locating_is_fast_enough() -> None:
    """The goals of the bench with a wide margin for a busy machine: 4,096 cells of 48 vertices."""
    index, shapes = index_of(64, 64, seed=7, bends=11)
    assert len(shapes[0].exterior.coords) == 49
    random = np.random.default_rng(3)
    points = np.column_stack(
        [random.uniform(WEST, WEST + 64 * CELL, 100_000), random.uniform(SOUTH, SOUTH + 64 * CELL, 100_000)]
    )
    bulk, single = [], []
    for _ in range(3):
        start = time.perf_counter()
        found = index.many(points)
        bulk.append(len(points) / (time.perf_counter() - start))
        start = time.perf_counter()
        ones = [index.one(lon, lat) for lon, lat in points[:2000].tolist()]
        single.append((time.perf_counter() - start) / 2000)
        assert ones == found[:2000].tolist()
    assert max(bulk) > 150_000
    assert min(single) < 100e-6
