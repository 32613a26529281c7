"""The verbs of tasks against a real database: what they store, record, refuse, and how many statements they take."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests.foundation.people.make import agency, person
from tests.foundation.tasks.make import TESTER, TWO_DAYS, WEDNESDAY, House, at, house, steps
from xiucheng.foundation.people.rules import Post
from xiucheng.foundation.tasks import calendars, commands, queries
from xiucheng.foundation.tasks.models import Due, Request, Segment, Task
from xiucheng.kit.ids import uuid7
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb
from xiucheng.kit.worktime import Calendar, Limit, Mode, Unit

pytestmark = pytest.mark.usefixtures("db")
HOUR = timedelta(hours=1)


@pytest.fixture
def roads(db: None) -> House:
    return house()


def alarms(task_id: Any) -> dict[str, datetime]:
    return dict(Due.objects.filter(task_id=task_id).values_list("what", "at"))


class TestGiving:
    def test_stores_clock_alarms_and_step(self, roads: House) -> None:
        subject = uuid7()
        given = roads.give(subject=subject)
        # Two work days from Wednesday 10:00; 80 % of 16 hours of duty is Thursday 16:48.
        assert (given.due_at, given.provisional) == (at("2026-11-20 10:00"), False)
        assert alarms(given.task_id) == {"warn": at("2026-11-19 16:48"), "due": at("2026-11-20 10:00")}
        (task,) = queries.of_subject(subject)
        assert (task.id, task.state, task.limit, task.given_by) == (given.task_id, "given", TWO_DAYS, "system:test")
        assert [(s.kind, s.starts_at, s.ends_at) for s in task.segments] == [("running", WEDNESDAY, None)]
        (step,) = steps(given.task_id)
        assert (step.name, step.actor, step.occurred_at) == ("tasks.give", "system:test", WEDNESDAY)
        assert step.payload == {
            "room": "cases",
            "subject": str(subject),
            "kind": "handle",
            "agency": str(roads.agency),
            "person": None,
            "post": "",
            "area": "990101001001",
            "parent": None,
            "due": "2026-11-20T02:00:00+00:00",
            "provisional": False,
            "limit": {"value": 2, "unit": "work_day", "mode": "elapsed"},
            "calendar": "default",
            "started": "2026-11-18T10:00:00+08:00",
        }

    def test_takes_one_statement_and_the_journals(self, roads: House, django_assert_num_queries: Any) -> None:
        roads.give()  # fills what the process holds of packs

        @verb
        def dispatch() -> None:
            with django_assert_num_queries(1):
                roads.give(calendar="default")

        dispatch()
        with django_assert_num_queries(1 + 1 + 2):  # the step, and the transaction's own
            roads.give(calendar="default")

    def test_a_hundred_take_one_statement(self, roads: House, django_assert_num_queries: Any) -> None:
        roads.give()  # fills what the process holds of packs
        duties = [
            commands.Duty("handle", "cases", uuid7(), agency_id=roads.agency, limit=Limit(n, Unit.WORK_HOUR))
            for n in range(1, 101)
        ]

        @verb
        def batch() -> list[commands.Given]:
            with django_assert_num_queries(1):
                return commands.give_many(actor=TESTER, now=WEDNESDAY, duties=duties)

        given = batch()
        assert [g.due_at for g in given] == sorted(g.due_at for g in given if g.due_at)
        assert Task.objects.filter(id__in=[g.task_id for g in given]).count() == 100
        assert Due.objects.filter(task_id__in=[g.task_id for g in given]).count() == 200

    def test_without_a_limit_nothing_is_due(self, roads: House) -> None:
        given = roads.give(limit=None)
        assert (given.due_at, alarms(given.task_id)) == (None, {})

    def test_begins_when_it_is_said_to(self, roads: House) -> None:
        given = roads.give(start=at("2026-11-17 17:00"), limit=Limit(2, Unit.WORK_HOUR))
        assert given.due_at == at("2026-11-18 09:00")

    def test_a_deadline_in_an_unknown_year_is_provisional(self, roads: House) -> None:
        given = roads.give(at("2026-12-31 16:00"), limit=Limit(3, Unit.WORK_DAY))
        assert given.provisional
        assert given.due_at == at("2027-01-06 16:00")

    def test_a_calendar_may_be_given_as_such(self, roads: House) -> None:
        always = Calendar.from_json({"week": [[["00:00", "24:00"]]] * 7, "statute": None})
        assert roads.give(calendar=always).due_at == at("2026-11-20 10:00")
        assert roads.give(calendar=always, limit=Limit(10, Unit.WORK_HOUR)).due_at == WEDNESDAY + 10 * HOUR

    def test_a_task_of_nobody_is_a_mistake(self) -> None:
        with pytest.raises(ValueError):
            commands.give(actor=TESTER, now=WEDNESDAY, kind="check", room="cases", subject=uuid7())

    def test_an_unknown_agency_is_refused(self, roads: House) -> None:
        with pytest.raises(Refused, match="not_found"):
            roads.give(agency_id=uuid7())

    def test_nothing_stays_of_an_undone_verb(self, roads: House) -> None:
        @verb
        def failing() -> None:
            roads.give()
            raise Refused("no", "no")

        with pytest.raises(Refused):
            failing()
        assert (Task.objects.count(), Segment.objects.count(), Due.objects.count()) == (0, 0, 0)


class TestSigning:
    def test_once(self, roads: House) -> None:
        given = roads.give()
        task = commands.sign(actor=roads.clerk.actor, now=WEDNESDAY + HOUR, task_id=given.task_id)
        assert (task.state, task.signed_at, task.due_at) == ("signed", WEDNESDAY + HOUR, given.due_at)
        with pytest.raises(Refused, match="illegal_move"):
            commands.sign(actor=roads.clerk.actor, now=WEDNESDAY + HOUR, task_id=given.task_id)
        assert [step.verb for step in steps(given.task_id)] == ["give", "sign"]

    def test_takes_two_statements_and_the_journals(self, roads: House, django_assert_num_queries: Any) -> None:
        given = roads.give()
        with django_assert_num_queries(2 + 1 + 2):
            commands.sign(actor=TESTER, now=WEDNESDAY, task_id=given.task_id)

    def test_of_nothing(self) -> None:
        with pytest.raises(Refused) as refusal:
            commands.sign(actor=TESTER, now=WEDNESDAY, task_id=uuid7())
        assert (refusal.value.code, refusal.value.status) == ("not_found", 404)


class TestDelegating:
    def test_inside_the_agency_only(self, roads: House) -> None:
        given = roads.give()
        stranger = person(Post("agency_clerk", agency_id=agency("parks")))
        with pytest.raises(Refused, match="not_inside") as refusal:
            commands.delegate(actor=TESTER, now=WEDNESDAY, task_id=given.task_id, person_id=stranger.person_id)
        assert "person" in refusal.value.fields
        below = person(Post("crew", agency_id=agency("section", kind="section", parent_id=roads.agency)))
        for who in (roads.crew, below):
            commands.delegate(actor=TESTER, now=WEDNESDAY + HOUR, task_id=given.task_id, person_id=who.person_id)
            assert queries.task(given.task_id).person_id == who.person_id

    def test_shows_whose_time_it_was_and_leaves_the_clock_alone(self, roads: House) -> None:
        given = roads.give()
        crew = roads.crew.person_id
        commands.delegate(actor=TESTER, now=WEDNESDAY + HOUR, task_id=given.task_id, person_id=crew)
        task = commands.delegate(actor=TESTER, now=WEDNESDAY + 2 * HOUR, task_id=given.task_id, person_id=None)
        assert [s.person_id for s in queries.segments(given.task_id)] == [None, crew, None]
        assert task.due_at == given.due_at
        assert [step.payload["person"] for step in steps(given.task_id)] == [None, str(crew), None]

    def test_a_persons_own_task_cannot_be_handed_on(self, roads: House) -> None:
        given = roads.give(agency_id=None, person_id=roads.crew.person_id)
        with pytest.raises(Refused, match="no_agency"):
            commands.delegate(actor=TESTER, now=WEDNESDAY, task_id=given.task_id, person_id=None)


class TestPausing:
    def test_disarms_and_arms_again(self, roads: House) -> None:
        given = roads.give()
        task = commands.pause(actor=TESTER, now=WEDNESDAY + 2 * HOUR, task_id=given.task_id)
        assert (task.due_at, alarms(given.task_id)) == (None, {})
        task = commands.resume(actor=TESTER, now=at("2026-11-19 10:00"), task_id=given.task_id)
        # Wednesday 12:00 to Thursday 10:00 is six hours of duty: given back.
        assert task.due_at == alarms(given.task_id)["due"] == at("2026-11-20 18:00")

    def test_since_it_was_asked_for(self, roads: House) -> None:
        given = roads.give()
        late = at("2026-11-24 09:00")
        commands.pause(actor=TESTER, now=late, task_id=given.task_id, at=at("2026-11-20 09:00"))
        assert queries.left(queries.task(given.task_id), late) == HOUR
        assert steps(given.task_id)[-1].payload["since"] == "2026-11-20T09:00:00+08:00"

    def test_until_a_date(self, roads: House) -> None:
        given = roads.give()
        until = at("2027-02-20 08:00")
        commands.pause(actor=TESTER, now=WEDNESDAY, task_id=given.task_id, until=until)
        assert alarms(given.task_id) == {"resume": until}
        with pytest.raises(Refused, match="bad_until"):
            commands.pause(actor=TESTER, now=WEDNESDAY, task_id=roads.give().task_id, until=WEDNESDAY)

    def test_not_in_the_future(self, roads: House) -> None:
        with pytest.raises(ValueError):
            commands.pause(actor=TESTER, now=WEDNESDAY, task_id=roads.give().task_id, at=WEDNESDAY + HOUR)


class TestEnding:
    def test_complete_settles_lateness_and_silences_the_alarms(self, roads: House) -> None:
        early, late = roads.give(), roads.give()
        commands.complete(actor=TESTER, now=at("2026-11-20 10:00"), task_id=early.task_id)
        commands.complete(actor=TESTER, now=at("2026-11-20 10:01"), task_id=late.task_id)
        assert [steps(g.task_id)[-1].payload["late"] for g in (early, late)] == [False, True]
        assert [queries.task(g.task_id).late for g in (early, late)] == [False, True]
        assert alarms(early.task_id) == alarms(late.task_id) == {}

    def test_rework_goes_on_where_it_stopped(self, roads: House) -> None:
        given = roads.give()
        commands.sign(actor=TESTER, now=WEDNESDAY, task_id=given.task_id)
        commands.complete(actor=TESTER, now=at("2026-11-18 12:00"), task_id=given.task_id)
        task = commands.reopen(actor=TESTER, now=at("2026-11-18 16:00"), task_id=given.task_id)
        assert (task.state, task.due_at) == ("signed", at("2026-11-20 12:00"))
        assert set(alarms(given.task_id)) == {"warn", "due"}

    def test_cancelled_since_it_was_asked_for(self, roads: House) -> None:
        given = roads.give()
        task = commands.cancel(actor=TESTER, now=WEDNESDAY + 5 * HOUR, task_id=given.task_id, at=WEDNESDAY + HOUR)
        assert (task.state, task.ended_at, task.late) == ("cancelled", WEDNESDAY + HOUR, None)
        with pytest.raises(Refused, match="illegal_move"):
            commands.complete(actor=TESTER, now=WEDNESDAY + 6 * HOUR, task_id=given.task_id)

    def test_what_is_part_of_it_comes_first(self, roads: House) -> None:
        whole = roads.give()
        part = roads.give(parent=whole.task_id)
        with pytest.raises(Refused, match="open_children"):
            commands.complete(actor=TESTER, now=WEDNESDAY, task_id=whole.task_id)
        commands.complete(actor=TESTER, now=WEDNESDAY, task_id=part.task_id)
        commands.complete(actor=TESTER, now=WEDNESDAY, task_id=whole.task_id)
        with pytest.raises(Refused, match="parent_ended"):
            roads.give(parent=whole.task_id)

    def test_cancelling_takes_the_parts_along(self, roads: House) -> None:
        whole = roads.give()
        part = roads.give(parent=whole.task_id)
        smaller = roads.give(parent=part.task_id)
        commands.cancel(actor=TESTER, now=WEDNESDAY, task_id=whole.task_id)
        assert {queries.task(g.task_id).state for g in (whole, part, smaller)} == {"cancelled"}
        assert steps(smaller.task_id)[-1].verb == "cancel"

    def test_extending(self, roads: House) -> None:
        given = roads.give()
        task = commands.extend(actor=TESTER, now=WEDNESDAY, task_id=given.task_id)
        assert task.due_at == at("2026-11-24 10:00")
        task = commands.extend(actor=TESTER, now=WEDNESDAY, task_id=given.task_id, limit=Limit(1, Unit.WORK_DAY))
        assert task.due_at == alarms(given.task_id)["due"] == at("2026-11-25 10:00")
        assert steps(given.task_id)[-1].payload["limit"]["value"] == 5


class TestAClockThatStepsBack:
    """Two hosts are a second apart, or a clock is set back: nothing fails, nothing that happened is rewritten."""

    AHEAD = WEDNESDAY + timedelta(seconds=1)

    def test_done_before_it_began(self, roads: House) -> None:
        given = roads.give(self.AHEAD)
        task = commands.complete(actor=TESTER, now=WEDNESDAY, task_id=given.task_id)
        assert (task.state, task.ended_at, task.late) == ("done", self.AHEAD, False)

    def test_handed_on_before_it_began(self, roads: House) -> None:
        given = roads.give(self.AHEAD)
        commands.delegate(actor=TESTER, now=WEDNESDAY, task_id=given.task_id, person_id=roads.crew.person_id)
        assert [(s.kind, s.starts_at, s.person_id) for s in queries.segments(given.task_id)] == [
            ("running", self.AHEAD, None),
            ("running", self.AHEAD, roads.crew.person_id),
        ]

    def test_resumed_and_reopened_before_it_stopped(self, roads: House) -> None:
        given = roads.give(self.AHEAD)
        commands.pause(actor=TESTER, now=self.AHEAD, task_id=given.task_id)
        commands.resume(actor=TESTER, now=WEDNESDAY, task_id=given.task_id)
        commands.complete(actor=TESTER, now=self.AHEAD, task_id=given.task_id)
        task = commands.reopen(actor=TESTER, now=WEDNESDAY, task_id=given.task_id)
        assert task.due_at == given.due_at
        assert all(s.ends_at is None or s.ends_at >= s.starts_at for s in queries.segments(given.task_id))

    def test_what_was_asked_on_a_host_ahead_was_asked_now(self, roads: House) -> None:
        given = roads.give(self.AHEAD)
        request = commands.ask(
            actor=roads.clerk.actor,
            now=self.AHEAD + timedelta(seconds=1),
            room="cases",
            subject=uuid7(),
            what="defer",
            to_posts=("leader",),
            task_id=given.task_id,
        )
        commands.decide(actor=TESTER, now=self.AHEAD, request_id=request, granted=True, pause=True)
        assert queries.task(given.task_id).paused_at == self.AHEAD


class TestAsking:
    def ask(self, roads: House, **values: Any) -> Any:
        plain = {"actor": roads.clerk.actor, "now": WEDNESDAY, "room": "cases", "subject": uuid7(), "what": "extend"}
        return commands.ask(**{**plain, "to_posts": ("dispatcher",), **values})

    def test_a_pending_request_stops_no_clock(self, roads: House) -> None:
        given = roads.give()
        request_id = self.ask(roads, task_id=given.task_id, args={"days": 3, "step": uuid7()})
        assert queries.task(given.task_id).due_at == given.due_at
        assert Request.objects.get(id=request_id).args["days"] == 3
        (step,) = steps(request_id)
        assert (step.name, step.payload["what"], step.payload["task"]) == ("tasks.ask", "extend", str(given.task_id))

    def test_a_refusal_costs_only_the_time(self, roads: House) -> None:
        given = roads.give()
        request_id = self.ask(roads, task_id=given.task_id)
        request = commands.decide(actor=TESTER, now=WEDNESDAY + HOUR, request_id=request_id, granted=False, pause=True)
        assert (request.state, request.decided_by, request.decided_at) == ("refused", "system:test", WEDNESDAY + HOUR)
        assert queries.task(given.task_id).due_at == given.due_at

    def test_approval_stops_the_clock_since_the_request(self, roads: House) -> None:
        given = roads.give()
        request_id = self.ask(roads, task_id=given.task_id, now=at("2026-11-18 11:00"))
        commands.decide(actor=TESTER, now=at("2026-11-19 17:00"), request_id=request_id, granted=True, pause=True)
        assert queries.left(queries.task(given.task_id), at("2026-11-30 10:00")) == 15 * HOUR
        assert [step.verb for step in steps(given.task_id)] == ["give", "pause"]

    def test_decided_once(self, roads: House) -> None:
        request_id = self.ask(roads)
        commands.decide(actor=TESTER, now=WEDNESDAY, request_id=request_id, granted=True)
        with pytest.raises(Refused) as refusal:
            commands.decide(actor=TESTER, now=WEDNESDAY, request_id=request_id, granted=False)
        assert (refusal.value.code, refusal.value.status) == ("already_decided", 409)
        with pytest.raises(Refused) as refusal:
            commands.decide(actor=TESTER, now=WEDNESDAY, request_id=uuid7(), granted=False)
        assert (refusal.value.code, refusal.value.status) == ("not_found", 404)
        assert [step.payload.get("granted") for step in steps(request_id)] == [None, True]

    @pytest.mark.parametrize("with_task", [True, False])
    def test_the_same_question_is_asked_once_at_a_time(self, roads: House, with_task: bool) -> None:
        subject = uuid7()
        task_id = roads.give(subject=subject).task_id if with_task else None
        first = self.ask(roads, subject=subject, task_id=task_id)
        with pytest.raises(Refused) as refusal:
            self.ask(roads, subject=subject, task_id=task_id)
        assert (refusal.value.code, refusal.value.status) == ("already_asked", 409)
        self.ask(roads, subject=subject, task_id=task_id, what="return_case")
        commands.decide(actor=TESTER, now=WEDNESDAY, request_id=first, granted=False)
        self.ask(roads, subject=subject, task_id=task_id)

    def test_words_are_no_codes(self, roads: House) -> None:
        with pytest.raises(ValueError, match="codes"):
            self.ask(roads, args={"reason": "下雨，需要延期"})
        assert not Request.objects.exists()


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("UPDATE tasks_task SET state = 'gone', ended_at = now()", "tasks_task_state"),
        ("UPDATE tasks_task SET agency_id = NULL", "tasks_task_somebodys"),
        ("UPDATE tasks_task SET state = 'done'", "tasks_task_ended"),
        ("UPDATE tasks_task SET paused_at = now()", "tasks_task_paused"),
        ('UPDATE tasks_task SET "limit" = NULL', "tasks_task_limited"),
        ("UPDATE tasks_task SET warn_at = due_at + interval '1 s'", "tasks_task_warned_before_due"),
        ("UPDATE tasks_task SET area = '99'", "tasks_task_areacode"),
        (
            "INSERT INTO tasks_segment (task_id, number, kind, starts_at)"
            " SELECT task_id, 1, kind, starts_at FROM tasks_segment",
            "one_at_a_time",
        ),
        ("UPDATE tasks_due SET what = 'bell'", "tasks_due_what"),
    ],
)
def test_the_database_holds_the_rules_too(roads: House, change: str, constraint: str) -> None:
    roads.give()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_an_agencys_own_calendar_counts(roads: House) -> None:
    from tests.foundation.people.make import MACHINE
    from tests.foundation.tasks.test_packing import publish_calendars
    from xiucheng.foundation.people import commands as people

    publish_calendars({"round_the_clock": {"week": [[["00:00", "24:00"]]] * 7, "statute": None}})
    night = people.register_organisation(
        by=MACHINE, now=WEDNESDAY, code="night", kind="utility", name="夜班（示例）", calendar="round_the_clock"
    )
    hours = Limit(12, Unit.WORK_HOUR)
    assert roads.give(agency_id=night, limit=hours).due_at == WEDNESDAY + 12 * HOUR
    assert roads.give(limit=hours).due_at == at("2026-11-19 16:00")
    # An agency keeps its key when its calendar is dropped: the default one counts then.
    assert calendars.resolve("dropped_long_ago", WEDNESDAY)[0].key == "default"
    whole = Limit(1, Unit.WORK_DAY, Mode.WHOLE_DAYS_FROM_NEXT_DAY)
    assert roads.give(limit=whole).due_at == at("2026-11-20 00:00")
