"""What has happened in the sample district before anybody looks: a week lived in order, and something in every state.

1. A week of reports comes in by the hour of the day and is worked through by the habits of habits.py up to now.
2. What a visitor should find and chance may not have left is made on purpose: something in every state, some about to
   be late, some late and supervised, requests that wait for a decision.
"""

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.tasks import calendars
from xiucheng.kit.days import local_time
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import attempt
from xiucheng.kit.worktime import is_on_duty, next_slot_start
from xiucheng.operations.cases import configuration
from xiucheng.operations.cases import queries as case_queries
from xiucheng.operations.cases.commands.bulk import Dispatching, dispatch_many
from xiucheng.operations.cases.rules.apply import case_due
from xiucheng.operations.cases.views import CaseView
from xiucheng.operations.dispatch import queries as dispatch
from xiucheng.operations.intake import commands as intake

from . import staff
from .acts import Actors
from .habits import next_act
from .reporting import Handed, Reporters
from .spots import Spots
from .stories import OTHER_NEEDS, STORIES, Story

DAYS = 7
REPORTS = 84
"""How many reports the week brings."""

# Reports by local hour: people wake up, go to work, come home (D).
_HOURS = (1, 1, 0, 0, 0, 1, 3, 7, 9, 9, 8, 7, 5, 5, 7, 8, 8, 9, 8, 7, 5, 4, 3, 2)
_SYSTEM = Standing.for_system("sample")
# A rule files and routes within seconds.
_AT_ONCE = timedelta(seconds=4)

_BY_AGENCY = frozenset({"sign", "reply", "assign_inside", "return_case", "extend"})
_BY_INSPECTOR = frozenset({"pass_check", "rework", "reopen"})

Filter = Callable[[Story], bool]


def _any(story: Story) -> bool:
    return True


def _service(story: Story) -> bool:
    return story.category.startswith("H")


def _in_the_street(story: Story) -> bool:
    return not story.category.startswith("H")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a visitor shall find: so many cases that went this way, begun so many minutes ago.

    due: instead of `ago`, begin so that the case falls due within these minutes from now (negative: fell due).
    last: one more act, made when the site has caught up. What comes back to "to be dispatched" by a person's decision
    waits for a dispatcher; while its filing is still to be read, the routing rules would take it for a new case.
    """

    count: int
    acts: tuple[str, ...]
    ago: tuple[int, int] = (40, 150)
    stories: Filter = _any
    due: tuple[int, int] | None = None
    last: str = ""


# Categories with days rather than hours: who asks for more time must still have some.
_LONG = frozenset({"C0137", "C0402", "E0113", "E0111", "C0146", "C0301", "H0101"})
_ROADS = frozenset({"E0113", "C0221"})
_WITH_CREW = frozenset({"C0137", "C0102", "E0110", "E0111", "E0113", "E0112", "C0402", "C0104"})

_TO_CHECK = ("sign", "reply", "start_check")
WANTED = (
    # Something for the agency and the crew that there are accounts of.
    Wanted(2, (), (6, 50), stories=lambda story: story.category in _ROADS),
    Wanted(2, ("sign", "assign_inside"), stories=lambda story: story.category in _ROADS),
    Wanted(4, (), (6, 40)),
    Wanted(5, ("sign",)),
    Wanted(3, ("sign", "assign_inside"), stories=lambda story: story.category in _WITH_CREW),
    Wanted(3, ("sign", "extend"), stories=lambda story: story.category in _LONG),
    Wanted(2, ("return_case",), (15, 60)),
    Wanted(2, ("return_case",), (40, 90), last="grant"),
    Wanted(3, ("sign", "reply"), (60, 200), stories=_service),
    Wanted(4, _TO_CHECK, (60, 200), stories=_in_the_street),
    Wanted(3, (*_TO_CHECK, "pass_check"), (80, 240), stories=_in_the_street),
    Wanted(2, (*_TO_CHECK, "rework"), (80, 240), stories=_in_the_street),
    Wanted(1, (*_TO_CHECK, "pass_check", "close"), (200, 400), stories=_in_the_street, last="reopen"),
    Wanted(1, ("void",), (20, 60)),
    Wanted(1, ("void", "grant"), (60, 200)),
    Wanted(1, ("sign", "force_close"), (300, 500)),
    Wanted(3, ("sign", "supervise"), due=(-600, -20)),
    Wanted(3, ("sign",), due=(-400, -15)),
    Wanted(6, ("sign",), due=(8, 56)),
)
WAITING = (("vague", 2), ("hotline", 4), ("pre_verifying", 2), ("rejected", 2), ("self_review", 3), ("unplaced", 3))
"""What waits at the desk: reports that an acceptor has to read, and cases whose place nobody knows."""


class Past:
    """Lives the past in the order of time; `live` returns what happened, counted."""

    def __init__(self, actors: Actors, spots: Spots, draw: random.Random, now: datetime) -> None:
        self._actors = actors
        self._reporters = Reporters(actors, spots, draw)
        self._spots = spots
        self._draw = draw
        self._now = now
        self._events: list[tuple[datetime, int, Callable[[datetime], Any]]] = []
        self._count = itertools.count()
        self._last: list[tuple[CaseView, str]] = []
        self.done: Counter[str] = Counter()

    def live(self) -> Counter[str]:
        """Schedule the week and what is wanted, then let everything happen in the order of time."""
        for at in self._arrivals():
            self._at(at, self._arrive)
        for wanted in WANTED:
            for number in range(wanted.count):
                # The first of each lies at home, where the street's and the community's accounts look.
                self._want(wanted, staff.HOME_COMMUNITY if number == 0 else "")
        self._wait_at_the_desk()
        while self._events:
            at, _number, do = heapq.heappop(self._events)
            # A refused act is nothing that happened; the rest of the past goes on.
            with suppress(Refused), attempt():
                do(at)
        return self.done

    def finish(self, now: datetime) -> None:
        """The last acts, when the site has caught up with everything before."""
        for case, name in self._last:
            with suppress(Refused):
                self._do(case, name, now)

    def _at(self, when: datetime, do: Callable[[datetime], Any]) -> None:
        if when < self._now:
            heapq.heappush(self._events, (when, next(self._count), do))

    def _minutes(self, least: float, most: float) -> timedelta:
        return timedelta(minutes=self._draw.uniform(least, most))

    # -- a week by habit ------------------------------------------------------------------------------------------

    def _arrivals(self) -> Iterator[datetime]:
        midnight = local_time(self._now).replace(hour=0, minute=0, second=0, microsecond=0)
        for _ in range(REPORTS):
            day = midnight - timedelta(days=self._draw.randrange(0, DAYS))
            (hour,) = self._draw.choices(range(24), weights=_HOURS)
            yield day + timedelta(hours=hour) + self._minutes(0, 60)

    def _arrive(self, at: datetime) -> None:
        handed = self._reporters.report(at)
        self.done["report"] += 1
        by_rule = handed.channel in ("resident", "patrol") and handed.category is not None
        self._at(
            at + (_AT_ONCE if by_rule else self._minutes(2, 10)), lambda then: self._take_up(handed, then, by_rule)
        )

    def _take_up(self, handed: Handed, at: datetime, by_rule: bool) -> None:
        case_id = self._file(handed, at, by_rule)
        self._at(at + _AT_ONCE, lambda then: self._plan(self._route(case_id, then), then))
        if self._draw.random() < 0.14:
            self._at(at + self._minutes(10, 150), lambda then: self._again(handed, case_id, then))

    def _again(self, handed: Handed, case_id: UUID, at: datetime) -> None:
        spot, category = self._spots.beside(handed.spot), True
        self._reporters.report(
            at, story=handed.story, channel="resident", category=category, spot=spot, same_as=case_id
        )
        self.done["same"] += 1

    def _plan(self, case: CaseView, at: datetime) -> None:
        act = next_act(case, at)
        if act is not None:
            self._at(self._on_duty(case, act.name, at + act.wait), lambda then: self._go_on(case, act.name, then))

    def _go_on(self, case: CaseView, name: str, at: datetime) -> None:
        moved = self._do(case, name, at)
        if moved is not None:
            self._plan(moved, at)

    def _do(self, case: CaseView, name: str, at: datetime) -> CaseView | None:
        self.done[name] += 1
        return self._actors.perform(name, case, at)

    def _on_duty(self, case: CaseView, name: str, at: datetime) -> datetime:
        """The same moment, or soon after the agency (the inspectors) next come on duty."""
        if name in _BY_AGENCY and case.facts.agency_id is not None:
            key: str | None = people.agency(case.facts.agency_id).calendar
        elif name in _BY_INSPECTOR:
            key = "daylight"
        else:
            return at
        calendar, _version = calendars.resolve(key, at)
        return at if is_on_duty(at, calendar) else next_slot_start(at, calendar) + self._minutes(2, 40)

    # -- filing and routing ---------------------------------------------------------------------------------------

    def _file(self, handed: Handed, at: datetime, by_rule: bool) -> UUID:
        """By the published rule, or by an acceptor who picks category and condition."""
        if by_rule:
            by: Standing | None = Standing.for_rule("filing", 1)
            filing = intake.Filing(handed.report_id)
        else:
            by = self._actors.cast.somebody("acceptor", at)
            filing = intake.Filing(
                handed.report_id, category=handed.story.category, condition=handed.story.condition or None
            )
        assert by is not None
        self.done["file"] += 1
        return intake.file_reports(by=by, now=at, filings=[filing])[0].case_id

    def _route(self, case_id: UUID, at: datetime) -> CaseView:
        """As the reaction does: what the published rules say, in the name of the rule."""
        case = case_queries.case(case_id, _SYSTEM, at)
        suggested = dispatch.suggest(case, at)
        if suggested is None:
            return case
        by = Standing.for_rule("routing", suggested.version)
        dispatch_many(by=by, now=at, items=[Dispatching(case_id, suggested.agency_id)])
        self.done["route"] += 1
        return case_queries.case(case_id, _SYSTEM, at)

    # -- what a visitor shall find --------------------------------------------------------------------------------

    def _want(self, wanted: Wanted, area: str) -> None:
        found = self._begin(wanted)
        if found is None:
            return
        story, start = found
        by_rule = not story.condition

        def begin(at: datetime) -> None:
            channel = "resident" if by_rule else "hotline"
            spot = self._spots.of(story.category, area)
            handed = self._reporters.report(at, story=story, channel=channel, category=by_rule, spot=spot)
            case = self._route(self._file(handed, at + _AT_ONCE, by_rule), at + 2 * _AT_ONCE)
            self._walk(case, wanted.acts, wanted.last, at + 3 * _AT_ONCE)
            for _ in range(self._draw.choice((0, 0, 0, 1, 2))):
                self._at(at + self._minutes(3, 90), lambda then: self._again(handed, case.id, then))

        self._at(start, begin)

    def _walk(self, case: CaseView, acts: Sequence[str], last: str, at: datetime) -> None:
        """Make the acts one after the other, evenly spread from a moment to now."""
        if not acts:
            self._last += [(case, last)] if last else []
            return
        when = at + (self._now - at) / (len(acts) + 1) * self._draw.uniform(0.8, 1.0)

        def go_on(then: datetime) -> None:
            moved = self._do(case, acts[0], then)
            if moved is not None:
                self._walk(moved, acts[1:], last, then)

        self._at(when, go_on)

    def _begin(self, wanted: Wanted) -> tuple[Story, datetime] | None:
        stories = [story for story in STORIES if wanted.stories(story)]
        if wanted.due is None:
            return self._draw.choice(stories), self._now - self._minutes(*wanted.ago)
        for story in self._draw.sample(stories, k=len(stories)):
            start = self._start_for(story, *wanted.due)
            if start is not None:
                return story, start
        return None

    def _start_for(self, story: Story, least: int, most: int) -> datetime | None:
        """When a case like this must have begun to fall due within these minutes from now; None where it cannot.

        A later start is never due earlier, so the last start that is due in time is found by halving.
        """
        category, condition = configuration.catalogue(self._now).condition(story.category, story.condition or None)
        clocks, check = configuration.clocks(self._now), category.needs_check(condition)
        latest = self._now + timedelta(minutes=self._draw.uniform(least, most))
        early, late = self._now - timedelta(days=DAYS), self._now - timedelta(minutes=30)
        while late - early > timedelta(minutes=1):
            middle = early + (late - early) / 2
            if case_due(middle, condition.limit, check, clocks).at <= latest:
                early = middle
            else:
                late = middle
        due = case_due(early, condition.limit, check, clocks).at
        return early if self._now + timedelta(minutes=least) <= due <= latest else None

    def _wait_at_the_desk(self) -> None:
        for name, count in WAITING:
            for _ in range(count):
                self._at(self._now - self._minutes(4, 55), getattr(self, f"_{name}"))

    def _vague(self, at: datetime) -> None:
        self._reporters.vague(at)

    def _hotline(self, at: datetime) -> None:
        self._reporters.report(at, channel="hotline")

    def _pre_verifying(self, at: datetime) -> None:
        handed = self._reporters.report(at, channel="hotline", category=False)
        by = self._actors.cast.somebody("acceptor", at)
        assert by is not None
        intake.ask_pre_verify(
            by=by, now=at + self._minutes(1, 3), report_id=handed.report_id, reason=self._actors.said("pre_verify")
        )

    def _rejected(self, at: datetime) -> None:
        submitted = self._reporters.vague(at)
        by = self._actors.cast.somebody("acceptor", at)
        assert by is not None
        reason = self._actors.said("reject")
        intake.reject_report(by=by, now=at + self._minutes(1, 3), report_id=submitted.report_id, reason=reason)

    def _self_review(self, at: datetime) -> None:
        story = self._draw.choice([one for one in STORIES if one.category in ("E0201", "E0117", "E0410", "E0110")])
        self._reporters.self_handled(at, story, self._spots.of(story.category))

    def _unplaced(self, at: datetime) -> None:
        """A need whose place is only the district: no street's rule takes it, a dispatcher has to look."""
        submitted = self._reporters.vague(at)
        by = self._actors.cast.somebody("acceptor", at)
        assert by is not None
        filing = intake.Filing(submitted.report_id, category=OTHER_NEEDS)
        intake.file_reports(by=by, now=at + self._minutes(1, 3), filings=[filing])
