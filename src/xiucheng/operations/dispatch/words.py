"""What the codes of this room's rules say to people: each row's verdict, and what is wrong with a draft."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.packs.registry import Problem

from .rules.check import Fault

VERDICTS: Mapping[str, Promise] = {
    "matched": _("符合，派给“%(agency)s”。"),
    "category": _("不是这条规则的类别。"),
    "area": _("不在这条规则的区域内。"),
    "channel": _("不是这条规则的来源渠道。"),
    "hours": _("不在这条规则的时段内。"),
    "no_component": _("没有写明部件，附近也没有找到同类部件。"),
    "no_link": _("这个部件没有登记%(relation)s。"),
    "no_area": _("地点不够细，不知道属于哪个%(office)s。"),
    "no_office": _("这个地方没有登记%(office)s。"),
    "agency_closed": _("单位“%(agency)s”已停用或不承办案卷。"),
    "not_reached": _("前面的规则已经符合，没有再看。"),
}

TARGETS: Mapping[str, Promise] = {"street_office": _("所在镇街"), "community_office": _("所在社区")}

FAULTS: Mapping[str, Promise] = {
    "no_rules": _("还没有规则，至少要有一条。"),
    "too_many": _("规则最多 %(value)s 条，请合并。"),
    "unknown_entry": _("不认识的内容“%(value)s”。"),
    "malformed": _("这条规则读不懂：%(value)s"),
    "number_twice": _("规则号 %(value)s 用了两次。"),
    "unknown_category": _("立案目录里没有“%(value)s”。"),
    "unknown_area": _("没有代码为“%(value)s”的镇街或社区。"),
    "unknown_channel": _("没有名为“%(value)s”的渠道。"),
    "unknown_relation": _("部件与单位没有“%(value)s”这种关系。"),
    "unknown_agency": _("没有代码为“%(value)s”的承办单位，或已停用。"),
    "one_target": _("请在承办单位与部件的单位之间选一个。"),
    "never_reached": _("规则 %(value)s 永远轮不到：前面的规则已经全部接走。"),
}


def problem(fault: Fault) -> Problem:
    """A fault as the packs page shows it."""
    where, what, value = fault
    return Problem(where, str(FAULTS[what]) % {"value": value})


def verdict(code: str, **names: Any) -> str:
    """A row's verdict as a sentence; names: agency, relation, office where the sentence asks for them."""
    return str(VERDICTS[code]) % names
