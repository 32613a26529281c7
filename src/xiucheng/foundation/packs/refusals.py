"""What is said when a pack is refused: a sentence with its status for every code that rules can give."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from xiucheng.kit.refused import Refused

from .rules import NotJson

OBSTACLES: Mapping[str, tuple[Any, int]] = {
    "too_far": (_("生效日期离现在超过五年，请核对。"), 422),
    "in_the_past": (_("生效日期已过，而当时另有版本在用；已经适用过的不能改写，请选今后的日期。"), 422),
    "date_taken": (_("另一个版本在同一时刻生效，请另选日期，或先撤回那一版。"), 422),
    "nothing_changed": (_("内容与届时在用的版本相同，无需发布。"), 422),
    "based_on_other": (_("草稿不是从届时在用的版本改来的，发布会悄悄撤销那一版的改动；请先对照后再发布。"), 409),
}

WHY_NOT_JSON: Mapping[str, Any] = {
    "kind": _("这里的值不是 JSON 能表示的。"),
    "key": _("名称应是文字。"),
    "text": _("文字中有不能保存的字符。"),
    "number": _("数字应是有限的。"),
    "depth": _("嵌套超过 32 层。"),
}


def bad_body(error: NotJson) -> Refused:
    """A body that cannot be kept as it is, with the place."""
    text = WHY_NOT_JSON[error.why]
    return Refused("bad_body", text, fields={shown(error.path, 200) or "body": text})


def shown(text: object, most: int = 40) -> str:
    """What somebody else wrote, short and fit for an answer (lone surrogates cannot be sent)."""
    return str(text)[:most].encode(errors="replace").decode()


def not_found() -> Refused:
    """No such version."""
    return Refused("not_found", _("没有这个版本。"), status=404)


def stale() -> Refused:
    """Somebody was faster."""
    return Refused("stale", _("这一版刚被别人改过，请重新打开后再试。"), status=409)
