"""The vault: every word and contact lies sealed under a key of its own; destroying the key is the erasure.

Keys lie wrapped in a database of their own (alias `keys`); only the environment holds the master key. See README.md.
"""

import unicodedata
from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from xiucheng.kit.refused import Refused

from . import crypto, pool, store
from .crypto import Tampered, WrongMaster, new_master
from .erasures import Reapplied, after_restore, carry_out_waiting, destroy, listed
from .erasures import reapply as reapply_erasures
from .reasons import REASONS
from .reasons import checked as checked_reason
from .rotation import Health, check_values, health, holds_subjects, identity, rotate, unfit

__all__ = [
    "REASONS",
    "Health",
    "Reapplied",
    "Tampered",
    "WrongMaster",
    "after_restore",
    "blind",
    "carry_out_waiting",
    "check_values",
    "checked_reason",
    "destroy",
    "forget",
    "health",
    "holds_subjects",
    "identity",
    "listed",
    "named_open",
    "named_seal",
    "new_key",
    "new_keys",
    "new_master",
    "open",
    "open_many",
    "open_text",
    "open_texts",
    "reapply_erasures",
    "rotate",
    "seal",
    "unfit",
]

_named: dict[tuple[str, object], bytes] = {}


def new_key() -> UUID:
    """A key that nobody else has; no statement on most calls. It is stored even if the caller's transaction is not."""
    return pool.take(1)[0]


def new_keys(count: int) -> list[UUID]:
    """Many keys at once, by at most one statement; for imports."""
    return pool.take(count) if count else []


def seal(key_id: UUID, text: str | bytes) -> bytes:
    """The text under this key; no statement where the key was handed out here lately, else one.

    Refused `erased` (410) where the key is destroyed or was never made.
    """
    key = pool.lately(key_id) or store.of([key_id]).get(key_id)
    if key is None:
        raise Refused("erased", _("这份内容已按要求删除，不能再写入。"), status=410)
    return crypto.seal(key_id, key, text.encode() if isinstance(text, str) else text)


def open_many(pairs: Iterable[tuple[UUID, bytes]]) -> list[bytes | None]:
    """The clear contents in the same order, None where the key is destroyed; one statement on `keys`, none for none.

    Raises Tampered where a ciphertext does not belong to its key: that is an incident, not an answer.
    """
    wanted = list(pairs)
    held = store.of(list({key_id for key_id, _sealed in wanted})) if wanted else {}
    return [crypto.unseal(key_id, held[key_id], bytes(sealed)) if key_id in held else None for key_id, sealed in wanted]


def open_texts(pairs: Iterable[tuple[UUID, bytes]]) -> list[str | None]:
    """As open_many, for texts."""
    return [None if clear is None else clear.decode() for clear in open_many(pairs)]


def open(key_id: UUID, sealed: bytes) -> bytes | None:
    """One content; None where its key is destroyed."""
    return open_many([(key_id, sealed)])[0]


def open_text(key_id: UUID, sealed: bytes) -> str | None:
    """One text; None where its key is destroyed."""
    return open_texts([(key_id, sealed)])[0]


def blind(kind: str, value: str) -> bytes:
    """32 bytes by which equal values of one kind (phone, contact, …) find each other; no statement on most calls.

    The value is taken in NFKC, trimmed, its case folded; a caller who knows more of its form brings it into that form
    first (people.rules.plain_phone). The index key does not change with the master key, so neither do the digests.
    """
    plain = unicodedata.normalize("NFKC", value).strip().casefold()
    return crypto.blinded(_named_key("blind"), kind, plain)


def named_seal(name: str, text: str) -> bytes:
    """A secret that belongs to no subject (second factors), under a key of this name; never erased, always rotated."""
    return crypto.seal(_named_id(name), _named_key(name), text.encode())


def named_open(name: str, sealed: bytes) -> str:
    """The secret again. Raises Tampered."""
    return crypto.unseal(_named_id(name), _named_key(name), sealed).decode()


def _named_id(name: str) -> UUID:
    # Bound to the name, since the row's id may differ after a store was made anew.
    return UUID(bytes=crypto.blinded(b"", "name", name)[:16])


def _named_key(name: str) -> bytes:
    remembered = (name, store.source())
    key = _named.get(remembered)
    if key is None:
        key, was_there = store.named(name)
        if was_there or not store.in_transaction():
            _named[remembered] = key
    return key


def forget() -> None:
    """Forget keys and checks held in this process; a migrated or restored key store makes them stale."""
    _named.clear()
    store.forget()
    pool.forget()
