"""SIGKILL of any process under load: nothing acknowledged is lost, nothing happens twice, and all of it recovers."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import psycopg
import pytest

from tests.faults.durable import Durable
from tests.faults.site import Site
from tests.faults.town import Client, Ledger, Writer, await_rest, end, found, judge, let_go, token
from tests.processes import until
from xiucheng.kit.now import now
from xiucheng.kit.trialdb import TrialDatabase

WRITERS, CLIENTS = 2, 2

VICTIMS = ("worker-1", "writer", "backend", "web", "worker-2", "postmaster", "worker-1", "server of web", "writer")
"""Who is killed, in this order; each only after new reports came in since the last, so always under load."""


@pytest.mark.slow
def test_whoever_is_killed_under_load_nothing_is_lost_and_nothing_doubled(durable: Durable) -> None:
    world = found(now())
    secret = token(now())
    ledger = Ledger()
    site = Site(durable.folder / "logs", durable.environment, database=durable.trial.database)
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
            _kill(victim, site, durable.trial.database, chance.choice(writers))
        before = {client: client.answered for client in clients}
        until(lambda: all(client.answered > before[client] + 5 for client in clients), 40, "the web answers again")
        end(clients, writers)
        await_rest()

    try:
        site.run(meanwhile)
    finally:
        for writer in writers:
            writer.kill()
    # The server ended with its group; what is judged is what its disk kept.
    durable.trial.database.start()
    try:
        judge(world, ledger, unanswered=WRITERS + CLIENTS)
    finally:
        let_go()
    died = {told.name for told in site.events if told.event == "died"}
    assert died >= {"worker-1", "worker-2", "web", "postgres"}, site.events


def _kill(victim: str, site: Site, database: TrialDatabase, writer: Writer) -> None:
    if victim == "writer":
        writer.kill()
        writer.start()
        return
    pids = {
        "postmaster": lambda: [database.process.pid],
        "backend": lambda: [_a_backend(database)],
        "server of web": lambda: _children(site.pid("web")),
    }.get(victim, lambda: [site.pid(victim)])
    until(lambda: all(pids()), 20, f"{victim} runs")
    for pid in pids():
        os.kill(pid, signal.SIGKILL)


def _a_backend(database: TrialDatabase) -> int:
    """A server process that is working for a worker, a writer or the web."""
    with psycopg.connect(database.url(), autocommit=True) as admin:
        row = admin.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = 'xiucheng' AND backend_type = 'client backend'"
            " AND application_name = '' ORDER BY state = 'active' DESC, backend_start LIMIT 1"
        ).fetchone()
    return row[0] if row else 0


def _children(pid: int | None) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()] if pid else [0]
