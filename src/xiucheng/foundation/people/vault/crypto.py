"""The cryptography of the vault: master keys, wrapping, sealing. Pure; AES-256-GCM throughout.

Form of what is sealed: one byte of scheme, twelve of nonce, ciphertext with its tag. Scheme 1 is AES-256-GCM; 2 is
kept for SM4-GCM. The key's id is bound in as associated data, so that a ciphertext moved to another row does not open.
"""

import base64
import binascii
import functools
import hashlib
import hmac
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
_NONCE = 12
_SCHEME = b"\x01"
_MASTER_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,19}")


class Tampered(Exception):
    """A ciphertext does not belong to its key or was changed; never a matter of an erased key."""


class WrongMaster(ImproperlyConfigured):
    """A master key is missing from the environment, or another key stands under its id."""


@dataclass(frozen=True)
class Masters:
    """The master keys of the environment; the first one given wraps, all of them unwrap."""

    current: str
    keys: Mapping[str, bytes]

    def key(self, master_id: str) -> bytes:
        """The master key of this id. Raises WrongMaster where the environment does not hold it."""
        try:
            return self.keys[master_id]
        except KeyError:
            raise WrongMaster(
                f"XIUCHENG_MASTER_KEYS lacks the master key {master_id!r}; keys in the store are wrapped by it"
            ) from None

    def check_value(self, master_id: str) -> bytes:
        """Eight bytes that tell this key from another without telling the key."""
        return hmac.digest(self.key(master_id), b"xiucheng master check", "sha256")[:8]


@functools.lru_cache(maxsize=8)
def masters(text: str) -> Masters:
    """Reads `id:base64,id2:base64` (32 bytes each; the first is current). Raises ImproperlyConfigured."""
    pairs = [part.strip().partition(":") for part in text.split(",") if part.strip()]
    if not pairs:
        raise ImproperlyConfigured("XIUCHENG_MASTER_KEYS is not set: id:base64 of 32 random bytes")
    keys = {master_id: _master(master_id, encoded) for master_id, _, encoded in pairs}
    if len(keys) < len(pairs):
        raise ImproperlyConfigured("XIUCHENG_MASTER_KEYS names a master key twice")
    return Masters(current=pairs[0][0], keys=keys)


def _master(master_id: str, encoded: str) -> bytes:
    if not _MASTER_ID.fullmatch(master_id):
        raise ImproperlyConfigured(f"XIUCHENG_MASTER_KEYS: {master_id!r} is no id (a-z, 0-9, -, at most 20)")
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(f"XIUCHENG_MASTER_KEYS: {master_id} is not the base64 of {KEY_BYTES} bytes")
    return key


def new_master(master_id: str) -> str:
    """A fresh entry for XIUCHENG_MASTER_KEYS."""
    return f"{master_id}:{base64.b64encode(os.urandom(KEY_BYTES)).decode()}"


def fresh_key() -> bytes:
    """256 random bits."""
    return os.urandom(KEY_BYTES)


def _encrypted(key: bytes, clear: bytes, bound: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return _SCHEME + nonce + AESGCM(key).encrypt(nonce, clear, _SCHEME + bound)


def _decrypted(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    if sealed[:1] != _SCHEME:
        raise Tampered("unknown scheme")
    try:
        return AESGCM(key).decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], _SCHEME + bound)
    except (InvalidTag, ValueError):
        raise Tampered("does not open") from None


def wrap(held: Masters, master_id: str, key_id: UUID, key: bytes) -> bytes:
    """The key under a master key, bound to both ids."""
    return _encrypted(held.key(master_id), key, b"wrap" + key_id.bytes + master_id.encode())


def unwrap(held: Masters, master_id: str, key_id: UUID, wrapped: bytes) -> bytes:
    """The key again. Raises WrongMaster or Tampered."""
    return _decrypted(held.key(master_id), wrapped, b"wrap" + key_id.bytes + master_id.encode())


def seal(key_id: UUID, key: bytes, clear: bytes) -> bytes:
    """The words under their subject's key, bound to its id."""
    return _encrypted(key, clear, b"seal" + key_id.bytes)


def unseal(key_id: UUID, key: bytes, sealed: bytes) -> bytes:
    """The words again. Raises Tampered."""
    return _decrypted(key, sealed, b"seal" + key_id.bytes)


def blinded(key: bytes, kind: str, value: str) -> bytes:
    """A keyed digest by which equal values of one kind are found, and from which nothing is learned without the key."""
    return hmac.digest(key, f"{kind}\0{value}".encode(), hashlib.sha256)
