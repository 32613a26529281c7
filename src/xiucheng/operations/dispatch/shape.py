"""How the routing pack looks to people: its rows with their titles and what may be chosen in each."""

from datetime import datetime

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.packs.shapes import Choice, Field, Record, Rows, Several, Spans, Text, Whole
from xiucheng.foundation.packs.shapes.values import Groups
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import RELATIONS
from xiucheng.foundation.places import queries as places
from xiucheng.operations.cases.shapes import KIND_NAMES
from xiucheng.operations.intake import queries as intake

from . import configuration, words


def _categories(at: datetime) -> Groups:
    """Kinds, majors and minors: each takes in what lies below it."""
    held = configuration.catalogue(at)
    majors: dict[str, str] = {}
    minors: dict[str, list[tuple[str, str]]] = {}
    for one in held.categories.values() if held else ():
        majors.setdefault(configuration.major_of(one), one.major_name)
        minors.setdefault(one.major_name, []).append((one.key, f"{one.minor_name} {one.key}"))
    groups: list[tuple[str, list[tuple[str, str]]]] = [
        (str(_("整个种类")), [(code, str(name)) for code, name in KIND_NAMES]),
        (str(_("整个大类")), [(code, f"{name} {code}") for code, name in majors.items()]),
    ]
    return [*groups, *minors.items()]


def _areas(at: datetime) -> Groups:
    district = places.district()
    streets = places.children(district.code) if district else []
    return [
        (one.name, [(one.code, one.name), *((below.code, below.name) for below in places.children(one.code))])
        for one in streets
    ]


def _channels(at: datetime) -> Groups:
    return [("", [(one.name, str(one.title)) for one in intake.channels()])]


def _relations(at: datetime) -> Groups:
    return [("", [(code, gettext(name)) for code, name in RELATIONS.items()])]


def _agencies(at: datetime) -> Groups:
    offices = [(code, str(name)) for code, name in words.TARGETS.items()]
    return [
        (str(_("按地点")), offices),
        (str(_("承办单位")), [(one.code, one.name) for one in people.agencies()]),
    ]


RULE = Record(
    (
        Field(
            "no",
            _("序号"),
            Whole(1, 99_999),
            hint=_("自上而下按序号试，小的先试，第一条合的算数。"),
            required=True,
            listed=False,
        ),
        Field("categories", _("类别"), Several(_categories, none=_("所有类别")), hint=_("都不选，就是不论类别。")),
        Field("areas", _("区域"), Several(_areas, none=_("全区")), hint=_("都不选，就是全区。")),
        Field("channels", _("渠道"), Several(_channels, none=_("不论渠道")), listed=False),
        Field(
            "hours",
            _("时段"),
            Spans((("duty", _("工作时间内")), ("off_duty", _("工作时间外"))), none=_("任何时候")),
            hint=_("按全区的工作日历算；也可写钟点，例如 22:00–06:00。"),
        ),
        Field("component_owner", _("派给部件的"), Choice(_relations, none=_("不按部件"))),
        Field("agency", _("派给单位"), Choice(_agencies, none=_("不指定")), hint=_("与上一项只选一个。")),
        Field("note", _("依据"), Text(200), hint=_("为什么归它管，可写文件名和条款。")),
    )
)
SHAPE = Record((Field("rules", _("规则"), Rows(RULE, _("规则"), key=("no",), ordered=True)),))
