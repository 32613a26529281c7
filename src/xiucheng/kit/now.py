"""The one place that reads the clock; only doors and workers call it, everything below takes `now`."""

from datetime import UTC, datetime


def now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC)
