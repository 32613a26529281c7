"""Which cell a point lies in: shapes and their codes in an STRtree and a grid of squares, for one point or for many.

A point on a border shared by several cells belongs to the lowest code, always; a point in a sliver that two surveys
left between their cells belongs to the nearest one.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from .rules import METRES_PER_DEGREE

# How far a point may lie beside every cell and still be given to the nearest (D): the accuracy of a class B survey.
SNAP_METRES = 1.0
_SNAP_DEGREES = SNAP_METRES / METRES_PER_DEGREE

# Squares that the single lookup remembers candidates for, by cell: about three candidates each (measured best of 1–16).
_SQUARES_PER_CELL = 4

# Points looked up together: their pairs with cells stay within the processor's cache.
_PART = 1 << 16

NOWHERE = -1

Candidate = tuple[float, float, float, float, int, BaseGeometry]


class CellIndex:
    """An index over (code, polygon) pairs; positions are in the order of `codes`, which is sorted."""

    def __init__(self, cells: Sequence[tuple[str, BaseGeometry]]) -> None:
        ordered = sorted(cells, key=lambda cell: cell[0])
        self.codes: tuple[str, ...] = tuple(code for code, _ in ordered)
        self._shapes = np.array([shape for _, shape in ordered], dtype=object)
        shapely.prepare(self._shapes)
        self._tree = STRtree(self._shapes)
        west, south, east, north = shapely.total_bounds(self._shapes).tolist() if ordered else (0.0, 0.0, 0.0, 0.0)
        self.bounds: tuple[float, float, float, float] = (west, south, east, north)
        squares = max(1, int((_SQUARES_PER_CELL * len(ordered)) ** 0.5))
        self._step = (max(east - west, _SNAP_DEGREES) / squares, max(north - south, _SNAP_DEGREES) / squares)
        # One ring of squares outside the bounds serves points that are only snapped in.
        self._side = squares + 2
        self._frames = shapely.bounds(self._shapes).reshape(-1, 4)
        self._starts, self._cells = self._deal()
        self._near = self._candidates()

    def __len__(self) -> int:
        return len(self.codes)

    def one(self, lon: float, lat: float) -> int:
        """The position of the cell of a point in degrees WGS84, or NOWHERE."""
        west, south, east, north = self.bounds
        if not (
            west - _SNAP_DEGREES <= lon <= east + _SNAP_DEGREES
            and south - _SNAP_DEGREES <= lat <= north + _SNAP_DEGREES
        ):
            return NOWHERE
        column, row = int((lon - west) // self._step[0]) + 1, int((lat - south) // self._step[1]) + 1
        candidates = self._near.get(column * self._side + row, ())
        for w, s, e, n, position, shape in candidates:
            if w <= lon <= e and s <= lat <= n and shapely.intersects_xy(shape, lon, lat):
                return position
        return self._nearest(lon, lat, candidates)

    def _deal(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Starts and cells: cells[starts[n] : starts[n + 1]] are those whose box reaches square n, lowest code first.

        A square's number is its column from the west times `_side` plus its row from the south, both from 0.
        """
        columns, rows = np.divmod(np.arange(self._side**2), self._side)
        west = self.bounds[0] + (columns - 1) * self._step[0]
        south = self.bounds[1] + (rows - 1) * self._step[1]
        # Twice the snapping distance, so that rounding at a square's edge never hides a candidate.
        margin = 2 * _SNAP_DEGREES
        boxes = shapely.box(
            west - margin, south - margin, west + self._step[0] + margin, south + self._step[1] + margin
        )
        square, cell = self._tree.query(boxes)
        order = np.lexsort((cell, square))
        starts = np.searchsorted(square[order], np.arange(self._side**2 + 1))
        return starts.astype(np.int64), cell[order].astype(np.int64)

    def _candidates(self) -> dict[int, list[Candidate]]:
        """The same with boxes and shapes at hand, for the single lookup."""
        frames, starts = self._frames.tolist(), self._starts.tolist()
        of_cell = [(*frame, position, self._shapes[position]) for position, frame in enumerate(frames)]
        cells = self._cells.tolist()
        return {
            square: [of_cell[cell] for cell in cells[start:end]]
            for square, (start, end) in enumerate(pairwise(starts))
            if end > start
        }

    @staticmethod
    def _nearest(lon: float, lat: float, candidates: Sequence[Candidate]) -> int:
        point = shapely.points(lon, lat)
        distances = [(float(shapely.distance(shape, point)), position) for *_, position, shape in candidates]
        distance, position = min(distances, default=(_SNAP_DEGREES + 1, NOWHERE))
        return position if distance <= _SNAP_DEGREES else NOWHERE

    def many(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """Positions for an (n, 2) array of finite lon, lat degrees; the same answers as `one`, ten times as fast."""
        if not self.codes:
            return np.full(len(points), NOWHERE, dtype=np.int64)
        parts = [self._part(points[start : start + _PART]) for start in range(0, len(points), _PART)]
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)

    def _part(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        at, cell = self._pairs(points)
        # Cell by cell, so that a prepared shape is still in the processor's cache when its next point comes.
        order = np.argsort(cell, kind="stable")
        at, cell = at[order], cell[order]
        inside = shapely.intersects_xy(self._shapes[cell], points[at, 0], points[at, 1])
        found = np.full(len(points), NOWHERE, dtype=np.int64)
        # Written from the highest to the lowest: on a border the lowest is written last and stays.
        found[at[inside][::-1]] = cell[inside][::-1]
        missed = np.flatnonzero(found == NOWHERE)
        if len(missed):
            lone, cell = self._tree.query_nearest(shapely.points(points[missed]), max_distance=_SNAP_DEGREES)
            order = np.argsort(cell, kind="stable")[::-1]
            found[missed[lone[order]]] = cell[order]
        return found

    def _pairs(self, points: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Which points lie in the boxes of which cells: positions in both."""
        place = np.floor((points - self.bounds[:2]) / self._step).clip(-1, self._side - 2).astype(np.int64) + 1
        square = place[:, 0] * self._side + place[:, 1]
        starts = self._starts[square]
        counts = self._starts[square + 1] - starts
        at = np.repeat(np.arange(len(points)), counts)
        within = np.arange(len(at)) - np.repeat(np.cumsum(counts) - counts, counts)
        cell = self._cells[np.repeat(starts, counts) + within]
        lon, lat, frame = points[at, 0], points[at, 1], self._frames[cell]
        near = (frame[:, 0] <= lon) & (frame[:, 1] <= lat) & (lon <= frame[:, 2]) & (lat <= frame[:, 3])
        return at[near], cell[near]

    def shape(self, position: int) -> BaseGeometry:
        """The polygon at a position."""
        return self._shapes[position]
