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

SYSTEM = Standing.for_system("intake")

# Reports of the cases themselves, and of those merged into them; a report that is both is judged by its own case. Only
# where something is new, so that twice is once.
_UPDATE = """
WITH stand AS (
    SELECT * FROM unnest(%(cases)s::uuid[], %(outcomes)s::text[], %(follows)s::uuid[]) AS s (case_id, outcome, follows)
), met AS (
    SELECT DISTINCT ON (id) id, own, stand.case_id, stand.outcome, stand.follows FROM (
        SELECT id, case_id AS at, true AS own FROM intake_report WHERE case_id = ANY(%(cases)s)
        UNION ALL
        SELECT id, follows_id, false FROM intake_report WHERE follows_id = ANY(%(cases)s)
    ) found JOIN stand ON stand.case_id = found.at
    ORDER BY id, own DESC
)
UPDATE intake_report report SET outcome = met.outcome,
    follows_id = CASE WHEN own THEN met.follows ELSE follows_id END
FROM met
WHERE report.id = met.id
    AND (report.outcome <> met.outcome OR (own AND report.follows_id IS DISTINCT FROM met.follows))
RETURNING report.id, report.person_id, met.case_id
"""


@verb
def bring_back(case_ids: Iterable[UUID], *, now: datetime) -> int:
    """Bring the present state of these cases to their reports; returns how many reports learnt something new. Three
    statements at most, however many cases, and what telling staff takes.

    A merged case stands as its master stands. Step: intake.outcome for each. Staff who reported are told of a closing
    once it can no longer be taken back.
    """
    stands = cases.stands(dict.fromkeys(case_ids))
    if not stands:
        return 0
    outcomes = [one.state if one.state in ("closed", "void") else "open" for one in stands.values()]
    follows = [one.follows for one in stands.values()]
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, {"cases": list(stands), "outcomes": outcomes, "follows": follows})
        learnt = cursor.fetchall()
    outcome_of = dict(zip(stands, outcomes, strict=True))
    for report_id, person_id, case_id in learnt:
        _tell(report_id, person_id, outcome_of[case_id], stands[case_id], now)
    return len(learnt)


def _tell(report_id: UUID, person_id: UUID | None, outcome: str, case: cases.Stand, now: datetime) -> None:
    journal.record(
        room="intake",
        subject=report_id,
        verb="outcome",
        actor=SYSTEM.actor,
        occurred_at=now,
        payload={"outcome": outcome, "case": case.case_id},
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
            args={"number": case.number, "case": str(case.case_id)},
            wait_seconds=int(UNDO_WINDOW.total_seconds()),
        )
