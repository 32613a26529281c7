"""Filing 立案: a report becomes a case with a number, a category, a filing condition and its clocks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection

from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.tasks import calendars
from xiucheng.kit import bulk, journal
from xiucheng.kit.days import local_time
from xiucheng.kit.ids import uuid7
from xiucheng.kit.verbs import verb

from .. import configuration
from ..models import Case, Content, Picture
from ..rules import display_number
from ..rules.apply import case_due


@dataclass(frozen=True, slots=True)
class CasePlace:
    """Where: the most precise division code known (6, 9 or 12 digits), grid, component, WGS84 degrees."""

    area: str
    unit_grid: str = ""
    component: str = ""
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True)
class NewCase:
    """What filing needs to know. Title and address come sealed, under the key of the report they were said in."""

    report_id: UUID
    channel: str
    category: str
    place: CasePlace
    key_id: UUID
    sealed_title: bytes
    condition: str | None = None
    sealed_address: bytes | None = None
    media: Sequence[tuple[UUID, str]] = ()
    self_handled: bool = False
    quality: Sequence[str] = ()
    case_id: UUID = field(default_factory=uuid7)


@dataclass(frozen=True, slots=True)
class Filed:
    """The answer of filing."""

    case_id: UUID
    number: str
    version: int
    state: str
    due_at: datetime | None


@verb
def file_case(*, by: Standing, now: datetime, case: NewCase) -> Filed:
    """File one case; see `file_many`."""
    return file_many(by=by, now=now, cases=[case])[0]


@verb
def file_many(*, by: Standing, now: datetime, cases: Sequence[NewCase]) -> list[Filed]:
    """File cases in their order, in four statements however many they are.

    The clock starts now. Where only the category is known its default condition is used and marked. Whether `by` may
    file is judged by the caller (intake), which knows the report. Refused: `unknown_category`, `major_not_minor`,
    `unknown_condition`, `no_catalogue`. Steps: cases.file or cases.file_self_handled.
    """
    if not cases:
        return []
    numbers = _numbers(len(cases), now)
    rows = [_row(case, number, by, now) for case, number in zip(cases, numbers, strict=True)]
    bulk.insert(rows)
    bulk.insert(_words(cases))
    pictures = [
        Picture(case_id=case.case_id, media_id=media, purpose=purpose, added_at=now)
        for case in cases
        for media, purpose in case.media
    ]
    if pictures:
        Picture.objects.bulk_create(pictures, ignore_conflicts=True)
    for case, row in zip(cases, rows, strict=True):
        _record(case, row, by, now)
    return [Filed(row.id, row.number, row.version, row.state, row.due_at) for row in rows]


def _numbers(count: int, now: datetime) -> list[str]:
    year = local_time(now).year
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('cases_number') FROM generate_series(1, %s)", [count])
        return [display_number(year, row[0]) for row in cursor.fetchall()]


def _row(case: NewCase, number: str, by: Standing, now: datetime) -> Case:
    catalogue = configuration.catalogue(now)
    category, condition = catalogue.condition(case.category, case.condition)
    needs_check = category.needs_check(condition)
    due = case_due(now, condition.limit, needs_check, configuration.clocks(now))
    return Case(
        id=case.case_id,
        number=number,
        state="self_review" if case.self_handled else "filed",
        channel=case.channel,
        category=category.key,
        condition=condition.key,
        condition_assumed=not case.condition,
        severity=condition.severity,
        catalogue_version=catalogue.version,
        area=case.place.area,
        unit_grid=case.place.unit_grid,
        component=case.place.component,
        lon=case.place.lon,
        lat=case.place.lat,
        limit=condition.limit.to_json(),
        needs_check=needs_check,
        after_photo=condition.after_photo,
        filed_at=now,
        clock_from=now,
        moved_at=now,
        due_at=due.at,
        provisional=due.provisional,
        calendar_version=calendars.in_force(now),
        # Who settled it on the spot has handled it, and will not approve it.
        handlers=[by.person_id] if case.self_handled and by.person_id is not None else [],
        self_handled=case.self_handled,
        quality=list(case.quality),
    )


def _words(cases: Sequence[NewCase]) -> list[Content]:
    contents = []
    for case in cases:
        contents.append(Content(case_id=case.case_id, kind="title", key_id=case.key_id, sealed=case.sealed_title))
        if case.sealed_address is not None:
            contents.append(
                Content(case_id=case.case_id, kind="address", key_id=case.key_id, sealed=case.sealed_address)
            )
    return contents


def _record(case: NewCase, row: Case, by: Standing, now: datetime) -> None:
    journal.record(
        room="cases",
        subject=row.id,
        verb="file_self_handled" if row.self_handled else "file",
        actor=by.actor,
        occurred_at=now,
        payload={
            "state": row.state,
            "version": row.version,
            "number": row.number,
            "report": case.report_id,
            "channel": row.channel,
            "category": row.category,
            "condition": row.condition,
            "assumed": row.condition_assumed,
            "catalogue": row.catalogue_version,
            "severity": row.severity,
            "area": row.area,
            "unit_grid": row.unit_grid,
            "component": row.component,
            "lon": row.lon,
            "lat": row.lat,
            "due": row.due_at,
            "provisional": row.provisional,
            "self_handled": row.self_handled,
        },
    )


@verb
def add_source(*, by: Standing, now: datetime, case_id: UUID, report_id: UUID, channel: str) -> None:
    """Note that one more report told of the case; its state and clocks stay, and its last move is not undone any more:
    whoever joined relied on it. Step: cases.add_source."""
    Case.objects.filter(id=case_id, undo__isnull=False).update(undo=None)
    journal.record(
        room="cases",
        subject=case_id,
        verb="add_source",
        actor=by.actor,
        occurred_at=now,
        payload={"report": report_id, "channel": channel},
    )
