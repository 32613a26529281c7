"""Erasing a single picture of a report or a case, with the reason that the step keeps."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from xiucheng.foundation.media import commands as media
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import journal
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb
from xiucheng.operations.cases import queries as cases

from ..models import Picture
from ..queries import may_open


@verb
def erase_picture(*, by: Standing, now: datetime, media_id: UUID, reason: str) -> None:
    """Erase one picture for good: its key is destroyed, its files follow, a tombstone stays.

    reason: a key of vault.REASONS. Refused: `not_found` (404), also where the posts of `by` see nothing that shows the
    picture; `not_yours` (403; act media.erase), `bad_reason`. Steps: media.erase, and erase_picture with the reason on
    each report and each case that shows it.
    """
    if people.may(by, "media.erase") and not _seen(media_id, by):
        raise Refused("not_found", _("没有这张图片，或不在您的范围内。"), status=404)
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


def _seen(media_id: UUID, by: Standing) -> bool:
    """Is there a case or a report with this picture that this one may see? Two statements at most."""
    areas = Picture.objects.filter(media_id=media_id).values_list("report__area", flat=True)
    return cases.sees_picture(media_id, by) or any(may_open(by, area) for area in areas)
