"""A day's reports as a plan by lot: when, by which door, which story, who says the same again; pure.

3,000 in 24 hours: by day more than at night, in the storm hour ten times as many as that hour would have. A fifth of
them tell of something that somebody has told of already.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from ..stories import STORIES, Story
from .chronicle import HOURS, WATER

STORM_FOLD = 10
_STORM_HOURS = range(14, 20)
_STORMY = 0.7
"""Share of what is told in the storm hour that is about water, trees and wires."""

_AGAIN = 0.2
_VAGUE = 0.02
_SELF_HANDLED = 0.5
# By day patrols walk; at night people ring or use the page, machines report all the time (D).
_DOORS_BY_DAY = (("resident", 40), ("hotline", 24), ("patrol", 24), ("desk", 5), ("api", 7))
_DOORS_AT_NIGHT = (("resident", 50), ("hotline", 40), ("api", 10))
PATROL_HOURS = range(8, 18)
_STORM_STORIES = frozenset({"E0508", "C0402", *WATER})


@dataclass(frozen=True, slots=True)
class Arrival:
    """One report to come. at: since midnight. again: the number of the earlier arrival that it repeats. vague: somebody
    rings and cannot say what or where. self_handled: a patrol settles it on the spot."""

    number: int
    at: timedelta
    channel: str
    story: Story
    again: int | None = None
    vague: bool = False
    self_handled: bool = False


@dataclass(frozen=True, slots=True)
class Agenda:
    """The day: its arrivals in the order of time, and the hour of the storm."""

    storm_hour: int
    arrivals: tuple[Arrival, ...]


def agenda(reports: int, seed: int) -> Agenda:
    """The same day for the same number of reports and seed."""
    draw = random.Random(f"{seed}:agenda")
    storm = draw.choice(_STORM_HOURS)
    weights = [weight * STORM_FOLD if hour == storm else weight for hour, weight in enumerate(HOURS)]
    moments = sorted(
        timedelta(hours=hour, seconds=draw.uniform(0, 3600)) for hour in draw.choices(range(24), weights, k=reports)
    )
    arrivals: list[Arrival] = []
    for number, at in enumerate(moments):
        arrivals.append(_arrival(number, at, storm, arrivals, draw))
    return Agenda(storm, tuple(arrivals))


def _arrival(number: int, at: timedelta, storm: int, before: Sequence[Arrival], draw: random.Random) -> Arrival:
    hour = int(at / timedelta(hours=1))
    lately = [one for one in before[-200:] if at - one.at < timedelta(hours=3) and not (one.vague or one.self_handled)]
    if lately and draw.random() < _AGAIN:
        first = draw.choice(lately)
        # Who repeats what was said: a neighbour with a telephone in hand.
        channel = draw.choice(("resident", "resident", "hotline"))
        return Arrival(number, at, channel, first.story, again=first.again if first.again is not None else first.number)
    stormy = hour == storm and draw.random() < _STORMY
    stories = [one for one in STORIES if not stormy or one.category in _STORM_STORIES]
    (story,) = draw.choices(stories, [one.weight for one in stories])
    channel = _door(hour, story, draw)
    if channel == "hotline" and draw.random() < _VAGUE:
        return Arrival(number, at, channel, story, vague=True)
    return Arrival(number, at, channel, story, self_handled=channel == "patrol" and draw.random() < _SELF_HANDLED)


def _door(hour: int, story: Story, draw: random.Random) -> str:
    doors = _DOORS_BY_DAY if hour in PATROL_HOURS else _DOORS_AT_NIGHT
    open_doors = [door for door in doors if story.scene != "indoor" or door[0] not in ("patrol", "api")]
    (channel,) = draw.choices([name for name, _ in open_doors], [weight for _, weight in open_doors])
    return channel
