"""Which row matches: conditions tried in order, the first row that has them all and names an agency decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .rows import OFFICES, Rule, minute_bit


@dataclass(frozen=True, slots=True)
class RoutingFacts:
    """What the rows look at. Codes throughout; agencies by the codes of their organisations.

    category: the minor's key; major: its major ("C01"); kind: component, event or service. area: division code as
    precise as known, "" where nothing is. minute: of the local day; on_duty: by the site's calendar. linked: relation →
    agency of the component; offices: kind of OFFICES → agency of the place. receiving: who takes cases now.
    """

    category: str
    major: str = ""
    kind: str = ""
    area: str = ""
    channel: str = ""
    component: str = ""
    minute: int = 0
    on_duty: bool = True
    linked: Mapping[str, str] = field(default_factory=dict)
    offices: Mapping[str, str] = field(default_factory=dict)
    receiving: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Tried:
    """One row and its verdict: matched, not_reached, or the first thing that kept it from matching (VERDICTS)."""

    no: int
    verdict: str


VERDICTS = (
    "matched",
    "category",
    "area",
    "channel",
    "hours",
    "no_component",
    "no_link",
    "no_area",
    "no_office",
    "agency_closed",
    "not_reached",
)


@dataclass(frozen=True, slots=True)
class Match:
    """The row that decides and its agency's code, both None where none matches; why: each row with its verdict."""

    rule_no: int | None
    agency: str | None
    why: tuple[Tried, ...]


def first_match(rules: Sequence[Rule], facts: RoutingFacts) -> Match:
    """Try the rows (in the order of their numbers) until one matches."""
    why: list[Tried] = []
    for index, rule in enumerate(rules):
        verdict, agency = _judge(rule, facts)
        why.append(Tried(rule.no, verdict))
        if agency is not None:
            why += [Tried(later.no, "not_reached") for later in rules[index + 1 :]]
            return Match(rule.no, agency, tuple(why))
    return Match(None, None, tuple(why))


def _judge(rule: Rule, facts: RoutingFacts) -> tuple[str, str | None]:
    if rule.categories and not {facts.category, facts.major, facts.kind}.intersection(rule.categories):
        return "category", None
    if rule.areas and not any(facts.area.startswith(area) for area in rule.areas):
        return "area", None
    if rule.channels and facts.channel not in rule.channels:
        return "channel", None
    if not rule.hours & minute_bit(facts.minute, facts.on_duty):
        return "hours", None
    return _target(rule, facts)


def _target(rule: Rule, facts: RoutingFacts) -> tuple[str, str | None]:
    if rule.component:
        agency = facts.linked.get(rule.component)
        missing = "no_link" if facts.component else "no_component"
    elif rule.agency in OFFICES:
        agency = facts.offices.get(rule.agency)
        missing = "no_area" if len(facts.area) < OFFICES[rule.agency] else "no_office"
    else:
        agency, missing = rule.agency, ""
    if agency is None:
        return missing, None
    return ("matched", agency) if agency in facts.receiving else ("agency_closed", None)
