"""The caller's own desk: who they are, tasks, decisions, inbox."""

from datetime import datetime
from uuid import UUID

from ninja import Schema

from .common import PageInfo


class PostOut(Schema):
    """A post held now; area "" is the whole district."""

    role: str
    name: str
    area: str
    agency: UUID | None


class MeOut(Schema):
    """我是谁。Who calls: a person with posts, or a program that speaks for a channel."""

    person: UUID | None
    name: str | None
    channel: str | None
    posts: list[PostOut]
    scopes: list[str] | None
    unread: int


class TaskOut(Schema):
    """一项任务；due_at 为空表示没有时限或暂停。One duty; number and title of the case it is about, where it is one."""

    id: UUID
    kind: str
    room: str
    subject: UUID
    number: str | None
    title: str | None
    state: str
    due_at: datetime | None
    agency: UUID | None
    person: UUID | None
    post: str
    area: str


class RequestRow(Schema):
    """一项等我批复的申请。A decision that waits for the caller."""

    id: UUID
    room: str
    subject: UUID
    number: str | None
    title: str | None
    what: str
    asked_at: datetime


class NoticeOut(Schema):
    id: UUID
    event: str
    text: str
    link: str | None
    told_at: datetime
    read: bool


class ReadOut(Schema):
    """How many are still unread."""

    unread: int


class TaskPage(PageInfo):
    rows: list[TaskOut]


class RequestPage(PageInfo):
    rows: list[RequestRow]


class NoticePage(PageInfo):
    rows: list[NoticeOut]
