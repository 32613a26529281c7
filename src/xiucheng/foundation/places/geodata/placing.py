"""Where a set of points has come to lie: in the district, away from it by so many kilometres, in the sea, nowhere."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from ..rules import METRES_PER_DEGREE
from .frames import Points

# The bundled coast is drawn at 1:110,000,000: a harbour may lie 25 km off it, so only what is farther out is "sea".
COAST_KM = 25.0
# Beside the outline by less than this still counts as the district: outlines are simplified, surveys overrun (D).
MARGIN_KM = 2.0
# Of the points, this share has to lie in the district before the frame passes for right (D).
MOSTLY = 0.9
SAMPLE = 400
# Verdicts under which nothing is taken in: the frame is wrong, or the file is another district's.
ELSEWHERE = frozenset({"away", "sea", "nowhere"})
_COUNTRY = (73.0, 3.0, 136.0, 54.0)
# Around the country the coast is drawn; farther away nobody can tell land from sea.
_MAPPED = shapely.box(60.0, -5.0, 150.0, 60.0)

_KM = METRES_PER_DEGREE / 1000
_LAND = Path(__file__).parent / "data" / "land.json"
# Provinces by the first two digits of a division code: west, south, east, north, rounded outwards to half degrees.
# Only used while a site knows neither outline nor box: good enough to tell a wrong zone from a right one (D).
PROVINCES: dict[str, tuple[float, float, float, float]] = {
    "11": (115, 39, 118, 41.5), "12": (116.5, 38.5, 118.5, 40.5), "13": (113, 36, 120, 43),
    "14": (110, 34.5, 115, 41), "15": (97, 37, 126.5, 53.5), "21": (118.5, 38.5, 126, 43.5),
    "22": (121.5, 40.5, 131.5, 46.5), "23": (121, 43, 135.5, 54), "31": (120.5, 30.5, 122.5, 32),
    "32": (116, 30.5, 122.5, 35.5), "33": (118, 27, 123.5, 31.5), "34": (114.5, 29, 120, 35),
    "35": (115.5, 23, 121, 28.5), "36": (113.5, 24, 118.5, 30.5), "37": (114.5, 34, 123, 38.5),
    "41": (110, 31, 117, 36.5), "42": (108, 29, 116.5, 33.5), "43": (108.5, 24.5, 114.5, 30.5),
    "44": (109.5, 20, 117.5, 25.5), "45": (104, 20.5, 112.5, 26.5), "46": (108, 3, 118, 20.5),
    "50": (105, 28, 110.5, 32.5), "51": (97, 26, 109, 34.5), "52": (103.5, 24.5, 110, 29.5),
    "53": (97, 21, 106.5, 29.5), "54": (78, 26.5, 99.5, 36.5), "61": (105, 31.5, 111.5, 40),
    "62": (92, 32.5, 109, 43), "63": (89, 31.5, 103.5, 39.5), "64": (104, 35, 108, 39.5),
    "65": (73, 34, 96.5, 49.5), "71": (119, 21.5, 122.5, 25.5), "81": (113.5, 22, 114.5, 23),
    "82": (113.5, 22, 114, 22.5),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reach:
    """Where points are expected, in degrees WGS84. source: outline, box, grids, points or province."""

    shape: BaseGeometry
    source: str


@dataclass(frozen=True, slots=True)
class Placing:
    """How a set of points lies against the reach.

    verdict: inside · partly (some are elsewhere) · away · sea · nowhere (no numbers at all) · unknown (no reach to
    judge by, and on land). kilometres: from the reach to the middle of what lies outside of it. inside, at_sea,
    nowhere: shares of one. middle: lon, lat.
    """

    verdict: str
    inside: float
    at_sea: float
    nowhere: float
    kilometres: float
    middle: tuple[float, float] | None
    source: str = ""


def province(code: str) -> Reach | None:
    """The reach that a division code's first two digits give; None for a fictional one."""
    box = PROVINCES.get(code[:2])
    return Reach(shapely.box(*box), "province") if box else None


@lru_cache(maxsize=1)
def _land() -> BaseGeometry:
    rings = json.loads(_LAND.read_text(encoding="utf-8"))["rings"]
    land = shapely.union_all([shapely.Polygon(ring) for ring in rings])
    # A degree of longitude is shorter than one of latitude: widening by the latter alone never makes sea of land.
    widened = land.buffer(COAST_KM / _KM)
    shapely.prepare(widened)
    return widened


def sampled(points: Points, size: int = SAMPLE) -> Points:
    """Evenly spaced rows of the points, all of them where they are few; the same rows every time."""
    if len(points) <= size:
        return points
    return points[np.linspace(0, len(points) - 1, size).astype(np.int64)]


def placing(lonlat: Points, reach: Reach | None) -> Placing:
    """How points in degrees (NaN: not computable) lie against the reach."""
    known = lonlat[np.isfinite(lonlat).all(axis=1)]
    nowhere = 1 - len(known) / max(1, len(lonlat))
    if not len(known) or nowhere > MOSTLY:
        return Placing("nowhere", 0.0, 0.0, nowhere, 0.0, None, reach.source if reach else "")
    middle = np.median(known, axis=0)
    dots = shapely.points(known)
    lon, lat = known[:, 0], known[:, 1]
    wet = shapely.intersects_xy(_MAPPED, lon, lat) & ~shapely.intersects_xy(_land(), lon, lat)
    at_sea = float(wet.mean())
    centre = (float(middle[0]), float(middle[1]))
    if reach is None:
        # Nothing is known of this district: all that can be said is whether it is in the country at all.
        abroad = placing(lonlat, Reach(shapely.box(*_COUNTRY), "country"))
        elsewhere = abroad.verdict in ("away", "sea") or at_sea > 0.5
        verdict = "unknown" if not elsewhere else "sea" if at_sea > 0.5 else "away"
        return replace(abroad, verdict=verdict, source="country")
    away = _kilometres(dots, known, reach.shape)
    inside = float((away <= MARGIN_KM).mean()) * (1 - nowhere)
    outside = away[away > MARGIN_KM]
    distance = float(np.median(outside)) if len(outside) else 0.0
    if inside >= MOSTLY:
        verdict = "inside"
    elif inside >= 0.05:
        verdict = "partly"
    else:
        verdict = "sea" if at_sea > 0.5 else "away"
    return Placing(verdict, inside, at_sea, nowhere, distance, centre, reach.source)


def _kilometres(dots: object, lonlat: Points, shape: BaseGeometry) -> np.ndarray:
    """Kilometres from each point to the shape, along a sphere flattened half way between; good to a few percent."""
    shapely.prepare(shape)
    near = shapely.shortest_line(dots, shape)
    ends = shapely.get_coordinates(near).reshape(-1, 2, 2)
    squeeze = np.cos(np.radians((ends[:, 0, 1] + ends[:, 1, 1]) / 2))
    east = (ends[:, 0, 0] - ends[:, 1, 0]) * squeeze
    north = ends[:, 0, 1] - ends[:, 1, 1]
    answer: np.ndarray = np.hypot(east, north) * _KM
    return answer
