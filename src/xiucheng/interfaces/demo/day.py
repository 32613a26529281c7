"""A district's small day over public commands: what `simulator.py` lives, a thing at a time.

1. Every so often somebody reports: a resident, a caller, a patrol; sometimes a neighbour tells of the same again.
2. Who has a case acts after a while, as habits.py has it; an acceptor reads what waits at the desk.
3. What other people do is seen in the journal. A case that somebody signed in has moved is left to them for half an
   hour, so nobody's work is snatched away.

It keeps nothing of its own: begun again it looks at what is open and goes on.
"""

import heapq
import itertools
import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import journal
from xiucheng.kit.journal import steps
from xiucheng.kit.refused import Refused
from xiucheng.operations.board import queries as board
from xiucheng.operations.cases import queries as case_queries
from xiucheng.operations.cases.views import CaseView
from xiucheng.operations.intake import queries as reports

from . import sample
from .acts import Actors
from .cast import Cast
from .desk import Desk
from .ground import lay
from .habits import next_act
from .reporting import Handed, Reporters
from .spots import Spots

SPEED = 30.0
"""An hour of waiting takes two minutes; deadlines are not touched, they run by the real clock."""

LOOK_SECONDS = 2.0
# A hundred thousand people tell of about ninety things a day (D).
_BETWEEN_REPORTS = timedelta(minutes=16)
_NEIGHBOUR_TELLS = 0.15
_SAYS_THE_SAME = 0.6
_LEFT_TO_PEOPLE = timedelta(minutes=30)
_SOONEST = timedelta(seconds=3)
# A published rule takes up what it takes within seconds; what is left then is for the desk.
_RULES_FIRST = timedelta(seconds=20)
_AT_THE_DESK = (1.0, 9.0)
# What colleagues leave lying for a while, and how often, so that a visitor finds something to do (minutes by the real
# clock, whatever the speed).
_LIES = (12.0, 40.0)
_LEFT_LYING: Mapping[str, float] = {
    "read": 0.35,
    "dispatch": 0.6,
    "approve_self_review": 0.5,
    "refuse_self_review": 0.5,
    "grant": 0.5,
    "refuse": 0.5,
    "sign": 0.12,
    "pass_check": 0.12,
    "close": 0.12,
}
_SYSTEM = Standing.for_system("simulator")

Doing = Callable[[datetime], None]


class Day:
    """One life; `turn` does what is due and says how many seconds there is nothing to do."""

    def __init__(self, now: datetime, *, speed: float = SPEED, seed: int | None = None) -> None:
        self.speed = speed
        self.done = 0
        self._draw = random.Random(seed)
        # The people that there are accounts of: whoever looks at the demo is one of them.
        self._audience = frozenset(account.person_id for account in people.accounts())
        self._actors = Actors(Cast(self._draw, spared=self._audience), self._draw)
        self._spots = Spots(lay(sample.SEED), self._draw)
        self._reporters = Reporters(self._actors, self._spots, self._draw)
        self._desk = Desk(self._actors, self._draw)
        self._due: list[tuple[datetime, int, Doing]] = []
        self._count = itertools.count()
        self._planned: dict[UUID, int] = {}
        self._left_until: dict[UUID, datetime] = {}
        self._position, _hash = steps.head()
        self._look_at = now
        self._look_at_open(now)
        self._at(now, self._somebody_reports)

    def turn(self, now: datetime) -> float:
        """Look what others did, when it is time to or nothing is due; do one due thing; seconds until the next."""
        if now >= self._look_at or not self._is_due(now):
            self._follow(now)
            self._look_at = now + timedelta(seconds=LOOK_SECONDS)
        if self._is_due(now):
            _when, _number, do = heapq.heappop(self._due)
            # Refused: somebody else was faster, or it stands differently now; that is their answer.
            with suppress(Refused):
                do(now)
                self.done += 1
        return min(LOOK_SECONDS, max(0.0, (self._due[0][0] - now).total_seconds())) if self._due else LOOK_SECONDS

    def _is_due(self, now: datetime) -> bool:
        return bool(self._due) and self._due[0][0] <= now

    def _after(self, now: datetime, wait: timedelta, do: Doing) -> None:
        heapq.heappush(self._due, (now + wait, next(self._count), do))

    def _at(self, now: datetime, do: Doing) -> None:
        self._after(now, timedelta(0), do)

    def _minutes(self, least: float, most: float) -> timedelta:
        return timedelta(minutes=self._draw.uniform(least, most) / self.speed)

    def _lying(self, act: str) -> timedelta:
        """How long something lies before a colleague takes it up: mostly not at all."""
        left = self._draw.random() < _LEFT_LYING.get(act, 0.0)
        return timedelta(minutes=self._draw.uniform(*_LIES)) if left else timedelta(0)

    # -- reports --------------------------------------------------------------------------------------------------

    def _somebody_reports(self, now: datetime) -> None:
        wait = self._draw.expovariate(1.0) * _BETWEEN_REPORTS / self.speed
        self._after(now, wait, self._somebody_reports)
        handed = self._reporters.report(now)
        if self._draw.random() < _NEIGHBOUR_TELLS:
            self._after(now, self._minutes(8, 90), lambda then: self._a_neighbour_too(handed, then))

    def _a_neighbour_too(self, handed: Handed, now: datetime) -> None:
        """Most are shown the case that is there and say "mine too"; the others' cases a desk puts together later."""
        spot = self._spots.beside(handed.spot)
        category = handed.story.category
        nearby = [one["id"] for one in reports.nearby(category=category, lon=spot.lon, lat=spot.lat, now=now)]
        same = nearby[0] if nearby and self._draw.random() < _SAYS_THE_SAME else None
        told = self._reporters.report(
            now, story=handed.story, channel="resident", category=True, spot=spot, same_as=same
        )
        if nearby and same is None:
            wait = _RULES_FIRST + self._minutes(*_AT_THE_DESK)
            self._after(now, wait, lambda then: self._put_together(nearby[0], told.report_id, then))

    def _put_together(self, master: UUID, report_id: UUID, now: datetime) -> None:
        self._desk.put_together(master, report_id, now)

    def _at_the_desk(self, report_id: UUID, now: datetime) -> None:
        if self._desk.take_up(report_id, now) == "sent":
            self._after(now, self._minutes(10, 50), lambda then: self._on_the_spot(report_id, then))

    def _on_the_spot(self, report_id: UUID, now: datetime) -> None:
        if self._desk.look(report_id, now):
            self._after(now, self._minutes(*_AT_THE_DESK), lambda then: self._at_the_desk(report_id, then))

    # -- cases ----------------------------------------------------------------------------------------------------

    def _look_at_open(self, now: datetime) -> None:
        """After a start: everything that is open gets its next act again, and so does what waits at the desk."""
        cursor = None
        while True:
            page = board.hall(_SYSTEM, cursor=cursor, limit=200, now=now)
            for listed in page.rows:
                self._soon(now, listed.case_id, self._plan)
            cursor = page.next
            if cursor is None:
                break
        for row in reports.queue(_SYSTEM, limit=200).rows:
            self._soon(now, row.id, self._to_the_desk if row.state == "received" else self._on_the_spot)

    def _soon(self, now: datetime, subject: UUID, do: Callable[[UUID, datetime], None]) -> None:
        self._after(now, self._minutes(1, 40), lambda then: do(subject, then))

    def _follow(self, now: datetime) -> None:
        """What the journal tells since the last look: reports for the desk, cases that stand differently now."""
        moved: dict[UUID, None] = {}
        for step in journal.read(after=self._position, limit=500):
            self._position = step.position or self._position
            if step.imported:
                continue
            if step.room == "cases":
                moved[step.subject] = None
                if self._by_audience(step.actor):
                    self._left_until[step.subject] = now + _LEFT_TO_PEOPLE
            elif step.name == "intake.receive":
                self._to_the_desk(step.subject, now)
        for case_id in moved:
            self._plan(case_id, now)

    def _by_audience(self, actor: str) -> bool:
        kind, _colon, one = actor.partition(":")
        return kind == "person" and UUID(one) in self._audience

    def _to_the_desk(self, report_id: UUID, now: datetime) -> None:
        wait = _RULES_FIRST + self._minutes(*_AT_THE_DESK) + self._lying("read")
        self._after(now, wait, lambda then: self._at_the_desk(report_id, then))

    def _plan(self, case_id: UUID, now: datetime) -> None:
        case = case_queries.case(case_id, _SYSTEM, now)
        act = next_act(case, now)
        # An inspector is sent by the site itself.
        if act is None or act.name == "start_check":
            return
        left_alone = self._left_until.get(case_id, now) - now
        wait = max(act.wait / self.speed, left_alone, self._lying(act.name), _SOONEST)
        if act.late and case.facts.handle_due_at is not None:
            wait = max(wait, case.facts.handle_due_at - now + _SOONEST)
        plan = self._planned[case_id] = next(self._count)
        self._after(now, wait, lambda then: self._act(case, act.name, plan, then))

    def _act(self, case: CaseView, name: str, plan: int, now: datetime) -> None:
        # Where it was planned anew meanwhile, the later plan counts.
        if self._planned.get(case.id) == plan:
            del self._planned[case.id]
            self._left_until.pop(case.id, None)
            self._actors.perform(name, case, now)
