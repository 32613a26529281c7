"""The sample district's ground: irregular cells that share their borders exactly, grouped into communities and streets.

A lattice of corner points is pushed about and every border bent once, so that whoever draws it from either side draws
the same line. Cells are dealt to streets and communities by cutting the lattice in two again and again, then ragged
along the seams. Lengths are degrees around a place that is only there to be drawn on.
"""

import math
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from xiucheng.foundation.places.loaders.divisions import AreaRow
from xiucheng.foundation.places.rules import METRES_PER_DEGREE

from .names import DISTRICT_CODE, DISTRICT_NAME, STREETS

COLUMNS, ROWS = 26, 23
MIDDLE = (122.1, 37.5)
# About 110 m across, so a cell has the standard's 10,000 m² or a little more (STANDARDS §1).
CELL_METRES = 110.0
CELL = (CELL_METRES / (METRES_PER_DEGREE * math.cos(math.radians(MIDDLE[1]))), CELL_METRES / METRES_PER_DEGREE)
LEAST, MOST = 10, 21
"""How many cells a community may have."""

Place = tuple[int, int]
Point = tuple[float, float]


@dataclass(frozen=True)
class Ground:
    """The cells by their place in the lattice (row from the north, column from the west), and whose each is."""

    cells: Mapping[Place, Polygon]
    community_of: Mapping[Place, str]
    borders: tuple[tuple[Point, ...], ...]

    @cached_property
    def unit_grids(self) -> dict[str, Polygon]:
        """Unit grids by code, numbered in each community from west to east, then north to south."""
        counted: dict[str, int] = defaultdict(int)
        codes = {}
        for place in sorted(self.cells):
            community = self.community_of[place]
            counted[community] += 1
            codes[f"{community}{counted[community]:03d}"] = self.cells[place]
        return codes

    @cached_property
    def outline(self) -> BaseGeometry:
        """The whole district."""
        return shapely.union_all(list(self.cells.values()))

    def outline_of(self, code: str) -> BaseGeometry:
        """A street or community."""
        return shapely.union_all([shape for grid, shape in self.unit_grids.items() if grid.startswith(code)])

    def areas(self) -> list[AreaRow]:
        """The area tree."""
        named = [(DISTRICT_CODE, DISTRICT_NAME)]
        for street in STREETS:
            named.append((street.code, street.name))
            named += [(code, name) for code, name in communities(street.code)]
        return [AreaRow(number, code, name) for number, (code, name) in enumerate(named, start=1)]

    def unit_grid_map(self) -> dict[str, Any]:
        """The unit grids as GeoJSON."""
        return _map(({"code": code}, shape) for code, shape in self.unit_grids.items())

    def duty_grids(self) -> dict[str, list[str]]:
        """Duty grids by code with their unit grids: one a community, two where it is large."""
        found = {}
        for street in STREETS:
            for code, _name in communities(street.code):
                grids = [grid for grid in self.unit_grids if grid.startswith(code)]
                parts = [grids] if len(grids) <= 18 else [grids[: len(grids) // 2], grids[len(grids) // 2 :]]
                for number, part in enumerate(parts, start=1):
                    found[f"{code}-Z{number}"] = part
        return found

    def duty_grid_map(self) -> dict[str, Any]:
        """The duty grids as GeoJSON, by their members."""
        names = {code: name for street in STREETS for code, name in communities(street.code)}
        return _map(
            ({"code": code, "name": f"{names[code[:12]]}第 {code[-1]} 责任网格", "members": members}, None)
            for code, members in self.duty_grids().items()
        )


def communities(street: str) -> list[tuple[str, str]]:
    """(code, name) of a street's communities; villages are numbered from 200, as the statistics do."""
    of = next(one for one in STREETS if one.code == street)
    return [
        (f"{street}{number + (200 if name.endswith('村') else 0):03d}", name)
        for number, name in enumerate(of.communities, start=1)
    ]


def lay(seed: int) -> Ground:
    """The same ground for the same seed."""
    draw = random.Random(seed)
    places = [(r, c) for r in range(ROWS) for c in range(COLUMNS) if _inland(r, c)]
    corners = _corners(draw)
    across = {(r, c): _border(draw, corners[r, c], corners[r, c + 1]) for r in range(ROWS + 1) for c in range(COLUMNS)}
    down = {(r, c): _border(draw, corners[r, c], corners[r + 1, c]) for r in range(ROWS) for c in range(COLUMNS + 1)}
    cells = {
        (r, c): Polygon(
            [
                *across[r, c][:-1],
                *down[r, c + 1][:-1],
                *across[r + 1, c][:0:-1],
                *down[r, c][:0:-1],
            ]
        )
        for r, c in places
    }
    inside = [line for (r, c), line in across.items() if {(r - 1, c), (r, c)} & cells.keys()]
    inside += [line for (r, c), line in down.items() if {(r, c - 1), (r, c)} & cells.keys()]
    return Ground(cells, _deal(places, draw), tuple(inside))


def _inland(row: int, column: int) -> bool:
    """Is this place of the lattice part of the district? Corners are cut off and a bay bites into the north-east."""
    x, y = 2 * (column + 0.5) / COLUMNS - 1, 1 - 2 * (row + 0.5) / ROWS
    return abs(x) ** 3.2 + abs(y) ** 3.2 <= 1.02 and math.hypot(x - 0.62, y - 1.02) > 0.30


def _corners(draw: random.Random) -> dict[Place, Point]:
    """Corner points from the north-west, gently warped as old towns are, and each pushed a little by chance."""
    found = {}
    for r in range(ROWS + 1):
        for c in range(COLUMNS + 1):
            x, y = c - COLUMNS / 2, ROWS / 2 - r
            x += 0.45 * math.sin(r / 3.7) + 0.2 * math.sin(c / 1.9) + draw.uniform(-0.13, 0.13)
            y += 0.22 * math.sin(c / 3.1) + 0.15 * math.sin(r / 1.7) + draw.uniform(-0.13, 0.13)
            found[r, c] = (MIDDLE[0] + x * CELL[0], MIDDLE[1] + y * CELL[1])
    return found


def _border(draw: random.Random, a: Point, b: Point) -> tuple[Point, ...]:
    """A border with two bends, the ends being the corners themselves."""
    bends = []
    for share in (1 / 3, 2 / 3):
        aside = draw.uniform(-0.04, 0.04)
        bends.append(
            (
                a[0] + share * (b[0] - a[0]) - aside * (b[1] - a[1]),
                a[1] + share * (b[1] - a[1]) + aside * (b[0] - a[0]),
            )
        )
    return (a, *bends, b)


def _deal(places: Sequence[Place], draw: random.Random) -> dict[Place, str]:
    """Cells to communities: cut in two by size again and again, then let border cells change sides."""
    owner: dict[Place, str] = {}
    streets = list(STREETS)
    draw.shuffle(streets)
    for street, part in zip(streets, _cut(places, len(streets)), strict=True):
        of = [code for code, _name in communities(street.code)]
        for code, cells in zip(of, _cut(part, len(of)), strict=True):
            owner |= dict.fromkeys(cells, code)
    _rag(owner, draw)
    return owner


def _cut(places: Sequence[Place], parts: int) -> Iterator[Sequence[Place]]:
    if parts == 1:
        yield places
        return
    height = len({r for r, _ in places})
    width = len({c for _, c in places})
    first = parts // 2
    ordered = sorted(places, key=lambda place: place if height >= width else place[::-1])
    at = round(len(places) * first / parts)
    yield from _cut(ordered[:at], first)
    yield from _cut(ordered[at:], parts - first)


def _rag(owner: dict[Place, str], draw: random.Random) -> None:
    """Let some cells at the seams go to a neighbour of the same street; everyone stays in one piece and in size."""
    sizes: dict[str, int] = defaultdict(int)
    for code in owner.values():
        sizes[code] += 1
    for place in draw.sample(sorted(owner), k=len(owner)):
        mine = owner[place]
        around = [owner[near] for near in _around(place) if near in owner]
        # Two sides with the new owner, so that no cell sticks out alone.
        others = sorted({code for code in around if around.count(code) >= 2 and code[:9] == mine[:9]} - {mine})
        others = [code for code in others if sizes[code] < MOST]
        if not others or sizes[mine] <= LEAST or not _whole_without(place, owner):
            continue
        owner[place] = draw.choice(others)
        sizes[mine] -= 1
        sizes[owner[place]] += 1


def _around(place: Place) -> list[Place]:
    r, c = place
    return [(r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)]


def _whole_without(place: Place, owner: Mapping[Place, str]) -> bool:
    """Does a community stay in one piece when it loses this cell?"""
    mine = {near for near, code in owner.items() if code == owner[place]} - {place}
    seen: set[Place] = set()
    left = [min(mine)] if mine else []
    while left:
        here = left.pop()
        if here not in seen:
            seen.add(here)
            left += [near for near in _around(here) if near in mine]
    return seen == mine


def _map(features: Any) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": properties,
                "geometry": shapely.geometry.mapping(shape) if shape is not None else None,
            }
            for properties, shape in features
        ],
    }
