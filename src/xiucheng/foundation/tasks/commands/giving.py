"""Giving tasks: the duty, its clock and its alarms by one statement, however many are given at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.utils.translation import gettext as _

from xiucheng.foundation.people import queries as people
from xiucheng.kit.actor import Actor
from xiucheng.kit.ids import uuid7
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb
from xiucheng.kit.worktime import Calendar, Limit

from .. import calendars, rules, storing
from ..rules import Task
from .steps import record


@dataclass(frozen=True, slots=True)
class Duty:
    """What is to be done by whom; the fields are those of `give`. signed_at: taken over as signed for then."""

    kind: str
    room: str
    subject: UUID
    agency_id: UUID | None = None
    person_id: UUID | None = None
    post: str | None = None
    area: str | None = None
    limit: Limit | None = None
    calendar: str | Calendar | None = None
    parent: UUID | None = None
    start: datetime | None = None
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A task that was given; due_at is None without a limit."""

    task_id: UUID
    due_at: datetime | None
    provisional: bool


@verb
def give(
    *,
    actor: Actor,
    now: datetime,
    kind: str,
    room: str,
    subject: UUID,
    agency_id: UUID | None = None,
    person_id: UUID | None = None,
    post: str | None = None,
    area: str | None = None,
    limit: Limit | None = None,
    calendar: str | Calendar | None = None,
    parent: UUID | None = None,
    start: datetime | None = None,
) -> Given:
    """Give an agency, a person or the holders of a post (for an area) a task about a subject; one statement.

    kind: a code of the giving room. calendar: the key of a duty calendar, a calendar, or None for the agency's own.
    parent: the task this one is part of; that one cannot be completed before. start: when the clock began (None: now).
    Refused: `parent_ended`. Step: tasks.give. Nobody at all is a programming error (ValueError).
    """
    duty = Duty(kind, room, subject, agency_id, person_id, post, area, limit, calendar, parent, start)
    return give_many(actor=actor, now=now, duties=[duty])[0]


@verb
def give_many(*, actor: Actor, now: datetime, duties: Sequence[Duty]) -> list[Given]:
    """Give many tasks by one statement, for reactions that act in batches; otherwise as `give`."""
    calendar = lru_cache(maxsize=None)(lambda key, agency_id: _calendar(key, agency_id, now))
    tasks = [_task(duty, calendar(duty.calendar, duty.agency_id), actor, now) for duty in duties]
    parents = {task.parent_id for task in tasks if task.parent_id is not None}
    if parents and storing.hold(parents) != parents:
        raise Refused("parent_ended", _("上级任务已经结束，不能再分派下级任务。"))
    storing.insert(tasks)
    for task in tasks:
        record(task, "give", actor, now, **_told(task))
    return [Given(task.id, task.due_at, task.provisional) for task in tasks]


def _task(duty: Duty, reckoned_by: tuple[Calendar, int], actor: Actor, now: datetime) -> Task:
    if duty.agency_id is None and duty.person_id is None and not duty.post:
        raise ValueError(f"{duty.kind}: a task of nobody")
    calendar, version = reckoned_by
    bare = Task(
        id=uuid7(),
        kind=duty.kind,
        room=duty.room,
        subject=duty.subject,
        parent_id=duty.parent,
        state="given",
        version=1,
        agency_id=duty.agency_id,
        person_id=duty.person_id,
        post=duty.post or "",
        area=duty.area or "",
        limit=duty.limit,
        added=None,
        calendar=calendar.key,
        calendar_version=version,
        given_by=str(actor),
        given_at=now,
        started_at=duty.start or now,
        signed_at=None,
        paused_at=None,
        resume_at=None,
        ended_at=None,
        due_at=None,
        warn_at=None,
        warned_at=None,
        lapsed_at=None,
        provisional=False,
        late=None,
    )
    given = rules.given(bare)
    return rules.timed(rules.signed(given, duty.signed_at) if duty.signed_at else given, calendar)


def _calendar(given: str | Calendar | None, agency_id: UUID | None, now: datetime) -> tuple[Calendar, int]:
    if isinstance(given, Calendar):
        return given, calendars.in_force(now)
    key = people.agency(agency_id).calendar if given is None and agency_id is not None else given
    return calendars.resolve(key, now)


def _told(task: Task) -> dict[str, object]:
    return {
        "parent": task.parent_id,
        "limit": task.limit.to_json() if task.limit else None,
        "calendar": task.calendar,
        "started": task.started_at,
        **({"signed": task.signed_at} if task.signed_at else {}),
    }
