"""History: requests that are over, written by COPY with their own dates; the rules are the cases room's, in memory."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from xiucheng.foundation.people import commands as people_commands
from xiucheng.foundation.people import vault
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.places import queries as places
from xiucheng.foundation.places.rules import to_wgs84
from xiucheng.kit import bulk, journal
from xiucheng.kit.ids import uuid7
from xiucheng.kit.verbs import verb
from xiucheng.operations.cases import history
from xiucheng.operations.cases.commands import CasePlace, NewCase
from xiucheng.operations.cases.history import PastCase, PastMove

from .. import placing, storing
from ..placing import Place
from ..storing import NewReport
from .mapping import Mapping as MappingFile
from .requests import ImportedRequest


@verb
def write(
    *,
    by: Standing,
    now: datetime,
    mapping: MappingFile,
    run_id: UUID,
    agencies: Mapping[str, UUID],
    requests: Sequence[ImportedRequest],
) -> None:
    """Write a batch of past requests: report, words, case, its moves as imported steps, and the row's digest.

    agencies: ids by the codes that the requests name. Refused: what the rules of cases refuse, for the whole batch.
    """
    keys = vault.new_keys(len(requests))
    where = _places(requests, mapping)
    reports = [
        _report(one, mapping, place, key, by, now) for one, place, key in zip(requests, where, keys, strict=True)
    ]
    past = [_past_case(one, report, agencies) for one, report in zip(requests, reports, strict=True)]
    history.write(by=by, now=now, cases=past)
    serials = _serials(len(requests))
    rows = list(zip(requests, reports, past, serials, strict=True))
    bulk.copy(
        "intake_report", _REPORT, (_report_row(request, report, case, serial) for request, report, case, serial in rows)
    )
    bulk.copy("intake_content", _CONTENT, (_content_row(report) for report in reports))
    bulk.copy(
        "intake_row",
        ("source", "external_id", "digest", "report_id", "run_id"),
        ((mapping.name, one.external_id, one.digest, report.id, run_id) for one, report, _case, _serial in rows),
    )
    for request, report, case, _serial in rows:
        _record(request, report, case, mapping, by)


def _places(requests: Sequence[ImportedRequest], mapping: MappingFile) -> list[Place | None]:
    """Where each request lies, WGS84; None where its point is not in the district: kept as stated, and flagged."""
    points = [
        to_wgs84(one.lon, one.lat, mapping.datum) if one.lon is not None and one.lat is not None else None
        for one in requests
    ]
    found = iter(places.locate_many([point for point in points if point is not None]))
    return [_place(one, point, next(found) if point else None) for one, point in zip(requests, points, strict=True)]


def _place(one: ImportedRequest, point: tuple[float, float] | None, located: places.Located | None) -> Place | None:
    if point is None or located is None:
        return Place(area=one.area or "")
    if located.outside:
        return None
    area = located.community or located.street or one.area or located.district or ""
    return Place(area=area, unit_grid=located.unit_grid or "", lon=point[0], lat=point[1])


def _report(
    one: ImportedRequest, mapping: MappingFile, place: Place | None, key_id: UUID, by: Standing, now: datetime
) -> NewReport:
    contact = one.contact
    return NewReport(
        id=uuid7(),
        state="received",
        channel=one.channel,
        source=mapping.name,
        external_id=one.external_id,
        category=one.category,
        category_by="mapping",
        place=place or Place(area=one.area or ""),
        occurred_at=one.created,
        received_at=one.created,
        case_id=None,
        subject_id=people_commands.keep_contact(by=by, now=now, name=contact.name, phone=contact.phone)
        if contact
        else None,
        person_id=None,
        sealed=storing.seal(key_id, one.text, one.title or None, one.address, None),
        quality=one.flags if place else (*one.flags, "outside"),
        imported=True,
    )


def _past_case(one: ImportedRequest, report: NewReport, agencies: Mapping[str, UUID]) -> PastCase:
    new = NewCase(
        report_id=report.id,
        channel=one.channel,
        category=one.category,
        place=CasePlace(
            area=report.place.area or placing.whole_district(),
            unit_grid=report.place.unit_grid,
            lon=report.place.lon,
            lat=report.place.lat,
        ),
        key_id=report.sealed.key_id,
        sealed_title=report.sealed.title,
        sealed_address=report.sealed.address,
        quality=report.quality,
    )
    return PastCase(
        new=new,
        filed_at=one.created,
        moves=tuple(_moves(one, agencies)),
        due_stated=one.due_stated,
        due_at=one.due,
    )


def _moves(one: ImportedRequest, agencies: Mapping[str, UUID]) -> Iterator[PastMove]:
    """The moves that a source's dates amount to; what it does not state happened at the nearest date that it does.

    A request that came was filed, handed to its agency and taken at once; what was closed had been replied to, at the
    latest then.
    """
    if one.agency is None:
        return
    yield PastMove("dispatch", one.created, {"agency": agencies[one.agency]})
    yield PastMove("sign", one.created, {})
    replied = one.replied or one.closed
    if replied is not None:
        yield PastMove("reply", replied, {}, one.reply)
    if one.closed is not None:
        yield PastMove("close", one.closed, {"closing": one.closing})


def _serials(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('intake_serial') FROM generate_series(1, %s)", [count])
        return [row[0] for row in cursor.fetchall()]


_REPORT = (
    "id",
    "serial",
    "state",
    "version",
    "channel",
    "source",
    "external_id",
    "category",
    "category_by",
    "area",
    "unit_grid",
    "lon",
    "lat",
    "occurred_at",
    "received_at",
    "found",
    "case_id",
    "outcome",
    "subject_id",
    "person_id",
    "key_id",
    "quality",
    "imported",
)
_CONTENT = ("report_id", "key_id", "title", "text", "address", "elements")


def _report_row(one: ImportedRequest, report: NewReport, case: PastCase, serial: int) -> tuple[Any, ...]:
    place = case.new.place
    return (
        *(report.id, serial, "accepted", 2, report.channel, report.source, report.external_id),
        *(report.category, report.category_by, place.area, place.unit_grid, place.lon, place.lat, one.created),
        *(one.created, "", case.new.case_id, "closed" if one.closed else "open", report.subject_id, None),
        *(report.sealed.key_id, list(report.quality), True),
    )


def _content_row(report: NewReport) -> tuple[Any, ...]:
    sealed = report.sealed
    return report.id, sealed.key_id, sealed.title, sealed.text, sealed.address, sealed.elements


def _record(one: ImportedRequest, report: NewReport, case: PastCase, mapping: MappingFile, by: Standing) -> None:
    received = storing.receive_payload(report, mapping.digest[:16])
    filed = {
        "state": "accepted",
        "version": 2,
        "from": "received",
        "case": case.new.case_id,
        "category": report.category,
        "area": case.new.place.area,
    }
    for name, payload in (("receive", received), ("file", filed)):
        journal.record(
            room="intake",
            subject=report.id,
            verb=name,
            actor=by.actor,
            occurred_at=one.created,
            payload=payload,
            imported=True,
        )
