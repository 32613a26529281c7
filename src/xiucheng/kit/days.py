"""The site's local day: which day a moment belongs to where the site is."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings


def local_day(at: datetime) -> date:
    """The day of an aware moment by the site's clock (settings.TIME_ZONE), whoever reads and in whatever zone."""
    return at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
