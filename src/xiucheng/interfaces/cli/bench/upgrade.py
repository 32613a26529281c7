"""Upgrading a district of a million cases while reports come in: the longest that nobody was acknowledged.

`upgrade_refused_s`: from the structure of release 0.1.0 to this version's. `change_refused_s`: every kind of change
that the rules for migrations allow (CONTRIBUTING), on the three tables that hold a row per case, so that what a later
release may do is measured too. Floor: the same writers for as long while nothing is changed. `restart_refused_s`: what
follows an upgrade, the web server ended in order and started again, until it answers.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from statistics import median

from django.db import DatabaseError, InterfaceError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import migrating
from xiucheng.kit.now import now
from xiucheng.operations.intake import commands as intake

from ..words import _
from . import seed
from .district import district
from .measure import Figure
from .reports import free_port, web

# Rooms of release 0.1.0, each with its first migration; a room that came later had no tables.
RELEASED = ("kit", "places", "people", "packs", "media", "notices", "tasks", "cases", "intake", "board", "dispatch")
WRITERS = 2
QUIET_S = 10.0
TABLES = ("cases_case", "cases_content", "board_row")
CHANGES = (
    "ALTER TABLE {table} ADD COLUMN bench_word text",
    "ALTER TABLE {table} ADD COLUMN bench_count integer NOT NULL DEFAULT 0",
    "CREATE INDEX CONCURRENTLY {name} ON {table} (bench_count, bench_word)",
    "ALTER TABLE {table} ADD CONSTRAINT {name} CHECK (bench_count >= 0) NOT VALID",
    "ALTER TABLE {table} VALIDATE CONSTRAINT {name}",
    "ALTER TABLE {table} DROP CONSTRAINT {name}",
    "DROP INDEX CONCURRENTLY {name}",
    "ALTER TABLE {table} DROP COLUMN bench_word, DROP COLUMN bench_count",
)


def measure(quick: bool, asked: Iterable[str]) -> list[Figure]:
    """upgrade_refused_s, change_refused_s, restart_refused_s."""
    asked = set(asked)
    if asked == {"restart_refused_s"}:
        return [restart(quick)]
    total = 50_000 if quick else 1_000_000
    seed.cases(total=total, still_open=total // 33)
    figures = []
    if "upgrade_refused_s" in asked:
        back_to_release()
        figures.append(_figure("upgrade_refused_s", total, migrating.migrate))
    if "change_refused_s" in asked:
        figures.append(_figure("change_refused_s", total, change))
    if "restart_refused_s" in asked:
        figures.append(restart(quick))
    return figures


def back_to_release() -> None:
    """The structure of release 0.1.0 around what is there; what later migrations hold is lost."""
    executor = MigrationExecutor(connection)
    rooms = {app for app, _name in executor.loader.graph.nodes if _ours(app)}
    executor.migrate([(app, "0001_initial" if app in RELEASED else None) for app in sorted(rooms)])
    connection.close()


def _ours(app: str) -> bool:
    from django.apps import apps

    module = apps.get_app_config(app).name
    return module.startswith("xiucheng.") and app != "keystore"


def change() -> int:
    """Every change that is allowed, on every table, and back; as `upgrade` makes them. Returns how many."""
    for table in TABLES:
        for text in CHANGES:
            names = {"table": sql.Identifier(table), "name": sql.Identifier(f"bench_{table}")}
            migrating.patiently("default", partial(_execute, sql.SQL(text).format(**names)))
    return len(TABLES) * len(CHANGES)


def _execute(statement: sql.Composed) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _figure(name: str, total: int, work: Callable[[], int]) -> Figure:
    with _writing() as writers:
        begun = time.perf_counter()
        done = work()
        ended = time.perf_counter()
        # For as long, nothing is changed any more.
        time.sleep(max(QUIET_S, ended - begun))
        quiet = time.perf_counter()
    refused = sum(writer.refused for writer in writers)
    acknowledged = sum(begun < moment < ended for writer in writers for moment in writer.acknowledged)
    note = _("{total} 件案卷；{done} 项改动用时 {seconds:.1f} 秒，其间确认 {acknowledged} 次写入，拒绝 {refused} 次")
    return Figure(
        name,
        max(writer.longest(begun, ended) for writer in writers),
        "s",
        max(writer.longest(ended, quiet) for writer in writers),
        more_is_better=False,
        note=note.format(total=total, done=done, seconds=ended - begun, acknowledged=acknowledged, refused=refused),
    )


def restart(quick: bool) -> Figure:
    """From the order to end until the next one answers; the median of five. Nobody is acknowledged meanwhile."""
    district()
    port, taken = free_port(), []
    for _number in range(1 if quick else 5):
        with web(port):
            begun = time.perf_counter()
        with web(port):
            taken.append(time.perf_counter() - begun)
    return Figure("restart_refused_s", median(taken), "s", None, more_is_better=False)


class Writer(threading.Thread):
    """Hands in reports one after another and notes when each was acknowledged."""

    def __init__(self, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self._stop_asked = stop
        self.acknowledged: list[float] = []
        self.refused = 0

    def run(self) -> None:
        tell = partial(intake.submit_report, by=Standing.resident("resident"), channel="resident", text="路面破损")
        while not self._stop_asked.is_set():
            try:
                tell(now=now(), lon=122.0301, lat=37.4201)
                self.acknowledged.append(time.perf_counter())
            except (DatabaseError, InterfaceError):
                self.refused += 1
                time.sleep(0.1)
        connections.close_all()

    def longest(self, begun: float, ended: float) -> float:
        """Seconds of the longest stretch between two moments in which nothing was acknowledged."""
        moments = [begun, *(moment for moment in self.acknowledged if begun < moment < ended), ended]
        return max(later - earlier for earlier, later in pairwise(moments))


@contextmanager
def _writing() -> Iterator[list[Writer]]:
    """Writers at work, each of whom has been acknowledged once already."""
    stop = threading.Event()
    writers = [Writer(stop) for _number in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        while not all(writer.acknowledged for writer in writers):
            if not all(writer.is_alive() for writer in writers):
                raise RuntimeError("a writer has died")
            time.sleep(0.05)
        yield writers
    finally:
        stop.set()
        for writer in writers:
            writer.join(60)
