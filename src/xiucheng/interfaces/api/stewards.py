"""Centre households and stewards: the list, and rows of another list taken in, each for itself."""

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.neighbourhood import neighbours, terms
from xiucheng.foundation.people.neighbourhood import stewards as book

from . import schemas, shown
from .answers import answers, of_change
from .callers import staff

router = Router(tags=["stewards 中心户和楼长"])

Area = Annotated[str, Query(default="", pattern=r"^([0-9]{6}|[0-9]{9}|[0-9]{12})?$")]
State = Literal["", "chosen", "published", "serving", "ended", "dropped"]


@router.get("/stewards", response=answers(list[schemas.StewardOut]), summary="中心户和楼长 Stewards")
def listing(
    request: HttpRequest, within: Area = "", kind: str = Query("", max_length=20), state: State = ""
) -> list[schemas.StewardOut]:
    """本岗位看得到的；姓名只给本社区的人看全，别人看到的有星号。最多 2000 位，用 `within` 缩小。

    Those whom the caller's posts see, with names in full only for who works with them; 2,000 at most.
    """
    who = staff(request, "read")
    people.demand_somewhere(who.standing, "people.see_neighbours")
    area = within if len(within) > 6 else ""
    rows = book.stewards(who.standing, within=area, kind=kind, state=state, limit=2000)
    held = neighbours.known((one.neighbour_id for one in rows), who.standing)
    return [shown.fields_of(one, schemas.StewardOut, name=held[one.neighbour_id].name) for one in rows]


@router.post("/stewards", response=of_change(list[schemas.StewardTaken]), summary="导入名单 Take a list in")
def take(request: HttpRequest, payload: schemas.StewardsIn) -> list[schemas.StewardTaken]:
    """一次最多 200 行，按社区、哪一种、管哪里、姓名合并；每行各自收下或退回，同样的再来一次不变。

    200 rows at most, merged by community, kind, what for and name; each row is taken or refused by itself.
    """
    who = staff(request, "moves")
    rows = [terms.Listed(**row.model_dump()) for row in payload.rows]
    merged = terms.merge_stewards(by=who.standing, now=who.moment, rows=rows)
    return [
        schemas.StewardTaken(
            row=number,
            id=one.id,
            became=one.became,
            error=schemas.Error(**one.refusal.as_dict()) if one.refusal else None,
        )
        for number, one in enumerate(merged, start=1)
    ]
