"""Components and facilities: found, one in full with its history, corrected one or many, whose they are."""

from typing import Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from xiucheng.foundation.people import commands as people_commands
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import RELATIONS
from xiucheng.foundation.places import commands, points
from xiucheng.foundation.places.rules import to_wgs84

from . import schemas
from .answers import answers, of_change, of_one
from .callers import Caller, staff

router = Router(tags=["points 部件与设施"])

Kind = Literal["component", "facility"]
Relation = Literal["", "competent", "owner", "maintainer"]
State = Literal["", "intact", "broken", "lost", "abandoned", "occupied"]


@router.get("/points/{kind}", response=answers(list[schemas.PointOut]), summary="部件或设施 Components or facilities")
def listing(
    request: HttpRequest,
    kind: Kind,
    q: str = Query("", max_length=40, description="编码开头或名称。The beginning of a code, or part of a name."),
    within: schemas.DivisionCode = "",
    state: State = "",
    of_type: str = Query("", alias="type", max_length=32, description="目录大小类编码或设施种类。Its kind."),
    agency: UUID | None = None,
    relation: Relation = "",
    after: str = Query("", max_length=40, description="上一页最后的编码。The last code of the page before."),
    limit: int = Query(100, ge=1, le=1000),
) -> list[schemas.PointOut]:
    """按编码排列，带状态和权属、主管、养护单位；`after` 取后面的。

    By code, each with its state and whose it is; `after` turns the page.
    """
    who = staff(request, "read")
    only = people.codes_of_agency(kind, agency, relation, at=who.moment) if agency else None
    asked = points.Asked(q.strip(), state, of_type, within if len(within) > 6 else "", only)
    return _shown(kind, points.listed(kind, asked, after=after, limit=limit), who)


@router.get("/points/{kind}/of/{code}", response=of_one(schemas.PointOut), summary="一个部件或设施 One of them")
def one(request: HttpRequest, kind: Kind, code: str) -> schemas.PointOut:
    """状态、位置、归谁。

    Its state, its place, whose it is.
    """
    who = staff(request, "read")
    return _shown(kind, [points.point(kind, code)], who)[0]


@router.get(
    "/points/{kind}/of/{code}/history",
    response=of_one(list[schemas.PointChangeOut]),
    summary="改动历史 What became of it",
)
def history(request: HttpRequest, kind: Kind, code: str) -> list[schemas.PointChangeOut]:
    """每次改动前后的内容，新的在前；撤销过的也在。

    What each change said before and after, the latest first; undone ones as well.
    """
    staff(request, "read")
    return [
        schemas.PointChangeOut(
            change=became.change_id,
            verb=became.verb,
            at=became.at,
            undone_at=became.undone_at,
            new=became.new,
            fields=[schemas.PointFieldOut(name=name, before=was, after=now) for name, was, now in became.fields],
        )
        for became in points.history(points.point(kind, code))
    ]


@router.post("/points/{kind}/correct", response=of_change(schemas.PointCorrected), summary="更正 Correct")
def correct(request: HttpRequest, kind: Kind, payload: schemas.PointCorrectIn) -> schemas.PointCorrected:
    """一个可以改状态、名称、备注、地址、位置；许多个一次只改状态。返回这次改动，凭它撤销。

    Of one its state, name, note, address and place; of many only the state. The change comes back, to be undone by.
    """
    who = staff(request, "moves")
    people.demand_correct(who.standing, kind, payload.codes, at=who.moment)
    lon, lat = payload.lon, payload.lat
    if lon is not None and lat is not None:
        lon, lat = to_wgs84(lon, lat, payload.datum)
    said = commands.Correction(payload.state, payload.name, payload.note, payload.address, lon, lat)
    change = commands.correct_points(
        actor=who.standing.actor, now=who.moment, kind=kind, codes=payload.codes, said=said, seen=payload.seen
    )
    return schemas.PointCorrected(change=change)


@router.post("/points/{kind}/parties", response=of_change(schemas.PointLinked), summary="登记单位 Whose they are")
def parties(request: HttpRequest, kind: Kind, payload: schemas.PointPartiesIn) -> schemas.PointLinked:
    """从此刻起这些归这个单位；不给单位就结束现在的。

    From now on these are the organisation's in this relation; without one the present links end.
    """
    who = staff(request, "moves")
    count = people_commands.set_relation(
        by=who.standing, now=who.moment, kind=kind, codes=payload.codes, relation=payload.relation,
        agency_id=payload.agency,
    )  # fmt: skip
    return schemas.PointLinked(count=count)


@router.post("/points/changes/{uuid:change_id}/undo", response=of_one(schemas.PointUndone), summary="撤销更正 Undo")
def undo(request: HttpRequest, change_id: UUID) -> schemas.PointUndone:
    """撤销一次更正；导入的撤销在底图页办。

    Take a correction back; loads are undone on the base-map page.
    """
    who = staff(request, "moves")
    kind, codes = people.demand_undo(who.standing, change_id, at=who.moment)
    commands.undo_change(actor=who.standing.actor, now=who.moment, change_id=change_id)
    return schemas.PointUndone(kind=kind, codes=codes)


def _shown(kind: str, rows: list[points.PointView], who: Caller) -> list[schemas.PointOut]:
    held = people.parties(kind, [row.code for row in rows], at=who.moment)
    named = people.agency_names({agency for of in held.values() for agency in of.values()})
    return [
        schemas.PointOut(
            kind=row.what,
            code=row.code,
            type=row.type,
            name=row.name,
            state=row.state,
            community=row.community,
            unit_grid=row.unit_grid,
            address=row.address,
            lon=row.lon,
            lat=row.lat,
            note=row.note,
            changed_on=row.changed_on,
            parties=[
                schemas.AgencyTieOut(relation=relation, id=agency, name=named[agency])
                for relation in RELATIONS
                if (agency := held.get(row.code, {}).get(relation)) in named
            ],
        )
        for row in rows
    ]
