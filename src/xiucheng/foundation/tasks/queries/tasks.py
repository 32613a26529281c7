"""Tasks by id and by what they are about, with their clocks."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from xiucheng.kit.refused import Refused

from .. import calendars, rules, storing
from ..rules import Segment, Task, kept
from .requests import pending_requests


def task(task_id: UUID) -> Task:
    """One task with its segments; one statement. Refused `not_found` (404)."""
    found = storing.one(task_id)
    if found is None:
        raise Refused("not_found", _("没有这项任务。"), status=404)
    return found


def of_subject(subject: UUID) -> list[Task]:
    """All tasks about a subject with their segments, in the order in which they were given; one statement."""
    return storing.read("t.subject = %s", [subject])


def open_of_subject(subject: UUID, kind: str | None = None) -> list[Task]:
    """Those of them that are not ended, of one kind if given; one statement."""
    if kind is None:
        return storing.read("t.subject = %s AND t.ended_at IS NULL", [subject])
    return storing.read("t.subject = %s AND t.ended_at IS NULL AND t.kind = %s", [subject, kind])


def standing_of(subject: UUID, also: Collection[UUID] = ()) -> dict[str, Any]:
    """How the open tasks of a subject, those of `also`, and the questions asked about it stand, as JSON takes it: what
    commands.take_back goes back to. Two statements."""
    held = storing.read("t.subject = %s AND (t.ended_at IS NULL OR t.id = ANY(%s))", [subject, list(also)])
    asked = pending_requests(subject)
    return {"tasks": [kept(task) for task in held], "requests": [str(one.id) for one in asked]}


def open_of_agency(agency_id: UUID) -> int:
    """How many tasks that are not ended an agency has, those in a person's hands included; one statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tasks_task WHERE agency_id = %s AND ended_at IS NULL", [agency_id])
        return int(cursor.fetchone()[0])


def segments(task_id: UUID) -> list[Segment]:
    """The clock of a task, stretch by stretch without a gap; empty for an unknown one; one statement."""
    found = storing.one(task_id)
    return list(found.segments) if found else []


def left(found: Task, now: datetime) -> timedelta | None:
    """What a task's clock has left (negative: how late), in its limit's counted time; see `rules.left`.

    No statement on most calls.
    """
    calendar, _version = calendars.resolve(found.calendar, now)
    return rules.left(found, now, calendar)


def deadlines(task_ids: Sequence[UUID]) -> dict[UUID, datetime | None]:
    """The present deadlines of tasks, None without a running one; unknown tasks are left out; one statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, due_at FROM tasks_task WHERE id = ANY(%s)", [list(task_ids)])
        return dict(cursor.fetchall())


def still_running(due: Sequence[tuple[UUID, datetime]]) -> set[UUID]:
    """Which of these tasks are still open with just this deadline; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.id FROM unnest(%s::uuid[], %s::timestamptz[]) AS told (id, due_at)"
            " JOIN tasks_task t ON t.id = told.id AND t.due_at = told.due_at WHERE t.ended_at IS NULL",
            [[task_id for task_id, _due in due], [at for _id, at in due]],
        )
        return {row[0] for row in cursor.fetchall()}
