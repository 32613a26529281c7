"""What is wrong with a draft of the routing pack: unknown codes, rows without a target, rows that are never reached.

A category that no row names is no mistake, its cases wait for a dispatcher; `unrouted` lists them for the preview.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .rows import FIELDS, OFFICES, Rule, read_rule

MAX_RULES = 500


@dataclass(frozen=True, slots=True)
class Known:
    """What is true now: categories by key with (kind, major), areas, channels, relations, agencies that take cases."""

    categories: Mapping[str, tuple[str, str]]
    areas: Collection[str]
    channels: Collection[str]
    relations: Collection[str]
    agencies: Collection[str]
    district: str = ""

    def keys(self, code: str) -> set[str]:
        """The minor categories that a key, major or kind stands for."""
        if code in self.categories:
            return {code}
        return {key for key, names in self.categories.items() if code in names}


Fault = tuple[str, str, str]
"""Where ("rules[3].agency"), what (a code of words.FAULTS), and the value or row number the sentence names."""


def check(body: Mapping[str, Any], known: Known) -> list[Fault]:
    """Everything wrong with a body of any shape; an empty list means it may be published."""
    rows = body.get("rules")
    if not isinstance(rows, list) or not rows:
        return [("rules", "no_rules", "")]
    if len(rows) > MAX_RULES:
        return [("rules", "too_many", str(MAX_RULES))]
    faults: list[Fault] = [(name, "unknown_entry", name) for name in body if name != "rules"]
    read: list[tuple[int, Rule]] = []
    for index, row in enumerate(rows):
        try:
            read.append((index, _read(row)))
        except (KeyError, TypeError, ValueError) as error:
            faults.append((f"rules[{index}]", "malformed", str(error)[:80]))
    faults += _twice(read)
    for index, rule in read:
        faults += [(f"rules[{index}]{where}", what, value) for where, what, value in _check_row(rule, known)]
    if not faults:
        place = {rule.no: index for index, rule in read}
        ordered = sorted((rule for _index, rule in read), key=lambda rule: rule.no)
        faults = [(f"rules[{place[no]}]", "never_reached", str(no)) for no in never_reached(ordered, known)]
    return faults


def _read(row: Any) -> Rule:
    if not isinstance(row, dict):
        raise ValueError(f"{row!r}"[:40])
    unknown = sorted(set(row) - FIELDS)
    if unknown:
        raise ValueError(unknown[0])
    return read_rule(row)


def _twice(read: Sequence[tuple[int, Rule]]) -> Iterator[Fault]:
    seen: set[int] = set()
    for index, rule in read:
        if rule.no in seen:
            yield f"rules[{index}].no", "number_twice", str(rule.no)
        seen.add(rule.no)


def _check_row(rule: Rule, known: Known) -> Iterator[Fault]:
    for field, what, values in (
        (".categories", "unknown_category", [code for code in rule.categories if not known.keys(code)]),
        (".areas", "unknown_area", [code for code in rule.areas if code not in known.areas]),
        (".channels", "unknown_channel", [name for name in rule.channels if name not in known.channels]),
    ):
        for value in values:
            yield field, what, value
    if bool(rule.component) == bool(rule.agency):
        yield ".agency", "one_target", ""
    elif rule.component:
        if rule.component not in known.relations:
            yield ".component_owner", "unknown_relation", rule.component
    elif rule.agency not in OFFICES and rule.agency not in known.agencies:
        yield ".agency", "unknown_agency", rule.agency


def never_reached(rules: Sequence[Rule], known: Known) -> list[int]:
    """Numbers of rows (given in order) whose every case an earlier row has taken.

    Looked at cell by cell: a category, an area and a channel of the row; the hours of all earlier rows that surely
    take that cell are laid over each other. Rows that may fall through (a component without an owner, a street
    without an office) take nothing for sure, except from rows with the very same target.
    """
    found = []
    for index, rule in enumerate(rules):
        earlier = [_Cover.of(one, known) for one in rules[:index] if _surely(one, rule)]
        cells = _cells(rule, known)
        if earlier and all(_taken(cell, rule.hours, earlier) for cell in cells):
            found.append(rule.no)
    return found


def _surely(earlier: Rule, later: Rule) -> bool:
    return earlier.target == later.target or not (earlier.component or earlier.agency in OFFICES)


@dataclass(frozen=True, slots=True)
class _Cover:
    """What an earlier row takes: category keys and channels as sets, areas as prefixes, hours as a mask."""

    keys: frozenset[str]
    areas: tuple[str, ...]
    channels: frozenset[str]
    hours: int

    @classmethod
    def of(cls, rule: Rule, known: Known) -> "_Cover":
        return cls(frozenset(_keys(rule, known)), rule.areas or ("",), frozenset(_channels(rule, known)), rule.hours)

    def takes(self, key: str, area: str, channel: str) -> bool:
        return key in self.keys and channel in self.channels and area.startswith(self.areas)


def _cells(rule: Rule, known: Known) -> Iterator[tuple[str, str, str]]:
    for key in _keys(rule, known):
        for area in rule.areas or (known.district,):
            for channel in _channels(rule, known):
                yield key, area, channel


def _taken(cell: tuple[str, str, str], hours: int, earlier: Iterable[_Cover]) -> bool:
    left = hours
    for cover in earlier:
        if cover.takes(*cell):
            left &= ~cover.hours
            if not left:
                return True
    return False


def _keys(rule: Rule, known: Known) -> Collection[str]:
    if not rule.categories:
        return known.categories
    return set().union(*(known.keys(code) for code in rule.categories))


def _channels(rule: Rule, known: Known) -> Collection[str]:
    return rule.channels or known.channels


def unrouted(rules: Sequence[Rule], known: Known) -> list[str]:
    """Minor categories that no row names: their cases wait for a dispatcher."""
    named: set[str] = set()
    for rule in rules:
        named.update(_keys(rule, known))
    return sorted(set(known.categories) - named)
