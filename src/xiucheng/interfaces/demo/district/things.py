"""Components along the ways of 丝澜区（示例）, facilities and compounds inside its unit grids."""

import math
import random
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import shapely
from shapely.geometry import LineString, Point

from xiucheng.foundation.places.index import CellIndex
from xiucheng.foundation.places.loaders.reading import Row
from xiucheng.foundation.places.rules import METRES_PER_DEGREE

from ..names import LANDMARKS
from ..things import ALONG_STREETS, FACILITIES
from .bodies import Bodies
from .land import MIDDLE, Land, Way
from .names import CODE, COMPOUND_ENDS, COMPOUND_STEMS, numeral
from .plan import Plan

_STATES = ("intact",) * 22 + ("broken", "broken", "lost")
# Beside rivers stand their railings; everything else stands beside streets.
_AT_RIVERS = frozenset({"0507"})
_ASIDE = {"river": 12.0, "avenue": 9.0, "road": 5.0, "lane": 3.0}
"""Metres from the middle of a way to where things stand."""

# A district of 3,000 unit grids has so many of each of the small sample's facilities (D).
_FACILITIES_FOLD = 6
_FLOORS = (5, 6, 6, 6, 11, 18, 26)


@dataclass(frozen=True, slots=True)
class Thing:
    """A component: its code of 16 digits, its kind and name, where it stands (degrees WGS84), its state, its unit
    grid, the codes of who owns and who maintains it."""

    code: str
    kind: str
    name: str
    lon: float
    lat: float
    state: str
    unit_grid: str
    owner: str
    maintainer: str


@dataclass(frozen=True, slots=True)
class Place:
    """A facility or compound: its code, kind, name, address, point, unit grid; a compound's buildings with floors."""

    code: str
    kind: str
    name: str
    address: str
    lon: float
    lat: float
    unit_grid: str
    buildings: tuple[tuple[str, int], ...] = ()


def components(land: Land, bodies: Bodies, plan: Plan, seed: int) -> list[Thing]:
    """The components, as many as planned, of the small sample's kinds and in their proportions."""
    draw = random.Random(f"{seed}:components")
    cells = CellIndex(list(land.unit_grids.items()))
    streets = _Along([way for way in land.ways if way.kind != "river"], draw)
    rivers = _Along([way for way in land.ways if way.kind == "river"], draw)
    found = []
    for kind, name, count in _counts(plan.components):
        along = rivers if kind in _AT_RIVERS else streets
        for number in range(1, count + 1):
            lon, lat, grid = along.spot(cells)
            owner, maintainer = bodies.parties(kind, grid)
            code = f"{CODE}{kind}{number:06d}"
            found.append(Thing(code, kind, name, lon, lat, draw.choice(_STATES), grid, owner, maintainer))
    return found


def _counts(total: int) -> Iterator[tuple[str, str, int]]:
    """(kind, name, how many): the small sample's proportions, rounded so that the sum is the total."""
    weights = [count for _kind, _name, count in ALONG_STREETS]
    ends = [round(total * upto / sum(weights)) for upto in accumulate(weights)]
    for (kind, name, _count), before, end in zip(ALONG_STREETS, [0, *ends], ends, strict=False):
        yield kind, name, end - before


class _Along:
    """Deals spots along ways, longer ones more often."""

    def __init__(self, ways: Sequence[Way], draw: random.Random) -> None:
        self._ways = ways
        self._ends = list(accumulate(way.line.length for way in ways))
        self._draw = draw

    def spot(self, cells: CellIndex) -> tuple[float, float, str]:
        """A point beside a way and the unit grid it stands in."""
        while True:
            at = self._draw.uniform(0, self._ends[-1])
            way = self._ways[min(bisect(self._ends, at), len(self._ways) - 1)]
            side = self._draw.choice((-1.0, 1.0))
            lon, lat = _beside(way.line, self._draw.uniform(0.02, 0.96), side * _ASIDE[way.kind])
            cell = cells.one(lon, lat)
            if cell >= 0:
                return round(lon, 7), round(lat, 7), cells.codes[cell]


def _beside(line: LineString, share: float, metres: float) -> tuple[float, float]:
    """A point so many metres to the right of a line, at a share of its length."""
    here, ahead = line.interpolate(share, normalized=True), line.interpolate(share + 0.02, normalized=True)
    squeeze = math.cos(math.radians(MIDDLE[1]))
    east, north = (ahead.x - here.x) * squeeze, ahead.y - here.y
    aside = metres / METRES_PER_DEGREE / ((east**2 + north**2) ** 0.5)
    return here.x + north * aside / squeeze, here.y - east * aside


def facilities(land: Land, plan: Plan, seed: int) -> list[Place]:
    """What people go to: parks, toilets, canteens …, in proportion to the ground."""
    draw = random.Random(f"{seed}:facilities")
    fold = _FACILITIES_FOLD * plan.unit_grids / 3_000
    found = []
    for kind, name, count in FACILITIES:
        for number in range(1, max(1, round(count * fold)) + 1):
            grid = draw.choice(list(land.unit_grids))
            found.append(_place(land, grid, f"{kind}-{number:03d}", kind, f"示例{name}{number:02d}", draw))
    return found


def compounds(land: Land, plan: Plan, seed: int) -> list[Place]:
    """Where people live: dealt over the communities by their ground, each in a unit grid of its own."""
    draw = random.Random(f"{seed}:compounds")
    grids = draw.sample(sorted(land.unit_grids), plan.compounds)
    names = _compound_names(draw)
    found = []
    for number, grid in enumerate(sorted(grids), start=1):
        place = _place(land, grid, f"compound-{number:04d}", "compound", next(names), draw)
        floors = draw.choice(_FLOORS)
        standing = tuple((f"{building}号楼", floors) for building in range(1, draw.randrange(2, 9)))
        found.append(replace(place, buildings=standing))
    return found


def _compound_names(draw: random.Random) -> Iterator[str]:
    """Names that no two share: 听澜花园, then 听澜花园二区 …"""
    names = [f"{stem}{end}" for stem in COMPOUND_STEMS for end in COMPOUND_ENDS]
    draw.shuffle(names)
    yield from names
    for part in range(2, 100):
        yield from (f"{name}{numeral(part)}区" for name in names)


def _place(land: Land, grid: str, code: str, kind: str, name: str, draw: random.Random) -> Place:
    point = inside(land.unit_grids[grid], draw)
    return Place(code, kind, name, address(land, grid, draw), point.x, point.y, grid)


def inside(shape: shapely.Polygon, draw: random.Random) -> Point:
    """A point somewhere in a shape."""
    west, south, east, north = shape.bounds
    while True:
        point = Point(round(draw.uniform(west, east), 7), round(draw.uniform(south, north), 7))
        if shape.contains(point):
            return point


def address(land: Land, grid: str, draw: random.Random) -> str:
    """An address in a unit grid, by a street that it lies at."""
    ways = land.ways_of[grid]
    street = draw.choice(ways).name if ways else land.communities[grid[:12]]
    return f"{street}{draw.randrange(2, 180)}号{draw.choice(LANDMARKS)}"


def component_rows(things: Sequence[Thing], names: Mapping[str, str]) -> list[Row]:
    """Rows for `places.load_components`; names: organisation code → name, as an owner's list writes it."""
    return [
        Row(
            at,
            {
                "code": one.code,
                "name": one.name,
                "state": one.state,
                "unit_grid": one.unit_grid,
                "lon": one.lon,
                "lat": one.lat,
                "accuracy": "B",
                "surveyed_on": "2026-03-15",
                "source": "示例普查",
                "owner": names[one.owner],
                "maintainer": names[one.maintainer],
            },
        )
        for at, one in enumerate(things, start=1)
    ]


def place_rows(found: Sequence[Place]) -> list[Row]:
    """Rows for `places.load_facilities`."""
    return [
        Row(
            at,
            {"code": one.code, "kind": one.kind, "name": one.name, "address": one.address, "lon": one.lon}
            | {"lat": one.lat, "community": one.unit_grid[:12]},
        )
        for at, one in enumerate(found, start=1)
    ]
