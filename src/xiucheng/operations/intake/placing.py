"""Where a report lies: from a point, a stated area, or nothing but words, to the codes that a case needs."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from xiucheng.foundation.places import queries as places
from xiucheng.foundation.places.rules import to_wgs84
from xiucheng.kit.refused import Refused

from .words import SUBMISSION, sentence


@dataclass(frozen=True, slots=True)
class Place:
    """The finest area code known ("" where nothing is), the unit grid, degrees WGS84, and the component chosen."""

    area: str = ""
    unit_grid: str = ""
    lon: float | None = None
    lat: float | None = None
    component: str = ""


def find(lon: float | None, lat: float | None, datum: str, area: str | None) -> Place:
    """The place of a report; no statement, the map is in memory.

    lon, lat: degrees of `datum`, already judged possible. area: a code as stated. The point wins where the map knows
    its street; else the stated area stands (everything also works with no polygon at all). Refused: `outside` (the
    point is not in the district), `unknown_area` (no such code, or no longer in use).
    """
    stated = _stated(area)
    if lon is None or lat is None:
        return Place(area=stated)
    lon, lat = to_wgs84(lon, lat, datum)
    found = places.locate(lon, lat)
    if found.outside:
        text = sentence(SUBMISSION, "outside")
        raise Refused("outside", text, fields={"lon": text})
    located = found.community or found.street
    return Place(
        area=located or stated or found.district or "",
        unit_grid=found.unit_grid or "",
        lon=lon,
        lat=lat,
    )


def _stated(code: str | None) -> str:
    if not code:
        return ""
    known = places.area(code)
    if known is None or known.active_to is not None:
        text = sentence(SUBMISSION, "unknown_area", code[:20])
        raise Refused("unknown_area", text, fields={"area": text})
    return known.code


def whole_district() -> str:
    """The code of the district, for what has no finer place; refused `no_district` before its areas are loaded."""
    district = places.district()
    if district is None:
        raise Refused("no_district", _("本站点还没有导入区划，请先导入。"))
    return district.code
