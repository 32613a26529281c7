"""The simulator's own time: real time, so many times faster, standing still while it is paused. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

SLOWEST, FASTEST = 1.0, 120.0


@dataclass(frozen=True, slots=True)
class Pace:
    """At the real moment `since` the day had come to `then`; from there on it runs `speed` times as fast as life."""

    since: datetime
    then: datetime
    speed: float
    paused: bool = False

    def at(self, now: datetime) -> datetime:
        """How far the day has come."""
        return self.then if self.paused else self.then + (now - self.since) * self.speed

    def until(self, then: datetime, now: datetime) -> timedelta:
        """How long by the real clock until the day comes to `then`; the longest span there is while it is paused."""
        return timedelta.max if self.paused else max(timedelta(0), (then - self.at(now)) / self.speed)

    def changed(self, now: datetime, *, speed: float | None = None, paused: bool | None = None) -> "Pace":
        """From now on another speed (kept within 1 and 120), paused, or going on; what was lived stays."""
        faster = self.speed if speed is None else min(max(speed, SLOWEST), FASTEST)
        held = self.paused if paused is None else paused
        return replace(self, since=now, then=self.at(now), speed=faster, paused=held)
