"""Connections cut under load, as a restarted database or a switch does it: all recovers, nothing is lost."""

from __future__ import annotations

import time
import urllib.request
from pathlib import Path

import psycopg
import pytest

from tests.cluster import Databases
from tests.faults.site import Site
from tests.faults.town import Client, Ledger, await_rest, end, found, judge, let_go, token
from tests.processes import until
from xiucheng.kit.now import now
from xiucheng.kit.site import KEYS_SUFFIX, database_of

CUTS, CLIENTS = 4, 4


@pytest.mark.slow
def test_cut_connections_cost_a_retry_and_nothing_else(committed_db: Databases, tmp_path: Path) -> None:
    world = found(now())
    secret = token(now())
    site, ledger = Site(tmp_path, workers=("worker-1",), stream=True), Ledger()
    clients: list[Client] = []

    def meanwhile() -> None:
        site.await_web()
        clients.extend(Client(f"client-{n}", ledger, f"{site.url}/api/v1/reports", secret) for n in range(CLIENTS))
        for _ in range(CUTS):
            before = {client: client.answered for client in clients}
            until(lambda before=before: all(c.answered > n + 4 for c, n in before.items()), 20, "each client is served")
            assert _cut(committed_db) > 2, "there was nothing to cut"
        _position_arrives(site)
        end(clients)
        await_rest()
        until(site.healthy, 20, "web, stream and worker say that they live")

    site.run(meanwhile)
    judge(world, ledger, unanswered=CLIENTS)
    # One failure finds out about all connections of its process, so a cut costs what was under way, not each thread.
    failed = sum((client.unanswered for client in clients), start=type(clients[0].unanswered)())
    assert set(failed) <= {"503"}, failed
    assert failed.total() <= CUTS * CLIENTS, failed
    assert not [event for event in site.events if event[0] == "died"], "nobody had to be started again"


def _cut(databases: Databases) -> int:
    """Ends every session on both databases of the site."""
    let_go()
    name = database_of(databases.url)
    with psycopg.connect(databases.admin_url, autocommit=True) as admin:
        rows = admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY(%s) AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'",
            [[name, name + KEYS_SUFFIX]],
        ).fetchall()
    return len(rows)


def _position_arrives(site: Site) -> None:
    """The live stream tells of new positions again: what it listened with was cut as well."""
    from xiucheng.interfaces.console.tokens import token_for

    deadline = time.monotonic() + 15
    with urllib.request.urlopen(f"{site.stream_url}/stream/?token={token_for('test')}", timeout=15) as stream:
        for line in stream:
            if line.startswith(b"event: position"):
                return
            assert time.monotonic() < deadline
