"""Earlier reports of the same caller, by the keyed digest of the number they left; nothing of theirs is opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import queries as cases

from ..models import Report
from .desk import may_open

MOST = 20


@dataclass(frozen=True, slots=True)
class Earlier:
    """One earlier report: what about, when, how it ended; none of its words and nothing of the caller.

    number: of its case, or of the master that was merged into; "" where there is none. outcome: how that case stands.
    """

    report_id: UUID
    category: str
    channel: str
    state: str
    outcome: str
    received_at: datetime
    number: str


def earlier_of_reporter(report_id: UUID, standing: Standing, *, limit: int = MOST) -> list[Earlier]:
    """Other reports of the same caller, by the phone number they left, the latest first. At most 4 statements.

    Empty where nothing was left to know them by. Refused: `not_found` (404) also where the reader may not see the
    report, `not_yours` (403; act people.find_caller).
    """
    row = Report.objects.filter(id=report_id).values_list("area", "subject_id").first()
    if row is None or not may_open(standing, row[0]):
        raise Refused("not_found", _("没有这条上报，或不在您的范围内。"), status=404)
    if not people.may(standing, "people.find_caller"):
        raise Refused("not_yours", _("您的岗位不能查找同一来电人。"), status=403)
    subject_id = row[1]
    if subject_id is None:
        return []
    found = of_subjects(people.earlier_of_caller(subject_id), limit=limit + 1)
    return [one for one in found if one.report_id != report_id][:limit]


def of_subjects(subject_ids: Sequence[UUID], *, limit: int = MOST) -> list[Earlier]:
    """The reports of these subjects, the latest first; two statements, none for nobody."""
    if not subject_ids:
        return []
    rows = list(
        Report.objects.filter(subject_id__in=subject_ids)
        .order_by("-received_at", "-id")
        .values_list("id", "category", "channel", "state", "outcome", "received_at", "case_id", "follows_id")[:limit]
    )
    numbers = cases.numbers({row[7] or row[6] for row in rows if row[6]}) if any(row[6] for row in rows) else {}
    return [Earlier(*row[:6], number=numbers.get(row[7] or row[6], "")) for row in rows]
