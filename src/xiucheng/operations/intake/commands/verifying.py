"""Pre-verification 核实: before filing, the nearest inspector on duty goes and looks; a task of 24 hours."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.utils.translation import gettext as _

from xiucheng.foundation.notices import commands as notices
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.places import queries as places
from xiucheng.foundation.tasks import commands as tasks
from xiucheng.foundation.tasks import queries as task_queries
from xiucheng.kit import journal
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb
from xiucheng.kit.worktime import Limit, Unit

from .. import storing
from ..models import Report
from .common import change, checked_reason, judged

# STANDARDS §1, ask_pre_verify: "a task, 24 h", day and night.
PRE_VERIFY_LIMIT = Limit(24, Unit.URGENT_HOUR)


@verb
def ask_pre_verify(
    *, by: Standing, now: datetime, report_id: UUID, version: int | None = None, reason: str = ""
) -> UUID | None:
    """Send the nearest inspector on duty to look before filing; returns who, None where the post as such is asked.

    Nearest: who walks the duty grid of the point, else who holds the post for the smallest area around it. Refused:
    `not_found` (404), `stale` (409), `not_yours` (403), `illegal_move`, `too_long`. Steps: intake.ask_pre_verify and
    tasks.give.
    """
    text = checked_reason(reason, required=False)
    row = judged("ask_pre_verify", by, report_id, version)
    person_id = _nearest_inspector(row, now)
    change(row, state="pre_verifying", found="")
    step_id = journal.record(
        room="intake",
        subject=row.id,
        verb="ask_pre_verify",
        actor=by.actor,
        occurred_at=now,
        payload={"state": row.state, "version": row.version, "person": person_id},
    )
    storing.keep_note(row, step_id, text)
    tasks.give(
        actor=by.actor,
        now=now,
        kind="pre_verify",
        room="intake",
        subject=row.id,
        person_id=person_id,
        post=None if person_id else "inspector",
        area=row.area or None,
        limit=PRE_VERIFY_LIMIT,
        calendar=None,
    )
    if person_id is not None:
        notices.tell(
            actor=by.actor, now=now, to=[person_id], event="report_to_verify", subject_room="intake", subject=row.id
        )
    return person_id


@verb
def answer_pre_verify(
    *,
    by: Standing,
    now: datetime,
    report_id: UUID,
    version: int | None = None,
    found: Literal["yes", "no"],
    reason: str = "",
) -> None:
    """The inspector has looked: it is so, or it is not; the report comes back to the acceptor with the finding.

    Refused: `not_found` (404), `stale` (409), `not_yours` (403), `illegal_move`, `bad_choice`, `too_long`. Steps:
    intake.pre_verified and tasks.complete.
    """
    if found not in ("yes", "no"):
        text = _("请选属实或不属实。")
        raise Refused("bad_choice", text, fields={"found": text})
    text = checked_reason(reason, required=False)
    row = judged("pre_verified", by, report_id, version)
    change(row, state="received", found=found)
    step_id = journal.record(
        room="intake",
        subject=row.id,
        verb="pre_verified",
        actor=by.actor,
        occurred_at=now,
        payload={"state": row.state, "version": row.version, "found": found},
    )
    storing.keep_note(row, step_id, text)
    for task in task_queries.open_of_subject(row.id):
        tasks.complete(actor=by.actor, now=now, task_id=task.id)


def cancel_task(report_id: UUID, by: Standing, now: datetime) -> None:
    """Nobody needs to look any more."""
    for task in task_queries.open_of_subject(report_id):
        tasks.cancel(actor=by.actor, now=now, task_id=task.id)


def _nearest_inspector(row: Report, now: datetime) -> UUID | None:
    on_duty = people.on_duty("inspector", area=row.area or None, at=now)
    if row.lon is not None and row.lat is not None:
        grid = places.locate(row.lon, row.lat).duty_grid
        walking = people.inspectors_of_grid(grid, at=now) if grid else []
        on_duty = [one for one in walking if one in on_duty] or on_duty
    return on_duty[0] if on_duty else None
