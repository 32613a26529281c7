"""Many rows by one statement: as one JSON text, which PostgreSQL takes apart again, or, for thousands, by COPY.

The driver quotes every item of an array by itself, and the ORM writes a parameter for every column of every row. For
twenty rows of forty columns one JSON text is a quarter of that work, and still a third for a single row.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, Model, QuerySet
from django.db.models.expressions import RawSQL

M = TypeVar("M", bound=Model)


def as_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows for `jsonb_to_recordset(%s::jsonb) AS t (column type, …)`, each by the names of its columns.

    UUIDs, moments, dates and bytes take the form that their PostgreSQL types read; lists become arrays where the
    column is one; what is JSON already stays as it is.
    """
    return json.dumps(rows, default=_plain, ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> str:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return "\\x" + bytes(value).hex()
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of a table by COPY, each in the order of the columns; what is left out gets the column's default.

    For thousands: checks and references hold as with INSERT, and nothing is quoted into a statement. UUIDs, moments,
    bytes and lists go as they are; JSON goes as text.
    """
    names = ", ".join(connection.ops.quote_name(name) for name in columns)
    statement = f"COPY {connection.ops.quote_name(table)} ({names}) FROM STDIN"
    # What the table refuses is told at the end of the rows, behind Django's back.
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as into:
        for row in rows:
            into.write_row(row)


def insert(rows: Sequence[Model]) -> None:
    """Insert new rows of one model by one statement. Every column is sent, so defaults must be on the instances."""
    if not rows:
        return
    statement, fields = _insert(type(rows[0]))
    values = [{column: getattr(row, name) for column, name in fields} for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(statement, [as_json(values)])


@lru_cache(maxsize=64)
def _insert(model: type[Model]) -> tuple[str, tuple[tuple[str, str], ...]]:
    fields = tuple((str(field.column), field.attname) for field in model._meta.concrete_fields)
    table = connection.ops.quote_name(model._meta.db_table)
    columns = ", ".join(connection.ops.quote_name(column) for column, _name in fields)
    statement = (
        f"INSERT INTO {table} ({columns})"  # noqa: S608
        f" SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb)"
    )
    return statement, fields


def among(rows: QuerySet[M], column: str, values: Sequence[Any]) -> QuerySet[M]:
    """The rows whose column (its name in the database) holds one of the values, however many hundred thousand."""
    table = connection.ops.quote_name(rows.model._meta.db_table)
    held = f"{table}.{connection.ops.quote_name(column)} = ANY(%s)"
    return rows.filter(RawSQL(held, [list(values)], BooleanField()))
