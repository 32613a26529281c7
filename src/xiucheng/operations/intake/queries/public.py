"""What a reporter may read: how the report stands, by its tracking key; and open cases close by, before sending."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from xiucheng.foundation.people import vault
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import queries as cases
from xiucheng.operations.cases.rules.apply import REOPEN_WINDOW

from .. import placing
from ..channels import channel_of_report
from ..models import Note, Report
from ..secrets import serial_by_key

# The five dots of the tracking page: received, accepted, with an agency, being settled, closed.
STAGES: Mapping[str, int] = {
    "filed": 2,
    "self_review": 4,
    "returned": 2,
    "dispatched": 3,
    "handling": 4,
    "replied": 4,
    "post_checking": 4,
    "closed": 5,
    "void": 5,
}


@dataclass(frozen=True, slots=True)
class Tracked:
    """How a report stands, with no personal data and none of the reporter's words; an agency is no person.

    stage: 1 received, 2 accepted, 3 with an agency, 4 settled by their word, 5 ended. number: of the case, or of the
    master it was merged into. reason: why it was not taken up, the only words of the centre, None where erased.
    reopen_until: for a closed case, until when its reporter may have it opened again. erased: they have had their own
    erased. erasable: they may; not what staff found on patrol.
    """

    report_id: UUID
    state: str
    stage: int
    category: str
    received_at: datetime
    case_id: UUID | None
    case_state: str
    number: str
    due_at: datetime | None
    closed_at: datetime | None
    closing: str
    agency_id: UUID | None
    reason: str | None
    reopen_until: datetime | None
    erased: bool
    erasable: bool

    def reopenable(self, at: datetime) -> bool:
        """May its reporter have the closed case opened again at this moment? Not once their words are erased."""
        return self.reopen_until is not None and at <= self.reopen_until and not self.erased


def track(tracking_key: str, now: datetime) -> Tracked:
    """The report of a tracking key as typed. At most 7 statements, one of them on `keys`.

    Refused: `not_found` (404) for every key that is none of ours, whatever is wrong with it.
    """
    serial = serial_by_key(tracking_key)
    row = Report.objects.filter(serial=serial).first() if serial is not None else None
    if row is None:
        raise Refused("not_found", _("没有这个查询码，请核对后再试。"), status=404)
    case = _case(row.follows_id or row.case_id, now)
    erased = bool(vault.listed([row.key_id]))
    facts = case.facts if case else None
    return Tracked(
        report_id=row.id,
        state=row.state,
        stage=STAGES.get(facts.state, 2) if facts else (5 if row.state == "rejected" else 1),
        category=facts.category if facts else row.category,
        received_at=row.received_at,
        case_id=facts.id if facts else None,
        case_state=facts.state if facts else "",
        number=case.number if case else "",
        due_at=facts.due_at if facts else None,
        closed_at=facts.closed_at if facts else None,
        closing=facts.closing if facts else "",
        agency_id=facts.agency_id if facts else None,
        reason=_why(row) if row.state == "rejected" else None,
        reopen_until=facts.closed_at + REOPEN_WINDOW if facts and facts.state == "closed" and facts.closed_at else None,
        erased=erased,
        erasable=not erased and channel_of_report(row.channel).erasable,
    )


def _case(case_id: UUID | None, now: datetime) -> Any:
    if case_id is None:
        return None
    system = Standing.for_system("tracking")
    case = cases.case(case_id, system, now)
    return cases.case(case.facts.merged_into, system, now) if case.facts.merged_into else case


def _why(row: Report) -> str | None:
    said = Note.objects.filter(report_id=row.id).order_by("-id").values_list("key_id", "sealed").first()
    return vault.open_text(said[0], bytes(said[1])) if said else None


def nearby(*, category: str, lon: float, lat: float, datum: str = "wgs84", now: datetime) -> list[dict[str, Any]]:
    """Open cases of the category within 50 m and 24 h of a point: "is it this one?", asked before sending.

    One statement. Refused: `outside`.
    """
    place = placing.find(lon, lat, datum, None)
    assert place.lon is not None
    assert place.lat is not None
    return cases.near(place.lon, place.lat, category, now=now)
