"""What the worker does about time: rings alarms, lets paused clocks go on, reckons provisional deadlines anew.

Any number of workers may run it at once. An alarm is a row of `tasks_due`: the worker that deletes it rings it, in one
transaction with the step, so it rings once, whoever is killed when.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from xiucheng.kit.actor import Actor
from xiucheng.kit.outage import is_away
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb

from . import calendars, commands, storing
from .commands.steps import record

log = logging.getLogger(__name__)

TIMER = Actor.system("timer")

# The task's row is locked before the alarm goes, in the order in which every verb takes them; a task that somebody is
# changing just now is left for the next round. Deleting is the compare-and-set: an alarm that was moved or is gone by
# then does not match any more.
_CLAIM = f"""
WITH ripe AS (
    SELECT task_id FROM tasks_due WHERE at <= %(now)s AND what <> 'resume' ORDER BY at LIMIT %(limit)s
), held AS (
    SELECT id FROM tasks_task WHERE id IN (SELECT task_id FROM ripe) FOR NO KEY UPDATE SKIP LOCKED
), rung AS (
    DELETE FROM tasks_due d USING held h
    WHERE d.task_id = h.id AND d.at <= %(now)s AND d.what <> 'resume'
    RETURNING d.task_id, d.what, d.at
), alarm AS (
    SELECT task_id, bool_or(what = 'warn') AS warns, bool_or(what = 'due') AS lapses, max(at) AS rung_at
    FROM rung GROUP BY task_id
)
UPDATE tasks_task t
SET warned_at = CASE WHEN a.warns THEN %(now)s ELSE t.warned_at END,
    lapsed_at = CASE WHEN a.lapses THEN %(now)s ELSE t.lapsed_at END,
    version = t.version + 1
FROM alarm a WHERE t.id = a.task_id
RETURNING a.lapses, a.rung_at, {", ".join(f't."{name}"' for name in storing.COLUMNS)}
"""  # noqa: S608


def run_due(now: datetime, limit: int = 500) -> int:
    """One round: at most `limit` alarms, resumptions and recalculations each; returns how many there were.

    Steps: tasks.warn at 80 % of the running time, tasks.due at the deadline (only this one where both have passed),
    tasks.resume, tasks.recalculate. Telling people is a reaction to them.
    """
    return _ring(now, limit) + _go_on(now, limit) + _recalculate(now, limit)


@verb
def _ring(now: datetime, limit: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": now, "limit": limit})
        rows = cursor.fetchall()
    for lapses, rung_at, *values in sorted(rows, key=lambda row: row[1]):
        record(storing.row(values), "due" if lapses else "warn", TIMER, rung_at)
    return len(rows)


def _go_on(now: datetime, limit: int) -> int:
    return _each(
        commands.resume,
        now,
        "SELECT task_id FROM tasks_due WHERE what = 'resume' AND at <= %s ORDER BY at LIMIT %s",
        [now, limit],
    )


def _recalculate(now: datetime, limit: int) -> int:
    # Two ranges, which an index finds at once; "<>" would read every provisional task each second.
    version = calendars.in_force(now)
    return _each(
        commands.recalculate,
        now,
        "SELECT id FROM tasks_task WHERE provisional AND ended_at IS NULL"
        " AND (calendar_version < %s OR calendar_version > %s) LIMIT %s",
        [version, version, limit],
    )


def _each(do: Any, now: datetime, sql: str, parameters: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found = [row[0] for row in cursor.fetchall()]
    return sum(_tried(do, now, found))


def _tried(do: Any, now: datetime, task_ids: Iterable[UUID]) -> Iterable[bool]:
    for task_id in task_ids:
        try:
            do(actor=TIMER, now=now, task_id=task_id)
        except Refused:
            # Another worker, or a person, was faster: nothing is left to do.
            yield False
        except Exception as error:
            # Each is a transaction of its own: one that nobody can reckon keeps no other from its time.
            if is_away(error):
                raise
            log.exception("the timer cannot do its work on task %s", task_id)
            yield False
        else:
            yield True
