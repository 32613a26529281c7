"""Who answers for which place, what is missing, and who is responsible at a point or by the name of an area."""

from typing import Literal

from django.http import HttpRequest
from ninja import Query, Router

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.neighbourhood.responsibilities import Answerable
from xiucheng.operations.responsibility import queries

from . import schemas, shown
from .answers import answers, of_one
from .callers import staff

router = Router(tags=["responsibility 包保"])


@router.get("/responsible", response=of_one(schemas.HereOut), summary="这里谁负责 Who is responsible here")
def here(
    request: HttpRequest,
    lon: schemas.Lon | None = None,
    lat: schemas.Lat | None = None,
    datum: schemas.Datum = "wgs84",
    area: str = Query("", max_length=40, description="代码或名称。Code or name of an area."),
    category: str = Query("", max_length=20),
) -> schemas.HereOut:
    """按点或按社区、镇街名称；给了类别就说派给谁。电话只给管这片地方的岗位。

    By a point, or by the name of an area where there is no map; with a category also which agency and why.
    """
    who = staff(request, "read")
    found = queries.here(
        standing=who.standing, now=who.moment, lon=lon, lat=lat, datum=datum, area=area, category=category
    )
    return schemas.HereOut(
        area=found.area,
        exact=found.exact,
        unit_grid=found.unit_grid,
        levels=[
            schemas.ResponsibleLevelOut(
                level=one.level,
                code=one.code,
                name=one.name,
                least=one.least,
                missing=one.missing,
                people=[_person(each.who, each.phone) for each in one.people],
            )
            for one in found.levels
        ],
        explanation=shown.explanation(found.explanation) if found.explanation else None,
        things=[
            schemas.ThingNearOut(
                kind=one.what,
                code=one.code,
                type=one.kind,
                name=one.name,
                state=one.state,
                metres=one.metres,
                parties=dict(one.parties),
            )
            for one in found.things
        ],
    )


@router.get(
    "/responsibility", response=answers(list[schemas.ResponsibleLevelOut]), summary="包保与缺口 Coverage and gaps"
)
def report(
    request: HttpRequest,
    within: schemas.AreaCode = "",
    level: Literal["", "street", "community", "grid"] = "",
    only_missing: bool = False,
) -> list[schemas.ResponsibleLevelOut]:
    """每个镇街、社区、责任网格由谁包保，缺几人。

    Every street, community and duty grid with who answers for it and how many it lacks.
    """
    who = staff(request, "read")
    people.demand(who.standing, "people.see_responsible")
    return [
        schemas.ResponsibleLevelOut(
            level=row.place.level,
            code=row.place.code,
            name=row.place.name,
            least=row.least,
            missing=row.missing,
            people=[_person(one, "") for one in row.people],
        )
        for row in queries.report(now=who.moment, within=within, level=level, only_missing=only_missing)
    ]


def _person(one: Answerable, phone: str) -> schemas.AnswerableOut:
    return schemas.AnswerableOut(
        person=one.person_id, name=one.name, by=one.by, since=one.since, until=one.until, phone=phone
    )
