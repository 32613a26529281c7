"""What a set of grids must satisfy: a true partition of its community, numbered west to east, then north to south.

Shapes are shapely polygons in WGS84 degrees; areas are compared in square metres on the local tangent plane.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from .rules import METRES_PER_DEGREE, parent_code

# Surveyed neighbours meet to a decimetre or so: a shared border of 100 m may leave a sliver of a few square metres.
# Own default (D): the standard says "no gap, no overlap" and leaves the tolerance to the surveyor.
SLIVER_M2 = 5.0
SLIVER_SHARE = 0.001
# Round figures far outside of "about 10,000 m²" (STANDARDS §1): more likely a slip of units than a grid (D).
ODD_BELOW_M2, ODD_ABOVE_M2 = 200.0, 5_000_000.0


@dataclass(frozen=True, slots=True)
class Cell:
    """One grid as it came in: the 1-based row of its file, its code, its shape."""

    row: int
    code: str
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the checks have to say: about which row (0 = about the whole), by which code, with which values.

    `about` is the code or name the row itself gave; `values` fill the sentence that refusals.text() makes of it.
    """

    row: int
    code: str
    about: str
    values: Mapping[str, str] | None = None


def square_metres(shape: BaseGeometry) -> float:
    """The area of a shape given in degrees, on a sphere flattened at the shape's own middle latitude."""
    if shape.is_empty:
        return 0.0
    _, south, _, north = shape.bounds
    return float(shape.area) * METRES_PER_DEGREE**2 * math.cos(math.radians((south + north) / 2))


def shape_fault(shape: BaseGeometry | None) -> Finding | None:
    """Why a shape cannot be a grid at all (`bad_shape`, without row and name), or None."""
    if shape is None or shape.is_empty or shape.geom_type not in ("Polygon", "MultiPolygon"):
        return Finding(0, "bad_shape", "", {"why": shape.geom_type if shape is not None else "-"})
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        return Finding(0, "not_degrees", "")
    if not shape.is_valid:
        return Finding(0, "bad_shape", "", {"why": shapely.is_valid_reason(shape)})
    return None


def overlaps(cells: Sequence[Cell]) -> list[tuple[int, int, float]]:
    """Pairs of positions (earlier, later) whose interiors share more than a sliver, with the square metres shared."""
    shapes = np.array([cell.shape for cell in cells], dtype=object)
    if not len(shapes):
        return []
    left, right = STRtree(shapes).query(shapes, predicate="intersects")
    pairs = left < right
    left, right = left[pairs], right[pairs]
    shared = shapely.intersection(shapes[left], shapes[right])
    found = []
    for a, b, common in zip(left.tolist(), right.tolist(), shared, strict=True):
        if common.area == 0:
            continue
        metres = square_metres(common)
        smaller = min(square_metres(shapes[a]), square_metres(shapes[b]))
        if metres > max(SLIVER_M2, SLIVER_SHARE * smaller):
            found.append((a, b, metres))
    return sorted(found)


def split_overlapping(cells: Sequence[Cell]) -> tuple[list[Cell], list[Finding], list[Finding]]:
    """Keep cells that are disjoint; of two that overlap within one community the later row is refused.

    Between communities an overlap is reported and both stay, because the border is for two surveys to settle; a
    point there belongs to the lower code. Returns (kept, refused, warnings).
    """
    refused: dict[int, Finding] = {}
    warnings: list[Finding] = []
    for a, b, metres in overlaps(cells):
        values = {"other": cells[a].code, "square_metres": f"{metres:.0f}"}
        if parent_code(cells[a].code) != parent_code(cells[b].code):
            warnings.append(Finding(cells[b].row, "overlaps_neighbour", cells[b].code, values))
        elif a not in refused and b not in refused:
            refused[b] = Finding(cells[b].row, "overlaps", cells[b].code, values)
    kept = [cell for position, cell in enumerate(cells) if position not in refused]
    return kept, list(refused.values()), warnings


def coverage(community: str, shapes: Iterable[BaseGeometry], outline: BaseGeometry | None) -> list[Finding]:
    """Does the union of a community's grids cover it: `gap` and `beyond_community` with the square metres.

    Without an outline only holes between the grids can be seen; they count as gaps.
    """
    union = shapely.union_all(list(shapes))
    if outline is None:
        parts = [part for part in shapely.get_parts(union) if part.geom_type == "Polygon"]
        holes = [shapely.Polygon(ring) for part in parts for ring in part.interiors]
        checks = {"gap": sum(square_metres(hole) for hole in holes)}
        whole = square_metres(union)
    else:
        checks = {
            "gap": square_metres(outline.difference(union)),
            "beyond_community": square_metres(union.difference(outline)),
        }
        whole = square_metres(outline)
    allowed = max(SLIVER_M2, SLIVER_SHARE * whole)
    return [
        Finding(0, code, community, {"square_metres": f"{metres:.0f}"})
        for code, metres in checks.items()
        if metres > allowed
    ]


def numbering(cells: Sequence[Cell]) -> list[Finding]:
    """Pairs of one community numbered against "west to east, then north to south", at most one for each cell.

    Irregular cells have no exact rows, so only plain contradictions count: a lower number wholly to the south of a
    higher one, or, in one row (sharing at least half of the flatter one's height), wholly to its east.
    """
    ordered = sorted(cells, key=lambda cell: cell.code)
    boxes = shapely.bounds(np.array([cell.shape for cell in ordered], dtype=object)).reshape(-1, 4)
    found = []
    for i, cell in enumerate(ordered):
        west, south, _, north = boxes[i]
        later = boxes[i + 1 :]
        shared = np.minimum(north, later[:, 3]) - np.maximum(south, later[:, 1])
        flatter = np.minimum(north - south, later[:, 3] - later[:, 1])
        wrong = (later[:, 1] >= north) | ((shared >= flatter / 2) & (later[:, 2] <= west))
        if wrong.any():
            other = ordered[i + 1 + int(np.argmax(wrong))]
            found.append(Finding(cell.row, "numbered_out_of_order", cell.code, {"other": other.code}))
    return found


def odd_size(cell: Cell) -> Finding | None:
    """`odd_size` where a unit grid is so small or large that its units are probably wrong."""
    metres = square_metres(cell.shape)
    if ODD_BELOW_M2 <= metres <= ODD_ABOVE_M2:
        return None
    return Finding(cell.row, "odd_size", cell.code, {"square_metres": f"{metres:.0f}"})
