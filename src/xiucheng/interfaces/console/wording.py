"""One sentence per step of a case: a table of verb → sentence, in the field's words."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiucheng.foundation.people import vault
from xiucheng.interfaces.web import words
from xiucheng.kit.days import site_zone
from xiucheng.operations.cases.catalogue import Catalogue
from xiucheng.operations.cases.rules import MOVES

from . import names
from .names import Names

Payload = Mapping[str, Any]
SEVERITIES: Mapping[str, str | Promise] = {
    "H": gettext_lazy("严重"),
    "M": gettext_lazy("一般"),
    "L": gettext_lazy("轻微"),
}
CLOSINGS: Mapping[str, str | Promise] = {
    "handled": gettext_lazy("处置完成"),
    "by_notice": gettext_lazy("告知性结案"),
    "self_handled": gettext_lazy("自处置"),
    "forced": gettext_lazy("强制结案"),
}

# verb → sentence and tone. `%(…)s` are filled from `_facts`.
SENTENCES: Mapping[str, tuple[str | Promise, str]] = {
    "file": (gettext_lazy("%(who)s立案：%(category)s，%(severity)s。"), "decided"),
    "file_self_handled": (gettext_lazy("%(who)s自处置并上报：%(category)s。"), "decided"),
    "approve_self_review": (gettext_lazy("%(who)s审核通过自处置。"), "decided"),
    "refuse_self_review": (gettext_lazy("%(who)s没有通过自处置，转为待派遣。"), "against"),
    "dispatch": (gettext_lazy("%(who)s派给%(agency)s。"), "decided"),
    "redispatch": (gettext_lazy("%(who)s改派给%(agency)s。"), "decided"),
    "sign": (gettext_lazy("%(who)s签收。"), "quiet"),
    "assign_inside": (gettext_lazy("%(who)s转给%(person)s办理。"), "quiet"),
    "reply": (gettext_lazy("%(who)s反馈：已处置。"), "decided"),
    "start_check": (gettext_lazy("%(who)s发起核查。"), "quiet"),
    "pass_check": (gettext_lazy("%(who)s核查通过。"), "decided"),
    "rework": (gettext_lazy("%(who)s退回返工，第 %(rework_count)s 次。"), "against"),
    "close": (gettext_lazy("%(who)s结案：%(closing)s。"), "decided"),
    "return_case": (gettext_lazy("%(who)s申请回退。"), "plain"),
    "extend": (gettext_lazy("%(who)s申请延期。"), "plain"),
    "void": (gettext_lazy("%(who)s申请作废。"), "plain"),
    "supervise": (gettext_lazy("%(who)s督办。"), "against"),
    "answer_supervision": (gettext_lazy("%(who)s回复督办。"), "decided"),
    "recalculate": (gettext_lazy("节假日安排已公布，时限重新推算。"), "quiet"),
    "merge": (gettext_lazy("%(who)s把本案卷合并到另一件。"), "decided"),
    "unmerge": (gettext_lazy("%(who)s取消合并。"), "decided"),
    "force_close": (gettext_lazy("%(who)s强制结案。"), "against"),
    "reopen": (gettext_lazy("%(who)s重开，第 %(reopen_count)s 次。"), "against"),
    "undo": (gettext_lazy("%(who)s撤销了“%(undone)s”。"), "quiet"),
    "redact": (gettext_lazy("%(who)s删除了一段文字，原因：%(reason)s。"), "quiet"),
    "erase_picture": (gettext_lazy("%(who)s删除了一张图片：%(reason)s。"), "quiet"),
    "add_source": (gettext_lazy("又有一条上报并入：%(channel)s。"), "quiet"),
}
GRANTED = gettext_lazy("%(who)s同意%(what)s。")
DECLINED = gettext_lazy("%(who)s不同意%(what)s。")
ASKED: Mapping[str, str | Promise] = {
    "return_case": gettext_lazy("回退"),
    "extend": gettext_lazy("延期"),
    "void": gettext_lazy("作废"),
}


def sentence(verb: str, actor: str, payload: Payload, known: Names, held: Catalogue | None) -> tuple[str, str]:
    """The sentence of one step and its tone (decided, against, quiet, plain)."""
    facts = _facts(actor, payload, known, held)
    template: str | Promise
    if verb == "decide":
        template, tone = (GRANTED, "decided") if payload.get("granted") else (DECLINED, "against")
    else:
        template, tone = SENTENCES.get(verb, (gettext_lazy("%(who)s办理了“%(verb)s”。"), "plain"))
    told = str(template) % {**facts, "verb": move_label(verb)}
    due = payload.get("due") if verb in {"decide", "reopen", "recalculate"} else None
    return (told + _until(due) if due else told), tone


def move_label(name: str) -> str:
    """What people call a move."""
    return str(MOVES[name].label) if name in MOVES else name


def done(number: str, name: str) -> str:
    """What a move has done to a case, for a message: 26-0000-111-7：已签收."""
    told = _MERGED if name == "merge" else _("%(number)s：已%(move)s")
    return str(told) % {"number": number, "move": move_label(name)}


_MERGED = gettext_lazy("%(number)s：已合并到另一件案卷")
"""The move's own name goes on with the case that is chosen."""


def _facts(actor: str, payload: Payload, known: Names, held: Catalogue | None) -> dict[str, str]:
    return {
        "who": known.actor(actor),
        **{name: read(payload.get(name) or "", known, held) for name, read in _READERS.items()},
    }


_READERS: Mapping[str, Callable[[Any, Names, Catalogue | None], str]] = {
    "category": lambda value, known, held: names.category(value, held),
    "severity": lambda value, known, held: str(SEVERITIES.get(value, value)),
    "agency": lambda value, known, held: names.agency(value),
    "person": lambda value, known, held: known.actor(f"person:{value}") if value else "",
    "closing": lambda value, known, held: str(CLOSINGS.get(value, value)),
    "channel": lambda value, known, held: names.channel(value),
    "what": lambda value, known, held: str(ASKED.get(value, value)),
    "reason": lambda value, known, held: str(vault.REASONS.get(value, value)),
    "undone": lambda value, known, held: move_label(value),
    "rework_count": lambda value, known, held: str(value),
    "reopen_count": lambda value, known, held: str(value),
}


def _until(due: Any) -> str:
    return _("新的到期时间是 %(at)s。") % {"at": exact(datetime.fromisoformat(str(due)))}


def exact(at: datetime) -> str:
    """A moment to the minute on the district's clocks."""
    return words.exact(at, site_zone())
