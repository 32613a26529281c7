"""What a reporter may do with nothing but their tracking key: have the case opened again, have their own erased."""

from datetime import datetime

from django.utils.translation import gettext as _

from xiucheng.foundation.media import commands as media
from xiucheng.foundation.people import commands as people_commands
from xiucheng.foundation.people import vault
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import journal
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb
from xiucheng.operations.cases import commands as cases
from xiucheng.operations.cases.views import CaseView

from .. import storing
from ..channels import channel_of_report
from ..models import Picture, Report
from ..secrets import serial_by_key
from .common import checked_reason

SYSTEM = Standing.for_system("intake")
"""Carries out what the reporter may ask and could not do with their own hands."""


@verb
def reopen_by_reporter(*, by: Standing, now: datetime, tracking_key: str, reason: str) -> CaseView:
    """It was closed and is not settled: the case is filed anew, with a new clock (STANDARDS §1, reopen: 15 days, D).

    tracking_key: as typed; who has it is the reporter. reason: ≤ 2,000 characters, sealed under the report's key, so
    that it goes when they erase it. The case of a report whose case was merged is the master. Refused: `not_found`
    (404), `reason_missing`, `too_long`, `erased` (410), `illegal_move` where nothing is closed, `reopen_too_late`.
    Step: cases.reopen.
    """
    row = _of_key(tracking_key)
    text = checked_reason(reason, required=True)
    case_id = row.follows_id or row.case_id
    if case_id is None:
        raise Refused("illegal_move", _("这件事还没有结案，不用重开。"))
    if vault.listed([row.key_id]):
        raise Refused("erased", _("您已删除这条上报的内容，不能再附上理由；问题还在的话，请重新上报。"), status=410)
    return cases.reopen_for_reporter(
        by=by,
        now=now,
        case_id=case_id,
        report_id=row.id,
        key_id=row.key_id,
        sealed_reason=vault.seal(row.key_id, text),
    )


@verb
def erase_by_reporter(*, by: Standing, now: datetime, tracking_key: str) -> bool:
    """Erase what one report holds of its reporter: words, pictures, contact. The case and its steps stay.

    The key proves one report, so other reports of the same person keep their words; the contact is one, kept once for
    all of them, and is gone for all of them. Erased already is no error: False. Refused: `not_found` (404),
    `not_the_public` (403) for what staff found on patrol: its pictures prove the work. Step: intake.erase.
    """
    row = _of_key(tracking_key)
    if not channel_of_report(row.channel).erasable:
        text = _("这是工作人员巡查时的上报，不能凭查询码删除。")
        raise Refused("not_the_public", text, status=403)
    if vault.listed([row.key_id]):
        return False
    pictures = list(Picture.objects.filter(report_id=row.id).values_list("media_id", flat=True))
    media.erase_all(by=SYSTEM, now=now, media_ids=pictures, reason="asked")
    vault.destroy([row.key_id], reason="reporter", now=now)
    cases.forget_words(key_ids=[row.key_id])
    if row.subject_id is not None:
        people_commands.erase_subject(by=by, now=now, subject_id=row.subject_id)
    journal.record(
        room="intake", subject=row.id, verb="erase", actor=by.actor, occurred_at=now, payload={"by_reporter": True}
    )
    return True


def _of_key(tracking_key: str) -> Report:
    """The locked report of a tracking key; refused `not_found` for every key that is none of ours."""
    serial = serial_by_key(tracking_key)
    report_id = Report.objects.filter(serial=serial).values_list("id", flat=True).first() if serial else None
    if report_id is None:
        raise Refused("not_found", _("没有这个查询码，请核对后再试。"), status=404)
    return storing.lock(report_id)
