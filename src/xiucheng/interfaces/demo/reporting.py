"""How the stories come in: by a resident's phone, the hotline, the counter, a patrol; in other words, and twice."""

import random
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xiucheng.foundation.people.rules import Standing
from xiucheng.operations.intake import commands as intake
from xiucheng.operations.intake.commands import Submitted
from xiucheng.operations.intake.rules import Contact

from .acts import Actors
from .names import SURNAMES
from .spots import Places, Spot
from .stories import VAGUE, Story, tell

# How often each door is used (D): most come by phone, whether the telephone or the page.
_DOORS = (("resident", 46), ("hotline", 26), ("patrol", 22), ("desk", 6))
_TELLS_CATEGORY = {"resident": 0.85, "patrol": 1.0, "hotline": 0.5, "desk": 0.6, "api": 1.0}
_LEAVES_CONTACT = {"resident": 0.4, "patrol": 0.0, "hotline": 0.95, "desk": 0.8, "api": 0.1}
_HAS_PICTURE = {"resident": 0.45, "patrol": 0.8, "hotline": 0.0, "desk": 0.0, "api": 0.2}


@dataclass(frozen=True, slots=True)
class Handed:
    """A report that was handed in: the story it tells, where, and what the site answered."""

    story: Story
    spot: Spot
    channel: str
    category: str | None
    answer: Submitted

    @property
    def report_id(self) -> UUID:
        return self.answer.report_id


class Reporters:
    """Lets people report."""

    def __init__(self, actors: Actors, spots: Places, draw: random.Random) -> None:
        self._actors = actors
        self._spots = spots
        self._draw = draw

    def report(
        self,
        now: datetime,
        *,
        story: Story | None = None,
        channel: str | None = None,
        category: bool | None = None,
        spot: Spot | None = None,
        same_as: UUID | None = None,
    ) -> Handed:
        """Somebody reports; what is not given is drawn. category: whether the reporter names it."""
        story = story or tell(self._draw)
        channel = channel or self._door(story)
        spot = spot or self._spots.of(story.category)
        by = self.reporter(channel, spot, now)
        named = self._draw.random() < _TELLS_CATEGORY[channel] if category is None else category
        text = self._draw.choice(story.wordings).format(place=spot.address)
        answer = intake.submit_report(
            by=by,
            now=now,
            channel=channel,
            text=text,
            category=story.category if named else None,
            lon=spot.lon,
            lat=spot.lat,
            address=spot.address,
            contact=self._contact(channel),
            media=self._media(by, channel, story, now),
            elements=self._elements(channel, text, spot),
            same_as=same_as,
        )
        return Handed(story, spot, channel, story.category if named else None, answer)

    def vague(self, now: datetime) -> Submitted:
        """Somebody rings and cannot say what or where."""
        by = self.reporter("hotline", self._spots.anywhere(), now)
        text = self._draw.choice(VAGUE)
        return intake.submit_report(by=by, now=now, channel="hotline", text=text, contact=self._contact("hotline"))

    def self_handled(self, now: datetime, story: Story, spot: Spot) -> UUID | None:
        """A grid officer settles something small on the spot; the report, None where no officer is there."""
        by = self._actors.cast.somebody("grid_officer", now, area=spot.community)
        if by is None:
            return None
        text = self._draw.choice(story.wordings).format(place=spot.address)
        before, after = (self._actors.picture(by, now, story.category, purpose) for purpose in ("before", "after"))
        submitted, _filed = intake.report_self_handled(
            by=by,
            now=now,
            text=f"{text}{self._actors.said('self_handled')}",
            category=story.category,
            lon=spot.lon,
            lat=spot.lat,
            address=spot.address,
            before=[before],
            after=[after],
        )
        return submitted.report_id

    def reporter(self, channel: str, spot: Spot, now: datetime) -> Standing:
        """Who hands in through a door: anybody, the acceptor who answers, the grid officer of the place."""
        post = {"hotline": "acceptor", "desk": "acceptor", "patrol": "grid_officer"}.get(channel)
        area = spot.community if post == "grid_officer" else None
        found = self._actors.cast.somebody(post, now, area=area) if post else None
        return found or Standing.resident(channel)

    def _door(self, story: Story) -> str:
        doors = [(name, weight) for name, weight in _DOORS if name != "patrol" or story.scene != "indoor"]
        return self._draw.choices([name for name, _ in doors], weights=[weight for _, weight in doors])[0]

    def _contact(self, channel: str) -> Contact | None:
        if self._draw.random() >= _LEAVES_CONTACT[channel]:
            return None
        name = self._draw.choice(SURNAMES) + self._draw.choice(["女士", "先生"])
        # No network gives out numbers that begin with 123.
        return Contact(name=name, phone=f"12300{self._draw.randrange(10**6):06d}")

    def _media(self, by: Standing, channel: str, story: Story, now: datetime) -> tuple[UUID, ...]:
        if story.scene == "indoor" or self._draw.random() >= _HAS_PICTURE[channel]:
            return ()
        return (self._actors.picture(by, now, story.category, "before"),)

    def _elements(self, channel: str, text: str, spot: Spot) -> dict[str, str] | None:
        if channel not in ("hotline", "desk"):
            return None
        return {"place": spot.address, "cause": text}
