"""Taking a whole import back: first whether anything live leans on it, then compensating steps in reverse."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.people import vault
from xiucheng.kit import journal
from xiucheng.kit.days import local_time
from xiucheng.kit.refused import Refused
from xiucheng.kit.site import lock_key
from xiucheng.kit.verbs import verb

from . import storing
from .frame import WORKER, hand, locked, move, record
from .models import Effect, Extra, Import, Known
from .templates.base import Done, Template
from .templates.table import template_of

_NAMED = 5
_ROOMS: Mapping[str, Promise] = {
    "cases": _("案卷"),
    "intake": _("上报"),
    "tasks": _("待办"),
    "people": _("人员"),
    "places": _("区划"),
    "packs": _("配置"),
    "notices": _("通知"),
    "responsibility": _("共建"),
}


@verb
def undo(*, import_id: UUID, now: datetime, tick: Callable[[int, int], None]) -> None:
    """All or nothing. Refused `leaned_on` with the rows that live work leans on (the first five by name)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_key("founding.take")])
    row = locked(import_id)
    if row.state != "undoing":
        return
    template = template_of(row.template)
    effects = list(row.effects.order_by("-id"))
    _check_leaning(row, template, effects, now)
    dones = [
        Done(effect.action, effect.ref, storing.open_json(row.key_id, effect.before_sealed), effect.row)
        for effect in effects
    ]
    renewed = template.take_back_all(dones, by=hand(row.id), now=now, tick=lambda count: tick(count, len(dones)))
    _refer_anew(template, renewed)
    _forget(row, template, effects, now)
    move(row, "undone", now)
    row.refused = ""
    row.save()
    record("undone", row.id, WORKER, now, template=row.template, effects=len(effects))


def _refer_anew(template: Template, renewed: Mapping[str, str]) -> None:
    """What had ended and begins anew is what earlier imports of this template made: they can still be taken back."""
    for old, new in renewed.items():
        Effect.objects.filter(of__template=template.name, of__state="taken", ref=old).update(ref=new)


def _check_leaning(row: Import, template: Template, effects: Sequence[Effect], now: datetime) -> None:
    # A row that was only changed may be worked with; what it was before is put back all the same.
    made = [effect for effect in effects if effect.before_sealed is None]
    names = dict(zip((one.ref for one in made), (one.row for one in made), strict=True))
    found = journal.first_naming(list(names), after=row.taken_at, own=_own_hands(row)) if row.taken_at else []
    reasons = {one.ref: _said(one.step, one.at) for one in found}
    reasons.update(template.leans([ref for ref in names if ref not in reasons], now))
    if not reasons:
        return
    first = sorted((names.get(ref, 0), ref) for ref in reasons)[:_NAMED]
    fields = {
        f"row_{number}": _("第 %(row)s 行：%(why)s") % {"row": number or "—", "why": reasons[ref]}
        for number, ref in first
    }
    text = _("不能撤销：导入之后已有 %(count)s 行被用到，撤销会让这些工作悬空。") % {"count": len(reasons)}
    raise Refused("leaned_on", text, fields=fields, status=409)


def _own_hands(row: Import) -> list[str]:
    """The actors whose steps do not count: this import's, and those of imports that were taken back since."""
    undone = Import.objects.filter(state="undone").values_list("id", flat=True)
    return [str(hand(one).actor) for one in (row.id, *undone)]


def _said(step: str, at: datetime) -> str:
    when = f"{local_time(at):%m-%d %H:%M}"
    room = _ROOMS.get(step.partition(".")[0], step)
    return str(_("%(when)s 已有%(what)s记录用到它")) % {"when": when, "what": room}


def _forget(row: Import, template: Template, effects: Sequence[Effect], now: datetime) -> None:
    made = [effect.ref for effect in effects if effect.before_sealed is None]
    Known.objects.filter(of=row, ref__in=made).delete()
    # What was only changed is known still, but by which values nobody can say any more.
    Known.objects.filter(template=template.name, of=row).update(digest=b"")
    extras = list(Extra.objects.filter(of=row).values_list("id", "key_id"))
    if extras:
        vault.destroy([key for _one, key in extras], reason="founding_undone", now=now)
        Extra.objects.filter(id__in=[one for one, _key in extras]).delete()
    row.effects.all().delete()
