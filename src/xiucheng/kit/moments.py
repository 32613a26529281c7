"""Moments that the database tells, read by the standard library's parser.

Django's loader matches a pattern in Python, six times as slow; a page reads three hundred moments, a replay millions.
"""

from datetime import UTC, datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from psycopg.abc import Buffer
from psycopg.pq import Format
from psycopg.types.datetime import TimestamptzLoader


class MomentLoader(TimestamptzLoader):
    """timestamptz → aware datetime in UTC, as Django's own loader gives it; where Python cannot hold it (infinity, a
    year before Christ or of five digits) psycopg says so."""

    timezone = UTC
    """By this Django sees that a cursor needs no other loader."""

    def load(self, data: Buffer) -> datetime:
        try:
            found = datetime.fromisoformat(str(data, "ascii"))
        except ValueError:
            return super().load(data).replace(tzinfo=UTC)
        return found if found.tzinfo is UTC else found.astimezone(UTC)


def begin() -> None:
    """From now on every connection that Django opens reads moments so."""
    connection_created.connect(_register, dispatch_uid="xiucheng.moments")


def _register(sender: Any, connection: BaseDatabaseWrapper, **_more: Any) -> None:
    opened: Any = connection.connection
    # A pool hands the same connection out again and again.
    if opened.adapters.get_loader(_OID, Format.TEXT) is not MomentLoader:
        opened.adapters.register_loader(_OID, MomentLoader)


_OID = 1184
"""timestamptz (PostgreSQL's pg_type)."""
