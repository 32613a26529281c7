"""Catalogue, agencies and places: what another front end needs to offer choices and draw a map."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.places import queries
from xiucheng.foundation.places.rules import to_wgs84
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import configuration
from xiucheng.operations.cases.catalogue import Category

from . import schemas
from .answers import answers
from .callers import ANYBODY, caller, staff

router = Router(tags=["places 底图与目录"])


@router.get("/catalogue", response=answers(list[schemas.CategoryOut]), auth=ANYBODY, summary="立案目录 Catalogue")
def catalogue(request: HttpRequest, kind: str | None = None, q: str = "") -> list[schemas.CategoryOut]:
    """The categories in force with their filing conditions; `q` searches in names."""
    found = configuration.catalogue(caller(request).moment).categories.values()
    return [_category(one) for one in found if (not kind or one.kind == kind) and q in one.minor_name]


def _category(one: Category) -> schemas.CategoryOut:
    conditions = [
        schemas.ConditionOut(
            key=condition.key,
            text=condition.text,
            severity=condition.severity,
            limit=condition.limit.to_json(),
            closing=condition.closing,
            after_photo=condition.after_photo,
            default=condition is one.default_condition,
        )
        for condition in one.conditions
    ]
    names = [name for name in schemas.CategoryOut.model_fields if name != "conditions"]
    return schemas.CategoryOut(conditions=conditions, **{name: getattr(one, name) for name in names})


@router.get("/agencies", response=answers(list[schemas.AgencyOut]), summary="承办单位 Agencies")
def agencies(request: HttpRequest) -> list[schemas.AgencyOut]:
    """The agencies that handle cases."""
    staff(request, "read")
    return [schemas.AgencyOut(id=one.id, code=one.code, name=one.name) for one in people.agencies()]


@router.get("/places", response=answers(list[schemas.AreaOut]), auth=ANYBODY, summary="区划 Areas")
def areas(request: HttpRequest, within: str = "") -> list[schemas.AreaOut]:
    """The district's streets and communities, parents before children."""
    found = queries.subtree(within or None)
    return [schemas.AreaOut(code=one.code, name=one.name, level=one.level, parent=one.parent) for one in found]


@router.get("/places/locate", response=answers(schemas.LocatedOut), auth=ANYBODY, summary="定位 What lies at a point")
def locate(
    request: HttpRequest, lon: schemas.Lon, lat: schemas.Lat, datum: schemas.Datum = "wgs84"
) -> schemas.LocatedOut:
    """Community, unit grid and duty grid at a point."""
    found = queries.locate(*to_wgs84(lon, lat, datum))
    return schemas.LocatedOut(**{name: getattr(found, name) for name in schemas.LocatedOut.model_fields})


@router.get("/places/near", response=answers(list[dict[str, Any]]), auth=ANYBODY, summary="附近部件 Components near by")
def near(
    request: HttpRequest, lon: schemas.Lon, lat: schemas.Lat, metres: float = Query(50, gt=0, le=500)
) -> list[dict[str, Any]]:
    """Components within `metres` of a WGS84 point, nearest first."""
    found = queries.near(lon, lat, metres)
    return [
        {"code": one.code, "kind": one.kind, "name": one.name, "lon": one.lon, "lat": one.lat, "metres": one.metres}
        for one in found
    ]


@router.get("/places/outlines", response=answers(dict[str, Any]), auth=ANYBODY, summary="网格边界 Outlines")
def outlines(request: HttpRequest, kind: str = "unit_grid", within: str = "", level: str = "") -> dict[str, Any]:
    """GeoJSON of unit grids, duty grids or areas below an area."""
    if kind not in {"area", "unit_grid", "duty_grid"}:
        text = _("只有 area、unit_grid、duty_grid 三种边界。")
        raise Refused("bad_choice", text, fields={"kind": text})
    if within and not (within.isascii() and within.isdigit()):
        text = _("区划代码只有数字。")
        raise Refused("unknown_area", text, fields={"within": text})
    return queries.outlines(kind, within, level)  # type: ignore[arg-type]
