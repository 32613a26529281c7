"""Writing steps: collected while a verb runs, checked to hold no words, inserted by one statement at its end."""

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from .. import prepared, remembered
from ..actor import Actor
from ..bulk import as_json
from ..ids import uuid7
from .codes import checked

_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")

_INSERT = """
INSERT INTO kit_step (id, room, subject, verb, actor, occurred_at, recorded_at, imported, payload)
SELECT id, room, subject, verb, actor, occurred_at, clock_timestamp(), imported, payload::jsonb
FROM jsonb_to_recordset(%s::jsonb) AS t (id uuid, room text, subject uuid, verb text, actor text,
    occurred_at timestamptz, imported bool, payload text)
"""
_COPY = "COPY kit_step (id, room, subject, verb, actor, occurred_at, imported, payload) FROM STDIN"
_COPY_FROM = 200
"""From how many steps on COPY is the cheaper way (measured: twice as fast at 3,500)."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A step on its way into the journal."""

    id: UUID
    room: str
    subject: UUID
    verb: str
    actor: str
    occurred_at: datetime
    imported: bool
    payload: str


_COLUMNS = tuple(field.name for field in fields(Draft))


class _Open(threading.local):
    drafts: list[Draft] | None = None


_open = _Open()


def record(
    *,
    room: str,
    subject: UUID,
    verb: str,
    actor: Actor,
    occurred_at: datetime,
    payload: Mapping[str, Any] | None = None,
    imported: bool = False,
    step_id: UUID | None = None,
) -> UUID:
    """Note one change; it is stored when the outermost verb ends, or not at all.

    occurred_at is as stated by whoever reports it (aware); the time of recording is the database's own. The payload
    holds codes, numbers, references and digests only: anything else is a programming error (ValueError), because a
    step can never be taken back. A step_id made beforehand (uuid7) lets what the step brings refer to it; steps of one
    transaction are ordered by their ids.
    """
    if _open.drafts is None:
        raise RuntimeError(f"{room}.{verb}: steps are recorded inside a @verb")
    if occurred_at.tzinfo is None:
        raise ValueError(f"{room}.{verb}: occurred_at has no time zone")
    if not (_NAME.fullmatch(room) and _NAME.fullmatch(verb)):
        raise ValueError(f"not a room and verb: {room}.{verb}")
    draft = Draft(
        id=step_id or uuid7(),
        room=room,
        subject=subject,
        verb=verb,
        actor=str(actor),
        occurred_at=occurred_at,
        imported=imported,
        payload=payload_json(payload or {}),
    )
    _open.drafts.append(draft)
    return draft.id


def payload_json(payload: Mapping[str, Any]) -> str:
    """The payload as JSON text, after the check that it holds no words (codes.py)."""
    return json.dumps(checked(payload), separators=(",", ":"), sort_keys=True)


@contextmanager
def open_buffer() -> Iterator[None]:
    """Collect steps until the end of the block, then insert them by one statement; used by `verb` and the readers."""
    if _open.drafts is not None:
        raise RuntimeError("a buffer is open already")
    _open.drafts = []
    try:
        with remembered.told_at_the_end():
            yield
        flush(_open.drafts)
    finally:
        _open.drafts = None


def is_open() -> bool:
    """Is a verb running in this thread?"""
    return _open.drafts is not None


@contextmanager
def marked() -> Iterator[None]:
    """Forget the steps recorded in the block when it raises; goes with a savepoint around the same block."""
    assert _open.drafts is not None
    mark = len(_open.drafts)
    try:
        yield
    except BaseException:
        del _open.drafts[mark:]
        raise


def flush(drafts: list[Draft]) -> None:
    """Insert the drafts, in their order, by one statement: INSERT for what a verb makes, COPY for an import's batch."""
    if not drafts:
        return
    if len(drafts) >= _COPY_FROM:
        _copy(drafts)
        return
    with prepared.cursor() as cursor:
        cursor.execute(_INSERT, [as_json([{name: getattr(draft, name) for name in _COLUMNS} for draft in drafts])])


def _copy(drafts: list[Draft]) -> None:
    # Quoting thousands of JSON texts into an array costs more than everything else; recorded_at is the column's own.
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for d in drafts:
            copy.write_row((d.id, d.room, d.subject, d.verb, d.actor, d.occurred_at, d.imported, d.payload))
