"""Filing 立案: reports become cases, one or many at once, by an acceptor or by a published rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import journal
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb
from xiucheng.operations.cases import commands as cases
from xiucheng.operations.cases.commands import CasePlace, Filed, NewCase

from .. import components, placing
from ..rules import REPORT_MOVES, may_move


@dataclass(frozen=True, slots=True)
class Filing:
    """What to file a report as; what is not given is taken from the report. component: "" is none."""

    report_id: UUID
    version: int | None = None
    category: str | None = None
    condition: str | None = None
    area: str | None = None
    component: str | None = None
    self_handled: bool = False
    pictures: tuple[tuple[UUID, str], ...] | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    """A locked report with the sealed words that its case takes over."""

    id: UUID
    state: str
    version: int
    channel: str
    category: str
    area: str
    unit_grid: str
    component: str
    lon: float | None
    lat: float | None
    key_id: UUID
    quality: Sequence[str]
    title: bytes
    address: bytes | None
    media: Sequence[UUID]


_LOCK = """
SELECT r.id, r.state, r.version, r.channel, r.category, r.area, r.unit_grid, r.component, r.lon, r.lat, r.key_id,
    r.quality, c.title, c.address,
    ARRAY(SELECT p.media_id FROM intake_picture p WHERE p.report_id = r.id ORDER BY p.position)
FROM intake_report r JOIN intake_content c ON c.report_id = r.id
WHERE r.id = ANY(%s) ORDER BY r.id FOR NO KEY UPDATE OF r
"""
_ACCEPT = """
UPDATE intake_report r SET state = 'accepted', version = r.version + 1, outcome = 'open', case_id = f.case_id,
    category = f.category, area = f.area, component = f.component,
    category_by = CASE WHEN r.category_by = '' OR r.category <> f.category THEN 'person' ELSE r.category_by END
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[])
    AS f(id, case_id, category, area, component) WHERE r.id = f.id
"""


@verb
def file_report(
    *,
    by: Standing,
    now: datetime,
    report_id: UUID,
    version: int | None = None,
    category: str | None = None,
    condition: str | None = None,
    area: str | None = None,
    component: str | None = None,
) -> Filed:
    """File one report as a case; the case's clock starts now.

    category, condition: codes of the catalogue; without a condition the category's default is used and marked. area:
    for a report whose place is only words. component: 16 digits, "" for none; not given, the report's stays while it is
    of the category's kind. Refused: `not_found` (404), `stale` (409), `not_yours` (403),
    `illegal_move`, `category_missing`, `unknown_area`, and what filing refuses (`unknown_category`,
    `major_not_minor`, `unknown_condition`), `unknown_component`, `other_component`. Steps: intake.file and cases.file.
    """
    filing = Filing(report_id, version, category, condition, area, component)
    return file_locked(by=by, now=now, filings=[filing])[0]


@verb
def file_reports(*, by: Standing, now: datetime, filings: Sequence[Filing]) -> list[Filed]:
    """File many in one go, all or nothing; the same statements however many. Refused as file_report, and `named_twice`
    where a report is among them twice: one report is one case."""
    return file_locked(by=by, now=now, filings=filings) if filings else []


def file_locked(*, by: Standing, now: datetime, filings: Sequence[Filing]) -> list[Filed]:
    """The work of both, inside a running verb: lock, judge, file, accept, record."""
    if len({filing.report_id for filing in filings}) < len(filings):
        raise Refused("named_twice", _("同一条上报不能在一次里立案两遍。"))
    rows = lock_many([filing.report_id for filing in filings])
    new = [_new_case(filing, rows.get(filing.report_id), by, now) for filing in filings]
    filed = cases.file_many(by=by, now=now, cases=new)
    _accept(new)
    for filing, case in zip(filings, new, strict=True):
        row = rows[filing.report_id]
        journal.record(
            room="intake",
            subject=row.id,
            verb="file",
            actor=by.actor,
            occurred_at=now,
            payload={
                "state": "accepted",
                "version": row.version + 1,
                "from": row.state,
                "case": case.case_id,
                "category": case.category,
                "area": case.place.area,
            },
        )
    return filed


def lock_many(report_ids: Sequence[UUID]) -> dict[UUID, _Row]:
    """Lock reports in the order of their ids, so that two who file many never wait for each other in a ring."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [list(report_ids)])
        return {row[0]: _Row(*_plain(row)) for row in cursor.fetchall()}


def _plain(row: Sequence[Any]) -> Sequence[Any]:
    return [bytes(value) if isinstance(value, memoryview) else value for value in row]


def _new_case(filing: Filing, row: _Row | None, by: Standing, now: datetime) -> NewCase:
    if row is None:
        raise Refused("not_found", _("没有这条上报，或不在您的范围内。"), status=404)
    if filing.version is not None and filing.version != row.version:
        text = _("这条上报刚被他人处理过，请刷新后再办。")
        raise Refused("stale", text, fields={"version": str(row.version)}, status=409)
    # A self-handled find is filed by its finder, whom report_self_handled has judged.
    if not (filing.self_handled or may_move("file", row.area, by)):
        raise Refused("not_yours", _("您的岗位不能立案。"), status=403)
    REPORT_MOVES.check("file", row.state)
    category = filing.category or row.category
    if not category:
        text = _("请选择类别。")
        raise Refused("category_missing", text, fields={"category": text})
    area = placing.find(None, None, "wgs84", filing.area).area or row.area or placing.whole_district()
    pictures = filing.pictures if filing.pictures is not None else tuple((one, "before") for one in row.media)
    return NewCase(
        report_id=row.id,
        channel=row.channel,
        category=category,
        condition=filing.condition,
        place=CasePlace(
            area=area,
            unit_grid=row.unit_grid,
            component=components.filed(filing.component, row.component, category, now),
            lon=row.lon,
            lat=row.lat,
        ),
        key_id=row.key_id,
        sealed_title=row.title,
        sealed_address=row.address,
        media=pictures,
        self_handled=filing.self_handled,
        quality=tuple(row.quality),
    )


def _accept(new: Sequence[NewCase]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _ACCEPT,
            [
                [case.report_id for case in new],
                [case.case_id for case in new],
                [case.category for case in new],
                [case.place.area for case in new],
                [case.place.component for case in new],
            ],
        )
