"""Erasing a single picture of a report or a case, with the reason that the step keeps."""

from datetime import datetime
from uuid import UUID

from xiucheng.foundation.media import commands as media
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import journal
from xiucheng.kit.verbs import verb
from xiucheng.operations.cases import queries as cases

from ..models import Picture


@verb
def erase_picture(*, by: Standing, now: datetime, media_id: UUID, reason: str) -> None:
    """Erase one picture for good: its key is destroyed, its files follow, a tombstone stays.

    reason: a key of vault.REASONS. Whether `by` sees the picture is the door's to judge. Refused: `bad_reason`,
    `not_yours` (403; act media.erase), `not_found` (404). Steps: media.erase, and erase_picture with the reason on each
    report and each case that shows it.
    """
    media.erase_picture(by=by, now=now, media_id=media_id, reason=reason)
    reports = Picture.objects.filter(media_id=media_id).values_list("report_id", flat=True)
    for room, subjects in (("intake", list(reports)), ("cases", cases.cases_showing(media_id))):
        for subject in subjects:
            journal.record(
                room=room,
                subject=subject,
                verb="erase_picture",
                actor=by.actor,
                occurred_at=now,
                payload={"media": media_id, "reason": reason},
            )
