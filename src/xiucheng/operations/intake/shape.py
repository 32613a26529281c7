"""How the pack `filing` looks to people: its rows with their titles and what may be chosen in each."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.packs.shapes import Choice, Field, Names, Record, Rows
from xiucheng.foundation.packs.shapes.values import Groups

from . import filing
from .channels import CHANNELS
from .imports import mapping


def _channels(at: datetime) -> Groups:
    return [("", [(one.name, str(one.title)) for one in CHANNELS.values()])]


def _mappings(at: datetime) -> Groups:
    return [("", [(one.name, one.title) for one in map(mapping.load, mapping.names())])]


def _texts(at: datetime) -> Groups:
    return [
        (
            "",
            [(filing.mark_of(one), f"{one.title} {filing.mark_of(one)}") for one in map(mapping.load, mapping.names())],
        )
    ]


def _called(row: Mapping[str, Any], names: Names) -> str:
    parts = ((_channels, row.get("channel")), (_mappings, row.get("mapping")))
    return " · ".join(names.of(options, code) for options, code in parts if code)


RULE = Record(
    (
        Field("channel", _("渠道"), Choice(_channels), required=True, listed=False),
        Field(
            "mapping",
            _("映射文件"),
            Choice(_mappings, none=_("不用映射")),
            listed=False,
            hint=_("不选，就是人选定了类别的上报自动立案；选了，就是这个文件带来的上报自动立案。"),
        ),
        Field(
            "digest",
            _("映射的校验值"),
            Choice(_texts, none=_("不用映射")),
            hint=_("选了映射文件，这里不选，存下时就填上它现在的；文件改过以后要重新填、重新发布。"),
        ),
    )
)
SHAPE = Record((Field("rules", _("规则"), Rows(RULE, _("规则"), key=("channel", "mapping"), label=_called)),))
