"""The site's clock: the local time and day of a moment, whoever reads and in whatever zone, and the days' names."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_lazy

WEEKDAYS = (
    gettext_lazy("周一"),
    gettext_lazy("周二"),
    gettext_lazy("周三"),
    gettext_lazy("周四"),
    gettext_lazy("周五"),
    gettext_lazy("周六"),
    gettext_lazy("周日"),
)
"""Monday first, as date.weekday() counts."""


def site_zone() -> ZoneInfo:
    """The site's time zone (settings.TIME_ZONE)."""
    return ZoneInfo(settings.TIME_ZONE)


def local_time(at: datetime) -> datetime:
    """An aware moment by the site's clock."""
    return at.astimezone(site_zone())


def local_day(at: datetime) -> date:
    """The day of an aware moment by the site's clock."""
    return local_time(at).date()


def weekday(day: date) -> str:
    """周五, in the active language."""
    return str(WEEKDAYS[day.weekday()])
