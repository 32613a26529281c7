"""The sequencer: gives committed steps a gapless position and chains their hashes; one at a time per site.

Ids are given before commit, so a reader that remembers the last id loses the step that commits late. The pending
list has no such hole: a row is seen when its transaction has committed, whenever that is, and taken once.
"""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from ..site import channel, lock_key
from . import steps

# Steps of a day may commit a little after midnight; the head waits for them.
_GRACE = timedelta(minutes=2)


def run_once(limit: int = 2000) -> int:
    """Sequence up to `limit` committed steps; returns how many. Safe to call from several processes."""
    with transaction.atomic(), connection.cursor() as cursor:
        # The lock is taken by a statement of its own so that the next one sees what its last holder committed.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_key("sequencer")])
        batch = steps.pending(limit)
        if not batch:
            return 0
        position, link = steps.head()
        links = []
        for step in batch:
            link = steps.chained(link, step)
            links.append(link)
        cursor.execute(
            "INSERT INTO kit_position (position, step_id, hash)"
            " SELECT * FROM unnest(%s::bigint[], %s::uuid[], %s::bytea[])",
            [list(range(position + 1, position + 1 + len(batch))), [step.id for step in batch], links],
        )
        cursor.execute("SELECT pg_notify(%s, %s)", [channel("position"), str(position + len(batch))])
    return len(batch)


def close_days(now: datetime) -> list[date]:
    """Write the head of the local day that has ended, if it is not written; returns the days closed.

    The head of a day is the chain's head when the sequencer first finds the day over and nothing of it pending. A day
    without any step of its own has the head of the day before, and needs no row.
    """
    from zoneinfo import ZoneInfo

    day = (now - _GRACE).astimezone(ZoneInfo(settings.TIME_ZONE)).date() - timedelta(days=1)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_key("sequencer")])
        cursor.execute(
            "INSERT INTO kit_day_head (day, position, hash)"
            " SELECT %s, position, hash FROM kit_position"
            " WHERE NOT EXISTS (SELECT 1 FROM kit_day_head WHERE day >= %s)"
            " AND position > COALESCE((SELECT max(position) FROM kit_day_head), 0)"
            " AND EXISTS (SELECT 1 FROM kit_step WHERE id = step_id)"
            " ORDER BY position DESC LIMIT 1 RETURNING day",
            [day, day],
        )
        return [row[0] for row in cursor.fetchall()]
