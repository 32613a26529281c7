"""Drawing on a partition: cut a cell in two by a line, join neighbours, fit a new one into free ground, number them.

Pure geometry in degrees WGS84, measured on a plane in metres; who may and what is stored is not decided here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from .survey import Plane, polygons_of

# Smaller pieces are slips of the hand, not cells (D: a hundredth of the standard's 10,000 m²).
LEAST_M2 = 100.0
# Two cells are neighbours when they share at least this much border, metres: a corner is no border (D).
LEAST_BORDER = 0.5
_GRID = 1e-5


class CannotDraw(Exception):
    """Why a drawing does not come out: `code` of refusals.TEXTS with its values."""

    def __init__(self, code: str, about: str = "", **values: str) -> None:
        super().__init__(code)
        self.code = code
        self.about = about
        self.values = values


def split(code: str, cell: BaseGeometry, line: BaseGeometry) -> tuple[BaseGeometry, BaseGeometry]:
    """The two parts of a cell, the western (then northern) one first. Raises CannotDraw: line_misses, too_many_parts,
    too_small.
    """
    plane = Plane(cell.bounds)
    flat, cut = plane.metres([cell, line])
    pieces: list[BaseGeometry] = []
    for part in polygons_of(flat):
        edges = shapely.union_all([part.boundary, cut])
        made = shapely.get_parts(shapely.polygonize([edges]))
        pieces.extend(piece for piece in made if part.contains(piece.representative_point()))
    if len(pieces) < 2:
        raise CannotDraw("line_misses", code)
    if len(pieces) > 2:
        raise CannotDraw("too_many_parts", code, other=str(len(pieces)))
    smallest = min(piece.area for piece in pieces)
    if smallest < LEAST_M2:
        raise CannotDraw("too_small", code, square_metres=f"{smallest:.0f}")
    first, second = sorted(pieces, key=lambda piece: (round(piece.centroid.x, 3), -round(piece.centroid.y, 3)))
    return plane.degrees(first), plane.degrees(second)


def merge(cells: Mapping[str, BaseGeometry]) -> BaseGeometry:
    """One cell over the ground of several that hang together. Raises CannotDraw: nothing_to_merge, not_neighbours."""
    if len(cells) < 2:
        raise CannotDraw("nothing_to_merge")
    codes = sorted(cells)
    plane = Plane(shapely.total_bounds(np.array(list(cells.values()), dtype=object)))
    flat = plane.metres([cells[code] for code in codes])
    lone = _apart(flat)
    if lone is not None:
        raise CannotDraw("not_neighbours", codes[lone])
    parts = list(polygons_of(shapely.union_all(flat, grid_size=_GRID)))
    return plane.degrees(parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts))


def _apart(flat: np.ndarray) -> int | None:
    """The position of a cell that cannot be reached from the first over shared borders; None where all can."""
    reached, frontier = {0}, [0]
    while frontier:
        here = frontier.pop()
        for other in set(range(len(flat))) - reached:
            # Borders of two surveys agree to centimetres only: the rim of one is laid over the other.
            shared = shapely.intersection(flat[here].buffer(0.05), flat[other].boundary)
            if shared.length >= LEAST_BORDER:
                reached.add(other)
                frontier.append(other)
    return next((at for at in range(len(flat)) if at not in reached), None)


def fitted(drawn: BaseGeometry, cells: Sequence[BaseGeometry], outline: BaseGeometry | None) -> BaseGeometry:
    """A new cell cut down to the free ground within its community's outline, if there is one: the largest piece.

    Raises CannotDraw: nothing_new, too_small.
    """
    plane = Plane(drawn.bounds)
    free = shapely.make_valid(plane.metres([drawn])[0])
    if outline is not None:
        free = shapely.intersection(free, plane.metres([outline])[0])
    if len(cells):
        free = shapely.difference(free, shapely.union_all(plane.metres(list(cells))), grid_size=_GRID)
    piece = max(polygons_of(free), key=lambda part: part.area, default=None)
    if piece is None:
        raise CannotDraw("nothing_new")
    if piece.area < LEAST_M2:
        raise CannotDraw("too_small", square_metres=f"{piece.area:.0f}")
    return plane.degrees(piece)


def in_order(cells: Mapping[str, BaseGeometry]) -> list[str]:
    """Codes in the order that the standard numbers them: west to east in a row, rows from north to south.

    Irregular cells have no exact rows. What partition.numbering calls a contradiction decides between two cells; among
    those that nothing holds back the most northern one is next, then the most western. The order of the mapping does
    not matter.
    """
    codes = sorted(cells)
    if not codes:
        return []
    boxes = shapely.bounds(np.array([cells[code] for code in codes], dtype=object)).reshape(-1, 4)
    first = _before(boxes)
    left = np.ones(len(codes), dtype=bool)
    answer = []
    while left.any():
        free = left & ~(first[left].any(axis=0))
        # A ring of cells, each west of the next, has no first: it is broken at its north-western one.
        candidates = np.flatnonzero(free if free.any() else left)
        at = min(candidates.tolist(), key=lambda one: (-boxes[one, 3], boxes[one, 0], codes[one]))
        answer.append(codes[at])
        left[at] = False
    return answer


def _before(boxes: np.ndarray) -> np.ndarray:
    """[a, b]: a comes before b, being wholly north of it, or in one row with it and wholly west of it."""
    west, south, east, north = boxes.T
    above = south[:, None] >= north[None, :]
    shared = np.minimum(north[:, None], north[None, :]) - np.maximum(south[:, None], south[None, :])
    flatter = np.minimum((north - south)[:, None], (north - south)[None, :])
    beside = (shared >= flatter / 2) & (east[:, None] <= west[None, :])
    answer: np.ndarray = above | beside
    np.fill_diagonal(answer, False)
    return answer
