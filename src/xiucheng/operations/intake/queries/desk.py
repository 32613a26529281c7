"""What the desk reads: the queue of reports that wait, and one report with its words."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people import vault
from xiucheng.foundation.people.queries import Masked
from xiucheng.foundation.people.rules import Scope, Standing
from xiucheng.kit.moves import Move
from xiucheng.kit.paging import Keyset, Page, bounded
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases.rules import searchable, words_of

from ..models import Content, Note, Picture, Report
from ..rules import REPORT_MOVES, may_move
from ..rules.moves import OPEN_STATES
from ..secrets import tracking_key


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A report that waits: title is None where its words are erased."""

    id: UUID
    state: str
    version: int
    channel: str
    category: str
    area: str
    received_at: datetime
    occurred_at: datetime | None
    found: str
    title: str | None
    pictures: int


@dataclass(frozen=True, slots=True)
class Said:
    """Words said with a move on a report, None where erased."""

    step_id: UUID
    text: str | None


@dataclass(frozen=True, slots=True)
class ReportView:
    """One report as the desk may see it, with the moves that are allowed to the reader now.

    tracking_key: for those who accept, to read it out to a caller; "" for everybody else.
    """

    id: UUID
    state: str
    version: int
    channel: str
    source: str
    external_id: str | None
    category: str
    category_by: str
    area: str
    unit_grid: str
    component: str
    lon: float | None
    lat: float | None
    occurred_at: datetime | None
    received_at: datetime
    found: str
    case_id: UUID | None
    outcome: str
    quality: tuple[str, ...]
    imported: bool
    title: str | None
    text: str | None
    address: str | None
    elements: dict[str, str]
    erased: bool
    subject_id: UUID | None
    contact: Masked | None
    media: tuple[UUID, ...]
    said: tuple[Said, ...]
    tracking_key: str
    moves: tuple[Move, ...]


# The columns that QueueRow begins with, in its order.
_ROW = ("id", "state", "version", "channel", "category", "area", "received_at", "occurred_at", "found")
_ORDER = Keyset("intake.queue", ("r.received_at", "r.id"))
_OPEN = "r.state IN ('received', 'pre_verifying')"


def queue(
    standing: Standing,
    *,
    state: str | None = None,
    channel: str | None = None,
    ids: Sequence[UUID] | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[QueueRow]:
    """Reports that wait for a decision, the oldest first, of those the reader may see. Two statements, one on `keys`.

    state: received or pre_verifying. ids: only these, as `search` found them. Refused: `bad_cursor`.
    """
    count, at = bounded(limit), _ORDER.parse(cursor)
    page, parameters = _ORDER.where(at)
    scope, scoped = _within(people.visible_to(standing))
    filters: list[tuple[str, Any]]
    filters = [(f"r.{name} = %s", value) for name, value in (("state", state), ("channel", channel)) if value]
    filters += [("r.id = ANY(%s)", list(ids))] if ids is not None else []
    predicate = " AND ".join([_OPEN, scope, page, *(sql for sql, _value in filters)])
    with connection.cursor() as db:
        db.execute(
            f"SELECT {', '.join(f'r.{name}' for name in _ROW)},"  # noqa: S608
            " c.key_id, c.title, (SELECT count(*) FROM intake_picture p WHERE p.report_id = r.id)"
            f" FROM intake_report r JOIN intake_content c ON c.report_id = r.id WHERE {predicate}"
            f" ORDER BY {_ORDER.order(at)} LIMIT %s",
            [*scoped, *parameters, *(value for _sql, value in filters), count + 1],
        )
        rows = db.fetchall()
    titles = vault.open_texts([(row[9], bytes(row[10])) for row in rows])
    found = [_queue_row(row[:9], title, row[11]) for row, title in zip(rows, titles, strict=True)]
    return _ORDER.page(found, at, count, lambda row: (row.received_at, row.id))


def _queue_row(columns: Sequence[Any], title: str | None, pictures: int) -> QueueRow:
    return QueueRow(**dict(zip(_ROW, columns, strict=True)), title=title, pictures=pictures)


SEARCHED = 2000
"""So many of the latest waiting reports are opened for a search (D): a queue that is longer needs hands, not words."""


def search(standing: Standing, text: str) -> list[UUID]:
    """The waiting reports whose words hold each word of `text`, of those the reader may open. Two statements, one on
    `keys`, and no index: a report waits for hours, and until it is a case its words lie in no place but its own.

    Of more than SEARCHED the latest are looked through. Nothing typed finds nothing.
    """
    wanted = words_of(text)
    if not wanted:
        return []
    scope, scoped = _within(people.visible_to(standing))
    with connection.cursor() as db:
        db.execute(
            "SELECT r.id, r.area, c.key_id, c.title, c.text, c.address"  # noqa: S608
            f" FROM intake_report r JOIN intake_content c ON c.report_id = r.id WHERE {_OPEN} AND {scope}"
            " ORDER BY r.received_at DESC LIMIT %s",
            [*scoped, SEARCHED],
        )
        rows = [row for row in db.fetchall() if may_open(standing, row[1])]
    sealed = [(row[0], row[2], bytes(one)) for row in rows for one in row[3:] if one is not None]
    opened = vault.open_texts([(key_id, one) for _id, key_id, one in sealed])
    said: dict[UUID, str] = {}
    for (report_id, *_rest), words in zip(sealed, opened, strict=True):
        said[report_id] = said.get(report_id, "") + "\n" + searchable(words or "")
    return [report_id for report_id, words in said.items() if all(word in words for word in wanted)]


def counts(standing: Standing, *, channel: str | None = None, ids: Sequence[UUID] | None = None) -> dict[str, int]:
    """How many reports wait, by state, of those the reader may see; of one channel, or of `ids`. One statement."""
    scope, scoped = _within(people.visible_to(standing))
    narrowed = (" AND r.channel = %s" if channel else "") + (" AND r.id = ANY(%s)" if ids is not None else "")
    values: list[Any] = [*([channel] if channel else []), *([list(ids)] if ids is not None else [])]
    with connection.cursor() as db:
        db.execute(
            f"SELECT r.state, count(*) FROM intake_report r WHERE {_OPEN} AND {scope}{narrowed} GROUP BY r.state",  # noqa: S608
            [*scoped, *values],
        )
        return {**dict.fromkeys(sorted(OPEN_STATES), 0), **dict(db.fetchall())}


def _within(scope: Scope) -> tuple[str, list[Any]]:
    """The predicate of a scope. Reports without a place are for those who see the whole district."""
    if scope.kind == "all":
        return "TRUE", []
    if scope.areas:
        return "r.area LIKE ANY(%s)", [[f"{area}%" for area in scope.areas]]
    return "FALSE", []


def report(report_id: UUID, standing: Standing) -> ReportView:
    """One report with its words opened, and its contact masked for those who may reveal it.

    At most 8 statements, two of them on `keys`. Refused: `not_found` (404) also where the reader may not see it.
    """
    row = Report.objects.filter(id=report_id).first()
    if row is None or not may_open(standing, row.area):
        raise Refused("not_found", _("没有这条上报，或不在您的范围内。"), status=404)
    content = Content.objects.get(report_id=row.id)
    notes = list(Note.objects.filter(report_id=row.id).order_by("id").values_list("step_id", "key_id", "sealed"))
    sealed = (content.title, content.text, content.address, content.elements)
    words = [(content.key_id, bytes(one)) for one in sealed if one is not None]
    opened = vault.open_texts([*words, *((key_id, bytes(text)) for _step, key_id, text in notes)])
    told = iter(opened)
    title, text, address, elements = (next(told) if one is not None else None for one in sealed)
    # Even masked it is for those only who may reveal it: a street that handles the case is the party complained of.
    shown = row.subject_id is not None and people.may(standing, "people.reveal", area=row.area)
    contact = people.masked([row.subject_id]).get(row.subject_id) if row.subject_id and shown else None
    return ReportView(
        id=row.id,
        state=row.state,
        version=row.version,
        channel=row.channel,
        source=row.source,
        external_id=row.external_id,
        category=row.category,
        category_by=row.category_by,
        area=row.area,
        unit_grid=row.unit_grid,
        component=row.component,
        lon=row.lon,
        lat=row.lat,
        occurred_at=row.occurred_at,
        received_at=row.received_at,
        found=row.found,
        case_id=row.case_id,
        outcome=row.outcome,
        quality=tuple(row.quality),
        imported=row.imported,
        title=title,
        text=text,
        address=address,
        elements=json.loads(elements) if elements else {},
        erased=text is None,
        subject_id=row.subject_id,
        contact=contact,
        media=tuple(Picture.objects.filter(report_id=row.id).order_by("position").values_list("media_id", flat=True)),
        said=tuple(Said(step, note) for (step, _key, _sealed), note in zip(notes, told, strict=True)),
        tracking_key=tracking_key(row.serial) if may_move("file", row.area, standing) else "",
        moves=tuple(
            move
            for move in REPORT_MOVES.leaving(row.state)
            if not move.automatic and may_move(move.name, row.area, standing)
        ),
    )


def may_open(standing: Standing, area: str) -> bool:
    """May the reader open the reports of an area one by one? No statement."""
    scope = people.visible_to(standing)
    return scope.kind == "all" or area.startswith(scope.areas)
