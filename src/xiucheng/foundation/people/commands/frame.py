"""What the verbs of this room share: recording, rows of the kit, checks of names and areas."""

import re
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.places import queries as places
from xiucheng.kit import journal
from xiucheng.kit.refused import Refused
from xiucheng.kit.rows import locked, refusing
from xiucheng.kit.words import legible

from ..rules import Standing

__all__ = ["checked_area", "checked_code", "checked_name", "checked_span", "locked", "record", "refusing"]

_AREA = re.compile(r"\d{6}|\d{9}|\d{12}|\d{15}")
_CODE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}")


def record(verb: str, subject: UUID, by: Standing, now: datetime, **payload: Any) -> None:
    """One step of this room."""
    journal.record(room="people", subject=subject, verb=verb, actor=by.actor, occurred_at=now, payload=payload)


def checked_name(name: str, longest: int, field: str = "name") -> str:
    """A name without the blanks around it. Refused `bad_name`."""
    plain = " ".join(legible(name).split())
    if not plain or len(plain) > longest or not plain.isprintable():
        text = _("请填写名称，不超过 %(longest)s 个字。") % {"longest": longest}
        raise Refused("bad_name", text, fields={field: text})
    return plain


def checked_code(code: str) -> str:
    """A code of an organisation. Refused `bad_code`."""
    if not _CODE.fullmatch(code):
        text = _("代码只用小写字母、数字和 . _ -，不超过 40 个字符。")
        raise Refused("bad_code", text, fields={"code": text})
    return code


def checked_area(area: str) -> str:
    """An area code that this district has, or "". Refused `unknown_area`.

    Before any area is loaded only the form is checked: people may be founded first.
    """
    unknown = not _AREA.fullmatch(area) or (places.district() is not None and places.area(area[:12]) is None)
    if area and unknown:
        text = _("本区没有这个区划代码。请从区划树中选择。")
        raise Refused("unknown_area", text, fields={"area": text})
    return area


def checked_span(starts_at: datetime, ends_at: datetime | None) -> None:
    """Refused `bad_span` where the end is not after the start."""
    if ends_at is not None and ends_at <= starts_at:
        text = _("结束时间要晚于开始时间。")
        raise Refused("bad_span", text, fields={"ends_at": text})
