"""Taking pictures and files in, releasing them for the public, erasing them for good."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiucheng.foundation.people import vault
from xiucheng.foundation.people.rules import Standing, may
from xiucheng.kit import journal
from xiucheng.kit.actor import Actor
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb

from . import exif, files, jobs, pictures, queries, registry, rules
from .models import TOMBSTONE, Item

_ORPHAN_AFTER = timedelta(days=1)
_UNSENT_AFTER = timedelta(days=1)
"""How long a picture may wait for the report that it was taken for (D)."""
_SWEPT_AT_ONCE = 200
_BAD_TYPE: Mapping[str, Any] = {
    "unknown": gettext_lazy("只接收 JPEG、PNG、WebP 图片和 PDF 文件；这个文件的内容不是其中任何一种。"),
    "heic": gettext_lazy("暂不接收 HEIC 图片；请在手机相机设置中选“兼容性最佳”，或另存为 JPEG。"),
    "video": gettext_lazy("暂不接收视频，请上传图片。"),
    "gif": gettext_lazy("不接收 GIF 动图，请上传 JPEG、PNG 或 WebP 图片。"),
}


@dataclass(frozen=True, slots=True)
class Stored:
    """What was taken in. width, height: upright pixels, None for files; taken_at, lon, lat: as the camera said."""

    id: UUID
    kind: str
    width: int | None
    height: int | None
    taken_at: datetime | None
    lon: float | None
    lat: float | None


def store(*, actor: Actor, now: datetime, content: bytes, name: str, purpose: str) -> Stored:
    """Take in a picture (JPEG, PNG, WebP) or a PDF.

    What it is is told by its content, never by its name, which is only kept (sealed). purpose: one of rules.PURPOSES.
    The bytes lie sealed under a key of their own; the camera's facts are kept in columns, the copies that people see
    have none and are made by the worker. The same content from the same person for the same purpose is the same
    picture, as long as that one is not erased; people who are known by their channel only are never put together.
    Refused: bad_purpose, empty_file, too_large (413), bad_type, too_many_pixels, broken_file.
    """
    kind = _judged(content, purpose)
    facts, size = _examined(content, kind, now)
    digest = vault.blind("media", hashlib.sha256(content).hexdigest())
    row = Item(
        kind=kind,
        purpose=purpose,
        actor=str(actor),
        owner_id=actor.person_id,
        digest=digest,
        size=len(content),
        stored_at=now,
        handed_in_at=now,
        **facts,
        **size,
    )
    known = _known(row, now)
    if known is not None:
        return _stored(known)
    row.key_id = vault.new_key()
    row.name = vault.seal(row.key_id, rules.plain_name(name))
    # The file comes first: a row without its file would be a loss, a file without a row is swept away.
    files.put(row.id, digest, rules.ORIGINAL, vault.seal(row.key_id, content))
    try:
        return _stored(_keep(row, actor, now))
    except BaseException:
        files.remove(row.id, digest)
        raise


@verb
def release(*, by: Standing, now: datetime, media_id: UUID) -> None:
    """Let the public see the copies of a picture; whoever releases has looked at it. Again is no harm.

    Refused: not_yours (403), not_found (404), gone (410), no_copy for files.
    """
    _allowed(by, "media.release")
    row = _row(media_id)
    if rules.KINDS[row.kind].decoder is None:
        raise Refused("no_copy", _("文件不能公开，只有图片可以。"))
    if row.released_at is None:
        Item.objects.filter(id=row.id).update(released_at=now, released_by=str(by.actor))
        _step(row, "release", by.actor, now)


@verb
def retract(*, by: Standing, now: datetime, media_id: UUID) -> None:
    """Take a picture back from the public. Again is no harm. Refused: not_yours (403), not_found (404), gone (410)."""
    _allowed(by, "media.release")
    row = _row(media_id)
    if row.released_at is not None:
        Item.objects.filter(id=row.id).update(released_at=None, released_by=None)
        _step(row, "retract", by.actor, now)


def keep(media_ids: Sequence[UUID]) -> set[UUID]:
    """Hold pictures that something is about to refer to, until the transaction ends; one statement.

    Returns those that are there. Whoever ties pictures to a thing calls this in the same transaction, so that none of
    them is swept away as unsent between the look and the tie.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM media_item WHERE id = ANY(%s) AND erased_at IS NULL ORDER BY id FOR KEY SHARE",
            [list(media_ids)],
        )
        return {row[0] for row in cursor.fetchall()}


@verb
def erase_picture(*, by: Standing, now: datetime, media_id: UUID, reason: str) -> None:
    """Erase one picture or file for good, as erase_all. Again is no harm. Refused also: not_found (404)."""
    gone = erase_all(by=by, now=now, media_ids=[media_id], reason=reason)
    if not gone and not Item.objects.filter(id=media_id).exists():
        raise queries.not_found()


@verb
def erase_all(*, by: Standing, now: datetime, media_ids: Sequence[UUID], reason: str) -> int:
    """Erase for good: the keys are destroyed when the transaction commits, the facts go with it, the files follow.

    reason: a key of vault.REASONS; it stands in the step and on the erasure list. Rows stay as tombstones; what is
    erased already, or is not there, is left alone. Returns how many were erased.
    Refused: not_yours (403; act media.erase), bad_reason.
    """
    _allowed(by, "media.erase")
    vault.checked_reason(reason)
    rows = Item.objects.select_for_update().filter(id__in=list(media_ids), erased_at__isnull=True).order_by("id")
    return _erase(list(rows), by.actor, now, reason)


def sweep_unsent(*, now: datetime) -> int:
    """Erase pictures whose report was never sent: a day after they were handed in nothing refers to them.

    Returns how many were erased. Pictures that something refers to are marked and not looked at again. What is being
    tied just now (`keep`) is left for the next time. Raises RuntimeError where a room has not said what it refers to.
    Steps: media.erase by system:media.
    """
    erased = 0
    while True:
        looked, gone = _sweep_some(now=now)
        erased += gone
        if looked < _SWEPT_AT_ONCE:
            return erased


@verb
def _sweep_some(*, now: datetime) -> tuple[int, int]:
    rows = list(
        Item.objects.select_for_update(skip_locked=True)
        .filter(erased_at__isnull=True, tied_at__isnull=True, handed_in_at__lt=now - _UNSENT_AFTER)
        .order_by("handed_in_at")[:_SWEPT_AT_ONCE]
    )
    # Asked only now that the rows are held: whatever was tied before is committed and seen, what comes later waits.
    tied = registry.referred([row.id for row in rows]) if rows else set()
    Item.objects.filter(id__in=tied & {row.id for row in rows}).update(tied_at=now)
    return len(rows), _erase([row for row in rows if row.id not in tied], Actor.system("media"), now, "unsent")


def _erase(rows: Sequence[Item], actor: Actor, now: datetime, reason: str) -> int:
    Item.objects.filter(id__in=[row.id for row in rows]).update(erased_at=now, **TOMBSTONE)
    for row in rows:
        _step(row, "erase", actor, now, reason=reason)
        jobs.remove_files.defer(media_id=str(row.id))
    vault.destroy([row.key_id for row in rows], reason=f"media.{reason}", now=now)
    return len(rows)


def sweep(*, now: datetime) -> int:
    """Delete files that no row tells of, a day after they were made; returns how many.

    They are left where a transaction was undone after its file was written, or a process was killed in between.
    """
    swept = 0
    for folder in files.all_files():
        old = [(media_id, name) for media_id, name in folder if files.made_at(media_id) < now - _ORPHAN_AFTER]
        ids = {media_id for media_id, _name in old}
        there = set(Item.objects.filter(id__in=ids, erased_at__isnull=True).values_list("id", flat=True))
        for media_id, name in old:
            if media_id not in there:
                files.remove_named(name)
                swept += 1
    return swept


# -- the parts --------------------------------------------------------------------------------------------------------


def _judged(content: bytes, purpose: str) -> str:
    """The kind, from what can be told without opening it."""
    if purpose not in rules.PURPOSES:
        raise _refused("bad_purpose", _("图片的用途应是近景、远景、参考、处置前或处置后。"), field="purpose")
    if not content:
        raise _refused("empty_file", _("文件是空的，请重新选择。"))
    most = int(settings.MEDIA_MAX_BYTES)
    if len(content) > most:
        text = _("文件太大，不能超过 %(n)s MB。") % {"n": most // (1024 * 1024)}
        raise _refused("too_large", text, status=413)
    kind = rules.sniff(content)
    if kind is None:
        raise _refused("bad_type", _BAD_TYPE[rules.why_turned_away(content)])
    return kind


def _examined(content: bytes, kind: str, now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    """The camera's facts and the upright size, as columns."""
    if rules.KINDS[kind].decoder is None:
        if b"%%EOF" not in content[-4096:]:
            raise _refused("broken_file", _("PDF 文件不完整，请重新选择。"))
        return {}, {}
    seen = pictures.examine(content, kind)
    found = exif.facts(seen.base, seen.details, seen.gps, zone=timezone.get_default_timezone(), now=now)
    width, height = seen.width, seen.height
    if found.orientation in rules.SIDEWAYS:
        width, height = height, width
    return asdict(found), {"width": width, "height": height}


def _known(row: Item, now: datetime) -> Item | None:
    """The same content from the same person, if it lives; one whose key is gone becomes a tombstone on the way."""
    if row.owner_id is None:
        return None
    known = Item.objects.filter(
        owner_id=row.owner_id, digest=row.digest, purpose=row.purpose, erased_at__isnull=True
    ).first()
    if known is None:
        return None
    if queries.key_lives(known):
        # Handed in again: its day begins anew. None where the sweep was quicker.
        again = Item.objects.filter(id=known.id, erased_at__isnull=True).update(handed_in_at=now)
        return known if again else None
    Item.objects.filter(id=known.id).update(erased_at=now, **TOMBSTONE)
    return None


@verb
def _keep(row: Item, actor: Actor, now: datetime) -> Item:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        # Uploaded twice at the same moment: the first one stands, this one's file goes.
        known = _known(row, now)
        if known is None:
            raise
        files.remove(row.id, bytes(row.digest))
        return known
    _step(row, "store", actor, now, bytes=row.size, digest=bytes(row.digest).hex(), width=row.width, height=row.height)
    if rules.KINDS[row.kind].decoder is not None:
        jobs.make_copies.defer(media_id=str(row.id))
    return row


def _stored(row: Item) -> Stored:
    return Stored(row.id, row.kind, row.width, row.height, row.taken_at, row.lon, row.lat)


def _row(media_id: UUID) -> Item:
    row = Item.objects.select_for_update().filter(id=media_id).first()
    if row is None:
        raise queries.not_found()
    if row.erased_at is not None:
        raise queries.gone()
    return row


def _allowed(by: Standing, act: str) -> None:
    if not may(by, act):
        raise Refused("not_yours", _("您的岗位不能公开或删除图片。"), status=403)


def _step(row: Item, what: str, actor: Actor, now: datetime, **more: Any) -> None:
    journal.record(
        room="media",
        subject=row.id,
        verb=what,
        actor=actor,
        occurred_at=now,
        payload={"kind": row.kind, "purpose": row.purpose, **more},
    )


def _refused(code: str, text: Any, *, field: str = "media", status: int = 422) -> Refused:
    return Refused(code, text, fields={field: text}, status=status)
