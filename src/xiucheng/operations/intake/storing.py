"""The SQL of receiving: a report, its sealed words and its pictures by one statement; and the row a move locks."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from xiucheng.foundation.people import vault
from xiucheng.kit import prepared
from xiucheng.kit.ids import uuid7
from xiucheng.kit.refused import Refused

from .models import Note, Report
from .placing import Place

TITLE_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Sealed:
    """The words of a report under its key."""

    key_id: UUID
    title: bytes
    text: bytes
    address: bytes | None
    elements: bytes | None


def title_of(text: str) -> str:
    """One line for lists where nobody gave a title: the beginning of the text."""
    line = " ".join(text.split())
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1] + "…"


def seal(key_id: UUID, text: str, title: str | None, address: str | None, elements: Mapping[str, str] | None) -> Sealed:
    """Seal the words; no statement where the key is fresh from the pool."""
    return Sealed(
        key_id=key_id,
        title=vault.seal(key_id, title or title_of(text)),
        text=vault.seal(key_id, text),
        address=vault.seal(key_id, address) if address else None,
        elements=vault.seal(key_id, json.dumps(elements, ensure_ascii=False)) if elements else None,
    )


@dataclass(frozen=True, slots=True)
class NewReport:
    """A report about to be stored."""

    id: UUID
    state: str
    channel: str
    source: str
    external_id: str | None
    category: str
    category_by: str
    place: Place
    occurred_at: datetime | None
    received_at: datetime
    case_id: UUID | None
    subject_id: UUID | None
    person_id: UUID | None
    sealed: Sealed
    media: Sequence[UUID] = ()
    quality: Sequence[str] = ()
    imported: bool = False


_INSERT = """
WITH report AS (
    INSERT INTO intake_report (id, serial, state, version, channel, source, external_id, category, category_by, area,
        unit_grid, component, lon, lat, occurred_at, received_at, found, case_id, outcome, subject_id, person_id,
        key_id, quality, imported)
    VALUES (%(id)s, nextval('intake_serial'), %(state)s, 1, %(channel)s, %(source)s, %(external_id)s, %(category)s,
        %(category_by)s, %(area)s, %(unit_grid)s, %(component)s, %(lon)s, %(lat)s, %(occurred_at)s, %(received_at)s,
        '', %(case_id)s, %(outcome)s, %(subject_id)s, %(person_id)s, %(key_id)s, %(quality)s, %(imported)s)
    RETURNING serial
), content AS (
    INSERT INTO intake_content (report_id, key_id, title, text, address, elements)
    VALUES (%(id)s, %(key_id)s, %(title)s, %(text)s, %(address)s, %(elements)s)
), picture AS (
    INSERT INTO intake_picture (id, report_id, media_id, position)
    SELECT * FROM unnest(%(picture_ids)s::uuid[], %(picture_reports)s::uuid[], %(media)s::uuid[],
        %(positions)s::smallint[])
)
SELECT serial FROM report
"""


def insert(new: NewReport) -> int:
    """Store one report with everything of it by one statement; returns its running number."""
    media = list(dict.fromkeys(new.media))
    with prepared.cursor() as cursor:
        cursor.execute(
            _INSERT,
            {
                "id": new.id,
                "state": new.state,
                "channel": new.channel,
                "source": new.source,
                "external_id": new.external_id,
                "category": new.category,
                "category_by": new.category_by,
                "area": new.place.area,
                "unit_grid": new.place.unit_grid,
                "component": new.place.component,
                "lon": new.place.lon,
                "lat": new.place.lat,
                "occurred_at": new.occurred_at,
                "received_at": new.received_at,
                "case_id": new.case_id,
                "outcome": "open" if new.case_id else "",
                "subject_id": new.subject_id,
                "person_id": new.person_id,
                "key_id": new.sealed.key_id,
                "quality": list(new.quality),
                "imported": new.imported,
                "title": new.sealed.title,
                "text": new.sealed.text,
                "address": new.sealed.address,
                "elements": new.sealed.elements,
                "picture_ids": [uuid7() for _ in media],
                "picture_reports": [new.id] * len(media),
                "media": media,
                "positions": list(range(len(media))),
            },
        )
        return int(cursor.fetchone()[0])


def receive_payload(new: NewReport, mapping: str) -> dict[str, Any]:
    """What the step intake.receive tells: codes, numbers and references; how many pictures, never which words."""
    return {
        "state": new.state,
        "version": 1,
        "channel": new.channel,
        "source": new.source,
        "mapping": mapping,
        "category": new.category,
        "category_by": new.category_by,
        "area": new.place.area,
        "unit_grid": new.place.unit_grid,
        "component": new.place.component,
        "lon": new.place.lon,
        "lat": new.place.lat,
        "pictures": len(new.media),
        "contact": new.subject_id is not None,
        "quality": list(new.quality),
    }


def lock(report_id: UUID, version: int | None = None) -> Report:
    """The report's row, locked until the verb ends; refused `not_found` (404), `stale` (409)."""
    row = Report.objects.select_for_update(no_key=True).filter(id=report_id).first()
    if row is None:
        raise Refused("not_found", _("没有这条上报，或不在您的范围内。"), status=404)
    if version is not None and version != row.version:
        raise Refused(
            "stale",
            _("这条上报刚被他人处理过，请刷新后再办。"),
            fields={"version": str(row.version)},
            status=409,
        )
    return row


def keep_note(row: Report, step_id: UUID, text: str) -> None:
    """Seal what was said with a move under the report's key; with its erasure these words go too."""
    if text:
        Note.objects.create(report_id=row.id, step_id=step_id, key_id=row.key_id, sealed=vault.seal(row.key_id, text))
