"""Connections cut under load, as a restarted database or a switch does it: all recovers, nothing is lost."""

from __future__ import annotations

import time
import urllib.request
from pathlib import Path

import psycopg
import pytest
from django.db import Error, connection
from django.test import Client as Browser

from tests.cluster import Databases, database_of
from tests.faults.site import Site
from tests.faults.town import Client, Ledger, await_rest, end, found, judge, let_go, token
from tests.processes import until
from xiucheng.kit import outage
from xiucheng.kit.now import now
from xiucheng.kit.site import KEYS_SUFFIX
from xiucheng.operations.intake.secrets import tracking_key

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
    assert not [told for told in site.events if told.event == "died"], "nobody had to be started again"


SHOWN = {
    "a page": ("zh", {}, "<h1>请稍等几秒</h1>"),
    "a page in English": ("en", {}, "<h1>A few seconds, please</h1>"),
    "a part of a page": ("zh", {"HX-Request": "true"}, 'data-code="unavailable"'),
    "a program": ("zh", {"Accept": "application/json"}, '"code": "unavailable"'),
}


@pytest.mark.parametrize(("language", "headers", "said"), SHOWN.values(), ids=SHOWN)
def test_whoever_meets_the_outage_is_told_so_and_the_next_is_served(
    committed_db: Databases, language: str, headers: dict[str, str], said: str
) -> None:
    # A key that is well made, so that the database is asked for a report that is not there.
    address = f"/t/{tracking_key(999)}"
    client = Browser(raise_request_exception=False, headers=headers)
    client.cookies["xc_language"] = language
    assert client.get(address).status_code == 404
    _cut(committed_db, let_go_first=False)
    away = client.get(address)
    assert (away.status_code, away.headers["Retry-After"]) == (503, "2")
    assert said in away.content.decode()
    assert client.get(address).status_code == 404


def test_what_the_database_answers_is_no_outage(committed_db: Databases) -> None:
    def failure(sql: str) -> Error:
        with pytest.raises(Error) as caught, connection.cursor() as cursor:
            cursor.execute(sql)
        return caught.value

    assert not outage.is_away(failure("SELECT 1 / 0"))
    assert not outage.is_away(failure("SET statement_timeout = 1; SELECT pg_sleep(1)"))
    assert outage.is_away(failure("SELECT pg_terminate_backend(pg_backend_pid())"))
    outage.drop_dead_connections()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _cut(databases: Databases, *, let_go_first: bool = True) -> int:
    """Ends every session on both databases of the site; returns how many there were, those of this process left out."""
    if let_go_first:
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
