"""A row of the routing pack: under which conditions which agency gets a case.

    {"no": 10, "categories": ["C0137", "C02", "event"], "areas": ["371002001"], "channels": ["hotline"],
     "hours": "off_duty", "component_owner": "maintainer", "agency": "", "note": "…"}

What is left out or empty sets no condition. Rows are tried in the order of their numbers; the first that matches
decides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

MINUTES_A_DAY = 24 * 60
DUTY = ("duty", "off_duty")
"""Inside or outside the duty slots of the site's default calendar."""

# Targets that are no code but stand in a relation to the place: the active organisation of this kind whose area is the
# first so many digits of the case's (street 9, community 12).
OFFICES: Mapping[str, int] = {"street_office": 9, "community_office": 12}

FIELDS = frozenset({"no", "categories", "areas", "channels", "hours", "component_owner", "agency", "note"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. categories: keys, majors ("C01") or kinds; areas: division codes, which take in what lies below.

    hours: a bit for each local minute of the day, first while on duty, then while off duty (see `minute_bit`).
    component: a relation (owner, maintainer, competent) whose agency is the target; else agency: an organisation's
    code or a key of OFFICES.
    """

    no: int
    categories: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    hours: int = 0
    component: str = ""
    agency: str = ""
    note: str = ""

    @property
    def target(self) -> str:
        """Whom it names, as a code."""
        return self.component or self.agency


ALWAYS = (1 << 2 * MINUTES_A_DAY) - 1


def minute_bit(minute: int, on_duty: bool) -> int:
    """The bit of a local minute (0 to 1439)."""
    return 1 << (minute if on_duty else minute + MINUTES_A_DAY)


def read_rules(body: Mapping[str, Any]) -> tuple[Rule, ...]:
    """The rows in the order of their numbers. KeyError, TypeError or ValueError where a row makes no sense."""
    return tuple(sorted((read_rule(row) for row in body["rules"]), key=lambda rule: rule.no))


def read_rule(row: Mapping[str, Any]) -> Rule:
    """One row; ValueError says what makes no sense."""
    relation = row.get("component_owner") or ""
    return Rule(
        no=_number(row["no"]),
        categories=_codes(row.get("categories")),
        areas=_codes(row.get("areas")),
        channels=_codes(row.get("channels")),
        hours=_hours(row.get("hours")),
        component="owner" if relation is True else _code(relation),
        agency=_code(row.get("agency") or ""),
        note=_code(row.get("note") or ""),
    )


def kept(body: dict[str, Any]) -> dict[str, Any]:
    """The form in which a draft is kept: rows in the order of their numbers, empty conditions left out.

    A body that is none is left as it is, for `check` to complain about.
    """
    rows = body.get("rules")
    if not isinstance(rows, list) or not all(isinstance(row, dict) and _is_number(row.get("no")) for row in rows):
        return body
    # A number stays what it is, also 0, which equals False and is wrong: `check` says so.
    tidy = [
        {key: value for key, value in row.items() if key == "no" or value not in (None, "", [], False)} for row in rows
    ]
    return {**body, "rules": sorted(tidy, key=lambda row: row["no"])}


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any) -> int:
    if not _is_number(value) or not 1 <= value <= 99_999:
        raise ValueError("no: 1 – 99999")
    return int(value)


def _code(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r}"[:40])
    return value


def _codes(values: Any) -> tuple[str, ...]:
    if values is None:
        return ()
    if not isinstance(values, list | tuple):
        raise ValueError(f"{values!r}"[:40])
    return tuple(dict.fromkeys(_code(value) for value in values))


def _hours(value: Any) -> int:
    """The mask of "duty", "off_duty" or windows [["22:00", "06:00"], …]; an end not after its start is tomorrow's."""
    if value in (None, "", []):
        return ALWAYS
    half = (1 << MINUTES_A_DAY) - 1
    if value == "duty":
        return half
    if value == "off_duty":
        return half << MINUTES_A_DAY
    if not isinstance(value, list | tuple):
        raise ValueError(f"hours: {value!r}"[:40])
    day = _union(_window(pair) for pair in value)
    return day | day << MINUTES_A_DAY


def _union(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found


def _window(pair: Any) -> int:
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        raise ValueError(f"hours: {pair!r}"[:40])
    start, end = (_minute(edge) for edge in pair)
    if start == end:
        raise ValueError(f"hours: {pair!r}"[:40])
    if start < end:
        return _between(start, end)
    return _between(start, MINUTES_A_DAY) | _between(0, end)


def _between(start: int, end: int) -> int:
    return (1 << end) - (1 << start)


def _minute(text: Any) -> int:
    hours, colon, minutes = str(text).partition(":")
    digits = hours + minutes
    if not (colon and len(hours) == len(minutes) == 2 and digits.isascii() and digits.isdigit()):
        raise ValueError(f"hours: {text!r}"[:40])
    at = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or at > MINUTES_A_DAY:
        raise ValueError(f"hours: {text!r}"[:40])
    return at
