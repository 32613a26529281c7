"""The erasure list: what is destroyed, kept in both databases (and a file), applied again after every restore.

An erasure is asked for in the transaction of the change and carried out when that has committed; a crash in between
leaves it waiting, and the worker carries it out. Either database may come back from an older copy: the list of the
other one, or the file, knows what must not come back with it.
"""

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from . import pool, store
from .store import keys

log = logging.getLogger(__name__)

_BATCH = 2000
Entry = tuple[UUID, str, datetime]

_after_restore: dict[str, Callable[[Sequence[UUID]], int]] = {}


def after_restore(name: str) -> Callable[[Callable[[Sequence[UUID]], int]], Callable[[Sequence[UUID]], int]]:
    """Register what a room clears for keys on the list: `fn(key_ids)` returns how many rows it had to clear."""

    def register(function: Callable[[Sequence[UUID]], int]) -> Callable[[Sequence[UUID]], int]:
        _after_restore[name] = function
        return function

    return register


def destroy(key_ids: Sequence[UUID], *, reason: str, now: datetime) -> None:
    """Destroy keys for good when the running transaction commits (at once outside of one).

    reason: a code (the journal's form, ≤ 40). Nothing sealed under them opens ever again; unknown keys are listed too.
    """
    if not key_ids:
        return
    wanted = list(dict.fromkeys(key_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_erasure (key_id, reason, erased_at) SELECT unnest(%s::uuid[]), %s, %s"
            " ON CONFLICT DO NOTHING",
            [wanted, reason, now],
        )
    # What the key store cannot do now stays on the list and is carried out by the worker.
    entries = [(key_id, reason, now) for key_id in wanted]
    transaction.on_commit(lambda: _carry_out(entries, to_file=entries), robust=True)


def listed(key_ids: Sequence[UUID]) -> set[UUID]:
    """Which of these keys are on the list, whether their destruction is carried out or about to be; one statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT key_id FROM people_erasure WHERE key_id = ANY(%s)", [list(key_ids)])
        return {row[0] for row in cursor.fetchall()}


def carry_out_waiting(limit: int = _BATCH) -> int:
    """Carry out what a crash or an unreachable key store left on the list; returns how many. Safe to repeat."""
    waiting = _rows(
        connection,
        "SELECT key_id, reason, erased_at FROM people_erasure WHERE carried_out_at IS NULL ORDER BY erased_at LIMIT %s",
        [limit],
    )
    if waiting:
        # An earlier try may have got as far as the file: a key store that is away for a day must not fill it.
        written = {key_id for key_id, _, _ in _read_file()}
        _carry_out(waiting, to_file=[entry for entry in waiting if entry[0] not in written])
    return len(waiting)


def _carry_out(entries: Sequence[Entry], *, to_file: Sequence[Entry]) -> None:
    _write_file(to_file)
    pool.drop([key_id for key_id, _, _ in entries])
    for (reason, erased_at), key_ids in _grouped(entries).items():
        store.delete(key_ids, reason, erased_at)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE people_erasure SET carried_out_at = clock_timestamp() WHERE key_id = ANY(%s)",
            [[key_id for key_id, _, _ in entries]],
        )


def _grouped(entries: Iterable[Entry]) -> dict[tuple[str, datetime], list[UUID]]:
    groups: dict[tuple[str, datetime], list[UUID]] = {}
    for key_id, reason, erased_at in entries:
        groups.setdefault((reason, erased_at), []).append(key_id)
    return groups


@dataclass(frozen=True, slots=True)
class Reapplied:
    """What a re-application found: the united list's length, keys that had come back, rows the rooms had to clear."""

    listed: int
    keys_destroyed: int
    rows_cleared: dict[str, int]


def reapply() -> Reapplied:
    """After any restore: unite the lists of both databases and the file, destroy what came back, clear the rooms."""
    destroyed = 0
    cleared = dict.fromkeys(_after_restore, 0)
    for batch in _batches():
        key_ids = [key_id for key_id, _, _ in batch]
        with transaction.atomic():
            _list_here(batch)
            for name, clear in _after_restore.items():
                cleared[name] += clear(key_ids)
        pool.drop(key_ids)
        for (reason, erased_at), group in _grouped(batch).items():
            destroyed += store.delete(group, reason, erased_at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_erasure")
        listed = int(cursor.fetchone()[0])
    return Reapplied(listed, destroyed, cleared)


def _list_here(batch: Sequence[Entry]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_erasure (key_id, reason, erased_at, carried_out_at)"
            " SELECT k, r, e, clock_timestamp() FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[]) AS t(k, r, e)"
            " ON CONFLICT (key_id) DO UPDATE SET carried_out_at = clock_timestamp()",
            [list(column) for column in zip(*batch, strict=True)],
        )


def _batches() -> Iterator[list[Entry]]:
    """The united list in batches; an entry that stands in two lists comes twice, which does no harm."""
    yield from _paged(connection, "people_erasure")
    yield from _paged(keys, "keystore_erasure")
    batch: list[Entry] = []
    for entry in _read_file():
        batch.append(entry)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _paged(database: Any, table: str) -> Iterator[list[Entry]]:
    after = UUID(int=0)
    while batch := _rows(
        database,
        f"SELECT key_id, reason, erased_at FROM {table} WHERE key_id > %s ORDER BY key_id LIMIT %s",  # noqa: S608
        [after, _BATCH],
    ):
        yield batch
        after = batch[-1][0]


def _rows(database: Any, sql: str, parameters: Sequence[Any]) -> list[Entry]:
    with database.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [(row[0], row[1], row[2]) for row in cursor.fetchall()]


def _file() -> Path | None:
    path = getattr(settings, "XIUCHENG_ERASURE_LIST", "")
    return Path(path) if path else None


def _write_file(entries: Sequence[Entry]) -> None:
    """Appends the entries, on the disk when it returns: only then may their keys go. Raises OSError."""
    path = _file()
    if path is None or not entries:
        return
    lines = [f"{key_id} {reason} {erased_at.isoformat()}\n".encode() for key_id, reason, erased_at in entries]
    # Opened for appending, all in one write: processes do not mix their lines.
    with path.open("a+b") as file:
        if _is_torn(file):
            lines.insert(0, b"\n")
        file.write(b"".join(lines))
        file.flush()
        os.fsync(file.fileno())


def _is_torn(file: IO[bytes]) -> bool:
    """Does it end within a line, as a full disk or a power cut leaves it?"""
    if file.seek(0, os.SEEK_END) == 0:
        return False
    file.seek(-1, os.SEEK_END)
    return file.read(1) != b"\n"


def _read_file() -> Iterator[Entry]:
    path = _file()
    if path is None or not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            try:
                key_id, reason, erased_at = line.split()
                yield UUID(key_id), reason, datetime.fromisoformat(erased_at)
            except ValueError:
                # Torn; its keys were not destroyed before a later try had written them whole.
                if line.strip():
                    log.warning("line %s of the erasure list is torn", number)
