"""Catalogue, agencies, channels, routing and places: what another front end needs to offer choices and draw a map."""

import math
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.places import queries
from xiucheng.foundation.places.rules import to_wgs84
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import configuration
from xiucheng.operations.cases.catalogue import Category
from xiucheng.operations.dispatch import queries as dispatch
from xiucheng.operations.intake import queries as intake

from . import schemas, shown
from .answers import answers, of_one
from .callers import ANYBODY, MANY, SOME, caller, staff

router = Router(tags=["places 底图与目录"])


@router.get(
    "/catalogue",
    response=answers(list[schemas.CategoryOut]),
    auth=ANYBODY,
    throttle=SOME,
    summary="立案目录 Catalogue",
)
def catalogue(
    request: HttpRequest,
    kind: Literal["component", "event", "service"] | None = None,
    q: str = Query("", max_length=40, description="小类名称中的字。Part of a name."),
) -> list[schemas.CategoryOut]:
    """现行的小类及立案条件、时限、结案条件。

    The categories in force with their filing conditions, limits and closing conditions.
    """
    found = configuration.catalogue(caller(request).moment).categories.values()
    return [_category(one) for one in found if (not kind or one.kind == kind) and q in one.minor_name]


def _category(one: Category) -> schemas.CategoryOut:
    conditions = [
        schemas.ConditionOut(
            key=condition.key,
            text=condition.text,
            severity=condition.severity,
            limit=schemas.LimitOut(**condition.limit.to_json()),
            closing=condition.closing,
            after_photo=condition.after_photo,
            default=condition is one.default_condition,
        )
        for condition in one.conditions
    ]
    found: schemas.CategoryOut = shown.fields_of(one, schemas.CategoryOut, conditions=conditions)
    return found


@router.get(
    "/channels", response=answers(list[schemas.ChannelOut]), auth=ANYBODY, throttle=MANY, summary="渠道 Channels"
)
def channels(request: HttpRequest) -> list[schemas.ChannelOut]:
    """上报的渠道，各要什么，我能用哪些。

    The channels of reports, what each asks for, and which the caller may use.
    """
    who = caller(request)
    return [
        schemas.ChannelOut(
            name=one.name,
            title=str(one.title),
            required=sorted(one.required),
            elements=one.elements,
            mine=one.admits(who.standing),
        )
        for one in intake.channels()
    ]


@router.get("/agencies", response=answers(list[schemas.AgencyOut]), summary="承办单位 Agencies")
def agencies(request: HttpRequest) -> list[schemas.AgencyOut]:
    """现在承办案卷的单位，以及谁主管、指导、协作、代管它。

    The agencies that handle cases now, and to whom each is tied beside its parent.
    """
    who = staff(request, "read")
    held = people.organisations()
    ties: dict[UUID, list[schemas.AgencyTieOut]] = defaultdict(list)
    for tie in people.agency_ties(at=who.moment):
        other = schemas.AgencyTieOut(relation=tie.relation, id=tie.other_id, name=held[tie.other_id].name)
        ties[tie.agency_id].append(other)
    return [
        schemas.AgencyOut(id=one.id, code=one.code, name=one.name, kind=one.kind, ties=ties[one.id])
        for one in people.agencies()
    ]


@router.get("/agencies/{uuid:agency_id}/members", response=of_one(list[schemas.PersonOut]), summary="单位人员 Members")
def members(request: HttpRequest, agency_id: UUID) -> list[schemas.PersonOut]:
    """本单位可以内部转派的人；看得到全区的人可查任一单位。

    Whom a case may be assigned to inside an agency: for those who work there, and for who sees the whole district.
    """
    who = staff(request, "read")
    own = {post.agency_id for post in who.standing.posts}
    if agency_id not in own and people.visible_to(who.standing).kind != "all":
        raise Refused("not_yours", _("只能查看本单位的人员。"), status=403)
    people.agency(agency_id)
    found = people.members(agency_id, who.moment)
    names = people.person_names(found)
    return [schemas.PersonOut(id=one, name=names[one]) for one in found]


@router.get("/routing/explain", response=answers(schemas.ExplanationOut), summary="会派给谁 Where would it go?")
def explain(
    request: HttpRequest,
    category: str = Query(..., max_length=20),
    lon: schemas.Lon | None = None,
    lat: schemas.Lat | None = None,
    datum: schemas.Datum = "wgs84",
    area: schemas.AreaCode = "",
    at: schemas.Moment | None = None,
    channel: str = Query("resident", max_length=40),
    component: str = Query("", pattern=r"^([0-9]{16})?$"),
) -> schemas.ExplanationOut:
    """按已发布的派遣规则，这个地点、类别、时刻会派给谁；每条规则为什么符合或不符合。

    By the published rules: which agency a case of this category, place and moment goes to, and each rule's verdict.
    """
    who = staff(request, "read")
    people.demand(who.standing, "dispatch.explain")
    found = dispatch.explain(
        category, lon, lat, area or None, at, channel, component=component, datum=datum, now=who.moment
    )
    return shown.explanation(found)


@router.get("/places", response=answers(list[schemas.AreaOut]), auth=ANYBODY, throttle=SOME, summary="区划 Areas")
def areas(request: HttpRequest, within: schemas.AreaCode = "") -> list[schemas.AreaOut]:
    """区、镇街、社区，上级在前。

    The district's streets and communities, parents before children.
    """
    found = queries.subtree(within or None)
    return [schemas.AreaOut(code=one.code, name=one.name, level=one.level, parent=one.parent) for one in found]


@router.get(
    "/places/locate",
    response=answers(schemas.LocatedOut),
    auth=ANYBODY,
    throttle=MANY,
    summary="定位 What lies at a point",
)
def locate(
    request: HttpRequest, lon: schemas.Lon, lat: schemas.Lat, datum: schemas.Datum = "wgs84"
) -> schemas.LocatedOut:
    """这个点在哪个社区、单元网格、责任网格。

    Community, unit grid and duty grid at a point.
    """
    found = queries.locate(*to_wgs84(lon, lat, datum))
    located: schemas.LocatedOut = shown.fields_of(found, schemas.LocatedOut)
    return located


@router.get(
    "/places/near",
    response=answers(list[schemas.NearOut]),
    auth=ANYBODY,
    throttle=SOME,
    summary="附近部件 Components near by",
)
def near(
    request: HttpRequest, lon: schemas.Lon, lat: schemas.Lat, metres: float = Query(50, gt=0, le=500)
) -> list[schemas.NearOut]:
    """WGS84 点附近的部件，近的在前。

    Components within `metres` of a WGS84 point, the nearest first.
    """
    return [shown.fields_of(one, schemas.NearOut) for one in queries.near(lon, lat, metres)]


@router.get(
    "/places/outlines",
    response=answers(schemas.FeatureCollection),
    auth=ANYBODY,
    throttle=SOME,
    summary="网格边界 Outlines",
)
def outlines(
    request: HttpRequest,
    kind: Literal["area", "unit_grid", "duty_grid"] = "unit_grid",
    within: schemas.AreaCode = "",
    level: Literal["", "district", "street", "community"] = "",
    bbox: str = Query("", max_length=100, description="west,south,east,north，度 degrees", examples=["122,37,123,38"]),
) -> dict[str, Any]:
    """单元网格、责任网格或区划的边界，GeoJSON；`bbox` 只取与这一框相交的。

    GeoJSON of unit grids, duty grids or areas below an area; `bbox` keeps what touches the box.
    """
    box = _box(bbox) if bbox else None
    found = queries.outlines(kind, within, level if kind == "area" else "")
    if box is not None:
        found["features"] = [one for one in found["features"] if _touches(one["geometry"], box)]
    return found


Box = tuple[float, float, float, float]


def _box(text: str) -> Box:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        west = south = east = north = math.nan
    # NaN is smaller than nothing, so it fails here as well.
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        wrong = _("范围应为 西,南,东,北 四个数，单位度。")
        raise Refused("bad_box", wrong, fields={"bbox": wrong})
    return west, south, east, north


def _touches(geometry: dict[str, Any], box: Box) -> bool:
    """Does the shape's own box meet this one?"""
    points = list(_points(geometry["coordinates"]))
    west, south = min(x for x, _y in points), min(y for _x, y in points)
    east, north = max(x for x, _y in points), max(y for _x, y in points)
    return west <= box[2] and east >= box[0] and south <= box[3] and north >= box[1]


def _points(coordinates: Any) -> Iterator[tuple[float, float]]:
    if isinstance(coordinates[0], int | float):
        yield coordinates[0], coordinates[1]
    else:
        for part in coordinates:
            yield from _points(part)
