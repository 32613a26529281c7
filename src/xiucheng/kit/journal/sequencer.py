"""The sequencer: gives committed steps a gapless position and chains their hashes; one at a time per site.

Ids are given before commit, so a reader that remembers the last id loses the step that commits late. The pending
list has no such hole: a row is seen when its transaction has committed, whenever that is, and taken once.
"""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from ..days import local_day
from ..site import channel, lock_key
from . import steps

# Steps of a day may commit a little after midnight; the head waits for them.
_GRACE = timedelta(minutes=2)

# The first step after the last head tells whether anything is to be closed at all, so that the question costs little
# in the middle of a busy day. A late step of a day that is closed opens it no more.
_OPEN_DAYS = """
WITH closed AS (
    SELECT COALESCE(max(day), '-infinity') AS day, COALESCE(max(position), 0) AS position FROM kit_day_head
), waiting AS (
    SELECT min((s.recorded_at AT TIME ZONE %(zone)s)::date) AS day
    FROM kit_pending w JOIN kit_step s ON s.id = w.step_id
), until AS (
    SELECT LEAST(%(last)s::date, (SELECT day FROM waiting) - 1) AS day
), next AS (
    SELECT (s.recorded_at AT TIME ZONE %(zone)s)::date AS day FROM kit_position p JOIN kit_step s ON s.id = p.step_id
    WHERE p.position > (SELECT position FROM closed)
    AND (s.recorded_at AT TIME ZONE %(zone)s)::date > (SELECT day FROM closed)
    ORDER BY p.position LIMIT 1
)
SELECT day, max(position) OVER (ORDER BY day) FROM (
    SELECT (s.recorded_at AT TIME ZONE %(zone)s)::date AS day, max(p.position) AS position
    FROM kit_position p JOIN kit_step s ON s.id = p.step_id
    WHERE (SELECT day FROM next) <= (SELECT day FROM until) AND p.position > (SELECT position FROM closed)
    GROUP BY 1
) AS of_day
WHERE day > (SELECT day FROM closed) AND day <= (SELECT day FROM until) ORDER BY day
"""


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
    """Write the heads of the local days that are over and have none yet; returns the days closed, in order.

    1. A day is over some minutes after midnight, by the site's zone, and never while a step of it still waits for its
       position. 2. Its head is the last position at which a step of that day, or of an earlier one, stands: what came
       since midnight is not in it. 3. Days that nobody closed while the worker was down are closed now. A day without
       any step needs no row. A step that commits after its day was closed is covered by the next head.
    """
    last = local_day(now - _GRACE) - timedelta(days=1)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_key("sequencer")])
        cursor.execute(_OPEN_DAYS, {"zone": settings.TIME_ZONE, "last": last})
        days = cursor.fetchall()
        if not days:
            return []
        cursor.execute(
            "INSERT INTO kit_day_head (day, position, hash)"
            " SELECT t.day, p.position, p.hash FROM unnest(%s::date[], %s::bigint[]) AS t(day, position)"
            " JOIN kit_position p ON p.position = t.position",
            [[day for day, _position in days], [position for _day, position in days]],
        )
        return [day for day, _position in days]
