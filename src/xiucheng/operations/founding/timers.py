"""What time does in founding: personal columns whose retention is over are destroyed."""

from datetime import datetime

from xiucheng.kit.days import local_day

from . import commands


def erase_due(now: datetime) -> int:
    """Each hour; returns how many cells were destroyed."""
    return commands.erase_extras(now=now, today=local_day(now))
