"""The sequencer: how many steps a second it puts in order, and how long a step waits for its position.

Floor of the rate: the same three statements by bare psycopg with a constant for the hash. Floor of the delay: a NOTIFY
that somebody hears.
"""

import threading
import time
from collections.abc import Iterable
from datetime import UTC, datetime

from django.db import connection, connections
from psycopg import Connection

from xiucheng.kit.ids import uuid7
from xiucheng.kit.journal import sequencer
from xiucheng.kit.site import channel

from .measure import Figure, bare_connection, in_turn, percentile, process, timed

_SEED = """
INSERT INTO kit_step (id, room, subject, verb, actor, occurred_at, imported, payload)
SELECT i, 'kit', i, 'bench', 'system:bench', now(), true,
       jsonb_build_object('state', 'dispatched', 'version', 2, 'agency', i, 'due', '2026-03-02T01:00:00+00:00')
FROM unnest(%s::uuid[]) AS i
"""
_BATCH = 2000


def measure(quick: bool, asked: Iterable[str]) -> list[Figure]:
    """sequencer_per_s, sequencer_delay_p95_ms."""
    asked = set(asked)
    _drain()
    figures = []
    runs = 3 if quick else 5
    if "sequencer_per_s" in asked:
        steps = 4_000 if quick else 20_000
        rate, floor = in_turn(runs, lambda: _rate(steps), lambda: _bare_rate(steps))
        figures.append(Figure("sequencer_per_s", rate, "steps/s", floor))
    if "sequencer_delay_p95_ms" in asked:
        seconds = 3 if quick else 10
        delay, floor = in_turn(runs, lambda: _delay(seconds), _bare_delay)
        figures.append(Figure("sequencer_delay_p95_ms", delay, "ms", floor, more_is_better=False))
    return figures


def _drain() -> None:
    while sequencer.run_once():
        pass


def _write(count: int) -> None:
    with connection.cursor() as cursor:
        for start in range(0, count, _BATCH):
            cursor.execute(_SEED, [[uuid7() for _ in range(min(_BATCH, count - start))]])


def _rate(steps: int) -> float:
    _write(steps)
    return steps / timed(_drain)


def _bare_rate(steps: int) -> float:
    _write(steps)
    with bare_connection() as bare:

        def all_of_them() -> None:
            while _bare_batch(bare):
                pass

        return steps / timed(all_of_them)


def _bare_batch(bare: Connection) -> int:
    rows = bare.execute(
        "WITH taken AS (DELETE FROM kit_pending WHERE seq IN (SELECT seq FROM kit_pending ORDER BY seq LIMIT %s)"
        " RETURNING seq, step_id) SELECT s.* FROM taken t JOIN kit_step s ON s.id = t.step_id ORDER BY t.seq",
        [_BATCH],
    ).fetchall()
    last = _head(bare)
    positions = list(range(last + 1, last + 1 + len(rows)))
    bare.execute(
        "INSERT INTO kit_position (position, step_id, hash)"
        " SELECT p, s, '\\x00'::bytea FROM unnest(%s::bigint[], %s::uuid[]) AS t(p, s)",
        [positions, [row[0] for row in rows]],
    )
    bare.commit()
    return len(rows)


def _delay(seconds: float) -> float:
    """The 95th percentile of the time from recording to position, at 200 steps a second."""
    delays: list[float] = []
    listening = bare_connection(autocommit=True)
    listening.execute(f'LISTEN "{channel("position")}"'.encode())
    with process("xiucheng", "worker"):
        _wait_for_position(listening)
        stop = time.monotonic() + seconds
        writing = threading.Thread(target=_write_until, args=(stop,), daemon=True)
        writing.start()
        _listen(listening, stop + 1, delays)
        writing.join()
    listening.close()
    return percentile(delays, 0.95)


def _wait_for_position(listening: Connection) -> None:
    """Until the worker has sequenced a first step: it takes a moment to start."""
    _write(1)
    for _notice in listening.notifies(timeout=60, stop_after=1):
        return
    raise RuntimeError("the worker does not sequence")


def _listen(listening: Connection, until: float, delays: list[float]) -> None:
    seen = _head(listening)
    while time.monotonic() < until:
        # Gathered first: while notices are listened for, the connection takes no statement.
        for notice in list(listening.notifies(timeout=0.5, stop_after=1)):
            heard = datetime.now(UTC)
            upto = int(notice.payload)
            for (recorded,) in listening.execute(
                "SELECT s.recorded_at FROM kit_position p JOIN kit_step s ON s.id = p.step_id"
                " WHERE p.position > %s AND p.position <= %s",
                [seen, upto],
            ).fetchall():
                delays.append((heard - recorded).total_seconds() * 1000)
            seen = upto


def _write_until(stop: float) -> None:
    try:
        while time.monotonic() < stop:
            with connection.cursor() as cursor:
                cursor.execute(_SEED, [[uuid7(), uuid7()]])
            time.sleep(0.01)
    finally:
        connections["default"].close()


def _head(bare: Connection) -> int:
    row = bare.execute("SELECT COALESCE(max(position), 0) FROM kit_position").fetchone()
    return int(row[0]) if row else 0


def _bare_delay() -> float:
    """The 95th percentile of a NOTIFY from one connection to another."""
    delays = []
    with bare_connection(autocommit=True) as listening, bare_connection(autocommit=True) as telling:
        listening.execute(b"LISTEN bench_floor")
        for _ in range(200):
            start = time.perf_counter()
            telling.execute("SELECT pg_notify('bench_floor', '')")
            for _notice in listening.notifies(timeout=2, stop_after=1):
                delays.append((time.perf_counter() - start) * 1000)
    return percentile(delays, 0.95)
