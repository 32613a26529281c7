"""What became of a case comes back to the reports that told of it, and to the staff among their reporters."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection

from xiucheng.foundation.notices import commands as notices
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import journal
from xiucheng.kit.moves import UNDO_WINDOW
from xiucheng.kit.verbs import verb
from xiucheng.operations.cases import queries as cases
from xiucheng.operations.cases.views import CaseView

SYSTEM = Standing.for_system("intake")

# Reports of the case itself and of those merged into it; only where something is new, so that twice is once.
_UPDATE = """
UPDATE intake_report SET outcome = %(outcome)s,
    follows_id = CASE WHEN case_id = %(case)s THEN %(follows)s::uuid ELSE follows_id END
WHERE (case_id = %(case)s OR follows_id = %(case)s)
    AND (outcome <> %(outcome)s OR (case_id = %(case)s AND follows_id IS DISTINCT FROM %(follows)s::uuid))
RETURNING id, person_id
"""


@verb
def bring_back(case_ids: Iterable[UUID], *, now: datetime) -> int:
    """Bring the present state of these cases to their reports; returns how many reports learnt something new.

    A merged case stands as its master stands. Step: intake.outcome for each. Staff who reported are told of a closing
    once it can no longer be taken back.
    """
    told = 0
    for case_id in dict.fromkeys(case_ids):
        case = cases.case(case_id, SYSTEM, now)
        follows = case.facts.merged_into
        stands = cases.case(follows, SYSTEM, now) if follows else case
        outcome = stands.state if stands.state in ("closed", "void") else "open"
        with connection.cursor() as cursor:
            cursor.execute(_UPDATE, {"case": case_id, "outcome": outcome, "follows": follows})
            learnt = cursor.fetchall()
        told += len(learnt)
        for report_id, person_id in learnt:
            _tell(report_id, person_id, outcome, stands, now)
    return told


def _tell(report_id: UUID, person_id: UUID | None, outcome: str, case: CaseView, now: datetime) -> None:
    journal.record(
        room="intake",
        subject=report_id,
        verb="outcome",
        actor=SYSTEM.actor,
        occurred_at=now,
        payload={"outcome": outcome, "case": case.id},
    )
    if person_id is None:
        return
    if outcome == "open":
        notices.cancel_waiting(subject=report_id, now=now)
    else:
        notices.tell(
            actor=SYSTEM.actor,
            now=now,
            to=[person_id],
            event=f"report_{outcome}",
            subject_room="intake",
            subject=report_id,
            args={"number": case.number, "case": str(case.id)},
            wait_seconds=int(UNDO_WINDOW.total_seconds()),
        )
