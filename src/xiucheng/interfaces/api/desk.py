"""What the caller's own desk holds: who they are, their tasks, the decisions that wait for them, their inbox."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from xiucheng.foundation.notices import commands as notice_commands
from xiucheng.foundation.notices import queries as notices
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.tasks import queries as tasks

from . import schemas, shown
from .answers import answers, of_one
from .callers import Caller, staff

router = Router(tags=["desk 工作台"])


@router.get("/me", response=answers(schemas.MeOut), summary="我 Who I am")
def me(request: HttpRequest) -> schemas.MeOut:
    """我的岗位、令牌用途和未读通知数。

    The caller's posts, what the token is for, and the number of unread notices.
    """
    who = staff(request, "read")
    person = who.standing.person_id
    return schemas.MeOut(
        person=person,
        name=people.person_names([person]).get(person) if person else None,
        channel=who.standing.actor.id if person is None else None,
        posts=[
            schemas.PostOut(role=post.role, name=people.role_name(post.role), area=post.area, agency=post.agency_id)
            for post in who.standing.posts
        ],
        scopes=sorted(who.scopes) if who.scopes is not None else None,
        unread=_unread(who),
    )


def _unread(who: Caller) -> int:
    return notices.unread(who.standing.person_id, who.moment) if who.standing.person_id else 0


@router.get("/tasks", response=answers(schemas.TaskPage), summary="我的任务 My tasks")
def my_tasks(request: HttpRequest, cursor: schemas.Cursor = None, limit: schemas.Limit = 50) -> schemas.TaskPage:
    """等我办的任务，先到期的在前。

    What waits for the caller, the first due first.
    """
    who = staff(request, "read")
    page = tasks.my_desk(who.standing, cursor=cursor, limit=limit)
    result: schemas.TaskPage = shown.page(page, schemas.TaskPage, shown.tasks(page.rows, who.standing, who.moment))
    return result


@router.get("/requests", response=answers(schemas.RequestPage), summary="等我批复 Decisions that wait for me")
def my_requests(request: HttpRequest, cursor: schemas.Cursor = None, limit: schemas.Limit = 50) -> schemas.RequestPage:
    """等我批复的申请：回退、延期、作废。批复是案卷的动作 decide。

    What was asked of one of the caller's posts; deciding is the case's move `decide`.
    """
    who = staff(request, "read")
    page = tasks.requests_for(who.standing, cursor=cursor, limit=limit)
    rows = shown.requests(page.rows, who.standing, who.moment)
    result: schemas.RequestPage = shown.page(page, schemas.RequestPage, rows)
    return result


@router.get("/inbox", response=answers(schemas.NoticePage), summary="通知 Inbox")
def inbox(request: HttpRequest, cursor: schemas.Cursor = None, limit: schemas.Limit = 50) -> schemas.NoticePage:
    """告知我的事，新的在前。

    What the caller was told, the newest first.
    """
    who = staff(request, "read")
    if who.standing.person_id is None:
        return schemas.NoticePage(rows=[], next=None, previous=None)
    page = notices.inbox(who.standing.person_id, now=who.moment, cursor=cursor, limit=limit)
    result: schemas.NoticePage = shown.page(page, schemas.NoticePage, [shown.notice(one) for one in page.rows])
    return result


@router.post("/inbox/{uuid:notice_id}/read", response=of_one(schemas.ReadOut), summary="标为已读 Mark as read")
def read(request: HttpRequest, notice_id: UUID) -> schemas.ReadOut:
    """把一条通知标为已读，再标一次无妨。

    Mark one of one's own notices as read; again is no harm.
    """
    who = staff(request, "read")
    notice_commands.read(by=who.standing, now=who.moment, notice_id=notice_id)
    return schemas.ReadOut(unread=_unread(who))
