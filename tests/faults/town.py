"""A district under load: how it is founded, who hands in reports, and what must hold when the dust has settled."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tests.processes import until

if TYPE_CHECKING:
    from tests.world import World

CLERKS = {"C0137": "lights_clerk", "E0105": "roads_clerk"}
"""Category → who is told: the one clerk of the agency that the published rules name."""

ROUTING = {"rules": [{"no": 10, "categories": ["C0137"], "agency": "lights"}, {"no": 20, "agency": "roads"}]}
FILING = {"rules": [{"channel": "resident"}]}


def found(at: datetime) -> World:
    """The small district of tests with rules published that file and route by themselves."""
    from tests.world import build, publish
    from xiucheng.kit.journal import readers

    readers.ensure_rows()
    world = build(at)
    publish("filing", FILING, at)
    publish("routing", ROUTING, at)
    return world


def token(at: datetime) -> str:
    """A token by which a program hands in residents' reports."""
    from tests.world import SETUP
    from xiucheng.foundation.people import commands

    return commands.issue_token(by=SETUP, now=at, label="load", scopes=("reports",), channel="resident").secret


# -- who hands in -----------------------------------------------------------------------------------------------------


@dataclass
class Ledger:
    """What was acknowledged: key → report, as whoever handed it in was told. Shared by all who hand in."""

    told: dict[str, UUID] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, key: str, report: str) -> None:
        with self.lock:
            before = self.told.setdefault(key, UUID(report))
            if before != UUID(report):
                self.troubles.append(f"{key} was first {before}, then {report}")

    def __len__(self) -> int:
        return len(self.told)


class Writer:
    """A process that hands in reports by the verb itself; killed, it goes on with the key it was not answered for."""

    def __init__(self, name: str, ledger: Ledger, environment: Mapping[str, str], pause: float = 0.03) -> None:
        self.name, self.ledger, self.environment, self.pause = name, ledger, environment, pause
        self._next = 0
        self._readers: list[threading.Thread] = []
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.faults.writer", self.name, str(self._next), str(self.pause)]
        self.process = subprocess.Popen(
            command, cwd=_ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self._readers.append(threading.Thread(target=self._listen, args=(self.process,), daemon=True))
        self._readers[-1].start()

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                # A line cut short by the kill was never read by anybody.
                if line.endswith("\n"):
                    number, report = line.split()
                    self.ledger.note(f"{self.name}-{number}", report)
                    self._next = int(number) + 1

    def kill(self) -> None:
        """SIGKILL; all that it had said before is noted when this returns."""
        self.process.kill()
        self.process.wait()
        self._readers[-1].join()


class Client(threading.Thread):
    """Somebody with a telephone: posts over HTTP, and posts again what was not answered, under the same key."""

    def __init__(self, name: str, ledger: Ledger, url: str, secret: str) -> None:
        super().__init__(daemon=True)
        self.name, self.ledger, self.url, self.secret = name, ledger, url, secret
        self.stop = threading.Event()
        self.answered = 0
        self.unanswered: Counter[str] = Counter()
        self.start()

    def run(self) -> None:
        number = 0
        while not self.stop.is_set():
            if self._hand_in(number):
                number += 1
            time.sleep(0.03)

    def _hand_in(self, number: int) -> bool:
        key = f"{self.name}-{number}"
        try:
            status, body = post(self.url, report_of(key, number), {"Authorization": f"Bearer {self.secret}"}, key=key)
        except OSError as error:
            # Nobody answered: the web was just killed, or the connection was cut before an answer came.
            self.unanswered[type(error).__name__] += 1
            return False
        if status == 201:
            self.ledger.note(key, body["report"])
            self.answered += 1
            return True
        self.unanswered[str(status)] += 1
        if status != 503:
            self.ledger.troubles.append(f"{key}: {status} {body}")
        return False


def end(clients: Sequence[Client], writers: Sequence[Writer] = ()) -> None:
    """No more reports: clients finish what they are saying, writers are killed."""
    for client in clients:
        client.stop.set()
    for client in clients:
        client.join(15)
    for writer in writers:
        writer.kill()


def report_of(key: str, number: int) -> dict[str, Any]:
    """What is said under a key: the same each time, so that a repetition is one."""
    category = "C0137" if number % 3 else "E0105"
    return {"text": f"{key} 路口不好走", "category": category, "area": "990101001001"}


def post(url: str, body: Mapping[str, Any], headers: Mapping[str, str], *, key: str = "") -> tuple[int, Any]:
    """One POST of JSON; (status, body). OSError where no answer came."""
    asked = urllib.request.Request(
        url,
        json.dumps(body).encode(),
        {"Content-Type": "application/json", **({"Idempotency-Key": key} if key else {}), **headers},
    )
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        text = refusal.read()
        return refusal.code, json.loads(text) if text.startswith(b"{") else text[:200]
    except urllib.error.URLError as error:
        raise ConnectionError(str(error)) from error
    except (http.client.HTTPException, ValueError) as error:
        # The answer was cut off in the middle.
        raise ConnectionError(str(error)) from error


_ROOT = Path(__file__).resolve().parents[2]


def environment(**more: str) -> dict[str, str]:
    """For processes of the site and of the load: the source, and where the databases are."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join((str(_ROOT / "src"), str(_ROOT))), **more}


def let_go() -> None:
    """Closes the connections of this thread and the pools of this process, which an outage may have left dead."""
    from django.db import connections

    for connection in connections.all():
        connection.close()
        connection.close_pool()


# -- what must hold afterwards ----------------------------------------------------------------------------------------


def at_rest() -> bool:
    """Has every step a position and every reader read it, with nothing parked?"""
    return not waiting()


def waiting() -> str:
    """What is not at rest, in words."""
    from django.db import connection

    from xiucheng.kit.journal import readers

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kit_pending")
        pending = cursor.fetchone()[0]
        cursor.execute("SELECT reader, error FROM kit_parked")
        parked = cursor.fetchall()
    behind = {name: lag for name, lag in readers.lags().items() if lag}
    return f"pending {pending}, parked {parked}, behind {behind}" if pending or parked or behind else ""


def await_rest() -> None:
    """Returns when the workers have come to rest by themselves."""
    try:
        until(_settled, 40, "the workers come to rest by themselves")
    except AssertionError as error:
        error.add_note(waiting())
        raise


def _settled() -> bool:
    from django.db import Error, connections

    with suppress(Error):
        return at_rest()
    connections.close_all()
    return False


def judge(world: World, ledger: Ledger, *, unanswered: int) -> None:
    """Nothing acknowledged is lost, nothing happened twice, and everything derived is what the journal says.

    unanswered: how many reports may be there beyond those acknowledged (in flight when the load ended).
    """
    from xiucheng.kit.journal import readers, verify

    assert not ledger.troubles, ledger.troubles[:5]
    let_go()
    readers.catch_up()
    verdict = verify.run()
    assert verdict.ok, verdict.problems
    assert verdict.pending == 0
    assert at_rest()
    cases = _reports_became_cases(ledger, unanswered)
    _every_step_once()
    _one_task_and_one_notice(world, cases)
    _board_and_index(cases)
    _every_picture_has_copies()


def _reports_became_cases(ledger: Ledger, unanswered: int) -> dict[UUID, str]:
    from xiucheng.operations.cases.models import Case
    from xiucheng.operations.intake.models import Report

    reports = dict(Report.objects.values_list("id", "case_id"))
    lost = set(ledger.told.values()) - set(reports)
    assert not lost, f"{len(lost)} acknowledged reports are not there"
    assert len(set(ledger.told.values())) == len(ledger), "one report answered for two keys"
    assert len(reports) - len(ledger) <= unanswered, "reports that nobody handed in, or one twice"
    assert None not in reports.values(), "a report was not filed"
    assert len(set(reports.values())) == len(reports) == Case.objects.count()
    return dict(Case.objects.values_list("id", "category"))


ONCE = {
    "intake": ["receive", "file"],
    "cases": ["file", "dispatch"],
    "tasks": ["give"],
}
"""What happens to each subject of a room under this load, in this order, and nothing else."""


def _every_step_once() -> None:
    from xiucheng.kit import journal

    last, _hash = journal.head()
    told: dict[tuple[str, UUID], list[str]] = {}
    for step in journal.read(after=0, limit=last):
        if step.room in ONCE:
            told.setdefault((step.room, step.subject), []).append(step.verb)
    odd = {subject: verbs for (room, subject), verbs in told.items() if verbs != ONCE[room]}
    assert not odd, dict(list(odd.items())[:5])
    counted = Counter(room for room, _subject in told)
    assert counted["intake"] == counted["cases"] == counted["tasks"] > 0, counted


def _one_task_and_one_notice(world: World, cases: Mapping[UUID, str]) -> None:
    from xiucheng.foundation.notices.models import Notice
    from xiucheng.foundation.tasks.models import Task

    tasks = Counter(Task.objects.filter(kind="handle").values_list("subject", flat=True))
    assert tasks == Counter(dict.fromkeys(cases, 1)), "each case has one handling task"
    notices = Notice.objects.filter(event="case_dispatched").values_list("subject", "person_id", "times")
    wanted = [(case_id, world.people[CLERKS[category]], 1) for case_id, category in cases.items()]
    assert Counter(notices) == Counter(wanted), "one notice per person and event"


def _board_and_index(cases: Mapping[UUID, str]) -> None:
    from django.db import connection

    from tests.operations.board.test_projections import table
    from xiucheng.kit.journal import readers
    from xiucheng.operations.cases import queries

    before = table()
    assert len(before) == len(cases)
    readers.replay("board.rows")
    assert table() == before, "the board is not what its replay gives"
    with connection.cursor() as cursor:
        cursor.execute(*queries.holding("路口不好走"))
        found = {row[0] for row in cursor.fetchall()}
    assert found == set(cases), "words of cases are missing in the search index"


def _every_picture_has_copies() -> None:
    """Jobs that were being done when their worker was killed are done by another."""
    from procrastinate.contrib.django import app

    from xiucheng.foundation.media.models import Item
    from xiucheng.kit import jobs

    async def rescue() -> None:
        with app.replace_connector(app.connector.get_worker_connector()) as opened:
            async with opened.open_async():
                await jobs.rescue(opened, seconds=0)

    asyncio.run(rescue())
    jobs.run_waiting()
    assert not Item.objects.filter(copies_at__isnull=True).count()
