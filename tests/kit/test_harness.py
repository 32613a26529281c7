"""The harness itself: what one test leaves behind, the next never sees; both databases, with commits or without."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import psycopg
import pytest
from django.db import connections

from tests.cluster import Databases

MAKE = "CREATE TABLE harness_mark (word text)"


def _mark_exists(alias: str) -> bool:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT to_regclass('harness_mark')")
        return cursor.fetchone() != (None,)


def _make_mark(alias: str) -> None:
    assert not _mark_exists(alias), "an earlier test left its table behind"
    with connections[alias].cursor() as cursor:
        cursor.execute(MAKE)


@pytest.mark.parametrize("time", [1, 2])
@pytest.mark.parametrize("alias", ["default", "keys"])
def test_db_rolls_back(db: None, alias: str, time: int) -> None:
    _make_mark(alias)


@pytest.mark.parametrize("time", [1, 2])
@pytest.mark.parametrize("alias", ["default", "keys"])
def test_transactional_db_clones_anew(transactional_db: None, alias: str, time: int) -> None:
    _make_mark(alias)


@pytest.mark.parametrize("time", [1, 2])
def test_committed_db_is_seen_by_others(committed_db: Databases, time: int) -> None:
    _make_mark("default")
    script = """
        import os, psycopg
        with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
            connection.execute("SELECT word FROM harness_mark")
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=True)
    with psycopg.connect(committed_db.url) as other:
        other.execute("INSERT INTO harness_mark VALUES ('left open')")
        assert _mark_exists("default")
    assert not _mark_exists("keys")


@pytest.mark.django_db(transaction=True)
def test_the_marker_alone_covers_both_databases() -> None:
    _make_mark("default")
    _make_mark("keys")
