"""Reading pictures and files: facts in bulk, content one by one; who may see them is the asking room's matter."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from xiucheng.foundation.people import vault
from xiucheng.kit.refused import Refused

from . import files, pictures, rules
from .models import Item


@dataclass(frozen=True, slots=True)
class Described:
    """A picture or file in words and numbers.

    kind: a key of rules.KINDS. width, height: pixels, upright; None for files. taken_at: as the camera said;
    taken_zone: stated, gps or assumed. lon, lat: WGS84, as the camera said. digest: equal for equal content.
    has_copies: they are made shortly after storing. erased: a tombstone, whose facts are gone.
    """

    id: UUID
    kind: str
    content_type: str
    purpose: str
    size: int
    width: int | None
    height: int | None
    taken_at: datetime | None
    taken_zone: str | None
    lon: float | None
    lat: float | None
    make: str
    model: str
    digest: str
    stored_at: datetime
    has_copies: bool
    released: bool
    erased: bool

    @property
    def is_picture(self) -> bool:
        """Can it be shown, small and large?"""
        return rules.KINDS[self.kind].decoder is not None


def describe(ids: Iterable[UUID], *, with_erased: bool = False) -> dict[UUID, Described]:
    """What is known of many; one statement. Missing ones are left out, erased ones too unless asked for."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    rows = Item.objects.filter(id__in=wanted).defer("name", "actor")
    if not with_erased:
        rows = rows.filter(erased_at__isnull=True)
    return {row.id: described(row) for row in rows}


def released(ids: Iterable[UUID]) -> list[Described]:
    """Those of them that a person released for the public, in the order asked for; one statement."""
    wanted = list(dict.fromkeys(ids))
    found = describe(wanted)
    return [found[one] for one in wanted if one in found and found[one].released]


def described(row: Item) -> Described:
    """The reader's form of a row; for this room's commands."""
    return Described(
        id=row.id,
        kind=row.kind,
        content_type=rules.KINDS[row.kind].content_type,
        purpose=row.purpose,
        size=row.size,
        width=row.width,
        height=row.height,
        taken_at=row.taken_at,
        taken_zone=row.taken_zone,
        lon=row.lon,
        lat=row.lat,
        make=row.make,
        model=row.model,
        digest=bytes(row.digest).hex(),
        stored_at=row.stored_at,
        has_copies=row.copies_at is not None,
        released=row.released_at is not None,
        erased=row.erased_at is not None,
    )


def content(media_id: UUID, variant: str = rules.ORIGINAL, *, public: bool = False) -> tuple[bytes, str]:
    """The bytes and their content type; one statement, one on `keys`.

    variant: original, display (≤ 1600 px) or thumb (≤ 320 px). The copies are upright JPEGs without the camera's
    facts; where the worker has not made them yet, they are made here. public: for somebody without an account: only
    what was released, and never the original.
    Refused: not_found (404), gone (410) after erasure, no_copy (404) for files, file_missing (404).
    """
    row = Item.objects.filter(id=media_id).first()
    if row is None or variant not in rules.VARIANTS or (public and not _public(row, variant)):
        raise not_found()
    if row.erased_at is not None:
        raise gone()
    kind = rules.KINDS[row.kind]
    if variant == rules.ORIGINAL:
        return clear(row, variant), kind.content_type
    if kind.decoder is None:
        raise Refused("no_copy", _("文件没有缩略图，请下载原件。"), status=404)
    if row.copies_at is not None:
        return clear(row, variant), rules.COPY_TYPE
    return copies_of(row)[variant], rules.COPY_TYPE


def _public(row: Item, variant: str) -> bool:
    return row.released_at is not None and variant != rules.ORIGINAL


def clear(row: Item, variant: str) -> bytes:
    """The bytes of a variant, opened. Refused: gone (410), file_missing (404)."""
    sealed = files.get(row.id, bytes(row.digest), variant)
    if sealed is None:
        # Erased while we looked, or lost with a disk; the row and the key tell which.
        if not _lives(row):
            raise gone()
        raise Refused("file_missing", _("原件不在存储中，请联系系统管理员。"), status=404)
    opened = vault.open(row.key_id, sealed)
    if opened is None:
        raise gone()
    return opened


def copies_of(row: Item) -> dict[str, bytes]:
    """The copies, made anew from the original. Refused as clear, and broken_file."""
    return pictures.copies(clear(row, rules.ORIGINAL), row.kind, row.orientation or 1)


def _lives(row: Item) -> bool:
    return Item.objects.filter(id=row.id, erased_at__isnull=True).exists() and key_lives(row)


def key_lives(row: Item) -> bool:
    """Does what is sealed under the row's key still open? One statement on `keys`."""
    return row.name is not None and vault.open(row.key_id, bytes(row.name)) is not None


def not_found() -> Refused:
    """No such picture or file, or not for whoever asks."""
    return Refused("not_found", _("没有这张图片或这个文件。"), status=404)


def gone() -> Refused:
    """It was erased."""
    return Refused("gone", _("图片已按要求删除。"), status=410)
