"""Small reads that other rooms and the reactions of this one need."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from xiucheng.foundation.people.rules import Standing
from xiucheng.kit.refused import Refused

from ..channels import CHANNELS, Channel
from ..models import Report


@dataclass(frozen=True, slots=True)
class Source:
    """One report of a case, as the case page lists its sources: no words and nobody's name."""

    report_id: UUID
    channel: str
    state: str
    received_at: datetime
    occurred_at: datetime | None
    subject_id: UUID | None
    imported: bool


def still_received(report_ids: Sequence[UUID]) -> list[UUID]:
    """Those of the reports that nobody has dealt with yet, locked until the transaction ends, in the order of ids."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM intake_report WHERE id = ANY(%s) AND state = 'received' ORDER BY id FOR NO KEY UPDATE",
            [list(report_ids)],
        )
        return [row[0] for row in cursor.fetchall()]


def reports_of(case_id: UUID) -> list[Source]:
    """The reports that tell of a case, those of the cases merged into it included, the earliest first. One statement.

    Whether the reader may see the case has been judged by cases.queries.case.
    """
    columns = ("id", "channel", "state", "received_at", "occurred_at", "subject_id", "imported")
    own = Report.objects.filter(case_id=case_id).values_list(*columns)
    merged = Report.objects.filter(follows_id=case_id).values_list(*columns)
    return sorted((Source(*row) for row in own.union(merged)), key=lambda one: (one.received_at, one.report_id))


@dataclass(frozen=True, slots=True)
class SourceReport:
    """A report of an imported source and how it stands."""

    report_id: UUID
    external_id: str
    state: str
    case_id: UUID | None
    outcome: str


def of_source(source: str) -> list[SourceReport]:
    """The reports that an import brought in, in the order of arrival. One statement."""
    rows = Report.objects.filter(source=source, external_id__isnull=False).order_by("received_at", "id")
    return [
        SourceReport(report_id, external_id or "", state, case_id, outcome)
        for report_id, external_id, state, case_id, outcome in rows.values_list(
            "id", "external_id", "state", "case_id", "outcome"
        )
    ]


@dataclass(frozen=True, slots=True)
class Arrived:
    """A report that came in, through which door, how it stands, and the case it became or belongs to."""

    report_id: UUID
    channel: str
    state: str
    case_id: UUID | None


def arrived(since: datetime, until: datetime) -> list[Arrived]:
    """What came in live from one moment until another, in the order of arrival; no words, nobody's name. One
    statement."""
    rows = Report.objects.filter(received_at__gte=since, received_at__lt=until, imported=False)
    return [
        Arrived(*row) for row in rows.order_by("received_at", "id").values_list("id", "channel", "state", "case_id")
    ]


def call_channels(by: Standing) -> list[Channel]:
    """The channels by whose five elements this person may write down a call or a visit. No statement."""
    return [one for one in CHANNELS.values() if one.elements and one.admits(by)]


def channel_by(by: Standing, stated: str | None) -> str:
    """The channel of a report that comes through no page: staff say through which one they register; everybody else is
    known by the door they came through, "api" where that is no channel. Refused: `not_yours` (403) where a channel is
    stated by somebody who is not staff. No statement."""
    if by.person_id is not None:
        return stated or "api"
    if stated:
        text = _("只有岗位人员登记时才能注明渠道。")
        raise Refused("not_yours", text, fields={"channel": text}, status=403)
    return by.actor.id if by.actor.kind == "channel" and by.actor.id in CHANNELS else "api"


def channels() -> list[Channel]:
    """The channels, in the registry's order. No statement."""
    return list(CHANNELS.values())
