"""When people are on duty: zone, slots of the week, holidays, make-up workdays, and which years are known for sure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from .festivals import statutory_days
from .years import Year, compile_year

MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A stretch of duty in minutes after 00:00, the end excluded; a day may end at 1440 (24:00)."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= MINUTES_A_DAY:
            raise ValueError(f"not a duty slot: {self}")


Slots = tuple[Slot, ...]
STANDARD_DAY: Slots = (Slot(8 * 60, 12 * 60), Slot(14 * 60, 18 * 60))
"""08:00–12:00 and 14:00–18:00 (STANDARDS §1)."""
STANDARD_WEEK: tuple[Slots, ...] = (STANDARD_DAY,) * 5 + ((), ())
STATUTES = ("cn",)


@dataclass(frozen=True)
class Calendar:
    """Duty time of one agency or of a whole site; equal and hashable by content.

    zone: an IANA name. week: seven tuples of slots, Monday first. make_up: the slots of a make-up workday 调休 on a day
    that has none by the week. holidays, workdays: what the yearly notices changed. announced: the years whose notice is
    in; other years are *provisional* and fall back to the week and the days that `statute` frees. Without a statute
    (None, outside China) the lists are complete and nothing is provisional.
    """

    zone: str = "Asia/Shanghai"
    week: tuple[Slots, ...] = STANDARD_WEEK
    make_up: Slots = STANDARD_DAY
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    announced: frozenset[int] = frozenset()
    statute: str | None = "cn"
    key: str = "default"
    _years: dict[int, Year] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.week) != 7 or not any(self.week):
            raise ValueError("a week has seven days, at least one of them on duty")
        for slots in (*self.week, self.make_up):
            if any(before.end > after.start for before, after in pairwise(slots)):
                raise ValueError("duty slots overlap or are out of order")
        if self.holidays & self.workdays:
            raise ValueError("a day is both a holiday and a workday")
        if self.statute is not None and self.statute not in STATUTES:
            raise ValueError(f"unknown statute {self.statute!r}")
        ZoneInfo(self.zone)

    @cached_property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def is_provisional(self, year: int) -> bool:
        """Is the notice of that year still to come?"""
        return self.statute is not None and year not in self.announced

    def slots_of(self, day: date) -> Slots:
        """The duty slots of one local day, in order; empty on a day off."""
        if day in self.holidays:
            return ()
        slots = self.week[day.weekday()]
        if day in self.workdays:
            return slots or self.make_up
        if slots and self.is_provisional(day.year) and day in statutory_days(day.year):
            return ()
        return slots

    def year(self, year: int) -> Year:
        """The compiled duty time of one local year, made on first use (about 2 ms) and kept with the calendar."""
        try:
            return self._years[year]
        except KeyError:
            days = _days(year)
            made = compile_year(self.tz, ((day, self.slots_of(day)) for day in days), self.is_provisional(year))
            return self._years.setdefault(year, made)

    def to_json(self) -> dict[str, Any]:
        """The form a pack of kind `calendar` keeps under the calendar's key; the reverse of `from_json`."""
        return {
            "zone": self.zone,
            "week": [_slots_json(slots) for slots in self.week],
            "make_up": _slots_json(self.make_up),
            "holidays": sorted(day.isoformat() for day in self.holidays),
            "workdays": sorted(day.isoformat() for day in self.workdays),
            "announced": sorted(self.announced),
            "statute": self.statute,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any], *, key: str = "default") -> "Calendar":
        """A calendar from its plain form; what is left out is as in the class. ValueError says what makes no sense.

        A `title` is what people call it: no clock reads it.
        """
        data = {name: value for name, value in data.items() if name != "title"}
        unknown = set(data) - set(_READ)
        if unknown:
            raise ValueError(f"unknown entries {sorted(unknown)}")
        try:
            return cls(**{name: _READ[name](value) for name, value in data.items()}, key=key)
        except (TypeError, KeyError, AttributeError, OSError) as error:
            # Whatever else a stranger's file may hold: a number for a list, a zone that is a path.
            raise ValueError(f"not a calendar: {error}") from error


def _days(year: int) -> Iterable[date]:
    first = date(year, 1, 1)
    return (first + timedelta(days=n) for n in range((date(year, 12, 31) - first).days + 1))


def _minutes(text: str) -> int:
    hours, colon, minutes = text.partition(":")
    if not (colon and len(hours) == len(minutes) == 2 and text.isascii() and (hours + minutes).isdigit()):
        raise ValueError(f"not a time of day: {text!r}")
    if int(minutes) > 59:
        raise ValueError(f"not a time of day: {text!r}")
    return int(hours) * 60 + int(minutes)


def _slots(pairs: Iterable[Iterable[str]]) -> Slots:
    return tuple(Slot(*(_minutes(edge) for edge in pair)) for pair in pairs)


def _years(years: Iterable[int]) -> frozenset[int]:
    found = frozenset(years)
    if not all(type(year) is int and 1 <= year <= 9999 for year in found):
        raise ValueError("not years")
    return found


def _dates(days: Iterable[str]) -> frozenset[date]:
    return frozenset(date.fromisoformat(day) for day in days)


_READ: dict[str, Callable[[Any], Any]] = {
    "zone": lambda zone: zone,
    "statute": lambda statute: statute,
    "week": lambda week: tuple(_slots(day) for day in week),
    "make_up": _slots,
    "holidays": _dates,
    "workdays": _dates,
    "announced": _years,
}


def _slots_json(slots: Slots) -> list[list[str]]:
    return [[f"{edge // 60:02}:{edge % 60:02}" for edge in (slot.start, slot.end)] for slot in slots]
