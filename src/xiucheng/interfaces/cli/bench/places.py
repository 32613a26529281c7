"""Finding the cell of a point: 4,096 cells of 48 vertices, one point at a time and 300,000 at once.

Floor: the plainest use of the same geometry library, a tree of unprepared shapes asked with a predicate.
"""

import random
from collections.abc import Iterable
from math import cos, pi, sin

import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry import Polygon

from xiucheng.foundation.places.index import CellIndex

from .measure import Figure, in_turn, timed

SIDE = 64
VERTICES = 48
WEST, SOUTH, STEP = 122.0, 37.4, 0.001


def cells() -> list[tuple[str, Polygon]]:
    """64 × 64 cells with wavy borders that neighbours share, 48 vertices each."""
    made = []
    for row in range(SIDE):
        for column in range(SIDE):
            ring = [*_edge(column, row, 1, 0), *_edge(column + 1, row, 0, 1)]
            ring += [*reversed(_edge(column, row + 1, 1, 0, closed=True))][:-1]
            ring += [*reversed(_edge(column, row, 0, 1, closed=True))][:-1]
            made.append((f"{row:03d}{column:03d}", Polygon(ring)))
    return made


def _edge(column: int, row: int, right: int, up: int, *, closed: bool = False) -> list[tuple[float, float]]:
    """One side of a cell, twelve stretches; the same points whichever neighbour asks."""
    points = []
    for number in range(VERTICES // 4 + closed):
        share = number / (VERTICES // 4)
        wave = 0.08 * STEP * sin(2 * pi * share) * cos(column * 1.7 + row * 2.3)
        points.append(
            (WEST + (column + right * share) * STEP + up * wave, SOUTH + (row + up * share) * STEP + right * wave)
        )
    return points


def measure(quick: bool, asked: Iterable[str]) -> list[Figure]:
    """locate_one_us, locate_bulk_per_s."""
    made = cells()
    index = CellIndex(made)
    shapes = np.array([shape for _, shape in made], dtype=object)
    tree = STRtree(shapes)
    rng = random.Random(7)
    many = 60_000 if quick else 300_000
    points = np.array([(WEST + rng.random() * SIDE * STEP, SOUTH + rng.random() * SIDE * STEP) for _ in range(many)])
    singles = points[: 2_000 if quick else 20_000].tolist()
    runs = 3 if quick else 5

    def one_by_one() -> float:
        return timed(lambda: [index.one(lon, lat) for lon, lat in singles]) / len(singles) * 1e6

    def one_by_one_bare() -> float:
        few = singles[: len(singles) // 10]
        return timed(lambda: [tree.query(shapely.Point(p), predicate="intersects") for p in few]) / len(few) * 1e6

    def bulk() -> float:
        return many / timed(lambda: index.many(points))

    def bulk_bare() -> float:
        return many / timed(lambda: tree.query(shapely.points(points), predicate="intersects"))

    one, one_floor = in_turn(runs, one_by_one, one_by_one_bare)
    rate, rate_floor = in_turn(runs, bulk, bulk_bare)
    return [
        Figure("locate_one_us", one, "µs", one_floor, more_is_better=False),
        Figure("locate_bulk_per_s", rate, "points/s", rate_floor),
    ]
