"""Taking back: tasks and questions of a subject as they stood, and the steps that say so."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.foundation.tasks.make import TESTER, WEDNESDAY, House, house, steps
from xiucheng.foundation.tasks import commands, queries
from xiucheng.foundation.tasks.models import Due
from xiucheng.foundation.tasks.rules import Task
from xiucheng.kit.ids import uuid7

pytestmark = pytest.mark.usefixtures("db")
LATER = WEDNESDAY + timedelta(hours=2)


@pytest.fixture
def roads(db: None) -> House:
    return house()


def standing(subject: UUID, also: tuple[UUID, ...] = ()) -> dict[str, Any]:
    """As a room keeps it beside its row."""
    kept: dict[str, Any] = json.loads(json.dumps(queries.standing_of(subject, also)))
    return kept


def back(subject: UUID, before: dict[str, Any]) -> dict[UUID, Task]:
    return commands.take_back(actor=TESTER, now=LATER + timedelta(seconds=8), subject=subject, before=before)


def test_clocks_run_as_if_nothing_had_been(roads: House) -> None:
    given = roads.give()
    subject = queries.task(given.task_id).subject
    commands.sign(actor=TESTER, now=WEDNESDAY, task_id=given.task_id)
    task, before = queries.task(given.task_id), standing(subject)
    rung = set(Due.objects.values_list("what", "at"))
    for change in (commands.complete, commands.cancel, commands.pause, commands.extend):
        change(actor=TESTER, now=LATER, task_id=given.task_id)
        held = back(subject, before)[given.task_id]
        assert (held.state, held.due_at, held.segments, held.added) == (task.state, task.due_at, task.segments, None)
        assert set(Due.objects.values_list("what", "at")) == rung
    assert [step.verb for step in steps(given.task_id)][-2:] == ["extend", "restore"]


def test_what_did_not_change_is_left_alone(roads: House) -> None:
    given = roads.give()
    subject = queries.task(given.task_id).subject
    before = standing(subject)
    assert back(subject, before)[given.task_id].version == 1
    assert [step.verb for step in steps(given.task_id)] == ["give"]


def test_an_ended_one_that_went_on_is_ended_as_it_was(roads: House) -> None:
    given = roads.give()
    subject = queries.task(given.task_id).subject
    done = commands.complete(actor=TESTER, now=WEDNESDAY, task_id=given.task_id)
    before = standing(subject, (given.task_id,))
    commands.reopen(actor=TESTER, now=LATER, task_id=given.task_id)
    held = back(subject, before)[given.task_id]
    assert (held.state, held.ended_at, held.late, held.segments) == ("done", WEDNESDAY, False, done.segments)
    assert not Due.objects.exists()


def test_what_was_given_since_is_cancelled_with_its_parts(roads: House) -> None:
    subject = uuid7()
    before = standing(subject)
    whole = roads.give(subject=subject)
    part = roads.give(subject=subject, parent=whole.task_id)
    assert back(subject, before) == {}
    assert {queries.task(one.task_id).state for one in (whole, part)} == {"cancelled"}
    assert [step.verb for step in steps(part.task_id)] == ["give", "cancel"]


def test_what_was_asked_since_is_gone_and_what_was_answered_waits_again(roads: House) -> None:
    subject = uuid7()
    asking = {"actor": roads.clerk.actor, "now": WEDNESDAY, "room": "cases", "subject": subject}
    first = commands.ask(what="extend", to_posts=("dispatcher",), **asking)
    waiting = queries.pending_requests(subject)
    before = standing(subject)
    commands.decide(actor=TESTER, now=LATER, request_id=first, granted=False)
    second = commands.ask(what="return_case", to_posts=("dispatcher",), **asking)
    back(subject, before)
    assert queries.pending_requests(subject) == waiting
    assert [step.verb for step in steps(first)] == ["ask", "decide", "ask_again"]
    assert [step.verb for step in steps(second)] == ["ask", "withdraw"]
    assert commands.ask(what="return_case", to_posts=("dispatcher",), **asking) != second
