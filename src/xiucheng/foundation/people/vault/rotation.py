"""Changing the master key: every wrapped key is wrapped again under the current one, in batches, resumable."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db import transaction

from . import crypto, store
from .router import ALIAS
from .store import keys

_BATCH = 500


def rotate(progress: Callable[[int, int], None] | None = None) -> int:
    """Wrap everything under the first key of XIUCHENG_MASTER_KEYS; returns how many keys were wrapped again.

    progress(done, total) is called after each batch, each of which is a transaction: stop it anywhere and run it
    again. Sites go on working meanwhile, as long as the environment holds both keys. Raises WrongMaster where a key is
    wrapped by a master key that the environment lacks; what comes before stays done.
    """
    masters = store.held()
    store.remember_master(masters)
    total, done = _elsewhere(masters.current), 0
    while moved := _one_batch(masters):
        done += moved
        if progress is not None:
            progress(done, max(total, done))
    return done


def _elsewhere(current: str) -> int:
    with keys.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM keystore_key WHERE master <> %s", [current])
        return int(cursor.fetchone()[0])


def _one_batch(masters: crypto.Masters) -> int:
    with transaction.atomic(using=ALIAS), keys.cursor() as cursor:
        cursor.execute(
            "SELECT id, master, wrapped FROM keystore_key WHERE master <> %s ORDER BY id LIMIT %s FOR UPDATE",
            [masters.current, _BATCH],
        )
        rows = cursor.fetchall()
        rewrapped = [
            crypto.wrap(masters, masters.current, key_id, crypto.unwrap(masters, master, key_id, bytes(wrapped)))
            for key_id, master, wrapped in rows
        ]
        cursor.execute(
            "UPDATE keystore_key k SET master = %s, wrapped = t.wrapped"
            " FROM unnest(%s::uuid[], %s::bytea[]) AS t(id, wrapped) WHERE k.id = t.id",
            [masters.current, [row[0] for row in rows], rewrapped],
        )
    return len(rows)


@dataclass(frozen=True, slots=True)
class Health:
    """How the key store stands: keys by master key, masters that the environment lacks or has wrong."""

    current: str
    keys_by_master: dict[str, int]
    lacking: tuple[str, ...]
    wrong: tuple[str, ...]


def health() -> Health:
    """For the doctor: can everything be opened, and is a rotation unfinished? Two statements."""
    masters = store.held()
    with keys.cursor() as cursor:
        cursor.execute("SELECT master, count(*) FROM keystore_key GROUP BY master ORDER BY master")
        counts = {master: int(count) for master, count in cursor.fetchall()}
        cursor.execute("SELECT id, check_value FROM keystore_master")
        known = {master: bytes(value) for master, value in cursor.fetchall()}
    lacking = tuple(master for master in counts if master not in masters.keys)
    wrong = tuple(master for master in masters.keys if master in known and known[master] != masters.check_value(master))
    return Health(masters.current, counts, lacking, wrong)


def check_values() -> dict[str, str]:
    """Master key → its check value in hex, for the masters that wrap something in the store; goes into backups."""
    with keys.cursor() as cursor:
        cursor.execute(
            "SELECT m.id, m.check_value FROM keystore_master m"
            " WHERE EXISTS (SELECT 1 FROM keystore_key k WHERE k.master = m.id)"
        )
        return {master: bytes(value).hex() for master, value in cursor.fetchall()}


def unfit(values: Mapping[str, str]) -> list[str]:
    """Of a backup's check values those whose master key the environment lacks or has wrong."""
    held = store.held()
    return [
        master for master, value in values.items() if master not in held.keys or held.check_value(master).hex() != value
    ]


def identity() -> str:
    """By what two key stores are told apart: the id of the key of blind indexes, made once; empty without one."""
    with keys.cursor() as cursor:
        cursor.execute("SELECT id::text FROM keystore_key WHERE name = 'blind'")
        row = cursor.fetchone()
        return str(row[0]) if row else ""


def holds_subjects() -> bool:
    """Does the store hold any subject's key, and not only those that every store is made with?"""
    with keys.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM keystore_key WHERE name IS NULL)")
        return bool(cursor.fetchone()[0])
