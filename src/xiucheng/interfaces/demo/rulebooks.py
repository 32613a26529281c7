"""The packs that the sample district publishes: catalogue, calendars, limits, routing, filing by rule."""

from collections.abc import Iterator
from typing import Any

from xiucheng.kit.worktime import seed
from xiucheng.operations.cases.catalogue import body_from_csv

from . import organisations

_ALL_WEEK = [[["00:00", "24:00"]]] * 7
_DAYLIGHT = [[["08:00", "20:00"]]] * 7
_EARLY = [[["05:00", "11:00"], ["13:00", "19:00"]]] * 7
# These know no days off, so nothing about them is provisional.
_NO_DAYS_OFF: dict[str, Any] = {"like": "default", "holidays": [], "workdays": [], "announced": [], "statute": None}


def calendars() -> dict[str, Any]:
    """The default calendar of the country, and three of agencies that work through weekends and holidays."""
    return {
        "calendars": {
            **seed.body()["calendars"],
            "round_the_clock": {**_NO_DAYS_OFF, "title": "昼夜值守", "week": _ALL_WEEK},
            "daylight": {**_NO_DAYS_OFF, "title": "全周白天班", "week": _DAYLIGHT},
            "early": {**_NO_DAYS_OFF, "title": "全周早班", "week": _EARLY},
        }
    }


def bodies() -> Iterator[tuple[str, dict[str, Any]]]:
    """Kind and body of each pack, in the order in which one may name what the one before brought."""
    catalogue = body_from_csv()
    yield "catalogue", catalogue
    yield "calendar", calendars()
    # The desk is manned day and night, the inspectors are not.
    yield "limits", {"dispatch": {"value": 1, "unit": "urgent_hour"}, "check": {"value": 2, "unit": "work_hour"}}
    yield "routing", organisations.routing({item["key"]: item["kind"] for item in catalogue["categories"]})
    # What residents, patrols and other systems send with a category is filed by this rule; what came by phone or to the
    # counter an acceptor reads first.
    yield "filing", {"rules": [{"channel": "resident"}, {"channel": "patrol"}, {"channel": "api"}]}
