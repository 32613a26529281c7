"""The years of a calendar pack as people read them: festivals with their days and make-up workdays, what applies.

A body names days beside its calendars, {"names": {"2027-02-06": "spring_festival", "2027-09-03": "建区纪念日"}}: a code
of FESTIVALS or words; days that a notice or the law names need none. Pure functions of one body of the pack `calendar`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from xiucheng.foundation.packs.shapes import Days
from xiucheng.kit.refused import Refused
from xiucheng.kit.worktime import Calendar, seed
from xiucheng.kit.worktime.festivals import named_days

FESTIVALS: Mapping[str, str | Promise] = {
    "new_year": gettext_lazy("元旦"),
    "spring_festival": gettext_lazy("春节"),
    "qingming": gettext_lazy("清明节"),
    "labour_day": gettext_lazy("劳动节"),
    "dragon_boat": gettext_lazy("端午节"),
    "mid_autumn": gettext_lazy("中秋节"),
    "national_day": gettext_lazy("国庆节"),
    "victory_day": gettext_lazy("抗战胜利纪念日"),
}
NEAR = timedelta(days=45)
"""A make-up workday lies within this of its holiday (D); the notices of 2004–2026 stay below three weeks."""
YEARS = range(1990, 2100)


@dataclass(frozen=True, slots=True)
class Holiday:
    """Days that are free under one name, with the make-up workdays that go with them."""

    name: str
    first: date
    last: date
    workdays: tuple[date, ...] = ()

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Year:
    """A year of one calendar. provisional: its notice is not entered; by_law: what counts until then. lacking: days of
    the law that are in neither list. workdays: those that go with no holiday, with their names. applying: the days off
    that deadlines reckon with, of a provisional year the law's with what is entered already."""

    year: int
    provisional: bool
    holidays: tuple[Holiday, ...]
    workdays: tuple[tuple[date, str], ...]
    by_law: tuple[Holiday, ...]
    lacking: tuple[Holiday, ...]
    applying: tuple[Holiday, ...]

    @property
    def off(self) -> int:
        """How many days off apply."""
        return sum(one.days for one in self.applying)

    @property
    def worked(self) -> int:
        """How many make-up workdays there are."""
        return sum(len(one.workdays) for one in self.holidays) + len(self.workdays)


def label(day: date, body: Mapping[str, Any]) -> str:
    """What a day is called: by the body, by a notice that came along, by the law; "" where by none."""
    names = body.get("names")
    own = names.get(day.isoformat()) if isinstance(names, dict) else None
    code = own if isinstance(own, str) else seed.festival_of(day) or named_days(day.year).get(day, "")
    return _festival(code, get_language())


# A page of a year asks for two thousand days, of a handful of festivals.
@lru_cache(512)
def _festival(code: str, language: str | None) -> str:
    return str(FESTIVALS.get(code, code))


_RUNS = Days("", label, "names")


def _runs(days: Sequence[date], body: Mapping[str, Any]) -> Iterator[Holiday]:
    for first, last, name in _RUNS.runs(sorted(days), body):
        yield Holiday(name, first, last)


def year_of(body: Mapping[str, Any], key: str, year: int) -> Year:
    """What one calendar of a body that has no problems says of a year; festivals that reach into it are in it."""
    calendar = Calendar.from_json(body["calendars"][key], key=key)
    free = _with_workdays(list(_runs(list(calendar.holidays), body)), calendar, body)
    holidays = _of_year(free, year)
    taken = {day for one in free for day in one.workdays}
    rest = sorted(day for day in calendar.workdays - taken if day.year == year)
    law = named_days(year) if calendar.statute else {}
    lacking = [day for day in law if day not in calendar.holidays]
    provisional = calendar.is_provisional(year)
    # A day of the law that a notice makes a workday is worked, as Calendar.slots_of has it.
    until = set(lacking) - calendar.workdays if provisional else set()
    return Year(
        year,
        provisional,
        holidays,
        tuple((day, label(day, body)) for day in rest),
        tuple(_runs(list(law), {})),
        tuple(_runs(lacking, {})),
        _of_year(_runs([*calendar.holidays, *until], body), year),
    )


def _of_year(runs: Iterable[Holiday], year: int) -> tuple[Holiday, ...]:
    """Those that reach into a year."""
    return tuple(one for one in runs if year in (one.first.year, one.last.year))


def years_around(body: Mapping[str, Any], key: str, today: date) -> list[Year]:
    """The year before, this one and the three to come."""
    return [year_of(body, key, today.year + n) for n in range(-1, 4)]


def _with_workdays(free: Sequence[Holiday], calendar: Calendar, body: Mapping[str, Any]) -> list[Holiday]:
    """The holidays with their make-up workdays, each with one holiday only: a festival that another one parts in two,
    as 国庆节 of 2025 is by 中秋节, would count them twice. A day goes with the nearest of its name."""
    named: dict[str, list[Holiday]] = {}
    for one in free:
        named.setdefault(one.name, []).append(one)
    theirs: dict[Holiday, list[date]] = {one: [] for one in free}
    for day in sorted(calendar.workdays):
        name = label(day, body)
        near = [one for one in named.get(name, ()) if name and _apart(one, day) <= NEAR]
        if near:
            theirs[min(near, key=lambda one: (_apart(one, day), -one.days, one.first))].append(day)
    return [Holiday(one.name, one.first, one.last, tuple(days)) for one, days in theirs.items()]


def _apart(one: Holiday, day: date) -> timedelta:
    """How far a day lies from a holiday."""
    return max(one.first - day, day - one.last)


def holiday_at(body: Mapping[str, Any], key: str, first: date) -> Holiday:
    """The holiday that begins on a day; refused `not_found` (404)."""
    for one in year_of(body, key, first.year).holidays:
        if one.first == first:
            return one
    raise Refused("not_found", _("没有从这一天开始的节假日；可能刚被改过。"), status=404)


def in_calendar(body: Mapping[str, Any], key: str, one: Holiday) -> Holiday | None:
    """The holiday of exactly these days in a calendar of the body, with its own make-up workdays; None without one."""
    there = year_of(body, key, one.first.year).holidays
    return next((held for held in there if (held.first, held.last) == (one.first, one.last)), None)


def sharing(body: Mapping[str, Any], one: Holiday) -> list[str]:
    """The calendars of a body that have a holiday of exactly these days."""
    return [key for key in body["calendars"] if in_calendar(body, key, one)]


def sharing_workday(body: Mapping[str, Any], day: date) -> list[str]:
    """The calendars of a body that have a day as a workday that goes with no holiday."""
    return [key for key in body["calendars"] if day in dict(year_of(body, key, day.year).workdays)]


def lawful(body: Mapping[str, Any]) -> list[str]:
    """The calendars of a body that know the law's days off; the others go by the week and their own lists alone."""
    return [key for key in body["calendars"] if Calendar.from_json(body["calendars"][key]).statute]


def following(body: Mapping[str, Any], key: str) -> list[str]:
    """A calendar with the others that have the same public holidays: those of the same law; where it knows no law,
    those without one whose list of days off is the same."""
    read = {name: Calendar.from_json(one) for name, one in body["calendars"].items()}
    mine = read[key]
    with_it = [name for name, one in read.items() if one.statute == mine.statute]
    if mine.statute:
        return with_it
    return [name for name in with_it if name == key or (mine.holidays and read[name].holidays == mine.holidays)]
