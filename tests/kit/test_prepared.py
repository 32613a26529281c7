"""Statements that keep their plan: prepared after a few times, still counted, still inside the transaction."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext

from xiucheng.kit import prepared
from xiucheng.kit.ids import uuid7

SQL = "SELECT %s::uuid, %s::timestamptz, %s::text, %s::int, %s::bytea, %s::uuid[]"
VALUES = (
    UUID("01a201b9-08a7-7c94-81bb-497955dab603"),
    datetime(2026, 3, 2, 1, tzinfo=UTC),
    "路灯",
    7,
    b"\x00\xff",
    [UUID("01a201b9-08a7-7c94-81bb-497955dab603")],
)


def kept() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT $1::uuid, $2%%'")
        return int(cursor.fetchone()[0])


def test_the_plan_is_kept_from_the_fifth_time_on(db):
    before = kept()
    for _ in range(8):
        with prepared.cursor() as cursor:
            cursor.execute(SQL, VALUES)
    assert kept() == before + 1


@pytest.mark.parametrize("times", [1, 8])
def test_values_come_back_as_from_any_other_cursor(db, times):
    for _ in range(times):
        with prepared.cursor() as bound, connection.cursor() as plain:
            bound.execute(SQL, VALUES)
            plain.execute(SQL, VALUES)
            row = bound.fetchone()
            assert row == plain.fetchone()
    assert row[:4] == VALUES[:4]


def test_it_is_counted_like_any_other(db):
    with CaptureQueriesContext(connection) as captured, prepared.cursor() as cursor:
        cursor.execute("SELECT %s::text", ["路灯"])
    assert [query["sql"] for query in captured] == ["SELECT $1::text"]


def test_it_is_part_of_the_running_transaction(db):
    digest = uuid7().bytes
    with transaction.atomic():
        with prepared.cursor() as cursor:
            cursor.execute("INSERT INTO kit_idempotency VALUES (%s, '{}', '{}', now())", [digest])
            assert cursor.rowcount == 1
        transaction.set_rollback(True)
    with prepared.cursor() as cursor:
        cursor.execute("SELECT 1 FROM kit_idempotency WHERE digest = %s", [digest])
        assert cursor.fetchone() is None


def test_the_database_s_errors_are_django_s(db):
    with pytest.raises(DataError), transaction.atomic(), prepared.cursor() as cursor:
        cursor.execute("SELECT 1 / %s::int", [0])
