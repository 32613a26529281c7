"""Statements that are sent all the time keep their plan: bound by the server and prepared after a few executions.

Planning is half of what PostgreSQL does for a short statement. The ORM binds in the client, where nothing can be
prepared; what is sent for every report, every step or every round of the worker goes through `cursor` instead.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper


@contextmanager
def cursor() -> Iterator[CursorWrapper]:
    """A cursor on the default database, counted and logged as any other; to be used like `connection.cursor()`.

    The server must be able to tell the type of every parameter: where the column does not, the statement casts. From
    the fifth time on (settings, prepare_threshold) a connection executes what it has planned already.
    """
    connection.ensure_connection()
    connection.validate_thread_sharing()
    with psycopg.Cursor(connection.connection) as bound:
        plain: Any = bound
        yield connection.make_debug_cursor(plain) if connection.queries_logged else connection.make_cursor(plain)
