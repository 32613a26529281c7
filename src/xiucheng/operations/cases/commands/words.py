"""Words of a case: sealing what is said with a move, and forgetting what a key's destruction has erased."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people import vault
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import journal
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb

from ..models import REASON, Case, Content, Picture, SearchRow
from ..projections import INDEX


def keep_reason(case: Case, step_id: UUID, text: str) -> None:
    """Seal the words said with a move under a key of their own: they outlive the reporter's erasure, and can go alone.

    What a reporter says to a case lies under the report's key instead (`reporter`), and goes with it.
    """
    key_id = vault.new_key()
    Content.objects.create(
        case_id=case.id, kind=REASON, step_id=step_id, key_id=key_id, sealed=vault.seal(key_id, text)
    )


@verb
def redact_words(*, by: Standing, now: datetime, case_id: UUID, content_id: UUID, reason_code: str) -> None:
    """Destroy what was said with one move of a case; the move itself stays as it was made.

    For words in which somebody is named who may ask for deletion: the story's line then reads as erased. content_id:
    as `queries.story` and `queries.words_left` give it. reason_code: a key of `vault.REASONS`. Again is no harm.
    Refused: `not_yours` (403; act people.erase), `bad_reason`, `not_found` (404), `reporters_own` where the words are
    the reporter's and lie under the key of the whole report (`intake.erase_reporter`). Step: cases.redact, no words.
    """
    if not people.may(by, "people.erase"):
        raise Refused("not_yours", _("您的岗位不能删除案卷里的文字。"), status=403)
    vault.checked_reason(reason_code)
    row = Content.objects.select_for_update().filter(id=content_id, case_id=case_id, kind=REASON).first()
    if row is None:
        raise Refused("not_found", _("没有这段文字。"), status=404)
    if Content.objects.filter(key_id=row.key_id).exclude(id=row.id).exists():
        raise Refused("reporters_own", _("这是上报人自己写的，请在那条上报上清除上报人的信息。"))
    if vault.listed([row.key_id]):
        return
    vault.destroy([row.key_id], reason=f"cases.{reason_code}", now=now)
    journal.record(
        room="cases",
        subject=case_id,
        verb="redact",
        actor=by.actor,
        occurred_at=now,
        payload={"of": row.step_id, "reason": reason_code},
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
