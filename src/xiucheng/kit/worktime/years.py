"""One local year of duty time, compiled into sorted lists of instants that can be bisected."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class _Slot(Protocol):
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Year:
    """Duty slots in order. Instants and lengths are microseconds, instants since 1970 UTC; days are proleptic ordinals.

    before[i] and after[i]: duty time of the year gone by when slot i begins and ends. slot_day[i]: index into `days` of
    the slot's day. days: the days on duty. first[k]: the first slot of days[k]; one entry more closes the last day.
    """

    starts: Sequence[int]
    ends: Sequence[int]
    before: Sequence[int]
    after: Sequence[int]
    slot_day: Sequence[int]
    days: Sequence[int]
    first: Sequence[int]
    total: int
    provisional: bool


def instant(zone: ZoneInfo, day: date, minute: int) -> int:
    """When the wall clock first shows, or jumps over, a minute of a day; minute 1440 is the next day's 00:00."""
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)
    local = wall.replace(tzinfo=zone)
    moment = (local - EPOCH) // MICROSECOND
    if local.utcoffset() == local.replace(fold=1).utcoffset():
        return moment
    early = (local.replace(fold=1) - EPOCH) // MICROSECOND
    # Clocks go back: fold=0 is the first time the minute is shown. Forward: it is skipped, the jump lies between.
    return moment if moment < early else _jump(zone, early, moment)


def _jump(zone: ZoneInfo, early: int, late: int) -> int:
    second = 1_000_000
    before = _offset(zone, early)
    while late - early > second:
        middle = (early + late) // (2 * second) * second
        early, late = (middle, late) if _offset(zone, middle) == before else (early, middle)
    return late


def _offset(zone: ZoneInfo, moment: int) -> timedelta | None:
    return (EPOCH + timedelta(microseconds=moment)).astimezone(zone).utcoffset()


def compile_year(zone: ZoneInfo, days: Iterable[tuple[date, Sequence[_Slot]]], provisional: bool) -> Year:
    """Lay the slots of a year's days end to end; a slot that the wall clock skips altogether has no length and goes."""
    starts: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    after: list[int] = []
    slot_day: list[int] = []
    on_duty: list[int] = []
    first: list[int] = []
    total = 0
    for day, slots in days:
        spans = [(instant(zone, day, slot.start), instant(zone, day, slot.end)) for slot in slots]
        spans = [(start, end) for start, end in spans if start < end]
        if not spans:
            continue
        on_duty.append(day.toordinal())
        first.append(len(starts))
        for start, end in spans:
            starts.append(start)
            ends.append(end)
            before.append(total)
            total += end - start
            after.append(total)
            slot_day.append(len(on_duty) - 1)
    first.append(len(starts))
    return Year(starts, ends, before, after, slot_day, on_duty, first, total, provisional)
