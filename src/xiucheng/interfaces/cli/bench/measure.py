"""How a figure is measured: ours and the floor in turn, medians, percentiles, processes, and the ratio that counts."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

import psycopg
from django.conf import settings
from django.db import connections

from .bare import Statement


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
        """The figure as it is printed; the note only where there is one."""
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


# -- the databases with nothing between -------------------------------------------------------------------------------


def address(alias: str = "default") -> dict[str, Any]:
    """How psycopg reaches one of the site's databases."""
    entry: Any = settings.DATABASES[alias]
    return {
        "dbname": entry["NAME"],
        "user": entry["USER"],
        "password": entry["PASSWORD"],
        "host": entry["HOST"],
        "port": entry["PORT"] or None,
        "options": entry["OPTIONS"]["options"],
    }


def bare_connection(alias: str = "default", *, autocommit: bool = False) -> psycopg.Connection:
    """A connection to the site's database with nothing of Django between."""
    return psycopg.connect(**address(alias), autocommit=autocommit)


def statements_of(work: Callable[[], Any]) -> list[Statement]:
    """What a piece of work asks of the two databases, in its order, with its values written out."""
    sent: list[Statement] = []

    def listen(execute: Callable[..., Any], statement: str, values: Any, many: bool, context: Mapping[str, Any]) -> Any:
        database = context["connection"]
        written = psycopg.ClientCursor(database.connection).mogrify(statement, values)
        sent.append(Statement(database.alias, written))
        return execute(statement, values, many, context)

    with ExitStack() as stack:
        for alias in settings.DATABASES:
            stack.enter_context(connections[alias].execute_wrapper(listen))
        work()
    return sent


# -- processes --------------------------------------------------------------------------------------------------------


@contextmanager
def process(module: str, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """One of the site's own processes for the time of the block: `python -m module words…`."""
    running = subprocess.Popen([sys.executable, "-m", module, *words], env=os.environ, start_new_session=True)
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
class Crowd:
    """What several clients did at once: milliseconds of each success, failures by kind, seconds from start to end."""

    spent: list[float]
    failures: dict[str, int]
    seconds: float

    @property
    def per_second(self) -> float:
        return len(self.spent) / self.seconds


def crowd(module: str, orders: Sequence[dict[str, Any]]) -> Crowd:
    """Start a client process per order, let all begin together once each is ready, gather what they did."""
    with ExitStack() as stack:
        clients = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", module], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
            )
            for _ in orders
        ]
        try:
            for client, order in zip(clients, orders, strict=True):
                _say(client, json.dumps(order))
            for client in clients:
                _hear(client)
            begun = time.monotonic()
            for client in clients:
                _say(client, "")
            told = [json.loads(_hear(client)) for client in clients]
            seconds = time.monotonic() - begun
        finally:
            for client in clients:
                client.kill()
    failures: dict[str, int] = {}
    for one in told:
        for kind, count in one["failures"].items():
            failures[kind] = failures.get(kind, 0) + count
    return Crowd([value for one in told for value in one["spent"]], failures, seconds)


def _say(client: subprocess.Popen[str], line: str) -> None:
    assert client.stdin is not None
    client.stdin.write(line + "\n")
    client.stdin.flush()


def _hear(client: subprocess.Popen[str]) -> str:
    assert client.stdout is not None
    line = client.stdout.readline()
    if not line:
        raise RuntimeError("a client of the bench has died; see its message above")
    return line
