"""Shift between WGS84/CGCS2000 and the two shifted datums of Chinese web maps, both ways.

GCJ-02 is a published empirical series around the Krasovsky ellipsoid; BD-09 turns GCJ-02 once more. Neither has a
closed inverse, so both are inverted by fixed-point iteration. WGS84 and CGCS2000 differ by centimetres: one here.
"""

import math
from collections.abc import Callable

# Semi-major axis (m) and squared eccentricity of Krasovsky 1940, which the series is written for.
_A = 6_378_245.0
_EE = 0.006_693_421_622_965_943
# The shift is not applied outside this frame around China (lon, lat), as the map services have it.
_FRAME = (72.004, 137.8347, 0.8293, 55.8271)
_BD_TURN = math.pi * 3000 / 180
# 1e-9 degree is a tenth of a millimetre; the series contracts by about 1e-3 a turn, so four turns are plenty.
_CLOSE = 1e-9
_TURNS = 12

Shift = Callable[[float, float], tuple[float, float]]


class UnknownDatum(ValueError):
    """Neither wgs84, cgcs2000, gcj02 nor bd09; doors answer it as `unknown_datum`."""


def _same(lon: float, lat: float) -> tuple[float, float]:
    return lon, lat


def _wave(x: float, *terms: tuple[float, float]) -> float:
    """Σ amplitude · sin(π x · frequency) · 2/3, the shape every part of the series has."""
    return sum(amplitude * math.sin(math.pi * x * frequency) for amplitude, frequency in terms) * 2 / 3


def _gcj_from_wgs(lon: float, lat: float) -> tuple[float, float]:
    west, east, south, north = _FRAME
    if not (west <= lon <= east and south <= lat <= north):
        return lon, lat
    x, y = lon - 105.0, lat - 35.0
    ripple = _wave(x, (20.0, 6.0), (20.0, 2.0))
    root = math.sqrt(abs(x))
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north_m += ripple + _wave(y, (20.0, 1.0), (40.0, 1 / 3)) + _wave(y, (160.0, 1 / 12), (320.0, 1 / 30))
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east_m += ripple + _wave(x, (20.0, 1.0), (40.0, 1 / 3)) + _wave(x, (150.0, 1 / 12), (300.0, 1 / 30))
    phi = math.radians(lat)
    w2 = 1 - _EE * math.sin(phi) ** 2
    meridian = _A * (1 - _EE) / (w2 * math.sqrt(w2))
    vertical = _A / math.sqrt(w2)
    return lon + math.degrees(east_m / (vertical * math.cos(phi))), lat + math.degrees(north_m / meridian)


def _bd_from_gcj(lon: float, lat: float) -> tuple[float, float]:
    radius = math.hypot(lon, lat) + 0.00002 * math.sin(lat * _BD_TURN)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _BD_TURN)
    return radius * math.cos(angle) + 0.0065, radius * math.sin(angle) + 0.006


def _bd_from_wgs(lon: float, lat: float) -> tuple[float, float]:
    return _bd_from_gcj(*_gcj_from_wgs(lon, lat))


def _inverse(forward: Shift, lon: float, lat: float) -> tuple[float, float]:
    """The point that `forward` carries to (lon, lat): step back by the error until it is gone."""
    x, y = lon, lat
    for _ in range(_TURNS):
        fx, fy = forward(x, y)
        dx, dy = fx - lon, fy - lat
        x, y = x - dx, y - dy
        if abs(dx) < _CLOSE and abs(dy) < _CLOSE:
            break
    return x, y


_FROM_WGS: dict[str, Shift] = {
    "wgs84": _same,
    "cgcs2000": _same,
    "gcj02": _gcj_from_wgs,
    "bd09": _bd_from_wgs,
}
DATUMS: tuple[str, ...] = tuple(_FROM_WGS)


def _shift(datum: str) -> Shift:
    try:
        return _FROM_WGS[datum]
    except KeyError:
        raise UnknownDatum(datum) from None


def from_wgs84(lon: float, lat: float, datum: str) -> tuple[float, float]:
    """Degrees WGS84 → degrees in `datum`. Raises UnknownDatum."""
    return _shift(datum)(lon, lat)


def to_wgs84(lon: float, lat: float, datum: str) -> tuple[float, float]:
    """Degrees in `datum` → degrees WGS84, within a centimetre of the exact inverse. Raises UnknownDatum."""
    forward = _shift(datum)
    return (lon, lat) if forward is _same else _inverse(forward, lon, lat)
