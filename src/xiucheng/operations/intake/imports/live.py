"""Live rows: each is a report that arrives now through its channel, by the same verb as every other report."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from xiucheng.foundation.people.rules import Standing
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import attempt, verb

from ..commands.submitting import Origin, submit_report
from ..filing import mark_of
from ..models import ImportedRow
from .mapping import Mapping as MappingFile
from .requests import ImportedRequest


@verb
def write(
    *, by: Standing, now: datetime, mapping: MappingFile, run_id: UUID, requests: Sequence[ImportedRequest]
) -> list[tuple[ImportedRequest, Refused]]:
    """Submit a batch; a row that is refused is undone alone and returned with its refusal."""
    return list(_each(by, now, mapping, run_id, requests))


def _each(
    by: Standing, now: datetime, mapping: MappingFile, run_id: UUID, requests: Sequence[ImportedRequest]
) -> Iterator[tuple[ImportedRequest, Refused]]:
    for one in requests:
        try:
            with attempt():
                _submit(one, by, now, mapping, run_id)
        except Refused as refusal:
            yield one, refusal


def _submit(one: ImportedRequest, by: Standing, now: datetime, mapping: MappingFile, run_id: UUID) -> None:
    submitted = submit_report(
        by=by,
        now=now,
        channel=one.channel,
        text=one.text,
        title=one.title or None,
        category=one.category,
        lon=one.lon,
        lat=one.lat,
        datum=mapping.datum,
        address=one.address,
        area=one.area,
        occurred_at=one.created,
        contact=one.contact,
        origin=Origin(mapping.name, mark_of(mapping), one.external_id, one.flags),
    )
    ImportedRow.objects.create(
        source=mapping.name,
        external_id=one.external_id,
        digest=one.digest,
        report_id=submitted.report_id,
        run_id=run_id,
    )
