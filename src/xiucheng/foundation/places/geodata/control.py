"""A survey's own grid fitted to control points: similarity or affine, with what is left over in metres.

A town's local grid is a Gauss–Krüger grid turned, shifted and a little stretched; its parameters are secret, but a few
points known in both grids give them back. The fit is made in metres about the points' own middle meridian.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from .frames import Points, gauss

# The fewest points that determine each fit, and how many free numbers it has.
LEAST: dict[str, int] = {"similarity": 2, "affine": 3}
MOST_POINTS = 200
# Points closer together than this share of the larger spread lie on a line: an affine fit across it is a guess (D).
_FLAT = 0.01


class BadControl(ValueError):
    """The control points do not determine the fit. `code`: too_few_control, control_on_a_line, control_same."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class ControlPoint:
    """One point known in both: x, y in the file's grid (metres), lon, lat in degrees WGS84/CGCS2000."""

    name: str
    x: float
    y: float
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Residual:
    """What is left over at one control point, metres: east, north, together."""

    name: str
    east: float
    north: float
    metres: float


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted local grid.

    matrix: (2, 3), metres of the local grid to metres about `meridian`, both taken from their middles.
    residuals: per control point. rms: root of the mean square, metres. redundancy: observations beyond the fewest;
    with 0 the residuals are zero by construction and prove nothing. scale, turn: of the fit, parts per one and degrees.
    """

    kind: str
    meridian: float
    middle: tuple[float, float]
    target: tuple[float, float]
    matrix: npt.NDArray[np.float64]
    residuals: tuple[Residual, ...]
    rms: float
    redundancy: int
    scale: float
    turn: float

    def degrees(self, points: Points) -> Points:
        """Points of the local grid as lon, lat in degrees WGS84."""
        xy = points - self.middle
        metres = xy @ self.matrix[:, :2].T + self.matrix[:, 2] + self.target
        lon, lat = gauss(self.meridian)(metres[:, 0], metres[:, 1], inverse=True)
        answer = np.column_stack([lon, lat])
        answer[~np.isfinite(answer).all(axis=1)] = np.nan
        return answer


def fit(points: Sequence[ControlPoint], kind: str) -> Fit:
    """The least-squares fit of control points; kind: similarity (≥ 2 points) or affine (≥ 3, not on a line).

    Raises BadControl.
    """
    if len(points) < LEAST[kind]:
        raise BadControl("too_few_control")
    source = np.array([[one.x, one.y] for one in points], dtype=np.float64)
    lonlat = np.array([[one.lon, one.lat] for one in points], dtype=np.float64)
    _spread(source, kind)
    meridian = round(float(lonlat[:, 0].mean()), 3)
    target = np.column_stack(gauss(meridian)(lonlat[:, 0], lonlat[:, 1]))
    middle, goal = source.mean(axis=0), target.mean(axis=0)
    matrix = _solve(source - middle, target - goal, kind)
    left = (source - middle) @ matrix[:, :2].T + matrix[:, 2] - (target - goal)
    lengths = np.hypot(left[:, 0], left[:, 1])
    residuals = tuple(
        Residual(one.name, float(east), float(north), float(length))
        for one, (east, north), length in zip(points, left, lengths, strict=True)
    )
    return Fit(
        kind=kind,
        meridian=meridian,
        middle=(float(middle[0]), float(middle[1])),
        target=(float(goal[0]), float(goal[1])),
        matrix=matrix,
        residuals=residuals,
        rms=float(np.sqrt((lengths**2).mean())),
        redundancy=2 * (len(points) - LEAST[kind]),
        scale=float(np.sqrt(abs(np.linalg.det(matrix[:, :2])))),
        turn=float(np.degrees(np.arctan2(matrix[1, 0], matrix[0, 0]))),
    )


def _spread(source: Points, kind: str) -> None:
    centred = source - source.mean(axis=0)
    wide, narrow = np.linalg.svd(centred, compute_uv=False)[:2]
    if wide < 1.0:
        raise BadControl("control_same")
    if kind == "affine" and narrow < _FLAT * wide:
        raise BadControl("control_on_a_line")


def _solve(source: Points, target: Points, kind: str) -> npt.NDArray[np.float64]:
    count = len(source)
    x, y = source[:, 0], source[:, 1]
    if kind == "affine":
        design = np.column_stack([x, y, np.ones(count)])
        solved, *_ = np.linalg.lstsq(design, target, rcond=None)
        return np.ascontiguousarray(solved.T)
    # a turn and a stretch are one complex number: east = a x − b y + e, north = b x + a y + n
    zero, one = np.zeros(count), np.ones(count)
    design = np.vstack([np.column_stack([x, -y, one, zero]), np.column_stack([y, x, zero, one])])
    (a, b, east, north), *_ = np.linalg.lstsq(design, np.concatenate([target[:, 0], target[:, 1]]), rcond=None)
    return np.array([[a, -b, east], [b, a, north]])


def suspect(points: Sequence[ControlPoint], kind: str) -> str | None:
    """The name of the point without which the rest agree at least five times better; None where none stands out.

    Needs two points more than the fewest, so that what is left can still disagree.
    """
    if len(points) < LEAST[kind] + 2:
        return None
    whole = fit(points, kind).rms
    tried = []
    for rest in combinations(range(len(points)), len(points) - 1):
        left_out = next(iter(set(range(len(points))) - set(rest)))
        try:
            tried.append((fit([points[at] for at in rest], kind).rms, points[left_out].name))
        except BadControl:
            continue
    best, name = min(tried, default=(whole, ""))
    return name if whole > 0.5 and best * 5 < whole else None
