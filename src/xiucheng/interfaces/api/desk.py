"""What the caller's own desk holds: who they are, their tasks, their inbox."""

from django.http import HttpRequest
from ninja import Query, Router

from xiucheng.foundation.notices import queries as notices
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.tasks import queries as tasks

from . import schemas, shown
from .answers import answers
from .callers import staff

router = Router(tags=["desk 工作台"])


@router.get("/me", response=answers(schemas.MeOut), summary="我 Who I am")
def me(request: HttpRequest) -> schemas.MeOut:
    """The caller's posts and the number of unread notices."""
    who = staff(request, "read")
    person = who.standing.person_id
    names = people.person_names([person])
    return schemas.MeOut(
        person=person,
        name=names.get(person) if person else None,
        posts=[
            {"role": post.role, "area": post.area, "agency": str(post.agency_id) if post.agency_id else None}
            for post in who.standing.posts
        ],
        unread=notices.unread(person, who.moment) if person else 0,
    )


@router.get("/tasks", response=answers(schemas.TaskPage), summary="我的任务 My tasks")
def my_tasks(request: HttpRequest, cursor: str | None = None, limit: int = Query(50, ge=1, le=200)) -> schemas.TaskPage:
    """What waits for the caller, in the order of due."""
    who = staff(request, "read")
    page = tasks.my_desk(who.standing, cursor=cursor, limit=limit)
    rows = [shown.task(task) for task in page.rows]
    result: schemas.TaskPage = shown.page(page, schemas.TaskPage, rows)
    return result


@router.get("/inbox", response=answers(schemas.NoticePage), summary="通知 Inbox")
def inbox(request: HttpRequest, cursor: str | None = None, limit: int = Query(50, ge=1, le=200)) -> schemas.NoticePage:
    """What the caller was told, the newest first."""
    who = staff(request, "read")
    if who.standing.person_id is None:
        return schemas.NoticePage(rows=[], next=None, previous=None)
    page = notices.inbox(who.standing.person_id, now=who.moment, cursor=cursor, limit=limit)
    rows = [
        schemas.NoticeOut(
            id=one.id,
            event=one.event,
            text=one.sentence,
            link=one.link,
            told_at=one.last_at,
            read=one.read_at is not None,
        )
        for one in page.rows
    ]
    result: schemas.NoticePage = shown.page(page, schemas.NoticePage, rows)
    return result
