"""Where the sealed bytes lie: on disk or in S3 as STORAGES["media"] says, under names that tell a keyed digest only."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from .rules import VARIANTS


def _storage() -> Storage:
    return storages["media"]


def name_of(media_id: UUID, digest: bytes, variant: str) -> str:
    """<two digits>/<keyed digest of the content>-<id>.<variant>: the same content of two owners is two files."""
    text = digest.hex()
    return f"{text[:2]}/{text}-{media_id.hex}.{variant}"


def put(media_id: UUID, digest: bytes, variant: str, sealed: bytes) -> None:
    """Write sealed bytes; what was there under this name is replaced."""
    name = name_of(media_id, digest, variant)
    storage = _storage()
    written = storage.save(name, ContentFile(sealed))
    if written != name:
        # A folder on disk keeps what was there and finds another name; S3 replaces.
        storage.delete(written)
        storage.delete(name)
        storage.save(name, ContentFile(sealed))


def get(media_id: UUID, digest: bytes, variant: str) -> bytes | None:
    """The sealed bytes, or None where there is no such file."""
    try:
        with _storage().open(name_of(media_id, digest, variant), "rb") as file:
            found: bytes = file.read()
            return found
    except FileNotFoundError:
        return None


def remove(media_id: UUID, digest: bytes) -> None:
    """Delete the original and all copies; again is no harm."""
    storage = _storage()
    for variant in VARIANTS:
        storage.delete(name_of(media_id, digest, variant))


def all_files() -> Iterator[list[tuple[UUID, str]]]:
    """Ids and names of everything that lies here, folder by folder; names that are not ours are left alone."""
    storage = _storage()
    try:
        folders = storage.listdir("")[0]
    except FileNotFoundError:
        return
    for folder in sorted(folders):
        found = []
        for file in storage.listdir(folder)[1]:
            media_id = _id_in(file)
            if media_id is not None:
                found.append((media_id, f"{folder}/{file}"))
        yield found


def remove_named(name: str) -> None:
    """Delete one file by the name that all_files gave."""
    _storage().delete(name)


def read_named(name: str) -> bytes | None:
    """The sealed bytes by the name that all_files gave, or None where they have just gone."""
    try:
        with _storage().open(name, "rb") as file:
            found: bytes = file.read()
            return found
    except FileNotFoundError:
        return None


def write_named(name: str, sealed: bytes) -> None:
    """Put sealed bytes back under the name that they had."""
    _storage().save(name, ContentFile(sealed))


def is_ours(file: str) -> bool:
    """Is this the name of a file that the room would have written?"""
    return _id_in(file) is not None


def made_at(media_id: UUID) -> datetime:
    """When an id was made: the first 48 bits of a UUIDv7 are milliseconds (RFC 9562 §5.7)."""
    return datetime.fromtimestamp((media_id.int >> 80) / 1000, UTC)


def _id_in(file: str) -> UUID | None:
    stem, _dot, variant = file.partition(".")
    _digest, _dash, text = stem.partition("-")
    if variant not in VARIANTS:
        return None
    try:
        return UUID(hex=text)
    except ValueError:
        return None
