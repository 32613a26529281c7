"""Cases: the hall list, one case with its allowed moves, its story, and moving it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Header, Query, Router

from xiucheng.operations.board import queries as board
from xiucheng.operations.cases import commands, queries

from . import schemas, shown
from .answers import answers
from .callers import staff
from .versions import version_of

router = Router(tags=["cases 案卷"])


@router.get("", response=answers(schemas.CasePage), summary="案卷列表 Cases")
def hall(
    request: HttpRequest,
    filters: Query[schemas.CaseFilters],
    cursor: str | None = None,
    limit: int = Query(50, ge=1, le=200),
) -> schemas.CasePage:
    """The cases that the caller may see, by due; filters as in the address of the hall."""
    who = staff(request, "read")
    wanted = board.Filters(
        agency_id=filters.agency, text=filters.q, **filters.model_dump(exclude={"agency", "q"}, exclude_none=True)
    )
    page = board.hall(who.standing, wanted, cursor, limit, now=who.moment)
    rows = [shown.listed(row) for row in page.rows]
    result: schemas.CasePage = shown.page(page, schemas.CasePage, rows)
    return result


@router.get("/{key}", response=answers(schemas.CaseOut), summary="一件案卷 One case")
def case(request: HttpRequest, key: str, response: HttpResponse) -> schemas.CaseOut:
    """One case by id or by number as people read it out; the ETag is its version."""
    who = staff(request, "read")
    view = queries.case(key, who.standing, who.moment)
    response["ETag"] = f'"{view.version}"'
    return shown.case(view, queries.words([view.id]).get(view.id))


@router.get("/{key}/story", response=answers(list[schemas.StoryLineOut]), summary="案卷经过 The story of a case")
def story(request: HttpRequest, key: str) -> list[schemas.StoryLineOut]:
    """What happened to a case, step by step."""
    who = staff(request, "read")
    view = queries.case(key, who.standing, who.moment)
    return [shown.story_line(line) for line in queries.story(view.id)]


@router.post("/{uuid:case_id}/moves", response=answers(schemas.CaseOut), summary="办理案卷 Move a case")
def move(
    request: HttpRequest,
    response: HttpResponse,
    case_id: UUID,
    payload: schemas.MoveIn,
    if_match: str | None = Header(None, alias="If-Match", description='案卷的版本，如 "7"'),
) -> schemas.CaseOut:
    """Make one move. 409 where somebody moved it since, with the version that stands; 422 where a rule refuses."""
    who = staff(request, "moves")
    version = version_of(if_match)
    # Who may not see a case is not told by a refusal that it is there.
    queries.case(case_id, who.standing, who.moment)
    view = commands.move(
        by=who.standing, now=who.moment, case_id=case_id, version=version, name=payload.move, args=payload.args()
    )
    response["ETag"] = f'"{view.version}"'
    return shown.case(view, queries.words([view.id]).get(view.id))
