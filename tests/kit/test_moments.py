"""Moments come from the database as Django's own loader would give them, to the microsecond and in UTC."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import DataError, connection, connections
from hypothesis import given
from hypothesis import strategies as st
from psycopg.pq import Format

from xiucheng.kit.moments import MomentLoader


def read(moment: datetime) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [moment])
        return cursor.fetchone()[0]


@pytest.mark.parametrize("name", ["default", "keys"])
def test_every_connection_reads_so(db, name):
    connections[name].ensure_connection()
    assert connections[name].connection.adapters.get_loader(1184, Format.TEXT) is MomentLoader
    with connections[name].cursor() as cursor:
        assert cursor.adapters.get_loader(1184, Format.TEXT) is MomentLoader, "Django took it for another zone's"


@pytest.mark.django_db
@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(timezone(timedelta(hours=8)))))
def test_a_moment_comes_back_as_it_went_and_in_utc(moment):
    found = read(moment)
    assert found == moment
    assert found.tzinfo is UTC


@pytest.mark.parametrize("text", ["2026-11-22 08:30:00+08", "1910-01-01 00:00:00+08:05:43", "2026-11-22 00:30:00.5+00"])
def test_a_session_in_another_zone_is_understood(text):
    found = MomentLoader(1184).load(text.encode())
    assert found == datetime.fromisoformat(text)
    assert found.tzinfo is UTC


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["infinity", "-infinity", "0044-03-15 12:00:00+00 BC", "12026-01-01 00:00:00+00"])
def test_what_python_cannot_hold_is_refused_as_by_the_library(text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [text])
        with pytest.raises(DataError):
            cursor.fetchone()
