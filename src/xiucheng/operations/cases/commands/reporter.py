"""What a reporter may do to the case that their report became: have it opened again."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import journal
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb

from ..models import Case, Content
from ..queries import view_of
from ..rules import MOVES
from ..views import CaseView
from .moving import lock, make

_TELLING = frozenset({"file", "file_self_handled", "add_source"})
"""Steps of a case that name a report that told of it."""


@verb
def reopen_for_reporter(
    *, by: Standing, now: datetime, case_id: UUID, report_id: UUID, key_id: UUID, sealed_reason: bytes
) -> CaseView:
    """Closed but not settled, says one who reported it: filed anew with a new clock, within the window (STANDARDS §1).

    The caller (intake) has proved by the tracking key that whoever acts holds the report; that the report told of this
    case, or of one merged into it, is proved here by the steps. sealed_reason: why, sealed under the report's key
    `key_id`, so that it goes when the reporter is erased. Refused: `not_found` (404), `not_yours` (403), `incomplete`,
    `illegal_move`, `reopen_too_late`. Step: cases.reopen, with the report.
    """
    row = lock(case_id)
    if not _told_by(report_id, row):
        raise Refused("not_yours", _("这条上报不属于这件案卷，不能据此重开。"), status=403)
    if not sealed_reason:
        MOVES.demand(MOVES["reopen"], {})
    step_id = make(row, "reopen", {"report": report_id}, by=by, now=now)
    Content.objects.create(case_id=row.id, kind="told", step_id=step_id, key_id=key_id, sealed=sealed_reason)
    return view_of(row, by, now)


def _told_by(report_id: UUID, row: Case) -> bool:
    cases = [row.id, *Case.objects.filter(merged_into_id=row.id, state="merged").values_list("id", flat=True)]
    return any(
        step.room == "cases" and step.verb in _TELLING and step.payload.get("report") == str(report_id)
        for case_id in cases
        for step in journal.of_subject(case_id)
    )
