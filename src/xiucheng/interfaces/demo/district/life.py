"""A whole day of 丝澜区（示例） over public commands only, thing after thing in the order of the day's own time.

1. The agenda says when who tells what, by which door; a neighbour tells the same again.
2. Those on duty at that hour of the day act, as ../habits.py has it: some late, some give it back or ask for more time,
   and some forget it until their leader asks. Where nobody is there it waits for the next shift.
3. What others do is seen in the journal; a case that somebody signed in has moved is left to them for half an hour.

Verbs are told the real moment, whatever the speed: people's waiting is shortened, never a deadline.
"""

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import journal
from xiucheng.kit.journal import steps
from xiucheng.kit.refused import Refused
from xiucheng.operations.board import queries as board
from xiucheng.operations.cases import history
from xiucheng.operations.cases import queries as case_queries
from xiucheng.operations.cases.views import CaseView
from xiucheng.operations.intake import queries as reports

from ..acts import Actors
from ..cast import Cast
from ..desk import Desk
from ..habits import next_act
from ..reporting import Handed, Reporters
from ..spots import Places
from .account import Account, Stand, drawn_up
from .agenda import Agenda, Arrival

_SYSTEM = Standing.for_system("simulator")
_SAYS_THE_SAME = 0.6
_FORGETS = 0.03
"""Of what is being handled, so much lies forgotten until a leader asks for it (D)."""

# Times of the day's own: a published rule takes up what it takes within seconds of real time.
_AT_THE_DESK, _LOOKING, _NEXT_SHIFT = (2.0, 12.0), (15.0, 70.0), (20.0, 45.0)
_TAKEN_UP = (1.0, 600.0)
_LEFT_TO_PEOPLE = timedelta(minutes=30)
_TRIES = 80
"""How often somebody is looked for before a thing is left where it lies: two days and nights."""

Doing = Callable[[datetime, datetime], None]
"""Something that is done: at which time of the day, at which real moment."""


class DutyCast(Cast):
    """Chooses among those who are on duty at the hour to which the day has come; nobody, where nobody is."""

    at: datetime | None = None

    def _holders(self, role: str, at: datetime, area: str | None, agency_id: UUID | None) -> list[UUID]:
        there = people.on_duty(role, area=area, agency_id=agency_id, at=self.at or at)
        near = there[:2] if area else there
        return [person for person in near if person not in self._spared] or near


class Life:
    """Day after day; `turn` does what is due at a time of the day, `next_at` says when something is due again."""

    def __init__(self, spots: Places, seed: int) -> None:
        self.done: Counter[str] = Counter()
        self._draw = random.Random(f"{seed}:life")
        self._audience = frozenset(account.person_id for account in people.accounts())
        self._cast = DutyCast(self._draw, spared=self._audience)
        self._actors = Actors(self._cast, self._draw)
        self._spots = spots
        self._reporters = Reporters(self._actors, spots, self._draw)
        self._desk = Desk(self._actors, self._draw)
        self._due: list[tuple[datetime, int, Doing]] = []
        self._count = itertools.count()
        self._planned: dict[UUID, int] = {}
        self._left_until: dict[UUID, datetime] = {}
        self._position, _hash = steps.head()

    def begin_day(self, agenda: Agenda, midnight: datetime, then: datetime, now: datetime) -> None:
        """Another day: what is under way goes on, what is told today is counted anew.

        midnight: with which the day began, in its own time; what was to be told before `then` never comes.
        """
        self._began = now
        self._planned_reports = len(agenda.arrivals)
        self._handed: dict[int, Handed] = {}
        self._report_ids: set[UUID] = set()
        self._refused: Counter[str] = Counter()
        for arrival in agenda.arrivals:
            if midnight + arrival.at >= then:
                self._put(midnight + arrival.at, self._telling(arrival))

    def take_over(self, then: datetime, now: datetime) -> int:
        """What is open already is taken up in the course of the next hours; how many cases and reports."""
        count, cursor = 0, None
        while True:
            page = board.hall(_SYSTEM, cursor=cursor, limit=200, now=now)
            for listed in page.rows:
                self._in(then, _TAKEN_UP, self._planning(listed.case_id))
            count, cursor = count + len(page.rows), page.next
            if cursor is None:
                break
        for row in reports.queue(_SYSTEM, limit=200).rows:
            self._in(then, _AT_THE_DESK, self._reading(row.id, row.state))
            count += 1
        return count

    def _planning(self, case_id: UUID) -> Doing:
        return lambda then, now: self._plan(case_id, then, now)

    def _reading(self, report_id: UUID, state: str) -> Doing:
        do = self._at_the_desk if state == "received" else self._on_the_spot
        return lambda then, now: do(report_id, then, now)

    @property
    def next_at(self) -> datetime | None:
        """When the next thing is due, in the day's own time."""
        return self._due[0][0] if self._due else None

    def turn(self, then: datetime, now: datetime) -> bool:
        """Do one thing that is due by `then`; False where nothing is."""
        if not self._due or self._due[0][0] > then:
            return False
        at, _number, do = heapq.heappop(self._due)
        self._cast.at = at
        try:
            do(at, now)
        except Refused as refusal:
            # Somebody else was faster, or it stands differently now; that is their answer.
            self.done[f"refused:{refusal.code}"] += 1
        return True

    def _put(self, at: datetime, do: Doing) -> None:
        heapq.heappush(self._due, (at, next(self._count), do))

    def _in(self, then: datetime, minutes: tuple[float, float], do: Doing) -> None:
        self._put(then + timedelta(minutes=self._draw.uniform(*minutes)), do)

    # -- reports --------------------------------------------------------------------------------------------------

    def _telling(self, arrival: Arrival) -> Doing:
        return lambda then, now: self._tell(arrival, then, now)

    def _tell(self, arrival: Arrival, then: datetime, now: datetime) -> None:
        try:
            self._report(arrival, then, now)
            self.done["reports"] += 1
        except Refused as refusal:
            self._refused[refusal.code] += 1

    def _report(self, arrival: Arrival, then: datetime, now: datetime) -> None:
        if arrival.vague:
            self._report_ids.add(self._reporters.vague(now).report_id)
        elif arrival.again is not None and arrival.again in self._handed:
            self._again(arrival, self._handed[arrival.again], then, now)
        elif not (arrival.self_handled and self._settled(arrival, now)):
            spot = self._spots.of(arrival.story.category)
            self._keep(arrival, self._reporters.report(now, story=arrival.story, channel=arrival.channel, spot=spot))

    def _keep(self, arrival: Arrival, handed: Handed) -> Handed:
        self._handed[arrival.number] = handed
        self._report_ids.add(handed.report_id)
        return handed

    def _settled(self, arrival: Arrival, now: datetime) -> bool:
        """A grid officer settles it on the spot; False where none is there."""
        spot = self._spots.of(arrival.story.category)
        report_id = self._reporters.self_handled(now, arrival.story, spot)
        if report_id is None:
            return False
        self._report_ids.add(report_id)
        return True

    def _again(self, arrival: Arrival, first: Handed, then: datetime, now: datetime) -> None:
        """Most are shown the case that is there and say "mine too"; the others' cases a desk puts together later."""
        spot = self._spots.beside(first.spot)
        category = first.story.category
        nearby = [one["id"] for one in reports.nearby(category=category, lon=spot.lon, lat=spot.lat, now=now)]
        same = nearby[0] if nearby and self._draw.random() < _SAYS_THE_SAME else None
        told = self._keep(
            arrival,
            self._reporters.report(
                now, story=first.story, channel=arrival.channel, category=True, spot=spot, same_as=same
            ),
        )
        if nearby and same is None:
            self._in(then, (15, 60), lambda at, real: self._desk.put_together(nearby[0], told.report_id, real))

    def _at_the_desk(self, report_id: UUID, then: datetime, now: datetime, tries: int = 0) -> None:
        became = self._desk.take_up(report_id, now)
        self.done[f"desk:{became}"] += 1
        if became == "sent":
            self._in(then, _LOOKING, lambda at, real: self._on_the_spot(report_id, at, real))
        elif became == "nobody" and tries < _TRIES:
            self._in(then, _NEXT_SHIFT, lambda at, real: self._at_the_desk(report_id, at, real, tries + 1))

    def _on_the_spot(self, report_id: UUID, then: datetime, now: datetime, tries: int = 0) -> None:
        if self._desk.look(report_id, now):
            self._in(then, _AT_THE_DESK, lambda at, real: self._at_the_desk(report_id, at, real))
        elif tries < _TRIES and reports.report(report_id, _SYSTEM).state == "pre_verifying":
            self._in(then, _NEXT_SHIFT, lambda at, real: self._on_the_spot(report_id, at, real, tries + 1))

    # -- cases ----------------------------------------------------------------------------------------------------

    def follow(self, then: datetime, now: datetime) -> int:
        """What the journal tells since the last look: reports for the desk, cases that stand differently; how many
        steps were read."""
        moved: dict[UUID, None] = {}
        read = journal.read(after=self._position, limit=1000)
        for step in read:
            self._position = step.position or self._position
            if step.imported:
                continue
            if step.room == "cases":
                moved[step.subject] = None
                if self._by_audience(step.actor):
                    self._left_until[step.subject] = now + _LEFT_TO_PEOPLE
            elif step.name == "intake.receive":
                self._received(step.subject, then)
        for case_id in moved:
            self._plan(case_id, then, now)
        return len(read)

    def _received(self, report_id: UUID, then: datetime) -> None:
        self._in(then, _AT_THE_DESK, lambda at, real: self._at_the_desk(report_id, at, real))

    def _by_audience(self, actor: str) -> bool:
        kind, _colon, one = actor.partition(":")
        return kind == "person" and UUID(one) in self._audience

    def _plan(self, case_id: UUID, then: datetime, now: datetime) -> None:
        case = case_queries.case(case_id, _SYSTEM, now)
        act = next_act(case, now)
        # An inspector is sent by the site itself.
        if act is None or act.name == "start_check":
            return
        name, wait = act.name, max(act.wait, timedelta(minutes=1))
        if self._forgotten(case):
            name, wait = "supervise", max(wait, self._left(case, now)) * 1.1
        plan = self._planned[case_id] = next(self._count)
        self._put(then + wait, lambda at, real: self._act(case, name, plan, at, real))

    def _forgotten(self, case: CaseView) -> bool:
        lot = random.Random(f"{case.number}:forgotten").random()
        return case.state == "handling" and not case.facts.supervised and lot < _FORGETS

    def _left(self, case: CaseView, now: datetime) -> timedelta:
        due = case.facts.handle_due_at
        return due - now if due and due > now else timedelta(hours=1)

    def _act(self, case: CaseView, name: str, plan: int, then: datetime, now: datetime, tries: int = 0) -> None:
        # Where it was planned anew meanwhile, the later plan counts.
        if self._planned.get(case.id) != plan:
            return
        left_alone = self._left_until.get(case.id)
        if left_alone is not None and now < left_alone:
            self._in(then, _NEXT_SHIFT, lambda at, real: self._act(case, name, plan, at, real, tries))
            return
        if self._actors.perform(name, case, now) is None and tries < _TRIES:
            # Nobody is on duty: it lies until the next shift looks.
            self.done["waited for a shift"] += 1
            self._in(then, _NEXT_SHIFT, lambda at, real: self._act(case, name, plan, at, real, tries + 1))
            return
        self._planned.pop(case.id, None)
        self.done[name] += 1

    # -- midnight -------------------------------------------------------------------------------------------------

    def account(self, now: datetime) -> Account:
        """What has become of every report of the day by now, as the site itself says."""
        until = now + timedelta(seconds=1)
        came = reports.arrived(self._began, until)
        mine = [one for one in came if one.report_id in self._report_ids]
        cases = history.times_of([one.case_id for one in mine if one.case_id is not None])
        refused = sum(self._refused.values())
        return drawn_up(
            planned=self._planned_reports,
            refused=self._refused,
            never_came=self._planned_reports - refused - len(self._report_ids),
            handed_in=len(self._report_ids),
            found=[Stand(one.channel, one.state, *_case_of(one.case_id, cases)) for one in mine],
            others=len(came) - len(mine),
        )


def _case_of(case_id: UUID | None, cases: Mapping[UUID, history.Times]) -> tuple[str, bool]:
    """A case's state, and whether it was closed after it was due."""
    if case_id is None:
        return "", False
    times = cases[case_id]
    return times.state, bool(times.closed_at and times.due_at and times.closed_at > times.due_at)
