"""Which twenty cases are rehearsed, and what a rehearsal may find missing. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest

from xiucheng.kit.words import marked as _

COUNT = 20
_NIGHT = 22
"""The local hour at which the other answer is asked for: whoever routes by hours sends it elsewhere then (D)."""

STATES: Mapping[str, str] = {
    "running": _("正在演练"),
    "done": _("演练过"),
    "failed": _("演练没有完成"),
}


@dataclass(frozen=True, slots=True)
class Lack:
    """What a rehearsed case met: its sentence, the template that cures it, and whether the case stopped there."""

    sentence: str
    cure: str
    stops: bool


LACKS: Mapping[str, Lack] = {
    "no_acceptor": Lack(_("中心没有受理员，没有人立案。"), "people", stops=True),
    "no_rule": Lack(_("没有规则管，要由派遣员决定派给谁。"), "routing", stops=False),
    "no_dispatcher": Lack(_("没有规则管，也没有派遣员，派不出去。"), "people", stops=True),
    "no_agency": Lack(_("没有规则管，镇街也没有办事处可派。"), "agencies", stops=True),
    "no_clerk": Lack(_("派去的单位没有经办人，没有人签收。"), "people", stops=True),
    "no_checker": Lack(_("那里没有采集员或网格员，没有人去核查。"), "duties", stops=True),
    "off_acceptor": Lack(_("此刻没有受理员在岗，由不在岗的代办。"), "rosters", stops=False),
    "off_dispatcher": Lack(_("此刻没有派遣员在岗，由不在岗的代办。"), "rosters", stops=False),
    "off_clerk": Lack(_("此刻单位没有经办人在岗，由不在岗的代办。"), "rosters", stops=False),
    "off_checker": Lack(_("此刻那里没有人在岗核查，由不在岗的代办。"), "rosters", stops=False),
    "refused": Lack(_("系统不让办下去：%(detail)s。请把这一件告诉实施人员。"), "", stops=True),
}

STAGES: Mapping[str, str] = {
    # How far a case came → what is said of it.
    "received": _("没有立案"),
    "filed": _("没有派出"),
    "dispatched": _("没有签收"),
    "handling": _("没有反馈"),
    "replied": _("没有核查"),
    "post_checking": _("没有核查"),
    "closed": _("走完了全程"),
}


@dataclass(frozen=True, slots=True)
class Planned:
    """One case to rehearse: a minor category of the catalogue at a place."""

    number: int
    category: str
    area: str


def next_night(local: datetime) -> datetime:
    """The next time it is night by the local clock; what was published today may not have been there last night."""
    tonight = local.replace(hour=_NIGHT, minute=0, second=0, microsecond=0)
    return tonight if tonight > local else tonight + timedelta(days=1)


def plan(
    categories: Iterable[tuple[str, str]], named: Iterable[str], areas: Iterable[str], count: int = COUNT
) -> list[Planned]:
    """The cases: first what the routing names, one a rule, then one of each major class in turn; so the places.

    categories: key and the class it belongs to. named: keys that rules name, in their order. areas: codes of
    communities (where there are none, of what there is). The same set-up gives the same cases. Nothing without areas.
    """
    ordered = sorted(set(categories))
    known = {key for key, _of in ordered}
    wanted = dict.fromkeys(key for key in named if key in known)
    wanted.update(dict.fromkeys(_in_turn((of, key) for key, of in ordered)))
    places = _in_turn((area[:9], area) for area in sorted(set(areas)))
    if not places:
        return []
    chosen = list(wanted)[:count]
    return [Planned(number + 1, key, places[number % len(places)]) for number, key in enumerate(chosen)]


def _in_turn(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """One of each group, then the second of each, …; groups and what is in them in their order."""
    groups: dict[str, list[str]] = defaultdict(list)
    for group, one in pairs:
        groups[group].append(one)
    rounds: Sequence[Sequence[str | None]] = list(zip_longest(*(groups[name] for name in sorted(groups))))
    return [one for of_round in rounds for one in of_round if one is not None]
