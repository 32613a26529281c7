"""What happens by itself: warnings, deadlines, resumptions, recalculation; each once, each with its step."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from tests.foundation.tasks.make import TESTER, WEDNESDAY, House, at, house, steps
from tests.foundation.tasks.test_packing import publish_calendars
from xiucheng.foundation.notices import queries as notices
from xiucheng.foundation.people.rules import Post
from xiucheng.foundation.tasks import commands, queries, rules, timers
from xiucheng.foundation.tasks.models import Due
from xiucheng.kit.journal.readers import catch_up, ensure_rows
from xiucheng.kit.worktime import Limit, Unit, seed

TEN_HOURS = Limit(10, Unit.URGENT_HOUR)
HOUR = timedelta(hours=1)


@pytest.fixture
def roads(db: None) -> House:
    return house()


def rung(task_id: UUID) -> list[tuple[str, datetime]]:
    """What rang for a task, in order: the step's verb and when it is said to have happened."""
    return [(s.verb, s.occurred_at) for s in steps(task_id) if s.actor == "system:timer"]


def test_warns_at_80_percent_and_at_due_each_once(roads: House) -> None:
    given = roads.give(limit=TEN_HOURS)
    counts = [timers.run_due(WEDNESDAY + n * HOUR / 2) for n in (15, 16, 17, 19, 20, 21)]
    assert counts == [0, 1, 0, 0, 1, 0]
    assert rung(given.task_id) == [("warn", WEDNESDAY + 8 * HOUR), ("due", WEDNESDAY + 10 * HOUR)]
    step = steps(given.task_id)[-1]
    assert step.payload["agency"] == str(roads.agency)
    assert step.payload["due"] == given.due_at.isoformat()
    task = queries.task(given.task_id)
    assert (task.warned_at, task.lapsed_at) == (WEDNESDAY + 8 * HOUR, WEDNESDAY + 10 * HOUR)


def test_after_a_long_sleep_only_the_deadline_is_told(roads: House) -> None:
    given = roads.give(limit=TEN_HOURS)
    assert timers.run_due(WEDNESDAY + 100 * HOUR) == 1
    assert rung(given.task_id) == [("due", WEDNESDAY + 10 * HOUR)]
    assert not Due.objects.exists()


def test_a_paused_or_ended_clock_rings_nothing(roads: House) -> None:
    paused, done = roads.give(limit=TEN_HOURS), roads.give(limit=TEN_HOURS)
    commands.pause(actor=TESTER, now=WEDNESDAY, task_id=paused.task_id)
    commands.complete(actor=TESTER, now=WEDNESDAY, task_id=done.task_id)
    assert timers.run_due(WEDNESDAY + 100 * HOUR) == 0


def test_an_extension_is_told_again_a_pause_is_not(roads: House) -> None:
    given = roads.give(limit=TEN_HOURS)
    timers.run_due(WEDNESDAY + 9 * HOUR)
    commands.pause(actor=TESTER, now=WEDNESDAY + 9 * HOUR, task_id=given.task_id)
    commands.resume(actor=TESTER, now=WEDNESDAY + 12 * HOUR, task_id=given.task_id)
    timers.run_due(WEDNESDAY + 13 * HOUR)
    commands.extend(actor=TESTER, now=WEDNESDAY + 13 * HOUR, task_id=given.task_id)
    timers.run_due(WEDNESDAY + 19 * HOUR)
    timers.run_due(WEDNESDAY + 23 * HOUR)
    assert rung(given.task_id) == [
        ("warn", WEDNESDAY + 8 * HOUR),
        ("due", WEDNESDAY + 13 * HOUR),
        ("warn", WEDNESDAY + 19 * HOUR),
        ("due", WEDNESDAY + 23 * HOUR),
    ]


def test_goes_on_by_itself(roads: House) -> None:
    given = roads.give(limit=TEN_HOURS)
    until = WEDNESDAY + 100 * HOUR
    commands.pause(actor=TESTER, now=WEDNESDAY, task_id=given.task_id, until=until)
    assert timers.run_due(until - HOUR) == 0
    assert timers.run_due(until) == 1
    task = queries.task(given.task_id)
    assert (task.paused_at, task.due_at) == (None, until + 10 * HOUR)
    assert rung(given.task_id) == [("resume", until)]


def test_a_round_is_bounded_and_the_oldest_come_first(roads: House) -> None:
    given = [roads.give(WEDNESDAY - n * HOUR, limit=TEN_HOURS).task_id for n in range(5)]
    late = WEDNESDAY + 50 * HOUR
    assert timers.run_due(late, limit=2) == 2
    assert [len(rung(task_id)) for task_id in given] == [0, 0, 0, 1, 1]
    assert sum(timers.run_due(late, limit=2) for _ in range(4)) == 3
    assert all(len(rung(task_id)) == 1 for task_id in given)


def test_nothing_rings_when_the_round_is_undone(roads: House, monkeypatch: pytest.MonkeyPatch) -> None:
    given = roads.give(limit=TEN_HOURS)

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the worker dies here")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(timers, "record", broken)
        timers.run_due(WEDNESDAY + 9 * HOUR)
    assert rung(given.task_id) == []
    assert timers.run_due(WEDNESDAY + 9 * HOUR) == 1


def test_one_that_cannot_be_reckoned_keeps_no_other_from_its_time(
    roads: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    until = WEDNESDAY + 2 * HOUR
    bad, good = (roads.give(limit=TEN_HOURS).task_id for _ in range(2))
    for number, task_id in enumerate((bad, good)):
        commands.pause(actor=TESTER, now=WEDNESDAY, task_id=task_id, until=until + number * HOUR)
    whole = rules.timed

    def poisoned(task, calendar):  # type: ignore[no-untyped-def]
        if task.id == bad:
            raise ArithmeticError("no such day")
        return whole(task, calendar)

    monkeypatch.setattr(rules, "timed", poisoned)
    assert timers.run_due(until + HOUR) == 1
    assert [queries.task(task_id).paused_at is None for task_id in (bad, good)] == [False, True]
    assert str(bad) in caplog.text


def test_a_quiet_round_takes_three_statements(roads: House, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    timers.run_due(WEDNESDAY)
    with django_assert_num_queries(3 + 2):  # alarms, resumptions, recalculations; and the transaction's own
        timers.run_due(WEDNESDAY)


class TestWhenTheNoticeComes:
    """The holidays of 2027 are announced: provisional deadlines are reckoned anew."""

    def notice(self, *holidays: str, now: datetime) -> None:
        known = seed.calendar().to_json()
        publish_calendars(
            default=known
            | {"announced": [*known["announced"], 2027], "holidays": [*known["holidays"], "2027-01-01", *holidays]},
            now=now,
        )

    def test_deadlines_move_once_and_are_certain(self, roads: House) -> None:
        publish_calendars()
        evening = at("2026-12-31 16:00")
        moves = roads.give(evening, limit=Limit(1, Unit.WORK_DAY))
        stays = roads.give(evening, limit=Limit(2, Unit.WORK_HOUR))
        certain = roads.give(evening, limit=TEN_HOURS)
        assert (moves.due_at, moves.provisional, stays.provisional) == (at("2027-01-04 16:00"), True, False)
        assert timers.run_due(evening) == 0

        later = evening + HOUR
        self.notice("2027-01-04", now=later)
        assert timers.run_due(later) == 1
        assert timers.run_due(later) == 0
        assert queries.task(moves.task_id).due_at == at("2027-01-05 16:00")
        assert not queries.task(moves.task_id).provisional
        assert rung(moves.task_id) == [("recalculate", later)]
        assert rung(stays.task_id) == rung(certain.task_id) == []
        due = Due.objects.get(task_id=moves.task_id, what="due")
        assert due.at == at("2027-01-05 16:00")

    def test_a_notice_for_another_day_says_nothing(self, roads: House) -> None:
        publish_calendars()
        evening = at("2026-12-31 16:00")
        given = roads.give(evening, limit=Limit(1, Unit.WORK_DAY))
        self.notice("2027-01-08", now=evening + HOUR)
        assert timers.run_due(evening + HOUR) == 1
        task = queries.task(given.task_id)
        assert (task.due_at, task.provisional) == (given.due_at, False)
        assert rung(given.task_id) == []

    def test_not_before_it_is_in_force(self, roads: House) -> None:
        publish_calendars()
        evening = at("2026-12-31 16:00")
        given = roads.give(evening, limit=Limit(1, Unit.WORK_DAY))
        self.notice("2027-01-04", now=evening + HOUR)
        assert timers.run_due(evening) == 0
        assert queries.task(given.task_id).due_at == given.due_at


class TestTelling:
    """The reaction to what rang: whoever has the task reads it in the inbox."""

    @pytest.fixture(autouse=True)
    def readers(self, db: None) -> None:
        ensure_rows()

    def inbox(self, who, now: datetime):  # type: ignore[no-untyped-def]
        return notices.inbox(who.person_id, now=now + timedelta(days=36500)).rows

    def test_the_agencys_clerk_then_the_person_who_has_it(self, roads: House) -> None:
        given = roads.give(limit=TEN_HOURS)
        subject = queries.task(given.task_id).subject
        timers.run_due(WEDNESDAY + 8 * HOUR)
        catch_up()
        commands.delegate(actor=TESTER, now=WEDNESDAY + 9 * HOUR, task_id=given.task_id, person_id=roads.crew.person_id)
        timers.run_due(WEDNESDAY + 10 * HOUR)
        catch_up()
        (warned,) = self.inbox(roads.clerk, WEDNESDAY)
        (lapsed,) = self.inbox(roads.crew, WEDNESDAY)
        assert (warned.event, warned.subject_room, warned.subject) == ("task_warn", "cases", subject)
        assert (lapsed.event, lapsed.subject) == ("task_due", subject)
        assert "11-18 20:00" in lapsed.sentence

    def test_the_holders_of_the_post_near_by(self, roads: House) -> None:
        from tests.foundation.people.make import person

        here, there = person(Post("inspector", "990101001")), person(Post("inspector", "990101002"))
        roads.give(limit=TEN_HOURS, agency_id=None, post="inspector", kind="post_check")
        timers.run_due(WEDNESDAY + 10 * HOUR)
        catch_up()
        assert [n.event for n in self.inbox(here, WEDNESDAY)] == ["task_due"]
        assert self.inbox(there, WEDNESDAY) == []

    def test_what_is_settled_meanwhile_disturbs_nobody(self, roads: House) -> None:
        done, longer = roads.give(limit=TEN_HOURS), roads.give(limit=TEN_HOURS)
        timers.run_due(WEDNESDAY + 10 * HOUR)
        commands.complete(actor=TESTER, now=WEDNESDAY + 10 * HOUR, task_id=done.task_id)
        commands.extend(actor=TESTER, now=WEDNESDAY + 10 * HOUR, task_id=longer.task_id)
        catch_up()
        assert self.inbox(roads.clerk, WEDNESDAY) == []
