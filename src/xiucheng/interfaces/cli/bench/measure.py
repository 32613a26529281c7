"""How a figure is measured: ours and the floor in turn, medians, percentiles, and the ratio that counts."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connections
from django.test.utils import CaptureQueriesContext

from xiucheng.kit.ids import uuid7


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. more_is_better tells which way the ratio is taken: 1 is as good as the floor, more is better."""

    name: str
    value: float
    unit: str
    floor: float | None
    more_is_better: bool = True
    note: str = ""

    def row(self) -> dict[str, Any]:
        ratio = None
        if self.floor:
            ratio = self.value / self.floor if self.more_is_better else self.floor / self.value
        row = {
            "figure": self.name,
            "value": round(self.value, 3),
            "unit": self.unit,
            "floor": round(self.floor, 3) if self.floor is not None else None,
            "ratio": round(ratio, 3) if ratio is not None else None,
        }
        return row | ({"note": self.note} if self.note else {})


def in_turn(runs: int, ours: Callable[[], float], floor: Callable[[], float]) -> tuple[float, float]:
    """The medians of `runs` runs of each, alternating so that a slow moment of the machine hits both."""
    mine: list[float] = []
    bare: list[float] = []
    for _ in range(runs):
        mine.append(ours())
        bare.append(floor())
    return median(mine), median(bare)


def timed(work: Callable[[], Any]) -> float:
    """Seconds that a piece of work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, int(share * len(ordered) + 0.5) - 1))]


def bare_connection(alias: str = "default", *, autocommit: bool = False) -> psycopg.Connection:
    """A connection to the site's database with nothing of Django between."""
    entry = settings.DATABASES[alias]
    return psycopg.connect(
        dbname=entry["NAME"],
        user=entry["USER"],
        password=entry["PASSWORD"],
        host=entry["HOST"],
        port=entry["PORT"] or None,
        options=entry["OPTIONS"]["options"],
        autocommit=autocommit,
    )


@contextmanager
def process(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """One of the site's own processes (`worker`, `serve …`) for the time of the block."""
    running = subprocess.Popen([sys.executable, "-m", "xiucheng", *words], env=os.environ, start_new_session=True)
    try:
        yield running
    finally:
        running.terminate()
        try:
            running.wait(timeout=20)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement as our code sent it, with the database it went to."""

    alias: str
    sql: str


def statements_of(work: Callable[[], Any]) -> list[Statement]:
    """What a piece of work asks of the two databases, in order per database, without BEGIN and COMMIT."""
    with ExitStack() as stack:
        captured = {
            alias: stack.enter_context(CaptureQueriesContext(connections[alias])) for alias in settings.DATABASES
        }
        work()
    return [
        Statement(alias, query["sql"])
        for alias, queries in captured.items()
        for query in queries
        if query["sql"].split(maxsplit=1)[0] not in {"BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"}
    ]


_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_DIGEST = re.compile(r"\\x[0-9a-f]{64}'")
_NUMBER = re.compile(r"\b\d{2}-\d{4,}-\d{3}-\d\b")


def renewed(statements: Sequence[Statement], since: UUID) -> list[Statement]:
    """The same statements for another subject: every id made after `since`, digest and number is replaced by a new one."""
    fresh: dict[str, str] = {}

    def other(match: re.Match[str]) -> str:
        old = match.group()
        if old[:13] < str(since)[:13]:
            return old
        return fresh.setdefault(old, str(uuid7()))

    def digest(match: re.Match[str]) -> str:
        return fresh.setdefault(match.group(), "\\x" + os.urandom(32).hex() + "'")

    def number(match: re.Match[str]) -> str:
        return fresh.setdefault(match.group(), "99-" + str(int.from_bytes(os.urandom(6))) + "-000-0")

    return [
        Statement(one.alias, _NUMBER.sub(number, _DIGEST.sub(digest, _UUID.sub(other, one.sql)))) for one in statements
    ]


def run_bare(bare: dict[str, psycopg.Connection], statements: Sequence[Statement]) -> None:
    """Send statements as they are and fetch what comes, one transaction per database."""
    for one in statements:
        cursor = bare[one.alias].execute(one.sql.encode())
        if cursor.description:
            cursor.fetchall()
    for connection in bare.values():
        connection.commit()
