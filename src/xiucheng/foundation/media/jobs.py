"""What the worker does for pictures: copies after storing, files away after erasing; and tombstones after a restore."""

from collections.abc import Sequence
from uuid import UUID

from xiucheng.foundation.people import vault
from xiucheng.kit import jobs
from xiucheng.kit.now import now
from xiucheng.kit.refused import Refused

from . import files, queries, rules
from .models import TOMBSTONE, Item


@jobs.job(name="media.make_copies", queue="media")
def make_copies(media_id: str) -> None:
    """Make, seal and keep the copies of a picture.

    1. What is erased, or has its copies, is left alone. 2. The copies are made and written. 3. Only a row that is not
    erased by then learns of them; else they go again, whatever key they are sealed under.
    """
    row = Item.objects.filter(id=UUID(media_id), erased_at__isnull=True, copies_at__isnull=True).first()
    if row is None or rules.KINDS[row.kind].decoder is None:
        return
    digest = bytes(row.digest)
    try:
        for variant, made in queries.copies_of(row).items():
            files.put(row.id, digest, variant, vault.seal(row.key_id, made))
    except Refused as refusal:
        if refusal.code not in ("gone", "erased"):
            raise
    if not Item.objects.filter(id=row.id, erased_at__isnull=True).update(copies_at=now()):
        files.remove(row.id, digest)


@jobs.job(name="media.remove_files", queue="media", attempts=20)
def remove_files(media_id: str) -> None:
    """Delete the files of an erased picture; without their key they opened nothing already."""
    row = Item.objects.filter(id=UUID(media_id), erased_at__isnull=False).first()
    if row is not None:
        files.remove(row.id, bytes(row.digest))


@vault.after_restore("media")
def bury(key_ids: Sequence[UUID]) -> int:
    """Rows that came back with an older copy although their key is on the erasure list: tombstones again."""
    back = list(Item.objects.filter(key_id__in=key_ids, erased_at__isnull=True).values_list("id", flat=True))
    if not back:
        return 0
    Item.objects.filter(id__in=back).update(erased_at=now(), **TOMBSTONE)
    for media_id in back:
        remove_files.defer(media_id=str(media_id))
    return len(back)
