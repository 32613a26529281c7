"""Erasing a reporter: their words, their pictures and their contact are gone; the steps, which hold none, stay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from xiucheng.foundation.media import commands as media
from xiucheng.foundation.people import commands as people_commands
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people import vault
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import journal
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb
from xiucheng.operations.cases import commands as cases
from xiucheng.operations.cases import queries as case_queries
from xiucheng.operations.cases.views import WordsLeft

from ..models import Picture, Report


@dataclass(frozen=True, slots=True)
class Erased:
    """What became of an erasure: the reports that lost their words, and what staff said on their cases and still
    stands, for a person to look through: agencies' own words stay, unless they name the reporter
    (`cases.commands.redact_words`)."""

    reports: tuple[UUID, ...]
    to_review: tuple[WordsLeft, ...]


@verb
def erase_reporter(*, by: Standing, now: datetime, report_id: UUID) -> Erased:
    """Erase who reported: every report of this reporter loses its words and pictures, the vault loses the contact.

    With a report's key go its title, text, address, elements and notes, title and address of its case, and what the
    reporter said to the case. The keys are destroyed when the transaction commits; rows stay as tombstones, cases and
    steps stay whole. Refused: `not_found` (404), `not_yours` (403; act people.erase). Steps: intake.erase for each.
    """
    if not people.may(by, "people.erase"):
        raise Refused("not_yours", _("您的岗位不能清除上报人的信息。"), status=403)
    first = Report.objects.filter(id=report_id).first()
    if first is None:
        raise Refused("not_found", _("没有这条上报，或不在您的范围内。"), status=404)
    rows = _all_of(first)
    pictures = list(Picture.objects.filter(report__in=rows).values_list("media_id", flat=True).distinct())
    media.erase_all(by=by, now=now, media_ids=pictures, reason="asked")
    keys = [row.key_id for row in rows]
    vault.destroy(keys, reason="reporter", now=now)
    cases.forget_words(key_ids=keys)
    for subject_id in {row.subject_id for row in rows if row.subject_id is not None}:
        people_commands.erase_subject(by=by, now=now, subject_id=subject_id)
    for row in rows:
        journal.record(room="intake", subject=row.id, verb="erase", actor=by.actor, occurred_at=now, payload={})
    told = {case_id for row in rows for case_id in (row.case_id, row.follows_id) if case_id is not None}
    return Erased(tuple(row.id for row in rows), tuple(case_queries.words_left(told)))


def _all_of(first: Report) -> Sequence[Report]:
    """The reports of the same reporter, by the phone number they left; without one this report alone."""
    if first.subject_id is None:
        return [first]
    subjects = people.earlier_of_caller(first.subject_id)
    return list(Report.objects.filter(subject_id__in=subjects).order_by("received_at", "id"))
