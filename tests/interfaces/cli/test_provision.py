"""`provision`: a site on one's own PostgreSQL, from nothing to migrated, by the lines it prints."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from tests.conftest import CLUSTER
from tests.interfaces.cli.conftest import Answer, run

DATABASE = f"own_{CLUSTER.name}"
SITE = f"weihai_{CLUSTER.name}"


@pytest.fixture
def admin_url(django_db_setup: None) -> Iterator[str]:
    yield CLUSTER.databases.admin_url
    with psycopg.connect(CLUSTER.databases.admin_url, autocommit=True) as admin:
        for suffix in ("", "_keys"):
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE + suffix)))
            admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(f"xc_{SITE}{suffix}")))


def _provision(admin_url: str, site: str = SITE) -> Answer:
    return run("provision", "--admin-url", admin_url, "--site", site, "--database", DATABASE)


def _environment(answer: Answer) -> dict[str, str]:
    return dict(line.split("=", 1) for line in answer.out.splitlines())


def test_what_it_prints_is_all_a_site_needs(admin_url: str) -> None:
    first = _provision(admin_url)
    assert first.code == 0, first.err
    environment = _environment(first)
    assert environment["XIUCHENG_SITE"] == SITE
    waiting = run("migrate", "--check", **environment)
    assert waiting.code == 1, waiting.err
    migrated = run("migrate", **environment)
    assert migrated.code == 0, migrated.err
    findings = run("doctor", "--json", **environment, XIUCHENG_HTTPS="1").json
    # The tests' own server writes nothing to the disk, and is told off for that alone.
    assert {one["check"] for one in findings if one["level"] == "error"} == {"durability"}

    again = _environment(_provision(admin_url))
    assert again["DATABASE_URL"] != environment["DATABASE_URL"], "the password is a new one"
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(environment["DATABASE_URL"])
    assert run("migrate", "--check", **again).code == 0


@pytest.mark.parametrize(
    ("url", "site", "code"),
    [("postgresql:///x?host=/nowhere", "weihai", "no_server"), ("", "Weihai!", "bad_site_name")],
)
def test_refusals_are_sentences(admin_url: str, url: str, site: str, code: str) -> None:
    answer = _provision(url or admin_url, site)
    assert answer.code == 1
    assert code in answer.err
    assert "Traceback" not in answer.err
