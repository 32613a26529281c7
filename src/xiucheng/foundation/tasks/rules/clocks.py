"""A task and its clock: pure functions from a task to the task after a move, its deadline and its alarms.

The clock's history is a row of segments, each running (and whose), paused, or stopped (done, then reopened). Every
deadline is computed from them anew, so nothing drifts however often a task is paused, extended or reopened.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from django.utils.translation import gettext as _

from xiucheng.kit.refused import Refused
from xiucheng.kit.worktime import Calendar, Limit, Pause, due_after, remaining, share_spent

WARN_PERCENT = 80
"""When so much of the running time is used up it warns: green to here, then yellow, red when due (STANDARDS §1)."""

Light = Literal["green", "yellow", "red", "none"]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a task's clock. kind: running, paused, stopped. person_id: whose it was inside the agency."""

    kind: str
    starts_at: datetime
    ends_at: datetime | None = None
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A duty of an agency, a person or a post, about a subject of a room above.

    limit: as given; added: what extensions added to it. calendar: the key of a duty calendar, calendar_version: the
    pack it was last reckoned by (0: none published). started_at: when the clock began. paused_at, resume_at: since and
    until when it stands still. due_at and warn_at are None while it does, and without a limit. warned_at, lapsed_at:
    when the holder was told. late: known once it is done. Times are UTC.
    """

    id: UUID
    kind: str
    room: str
    subject: UUID
    parent_id: UUID | None
    state: str
    version: int
    agency_id: UUID | None
    person_id: UUID | None
    post: str
    area: str
    limit: Limit | None
    added: Limit | None
    calendar: str
    calendar_version: int
    given_by: str
    given_at: datetime
    started_at: datetime
    signed_at: datetime | None
    paused_at: datetime | None
    resume_at: datetime | None
    ended_at: datetime | None
    due_at: datetime | None
    warn_at: datetime | None
    warned_at: datetime | None
    lapsed_at: datetime | None
    provisional: bool
    late: bool | None
    segments: tuple[Segment, ...] = ()

    @property
    def whole_limit(self) -> Limit | None:
        """The limit with all extensions."""
        if self.limit is None or self.added is None:
            return self.limit
        return Limit(self.limit.value + self.added.value, self.limit.unit, self.limit.mode)

    @property
    def is_running(self) -> bool:
        return self.ended_at is None and self.paused_at is None


def given(task: Task) -> Task:
    """A new task with the first segment of its clock."""
    return replace(task, segments=(Segment("running", task.started_at, None, task.person_id),))


def signed(task: Task, now: datetime) -> Task:
    """The holder has seen it."""
    return replace(task, state="signed", signed_at=now)


def delegated(task: Task, person_id: UUID | None, now: datetime) -> Task:
    """In the hands of a person inside the agency, or (None) back with the agency; the clock goes on."""
    if not task.is_running:
        return replace(task, person_id=person_id)
    now = _onward(task, now)
    segments = (*_cut(task.segments, now), Segment("running", now, None, person_id))
    return replace(task, person_id=person_id, segments=segments)


def paused(task: Task, at: datetime, until: datetime | None = None) -> Task:
    """The clock stands still from `at` (the past: from when it was asked for), by itself until `until` if given.

    Refused `already_paused`.
    """
    if task.paused_at is not None:
        raise Refused("already_paused", _("计时已经暂停。"))
    at = max(at, task.started_at)
    segments = (*_cut(task.segments, at), Segment("paused", at))
    return replace(task, paused_at=at, resume_at=until, segments=segments)


def resumed(task: Task, now: datetime) -> Task:
    """The clock goes on. Refused `not_paused`."""
    if task.paused_at is None:
        raise Refused("not_paused", _("计时没有暂停。"))
    now = _onward(task, now)
    segments = (*_cut(task.segments, now), Segment("running", now, None, task.person_id))
    return replace(task, paused_at=None, resume_at=None, segments=segments)


def extended(task: Task, by: Limit | None) -> Task:
    """With one original limit more, or with `by` in the same unit. Refused `no_limit`."""
    if task.limit is None:
        raise Refused("no_limit", _("这项任务没有时限，无从延期。"))
    more = by or task.limit
    if (more.unit, more.mode) != (task.limit.unit, task.limit.mode):
        raise ValueError("an extension is counted as the limit is")
    value = more.value + (task.added.value if task.added else 0)
    return replace(task, added=Limit(value, more.unit, more.mode))


def completed(task: Task, now: datetime, calendar: Calendar) -> Task:
    """Done; late or not is settled here. One that is done while its clock stands still was in time if it was before."""
    now = _onward(task, now)
    ended = timed(_ended(task, now, "done"), calendar)
    return replace(ended, late=None if ended.due_at is None else now > ended.due_at)


def cancelled(task: Task, at: datetime) -> Task:
    """Not wanted any more, as of `at`; what the clock did after that is forgotten."""
    return _ended(task, max(at, task.started_at), "cancelled")


def _ended(task: Task, at: datetime, state: str) -> Task:
    segments = _cut(task.segments, at)
    return replace(task, state=state, ended_at=at, paused_at=None, segments=segments)


def reopened(task: Task, now: datetime) -> Task:
    """Open again; the time since its end does not count."""
    assert task.ended_at is not None
    state = "signed" if task.signed_at else "given"
    last = task.segments[-1]
    task = replace(task, state=state, ended_at=None, late=None)
    now = _onward(task, now)
    since = last.ends_at or now
    segments = (*task.segments, Segment("stopped", since, now), Segment("running", now, None, task.person_id))
    return replace(task, resume_at=None, segments=segments)


def timed(task: Task, calendar: Calendar) -> Task:
    """With the deadline and the time of warning that follow from its segments."""
    limit = task.whole_limit
    if limit is None or task.paused_at is not None:
        return replace(task, due_at=None, warn_at=None, provisional=False)
    pauses = _pauses(task.segments)
    due = due_after(task.started_at, limit, calendar, pauses)
    warn_at = share_spent(task.started_at, limit, calendar, WARN_PERCENT, pauses)
    return replace(task, due_at=due.at, warn_at=warn_at, provisional=due.provisional)


def alarms(task: Task, now: datetime) -> tuple[Task, dict[str, datetime]]:
    """What is to ring and when: warn, due, resume. Each is told once; told again only for a deadline that was moved
    into the future."""
    if not task.is_running:
        rings = {"resume": task.resume_at} if task.resume_at and task.paused_at else {}
        return task, {what: at for what, at in rings.items() if at is not None}
    armed: dict[str, datetime] = {}
    if task.warn_at is not None and (task.warned_at is None or task.warn_at > now):
        armed["warn"] = task.warn_at
        task = replace(task, warned_at=None)
    if task.due_at is not None and (task.lapsed_at is None or task.due_at > now):
        armed["due"] = task.due_at
        task = replace(task, lapsed_at=None)
    return task, armed


def left(task: Task, now: datetime, calendar: Calendar) -> timedelta | None:
    """What the clock has left (negative: how late), in the limit's counted time; None without a limit.

    Of a paused task what will be left when it goes on, of an ended one what was left then.
    """
    limit = task.whole_limit
    if limit is None:
        return None
    at = task.ended_at or now
    return remaining(task.started_at, limit, calendar, at, _pauses(task.segments, at))


def light(task: Task, now: datetime) -> Light:
    """green, yellow, red (STANDARDS §1); none without a running clock."""
    at = task.ended_at or now
    if task.due_at is None or task.warn_at is None:
        return "none"
    if at > task.due_at:
        return "red"
    return "yellow" if at > task.warn_at else "green"


def _onward(task: Task, now: datetime) -> datetime:
    """When what is done now happens on the task's clock: never before what is already on it. Two hosts may be a second
    apart, and a clock may be set back; what one has written the other does not rewrite."""
    last = task.segments[-1]
    return max(now, last.ends_at or last.starts_at)


def _cut(segments: Sequence[Segment], at: datetime) -> tuple[Segment, ...]:
    """The segments up to `at`, the one that lies across it closed there; the first stays, be it of no length."""
    kept = [segment for segment in segments if segment.starts_at < at] or segments[:1]
    return tuple(
        replace(segment, ends_at=at) if segment.ends_at is None or segment.ends_at > at else segment for segment in kept
    )


def _pauses(segments: Sequence[Segment], until: datetime | None = None) -> list[Pause]:
    return [
        Pause(segment.starts_at, ends_at)
        for segment in segments
        if segment.kind != "running" and (ends_at := segment.ends_at or until) is not None
    ]
