"""What is wrong between the cells of a partition, each place with its shape; and how a sliver could be mended.

Gaps and overlaps wider than a sliver are for people to settle; a sliver is what two surveys of one border leave between
them, and giving it to one side changes nobody's code and nobody's place. All geometry is done in metres on a plane
about the middle of the cells; shapes come in and go out in degrees WGS84. Nothing here knows a database.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from .partition import SLIVER_M2
from .rules import METRES_PER_DEGREE

# Narrower than this on average, a gap or overlap is a sliver: accuracy class B of a survey (STANDARDS §1; the limit D).
SLIVER_WIDTH = 1.0
# Below these nothing is wrong: rounding of coordinates that were written with seven decimals (D).
_NOISE_WIDTH = 0.02
_NOISE_M2 = 0.05
# Overlays are noded on a grid of a tenth of a millimetre, so that edges which nearly agree become one.
_GRID = 1e-4
# How near a cell must come to a sliver to be its neighbour, metres.
_TOUCH = 0.05


@dataclass(frozen=True, slots=True)
class Fault:
    """One place where the cells are no partition. kind: gap or overlap; sliver: thin enough to be mended by rule.

    codes: the two cells of an overlap, the cells around a gap; lowest first. shape in degrees; metres wide on average.
    """

    kind: str
    sliver: bool
    codes: tuple[str, ...]
    square_metres: float
    width: float
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class Repair:
    """One sliver given to one cell (`to`), and taken from another (`of`) where two claimed it."""

    to: str
    of: str
    shape: BaseGeometry


class Plane:
    """Degrees to metres and back about a middle; true to a few millimetres per kilometre over a district."""

    def __init__(self, bounds: Sequence[float]) -> None:
        west, south, east, north = bounds
        self._middle = np.array([(west + east) / 2, (south + north) / 2])
        squeeze = math.cos(math.radians((south + north) / 2))
        self._scale = np.array([METRES_PER_DEGREE * squeeze, METRES_PER_DEGREE])

    def metres(self, shapes: object) -> np.ndarray:
        """An array of shapes in metres."""
        made: np.ndarray = shapely.transform(
            np.asarray(shapes, dtype=object), lambda xy: (xy - self._middle) * self._scale
        )
        return made

    def degrees(self, shape: BaseGeometry) -> BaseGeometry:
        """One shape back in degrees."""
        return shapely.transform(shape, lambda xy: xy / self._scale + self._middle)


def polygons_of(shape: BaseGeometry) -> Iterator[BaseGeometry]:
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon" and not part.is_empty:
            yield part
        elif part.geom_type in ("MultiPolygon", "GeometryCollection"):
            yield from polygons_of(part)


def width(shape: BaseGeometry) -> float:
    """The average width of a polygon, in its own units: of a long strip, area over half its perimeter."""
    return float(2 * shape.area / shape.length) if shape.length else 0.0


def _judged(kind: str, part: BaseGeometry, codes: Iterable[str], plane: Plane) -> Fault | None:
    wide = width(part)
    if wide < _NOISE_WIDTH or part.area < _NOISE_M2:
        return None
    sliver = wide < SLIVER_WIDTH or part.area <= SLIVER_M2
    return Fault(kind, sliver, tuple(sorted(codes)), float(part.area), wide, plane.degrees(part))


def survey(cells: Mapping[str, BaseGeometry], outlines: Mapping[str, BaseGeometry] | None = None) -> list[Fault]:
    """Gaps and overlaps of valid cells, by code, in an order that does not depend on the order of the cells.

    outlines: shapes that the cells have to fill; where there are none, only holes between cells can be seen.
    """
    if not cells:
        return []
    codes = sorted(cells)
    shapes = [cells[code] for code in codes]
    plane = Plane(shapely.total_bounds(np.array(shapes, dtype=object)))
    flat = plane.metres(shapes)
    tree = STRtree(flat)
    faults = [*_overlaps(codes, flat, tree, plane), *_gaps(codes, flat, tree, plane, outlines or {})]
    return sorted(faults, key=_order)


def _order(fault: Fault) -> tuple[bool, str, tuple[str, ...], float, float, float]:
    x, y = fault.shape.centroid.coords[0] if not fault.shape.is_empty else (0.0, 0.0)
    return fault.sliver, fault.kind, fault.codes, -round(fault.square_metres, 1), round(x, 7), round(y, 7)


def _overlaps(codes: Sequence[str], flat: np.ndarray, tree: STRtree, plane: Plane) -> Iterator[Fault]:
    left, right = tree.query(flat, predicate="intersects")
    pairs = left < right
    left, right = left[pairs], right[pairs]
    common = shapely.intersection(flat[left], flat[right])
    for at in np.flatnonzero(shapely.area(common) > _NOISE_M2).tolist():
        for part in polygons_of(common[at]):
            fault = _judged("overlap", part, (codes[left[at]], codes[right[at]]), plane)
            if fault:
                yield fault


def _gaps(
    codes: Sequence[str], flat: np.ndarray, tree: STRtree, plane: Plane, outlines: Mapping[str, BaseGeometry]
) -> Iterator[Fault]:
    union = _union(codes, flat)
    holes = [shapely.Polygon(ring) for part in polygons_of(union) for ring in part.interiors]
    found = list(holes)
    if outlines:
        drawn = shapely.union_all(plane.metres(list(outlines.values())))
        # A hole lies within an outline or within none; what an outline shows is taken from there, holes from elsewhere.
        found = [hole for hole in holes if not shapely.intersects(drawn, hole.representative_point())]
        found.extend(polygons_of(shapely.difference(drawn, union)))
    for gap in found:
        around = tree.query(gap, predicate="dwithin", distance=_TOUCH)
        fault = _judged("gap", gap, (codes[at] for at in around.tolist()), plane)
        if fault:
            yield fault


def _union(codes: Sequence[str], flat: np.ndarray) -> BaseGeometry:
    """Community by community first: unions of neighbours stay small until the last one."""
    groups: dict[str, list[int]] = defaultdict(list)
    for at, code in enumerate(codes):
        groups[code[:12]].append(at)
    return shapely.union_all([shapely.union_all(flat[members]) for members in groups.values()])


# -- mending ----------------------------------------------------------------------------------------------------------


def suggest(fault: Fault, cells: Mapping[str, BaseGeometry]) -> Repair | None:
    """How a sliver could be mended, None for anything wider or where no cell is near.

    A gap goes to the cell it has the longest border with; an overlap is taken from the larger cell, which loses the
    smaller share. Equal ones: to the lower code.
    """
    near = [code for code in fault.codes if code in cells]
    if not fault.sliver or not near:
        return None
    plane = Plane(fault.shape.bounds)
    (piece,) = plane.metres([fault.shape])
    flat = dict(zip(near, plane.metres([cells[code] for code in near]), strict=True))
    if fault.kind == "gap":
        rim = piece.buffer(_TOUCH)
        shared = {
            code: round(float(shapely.intersection(rim, shape.boundary).length), 3) for code, shape in flat.items()
        }
        return Repair(min(near, key=lambda code: (-shared[code], code)), "", fault.shape)
    if len(near) < 2:
        return None
    loser = max(near, key=lambda code: (round(float(flat[code].area), 3), code))
    winner = min(code for code in near if code != loser)
    return Repair(winner, loser, fault.shape)


def mend(cells: Mapping[str, BaseGeometry], repairs: Iterable[Repair]) -> dict[str, BaseGeometry]:
    """The cells after the repairs, under the codes that they had; cells that no repair names are the same objects.

    A repair that would leave a cell without area is not done.
    """
    mended = dict(cells)
    for repair in repairs:
        if repair.of and repair.of in mended:
            _put(mended, repair.of, repair.shape, shapely.difference)
        elif repair.to in mended:
            _put(mended, repair.to, repair.shape, shapely.union)
    return mended


def _put(cells: dict[str, BaseGeometry], code: str, piece: BaseGeometry, overlay: object) -> None:
    plane = Plane(cells[code].bounds)
    whole, part = plane.metres([cells[code], piece])
    # A piece is widened by a hair, so that no crack of rounding is left along it.
    made = overlay(whole, part.buffer(_GRID * 10, join_style="mitre"), grid_size=_GRID)  # type: ignore[operator]
    parts = [one for one in polygons_of(made) if one.area > _NOISE_M2]
    if parts:
        cells[code] = plane.degrees(parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts))


def untied(shape: BaseGeometry) -> BaseGeometry | None:
    """A bow-tie or other self-crossing polygon as sound polygons over the same ground; None where no area is left."""
    sound = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    parts = list(polygons_of(sound))
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
