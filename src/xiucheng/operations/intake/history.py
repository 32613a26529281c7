"""Reports of the past with what became of them, written by COPY; the rules are the cases room's, folded in memory.

Two bring history: an import of a source's rows (imports/past.py), and the site itself where it founds a sample.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from xiucheng.foundation.people import commands as people_commands
from xiucheng.foundation.people import vault
from xiucheng.foundation.people.commands import Contact
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import bulk, journal
from xiucheng.kit.actor import Actor
from xiucheng.kit.ids import uuid7
from xiucheng.kit.verbs import verb
from xiucheng.operations.cases import history
from xiucheng.operations.cases.commands import CasePlace, NewCase
from xiucheng.operations.cases.history import PastCase, PastMove

from . import placing, storing
from .placing import Place
from .storing import NewReport


@dataclass(frozen=True, slots=True)
class PastReport:
    """A report that came in at `received_at` and the case that it became; moves, checked, goes_on, due: see
    cases.history. category_by: "mapping" where a source's file chose it, "person" where somebody did. reported_by and
    filed_by: who did, where the site itself knows; None: whoever brings the history stands for it.
    """

    channel: str
    category: str
    text: str
    place: Place
    received_at: datetime
    filed_at: datetime
    moves: tuple[PastMove, ...] = ()
    condition: str | None = None
    category_by: str = "person"
    title: str = ""
    address: str = ""
    contact: Contact | None = None
    source: str = ""
    external_id: str | None = None
    quality: tuple[str, ...] = ()
    due_stated: bool = False
    due_at: datetime | None = None
    reported_by: Actor | None = None
    filed_by: Actor | None = None
    self_handled: bool = False
    checked: bool = False
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """Under which ids a past report and its case were kept."""

    report_id: UUID
    case_id: UUID


@verb
def keep_history(*, by: Standing, now: datetime, reports: Sequence[PastReport], digest: str = "") -> list[Kept]:
    """Write past reports: words, contacts, cases, their moves as imported steps; some twelve statements a batch.

    digest: of the mapping that brought them. Refused: what contacts and the rules of cases refuse, for the whole batch
    (see people.keep_contacts and cases.history.write). Steps: intake.receive and intake.file, `imported`, and those of
    cases.
    """
    keys = vault.new_keys(len(reports))
    subjects = _subjects(reports, by, now)
    kept = [_report(one, key, who) for one, key, who in zip(reports, keys, subjects, strict=True)]
    past = [_past_case(one, report) for one, report in zip(reports, kept, strict=True)]
    history.write(by=by, now=now, cases=past)
    serials = _serials(len(reports))
    rows = list(zip(reports, kept, past, serials, strict=True))
    bulk.copy("intake_report", _REPORT, (_row(*row) for row in rows))
    bulk.copy("intake_content", _CONTENT, (_content_row(report) for report in kept))
    for one, report, case, _serial in rows:
        _record(one, report, case, digest, by)
    return [Kept(report.id, case.new.case_id) for report, case in zip(kept, past, strict=True)]


def _subjects(reports: Sequence[PastReport], by: Standing, now: datetime) -> list[UUID | None]:
    left = [one.contact for one in reports if one.contact is not None]
    subjects = iter(people_commands.keep_contacts(by=by, now=now, contacts=left))
    return [next(subjects) if one.contact is not None else None for one in reports]


def _report(one: PastReport, key_id: UUID, subject_id: UUID | None) -> NewReport:
    return NewReport(
        id=uuid7(),
        state="received",
        channel=one.channel,
        source=one.source,
        external_id=one.external_id,
        category=one.category,
        category_by=one.category_by,
        place=one.place,
        occurred_at=one.received_at,
        received_at=one.received_at,
        case_id=None,
        subject_id=subject_id,
        person_id=one.reported_by.person_id if one.reported_by else None,
        sealed=storing.seal(key_id, one.text, one.title or None, one.address, None),
        quality=one.quality,
        imported=True,
    )


def _past_case(one: PastReport, report: NewReport) -> PastCase:
    place = CasePlace(
        area=report.place.area or placing.whole_district(),
        unit_grid=report.place.unit_grid,
        component=report.place.component,
        lon=report.place.lon,
        lat=report.place.lat,
    )
    new = NewCase(
        report_id=report.id,
        channel=one.channel,
        category=one.category,
        condition=one.condition,
        place=place,
        key_id=report.sealed.key_id,
        sealed_title=report.sealed.title,
        sealed_address=report.sealed.address,
        self_handled=one.self_handled,
        quality=report.quality,
    )
    return PastCase(
        new=new,
        filed_at=one.filed_at,
        moves=one.moves,
        due_stated=one.due_stated,
        due_at=one.due_at,
        filed_by=one.filed_by,
        checked=one.checked,
        goes_on=one.goes_on,
    )


def _serials(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('intake_serial') FROM generate_series(1, %s)", [count])
        return [row[0] for row in cursor.fetchall()]


_REPORT = (
    *("id", "serial", "state", "version", "channel", "source", "external_id", "category", "category_by", "area"),
    *("unit_grid", "component", "lon", "lat", "occurred_at", "received_at", "found", "case_id", "outcome"),
    *("subject_id", "person_id", "key_id", "quality", "imported"),
)
_CONTENT = ("report_id", "key_id", "title", "text", "address", "elements")

# What became of the case, as the report tells whoever asks for it; a report knows no more.
_OUTCOMES = {"close": "closed", "approve_self_review": "closed", "force_close": "closed", "reopen": "open"}


def _outcome(moves: Sequence[PastMove]) -> str:
    told = [_OUTCOMES[move.name] for move in moves if move.name in _OUTCOMES]
    return told[-1] if told else "open"


def _row(one: PastReport, report: NewReport, case: PastCase, serial: int) -> tuple[Any, ...]:
    place = case.new.place
    return (
        *(report.id, serial, "accepted", 2, report.channel, report.source, report.external_id),
        *(report.category, report.category_by, place.area, place.unit_grid, place.component, place.lon, place.lat),
        *(report.occurred_at, report.received_at, "", case.new.case_id, _outcome(one.moves), report.subject_id),
        *(report.person_id, report.sealed.key_id, list(report.quality), True),
    )


def _content_row(report: NewReport) -> tuple[Any, ...]:
    sealed = report.sealed
    return report.id, sealed.key_id, sealed.title, sealed.text, sealed.address, sealed.elements


def _record(one: PastReport, report: NewReport, case: PastCase, digest: str, by: Standing) -> None:
    received = storing.receive_payload(report, digest)
    filed = {
        "state": "accepted",
        "version": 2,
        "from": "received",
        "case": case.new.case_id,
        "category": report.category,
        "area": case.new.place.area,
    }
    steps = (
        ("receive", one.reported_by, one.received_at, received),
        ("file", one.filed_by, one.filed_at, filed),
    )
    for name, who, at, payload in steps:
        journal.record(
            room="intake",
            subject=report.id,
            verb=name,
            actor=who or by.actor,
            occurred_at=at,
            payload=payload,
            imported=True,
        )
