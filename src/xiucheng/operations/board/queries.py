"""The hall: lists of cases that start from what the reader may see, their counts, and the sentence on top."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.places import queries as places
from xiucheng.kit.paging import Page, bounded
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import configuration
from xiucheng.operations.cases import queries as cases
from xiucheng.operations.cases.rules import STATES

from . import searching, sql
from .projections import COLUMNS, plain
from .rules import COUNTED, NEVER, QUEUES, SORTS, CaseRow
from .sql import Filters

__all__ = ["NEVER", "QUEUES", "SORTS", "Filters", "Listed", "Summary", "counts", "hall", "rows", "summary"]


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list: the row with its words. title: None where it is erased."""

    row: CaseRow
    title: str | None
    state: str
    category: str
    place: str
    agency: str

    @property
    def case_id(self) -> UUID:
        return self.row.case_id


def hall(
    standing: Standing,
    filters: Filters | None = None,
    cursor: str | None = None,
    limit: int | None = 50,
    *,
    now: datetime,
) -> Page[Listed]:
    """One page of the cases that the reader may see. At most 5 statements, mostly 3, one of them on `keys`.

    cursor: a token of Page, "last" for the last page, None for the first; both ends cost the same. limit: 1 to 200.
    An agency sees what lies with it, a person what is assigned to them. Refused: `unknown_queue`, `unknown_sort`,
    `bad_cursor`.
    """
    wanted, size = filters or Filters(), bounded(limit)
    order = sql.keyset(wanted)
    at = order.parse(cursor)
    scope = people.visible_to(standing)
    if scope.kind == "none":
        return Page([], None, None)
    held = searching.held(wanted.text, _catalogue(now))
    statement, values = sql.page_of(scope, wanted, at, size, now, held)
    column = order.columns[0]
    page = order.page(_fetch(statement, values), at, size, lambda row: (getattr(row, column), row.case_id))
    return Page(_with_words(page.rows, now), page.next, page.previous, page.last)


def _fetch(statement: str, values: Mapping[str, Any]) -> list[CaseRow]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [CaseRow(*plain(row)) for row in cursor.fetchall()]


def _with_words(rows: Sequence[CaseRow], now: datetime) -> list[Listed]:
    if not rows:
        return []
    titles = cases.words([row.case_id for row in rows])
    agencies = people.agency_names({row.agency_id for row in rows})
    catalogue = _catalogue(now)
    states = {state: str(STATES[state]) for state in {row.state for row in rows}}
    return [
        Listed(
            row=row,
            title=titles.get(row.case_id),
            state=states[row.state],
            category=catalogue[row.category].minor_name if row.category in catalogue else row.category,
            place=places.area_name(row.area),
            agency=agencies.get(row.agency_id, "") if row.agency_id else "",
        )
        for row in rows
    ]


def _catalogue(now: datetime) -> Mapping[str, Any]:
    try:
        return configuration.catalogue(now).categories
    except Refused:
        return {}


def rows(case_ids: Sequence[UUID], standing: Standing, *, now: datetime) -> list[Listed]:
    """The lines of given cases, in the order given, without those the reader may not see; 3 statements."""
    columns = ", ".join(COLUMNS)
    found = {
        row.case_id: row
        for row in _fetch(f"SELECT {columns} FROM board_row WHERE case_id = ANY(%(ids)s)", {"ids": list(case_ids)})  # noqa: S608
    }
    scope = people.visible_to(standing)
    seen = [
        found[one]
        for one in case_ids
        if one in found and cases.sees(scope, found[one].area, found[one].agency_id, found[one].person_id)
    ]
    return _with_words(seen, now)


def counts(standing: Standing, *, now: datetime) -> dict[str, int]:
    """How many open cases each counted queue holds, of those the reader may see; one statement."""
    scope = people.visible_to(standing)
    totals = dict.fromkeys(COUNTED, 0)
    if scope.kind == "none":
        return totals
    statement, values = sql.counts_of(scope, now)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        totals |= {_OF_STATE.get(mark, mark): int(count or 0) for mark, count in cursor.fetchall()}
    return totals | {"open": sum(totals[name] for name in _OF_STATE.values())}


_OF_STATE = {QUEUES[name].state: name for name in COUNTED if QUEUES[name].state}


@dataclass(frozen=True, slots=True)
class Summary:
    """What a page says first: one sentence with a number, and the queue that the number opens."""

    sentence: str
    count: int
    queue: str


def summary(counted: Mapping[str, int]) -> Summary:
    """The most pressing thing in these counts, as a sentence; no statement."""
    overdue, soon = counted.get("overdue", 0), counted.get("soon", 0)
    if overdue and soon:
        text = _("%(overdue)d 件已超期，另有 %(soon)d 件将超期")
        return Summary(text % {"overdue": overdue, "soon": soon}, overdue, "overdue")
    if overdue:
        text = ngettext("%(count)d 件已超期", "%(count)d 件已超期", overdue)
        return Summary(text % {"count": overdue}, overdue, "overdue")
    if soon:
        text = ngettext("%(count)d 件将超期", "%(count)d 件将超期", soon)
        return Summary(text % {"count": soon}, soon, "soon")
    count = counted.get("open", 0)
    text = ngettext("%(count)d 件在办，没有将超期的", "%(count)d 件在办，没有将超期的", count)
    return Summary(text % {"count": count} if count else _("没有在办的案卷"), count, "open")
