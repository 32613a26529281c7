"""The arithmetic of limits: when one is due, how much of it a stretch of time uses (STANDARDS §1 "Limits").

Everything runs on integers of microseconds and the calendar's compiled years, so a bulk import pays microseconds per
deadline. Datetimes come in aware, of any zone, and go out in UTC.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime, timedelta

from .calendar import Calendar
from .limits import Limit, Mode, Unit
from .years import EPOCH, MICROSECOND, Year, instant


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline in UTC. provisional: it rests on a year whose holidays are not announced and may move."""

    at: datetime
    provisional: bool


def due(start: datetime, limit: Limit, calendar: Calendar) -> Due:
    """When a limit that begins at `start` ends.

    urgent_hour runs day and night. work_hour counts inside duty slots. work_day ends at the same point of duty time on
    the n-th following duty day, at the latest when that day's duty ends. natural_day, and every limit that counts whole
    days from the next, ends at 24:00 of the last day (local). Of two wall-clock instants that are the same point of
    duty time the earlier is due. Hours and days of work that begin outside a slot begin at the next slot's first
    second; counting whole days, the day of the start itself is left out, on duty or not. ValueError for a naive start.
    """
    if start.tzinfo is None:
        raise ValueError("a time without a zone is no instant")
    return _WAYS[limit.unit, limit.mode](start, limit, calendar)


def due_in_turn(start: datetime, limits: Sequence[Limit], calendar: Calendar) -> Due:
    """When limits that follow one another end: each begins where the one before was due (a case's own clock).

    After a limit that ends at 24:00 the day that ends, not the one that begins, is the next one's first day.
    """
    found = Due(start.astimezone(UTC), False)
    whole = False
    for limit in limits:
        at_midnight = limit.unit is Unit.NATURAL_DAY or limit.mode is Mode.WHOLE_DAYS_FROM_NEXT_DAY
        begin = found.at - MICROSECOND if whole and at_midnight else found.at
        ends = due(begin, limit, calendar)
        found = Due(ends.at, ends.provisional or found.provisional)
        whole = at_midnight
    return found


def spent(start: datetime, end: datetime, unit: Unit, calendar: Calendar) -> timedelta:
    """How much time that a limit in `unit` counts lies between two instants; negative when they are reversed.

    Duty time for work hours and work days, plain time for urgent hours and natural days.
    """
    if not unit.on_duty:
        return end - start
    if end < start:
        return -spent(end, start, unit, calendar)
    year, last = start.astimezone(calendar.tz).year, end.astimezone(calendar.tz).year
    time = -_gone_by(calendar.year(year), _micro(start))
    for between in range(year, last):
        time += calendar.year(between).total
    time += _gone_by(calendar.year(last), _micro(end))
    return timedelta(microseconds=time)


def after(start: datetime, time: timedelta, unit: Unit, calendar: Calendar) -> datetime:
    """The first instant at which `time` of the unit's counted time has gone by since `start`; `start` itself for 0."""
    if time <= timedelta(0):
        return start.astimezone(UTC)
    if not unit.on_duty:
        return (start + time).astimezone(UTC)
    return _on_duty_for(start, time // MICROSECOND, calendar).at


def next_slot_start(at: datetime, calendar: Calendar) -> datetime:
    """`at` where people are on duty, or the first second of the next slot."""
    place = _place(at, calendar)
    return _datetime(max(_micro(at), place.year.starts[place.slot]))


def is_on_duty(at: datetime, calendar: Calendar) -> bool:
    """Does `at` lie inside a duty slot? A slot's end does not."""
    return next_slot_start(at, calendar) == at


def duty_days_between(first: date, last: date, calendar: Calendar) -> int:
    """How many duty days there are after the local day `first` up to and including `last`."""
    count = 0
    for year in range(first.year, last.year + 1):
        days = calendar.year(year).days
        count += bisect_right(days, last.toordinal()) - bisect_right(days, first.toordinal())
    return count


@dataclass(frozen=True, slots=True)
class _Place:
    """A slot of a compiled year; provisional when a year passed on the way to it is."""

    number: int
    year: Year
    slot: int
    provisional: bool


def _place(at: datetime, calendar: Calendar) -> _Place:
    """The slot that `at` lies in, or else the next one."""
    number = at.astimezone(calendar.tz).year
    year = calendar.year(number)
    slot = bisect_right(year.ends, _micro(at))
    provisional = year.provisional
    while slot == len(year.ends):
        number, year = _following(number, calendar)
        slot, provisional = 0, provisional or year.provisional
    return _Place(number, year, slot, provisional)


def _following(number: int, calendar: Calendar) -> tuple[int, Year]:
    # The last day that can be written down; nobody waits for it, but a wild date must not become an endless loop.
    if number + 1 >= MAXYEAR:
        raise ValueError("the calendar ends")
    return number + 1, calendar.year(number + 1)


def _on_duty_for(start: datetime, time: int, calendar: Calendar) -> Due:
    place = _place(start, calendar)
    number, year, provisional = place.number, place.year, place.provisional
    target = year.before[place.slot] + max(0, _micro(start) - year.starts[place.slot]) + time
    while target > year.total:
        target -= year.total
        number, year = _following(number, calendar)
        provisional = provisional or year.provisional
    return Due(_datetime(_point(year, target, 0, len(year.after))), provisional)


def _point(year: Year, target: int, low: int, high: int) -> int:
    """The earliest instant at which `target` of the year's duty time has gone by, among the slots low…high - 1."""
    slot = bisect_left(year.after, target, low, high)
    return year.ends[slot] - (year.after[slot] - target)


def _urgent_hours(start: datetime, limit: Limit, calendar: Calendar) -> Due:
    return Due((start + limit.time).astimezone(UTC), False)


def _work_hours(start: datetime, limit: Limit, calendar: Calendar) -> Due:
    return _on_duty_for(start, limit.time // MICROSECOND, calendar)


def _work_days(start: datetime, limit: Limit, calendar: Calendar) -> Due:
    place = _place(start, calendar)
    year = place.year
    day = year.slot_day[place.slot]
    gone = year.before[place.slot] + max(0, _micro(start) - year.starts[place.slot]) - year.before[year.first[day]]
    year, day, provisional = _days_on(place.number, day, int(limit.value), calendar)
    low, high = year.first[day], year.first[day + 1]
    moment = _point(year, min(year.before[low] + gone, year.after[high - 1]), low, high)
    return Due(_datetime(moment), provisional or place.provisional)


def _whole_work_days(start: datetime, limit: Limit, calendar: Calendar) -> Due:
    local = start.astimezone(calendar.tz)
    first = calendar.year(local.year)
    index = bisect_right(first.days, local.toordinal()) - 1
    year, day, provisional = _days_on(local.year, index, int(limit.value), calendar)
    return Due(_midnight_after(date.fromordinal(year.days[day]), calendar), provisional or first.provisional)


def _days_on(number: int, index: int, count: int, calendar: Calendar) -> tuple[Year, int, bool]:
    """The duty day `count` after days[index] of a year: its year, its index, and whether a year passed is open."""
    year = calendar.year(number)
    provisional = year.provisional
    index += count
    while index >= len(year.days):
        index -= len(year.days)
        number, year = _following(number, calendar)
        provisional = provisional or year.provisional
    return year, index, provisional


def _natural_days(start: datetime, limit: Limit, calendar: Calendar) -> Due:
    last = start.astimezone(calendar.tz).date() + timedelta(days=int(limit.value))
    return Due(_midnight_after(last, calendar), False)


def _midnight_after(day: date, calendar: Calendar) -> datetime:
    return _datetime(instant(calendar.tz, day, 24 * 60))


_WAYS: dict[tuple[Unit, Mode], Callable[[datetime, Limit, Calendar], Due]] = {
    (Unit.URGENT_HOUR, Mode.ELAPSED): _urgent_hours,
    (Unit.WORK_HOUR, Mode.ELAPSED): _work_hours,
    (Unit.WORK_DAY, Mode.ELAPSED): _work_days,
    (Unit.WORK_DAY, Mode.WHOLE_DAYS_FROM_NEXT_DAY): _whole_work_days,
    (Unit.NATURAL_DAY, Mode.ELAPSED): _natural_days,
    (Unit.NATURAL_DAY, Mode.WHOLE_DAYS_FROM_NEXT_DAY): _natural_days,
}


def _gone_by(year: Year, moment: int) -> int:
    """Duty time of the year up to an instant of it."""
    slot = bisect_right(year.starts, moment) - 1
    return 0 if slot < 0 else min(year.after[slot], year.before[slot] + moment - year.starts[slot])


def _micro(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND


def _datetime(moment: int) -> datetime:
    return EPOCH + timedelta(microseconds=moment)
