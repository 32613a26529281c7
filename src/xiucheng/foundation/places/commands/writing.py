"""What every write of places shares: the step, the district, a shape with its box."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import shapely
from django.db import connection
from django.db.models import Model
from psycopg import sql
from shapely.geometry.base import BaseGeometry

from xiucheng.kit import journal
from xiucheng.kit.actor import Actor

from .. import memory
from ..loaders.report import LoadReport
from ..models import Area
from ..refusals import refusal
from ..rules import trim_code

BATCH = 2000

# Nobody remembers components, facilities and homes: a broken lamp must not make every process draw its map anew.
_BESIDE_THE_PICTURE = frozenset(
    {
        "load_components", "load_facilities", "correct_points",
        "load_housing", "close_housing", "reopen_housing", "drop_housing",
    }
)  # fmt: skip


def changed(*, actor: Actor, now: datetime, verb_name: str, subject: UUID, **payload: Any) -> None:
    """A step; and every process looks again, unless what was changed is no part of the picture (memory.py)."""
    if verb_name not in _BESIDE_THE_PICTURE:
        memory.remembered.changed()
    journal.record(room="places", subject=subject, verb=verb_name, actor=actor, occurred_at=now, payload=payload)


def district() -> Area:
    """The site's district; refuses `no_district`."""
    found = Area.objects.filter(level="district").first()
    if found is None:
        raise refusal("no_district")
    return found


def area(code: str) -> Area:
    """An area by its code; refuses `unknown_area` (404)."""
    found = Area.objects.filter(code=trim_code(code)).first()
    if found is None:
        raise refusal("unknown_area", code, status=404)
    return found


def counts(report: LoadReport) -> dict[str, int]:
    """The numbers of a report, as a step holds them."""
    return {"read": report.read, "taken": report.taken, "refused": len(report.refused)}


def boxed(shape: BaseGeometry) -> dict[str, Any]:
    """The columns of a shape and its box."""
    west, south, east, north = shape.bounds
    return {"shape": shapely.to_wkb(shape), "west": west, "south": south, "east": east, "north": north}


def drawn(shape: Any) -> BaseGeometry:
    """The shape of a column that is not null."""
    return shapely.from_wkb(bytes(shape))


def upsert(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]], *, kept: Sequence[str]) -> None:
    """Insert rows by COPY, or bring those up to date whose code is there; `kept` columns stay as they are then.

    columns: database names, `code` among them, each row in that order and each code once. A hundred thousand rows in
    seconds, where INSERT with bound values takes a minute.
    """
    table = model._meta.db_table
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    changed = [name for name in columns if name != "code" and name not in kept]
    updates = sql.SQL(", ").join(sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(name)) for name in changed)
    part = {"table": sql.Identifier(table), "names": names, "updates": updates}
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE TEMP TABLE incoming AS SELECT {names} FROM {table} LIMIT 0").format(**part))
        with cursor.copy(sql.SQL("COPY incoming ({names}) FROM STDIN").format(**part)) as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(
            sql.SQL(
                "INSERT INTO {table} ({names}) SELECT {names} FROM incoming ORDER BY code"
                " ON CONFLICT (code) DO UPDATE SET {updates}"
            ).format(**part)
        )
        cursor.execute("DROP TABLE incoming")
