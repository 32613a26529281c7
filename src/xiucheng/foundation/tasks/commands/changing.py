"""Changing a task: read it, ask the table, let a pure rule change it, save it by compare-and-set.

Two statements a verb besides the journal's. Whoever is overtaken reads again and asks the table again, so that two
people at once give one of them the table's plain refusal (`illegal_move`), never a lost change.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from xiucheng.foundation.people import queries as people
from xiucheng.kit.actor import Actor
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb
from xiucheng.kit.worktime import Calendar, Limit

from .. import calendars, rules, storing
from ..rules import MOVES, Task
from .steps import record

_TRIES = 5


@verb
def sign(*, actor: Actor, now: datetime, task_id: UUID) -> Task:
    """The holder has seen it. Refused: `not_found` (404), `illegal_move`, `stale` (409). Step: tasks.sign."""
    return change("sign", task_id, actor, now, lambda task, _calendar: rules.signed(task, now))


@verb
def delegate(*, actor: Actor, now: datetime, task_id: UUID, person_id: UUID | None) -> Task:
    """Hand a task to a person inside its agency, or (None) back to the agency; the clock goes on, outwardly the agency
    answers.

    Refused: `not_inside`, `no_agency`, `not_found` (404), `illegal_move`, `stale` (409). Step: tasks.delegate.
    """

    def handed(task: Task, _calendar: Calendar) -> Task:
        _demand_inside(task, person_id, now)
        return rules.delegated(task, person_id, now)

    return change("delegate", task_id, actor, now, handed)


def _demand_inside(task: Task, person_id: UUID | None, now: datetime) -> None:
    if task.agency_id is None:
        raise Refused("no_agency", _("这项任务不属于单位，不能在单位内部转派。"))
    if person_id is not None and person_id not in people.members(task.agency_id, now):
        text = _("请选本单位或其下属单位的人员。")
        raise Refused("not_inside", text, fields={"person": text})


@verb
def pause(
    *, actor: Actor, now: datetime, task_id: UUID, at: datetime | None = None, until: datetime | None = None
) -> Task:
    """Let the clock stand still, since `at` (None: now; the past: since it was asked for), by itself until `until`.

    Refused: `already_paused`, `bad_until`, `not_found` (404), `illegal_move`, `stale` (409). Step: tasks.pause.
    """
    since = _past(at, now)
    if until is not None and until <= now:
        text = _("恢复时间应在以后。")
        raise Refused("bad_until", text, fields={"until": text})
    return change("pause", task_id, actor, now, lambda task, _calendar: rules.paused(task, since, until), since=since)


@verb
def resume(*, actor: Actor, now: datetime, task_id: UUID) -> Task:
    """Let a paused clock go on. Refused: `not_paused` and as `sign`. Step: tasks.resume."""
    return change("resume", task_id, actor, now, lambda task, _calendar: rules.resumed(task, now))


@verb
def extend(*, actor: Actor, now: datetime, task_id: UUID, limit: Limit | None = None) -> Task:
    """Add one original limit, or `limit` in the same unit and mode (ValueError otherwise).

    Refused: `no_limit` and as `sign`. Step: tasks.extend.
    """
    return change("extend", task_id, actor, now, lambda task, _calendar: rules.extended(task, limit))


@verb
def complete(*, actor: Actor, now: datetime, task_id: UUID) -> Task:
    """Done, signed for or not; whether it was late is settled now.

    Refused: `open_children` (what is part of it comes first) and as `sign`. Step: tasks.complete.
    """

    def done(task: Task, calendar: Calendar) -> Task:
        if _children(task_id):
            raise Refused("open_children", _("还有下级任务没有办完，请先办完或取消。"))
        return rules.completed(task, now, calendar)

    return change("complete", task_id, actor, now, done)


@verb
def cancel(*, actor: Actor, now: datetime, task_id: UUID, at: datetime | None = None) -> Task:
    """Not wanted any more, as of `at` (None: now; the past: since it was asked for); what is part of it goes too.

    Refused as `sign`. Step: tasks.cancel, one for each.
    """
    since = _past(at, now)

    def dropped(task: Task, _calendar: Calendar) -> Task:
        for child in _children(task_id):
            cancel(actor=actor, now=now, task_id=child, at=at)
        return rules.cancelled(task, since)

    return change("cancel", task_id, actor, now, dropped, since=since)


@verb
def reopen(*, actor: Actor, now: datetime, task_id: UUID) -> Task:
    """Open again, signed for as it was; the time since its end does not count (rework). Refused as `sign`. Step:
    tasks.reopen."""
    return change("reopen", task_id, actor, now, lambda task, _calendar: rules.reopened(task, now))


@verb
def recalculate(*, actor: Actor, now: datetime, task_id: UUID) -> Task:
    """Reckon a deadline anew by the calendar in force. Refused as `sign`. Step: tasks.recalculate if it moved."""
    return change("recalculate", task_id, actor, now, lambda task, _calendar: task, quiet=True)


def change(
    name: str,
    task_id: UUID,
    actor: Actor,
    now: datetime,
    rule: Callable[[Task, Calendar], Task],
    *,
    quiet: bool = False,
    **told: Any,
) -> Task:
    """Change a task as a rule says, where the table of moves permits it; whoever is overtaken begins anew.

    1. Read. 2. Ask the table. 3. Change. 4. Reckon the deadline and the alarms. 5. Save, or from the start."""
    for _try in range(_TRIES):
        before = storing.one(task_id)
        if before is None:
            raise Refused("not_found", _("没有这项任务。"), status=404)
        MOVES.check(name, before.state)
        calendar, version = calendars.resolve(before.calendar, now)
        task, armed = rules.alarms(rules.timed(rule(before, calendar), calendar), now)
        task = replace(task, calendar_version=version)
        if storing.save(task, armed):
            if not quiet or task.due_at != before.due_at:
                record(task, name, actor, now, **_said(task, name), **told)
            return replace(task, version=task.version + 1)
    raise Refused("stale", _("任务刚被他人处理过，请刷新后再办。"), status=409)


def _said(task: Task, name: str) -> dict[str, Any]:
    if name == "complete":
        return {"late": task.late}
    if name == "extend":
        return {"limit": task.whole_limit.to_json() if task.whole_limit else None}
    return {"until": task.resume_at} if name == "pause" else {}


def _children(task_id: UUID) -> list[UUID]:
    return [task.id for task in storing.read("t.parent_id = %s AND t.ended_at IS NULL", [task_id])]


def _past(at: datetime | None, now: datetime) -> datetime:
    if at is not None and at > now:
        raise ValueError("a clock does not stop in the future")
    return at or now
