"""SIGKILL of any process under load: nothing acknowledged is lost, nothing happens twice, and all of it recovers."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.faults.town import Client, Ledger, Writer, at_rest, environment, found, judge, token, waiting
from tests.processes import until
from xiucheng.config.processes import Group, find_ports
from xiucheng.kit.now import now
from xiucheng.kit.supervisor import Supervisor

WRITERS, CLIENTS = 2, 2

VICTIMS = ("worker-1", "writer", "backend", "web", "worker-2", "postmaster", "worker-1", "server of web", "writer")
"""Who is killed, in this order; each only after new reports came in since the last, so always under load."""


class Site:
    """Web and two workers under the product's own supervisor, which also minds the database."""

    def __init__(self, durable: Any) -> None:
        self.trial = durable.trial
        self.environment = environment(**durable.environment)
        ports = find_ports("127.0.0.1", 18600)
        self.url = f"http://127.0.0.1:{ports.web}"
        group = Group(ports, durable.folder / "logs", self.environment)
        worker = group.worker()
        members = [replace(worker, name=name, log=worker.log.with_name(f"{name}.log")) for name in WORKERS]
        self.supervisor = Supervisor([*members, group.web(threads=4)], database=self.trial.database, tell=self._tell)
        self.events: list[tuple[str, str, str]] = []

    def _tell(self, *event: str) -> None:
        self.events.append(event)

    def pid(self, name: str) -> int | None:
        """The process that is this member at the moment."""
        for running in self.supervisor._running:
            if running.member.name == name and running.process is not None and running.process.poll() is None:
                return running.process.pid
        return None

    def run(self, meanwhile: Callable[[], None]) -> None:
        """Runs the group in this thread and `meanwhile` in another, at whose end the group is stopped."""
        failures: list[BaseException] = []

        def act() -> None:
            try:
                meanwhile()
            except BaseException as error:
                failures.append(error)
            finally:
                from django.db import connections

                connections.close_all()
                self.supervisor.stop()

        thread = threading.Thread(target=act)
        thread.start()
        self.supervisor.run()
        thread.join()
        if failures:
            raise failures[0]


WORKERS = ("worker-1", "worker-2")


@pytest.mark.slow
def test_whoever_is_killed_under_load_nothing_is_lost_and_nothing_doubled(durable: Any) -> None:
    world = found(now())
    secret = token(now())
    site, ledger = Site(durable), Ledger()
    writers = [Writer(f"writer-{number}", ledger, site.environment) for number in range(WRITERS)]
    clients: list[Client] = []

    def meanwhile() -> None:
        until(lambda: len(ledger) > 10, 40, "the writers write")
        clients.extend(Client(f"client-{n}", ledger, f"{site.url}/api/v1/reports", secret) for n in range(CLIENTS))
        chance = random.Random(20260302)
        for victim in VICTIMS:
            before = len(ledger)
            until(lambda before=before: len(ledger) > before + 15, 40, f"load before the {victim} is killed")
            time.sleep(chance.random())
            _kill(victim, site, chance.choice(writers))
        before = {client: client.answered for client in clients}
        until(lambda: all(client.answered > before[client] + 5 for client in clients), 40, "the web answers again")
        _end(clients, writers)
        _await_rest(durable.folder / "logs")

    try:
        site.run(meanwhile)
    finally:
        for writer in writers:
            writer.kill()
    # The server ended with its group; what is judged is what its disk kept.
    site.trial.database.start()
    _let_go()
    try:
        judge(world, ledger, unanswered=WRITERS + CLIENTS)
    finally:
        _let_go()
    died = {name for kind, name, _detail in site.events if kind == "died"}
    assert died >= {"worker-1", "worker-2", "web", "postgres"}, site.events


def _end(clients: list[Client], writers: list[Writer]) -> None:
    for client in clients:
        client.stop.set()
    for client in clients:
        client.join(15)
    for writer in writers:
        writer.kill()


def _kill(victim: str, site: Site, writer: Writer) -> None:
    if victim == "writer":
        writer.kill()
        writer.start()
        return
    pids = {
        "postmaster": lambda: [site.trial.database.process.pid],
        "backend": lambda: [_a_backend(site)],
        "server of web": lambda: _children(site.pid("web")),
    }.get(victim, lambda: [site.pid(victim)])
    until(lambda: all(pids()), 20, f"{victim} runs")
    for pid in pids():
        os.kill(pid, signal.SIGKILL)


def _a_backend(site: Site) -> int:
    """A server process that is working for a worker, a writer or the web."""
    with psycopg.connect(site.trial.database.url(), autocommit=True) as admin:
        row = admin.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = 'xiucheng' AND backend_type = 'client backend'"
            " AND application_name = '' ORDER BY state = 'active' DESC, backend_start LIMIT 1"
        ).fetchone()
    return row[0] if row else 0


def _children(pid: int | None) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()] if pid else [0]


def _await_rest(logs: Path) -> None:
    try:
        until(_settled, 40, "the workers come to rest by themselves")
    except AssertionError as error:
        error.add_note(waiting())
        for log in sorted(logs.glob("*.log")):
            error.add_note(f"--- {log.name}\n{log.read_text()[-4000:]}")
        raise


def _settled() -> bool:
    from django.db import DatabaseError, connections

    with suppress(DatabaseError):
        return at_rest()
    connections.close_all()
    return False


def _let_go() -> None:
    from django.db import connections

    for connection in connections.all():
        connection.close()
        connection.close_pool()
