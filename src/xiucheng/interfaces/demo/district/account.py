"""The report at midnight: what became of every report of the day, and whether the sums agree; pure.

Every report handed in has exactly one fate; every arrival of the day's plan was handed in, was refused at the door, or
never came (the day was cut short). Nothing may be left over.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from xiucheng.kit.words import marked as _

FATES: Mapping[str, str] = {
    "waiting": _("在受理台等候"),
    "looked_at": _("正在核实"),
    "rejected": _("不予受理"),
    "same": _("并入已有案卷"),
    "merged": _("案卷已合并"),
    "to_dispatch": _("案卷待派遣"),
    "with_agency": _("承办单位办理中"),
    "to_check": _("已反馈，待核查或结案"),
    "self_review": _("自处置待审"),
    "closed": _("按期结案"),
    "closed_late": _("超期结案"),
    "void": _("案卷作废"),
}
"""Fate → what it is called."""

_BY_REPORT = {"received": "waiting", "pre_verifying": "looked_at", "rejected": "rejected", "attached": "same"}
_BY_CASE = {
    "filed": "to_dispatch",
    "returned": "to_dispatch",
    "dispatched": "with_agency",
    "handling": "with_agency",
    "replied": "to_check",
    "post_checking": "to_check",
    "self_review": "self_review",
    "merged": "merged",
    "void": "void",
}


@dataclass(frozen=True, slots=True)
class Stand:
    """How one report stands: its channel, its own state, and its case's with whether it was closed too late."""

    channel: str
    state: str
    case_state: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """The day in numbers. planned: arrivals of the plan; handed_in, refused (code → how many), never_came: these three
    make it up. fates: channel → fate → how many; they make up what was handed in. others: what came besides, from
    people who use the site."""

    planned: int
    handed_in: int
    refused: Mapping[str, int]
    never_came: int
    fates: Mapping[str, Mapping[str, int]]
    others: int

    @property
    def faults(self) -> list[str]:
        """Sums that do not agree; an empty list where every report is accounted for."""
        told = sum(sum(of.values()) for of in self.fates.values())
        found = []
        if self.planned != self.handed_in + sum(self.refused.values()) + self.never_came:
            found.append("planned")
        if told != self.handed_in:
            found.append("fates")
        return found

    def total(self, fate: str) -> int:
        """How many have this fate, by whatever door."""
        return sum(of.get(fate, 0) for of in self.fates.values())

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "planned": self.planned,
            "handed_in": self.handed_in,
            "refused": dict(self.refused),
            "never_came": self.never_came,
            "others": self.others,
            "fates": {channel: dict(of) for channel, of in self.fates.items()},
            "totals": {fate: self.total(fate) for fate in FATES},
            "faults": self.faults,
        }


def fate_of(one: Stand) -> str:
    """A key of FATES. KeyError for a state that this page does not know: a fate must never be made up."""
    if one.state != "accepted":
        return _BY_REPORT[one.state]
    if one.case_state == "closed":
        return "closed_late" if one.late else "closed"
    return _BY_CASE[one.case_state]


def drawn_up(
    *, planned: int, refused: Mapping[str, int], never_came: int, handed_in: int, found: Iterable[Stand], others: int
) -> Account:
    """The account of a day. found: how each report handed in stands, as the site itself says."""
    fates: dict[str, Counter[str]] = {}
    for one in found:
        fates.setdefault(one.channel, Counter())[fate_of(one)] += 1
    return Account(planned, handed_in, dict(refused), never_came, fates, others)
