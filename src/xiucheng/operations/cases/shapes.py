"""How the catalogue and the stage limits look to people: their parts with titles, for forms and for differences."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.packs.shapes import (
    Choice,
    Field,
    Length,
    Names,
    Record,
    Rows,
    Text,
    YesNo,
)
from xiucheng.foundation.packs.shapes.values import Groups

KIND_NAMES = (("component", _("部件")), ("event", _("事件")), ("service", _("诉求")))
SEVERITY_NAMES = (("H", _("严重")), ("M", _("一般")), ("L", _("轻微")))
SOURCES = (("found", _("查到")), ("memory", _("凭经验")), ("own", _("自编")))
"""Where a code comes from: found in the standard, remembered from it, or of one's own."""


def _kinds(at: datetime) -> Groups:
    return [("", KIND_NAMES)]


def _severities(at: datetime) -> Groups:
    return [("", SEVERITY_NAMES)]


def _sources(at: datetime) -> Groups:
    return [("", SOURCES)]


def _category(row: Mapping[str, Any], names: Names) -> str:
    return f"{row.get('minor_name', '')} {row.get('key', '')}".strip()


def _condition(row: Mapping[str, Any], names: Names) -> str:
    return f"{row.get('key', '')} {str(row.get('text', ''))[:30]}".strip()


CONDITION = Record(
    (
        Field("key", _("代码"), Text(20, mono=True), required=True, listed=False),
        Field("text", _("什么情况算"), Text(500, lines=2), required=True, listed=False),
        Field("severity", _("严重程度"), Choice(_severities), required=True),
        Field("limit", _("时限"), Length(), required=True),
        Field("closing", _("怎样算办好"), Text(500, lines=2), blank=""),
        Field("after_photo", _("办好要拍照"), YesNo(), blank=False, listed=False),
        Field("default", _("默认条件"), YesNo(), hint=_("只知道类别时用它，每类一个。"), blank=False),
        Field(
            "first_stage",
            _("第一阶段"),
            Record(
                (
                    Field("limit", _("时限"), Length()),
                    Field("text", _("先做什么"), Text(200), blank=""),
                ),
                optional=True,
            ),
            hint=_("要先围护、后修复的才填；目前只作记录，不单独计时。"),
            listed=False,
        ),
    )
)
CATEGORY = Record(
    (
        Field(
            "key",
            _("代码"),
            Text(20, mono=True),
            hint=_("例如 C0137：字母、大类号、小类号。"),
            required=True,
            listed=False,
        ),
        Field("kind", _("种类"), Choice(_kinds), required=True),
        Field("major_code", _("大类号"), Text(10, mono=True), required=True, listed=False),
        Field("major_name", _("大类"), Text(40), required=True),
        Field("minor_code", _("小类号"), Text(10, mono=True), required=True, listed=False),
        Field("minor_name", _("小类"), Text(40), required=True, listed=False),
        Field("street_visible", _("在街上看得见"), YesNo(), blank=False, listed=False),
        Field("scheme", _("依据的标准"), Text(80), required=True, listed=False),
        Field("version", _("标准的版本"), Text(40), required=True, listed=False),
        Field("code_source", _("代码来历"), Choice(_sources), listed=False),
        Field("conditions", _("立案条件"), Rows(CONDITION, _("立案条件"), key=("key",), label=_condition)),
    )
)
CATALOGUE = Record((Field("categories", _("类别"), Rows(CATEGORY, _("类别"), key=("key",), label=_category)),))

LIMITS = Record(
    (
        Field("dispatch", _("派遣时限"), Length(), hint=_("立案以后，多久要派出去。"), required=True),
        Field("check", _("核查时限"), Length(), hint=_("处置以后，多久要核查。"), required=True),
    )
)
