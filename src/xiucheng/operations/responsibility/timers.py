"""What time does in responsibility: ends of terms are told beforehand."""

from datetime import datetime

from . import reminders


def remind_due(now: datetime) -> int:
    """Each hour; returns of how many terms somebody was told."""
    return reminders.remind(now=now)
