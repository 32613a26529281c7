"""Holidays entered into a calendar pack: a festival, its days, its make-up workdays; what makes no sense is refused.

Pure functions from one body of the pack `calendar` to another; holidayyears.py reads the years of a body.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiucheng.kit.refused import Refused
from xiucheng.kit.words import legible
from xiucheng.kit.worktime import Calendar
from xiucheng.kit.worktime.festivals import named_days

from .calendars import called
from .holidayyears import (
    FESTIVALS,
    NEAR,
    YEARS,
    Holiday,
    Year,
    following,
    holiday_at,
    in_calendar,
    label,
    lawful,
    sharing,
    sharing_workday,
    year_of,
    years_around,
)

__all__ = [
    "FESTIVALS", "MOST_DAYS", "MOST_NAME", "NEAR", "YEARS", "Entry", "Holiday", "Year", "announced", "following",
    "holiday_at", "label", "lawful", "sharing", "sharing_workday", "tidy_names", "with_holiday", "with_the_law",
    "with_workday", "without_holiday", "without_workday", "year_of", "years_around",
]  # fmt: skip

MOST_DAYS = 31
"""Of one holiday (D): more is a slip of the pen."""
MOST_NAME = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """A holiday as it was typed, judged on its own: name, first and last day, make-up workdays by their fields."""

    name: str
    first: date
    last: date
    workdays: Mapping[str, date]


def with_holiday(
    body: Mapping[str, Any], keys: Sequence[str], entry: Entry, instead: Holiday | None = None
) -> dict[str, Any]:
    """The body with a holiday in the calendars of these keys, in place of another where one is changed.

    Refused `bad_holiday` with the fields `name`, `first`, `last`, and those of the workdays: what makes no sense by
    itself, days that already are free or worked for another reason, a make-up workday on a day that is worked anyway.
    """
    _must_be_near({"first": entry.first, "last": entry.last, **entry.workdays})
    made = without_holiday(body, keys, instead) if instead else deepcopy(dict(body))
    calendars = {key: Calendar.from_json(made["calendars"][key], key=key) for key in keys}
    wrong = {**_wrong_there(entry, list(calendars.values()), made), **dict(_wrong_entry(entry))}
    if wrong:
        raise Refused("bad_holiday", _("这个节假日还不能加上，请看下面标出的地方。"), fields=wrong)
    days = [entry.first + timedelta(days=n) for n in range((entry.last - entry.first).days + 1)]
    for key, calendar in calendars.items():
        # Where weekends are worked anyway nothing is made up for.
        worked = {day for day in entry.workdays.values() if not calendar.week[day.weekday()]}
        _add(made, key, "holidays", days)
        _add(made, key, "workdays", worked)
    return _named(made, [*days, *entry.workdays.values()], entry.name)


def without_holiday(body: Mapping[str, Any], keys: Sequence[str], one: Holiday) -> dict[str, Any]:
    """The body without a holiday in the calendars of these keys, and in each without the make-up workdays that go with
    it there: where weekends are worked anyway there are none."""
    made = deepcopy(dict(body))
    for key in keys:
        worked = set((in_calendar(body, key, one) or one).workdays)
        _change(made, key, "holidays", lambda held: {day for day in held if not one.first <= day <= one.last})
        _change(made, key, "workdays", partial(_without, worked))
    return made


def with_workday(body: Mapping[str, Any], keys: Sequence[str], day: date, name: str) -> dict[str, Any]:
    """The body with a make-up workday that goes with no holiday. Refused `bad_holiday` with the field `day`."""
    _must_be_near({"day": day})
    made = deepcopy(dict(body))
    calendars = {key: Calendar.from_json(made["calendars"][key], key=key) for key in keys}
    wrong = _wrong_there(Entry(name, day, day - timedelta(days=1), {"day": day}), list(calendars.values()), made)
    if wrong:
        raise Refused("bad_holiday", wrong["day"], fields=wrong)
    for key, calendar in calendars.items():
        if not calendar.week[day.weekday()]:
            _add(made, key, "workdays", [day])
    return _named(made, [day], name) if name else made


def without_workday(body: Mapping[str, Any], keys: Sequence[str], day: date) -> dict[str, Any]:
    """The body without a make-up workday."""
    made = deepcopy(dict(body))
    for key in keys:
        _change(made, key, "workdays", lambda held: held - {day})
    return made


def announced(body: Mapping[str, Any], keys: Sequence[str], year: int, known: bool) -> dict[str, Any]:
    """The body in which a year's notice counts as entered, or as still to come.

    Refused `not_complete` where days of the law are lacking: an announced year is free on its lists alone.
    """
    made = deepcopy(dict(body))
    for key in keys:
        lacking = year_of(made, key, year).lacking if known else ()
        if lacking:
            days = "、".join(f"{one.name} {one.first}" for one in lacking)
            text = _("法定放假日还没有录全，缺：%(days)s。录全以后再标为已公布。") % {"days": days}
            text = _of(key, text, keys, made)
            raise Refused("not_complete", text, fields={"announced": text})
        _change_years(made["calendars"][key], year, known)
    return made


def with_the_law(body: Mapping[str, Any], keys: Sequence[str], year: int) -> dict[str, Any]:
    """The body with the law's own days of a year entered as holidays, to be corrected by the notice."""
    made = deepcopy(dict(body))
    for key in keys:
        statute = Calendar.from_json(made["calendars"][key], key=key).statute
        days = set(named_days(year)) if statute else set()
        worked = set(Calendar.from_json(made["calendars"][key], key=key).workdays)
        free = days - worked
        _add(made, key, "holidays", free)
    return made


def tidy_names(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body with the names of days that some calendar changes, in order; no entry where there is none."""
    names, calendars = body.get("names"), body.get("calendars")
    if not isinstance(names, dict) or not isinstance(calendars, dict):
        return dict(body)
    used: set[str] = set()
    for calendar in calendars.values():
        for part in ("holidays", "workdays"):
            days = calendar.get(part) if isinstance(calendar, dict) else None
            used.update(day for day in days if isinstance(day, str)) if isinstance(days, list) else None
    kept = {day: names[day] for day in sorted(names) if day in used}
    rest = {name: value for name, value in body.items() if name != "names"}
    return {**rest, "names": kept} if kept else rest


# -- the parts --------------------------------------------------------------------------------------------------------


def _change(body: dict[str, Any], key: str, part: str, way: Callable[[set[date]], set[date]]) -> None:
    calendar = body["calendars"][key]
    held = {date.fromisoformat(day) for day in calendar.get(part, [])}
    calendar[part] = [day.isoformat() for day in sorted(way(held))]


def _without(gone: set[date], held: set[date]) -> set[date]:
    return held - gone


def _add(body: dict[str, Any], key: str, part: str, days: Iterable[date]) -> None:
    _change(body, key, part, lambda held: held.union(days))


def _change_years(calendar: dict[str, Any], year: int, known: bool) -> None:
    held = set(calendar.get("announced", []))
    calendar["announced"] = sorted(held | {year} if known else held - {year})


def _named(body: dict[str, Any], days: Sequence[date], name: str) -> dict[str, Any]:
    """With the name of each day, by its code where it is a festival's; what says the same without is left out."""
    code = next((code for code, said in FESTIVALS.items() if str(said) == name.strip()), name.strip())
    names = {day: said for day, said in (body.get("names") or {}).items()}
    for day in days:
        names.pop(day.isoformat(), None)
        if label(day, {}) != str(FESTIVALS.get(code, code)):
            names[day.isoformat()] = code
    return tidy_names({**body, "names": names})


def _must_be_near(typed: Mapping[str, date]) -> None:
    """Before anything is reckoned with a day: a year that was typed by half lies on no page."""
    far = {name: _("年份请在 1990 至 2099 之间。") for name, day in typed.items() if day.year not in YEARS}
    if far:
        raise Refused("bad_holiday", _("年份请在 1990 至 2099 之间。"), fields=far)


def _wrong_entry(entry: Entry) -> Iterator[tuple[str, str]]:
    yield from _wrong_name(entry.name)
    yield from _wrong_span(entry)
    for field, day in entry.workdays.items():
        if entry.first <= day <= entry.last:
            yield field, _("这一天在放假的日子里，不能又上班。")
        elif not entry.first - NEAR <= day <= entry.last + NEAR:
            yield field, _("离这个节假日太远，请核对年份和月份。")


def _wrong_name(name: str) -> Iterator[tuple[str, str]]:
    if not legible(name):
        yield "name", _("请写节日的名称。")
    elif len(name) > MOST_NAME:
        yield "name", _("名称请不超过 20 个字。")


def _wrong_span(entry: Entry) -> Iterator[tuple[str, str]]:
    if entry.last < entry.first:
        yield "last", _("最后一天不能早于第一天。")
    elif (entry.last - entry.first).days >= MOST_DAYS:
        yield "last", _("一个节假日最多 31 天，请核对。")


def _wrong_there(entry: Entry, calendars: Sequence[Calendar], body: Mapping[str, Any]) -> dict[str, str]:
    """What stands against an entry in any of the calendars; that a day is worked anyway, only if it is in all."""
    wrong: dict[str, str] = {}
    keys = [calendar.key for calendar in calendars]
    for calendar in calendars:
        taken = _taken(entry, calendar, body)
        if taken:
            wrong.setdefault("first", _of(calendar.key, taken, keys, body))
    for field, day in entry.workdays.items():
        why = {calendar.key: _why_no_workday(day, calendar) for calendar in calendars}
        listed = next(((key, code) for key, code in why.items() if code and code != "anyway"), None)
        if listed:
            wrong[field] = _of(listed[0], str(_NO_WORKDAY[listed[1]]), keys, body)
        elif all(why.values()):
            wrong[field] = str(_NO_WORKDAY["anyway"])
    return wrong


def _of(key: str, text: str, keys: Sequence[str], body: Mapping[str, Any]) -> str:
    """With the calendar that a sentence is about, where an act is for several."""
    if len(keys) == 1:
        return text
    return _("%(calendar)s：%(text)s") % {"calendar": called(key, body), "text": text}


def _taken(entry: Entry, calendar: Calendar, body: Mapping[str, Any]) -> str | None:
    length = max(0, min((entry.last - entry.first).days + 1, MOST_DAYS))
    days = [entry.first + timedelta(days=n) for n in range(length)]
    free, worked = calendar.holidays.intersection(days), calendar.workdays.intersection(days)
    if free:
        said = {"day": min(free), "name": label(min(free), body)}
        return _("%(day)s 已经是节假日（%(name)s），请在那一条上改。") % said
    if worked:
        return _("%(day)s 已列为调休上班日，请先删去那一条。") % {"day": min(worked)}
    return None


def _why_no_workday(day: date, calendar: Calendar) -> str | None:
    """A code of _NO_WORKDAY; None where a calendar can make this day a workday."""
    if day in calendar.holidays:
        return "holiday"
    if day in calendar.workdays:
        return "listed"
    return "anyway" if calendar.week[day.weekday()] else None


_NO_WORKDAY: Mapping[str, Promise] = {
    "holiday": gettext_lazy("这一天是节假日，不能又上班。"),
    "listed": gettext_lazy("这一天已经列为调休上班日。"),
    "anyway": gettext_lazy("这一天本来就上班，不用列为调休。"),
}
