"""History: requests of a source that are over, as past reports of the room (../history.py), with their digests."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from xiucheng.foundation.people.commands import Contact
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.places import queries as places
from xiucheng.foundation.places.rules import to_wgs84
from xiucheng.kit import bulk
from xiucheng.kit.verbs import verb
from xiucheng.operations.cases.history import PastMove

from ..filing import mark_of
from ..history import PastReport, keep_history
from ..placing import Place
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
    reports = [
        _report(one, mapping, place, agencies) for one, place in zip(requests, _places(requests, mapping), strict=True)
    ]
    kept = keep_history(by=by, now=now, reports=reports, digest=mark_of(mapping))
    bulk.copy(
        "intake_row",
        ("source", "external_id", "digest", "report_id", "run_id"),
        (
            (mapping.name, one.external_id, one.digest, report.report_id, run_id)
            for one, report in zip(requests, kept, strict=True)
        ),
    )


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
    one: ImportedRequest, mapping: MappingFile, place: Place | None, agencies: Mapping[str, UUID]
) -> PastReport:
    contact = one.contact
    return PastReport(
        channel=one.channel,
        category=one.category,
        category_by="mapping",
        text=one.text,
        title=one.title,
        address=one.address or "",
        place=place or Place(area=one.area or ""),
        received_at=one.created,
        filed_at=one.created,
        moves=tuple(_moves(one, agencies)),
        contact=Contact(contact.name or "", contact.phone or "") if contact else None,
        source=mapping.name,
        external_id=one.external_id,
        quality=one.flags if place else (*one.flags, "outside"),
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
