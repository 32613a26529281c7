"""Reading steps: by position for readers, by subject for a story; and the canonical form that is hashed."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from .. import prepared

_COLUMNS = "s.id, s.room, s.subject, s.verb, s.actor, s.occurred_at, s.recorded_at, s.imported, s.payload"


@dataclass(frozen=True, slots=True)
class Step:
    """One entry as readers see it; position is None while the sequencer has not met it."""

    position: int | None
    id: UUID
    room: str
    subject: UUID
    verb: str
    actor: str
    occurred_at: datetime
    recorded_at: datetime
    imported: bool
    payload: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.room}.{self.verb}"


def _step(row: Sequence[Any]) -> Step:
    values = list(row)
    # Raw cursors give jsonb as text under Django's type settings.
    if isinstance(values[9], str):
        values[9] = json.loads(values[9])
    return Step(*values)


def canonical(step: Step) -> bytes:
    """The bytes that are hashed: every stored field, times in UTC to the microsecond, keys sorted."""
    return json.dumps(
        [
            str(step.id),
            step.room,
            str(step.subject),
            step.verb,
            step.actor,
            step.occurred_at.astimezone(UTC).isoformat(timespec="microseconds"),
            step.recorded_at.astimezone(UTC).isoformat(timespec="microseconds"),
            step.imported,
            step.payload,
        ],
        ensure_ascii=False,
        separators=(",", ":"),
        sort_keys=True,
    ).encode()


def chained(previous: bytes, step: Step) -> bytes:
    """The next link: sha256(previous ‖ canonical(step))."""
    return hashlib.sha256(previous + canonical(step)).digest()


def rows(sql: str, parameters: Sequence[Any]) -> list[Step]:
    """Steps from a query whose columns are the position and then the step's own."""
    with prepared.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [_step(row) for row in cursor.fetchall()]


def read(
    *, after: int, limit: int = 1000, names: Sequence[str] | None = None, with_imported: bool = True
) -> list[Step]:
    """Sequenced steps with after < position ≤ after + limit, in order; `names` are "room.verb"."""
    sql = (
        f"SELECT p.position, {_COLUMNS} FROM kit_position p JOIN kit_step s ON s.id = p.step_id"  # noqa: S608
        " WHERE p.position > %s AND p.position <= %s"
    )
    parameters: list[Any] = [after, after + limit]
    if names is not None:
        sql += " AND s.room || '.' || s.verb = ANY(%s)"
        parameters.append(list(names))
    if not with_imported:
        sql += " AND NOT s.imported"
    return rows(sql + " ORDER BY p.position", parameters)


def of_subject(subject: UUID, *, limit: int = 1000) -> list[Step]:
    """What happened to one subject, sequenced or not, in the order of recording; of more than `limit` the last ones,
    since what is the case now follows from these. Whoever asks for one more than is shown knows that it was cut."""
    latest = rows(
        f"SELECT p.position, {_COLUMNS} FROM kit_step s LEFT JOIN kit_position p ON p.step_id = s.id"  # noqa: S608
        " WHERE s.subject = %s ORDER BY p.position DESC NULLS FIRST, s.recorded_at DESC, s.id DESC LIMIT %s",
        [subject, limit],
    )
    return latest[::-1]


# An index's condition is a text that the database compares, so the rooms' names stand here although they lie above.
AUDITED = "s.room IN ('people', 'packs', 'board') AND s.verb NOT IN ('keep_contact', 'sign_in')"
"""What an audit lists: what administrators and those who publish or export did. An index holds just these."""


def audited(
    *, names: Sequence[str], actor: str | None = None, before: UUID | None = None, limit: int = 50
) -> list[Step]:
    """Steps of `names` ("room.verb", of those that AUDITED takes in), the latest first, sequenced or not; older than
    the step `before`. One statement over an index of its own."""
    sql = f"SELECT NULL::bigint, {_COLUMNS} FROM kit_step s WHERE {AUDITED} AND s.room || '.' || s.verb = ANY(%s)"  # noqa: S608
    parameters: list[Any] = [list(names)]
    for value, narrowed in ((actor, " AND s.actor = %s"), (before, " AND s.id < %s")):
        if value is not None:
            sql += narrowed
            parameters.append(value)
    return rows(sql + " ORDER BY s.id DESC LIMIT %s", [*parameters, limit])


def of_ids(ids: Sequence[UUID]) -> list[Step]:
    """Sequenced steps by their ids, in order of position."""
    return rows(
        f"SELECT p.position, {_COLUMNS} FROM kit_step s JOIN kit_position p ON p.step_id = s.id"  # noqa: S608
        " WHERE s.id = ANY(%s::uuid[]) ORDER BY p.position",
        [list(ids)],
    )


def pending(limit: int) -> list[Step]:
    """Take up to `limit` committed steps that have no position, in insertion order, off the pending list."""
    return rows(
        "WITH taken AS (DELETE FROM kit_pending WHERE seq IN"  # noqa: S608
        " (SELECT seq FROM kit_pending ORDER BY seq LIMIT %s) RETURNING seq, step_id)"
        f" SELECT NULL::bigint, {_COLUMNS} FROM taken t JOIN kit_step s ON s.id = t.step_id ORDER BY t.seq",
        [limit],
    )


def head() -> tuple[int, bytes]:
    """The last position and its hash; (0, 32 zero bytes) for an empty journal."""
    with prepared.cursor() as cursor:
        cursor.execute("SELECT position, hash FROM kit_position ORDER BY position DESC LIMIT 1")
        row = cursor.fetchone()
    return (row[0], bytes(row[1])) if row else (0, bytes(32))


def founded() -> str:
    """The id of the journal's first step, by which two sites of one name are told apart; empty before there is one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT step_id::text FROM kit_position WHERE position = 1")
        row = cursor.fetchone()
    return str(row[0]) if row else ""


def hash_at(position: int) -> bytes:
    """The chain's hash at a position; 32 zero bytes at 0, empty where the journal does not reach."""
    if position == 0:
        return bytes(32)
    with connection.cursor() as cursor:
        cursor.execute("SELECT hash FROM kit_position WHERE position = %s", [position])
        row = cursor.fetchone()
    return bytes(row[0]) if row else b""


@dataclass(frozen=True, slots=True)
class DayHead:
    """The chain's head at the end of a local day, to be kept by the auditor."""

    day: date
    position: int
    hash: bytes
    closed_at: datetime


def day_heads(limit: int = 31) -> list[DayHead]:
    """The heads of the last days that have any, the latest first; one statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT day, position, hash, closed_at FROM kit_day_head ORDER BY day DESC LIMIT %s", [limit])
        return [DayHead(row[0], row[1], bytes(row[2]), row[3]) for row in cursor.fetchall()]
