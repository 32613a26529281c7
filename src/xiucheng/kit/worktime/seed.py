"""The calendar a new site begins with: China's announced holidays and make-up workdays, from `chinesecalendar`."""

from datetime import date
from functools import lru_cache
from typing import Any

import chinese_calendar

from .calendar import Calendar


@lru_cache(maxsize=8)
def calendar(zone: str = "Asia/Shanghai") -> Calendar:
    """The default calendar, made once a process, because a calendar compiles its years on first use.

    Every year the library knows from its notice (2004–2026) is announced, later ones are not. A site in another
    country's zone gets the week alone, no statute: its administrator enters the days off.
    """
    if zone not in CHINA:
        return Calendar(zone=zone, statute=None)
    holidays = frozenset(chinese_calendar.holidays)
    workdays = frozenset(chinese_calendar.workdays)
    return Calendar(zone=zone, holidays=holidays, workdays=workdays, announced=frozenset(day.year for day in holidays))


def body(zone: str = "Asia/Shanghai") -> dict[str, Any]:
    """The body of the first pack of kind `calendar`."""
    return {"calendars": {"default": calendar(zone).to_json()}}


CHINA = frozenset(
    {"Asia/Shanghai", "Asia/Urumqi", "Asia/Chongqing", "Asia/Chungking", "Asia/Harbin", "Asia/Kashgar", "PRC"}
)


_THEIRS = {
    "New Year's Day": "new_year",
    "Spring Festival": "spring_festival",
    "Tomb-sweeping Day": "qingming",
    "Labour Day": "labour_day",
    "Dragon Boat Festival": "dragon_boat",
    "Mid-autumn Festival": "mid_autumn",
    "National Day": "national_day",
    "Anti-Fascist 70th Day": "victory_day",
}


def festival_of(day: date) -> str | None:
    """The festival for which a notice that the library knows changed a day, free or worked: a name of
    festivals.FESTIVALS, or victory_day (2015 alone); None for other days."""
    return _THEIRS.get(str(chinese_calendar.holidays.get(day) or chinese_calendar.workdays.get(day)))
