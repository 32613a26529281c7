"""The rules of tasks without a database: the table, and clocks under any row of moves against a small model."""

import json
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.foundation.tasks.make import at
from xiucheng.foundation.people.rules import Post, Standing
from xiucheng.foundation.tasks import rules
from xiucheng.foundation.tasks.rules import MOVES, Request, Task
from xiucheng.kit.ids import uuid7
from xiucheng.kit.refused import Refused
from xiucheng.kit.worktime import Limit, Unit, seed

CALENDAR = seed.calendar()
START = at("2026-11-18 10:00").astimezone(UTC)
TEN_HOURS = Limit(10, Unit.URGENT_HOUR)
HOUR = timedelta(hours=1)


def task(limit: Limit | None = TEN_HOURS, start: datetime = START, **values: Any) -> Task:
    """A task as `give` makes it, its clock begun at START."""
    empty = "parent_id person_id added signed_at paused_at resume_at ended_at due_at warn_at warned_at lapsed_at late"
    plain = {
        **dict.fromkeys(empty.split()),
        "id": uuid7(),
        "kind": "handle",
        "room": "cases",
        "subject": uuid7(),
        "state": "given",
        "version": 1,
        "agency_id": uuid7(),
        "post": "",
        "area": "",
        "limit": limit,
        "calendar": "default",
        "calendar_version": 0,
        "given_by": "system:test",
        "given_at": start,
        "started_at": start,
        "provisional": False,
    }
    return rules.timed(rules.given(Task(**{**plain, **values})), CALENDAR)


class TestTable:
    def test_an_ended_task_only_opens_again(self) -> None:
        for state in rules.ENDED:
            assert [move.name for move in MOVES.leaving(state)] == ["reopen", "restore"]

    def test_only_moves_that_say_so_change_the_state(self) -> None:
        targets = {move.name: move.target for move in MOVES if move.target is not None}
        assert targets == {
            "give": "given",
            "sign": "signed",
            "complete": "done",
            "cancel": "cancelled",
            "reopen": "given",
        }

    @pytest.mark.parametrize("state", sorted(rules.OPEN))
    def test_the_worker_may_ring_whatever_is_open(self, state: str) -> None:
        automatic = {move.name for move in MOVES.leaving(state) if move.automatic}
        assert automatic == {"warn", "due", "recalculate"}


class TestClock:
    def test_warns_at_80_percent_and_is_due_at_the_limit(self) -> None:
        plain = task()
        assert (plain.warn_at, plain.due_at) == (START + 8 * HOUR, START + 10 * HOUR)
        lights = [rules.light(plain, START + n * HOUR) for n in (0, 8, 9, 10, 11)]
        assert lights == ["green", "green", "yellow", "yellow", "red"]
        assert rules.light(task(limit=None), START + 99 * HOUR) == "none"

    def test_a_pause_is_given_back(self) -> None:
        paused = rules.timed(rules.paused(task(), START + 2 * HOUR), CALENDAR)
        assert (paused.due_at, paused.warn_at, rules.light(paused, START + 90 * HOUR)) == (None, None, "none")
        assert rules.left(paused, START + 90 * HOUR, CALENDAR) == 8 * HOUR
        going = rules.timed(rules.resumed(paused, START + 5 * HOUR), CALENDAR)
        assert (going.warn_at, going.due_at) == (START + 11 * HOUR, START + 13 * HOUR)
        assert [(s.kind, s.starts_at, s.ends_at) for s in going.segments] == [
            ("running", START, START + 2 * HOUR),
            ("paused", START + 2 * HOUR, START + 5 * HOUR),
            ("running", START + 5 * HOUR, None),
        ]

    def test_a_pause_since_it_was_asked_for_takes_back_what_ran_since(self) -> None:
        crew = uuid7()
        handed = rules.delegated(task(), crew, START + 3 * HOUR)
        paused = rules.paused(handed, START + 2 * HOUR)
        assert [(s.kind, s.starts_at) for s in paused.segments] == [("running", START), ("paused", START + 2 * HOUR)]
        going = rules.resumed(paused, START + 4 * HOUR)
        assert going.segments[-1].person_id == crew

    def test_paused_before_it_began_is_paused_from_the_beginning(self) -> None:
        paused = rules.paused(task(), START - HOUR)
        assert rules.left(paused, START + 9 * HOUR, CALENDAR) == 10 * HOUR
        assert rules.timed(rules.resumed(paused, START + 9 * HOUR), CALENDAR).due_at == START + 19 * HOUR

    def test_rework_goes_on_where_it_stopped(self) -> None:
        done = rules.completed(task(), START + 4 * HOUR, CALENDAR)
        assert (done.state, done.late, done.due_at) == ("done", False, START + 10 * HOUR)
        again = rules.timed(rules.reopened(done, START + 30 * HOUR), CALENDAR)
        assert (again.state, again.late, again.due_at) == ("given", None, START + 36 * HOUR)
        assert [s.kind for s in again.segments] == ["running", "stopped", "running"]

    def test_undo_is_as_if_it_had_never_ended(self) -> None:
        before = rules.signed(task(), START + HOUR)
        done = rules.completed(before, START + 4 * HOUR, CALENDAR)
        assert rules.timed(rules.put_back(done, rules.kept(before)), CALENDAR) == before
        still = rules.paused(before, START + 2 * HOUR, until=START + 50 * HOUR)
        back = rules.put_back(rules.cancelled(still, START + 3 * HOUR), rules.kept(still))
        assert rules.timed(back, CALENDAR) == rules.timed(still, CALENDAR)

    def test_what_is_kept_goes_through_json(self) -> None:
        plain = task()
        longer = rules.timed(rules.delegated(rules.extended(plain, None), uuid7(), START + HOUR), CALENDAR)
        kept = json.loads(json.dumps(rules.kept(longer)))
        assert rules.timed(rules.put_back(plain, kept), CALENDAR) == longer

    def test_who_was_told_meanwhile_is_not_told_again(self) -> None:
        before = task()
        warned = replace(before, warned_at=START + 8 * HOUR)
        assert rules.put_back(warned, rules.kept(before)).warned_at == START + 8 * HOUR

    def test_done_while_paused_is_in_time_if_it_was_before(self) -> None:
        paused = rules.timed(rules.paused(task(), START + 9 * HOUR), CALENDAR)
        assert rules.completed(paused, START + 500 * HOUR, CALENDAR).late is False
        late = rules.timed(rules.paused(task(), START + 11 * HOUR), CALENDAR)
        assert rules.completed(late, START + 12 * HOUR, CALENDAR).late is True

    def test_the_deadline_itself_is_in_time(self) -> None:
        assert rules.completed(task(), START + 10 * HOUR, CALENDAR).late is False
        assert rules.completed(task(), START + 10 * HOUR + timedelta(microseconds=1), CALENDAR).late is True
        assert rules.completed(task(limit=None), START + 10 * HOUR, CALENDAR).late is None

    def test_each_extension_adds_one_original_limit(self) -> None:
        once = rules.extended(task(), None)
        twice = rules.timed(rules.extended(once, Limit(5, Unit.URGENT_HOUR)), CALENDAR)
        assert twice.due_at == START + 25 * HOUR
        with pytest.raises(ValueError):
            rules.extended(task(), Limit(1, Unit.WORK_DAY))
        with pytest.raises(Refused, match="no_limit"):
            rules.extended(task(limit=None), None)

    def test_cancelled_since_it_was_asked_for(self) -> None:
        cancelled = rules.cancelled(task(), START + 2 * HOUR)
        assert cancelled.segments[-1].ends_at == cancelled.ended_at == START + 2 * HOUR
        assert rules.cancelled(task(), START - HOUR).ended_at == START

    def test_ended_as_it_began_and_opened_again(self) -> None:
        ended = rules.cancelled(task(), START)
        again = rules.timed(rules.reopened(ended, START + 5 * HOUR), CALENDAR)
        check_segments(again)
        assert again.due_at == START + 15 * HOUR

    def test_what_was_left_of_an_ended_one_stays(self) -> None:
        done = rules.completed(task(), START + 4 * HOUR, CALENDAR)
        assert rules.left(done, START + 99 * HOUR, CALENDAR) == 6 * HOUR
        assert rules.light(done, START + 99 * HOUR) == "green"

    def test_rework_forgets_when_a_pause_was_to_end(self) -> None:
        paused = rules.paused(task(), START + HOUR, until=START + 50 * HOUR)
        again = rules.reopened(rules.cancelled(paused, START + 2 * HOUR), START + 3 * HOUR)
        assert (again.paused_at, again.resume_at) == (None, None)

    def test_twice_the_same_is_refused(self) -> None:
        with pytest.raises(Refused, match="not_paused"):
            rules.resumed(task(), START)
        with pytest.raises(Refused, match="already_paused"):
            rules.paused(rules.paused(task(), START), START + HOUR)


class TestAlarms:
    def test_both_are_armed_at_first(self) -> None:
        assert rules.alarms(task(), START)[1] == {"warn": START + 8 * HOUR, "due": START + 10 * HOUR}
        assert rules.alarms(task(limit=None), START)[1] == {}

    def test_what_was_told_is_not_told_again_for_the_same_past(self) -> None:
        told = replace(task(), warned_at=START + 8 * HOUR)
        moved = rules.timed(rules.resumed(rules.paused(told, START + 9 * HOUR), START + 20 * HOUR), CALENDAR)
        assert rules.alarms(moved, START + 20 * HOUR)[1] == {"due": START + 21 * HOUR}

    def test_a_deadline_moved_into_the_future_is_told_again(self) -> None:
        told = replace(task(), warned_at=START + 8 * HOUR, lapsed_at=START + 10 * HOUR)
        longer, armed = rules.alarms(rules.timed(rules.extended(told, None), CALENDAR), START + 11 * HOUR)
        assert armed == {"warn": START + 16 * HOUR, "due": START + 20 * HOUR}
        assert (longer.warned_at, longer.lapsed_at) == (None, None)

    def test_a_paused_clock_rings_only_to_go_on(self) -> None:
        until = START + 48 * HOUR
        assert rules.alarms(rules.paused(task(), START + HOUR, until), START)[1] == {"resume": until}
        assert rules.alarms(rules.paused(task(), START + HOUR), START)[1] == {}
        assert rules.alarms(rules.completed(task(), START + HOUR, CALENDAR), START)[1] == {}


MOVE_NAMES = st.sampled_from(
    ["pause", "pause_since", "resume", "complete", "cancel", "reopen", "undo", "extend", "hand"]
)


class Model:
    """The clock as a list of whole hours, each running or not: what a task's clock is, said as simply as possible."""

    def __init__(self) -> None:
        self.runs: list[bool] = []
        self.running = True
        self.ended = False
        self.hours = 10

    def pass_hour(self) -> None:
        self.runs.append(self.running and not self.ended)

    def move(self, name: str, back: int) -> bool:
        """Does it, and says whether it may be done."""
        if self.ended:
            if name == "reopen":
                self.running, self.ended = True, False
            return name == "reopen"
        if name in ("pause", "pause_since"):
            allowed, self.running = self.running, False
            if allowed and name == "pause_since":
                self.runs[len(self.runs) - back :] = [False] * back
            return allowed
        if name == "resume":
            allowed, self.running = not self.running, True
            return allowed
        if name in ("complete", "cancel"):
            self.ended = True
        if name == "extend":
            self.hours += 10
        return name in ("complete", "cancel", "extend", "hand")

    def due_after_hours(self) -> int | None:
        """Hours from the start to the deadline if it goes on running from now; None while it stands still."""
        if not self.running and not self.ended:
            return None
        left = self.hours
        for hour, runs in enumerate(self.runs):
            left -= runs
            if not left:
                return hour + 1
        return len(self.runs) + left


def act(now_task: Task, name: str, now: datetime, back: int) -> Task:
    rule = {
        "pause": lambda t: rules.paused(t, now),
        "pause_since": lambda t: rules.paused(t, now - back * HOUR),
        "resume": lambda t: rules.resumed(t, now),
        "complete": lambda t: rules.completed(t, now, CALENDAR),
        "cancel": lambda t: rules.cancelled(t, now),
        "reopen": lambda t: rules.reopened(t, now),
        "extend": lambda t: rules.extended(t, None),
        "hand": lambda t: rules.delegated(t, uuid7(), now),
    }[name]
    move = {"pause_since": "pause", "hand": "delegate"}.get(name, name)
    MOVES.check(move, now_task.state)
    return rules.timed(rule(now_task), CALENDAR)


@given(st.lists(st.tuples(MOVE_NAMES, st.integers(1, 6), st.integers(0, 6)), max_size=12))
@settings(max_examples=300, deadline=None)
def test_any_row_of_moves_against_a_model(moves: list[tuple[str, int, int]]) -> None:
    model, real, now = Model(), task(), START
    before, kept = deepcopy(model), rules.kept(real)
    for name, hours, back in moves:
        for _hour in range(hours):
            model.pass_hour()
            before.pass_hour()
            now += HOUR
        back = min(back, len(model.runs))
        as_it_was = deepcopy(model)
        if name == "undo":
            # What is undone never was: the model of before has lived on beside.
            model, real = before, rules.timed(rules.put_back(real, kept), CALENDAR)
        elif model.move(name, back):
            kept, real = rules.kept(real), act(real, name, now, back)
        else:
            with pytest.raises(Refused):
                act(real, name, now, back)
            continue
        before = deepcopy(model) if name == "undo" else as_it_was
        after = model.due_after_hours()
        if not model.ended:
            assert real.due_at == (None if after is None else START + after * HOUR)
            left = model.hours - sum(model.runs)
            # Time that passed after the deadline while it stood still does not make it later.
            assert rules.left(real, now, CALENDAR) == left * HOUR
        check_segments(real)


def check_segments(real: Task) -> None:
    """Without a gap from the start to now; the last is open as long as the task is."""
    assert real.segments[0].starts_at == real.started_at
    for before, after in zip(real.segments, real.segments[1:], strict=False):
        assert before.ends_at == after.starts_at
    assert (real.segments[-1].ends_at is None) == (real.ended_at is None)
    assert (real.segments[-1].kind == "paused" and real.ended_at is None) == (real.paused_at is not None)


@pytest.mark.parametrize(
    ("post", "mine"),
    [
        (Post("dispatcher"), True),
        (Post("dispatcher", "990101"), True),
        (Post("dispatcher", "990101001"), True),
        (Post("dispatcher", "990101002"), False),
        (Post("acceptor"), False),
    ],
)
def test_who_decides(post: Post, mine: bool) -> None:
    request = _request(to_posts=("dispatcher",), to_area="990101001001")
    assert rules.decides(Standing(uuid7(), posts=(post,)), request) is mine
    assert not rules.decides(Standing(uuid7()), request)


def test_a_request_to_an_agency_is_for_its_people() -> None:
    agency = uuid7()
    request = _request(to_posts=("agency_clerk",), to_agency=agency)
    assert rules.decides(Standing(uuid7(), posts=(Post("agency_clerk", agency_id=agency),)), request)
    assert not rules.decides(Standing(uuid7(), posts=(Post("agency_clerk", agency_id=uuid7()),)), request)


def _request(**values: Any) -> Request:
    plain = {"id": uuid7(), "room": "cases", "subject": uuid7(), "task_id": None, "what": "extend", "args": {}}
    asked = {"asked_by": "system:test", "asked_at": START, "to_area": "", "to_agency": None, "state": "pending"}
    return Request(**{**plain, **asked, "decided_by": None, "decided_at": None, **values})
