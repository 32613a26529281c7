"""A year of 丝澜区（示例）: what was told when, by which door, and how it went on; pure, before any database.

Who did something stands as a part to be played ("clerk:roads"), so that the same chronicle can be played by whoever
holds the posts. Durations are shares of the limit that the filing condition has; people who work by day go on in the
morning with what came at night.
"""

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from xiucheng.kit.worktime import Limit, Unit
from xiucheng.operations.cases.catalogue import Catalogue, body_from_csv, compile_catalogue

from ..names import SURNAMES
from ..organisations import answerer
from ..stories import STORIES, Story
from .bodies import Bodies
from .land import Land
from .plan import Plan
from .things import Thing, address, inside

ZONE = ZoneInfo("Asia/Shanghai")

# How often each door is used, and each hour of the day: people wake up, go to work, come home (D).
_DOORS = (("patrol", 38), ("resident", 30), ("hotline", 26), ("desk", 6))
HOURS = (1, 1, 0, 0, 0, 1, 3, 7, 9, 9, 8, 7, 5, 5, 7, 8, 8, 9, 8, 7, 5, 4, 3, 2)
_CONTACT = {"resident": 0.35, "patrol": 0.0, "hotline": 0.9, "desk": 0.8}
_SELF_HANDLED = 0.55
"""Of what patrols find, so much is small enough to be settled on the spot (D)."""

# From signing to replying, as shares of the limit (weight, least, most): most in good time, some late (D).
_SHARES = ((56, 0.10, 0.50), (30, 0.50, 0.92), (7, 0.02, 0.10), (7, 1.03, 1.60))
_RETURNS, _EXTENDS, _REWORKS, _REOPENS, _BY_NOTICE = 0.05, 0.07, 0.08, 0.02, 0.08

# A working day of a limit is about so many hours of the clock, weekends spread over (D).
_HOURS_OF = {Unit.URGENT_HOUR: 1.0, Unit.WORK_HOUR: 2.6, Unit.WORK_DAY: 34.0, Unit.NATURAL_DAY: 24.0}
_WORTH_EXTENDING = timedelta(hours=100)
_ENDS = frozenset({"close", "approve_self_review"})
_RAINY = range(6, 9)
WATER = frozenset({"E0503", "E0506", "C0104", "C0103"})


@dataclass(frozen=True, slots=True)
class Happening:
    """One move of a case: its name, when, the part of who made it, codes as its arguments, which of SAID was said."""

    name: str
    at: datetime
    who: str
    args: Mapping[str, str] = field(default_factory=dict)
    said: str = ""


@dataclass(frozen=True, slots=True)
class Tale:
    """One report and its case. phone: "" where nobody left a contact. is_open: it goes on."""

    at: datetime
    filed_at: datetime
    channel: str
    category: str
    condition: str
    text: str
    address: str
    lon: float
    lat: float
    unit_grid: str
    component: str
    caller: str
    phone: str
    reporter: str
    filer: str
    self_handled: bool
    is_open: bool
    happenings: tuple[Happening, ...]

    def plain(self) -> dict[str, Any]:
        """As JSON, for the digest."""
        happenings = [[one.name, one.at.isoformat(), one.who, dict(one.args), one.said] for one in self.happenings]
        values = {name: getattr(self, name) for name in ("channel", "category", "text", "lon", "lat", "unit_grid")}
        return {**values, "at": self.at.isoformat(), "phone": self.phone, "happenings": happenings}


def tales(
    plan: Plan, seed: int, land: Land, bodies: Bodies, components: Sequence[Thing], until: date
) -> Iterator[Tale]:
    """The tales of the days before `until` (local) in the order in which they came: `closed` that ended by then, and
    `opened` of the last days that had not."""
    teller = _Teller(random.Random(f"{seed}:chronicle"), land, bodies, components, until)
    days = _days(plan, until)
    told = [*teller.ended(days, plan.closed), *teller.open_ones(plan.opened)]
    yield from sorted(told, key=lambda tale: tale.at)


def _days(plan: Plan, until: date) -> tuple[Sequence[date], Sequence[float]]:
    """Days with their weights: more in summer rain, fewer at weekends. What came lately is not over yet."""
    days = [until - timedelta(days=back) for back in range(plan.days, 12, -1)]
    weights = [
        (1.25 if day.month in _RAINY else 1.0)
        * (0.75 if day.weekday() > 4 else 1.0)
        * (1 + 0.2 * math.sin(day.toordinal() / 9))
        for day in days
    ]
    return days, weights


class _Teller:
    def __init__(
        self, draw: random.Random, land: Land, bodies: Bodies, components: Sequence[Thing], until: date
    ) -> None:
        self._draw = draw
        self._land = land
        self._bodies = bodies
        self._end = datetime.combine(until, time(), ZONE)
        self._catalogue: Catalogue = compile_catalogue(1, body_from_csv())
        self._grids = list(land.unit_grids)
        self._weights = [story.weight for story in STORIES]
        self._of_kind: dict[str, list[Thing]] = {}
        for one in components:
            self._of_kind.setdefault(one.kind, []).append(one)
        self._duty_grid = {grid: code for code, members in land.duty_grids.items() for grid in members}

    def moment(self, days: tuple[Sequence[date], Sequence[float]]) -> datetime:
        """When somebody reported."""
        (day,) = self._draw.choices(days[0], days[1])
        (hour,) = self._draw.choices(range(24), HOURS)
        return datetime.combine(day, time(hour), ZONE) + timedelta(minutes=self._draw.uniform(0, 60))

    def ended(self, days: tuple[Sequence[date], Sequence[float]], count: int) -> Iterator[Tale]:
        """Cases that have come to their end when the history ends."""
        while count:
            tale = self.tale(self.moment(days))
            if not tale.is_open:
                count -= 1
                yield tale

    def open_ones(self, count: int) -> Iterator[Tale]:
        """Cases that are under way when the history ends: told again until one has not come to its end by then."""
        while count:
            ago = min(self._draw.expovariate(1 / 40), 24 * 12)
            tale = self.tale(self._end - timedelta(hours=ago))
            if tale.is_open:
                count -= 1
                yield tale

    def tale(self, at: datetime) -> Tale:
        """Somebody reports at this moment, and it goes as far as it had come when the history ends."""
        story = self._story(at)
        lon, lat, grid, component, owner = self._spot(story)
        channel = self._door(story)
        where = address(self._land, grid, self._draw)
        category, condition = self._catalogue.condition(story.category, story.condition or None)
        self_handled = channel == "patrol" and self._draw.random() < _SELF_HANDLED
        by_rule = channel in ("resident", "patrol")
        filed_at = at if self_handled else at + (timedelta(seconds=4) if by_rule else self._minutes(2, 25))
        officer = f"officer:{grid[:12]}"
        course = _Course(self._draw, filed_at, condition.limit, self._end)
        if self_handled:
            course.step("approve_self_review", self._minutes(8, 240), "acceptor")
        else:
            agency = self._agency(story.category, grid, owner)
            needs_check = category.needs_check(condition)
            self._go(course, agency, f"office_{grid[6:9]}", self._duty_grid[grid], needs_check)
        contact = self._draw.random() < _CONTACT[channel]
        return Tale(
            at=at,
            filed_at=filed_at,
            channel=channel,
            category=story.category,
            condition=story.condition,
            text=self._draw.choice(story.wordings).format(place=where),
            address=where,
            lon=lon,
            lat=lat,
            unit_grid=grid,
            component=component,
            caller=self._draw.choice(SURNAMES) + self._draw.choice(("女士", "先生")) if contact else "",
            phone=f"12300{self._draw.randrange(10**6):06d}" if contact else "",
            reporter={"patrol": officer, "hotline": "acceptor", "desk": "acceptor"}.get(channel, ""),
            filer=officer if self_handled else "rule:filing" if by_rule else "acceptor",
            self_handled=self_handled,
            is_open=course.is_open,
            happenings=tuple(course.happenings),
        )

    def _story(self, at: datetime) -> Story:
        (story,) = self._draw.choices(STORIES, self._weights)
        if at.month in _RAINY and self._draw.random() < 0.08:
            return self._draw.choice([one for one in STORIES if one.category in WATER])
        return story

    def _door(self, story: Story) -> str:
        doors = [door for door in _DOORS if door[0] != "patrol" or story.scene != "indoor"]
        return self._draw.choices([name for name, _ in doors], [weight for _, weight in doors])[0]

    def _spot(self, story: Story) -> tuple[float, float, str, str, str]:
        """(lon, lat, unit grid, component, its owner): at a component where the story is about one."""
        of = self._of_kind.get(story.category[1:], ()) if story.category.startswith("C") else ()
        if of:
            thing = self._draw.choice(of)
            return thing.lon, thing.lat, thing.unit_grid, thing.code, thing.owner
        grid = self._draw.choice(self._grids)
        point = inside(self._land.unit_grids[grid], self._draw)
        return round(point.x, 6), round(point.y, 6), grid, "", ""

    def _agency(self, category: str, grid: str, owner: str) -> str:
        return owner or self._bodies.in_place(answerer(category), grid)

    def _minutes(self, least: float, most: float) -> timedelta:
        return timedelta(minutes=self._draw.uniform(least, most))

    def _go(self, course: "_Course", agency: str, office: str, duty_grid: str, needs_check: bool) -> None:
        """The way of a case from filing to its end."""
        draw = self._draw
        course.step("dispatch", timedelta(seconds=4), "rule:routing", agency=agency)
        if draw.random() < _RETURNS:
            course.asked("return_case", self._minutes(20, 180), f"clerk:{agency}", "dispatcher")
            # What an agency gives back goes to the street's office, and that one's own to the street's brigade.
            agency = office if agency != office else f"brigade_{office[-3:]}"
            course.step("dispatch", self._minutes(5, 40), "dispatcher", "redispatch", agency=agency)
        clerk = f"clerk:{agency}"
        course.step("sign", self._minutes(4, 90), clerk, by_day=True)
        if draw.random() < _EXTENDS and course.limit >= _WORTH_EXTENDING:
            course.asked("extend", course.share(0.05, 0.2), clerk, "dispatcher")
        (span,) = draw.choices(_SHARES, [weight for weight, _least, _most in _SHARES])
        course.step("reply", course.share(*span[1:]), clerk, "reply", by_day=True)
        if needs_check:
            self._check(course, clerk, f"inspector:{duty_grid}")
        closing = "by_notice" if not needs_check and draw.random() < _BY_NOTICE else "handled"
        said = "by_notice" if closing == "by_notice" else ""
        course.step("close", self._minutes(4, 120), "acceptor", said, closing=closing)
        if draw.random() < _REOPENS and not course.cut:
            self._again(course, agency, clerk, duty_grid, needs_check)

    def _again(self, course: "_Course", agency: str, clerk: str, duty_grid: str, needs_check: bool) -> None:
        """Somebody calls again within days: the case is opened and settled once more."""
        course.step("reopen", self._minutes(600, 7 * 24 * 60), "acceptor", "reopen")
        course.step("dispatch", self._minutes(5, 40), "dispatcher", agency=agency)
        course.step("sign", self._minutes(4, 60), clerk, by_day=True)
        course.step("reply", course.share(0.1, 0.5), clerk, "reply", by_day=True)
        if needs_check:
            self._check(course, clerk, f"inspector:{duty_grid}")
        course.step("close", self._minutes(4, 120), "acceptor", closing="handled")

    def _check(self, course: "_Course", clerk: str, inspector: str) -> None:
        course.step("start_check", timedelta(seconds=12), "system:checks")
        if self._draw.random() < _REWORKS:
            course.step("rework", self._minutes(20, 200), inspector, "rework", by_day=True)
            course.step("reply", course.share(0.05, 0.3), clerk, "reply", by_day=True)
            course.step("start_check", timedelta(seconds=12), "system:checks")
        course.step("pass_check", self._minutes(20, 200), inspector, by_day=True)


class _Course:
    """What happens one after the other; from `end` on nothing has happened yet."""

    @property
    def is_open(self) -> bool:
        """Has the case not come to its end?"""
        return not self.happenings or self.happenings[-1].name not in _ENDS

    def __init__(self, draw: random.Random, start: datetime, limit: Limit, end: datetime) -> None:
        self.happenings: list[Happening] = []
        self.cut = False
        self.limit = timedelta(hours=float(limit.value) * _HOURS_OF[limit.unit])
        self._draw = draw
        self._at = start
        self._end = end

    def share(self, least: float, most: float) -> timedelta:
        """A share of the limit, at least some minutes."""
        return max(timedelta(minutes=6), self.limit * self._draw.uniform(least, most))

    def step(self, name: str, wait: timedelta, who: str, said: str = "", *, by_day: bool = False, **args: str) -> None:
        """One more thing happens after a while; who works by day does it in the morning."""
        at = self._at + wait
        if by_day and not 7 <= at.hour < 19:
            morning = at.replace(hour=7, minute=0) + (timedelta(days=1) if at.hour >= 19 else timedelta(0))
            at = morning + timedelta(minutes=self._draw.uniform(10, 110))
        if self.cut or at >= self._end:
            self.cut = True
            return
        self._at = at
        self.happenings.append(Happening(name, at, who, args, said))

    def asked(self, what: str, wait: timedelta, who: str, decider: str) -> None:
        """Somebody asks, and it is granted; where the answer is still out when the history ends, it was not asked."""
        before, at = len(self.happenings), self._at
        self.step(what, wait, who, what, by_day=True)
        self.step("decide", timedelta(minutes=self._draw.uniform(8, 90)), decider, "granted", what=what)
        if self.cut:
            del self.happenings[before:]
            self._at = at
