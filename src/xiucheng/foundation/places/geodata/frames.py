"""Coordinate frames of map files: degrees, shifted degrees, Gauss–Krüger with and without zone prefix, EPSG, local.

A frame is a short code that a form and a table can hold:
    wgs84 cgcs2000 gcj02 bd09          degrees, longitude first (WGS84 and CGCS2000 differ by centimetres: one here)
    gk3:120  gk6:117                   CGCS2000 Gauss–Krüger, metres, by central meridian, easting without zone
    gk3:120z gk6:117z                  the same with the zone number before the easting (40 500 000, 20 500 000)
    epsg:2369                          any other reference that PROJ knows
    local:similarity  local:affine     a survey's own grid, fitted to control points (control.py)
A trailing `~` says that the file writes northing (or latitude) before easting (or longitude).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from pyproj import CRS, Proj, Transformer
from pyproj.exceptions import CRSError, ProjError

from ..datum import DATUMS, to_wgs84

Points = npt.NDArray[np.float64]
"""Shape (n, 2): x, y in the frame's own units, or lon, lat in degrees."""

_CODE = re.compile(
    r"(?:(?P<degrees>wgs84|cgcs2000|gcj02|bd09)|gk(?P<width>[36]):(?P<meridian>\d{2,3})(?P<prefix>z?)"
    r"|epsg:(?P<epsg>\d{4,6})|local:(?P<fit>similarity|affine))(?P<swapped>~?)"
)
# Meridians at which the two widths of zone have their centres, over China and what lies around it.
MERIDIANS: dict[int, tuple[int, ...]] = {3: tuple(range(75, 136, 3)), 6: tuple(range(75, 136, 6))}


class UnknownFrame(ValueError):
    """The code names no frame that can be computed."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A coordinate frame: its family and what the family needs.

    kind: degrees, gk, epsg or local. name: the datum, the EPSG number or the fit. width, meridian, prefix: of a
    Gauss–Krüger zone. swapped: the file writes the northing first.
    """

    kind: str
    name: str = ""
    width: int = 0
    meridian: int = 0
    prefix: bool = False
    swapped: bool = False

    @property
    def code(self) -> str:
        """The short form; `frame(code)` makes the frame again."""
        body = {
            "degrees": self.name,
            "gk": f"gk{self.width}:{self.meridian}{'z' if self.prefix else ''}",
            "epsg": f"epsg:{self.name}",
            "local": f"local:{self.name}",
        }[self.kind]
        return body + ("~" if self.swapped else "")

    @property
    def zone(self) -> int:
        """The number of the zone: 3° zones count from 1 at 3° E, 6° zones from 1 at 3° E as well; 0 for others."""
        if self.kind != "gk":
            return 0
        return self.meridian // 3 if self.width == 3 else (self.meridian + 3) // 6


def frame(code: str) -> Frame:
    """The frame of a code; raises UnknownFrame."""
    found = _CODE.fullmatch(code.strip().lower())
    if found is None:
        raise UnknownFrame(code)
    swapped = found["swapped"] == "~"
    if found["degrees"]:
        return Frame("degrees", found["degrees"], swapped=swapped)
    if found["fit"]:
        return Frame("local", found["fit"], swapped=swapped)
    if found["epsg"]:
        made = Frame("epsg", found["epsg"], swapped=swapped)
        _transformer(made.name)
        return made
    width, meridian = int(found["width"]), int(found["meridian"])
    if meridian not in MERIDIANS[width]:
        raise UnknownFrame(code)
    return Frame("gk", "", width, meridian, found["prefix"] == "z", swapped)


def of_zone(width: int, zone: int, *, prefix: bool) -> Frame:
    """The Gauss–Krüger frame of a zone number; raises UnknownFrame outside of China's zones."""
    meridian = zone * 3 if width == 3 else zone * 6 - 3
    if meridian not in MERIDIANS[width]:
        raise UnknownFrame(f"gk{width} zone {zone}")
    return Frame("gk", "", width, meridian, prefix)


def of_crs(text: str) -> Frame | None:
    """The frame that a reference (WKT of a .prj, or an authority's code) describes; None where it says nothing usable.

    A transverse Mercator on CGCS2000 or WGS84 with scale 1 becomes `gk…`, whatever name its author gave it; degrees
    become `wgs84` or `cgcs2000`; anything else with an EPSG number stays that number.
    """
    try:
        crs = CRS.from_user_input(text)
    except CRSError:
        return None
    if crs.is_geographic:
        return _geographic(crs)
    found = _gauss(crs)
    if found is not None:
        return found
    number = crs.to_epsg(min_confidence=70)
    return Frame("epsg", str(number)) if number else None


# Datums whose degrees are ours within a decimetre, by how their names begin in .prj files and in the EPSG list.
_GEOCENTRIC = re.compile(
    r"wgs|world geodetic|china[ _]*(geodetic[ _]*coordinate[ _]*system[ _]*)?2000|cgcs|itrf|d_china_2000", re.I
)


def _geographic(crs: CRS) -> Frame | None:
    name = crs.datum.name if crs.datum else crs.name
    if _GEOCENTRIC.search(name) or _GEOCENTRIC.search(crs.name):
        return Frame("degrees", "wgs84" if re.search("wgs|world", name, re.I) else "cgcs2000")
    number = crs.to_epsg(min_confidence=70)
    return Frame("epsg", str(number)) if number else None


def _gauss(crs: CRS) -> Frame | None:
    operation = crs.coordinate_operation
    base = crs.geodetic_crs
    if operation is None or base is None or _geographic(base) is None or _geographic(base).kind != "degrees":  # type: ignore[union-attr]
        return None
    held = {param.name: float(param.value) for param in operation.params if not isinstance(param.value, str)}
    if "Transverse Mercator" not in operation.method_name and "Gauss" not in operation.method_name:
        return None
    if abs(held.get("Scale factor at natural origin", 1.0) - 1) > 1e-9:
        return None
    meridian = held.get("Longitude of natural origin", 0.0)
    easting = held.get("False easting", 0.0)
    zone, rest = divmod(easting, 1_000_000)
    if rest != 500_000 or meridian != int(meridian):
        return None
    width = 6 if zone and int(meridian) != int(zone) * 3 else 3
    if int(meridian) not in MERIDIANS[width]:
        return None
    return Frame("gk", "", width, int(meridian), bool(zone))


@lru_cache(maxsize=64)
def gauss(meridian: float, easting: float = 500_000.0) -> Proj:
    """The Gauss–Krüger projection about a central meridian on the ellipsoid of CGCS2000, scale 1."""
    return Proj(proj="tmerc", lat_0=0, lon_0=meridian, k=1, x_0=easting, y_0=0, ellps="GRS80", units="m")


@lru_cache(maxsize=32)
def _transformer(number: str) -> Transformer:
    try:
        # Grids are never fetched: a site reaches no network, and a silent change of accuracy would be worse.
        return Transformer.from_crs(CRS.from_epsg(int(number)), CRS.from_epsg(4326), always_xy=True)
    except (CRSError, ProjError):
        raise UnknownFrame(f"epsg:{number}") from None


def degrees(points: Points, where: Frame) -> Points:
    """Points of a frame as lon, lat in degrees WGS84; what cannot be computed becomes NaN.

    Not for `local` frames: those need control points (control.Fit.degrees). Raises UnknownFrame for them.
    """
    xy = points[:, ::-1] if where.swapped else points
    if where.kind == "degrees":
        return _shifted(np.ascontiguousarray(xy), where.name)
    if where.kind == "gk":
        easting = 500_000.0 + (where.zone * 1_000_000.0 if where.prefix else 0.0)
        lon, lat = gauss(where.meridian, easting)(xy[:, 0], xy[:, 1], inverse=True)
    elif where.kind == "epsg":
        lon, lat = _transformer(where.name).transform(xy[:, 0], xy[:, 1])
    else:
        raise UnknownFrame(where.code)
    return _finite(np.column_stack([lon, lat]))


def _shifted(lonlat: Points, datum: str) -> Points:
    sane = (np.abs(lonlat[:, 0]) <= 180) & (np.abs(lonlat[:, 1]) <= 90)
    answer = np.where(sane[:, None], lonlat, np.nan)
    if datum in ("wgs84", "cgcs2000"):
        return answer
    assert datum in DATUMS
    for at in np.flatnonzero(sane).tolist():
        answer[at] = to_wgs84(float(answer[at, 0]), float(answer[at, 1]), datum)
    return answer


def _finite(lonlat: Points) -> Points:
    lonlat[~np.isfinite(lonlat).all(axis=1)] = np.nan
    return lonlat


def accuracy_note(where: Frame) -> str:
    """What may be wrong with a frame that is computed without a survey's own parameters: `ballpark`, `web` or ``.

    Beijing 1954 and Xi'an 1980 have no public parameters to WGS84: PROJ shifts them roughly, a site may be off by a
    hundred metres until control points are given.
    """
    if where.kind == "degrees" and where.name in ("gcj02", "bd09"):
        return "web"
    if where.kind != "epsg":
        return ""
    base = CRS.from_epsg(int(where.name)).geodetic_crs
    return "" if base is not None and (found := _geographic(base)) and found.kind == "degrees" else "ballpark"
