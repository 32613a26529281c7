"""The live list as a projection: the rows of the cases that a batch of steps touches, folded and written at once.

1. Read the rows of the cases in the batch that are not newly filed by it (one statement).
2. Fold each case's steps into its row (rules.fold).
3. Write all rows by one upsert.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from django.db import connection

from xiucheng.kit import journal
from xiucheng.kit.bulk import as_json
from xiucheng.kit.journal import Step
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import configuration
from xiucheng.operations.cases.rules import MOVES

from .rules import CLOCK_STEPS, CaseRow, case_of, fold, is_filing

VERBS = frozenset(
    {
        *(f"cases.{move.name}" for move in MOVES),
        "cases.add_source",
        "cases.recalculate",
        *(f"tasks.{verb}" for verb in CLOCK_STEPS),
    }
)

COLUMNS = tuple(column.name for column in fields(CaseRow))
# What filing says stays; only a row that is written again for the same filing would repeat it.
_FIXED = frozenset({"case_id", "number", "category", "kind", "severity", "area", "street", "community", "channel"})
_CHANGED = ", ".join(f"{column} = EXCLUDED.{column}" for column in COLUMNS if column not in _FIXED)
_UPSERT = (
    f"INSERT INTO board_row ({', '.join(COLUMNS)})"  # noqa: S608
    f" SELECT {', '.join(COLUMNS)} FROM jsonb_populate_recordset(NULL::board_row, %s::jsonb)"
    f" ON CONFLICT (case_id) DO UPDATE SET {_CHANGED}"
)
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM board_row WHERE case_id = ANY(%s)"  # noqa: S608


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE board_row")


@journal.projection("board.rows", verbs=VERBS, reset=_empty)
def apply(steps: Sequence[Step]) -> None:
    """Bring the rows up to these steps; two statements a batch."""
    by_case: dict[UUID, list[Step]] = {}
    for step in steps:
        case_id = case_of(step)
        if case_id is not None:
            by_case.setdefault(case_id, []).append(step)
    rows = _read([case_id for case_id, own in by_case.items() if not is_filing(own[0])])
    kind_of = _kinds()
    folded = (fold(rows.get(case_id), own, kind_of) for case_id, own in by_case.items())
    _write([row for row in folded if row is not None])


def _kinds() -> Callable[[str, int], str]:
    """The kind of a category by the catalogue it was filed under; a published version never changes."""
    known: dict[tuple[str, int], str] = {}

    def kind_of(category: str, version: int) -> str:
        if (category, version) not in known:
            known[category, version] = _kind(category, version)
        return known[category, version]

    return kind_of


def _kind(category: str, version: int) -> str:
    try:
        found = configuration.catalogue_of(version).categories.get(category)
    except Refused:
        return ""
    return found.kind if found else ""


def _read(case_ids: Sequence[UUID]) -> dict[UUID, CaseRow]:
    if not case_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_SELECT, [list(case_ids)])
        return {values[0]: CaseRow(*plain(values)) for values in cursor.fetchall()}


_SOURCES = COLUMNS.index("sources")


def plain(values: Sequence[Any]) -> Sequence[Any]:
    """The values of a row read by COLUMNS as CaseRow takes them."""
    # Raw cursors give jsonb as text under Django's type settings.
    sources = values[_SOURCES]
    return [*values[:_SOURCES], json.loads(sources) if isinstance(sources, str) else sources, *values[_SOURCES + 1 :]]


def _write(rows: Sequence[CaseRow]) -> None:
    if not rows:
        return
    values = [{column: getattr(row, column) for column in COLUMNS} for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, [as_json(values)])
