"""Every write of founding: hand a file in, take it, take it back; what runs long is done by jobs.py."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people import vault
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.places import queries as places
from xiucheng.kit import rehearsal
from xiucheng.kit.ids import uuid7
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb

from . import storing
from .books import limits
from .frame import REHEARSAL, WORKER, demand, locked, move, record, rehearsing
from .models import Extra, Import, Progress, Site
from .rules import personal, states
from .templates.table import template_of


@verb
def upload(*, by: Standing, now: datetime, template: str, content: bytes, name: str) -> UUID:
    """Hand a file in for a template; it is checked by a job, nothing counts yet. Returns the import's id.

    Refused: not_yours, unknown_template (404), what limits.check refuses, import_running (409) while a file of this
    template is being checked or taken.
    """
    from . import jobs

    demand(by)
    wanted = template_of(template)
    limits.check(content)
    if Import.objects.filter(template=wanted.name, state__in=sorted(states.BUSY)).exists():
        raise Refused("import_running", _("这张模板正有一份文件在处理，请等它结束。"), status=409)
    key = vault.new_key()
    row = Import(
        template=wanted.name,
        by=str(by.actor),
        uploaded_at=now,
        changed_at=now,
        key_id=key,
        name_sealed=vault.seal(key, name.strip()[:200] or wanted.name),
        file_sealed=vault.seal(key, content),
    )
    row.save(force_insert=True)
    record("upload", row.id, by, now, template=wanted.name, bytes=len(content))
    jobs.check.defer(import_id=str(row.id))
    return row.id


@verb
def accept(
    *,
    by: Standing,
    now: datetime,
    import_id: UUID,
    plan_digest: str,
    close_missing: bool = False,
    keep: Mapping[int, tuple[str, str]] | None = None,
) -> None:
    """Take the rows that are right; the others stay out and are in the marked copy.

    plan_digest: of what was looked at. close_missing: also end what came by this template before and is not in this
    file. keep: extra column → (purpose, retention), for templates of people; what is not named is dropped.
    Refused: not_yours, not_found, stale (409), nothing_to_take, faults_first, forbidden_column, bad_purpose.
    """
    from . import jobs

    demand(by)
    row = locked(import_id)
    if row.plan_digest != plan_digest:
        raise Refused("stale", _("这次导入已经重新检查过，请看最新的结果。"), status=409)
    if close_missing and row.wrong:
        raise Refused("faults_first", _("还有错行，分不清是缺失还是写错。请先改好错行，再结束文件里没有的。"))
    if not (row.created or row.changed or (close_missing and row.missing)):
        raise Refused("nothing_to_take", _("没有要导入的内容：能用的行都与现在一样。"))
    findings = storing.open_json(row.key_id, row.findings_sealed)
    findings["keep"] = _kept(row.template, findings["others"], keep or {})
    row.findings_sealed = storing.seal_json(row.key_id, findings)
    row.close_missing = close_missing
    Progress.objects.filter(import_id=row.id).delete()
    move(row, "accept", now)
    row.save()
    record("accept", row.id, by, now, template=row.template, close_missing=close_missing, kept=len(findings["keep"]))
    jobs.take.defer(import_id=str(row.id))


def _kept(
    template: str, others: Mapping[str, str], keep: Mapping[int, tuple[str, str]]
) -> dict[str, tuple[str, str, str]]:
    """Column index → (heading, purpose, retention), judged by the closed lists."""
    kept: dict[str, tuple[str, str, str]] = {}
    for index, (purpose, retention) in keep.items():
        label = others.get(str(index))
        if label is None or not template_of(template).of_people:
            raise Refused("bad_purpose", _("这一列不能保留。"), fields={f"keep_{index}": _("这一列不能保留。")})
        if (found := personal.forbidden(label)) is not None:
            text = _("“%(label)s”一列涉及%(what)s，本系统不收集，也不能另立名目。") % {
                "label": label,
                "what": _(found.title),
            }
            raise Refused("forbidden_column", text, fields={f"keep_{index}": text})
        if purpose not in personal.purposes_for(label) or retention not in personal.RETENTIONS:
            text = _("请为“%(label)s”选一个用途和一个保存期限；不选就不保留。") % {"label": label}
            raise Refused("bad_purpose", text, fields={f"keep_{index}": text})
        kept[str(index)] = (label, purpose, retention)
    return kept


@verb
def check_again(*, by: Standing, now: datetime, import_id: UUID) -> None:
    """Judge the same file anew, because the site has changed since, or the check itself came to nothing.

    Refused: not_yours, not_found, stale (409).
    """
    from . import jobs

    demand(by)
    row = locked(import_id)
    move(row, "check", now)
    row.save(update_fields=["state", "changed_at"])
    record("check_again", row.id, by, now, template=row.template)
    jobs.check.defer(import_id=str(row.id))


@verb
def give_up(*, by: Standing, now: datetime, import_id: UUID) -> None:
    """Forget a file that was not taken; its content is destroyed. Refused: not_yours, not_found, stale (409)."""
    demand(by)
    row = locked(import_id)
    move(row, "give_up", now)
    row.file_sealed = row.findings_sealed = None
    row.save()
    vault.destroy([row.key_id], reason="founding_given_up", now=now)
    record("give_up", row.id, by, now, template=row.template)


@verb
def undo(*, by: Standing, now: datetime, import_id: UUID) -> None:
    """Take a whole import back by compensating steps; a job does it and refuses where live work leans on a row.

    Refused: not_yours, not_found, stale (409), cannot_undo (history), later_import (another import of this template
    was taken since: that one first).
    """
    from . import jobs

    demand(by)
    row = locked(import_id)
    if not template_of(row.template).can_undo:
        raise Refused("cannot_undo", _("历史案卷导入后就是记录的一部分，不能整批撤销。"))
    move(row, "undo", now)
    if Import.objects.filter(template=row.template, state="taken", taken_at__gt=row.taken_at).exists():
        raise Refused("later_import", _("这之后又导入过同一张模板，请先撤销后面那次。"))
    row.refused = ""
    Progress.objects.filter(import_id=row.id).delete()
    row.save()
    record("undo", row.id, by, now, template=row.template)
    jobs.undo.defer(import_id=str(row.id))


@verb
def begin_rehearsal(*, by: Standing, now: datetime, defer: bool = True) -> None:
    """Let twenty cases walk through the site's set-up in a schema of its own; a job does it (not where `defer` is off).

    Refused: not_yours, no_district, already_live, rehearsing (409), no_rehearsal_schema.
    """
    from . import jobs

    demand(by)
    site, _made = Site.objects.select_for_update().get_or_create(id=1)
    if site.live_at is not None:
        raise Refused("already_live", _("本站点已经上线。"))
    if places.district() is None:
        raise Refused("no_district", _("还没有设本区的区划。请先在第一步填区划代码。"))
    if rehearsing(site, now):
        raise Refused("rehearsing", _("正在演练，请等它结束。"), status=409)
    if not rehearsal.possible():
        raise Refused(
            "no_rehearsal_schema", _("数据库里还没有演练用的模式，请运维人员运行 xiucheng site rehearse 建立。")
        )
    site.rehearsal_state, site.rehearsed_at = "running", now
    site.save(update_fields=["rehearsal_state", "rehearsed_at"])
    Progress.objects.filter(import_id=REHEARSAL).delete()
    record("begin_rehearsal", REHEARSAL, by, now)
    if defer:
        jobs.rehearse.defer()


@verb
def keep_rehearsal(*, now: datetime, answer: Mapping[str, Any]) -> None:
    """Keep what a rehearsal found, codes and references only; it stands for the moment at which it began."""
    site = Site.objects.select_for_update().get(id=1)
    cases = answer.get("cases")
    site.rehearsal_state, site.rehearsed = ("failed" if cases is None else "done"), dict(answer)
    site.save(update_fields=["rehearsal_state", "rehearsed"])
    closed = sum(1 for one in cases or () if one["state"] == "closed")
    record("rehearse", REHEARSAL, WORKER, now, cases=len(cases or ()), closed=closed)


@verb
def erase_extras(*, now: datetime, today: date) -> int:
    """Destroy kept personal cells whose time is over, or whose person has left; by the clock, each hour."""
    gone = people.left_of([UUID(ref) for ref in Extra.objects.values_list("ref", flat=True).distinct()])
    over = Extra.objects.filter(Q(erase_on__lte=today) | Q(ref__in=[str(one) for one in gone]))
    rows = list(over.values_list("id", "key_id")[:5000])
    if rows:
        vault.destroy([key for _id, key in rows], reason="retention", now=now)
        Extra.objects.filter(id__in=[one for one, _key in rows]).delete()
        record("erase_extras", uuid7(), WORKER, now, count=len(rows))
    return len(rows)
