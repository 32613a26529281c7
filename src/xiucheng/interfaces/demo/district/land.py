"""The ground of 丝澜区（示例）: an outline cut by rivers, avenues, roads and lanes until every piece is one unit grid.

1. Cut the district into streets, streets into communities, communities into unit grids (cutting.py).
2. Put all borders together on a grid of a centimetre and read them again as faces: a true partition.
3. Number the unit grids as the standard says; deal communities to duty grids.
"""

import math
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from xiucheng.foundation.places.drawing import in_order
from xiucheng.foundation.places.loaders.divisions import AreaRow
from xiucheng.foundation.places.loaders.reading import Row
from xiucheng.foundation.places.partition import Cell, numbering
from xiucheng.foundation.places.rules import METRES_PER_DEGREE

from .cutting import Kind, cut
from .names import AVENUES, CODE, LANE_ENDS, NAME, RIVERS, ROAD_ENDS, STREETS, Street, numeral
from .plan import Plan

MIDDLE = (122.1, 37.5)
"""Degrees: a place that is only there to be drawn on."""

CELL_M2 = 13_000.0
"""About the standard's 10,000 m² for a unit grid, a little more (STANDARDS §1)."""

_SCALE = np.array([METRES_PER_DEGREE * math.cos(math.radians(MIDDLE[1])), METRES_PER_DEGREE])
_GRID = 0.01
_NEAR = 1.0
_TRIES = 40
_UNEVEN = (0.86, 1.14)


@dataclass(frozen=True, slots=True)
class Way:
    """A river or a street with its name: a line in degrees that borders were drawn along."""

    kind: Kind
    name: str
    line: LineString


@dataclass(frozen=True)
class Land:
    """Unit grids by code, the ways between them, duty grids by code with their members, in degrees WGS84."""

    streets: tuple[Street, ...]
    communities: Mapping[str, str]
    unit_grids: Mapping[str, Polygon]
    duty_grids: Mapping[str, tuple[str, ...]]
    ways: tuple[Way, ...]

    @cached_property
    def outlines(self) -> dict[str, BaseGeometry]:
        """The shapes of the communities, the streets, and the district, by code."""
        found: dict[str, BaseGeometry] = {}
        for length in (12, 9, 6):
            groups: dict[str, list[BaseGeometry]] = defaultdict(list)
            parts = self.unit_grids if length == 12 else {code: found[code] for code in found if len(code) > length}
            for code, shape in parts.items():
                if length == 12 or len(code) == (12 if length == 9 else 9):
                    groups[code[:length]].append(shape)
            found |= {code: shapely.union_all(shapes) for code, shapes in groups.items()}
        return found

    @cached_property
    def ways_of(self) -> dict[str, tuple[Way, ...]]:
        """The ways that a unit grid lies at, rivers left out: what addresses name."""
        dry = [way for way in self.ways if way.kind != "river"]
        shapes = np.array(list(self.unit_grids.values()), dtype=object)
        near = STRtree([way.line for way in dry]).query(shapes, predicate="dwithin", distance=_NEAR / METRES_PER_DEGREE)
        found: dict[str, list[Way]] = {code: [] for code in self.unit_grids}
        codes = list(self.unit_grids)
        for cell, way in sorted(zip(*near.tolist(), strict=True)):
            found[codes[cell]].append(dry[way])
        return {code: tuple(ways) for code, ways in found.items()}

    def areas(self) -> list[AreaRow]:
        """The area tree, parents first."""
        named = [(CODE, NAME)]
        for street in self.streets:
            named.append((street.code, street.name))
            named += [(code, name) for code, name in self.communities.items() if code.startswith(street.code)]
        return [AreaRow(number, code, name) for number, (code, name) in enumerate(named, start=1)]

    def unit_grid_rows(self) -> list[Row]:
        """The unit grids as rows for `places.load_unit_grids`."""
        return [Row(at, {"code": code}, shape) for at, (code, shape) in enumerate(self.unit_grids.items(), start=1)]

    def duty_grid_rows(self) -> list[Row]:
        """The duty grids by their members, as rows for `places.load_duty_grids`."""
        return [
            Row(at, {"code": code, "name": self.name_of(code), "members": list(members), "area": code[:9]})
            for at, (code, members) in enumerate(self.duty_grids.items(), start=1)
        ]

    def outline_rows(self) -> list[Row]:
        """The outlines of all areas, as rows for `places.load_outlines`."""
        return [Row(at, {"code": code}, self.outlines[code]) for at, code in enumerate(sorted(self.outlines), start=1)]

    def name_of(self, duty_grid: str) -> str:
        """A duty grid's name in words."""
        street = next(one for one in self.streets if duty_grid.startswith(one.code))
        return f"{street.short}第{numeral(int(duty_grid[-2:]))}责任网格"


def lay(plan: Plan, seed: int) -> Land:
    """The same land for the same plan and seed; some seconds."""
    return _Surveyor(plan, seed).land()


class _Surveyor:
    """Cuts, and keeps the lines that were cut; everything in metres about the middle until the end."""

    def __init__(self, plan: Plan, seed: int) -> None:
        self._plan = plan
        self._seed = seed
        self._ways: list[tuple[Kind, str, LineString]] = []

    def land(self) -> Land:
        streets = STREETS[: self._plan.streets]
        counts = self._counts(streets)
        rough: dict[str, Polygon] = {}
        names: dict[str, str] = {}
        cells: dict[str, Polygon] = {}
        draw = self._lots("streets")
        weights = [sum(counts[street.code]) for street in streets]
        shapes = self._divide(_outline(sum(weights), draw), weights, draw, self._waterways())
        for street, shape in zip(streets, shapes, strict=True):
            for code, name, piece, count in self._communities(street, shape, counts[street.code]):
                rough[code], names[code] = piece, name
                cells |= self._unit_grids(code, name, piece, count)
        faces = _faces(cells)
        return Land(
            streets=streets,
            communities=names,
            unit_grids={code: _degrees(face) for code, face in faces.items()},
            duty_grids=self._duty_grids(streets, rough, faces),
            ways=tuple(Way(kind, name, _degrees(line)) for kind, name, line in self._ways),
        )

    def _lots(self, part: str) -> random.Random:
        return random.Random(f"{self._seed}:land:{part}")

    def _counts(self, streets: Sequence[Street]) -> dict[str, list[int]]:
        """How many unit grids each community has: between half and half as many again as the average."""
        draw = self._lots("counts")
        number = len(streets) * self._plan.communities
        weights = [draw.uniform(0.6, 1.4) for _ in range(number)]
        exact = [self._plan.unit_grids * weight / sum(weights) for weight in weights]
        counts = [int(one) for one in exact]
        # What rounding left over goes to those that lost most by it.
        order = sorted(range(number), key=lambda at: counts[at] - exact[at])
        for at in order[: self._plan.unit_grids - sum(counts)]:
            counts[at] += 1
        size = self._plan.communities
        return {street.code: counts[at * size : (at + 1) * size] for at, street in enumerate(streets)}

    def _waterways(self) -> Iterator[tuple[Kind, str]]:
        """Rivers first, then avenues."""
        yield from (("river", name) for name in RIVERS)
        yield from (("avenue", name) for name in AVENUES)

    def _divide(
        self, piece: Polygon, weights: Sequence[int], draw: random.Random, lines: Iterator[tuple[Kind, str]]
    ) -> list[Polygon]:
        """Pieces with areas as their weights, cut in two again and again, the largest first."""
        open_pieces = [(piece, list(range(len(weights))))]
        done: dict[int, Polygon] = {}
        while open_pieces:
            open_pieces.sort(key=lambda one: one[0].area)
            shape, members = open_pieces.pop()
            if len(members) == 1:
                done[members[0]] = shape
                continue
            half = len(members) // 2
            first, second = members[:half], members[half:]
            kind, name = next(lines)
            share = sum(weights[at] for at in first) / sum(weights[at] for at in members)
            if kind == "lane":
                # Cells of one size are drawn by a ruler, not by a town.
                share *= draw.uniform(*_UNEVEN)
            made = cut(shape, share, kind, draw)
            self._ways.append((kind, name, made.line))
            open_pieces += [(made.first, first), (made.second, second)]
        return [done[at] for at in range(len(weights))]

    def _communities(
        self, street: Street, shape: Polygon, counts: Sequence[int]
    ) -> Iterator[tuple[str, str, Polygon, int]]:
        draw = self._lots(street.code)
        named = list(street.communities())[: self._plan.communities]
        # The last theme of a street names no road of its own: twelve pieces have eleven borders.
        roads = (("road", f"{theme}{draw.choice(ROAD_ENDS)}") for theme in street.themes)
        pieces = self._divide(shape, counts, draw, roads)  # type: ignore[arg-type]
        for (code, name), piece, count in zip(named, pieces, counts, strict=True):
            yield code, name, piece, count

    def _unit_grids(self, code: str, name: str, piece: Polygon, count: int) -> dict[str, Polygon]:
        """The community's cells by code, cut by other lots until they can be numbered without a contradiction."""
        theme = name.removesuffix("社区").removesuffix("村")
        ways = len(self._ways)
        for attempt in range(_TRIES):
            draw = self._lots(f"{code}:{attempt}")
            end = draw.choice(LANE_ENDS)
            lanes = (("lane", f"{theme}{numeral(at)}{end}") for at in range(1, count))
            cells = self._divide(piece, [1] * count, draw, lanes)  # type: ignore[arg-type]
            by_name = {f"{at:03d}": cell for at, cell in enumerate(cells)}
            ordered = in_order(by_name)
            coded = {f"{code}{at:03d}": by_name[key] for at, key in enumerate(ordered, start=1)}
            if not numbering([Cell(0, grid, shape) for grid, shape in coded.items()]):
                return coded
            del self._ways[ways:]
        raise ValueError(f"{code}: no cut can be numbered in order")

    def _duty_grids(
        self, streets: Sequence[Street], rough: Mapping[str, Polygon], cells: Mapping[str, Polygon]
    ) -> dict[str, tuple[str, ...]]:
        """In each street the smallest communities that are neighbours are joined until few enough are left."""
        found: dict[str, tuple[str, ...]] = {}
        for street in streets:
            groups = [[code] for code in rough if code.startswith(street.code)]
            while len(groups) > self._plan.duty_grids:
                _join_smallest(groups, rough)
            for number, group in enumerate(groups, start=1):
                members = tuple(code for code in cells if code[:12] in group)
                found[f"{street.code}-Z{number:02d}"] = members
        return found


def _join_smallest(groups: list[list[str]], shapes: Mapping[str, Polygon]) -> None:
    """Join the two neighbouring groups that are smallest together; only single communities are joined."""
    size = {id(group): sum(shapes[code].area for code in group) for group in groups}
    pairs = [
        (size[id(a)] + size[id(b)], a[0], b[0])
        for at, a in enumerate(groups)
        for b in groups[at + 1 :]
        if len(a) == len(b) == 1 and shapes[a[0]].buffer(0.5).intersection(shapes[b[0]]).area > 100
    ]
    _area, one, other = min(pairs)
    groups.remove([other])
    groups[groups.index([one])].append(other)


def _outline(cells: int, draw: random.Random) -> Polygon:
    """A rim with bays and bulges around the middle, as large as so many cells."""
    turns = [draw.uniform(0, 2 * math.pi) for _ in range(4)]
    points = []
    for step in range(180):
        angle = 2 * math.pi * step / 180
        waves = zip((2, 3, 5, 9), (0.14, 0.07, 0.035, 0.012), turns, strict=True)
        reach = 1 + sum(part * math.cos(number * angle + turn) for number, part, turn in waves)
        points.append((reach * math.cos(angle), 0.9 * reach * math.sin(angle)))
    rim = Polygon(points)
    return shapely.transform(rim, lambda xy: xy * math.sqrt(cells * CELL_M2 / rim.area))


def _faces(cells: Mapping[str, Polygon]) -> dict[str, Polygon]:
    """The same cells with borders that neighbours share to the last digit. Raises ValueError where one is lost."""
    lines = shapely.union_all([cell.boundary for cell in cells.values()], grid_size=_GRID)
    faces = shapely.get_parts(shapely.polygonize([lines]))
    inner = shapely.point_on_surface(np.array(list(cells.values()), dtype=object))
    cell_at, face_at = STRtree(faces).query(inner, predicate="within")
    if len(faces) != len(cells) or sorted(cell_at.tolist()) != sorted(set(face_at.tolist())):
        raise ValueError("the borders do not make as many faces as there are cells")
    of = dict(zip(cell_at.tolist(), face_at.tolist(), strict=True))
    return {code: faces[of[at]] for at, code in enumerate(cells)}


def _degrees(shape: Any) -> Any:
    return shapely.transform(shape, lambda xy: xy / _SCALE + np.array(MIDDLE))
