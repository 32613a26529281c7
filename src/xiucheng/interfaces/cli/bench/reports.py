"""Reports by the API: four client processes post, a rule files and routes them, the worker keeps up.

The real thing: the web server and the worker as the processes that `serve` and `worker` start, a founded district with
its packs published, a token, keep-alive connections. A run counts when everything accepted has been filed and
dispatched and every reader of the journal stands at its head within two seconds of the last answer; where it does not,
the note says so. Floor: the statements of one report (accept, file, dispatch) sent again by four bare clients.
"""

import json
import random
import socket
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from statistics import median
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.test import Client

from xiucheng.foundation.people import commands as people
from xiucheng.kit import journal
from xiucheng.kit.ids import uuid7
from xiucheng.kit.journal import readers
from xiucheng.kit.now import now as this_instant

from ..words import _
from .bare import Renewal, Statement
from .district import BOUNDS, CHANNEL, SETUP, district
from .measure import Crowd, Figure, address, crowd, percentile, process, statements_of
from .poster import TEXTS

CLIENTS = 4
# Measured on two cores: a second server process costs more in memory and connections than it gains beside the
# database and the worker; threads beyond the clients only fight for the interpreter.
SERVING = ("--workers", "1", "--threads", "4")
POSTER, BARE = "xiucheng.interfaces.cli.bench.poster", "xiucheng.interfaces.cli.bench.bare"
LAG_SECONDS = 2.0
_PATIENCE = 120.0
_VERBS = ("intake.receive", "cases.file", "cases.dispatch")


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the clients: what they did, and how long after its end everything was filed, dispatched and read."""

    crowd: Crowd
    lag: float
    missing: dict[str, int]


def measure(quick: bool, asked: Iterable[str]) -> list[Figure]:
    """reports_per_s, reports_p99_ms."""
    asked = set(asked)
    founded = district()
    readers.catch_up()
    token = people.issue_token(by=SETUP, now=this_instant(), label="bench", scopes=["reports"], channel=CHANNEL).secret
    since = uuid7()
    statements = _statements(token, founded.categories)
    renewal = Renewal.of(statements, since)
    runs, seconds = (2, 8.0) if quick else (5, 60.0)
    mine: list[Run] = []
    floors: list[Crowd] = []
    with _serving() as port:
        orders = {"port": port, "token": token, "bounds": BOUNDS, "categories": founded.categories}
        _run(orders, 3.0)
        for _number in range(runs):
            mine.append(_run(orders, seconds))
            floors.append(_floor(renewal, seconds / 4))
    note = _note(mine, statements)
    figures = [
        Figure(
            "reports_per_s",
            median(one.crowd.per_second for one in mine),
            "reports/s",
            median(one.per_second for one in floors),
            note=note,
        ),
        Figure(
            "reports_p99_ms",
            median(percentile(one.crowd.spent, 0.99) for one in mine),
            "ms",
            median(percentile(one.spent, 0.99) for one in floors),
            more_is_better=False,
            note=note,
        ),
    ]
    return [figure for figure in figures if figure.name in asked]


# -- ours -------------------------------------------------------------------------------------------------------------


@contextmanager
def _serving() -> Iterator[int]:
    """Web server and worker for the time of the block; the port on which the pages are."""
    port = free_port()
    with process("xiucheng", "worker"), web(port):
        yield port


def free_port() -> int:
    """A port of this machine that nobody holds at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def web(port: int) -> Iterator[None]:
    """The web server for the time of the block, which begins when it answers."""
    with process("xiucheng.config.serving", "web", "--port", str(port), *SERVING) as server:
        _until(lambda: server.poll() is not None or _answers(port), "the web server")
        yield


def _answers(port: int) -> bool:
    door = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        door.request("GET", "/api/v1/openapi.json")
        return door.getresponse().status == 200
    except OSError:
        return False
    finally:
        door.close()


def _run(orders: dict[str, Any], seconds: float) -> Run:
    """Clients for so many seconds, then the wait until all of it is done."""
    since = uuid7()
    first = random.SystemRandom().randrange(10**9)
    did = crowd(POSTER, [{**orders, "seconds": seconds, "seed": first + number} for number in range(CLIENTS)])
    ended = time.monotonic()
    # An answer that was lost on the way may have been accepted all the same, so there may be more than were counted.
    accepted = _recorded(since)["intake.receive"]

    def missing() -> dict[str, int]:
        done = _recorded(since)
        return {verb: lacking for verb in _VERBS if (lacking := accepted - done[verb]) > 0}

    left: dict[str, int] = {}
    while (left := missing()) or any(readers.lags().values()):
        if time.monotonic() > ended + _PATIENCE:
            break
        time.sleep(0.05)
    return Run(did, time.monotonic() - ended, left)


def _recorded(since: UUID) -> dict[str, int]:
    """How many steps of each of the three verbs were made after an id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.name, count(*) FROM (SELECT room || '.' || verb AS name FROM kit_step WHERE id > %s) s"
            " WHERE s.name = ANY(%s) GROUP BY s.name",
            [since, list(_VERBS)],
        )
        return dict.fromkeys(_VERBS, 0) | dict(cursor.fetchall())


def _until(true: Any, what: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not true():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what} does not answer")
        time.sleep(0.05)


def _note(runs: Sequence[Run], statements: Sequence[Sequence[Statement]]) -> str:
    """What is needed to judge the figure: statements of a report, lag, and everything that went wrong."""
    accept, file, route = (len(one) for one in statements)
    parts = [
        _("同步语句 {accept} 条；单独一件立案另需 {file} 条、派遣 {route} 条").format(
            accept=accept, file=file, route=route
        )
    ]
    worst = max(runs, key=lambda run: (bool(run.missing), run.lag))
    if worst.missing:
        parts.append(
            _("不计入：最后一次应答 {lag} 秒后仍缺 {missing}").format(lag=int(worst.lag), missing=worst.missing)
        )
    elif worst.lag >= LAG_SECONDS:
        parts.append(_("不计入：最后一次应答 {lag} 秒后才全部办完").format(lag=f"{worst.lag:.1f}"))
    else:
        done = _("最后一次应答 {lag} 秒后已全部立案、派遣，各处都读完")
        parts.append(done.format(lag=f"{worst.lag:.2f}"))
    failures: dict[str, int] = {}
    for run in runs:
        for kind, count in run.crowd.failures.items():
            failures[kind] = failures.get(kind, 0) + count
    if failures:
        parts.append(_("未受理 {failures}").format(failures=failures))
    return "; ".join(parts)


# -- the floor --------------------------------------------------------------------------------------------------------


def _statements(token: str, categories: Sequence[str]) -> list[list[Statement]]:
    """The statements of one report in three transactions: accepted at the API, filed by rule, dispatched by rule."""
    from xiucheng.kit.journal import sequencer
    from xiucheng.kit.verbs import verb
    from xiucheng.operations.dispatch import reactions as dispatch
    from xiucheng.operations.intake import reactions as intake

    client = Client(SERVER_NAME="localhost")
    file_by_rule, route = verb(intake.file_by_rule), verb(dispatch.route)

    def post() -> None:
        answer = client.post(
            "/api/v1/reports",
            data=_body(categories),
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid7())},
        )
        if answer.status_code != 201:
            raise RuntimeError(f"a report is answered {answer.status_code}: {answer.content.decode()}")

    def newest(name: str) -> list[journal.Step]:
        sequencer.run_once()
        head, _ = journal.head()
        return journal.read(after=max(0, head - 20), names=[name])[-1:]

    taken: list[list[Statement]] = []
    # Once before, so that what a process reads once and remembers is not taken for part of every report.
    for _time in range(2):
        taken = [statements_of(post)]
        received = newest("intake.receive")
        taken.append(statements_of(partial(file_by_rule, received)))
        filed = newest("cases.file")
        taken.append(statements_of(partial(route, filed)))
    return taken


def _body(categories: Sequence[str]) -> str:
    west, south, east, north = BOUNDS
    return json.dumps(
        {
            "text": TEXTS[0],
            "category": random.choice(categories),
            "lon": random.uniform(west, east),
            "lat": random.uniform(south, north),
            "contact": {"name": None, "phone": f"139{random.randrange(10**8):08d}"},
        }
    )


def _floor(renewal: Renewal, seconds: float) -> Crowd:
    order = {
        "renewal": renewal.as_json(),
        "databases": {alias: address(alias) for alias in settings.DATABASES},
        "seconds": seconds,
    }
    return crowd(BARE, [order] * CLIENTS)
