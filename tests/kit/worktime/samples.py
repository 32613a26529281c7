"""Calendars for the tests, and what is known of their days from somewhere else than our own tables."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import chinese_calendar
from hypothesis import strategies as st

from xiucheng.kit.worktime import Calendar, Slot, seed

CHINA = seed.calendar()
STANDARD = [("08:00", "12:00"), ("14:00", "18:00")]
FREE_2027 = {  # by the law of 2025 alone: its notice is not part of the seed
    *(date(2027, 1, 1), date(2027, 2, 5), date(2027, 2, 6), date(2027, 2, 7), date(2027, 2, 8)),
    *(date(2027, 4, 5), date(2027, 5, 1), date(2027, 5, 2), date(2027, 6, 9), date(2027, 9, 15)),
    *(date(2027, 10, 1), date(2027, 10, 2), date(2027, 10, 3)),
}


def china_slots(day: date) -> list[tuple[str, str]]:
    if day.year >= 2027:
        return STANDARD if day.weekday() < 5 and day not in FREE_2027 else []
    return STANDARD if chinese_calendar.is_workday(day) else []


def text(slot: Slot) -> tuple[str, str]:
    return tuple(f"{m // 60:02}:{m % 60:02}" for m in (slot.start, slot.end))  # type: ignore[return-value]


@st.composite
def slots(draw: st.DrawFn, at_least: int = 0) -> tuple[Slot, ...]:
    """Up to three slots on quarter hours, touching ones and whole days included."""
    edges = draw(st.lists(st.integers(0, 96), min_size=2 * at_least, max_size=6, unique=True))
    edges = sorted(edges)[: len(edges) // 2 * 2]
    return tuple(Slot(a * 15, b * 15) for a, b in zip(edges[::2], edges[1::2], strict=True))


@st.composite
def weeks(draw: st.DrawFn, zone: str) -> Calendar:
    """Some agency's own week, in a zone with or without summer time, and a few odd days."""
    first = draw(slots(at_least=1))
    week = (first, *(draw(slots()) for _ in range(6)))
    around = st.dates(date(2019, 1, 1), date(2020, 12, 31))
    holidays = frozenset(draw(st.lists(around, max_size=20)))
    workdays = frozenset(draw(st.lists(around, max_size=5))) - holidays
    return Calendar(zone=zone, week=week, make_up=first, holidays=holidays, workdays=workdays, statute=None)


def week_slots(calendar: Calendar, day: date) -> list[tuple[str, str]]:
    """The rule of `weeks`, said again in the simplest words."""
    if day in calendar.holidays:
        return []
    own = calendar.week[day.weekday()]
    if day in calendar.workdays and not own:
        own = calendar.make_up
    return [text(slot) for slot in own]


def moments(first: date, last: date) -> st.SearchStrategy[datetime]:
    """Whole minutes, often at the edges of duty and of the day."""
    edges = st.sampled_from([0, 1, 479, 480, 481, 719, 720, 721, 839, 840, 841, 1079, 1080, 1081, 1439])
    return st.builds(
        lambda day, minute: (
            datetime(day.year, day.month, day.day, tzinfo=CHINA.tz).astimezone(UTC) + timedelta(minutes=minute)
        ),
        st.dates(first, last),
        st.one_of(edges, st.integers(0, 1439)),
    )


@lru_cache
def shanghai(text: str) -> datetime:
    """ "2024-02-09 16:00" as Beijing time."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA.tz)
