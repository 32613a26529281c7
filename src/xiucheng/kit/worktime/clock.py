"""Clocks that were paused: their deadline, what is left of them, and when a share of them was used up.

A pause moves the deadline by what it took from the running clock: plain time for urgent hours; duty time for hours and
days of work; for limits that end at 24:00 as many (duty) days as the local calendar went on. A pause that begins after
the deadline changes nothing: late stays late. (Own default; STANDARDS §1 says only that an approved pause acts
retroactively from the request.)
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from .calendar import Calendar
from .limits import Limit, Mode, Unit
from .reckon import Due, after, due, duty_days_between, spent
from .years import MICROSECOND


@dataclass(frozen=True, slots=True, order=True)
class Pause:
    """A stretch in which a clock stood still, the end excluded."""

    start: datetime
    end: datetime


def due_after(start: datetime, limit: Limit, calendar: Calendar, pauses: Iterable[Pause] = ()) -> Due:
    """The deadline of a clock that began at `start` and stood still in `pauses` (any order, overlaps count once)."""
    found = due(start, limit, calendar)
    for pause in _in_order(start, pauses):
        if pause.start >= found.at:
            break
        found = _pushed(found, pause, limit, calendar)
    return found


def remaining(
    start: datetime, limit: Limit, calendar: Calendar, at: datetime, pauses: Iterable[Pause] = ()
) -> timedelta:
    """What a clock had left at `at`, in the unit's counted time; negative once overdue. Standing still at `at`, it is
    given the pause so far, `Pause(since, at)`."""
    known = [pause for pause in _in_order(start, pauses) if pause.start < at]
    ends = due_after(start, limit, calendar, known).at
    left = spent(at, ends, limit.unit, calendar)
    return left + sum((_shared(pause, ends, at, limit.unit, calendar) for pause in known), timedelta(0))


def share_spent(
    start: datetime, limit: Limit, calendar: Calendar, percent: int, pauses: Iterable[Pause] = ()
) -> datetime:
    """When a clock has used up `percent` of its running time (80: a warning is due, STANDARDS §1 stage light)."""
    known = _in_order(start, pauses)
    ends = due_after(start, limit, calendar, known).at
    pieces = list(_running(start, ends, known))
    lengths = [spent(begin, end, limit.unit, calendar) for begin, end in pieces]
    wanted = sum(lengths, timedelta(0)) * percent / 100
    for (begin, _), length in zip(pieces, lengths, strict=True):
        if wanted <= length:
            return after(begin, wanted, limit.unit, calendar)
        wanted -= length
    return ends


def _in_order(start: datetime, pauses: Iterable[Pause]) -> list[Pause]:
    """Sorted, cut off before `start`, overlaps merged, empty ones dropped."""
    merged: list[Pause] = []
    for pause in sorted(pauses):
        begin = max(pause.start, start)
        if pause.end <= begin:
            continue
        if merged and begin <= merged[-1].end:
            merged[-1] = Pause(merged[-1].start, max(merged[-1].end, pause.end))
        else:
            merged.append(Pause(begin, pause.end))
    return merged


def _running(start: datetime, end: datetime, pauses: list[Pause]) -> Iterator[tuple[datetime, datetime]]:
    for pause in pauses:
        if pause.start >= end:
            break
        yield start, pause.start
        start = pause.end
    yield start, end


def _shared(pause: Pause, ends: datetime, at: datetime, unit: Unit, calendar: Calendar) -> timedelta:
    """Of a pause after the deadline: what must not count as late."""
    begin, end = max(pause.start, ends), min(pause.end, at)
    return spent(begin, end, unit, calendar) if begin < end else timedelta(0)


def _pushed(found: Due, pause: Pause, limit: Limit, calendar: Calendar) -> Due:
    days = _DAYS.get((limit.unit, limit.mode))
    if days is None:
        lost = spent(pause.start, pause.end, limit.unit, calendar)
        at = after(found.at, lost, limit.unit, calendar)
    else:
        at = days(found.at, pause, calendar)
    last = max(at, pause.end).astimezone(calendar.tz).year
    open_years = limit.unit.on_duty and any(
        calendar.is_provisional(year) for year in range(pause.start.astimezone(calendar.tz).year, last + 1)
    )
    return Due(at.astimezone(UTC), found.provisional or open_years)


def _local(at: datetime, calendar: Calendar) -> date:
    return at.astimezone(calendar.tz).date()


def _natural(ends: datetime, pause: Pause, calendar: Calendar) -> datetime:
    days = (_local(pause.end, calendar) - _local(pause.start, calendar)).days
    return _days_later(ends, days, Unit.NATURAL_DAY, calendar)


def _whole_work(ends: datetime, pause: Pause, calendar: Calendar) -> datetime:
    days = duty_days_between(_local(pause.start, calendar), _local(pause.end, calendar), calendar)
    return _days_later(ends, days, Unit.WORK_DAY, calendar)


def _days_later(ends: datetime, days: int, unit: Unit, calendar: Calendar) -> datetime:
    if not days:
        return ends
    # 24:00 belongs to the day that ends there.
    return due(ends - MICROSECOND, Limit(days, unit, Mode.WHOLE_DAYS_FROM_NEXT_DAY), calendar).at


_DAYS: dict[tuple[Unit, Mode], Callable[[datetime, Pause, Calendar], datetime]] = {
    (Unit.NATURAL_DAY, Mode.ELAPSED): _natural,
    (Unit.NATURAL_DAY, Mode.WHOLE_DAYS_FROM_NEXT_DAY): _natural,
    (Unit.WORK_DAY, Mode.WHOLE_DAYS_FROM_NEXT_DAY): _whole_work,
}
