"""What is taken away from the lists: an export is a step, with who, what was asked for and how much of it left."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from uuid import UUID

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.commands import check_whole
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import journal
from xiucheng.kit.ids import uuid7
from xiucheng.kit.journal.codes import checked
from xiucheng.kit.verbs import verb

from .queries import Filters, Listed, hall

MOST = 5000
"""Rows of one export (D): more is a matter for a report, not for a list, and a list cut short would be taken for whole.
"""

_PAGE = 200


@verb
def export(*, by: Standing, now: datetime, filters: Filters, form: str) -> tuple[list[Listed], bool]:
    """All rows of a list for a file, and whether the reporters' words may stand in it.

    Rows are those that the taker sees anyway. Step: board.export with form, filters, number of rows and whether words
    went along; what was searched for is told as searched alone, because steps hold no words (STANDARDS §6: exports are
    on record). Refused: `not_yours` (403; act cases.export), `too_many_rows` (more than MOST), and as hall.
    """
    people.demand(by, "cases.export")
    rows = list(_rows(by, now, filters))
    check_whole(len(rows), MOST)
    words = people.may(by, "cases.export_words")
    journal.record(
        room="board",
        subject=uuid7(),
        verb="export",
        actor=by.actor,
        occurred_at=now,
        payload={"form": form, "filters": asked(filters), "rows": len(rows), "words": words},
    )
    return rows, words


def _rows(by: Standing, now: datetime, filters: Filters) -> Iterator[Listed]:
    cursor, left = None, MOST + 1
    while left > 0:
        found = hall(by, filters, cursor, limit=min(_PAGE, left), now=now)
        yield from found.rows
        left -= len(found.rows)
        cursor = found.next
        if cursor is None or not found.rows:
            return


def asked(filters: Filters) -> dict[str, str | bool]:
    """The filters as a step may hold them: codes as they are, of anything else only that it was asked for."""
    given = {one.name: getattr(filters, one.name) for one in fields(filters)}
    return {name: _code(name, value) for name, value in given.items() if value}


def _code(name: str, value: str | bool | UUID) -> str | bool:
    if name == "text" or isinstance(value, bool):
        return True
    try:
        return str(checked(str(value), name))
    except ValueError:
        return True
