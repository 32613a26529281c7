"""What an acceptor decides besides filing: it is the same as a case that is there, or it is not to be taken up."""

from datetime import datetime
from uuid import UUID

from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import journal
from xiucheng.kit.verbs import verb
from xiucheng.operations.cases import commands as cases

from .. import storing
from .common import change, checked_reason, judged, open_case
from .verifying import cancel_task


@verb
def attach_report(
    *, by: Standing, now: datetime, report_id: UUID, version: int | None = None, case: UUID | str
) -> UUID:
    """The report tells of a case that is there already: one problem, one case, counted sources.

    case: its id or its number as typed; a merged one stands for its master. Returns the case's id. Refused:
    `not_found` (404), `stale` (409), `not_yours` (403), `illegal_move`, `no_such_case`, `case_closed`. The case
    is held until the end, so that its reporter hears of its closing. Steps: intake.attach and cases.add_source.
    """
    row = judged("attach", by, report_id, version)
    case_id = cases.hold_open(case_id=open_case(case, by, now))
    change(row, state="attached", case_id=case_id, outcome="open")
    journal.record(
        room="intake",
        subject=row.id,
        verb="attach",
        actor=by.actor,
        occurred_at=now,
        payload={"state": "attached", "version": row.version, "case": case_id, "by_reporter": False},
    )
    cases.add_source(by=by, now=now, case_id=case_id, report_id=row.id, channel=row.channel)
    return case_id


@verb
def reject_report(*, by: Standing, now: datetime, report_id: UUID, version: int | None = None, reason: str) -> None:
    """Not to be taken up 不予受理; the reason is told to the reporter on the tracking page.

    reason: ≤ 2,000 characters, sealed. Refused: `not_found` (404), `stale` (409), `not_yours` (403), `illegal_move`,
    `reason_missing`, `too_long`. Step: intake.reject.
    """
    text = checked_reason(reason, required=True)
    row = judged("reject", by, report_id, version)
    if row.state == "pre_verifying":
        cancel_task(row.id, by, now)
    change(row, state="rejected")
    step_id = journal.record(
        room="intake",
        subject=row.id,
        verb="reject",
        actor=by.actor,
        occurred_at=now,
        payload={"state": "rejected", "version": row.version},
    )
    storing.keep_note(row, step_id, text)
