"""Cases: the hall list and its counts, one case with its allowed moves, its story, and moving it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Header, Query, Router

from xiucheng.operations.board import queries as board
from xiucheng.operations.cases import commands, queries

from . import schemas, shown
from .answers import answers, of_move, of_one
from .callers import staff
from .versions import version_of

router = Router(tags=["cases 案卷"])


@router.get("", response=answers(schemas.CasePage), summary="案卷列表 Cases")
def hall(
    request: HttpRequest,
    filters: Query[schemas.CaseFilters],
    cursor: schemas.Cursor = None,
    limit: schemas.Limit = 50,
) -> schemas.CasePage:
    """可见范围内的案卷，筛选与大厅地址相同。

    The cases that the caller may see, by due unless another order is asked for; filters as in the hall's address.
    """
    who = staff(request, "read")
    narrowed = filters.model_dump(exclude={"agency", "q"}, exclude_none=True)
    wanted = board.Filters(agency_id=filters.agency, text=filters.q, **narrowed)
    page = board.hall(who.standing, wanted, cursor, limit, now=who.moment)
    result: schemas.CasePage = shown.page(page, schemas.CasePage, [shown.listed(row) for row in page.rows])
    return result


@router.get("/counts", response=answers(schemas.CountsOut), summary="各队列件数 Counts")
def counts(request: HttpRequest) -> schemas.CountsOut:
    """可见范围内各队列的件数，及最要紧的一句话。

    How many open cases each queue holds, of those the caller may see, and the sentence a page begins with.
    """
    who = staff(request, "read")
    found = board.counts(who.standing, now=who.moment)
    return schemas.CountsOut(queues=found, summary=board.summary(found).sentence)


@router.get("/{key}", response=of_one(schemas.CaseOut), summary="一件案卷 One case")
def case(request: HttpRequest, key: str, response: HttpResponse) -> schemas.CaseOut:
    """按 id 或编号（带不带横线都行）取一件案卷，及现在可做的动作；ETag 是它的版本。

    One case by id or by number as people read it out, with the moves allowed now; the ETag is its version.
    """
    who = staff(request, "read")
    view = queries.case(key, who.standing, who.moment)
    response["ETag"] = f'"{view.version}"'
    return shown.case(view)


@router.get("/{key}/story", response=of_one(list[schemas.StoryLineOut]), summary="案卷经过 The story of a case")
def story(request: HttpRequest, key: str) -> list[schemas.StoryLineOut]:
    """这件案卷从立案到现在的每一步。

    What happened to a case, step by step, with the words and pictures of each.
    """
    who = staff(request, "read")
    view = queries.case(key, who.standing, who.moment)
    return shown.story(queries.story(view.id))


@router.post("/{uuid:case_id}/moves", response=of_move(schemas.CaseOut), summary="办理案卷 Move a case")
def move(
    request: HttpRequest,
    response: HttpResponse,
    case_id: UUID,
    payload: schemas.MoveIn,
    if_match: str | None = Header(None, alias="If-Match", description='案卷的版本 Its version, e.g. "7"'),
) -> schemas.CaseOut:
    """做一个动作。有人先办过则 409，并告知现在的版本；规则不允许则 422。

    Make one move. 409 where somebody moved it since, with the version that stands; 422 where a rule refuses.
    """
    who = staff(request, "moves")
    version = version_of(if_match)
    # Who may not see a case is not told by a refusal that it is there.
    queries.case(case_id, who.standing, who.moment)
    view = commands.move(
        by=who.standing, now=who.moment, case_id=case_id, version=version, name=payload.move, args=payload.args()
    )
    response["ETag"] = f'"{view.version}"'
    return shown.case(view)
