"""The statements of the lists: one indexed predicate per part of a scope, the filters on top, one page from either
end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from xiucheng.foundation.people.rules import Scope
from xiucheng.foundation.places.rules import level_of
from xiucheng.kit.paging import Cursor, Keyset
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases.catalogue import KINDS

from .projections import COLUMNS
from .rules import COUNTED, PRESSES_FROM, QUEUES, SORTS


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; None, "" and False narrow nothing.

    queue: a key of rules.QUEUES. state: a state of cases. category: a minor ("C0137"), a major ("C01") or a kind.
    area: a division code. sort: a key of rules.SORTS, else the queue's own. text: a number or words of the case.
    """

    queue: str = "open"
    state: str | None = None
    category: str | None = None
    area: str | None = None
    agency_id: UUID | None = None
    person_id: UUID | None = None
    severity: str | None = None
    channel: str | None = None
    overdue: bool = False
    supervised: bool = False
    text: str | None = None
    sort: str | None = None


Held = tuple[str, Mapping[str, Any]]
"""A SELECT of case ids with its named parameters, as cases.queries.holding gives it."""

MAJOR_LENGTH = 3
"""A major's code: the letter of its kind and two digits (STANDARDS §1); a minor's key is longer."""

SCOPE_COLUMNS: Mapping[str, str] = {
    "street": "street",
    "community": "community",
    "agency": "agency_id",
    "person": "person_id",
}


def keyset(filters: Filters) -> Keyset:
    """The order of a list; refused `unknown_queue`, `unknown_sort`."""
    if filters.queue not in QUEUES:
        raise Refused("unknown_queue", _("没有这个队列。"), fields={"queue": _("请从列出的队列中选。")})
    sort = filters.sort or QUEUES[filters.queue].sort
    if sort not in SORTS:
        raise Refused("unknown_sort", _("没有这种排序。"), fields={"sort": _("可用：due、ended、filed。")})
    column, descending = SORTS[sort]
    return Keyset("board.hall", (column, "case_id"), descending)


def page_of(
    scope: Scope, filters: Filters, cursor: Cursor, limit: int, now: datetime, held: Sequence[Held] = ()
) -> tuple[str, dict[str, Any]]:
    """The statement of one page, one row more than `limit`. held: for each word that was searched for the
    cases that hold it.

    Every part of the list that has an index of its own (open and ended rows, each of several streets or agencies) is
    read by it to the page's end at most and merged, so that a page costs the same wherever it lies.
    """
    order = keyset(filters)
    where, values = _conditions(filters, now, held)
    page, key = order.where(cursor)
    named = {f"key{index}": value for index, value in enumerate(key)}
    # The keyset speaks of positions; here every parameter has a name.
    page = page.replace("%s", "{}").format(*(f"%({name})s" for name in named))
    values |= named | {"limit": limit + 1}
    ordered = f"ORDER BY {order.order(cursor)} LIMIT %(limit)s"
    halves = ("open", "NOT open") if QUEUES[filters.queue].open is None else ("TRUE",)
    columns = ", ".join(f"r.{column}" for column in COLUMNS)
    lists = []
    for source, inside in _scoped(scope, values):
        parts = [
            f"(SELECT * FROM board_row WHERE {half} AND {inside} AND {where} AND {page} {ordered})"  # noqa: S608
            for half in halves
        ]
        each = parts[0] if len(parts) == 1 else f"({' UNION ALL '.join(parts)})"
        lists.append(f"SELECT {columns} FROM {source}{each} r {ordered}")  # noqa: S608
    if len(lists) == 1:
        return lists[0], values
    # A case may be seen by two posts at once and is listed once.
    together = " UNION ".join(f"({one})" for one in lists)
    return f"SELECT {columns} FROM ({together}) r {ordered}", values  # noqa: S608


def _scoped(scope: Scope, values: dict[str, Any]) -> list[tuple[str, str]]:
    """For each part of the scope what stands before its list in FROM, and the one predicate that it is."""
    if scope.kind in {"all", "none"}:
        return [("", "TRUE" if scope.kind == "all" else "FALSE")]
    return [_part(part, f"scope{number}", values) for number, part in enumerate(scope.parts)]


def _part(part: Scope, name: str, values: dict[str, Any]) -> tuple[str, str]:
    column = SCOPE_COLUMNS[part.kind]
    if len(part.values) == 1:
        values[name] = part.values[0]
        return "", f"{column} = %({name})s"
    values[name] = list(part.values)
    kind = "uuid" if column.endswith("_id") else "text"
    return f"unnest(%({name})s::{kind}[]) AS s(value), LATERAL ", f"{column} = s.value"


MARKED = tuple(name for name in COUNTED if QUEUES[name].where)
"""Counted queues that go across the states."""


def counts_of(scope: Scope, now: datetime) -> tuple[str, dict[str, Any]]:
    """The statement that counts the open rows of a scope: (a state or one of MARKED, how many).

    The whole district is tallied; of it only what the clock decides is counted, by the index of what is late or about
    to be. In a narrower scope each open row is looked at, in an index that holds all that is asked of it.
    """
    values: dict[str, Any] = {"now": now}
    if scope.kind == "all":
        return _TALLIED, values
    seen = []
    for number, part in enumerate(scope.parts):
        seen.append(f"{SCOPE_COLUMNS[part.kind]} = ANY(%(scope{number})s)")
        values[f"scope{number}"] = list(part.values)
    within = f"({' OR '.join(seen)})" if seen else "FALSE"
    return _COUNTED.format(within=within), values


_CLOCKED = ("soon", "overdue")
"""What the clock decides, not a step: no tally knows."""
_SUMS_CLOCKED = ", ".join(f"count(*) FILTER (WHERE {QUEUES[name].where}) AS {name}" for name in _CLOCKED)
_PRESSING = f"SELECT {_SUMS_CLOCKED} FROM board_row WHERE open AND {PRESSES_FROM} <= %(now)s"  # noqa: S608
_TALLIED = " UNION ALL ".join(
    (
        f"WITH pressing AS ({_PRESSING}) SELECT mark, count FROM board_tally WHERE count > 0",  # noqa: S608
        *(f"SELECT '{name}', {name} FROM pressing" for name in _CLOCKED),  # noqa: S608
    )
)
_SUMS = ", ".join(f"count(*) FILTER (WHERE {QUEUES[name].where}) AS {name}" for name in MARKED)
_BY_STATE = f"SELECT state, count(*) AS held, {_SUMS} FROM board_row WHERE open AND {{within}} GROUP BY state"  # noqa: S608
_COUNTED = " UNION ALL ".join(
    (
        f"WITH counted AS ({_BY_STATE}) SELECT state, held FROM counted",  # noqa: S608
        *(f"SELECT '{name}', sum({name}) FROM counted" for name in MARKED),  # noqa: S608
    )
)


def _conditions(filters: Filters, now: datetime, held: Sequence[Held]) -> tuple[str, dict[str, Any]]:
    values: dict[str, Any] = {"now": now}
    parts = [QUEUES[filters.queue].predicate]
    for name, sql in _EQUAL.items():
        value = getattr(filters, name)
        if value:
            parts.append(sql)
            values[name] = value
    if filters.category:
        parts.append(_category(filters.category))
        values |= {"category": filters.category, "major": f"{_escaped(filters.category)}%"}
    if filters.area:
        column = {"street": "street = %(area)s", "community": "community = %(area)s"}.get(level_of(filters.area) or "")
        parts.append(column or "area LIKE %(area)s")
        values["area"] = filters.area if column else f"{_escaped(filters.area)}%"
    parts += [sql for name, sql in _FLAGS.items() if getattr(filters, name)]
    for statement, named in held:
        parts.append(f"case_id IN ({statement})")
        values |= named
    return " AND ".join(parts), values


def _category(code: str) -> str:
    """A kind by its name; a major of three characters takes in its minors; a minor's key stands for itself."""
    if code in KINDS:
        return "kind = %(category)s"
    return "category = %(category)s" if len(code) > MAJOR_LENGTH else "category LIKE %(major)s"


_EQUAL: Mapping[str, str] = {
    "state": "state = %(state)s",
    "agency_id": "agency_id = %(agency_id)s",
    "person_id": "person_id = %(person_id)s",
    "severity": "severity = %(severity)s",
    "channel": "channel = %(channel)s",
}
_FLAGS: Mapping[str, str] = {"overdue": "(open AND sort_at < %(now)s)", "supervised": "supervised"}


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
