"""Limits counted out minute by minute: slow, obvious, and written without a look at the implementation.

It knows a calendar only as a function `slots_of(day)` → [("08:00", "12:00"), …] and steps through every minute of UTC.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
SlotsOf = Callable[[date], Sequence[tuple[str, str]]]


class Model:
    def __init__(self, zone: str, slots_of: SlotsOf) -> None:
        self.zone = ZoneInfo(zone)
        self._slots_of = slots_of
        self._cache: dict[date, list[tuple[str, str]]] = {}
        self._duty: dict[date, list[datetime]] = {}

    def slots(self, day: date) -> list[tuple[str, str]]:
        if day not in self._cache:
            self._cache[day] = list(self._slots_of(day))
        return self._cache[day]

    def duty_minutes(self, day: date) -> list[datetime]:
        if day not in self._duty:
            self._duty[day] = [minute for minute in self.day_of(day) if self.counts(minute)] if self.slots(day) else []
        return self._duty[day]

    def local(self, minute: datetime) -> datetime:
        return minute.astimezone(self.zone)

    def counts(self, minute: datetime) -> bool:
        """Is the minute that begins here duty time? A minute that the clock shows twice lies, the second time, after
        every minute of that hour that it showed before."""
        local = self.local(minute)
        shown = local.strftime("%H:%M") if not local.fold else local.strftime("%H:59")
        return any(start <= shown < end for start, end in self.slots(local.date()))

    def minutes(self, start: datetime) -> Iterator[datetime]:
        while True:
            yield start
            start += MINUTE

    def urgent_hours(self, start: datetime, hours: int) -> datetime:
        return next(m for n, m in enumerate(self.minutes(start)) if n == hours * 60)

    def work_hours(self, start: datetime, hours: int) -> datetime:
        left = hours * 60
        for minute in self.minutes(start):
            left -= self.counts(minute)
            if not left:
                return minute + MINUTE
        raise AssertionError

    def work_days(self, start: datetime, days: int) -> datetime:
        begin = next(m for m in self.minutes(start) if self.counts(m))
        home = self.local(begin).date()
        gone = sum(minute < begin for minute in self.duty_minutes(home))
        on_duty = self.duty_minutes(self.duty_day(home, days))
        return on_duty[0] if not gone else on_duty[min(gone, len(on_duty)) - 1] + MINUTE

    def whole_work_days(self, start: datetime, days: int) -> datetime:
        return self.day_of(self.duty_day(self.local(start).date(), days))[-1] + MINUTE

    def natural_days(self, start: datetime, days: int) -> datetime:
        return self.day_of(self.local(start).date() + timedelta(days=days))[-1] + MINUTE

    def duty_day(self, day: date, count: int) -> date:
        while count:
            day += timedelta(days=1)
            count -= bool(self.duty_minutes(day))
        return day

    def day_of(self, day: date) -> list[datetime]:
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=self.zone).astimezone(UTC)
        around = (noon + n * MINUTE for n in range(-16 * 60, 16 * 60))
        return [minute for minute in around if self.local(minute).date() == day]

    def spent(self, start: datetime, end: datetime, *, on_duty: bool) -> timedelta:
        count = 0
        for minute in self.minutes(start):
            if minute >= end:
                return count * MINUTE
            count += self.counts(minute) if on_duty else 1
        raise AssertionError

    def countdown(
        self, start: datetime, minutes: int, pauses: Sequence[tuple[datetime, datetime]], *, on_duty: bool
    ) -> datetime:
        """A clock of so many minutes that stands still in the pauses: when it shows 0."""
        for minute in self.minutes(start):
            runs = not any(begin <= minute < end for begin, end in pauses)
            minutes -= runs and (self.counts(minute) if on_duty else True)
            if not minutes:
                return minute + MINUTE
        raise AssertionError
