"""Keys in and out of the key store, in sets: one statement each; raw SQL because every report passes here."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connections, transaction
from django.utils.connection import ConnectionProxy

from xiucheng.kit.ids import uuid7

from . import crypto
from .crypto import Masters, WrongMaster
from .router import ALIAS

keys: ConnectionProxy = ConnectionProxy(connections, ALIAS)

NAMES = ("blind", "second_factor")
"""Keys that belong to no subject; made when the key store is migrated."""

_checked: set[tuple[str, bytes]] = set()


def held() -> Masters:
    """The master keys of the environment."""
    return crypto.masters(settings.XIUCHENG_MASTER_KEYS)


def in_transaction() -> bool:
    """Would a rollback on the key store's connection take back keys that are made now?"""
    return bool(keys.in_atomic_block)


def source() -> object:
    """The connection pool: what a process remembers of a key store is good only while it is reached through the same
    one, for behind a new one may stand another store (a restored copy, a test's clone)."""
    return keys.pool


def make(count: int) -> list[tuple[UUID, bytes]]:
    """Make so many fresh keys by one insert; returns ids and clear keys. Raises WrongMaster."""
    masters = held()
    remember_master(masters)
    fresh = [(uuid7(), crypto.fresh_key()) for _ in range(count)]
    with keys.cursor() as cursor:
        cursor.execute(
            "INSERT INTO keystore_key (id, master, wrapped, made_at)"
            " SELECT id, %s, wrapped, clock_timestamp() FROM unnest(%s::uuid[], %s::bytea[]) AS t(id, wrapped)",
            [
                masters.current,
                [key_id for key_id, _ in fresh],
                [crypto.wrap(masters, masters.current, key_id, key) for key_id, key in fresh],
            ],
        )
    return fresh


def of(key_ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """The clear keys that still exist, by one statement. Raises WrongMaster or Tampered."""
    with keys.cursor() as cursor:
        cursor.execute("SELECT id, master, wrapped FROM keystore_key WHERE id = ANY(%s)", [list(key_ids)])
        rows = cursor.fetchall()
    masters = held()
    return {key_id: crypto.unwrap(masters, master, key_id, bytes(wrapped)) for key_id, master, wrapped in rows}


def named(name: str) -> tuple[bytes, bool]:
    """The key of this name, made if it is missing; and whether it was there before (a made one may be rolled back)."""
    found = _find_named(name)
    if found is not None:
        return found, True
    masters = held()
    remember_master(masters)
    key_id, key = uuid7(), crypto.fresh_key()
    with keys.cursor() as cursor:
        cursor.execute(
            "INSERT INTO keystore_key (id, name, master, wrapped, made_at) VALUES (%s, %s, %s, %s, clock_timestamp())"
            " ON CONFLICT (name) DO NOTHING",
            [key_id, name, masters.current, crypto.wrap(masters, masters.current, key_id, key)],
        )
    found = _find_named(name)
    assert found is not None  # the insert waited for whoever was first
    return found, False


def _find_named(name: str) -> bytes | None:
    with keys.cursor() as cursor:
        cursor.execute("SELECT id, master, wrapped FROM keystore_key WHERE name = %s", [name])
        row = cursor.fetchone()
    return crypto.unwrap(held(), row[1], row[0], bytes(row[2])) if row else None


def remember_master(masters: Masters) -> None:
    """Note the current master key with its check value, once per process. Raises WrongMaster under a known id."""
    seen = (masters.current, masters.check_value(masters.current))
    if seen in _checked:
        return
    with keys.cursor() as cursor:
        cursor.execute(
            "INSERT INTO keystore_master (id, check_value, seen_at) VALUES (%s, %s, clock_timestamp())"
            " ON CONFLICT (id) DO NOTHING",
            seen,
        )
        cursor.execute("SELECT check_value FROM keystore_master WHERE id = %s", [masters.current])
        if bytes(cursor.fetchone()[0]) != seen[1]:
            raise WrongMaster(f"the master key {masters.current!r} is not the one this key store knows by that id")
    if not in_transaction():
        _checked.add(seen)


def delete(key_ids: Sequence[UUID], reason: str, erased_at: datetime) -> int:
    """Write the erasure list and delete the keys, together; returns how many keys there still were."""
    with transaction.atomic(using=ALIAS), keys.cursor() as cursor:
        cursor.execute(
            "INSERT INTO keystore_erasure (key_id, reason, erased_at) SELECT unnest(%s::uuid[]), %s, %s"
            " ON CONFLICT DO NOTHING",
            [list(key_ids), reason, erased_at],
        )
        cursor.execute("DELETE FROM keystore_key WHERE id = ANY(%s) AND name IS NULL", [list(key_ids)])
        return int(cursor.rowcount)


def forget() -> None:
    """Forget what this process knows of the store (after a fork, a flush, a change of settings)."""
    _checked.clear()
