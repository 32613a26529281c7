"""What time does in founding: personal columns whose retention is over are destroyed."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from . import commands


def erase_due(now: datetime) -> int:
    """Each hour; returns how many cells were destroyed."""
    return commands.erase_extras(now=now, today=now.astimezone(ZoneInfo(settings.TIME_ZONE)).date())
