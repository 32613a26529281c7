"""The simulator of 丝澜区（示例） as a process: it keeps the day's own time, lives it, and reports at midnight.

python -m xiucheng.interfaces.demo.district.simulator --speed 30 --seed 1 [--begin 7] [--days 1]
"""

import argparse
import logging
import os
import random
import signal
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

from .agenda import agenda
from .chronicle import ZONE
from .control import Wish, keep_report, read, write
from .pacing import Pace
from .plan import FULL, SEED, Plan

log = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0
_AT_ONCE = 40
"""Things done between two looks at the journal while the day is behind."""


class Simulator:
    """Lives day after day until told to stop, or for so many days."""

    def __init__(
        self, folder: Path, *, speed: float, seed: int, reports: int, begin: int, days: int = 0, plan: Plan = FULL
    ) -> None:
        from xiucheng.kit.now import now

        from .land import lay
        from .life import Life
        from .spots import LandSpots

        self._now = now
        self._folder = folder
        self._seed = seed
        self._reports = reports
        self._days_left = days
        self._limited = bool(days)
        at = now()
        self._midnight = at.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
        # What somebody wished of an earlier run is over.
        self._wish = Wish(speed)
        write(folder, self._wish)
        then = self._midnight + timedelta(hours=begin)
        self.pace = Pace(at, then, self._wish.speed, self._wish.paused)
        self.life = Life(LandSpots(lay(plan, SEED), random.Random(f"{seed}:spots")), seed)
        self.life.take_over(then, at)
        self.life.begin_day(agenda(reports, seed), self._midnight, then, at)

    def live(self, stop: threading.Event) -> None:
        """Turn after turn; what cannot be done is no reason to stop living."""
        from django.db import connections

        looked = float("-inf")
        while not stop.is_set():
            wait = _LOOK_SECONDS
            try:
                if time.monotonic() - looked >= _LOOK_SECONDS:
                    looked = time.monotonic()
                    self._look()
                wait = self.turn()
            except Exception:
                log.exception("something could not be done")
            finally:
                # A pooled connection goes back, a broken one away.
                connections.close_all()
            if self._limited and self._days_left <= 0:
                return
            stop.wait(wait)

    def _look(self) -> None:
        """The heartbeat, and what somebody wishes."""
        from xiucheng.kit import heartbeat

        at = self._now()
        heartbeat.beat("simulator", at)
        wish = read(self._folder) or self._wish
        if wish != self._wish:
            self._wish = wish
            self.pace = self.pace.changed(at, speed=wish.speed, paused=wish.paused)
            log.info("speed %g, %s", wish.speed, "paused" if wish.paused else "living")

    def turn(self) -> float:
        """Do what is due, look at the journal, close the day when it is over; seconds until something is due."""
        at = self._now()
        then = self.pace.at(at)
        if self.pace.paused:
            return _LOOK_SECONDS
        self.life.follow(then, at)
        end = self._midnight + timedelta(days=1)
        for _ in range(_AT_ONCE):
            if not self.life.turn(min(then, end), self._now()):
                break
        due = self.life.next_at
        if then >= end and (due is None or due > end):
            self._close_day(end)
        if due is None or due <= then:
            return 0.0 if due is not None else _LOOK_SECONDS
        return min(_LOOK_SECONDS, self.pace.until(due, at).total_seconds())

    def _close_day(self, end: datetime) -> None:
        """Midnight: account for every report of the day, write it down, begin the next day."""
        at = self._now()
        account = self.life.account(at)
        day = self._midnight.date()
        keep_report(self._folder, day, {"day": day.isoformat(), **account.plain(), "done": dict(self.life.done)})
        log.info("day %s: %d reports handed in, faults: %s", day, account.handed_in, account.faults or "none")
        if account.faults:
            log.error("the sums of day %s do not agree: %s", day, account.faults)
        self._days_left -= 1
        self._midnight = end
        self.life.begin_day(agenda(self._reports, self._seed + day.toordinal()), end, end, at)


def main() -> None:
    """The process that the demo starts with --district."""
    parser = argparse.ArgumentParser(prog="simulator", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--speed", type=float, default=30.0, help="how many times faster than life, 1 to 120")
    parser.add_argument("--seed", type=int, default=SEED, help="the same day for the same seed")
    parser.add_argument("--reports", type=int, default=FULL.reports, help="reports a day")
    parser.add_argument("--begin", type=int, default=7, help="the hour at which the first day begins")
    parser.add_argument("--days", type=int, default=0, help="stop after so many midnights; 0 is never")
    given = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiucheng.config.settings")
    import django

    django.setup()
    from django.conf import settings

    from xiucheng.kit.site import assert_site

    assert_site()
    simulator = Simulator(
        settings.DATA,
        speed=given.speed,
        seed=given.seed,
        reports=given.reports,
        begin=given.begin,
        days=given.days,
    )
    simulator.live(stop)
    print(f"simulator: stopped, {sum(simulator.life.done.values())} things done", flush=True)


if __name__ == "__main__":
    main()
