"""Dispatching many cases at once, for reactions: the same row, step, task and notice as `dispatch_case`, set-wise.

However many cases there are: lock them by one statement, give their tasks by one, store them by one, tell those
concerned by one; only finding the clerks costs one statement an agency, and what a person may take back two a case.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from xiucheng.foundation.notices import commands as notices
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.queries import Agency
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.tasks import commands as tasks
from xiucheng.foundation.tasks.commands import Duty, Given
from xiucheng.kit import journal
from xiucheng.kit.bulk import as_json
from xiucheng.kit.verbs import verb
from xiucheng.kit.worktime import Limit

from .. import configuration
from ..facts import facts_of
from ..models import Case
from ..rules import MOVES, Mover, Outcome, apply, may_move
from . import undoing
from .effects import ROOM
from .telling import TABLE, wait_of

NAME = "dispatch"


@dataclass(frozen=True, slots=True)
class Dispatching:
    """Which case goes to which agency; with a version, only if nobody has moved it since."""

    case_id: UUID
    agency_id: UUID
    version: int | None = None


_STORE = """
UPDATE cases_case c SET state = 'dispatched', version = t.version, agency_id = t.agency_id, person_id = NULL,
    agencies = t.agencies, handle_task = t.handle_task, handle_due_at = t.handle_due_at, undo = t.undo,
    moved_at = %(now)s
FROM jsonb_to_recordset(%(rows)s::jsonb) AS t (id uuid, version int, agency_id uuid, agencies uuid[],
    handle_task uuid, handle_due_at timestamptz, undo jsonb)
WHERE c.id = t.id
"""


@verb
def dispatch_many(*, by: Standing, now: datetime, items: Sequence[Dispatching]) -> list[UUID]:
    """Dispatch cases that wait for it, each as `dispatch_case` would; those that were moved meanwhile are left alone.

    At most 4 statements and one per agency, however many cases; a person's, who may take each back, two more for each
    case (undoing.keep). No question lapses: whatever can be asked about a case
    that waits for dispatch can be asked of a dispatched one. Returns the cases that were dispatched; an agency that
    does not handle cases, or is closed, gets none. Step: cases.dispatch for each.
    """
    held = people.organisations()
    versions = {item.case_id: item.version for item in items}
    wanted = {item.case_id: held[item.agency_id] for item in items if item.agency_id in held}
    rows = list(Case.objects.select_for_update(no_key=True).filter(id__in=wanted).order_by("id"))
    clocks = configuration.clocks(now)
    mover = Mover(str(by.actor), by.actor.person_id)
    judged: list[tuple[Case, Outcome]] = []
    for row in rows:
        case, agency = facts_of(row), wanted[row.id]
        seen = versions[row.id] in (None, row.version)
        takes = agency.handles and agency.is_active
        if seen and takes and row.state in MOVES[NAME].sources and may_move(NAME, case, by):
            judged.append((row, apply(NAME, case, {"agency": agency.id}, by=mover, now=now, clocks=clocks)))
    if not judged:
        return []
    # As they stand before the task is given.
    kept = {row.id: undoing.keep(row) for row, outcome in judged if outcome.changes["undo"]}
    given = tasks.give_many(actor=by.actor, now=now, duties=[_duty(row, wanted[row.id]) for row, _ in judged])
    _store(judged, given, kept, now)
    for (row, outcome), task in zip(judged, given, strict=True):
        journal.record(
            room=ROOM,
            subject=row.id,
            verb=NAME,
            actor=by.actor,
            occurred_at=now,
            payload={
                "state": outcome.changes["state"],
                "version": outcome.changes["version"],
                "from": row.state,
                **outcome.told,
                "handle_due": task.due_at,
            },
        )
    _tell(judged, by, now)
    return [row.id for row, _outcome in judged]


def _duty(row: Case, agency: Agency) -> Duty:
    return Duty(
        kind="handle",
        room=ROOM,
        subject=row.id,
        agency_id=agency.id,
        area=row.area,
        limit=Limit.from_json(row.limit),
        calendar=agency.calendar,
    )


def _store(
    judged: Sequence[tuple[Case, Outcome]], given: Sequence[Given], kept: Mapping[UUID, Any], now: datetime
) -> None:
    rows = [
        {
            "id": row.id,
            "handle_task": task.task_id,
            "handle_due_at": task.due_at,
            **{name: outcome.changes[name] for name in ("version", "agency_id", "agencies")},
            # The mark of a person's move; what a rule did nobody takes back.
            "undo": mark | kept[row.id] if (mark := outcome.changes["undo"]) else None,
        }
        for (row, outcome), task in zip(judged, given, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_STORE, {"now": now, "rows": as_json(rows)})


def _tell(judged: Sequence[tuple[Case, Outcome]], by: Standing, now: datetime) -> None:
    clerks: dict[UUID, list[UUID]] = {}
    tells = []
    for row, outcome in judged:
        agency_id = outcome.changes["agency_id"]
        if agency_id not in clerks:
            found = people.holders("agency_clerk", agency_id=agency_id, at=now)
            clerks[agency_id] = [person for person in found if person != by.person_id]
        if clerks[agency_id]:
            tells.append(
                notices.Tell(
                    to=tuple(clerks[agency_id]),
                    event=TABLE[NAME].event,
                    subject_room=ROOM,
                    subject=row.id,
                    args={"number": row.number, "what": "", "granted": ""},
                    wait_seconds=wait_of(by),
                )
            )
    if tells:
        notices.tell_many(actor=by.actor, now=now, tells=tells)
