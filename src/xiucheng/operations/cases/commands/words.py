"""Words of a case: sealing what is said with a move, and forgetting what a key's destruction has erased."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from xiucheng.foundation.people import vault
from xiucheng.kit import journal
from xiucheng.kit.verbs import verb

from ..models import Case, Content, Picture, SearchRow
from ..projections import INDEX


def keep_reason(case: Case, step_id: UUID, text: str) -> None:
    """Seal the words said with a move under the case's own key, so that they outlive the reporter's erasure."""
    Content.objects.create(
        case_id=case.id, kind="reason", step_id=step_id, key_id=case.key_id, sealed=vault.seal(case.key_id, text)
    )


def keep_pictures(case: Case, step_id: UUID, media: Sequence[UUID], purpose: str, now: datetime) -> None:
    """Tie pictures to the case and to the move that brought them."""
    Picture.objects.bulk_create(
        [
            Picture(case_id=case.id, media_id=media_id, purpose=purpose, step_id=step_id, added_at=now)
            for media_id in media
        ],
        ignore_conflicts=True,
    )


@verb
def forget_words(*, key_ids: Sequence[UUID]) -> int:
    """Take words whose keys are destroyed out of the search index; the sealed rows stay as tombstones.

    Returns how many cases were in it. A batch of the index that has read the words already is waited for.
    """
    journal.hold(INDEX)
    cases = Content.objects.filter(key_id__in=key_ids).values("case_id")
    return SearchRow.objects.filter(case_id__in=cases).delete()[0]
