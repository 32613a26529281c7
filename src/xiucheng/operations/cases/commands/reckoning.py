"""A case's own deadline reckoned anew when the holidays it rests on are announced, and its agency's followed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.tasks import calendars
from xiucheng.foundation.tasks import queries as tasks
from xiucheng.kit import journal
from xiucheng.kit.verbs import verb

from .. import configuration
from ..facts import facts_of
from ..models import Case
from ..rules import OPEN_STATES
from ..rules.apply import recalculated
from .moving import lock


@verb
def recalculate(*, by: Standing, now: datetime, case_id: UUID) -> bool:
    """Reckon one open case's provisional deadline by the calendar in force; True if it moved.

    Nobody made a move: the version stays, so that whoever is about to move the case is not told that it is stale, and
    the last move can still be taken back. Refused: `not_found`. Step: cases.recalculate if the deadline moved, with
    what made it move (`why`: calendar, and its version).
    """
    row = lock(case_id)
    version = calendars.in_force(now)
    if not row.provisional or row.calendar_version == version or row.state not in OPEN_STATES:
        return False
    before = row.due_at
    columns = {**recalculated(facts_of(row), configuration.clocks(now)), "calendar_version": version}
    Case.objects.filter(id=row.id).update(**columns)
    if columns["due_at"] == before:
        return False
    journal.record(
        room="cases",
        subject=row.id,
        verb="recalculate",
        actor=by.actor,
        occurred_at=now,
        payload={
            "state": row.state,
            "version": row.version,
            "due": columns["due_at"],
            "due_before": before,
            "provisional": columns["provisional"],
            "why": "calendar",
            "calendar": version,
        },
    )
    return True


@verb
def follow_tasks(*, case_ids: Sequence[UUID]) -> int:
    """Write the deadlines of their handling tasks, as these now are, into the rows of cases; 3 statements. Returns how
    many changed. The step is the task's own."""
    rows = list(
        Case.objects.select_for_update(no_key=True).filter(id__in=case_ids, handle_task__isnull=False).order_by("id")
    )
    # Read after the rows are locked: whoever moves a case changes its task under this lock.
    due = tasks.deadlines([row.handle_task for row in rows if row.handle_task])
    moved = [row for row in rows if row.handle_task in due and row.handle_due_at != due[row.handle_task]]
    for row in moved:
        row.handle_due_at = due[row.handle_task]  # type: ignore[index]
    Case.objects.bulk_update(moved, ["handle_due_at"])
    return len(moved)
