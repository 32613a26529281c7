"""Reading notices: a person's inbox page by page, and how many are unread."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from xiucheng.kit.paging import Cursor, Keyset, Page, bounded
from xiucheng.kit.refused import Refused

from . import registry, rules

_ORDER = Keyset("notices.inbox", ("visible_at", "id"), descending=True)
_COLUMNS = "id, event, subject_room, subject, args, actor, visible_at, last_at, times, read_at"
MANY = 100
"""Counting stops here: above it a badge says 99+, and a neglected inbox costs no more than a full one."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A line of the inbox. visible_at: since when it stands there. last_at: when the same was last told; times: how
    often in all. actor: whose act it tells of, as the journal stores it."""

    id: UUID
    event: str
    subject_room: str
    subject: UUID
    args: Mapping[str, Any]
    actor: str
    visible_at: datetime
    last_at: datetime
    times: int
    read_at: datetime | None

    @property
    def sentence(self) -> str:
        """What happened, in the language of whoever reads."""
        event = registry.event_of(self.event)
        return rules.fill(str(event.sentence), self.args, event.choices, timezone.get_current_timezone())

    @property
    def link(self) -> str | None:
        """Where it leads on this site."""
        return registry.link_of(self.subject_room, self.subject, self.args)


def inbox(
    person_id: UUID,
    *,
    now: datetime,
    cursor: str | None = None,
    limit: int | None = None,
    unread_only: bool = False,
) -> Page[Notice]:
    """What a person is told, newest first; one statement. Refused: bad_cursor."""
    page, size = _cursor(cursor), bounded(limit)
    where, key = _ORDER.where(page)
    unread_sql = " AND read_at IS NULL" if unread_only else ""
    sql = (
        f"SELECT {_COLUMNS} FROM notices_notice WHERE person_id = %s AND visible_at <= %s{unread_sql}"  # noqa: S608
        f" AND {where} ORDER BY {_ORDER.order(page)} LIMIT %s"
    )
    with connection.cursor() as db:
        db.execute(sql, [person_id, now, *key, size + 1])
        rows = [_notice(row) for row in db.fetchall()]
    return _ORDER.page(rows, page, size, lambda notice: (notice.visible_at, notice.id))


def _cursor(token: str | None) -> Cursor:
    page = _ORDER.parse(token)
    if page.key:
        try:
            moment, notice_id = page.key
            return Cursor((moment.astimezone(UTC), UUID(notice_id)), page.backward)
        except (AttributeError, ValueError, OverflowError):
            raise Refused("bad_cursor", _("翻页标记无效，请从第一页开始。")) from None
    return page


def _notice(row: Sequence[Any]) -> Notice:
    values = list(row)
    # Raw cursors give jsonb as text under Django's type settings.
    if isinstance(values[4], str):
        values[4] = json.loads(values[4])
    return Notice(*values)


def unread(person_id: UUID, now: datetime) -> int:
    """How many a person has not read, at most MANY; one statement over the index of unread ones."""
    with connection.cursor() as db:
        db.execute(
            "SELECT count(*) FROM (SELECT 1 FROM notices_notice"
            " WHERE person_id = %s AND read_at IS NULL AND visible_at <= %s LIMIT %s) AS few",
            [person_id, now, MANY],
        )
        return int(db.fetchone()[0])
