"""`xiucheng demo --feed FILE`: real work orders come in by the import channel and are worked through live moves.

The process: it waits, paces and tells; what is done stands in feeding.py. Started again it goes on where it stopped.
"""

import argparse
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import feeding

MAPPING = "hotline_fuzhou"
_PAUSE = 0.5


def run(file: Path, *, mapping: str, per_minute: float, minutes: float) -> "feeding.Feed":
    """Let the file in at `per_minute` rows (0: at once) and work until everything has ended or the time is over."""
    from xiucheng.kit.now import now
    from xiucheng.operations.intake import imports

    from . import feeding

    feed = feeding.begin(file, now(), mapping)
    batch = max(1, round(per_minute / 60)) if per_minute else 100

    def between(entered: int, total: int) -> None:
        feed.work(now())
        _say(feed, entered, total)
        if per_minute:
            time.sleep(batch * 60 / per_minute)

    leader = feeding.somebody("shift_leader", now())
    imports.run(file, feed.mapping, by=leader, now=now(), batch=batch, progress=between)
    until = time.monotonic() + minutes * 60
    while feed.open and time.monotonic() < until:
        if not feed.work(now()):
            time.sleep(_PAUSE)
        _say(feed, len(feed.rows), len(feed.rows))
    return feed


_said: dict[str, int] = {}


def _say(feed: "feeding.Feed", entered: int, total: int) -> None:
    """A line whenever a tenth more has come in or has ended."""
    tenths = (10 * entered // max(total, 1)) + (10 * len(feed.ended) // max(total, 1))
    if _said.get("tenths") != tenths:
        _said["tenths"] = tenths
        moves = " ".join(f"{name}={count}" for name, count in sorted(feed.done.items()))
        print(f"feed: {entered}/{total} in, {len(feed.ended)} ended; {moves}", flush=True)


def main() -> None:
    """The process that the demo starts: python -m xiucheng.interfaces.demo.feed FILE."""
    parser = argparse.ArgumentParser(prog="feed", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", type=Path)
    parser.add_argument("--mapping", default=MAPPING, help="name or path of a strict mapping")
    parser.add_argument("--per-minute", type=float, default=0.0, help="rows let in per minute; 0 is at once")
    parser.add_argument("--minutes", type=float, default=60.0, help="how long the cases are worked on at most")
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiucheng.config.settings")
    import django

    django.setup()
    from xiucheng.kit.site import assert_site

    assert_site()
    feed = run(given.file, mapping=given.mapping, per_minute=given.per_minute, minutes=given.minutes)
    print(f"feed: finished, {len(feed.ended)} of {len(feed.rows)} ended", flush=True)


if __name__ == "__main__":
    main()
