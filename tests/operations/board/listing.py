"""A list as a reader pages through it, once everything recorded stands in it."""

from xiucheng.kit.journal import readers, sequencer
from xiucheng.operations.board import queries


def bring_up() -> None:
    readers.ensure_rows()
    while sequencer.run_once():
        pass
    for name in ("board.rows", "cases.search"):
        while readers.run(name):
            pass


def pages(standing, filters, limit, *, backward=False, now):
    """All pages of a list, from its first or from its last."""
    found, cursor = [], "last" if backward else None
    while True:
        page = queries.hall(standing, filters, cursor, limit, now=now)
        ids = [row.case_id for row in page.rows]
        found = ids + found if backward else found + ids
        cursor = page.previous if backward else page.next
        if cursor is None:
            return found
