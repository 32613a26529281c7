"""The long work of founding, done by the worker: judging a file, taking it, taking it back. Each is safe to repeat."""

import time
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from xiucheng.kit import jobs, rehearsal
from xiucheng.kit.now import now as this_moment
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb

from . import commands, storing, taking, undoing
from .books import reading
from .frame import REHEARSAL, locked, move
from .judging import Judgement, judge
from .models import Import, Site
from .rehearsing import running
from .rules import states
from .templates.base import Template
from .templates.table import template_of

_SHOWN = 500
"""So many changes of a kind are listed by name; the counts are of all."""


class Progress:
    """Tells how far it is, at most twice a second."""

    def __init__(self, import_id: UUID) -> None:
        self._import_id, self._told = import_id, 0.0

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() - self._told > 0.5:
            self._told = time.monotonic()
            storing.tell_progress(self._import_id, done, total)


def _broken_off() -> Refused:
    """What people are told where a job has failed for good: an error of ours, or of the machine."""
    return Refused(
        states.BROKEN_OFF,
        _("处理时出了意外，没有做完，什么都没有改变。请再试一次；还是不行，请找运维人员。"),
    )


def _check_broken(import_id: str) -> None:
    _refuse(UUID(import_id), _broken_off(), this_moment())


def _take_broken(import_id: str) -> None:
    _fail(UUID(import_id), _broken_off(), this_moment())


def _undo_broken(import_id: str) -> None:
    _keep_taken(UUID(import_id), _broken_off(), this_moment())


def _rehearsal_broken() -> None:
    commands.keep_rehearsal(now=this_moment(), answer={"failed": "broken"})


@jobs.job(name="founding.check", queue="founding", given_up=_check_broken)
def check(import_id: str) -> None:
    """Judge a file; what it would do is kept sealed beside it."""
    row = Import.objects.filter(id=UUID(import_id), state="checking").first()
    if row is None:
        return
    with translation.override(settings.LANGUAGE_CODE):
        try:
            judged, others = judge_import(row, this_moment(), Progress(row.id))
        except Refused as refusal:
            _refuse(row.id, refusal, this_moment())
        else:
            _keep(row.id, template_of(row.template), judged, others, this_moment())


def judge_import(row: Import, now: datetime, progress: Progress) -> tuple[Judgement, dict[int, str]]:
    """The file of an import, read and judged. Refused: what reading and judging refuse; `erased` where it is gone."""
    template = template_of(row.template)
    content = storing.content_of(row)
    if content is None:
        raise Refused("erased", _("文件已经销毁，请重新上传。"), status=410)
    names = {column.key: column.names for column in template.columns}
    required = [column.key for column in template.columns if column.required]
    sheet = reading.read(content, names, required, progress)
    known, labels = storing.known_rows(template.name)
    return judge(template, sheet, now, known, labels, progress), dict(sheet.others)


@verb
def _refuse(import_id: UUID, refusal: Refused, now: datetime) -> None:
    row = locked(import_id)
    if row.state != "checking":
        return
    move(row, "refuse", now)
    row.refused = refusal.code
    row.findings_sealed = storing.seal_json(row.key_id, {"refused": str(refusal.text)})
    row.save()


@verb
def _keep(import_id: UUID, template: Template, judged: Judgement, others: dict[int, str], now: datetime) -> None:
    row = locked(import_id)
    if row.state != "checking":
        return
    move(row, "checked", now)
    by_kind: dict[str, list[list[object]]] = {"created": [], "changed": [], "missing": []}
    counts = dict.fromkeys(by_kind, 0)
    for change in judged.changes:
        counts[change.kind] += 1
        if len(by_kind[change.kind]) < _SHOWN:
            label = change.record.label if change.record else change.there.label if change.there else ""
            by_kind[change.kind].append([change.record.row if change.record else 0, label])
    row.rows, row.wrong, row.same = judged.rows, judged.wrong, judged.same
    row.created, row.changed, row.missing = counts["created"], counts["changed"], counts["missing"]
    row.plan_digest, row.refused = judged.digest, ""
    findings = {"faults": storing.fault_json(judged.faults), "changes": by_kind, "others": others}
    row.findings_sealed = storing.seal_json(row.key_id, findings)
    row.save()


@jobs.job(name="founding.take", queue="founding", given_up=_take_broken)
def take(import_id: str) -> None:
    """Carry an accepted import out, all of it or nothing; where the site has moved on it goes back to be looked at."""
    row = Import.objects.filter(id=UUID(import_id), state="taking").first()
    if row is None:
        return
    with translation.override(settings.LANGUAGE_CODE):
        try:
            judged, _unasked = judge_import(row, this_moment(), Progress(row.id))
            taking.take(import_id=row.id, judged=judged, now=this_moment(), tick=Progress(row.id))
        except Refused as refusal:
            _fail(row.id, refusal, this_moment())


@verb
def _fail(import_id: UUID, refusal: Refused, now: datetime) -> None:
    """Back to be decided on, with the reason; nothing of the import stays."""
    row = locked(import_id)
    if row.state != "taking":
        return
    move(row, "fail", now)
    row.refused = refusal.code
    findings = storing.open_json(row.key_id, row.findings_sealed) or {}
    fields = [str(text) for text in refusal.fields.values() if str(text) != str(refusal.text)]
    findings["refused"] = " ".join([str(refusal.text), *fields])
    row.findings_sealed = storing.seal_json(row.key_id, findings)
    row.save()


@jobs.job(name="founding.undo", queue="founding", given_up=_undo_broken)
def undo(import_id: str) -> None:
    """Take a whole import back; where live work leans on it nothing is taken back and the page says what leans."""
    row = Import.objects.filter(id=UUID(import_id), state="undoing").first()
    if row is None:
        return
    with translation.override(settings.LANGUAGE_CODE):
        try:
            undoing.undo(import_id=row.id, now=this_moment(), tick=Progress(row.id))
        except Refused as refusal:
            _keep_taken(row.id, refusal, this_moment())


@verb
def _keep_taken(import_id: UUID, refusal: Refused, now: datetime) -> None:
    row = locked(import_id)
    if row.state != "undoing":
        return
    move(row, "keep", now)
    row.refused = refusal.code
    findings = storing.open_json(row.key_id, row.findings_sealed) or {}
    findings["refused"] = " ".join([str(refusal.text), *(str(text) for text in refusal.fields.values())])
    row.findings_sealed = storing.seal_json(row.key_id, findings)
    row.save()


@jobs.job(name="founding.rehearse", queue="founding", given_up=_rehearsal_broken)
def rehearse() -> None:
    """Walk the cases in the rehearsal's schema, in a process of its own, and keep what became of them."""
    if Site.objects.filter(id=1, rehearsal_state="running").exists():
        answer = running.run(Progress(REHEARSAL))
        commands.keep_rehearsal(now=this_moment(), answer=answer)


@jobs.job(name="founding.drop_rehearsal", queue="founding")
def drop_rehearsal() -> None:
    """The site is live: what was rehearsed is no longer needed, its schema goes."""
    rehearsal.drop()
