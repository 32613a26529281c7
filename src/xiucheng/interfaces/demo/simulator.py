"""The demo's simulator as a process: it waits, lives the day of day.py a thing at a time, and stops at SIGTERM."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .day import Day
    from .district.control import Wish

log = logging.getLogger(__name__)


def live(stop: threading.Event, *, speed: float, seed: int | None = None) -> int:
    """Live until told to stop; how many things were done."""
    from django.conf import settings
    from django.db import connections

    from xiucheng.kit import heartbeat
    from xiucheng.kit.now import now

    from .day import LOOK_SECONDS, Day
    from .district import control

    day = Day(now(), speed=speed, seed=seed)
    # What somebody wished of an earlier run is over.
    control.write(settings.DATA, control.Wish(speed))
    beaten = float("-inf")
    while not stop.is_set():
        wait = LOOK_SECONDS
        try:
            if time.monotonic() - beaten >= LOOK_SECONDS:
                heartbeat.beat("simulator", now())
                beaten = time.monotonic()
            wait = obey(day, control.read(settings.DATA)) or day.turn(now())
        except Exception:
            # One thing that cannot be done is no reason to stop living; the next one is due soon.
            log.exception("something could not be done")
        finally:
            # A pooled connection goes back, a broken one away.
            connections.close_all()
        stop.wait(wait)
    return day.done


def obey(day: Day, wish: Wish | None) -> float:
    """Take over the speed that is wished; the seconds until it looks again where a pause is wished, else 0."""
    from .day import LOOK_SECONDS

    if wish is None:
        return 0.0
    day.speed = wish.speed
    return LOOK_SECONDS if wish.paused else 0.0


def main() -> None:
    """The process that the demo starts: python -m xiucheng.interfaces.demo.simulator."""
    parser = argparse.ArgumentParser(prog="simulator", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--speed", type=float, default=30.0, help="how many times faster than life people act")
    parser.add_argument("--seed", type=int, default=None, help="the same lots for the same seed")
    given = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiucheng.config.settings")
    import django

    django.setup()
    from xiucheng.kit.site import assert_site

    assert_site()
    done = live(stop, speed=given.speed, seed=given.seed)
    print(f"simulator: stopped, {done} things done", flush=True)


if __name__ == "__main__":
    main()
