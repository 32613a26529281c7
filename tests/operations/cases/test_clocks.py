"""Deadlines that move without a move: holidays are announced, and case, task, board and refusals go along."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.operations.cases.acting import act
from tests.refusing import refused
from tests.world import publish
from xiucheng.foundation.tasks import commands as task_commands
from xiucheng.foundation.tasks import queries as tasks
from xiucheng.foundation.tasks import timers as task_timers
from xiucheng.kit import journal
from xiucheng.kit.journal import readers
from xiucheng.kit.worktime import seed
from xiucheng.operations.board import queries as board
from xiucheng.operations.cases import commands, queries, timers
from xiucheng.operations.cases.models import Case

EVE = datetime(2026, 12, 31, 1, tzinfo=UTC)  # 09:00 in Shanghai, a Thursday
HOUR = timedelta(hours=1)


def announce(at: datetime, *holidays: str) -> None:
    """The notice for 2027: these days are off besides New Year."""
    known = seed.body()["calendars"]["default"]
    publish(
        "calendar",
        {
            "calendars": {
                "default": known
                | {"announced": [*known["announced"], 2027], "holidays": [*known["holidays"], "2027-01-01", *holidays]}
            }
        },
        at,
    )


@pytest.fixture
def case_id(world):
    """Filed on the eve with two work days and dispatched at once."""
    filed = world.file(now=EVE, category="C0101", condition="C010103")
    act(world, "dispatcher", "dispatch", filed.case_id, at=EVE, agency=str(world.agencies["roads"]))
    return filed.case_id


def see(world, case_id, at):
    return queries.case(case_id, world.standing("dispatcher", at), at)


def rounds(at: datetime) -> None:
    """What the worker does in a while."""
    task_timers.run_due(at)
    timers.recalculate(at)
    readers.catch_up()


def test_an_announced_holiday_moves_the_case_its_agency_and_the_board(world, case_id):
    before = see(world, case_id, EVE)
    assert (before.facts.provisional, before.provisional) == (True, True)
    rounds(EVE)
    announce(EVE + HOUR, "2027-01-04", "2027-01-05")
    rounds(EVE + 2 * HOUR)
    after = see(world, case_id, EVE + 2 * HOUR)
    (handle,) = tasks.open_of_subject(case_id)
    assert after.facts.handle_due_at == handle.due_at > before.facts.handle_due_at
    assert after.facts.due_at > before.facts.due_at
    assert not after.facts.provisional
    (line,) = board.rows([case_id], world.standing("dispatcher", EVE), now=EVE)
    assert (line.row.due_at, line.row.sort_at) == (after.facts.due_at, after.facts.due_at)
    assert line.row.handle_due_at == handle.due_at
    step = [step for step in journal.of_subject(case_id) if step.verb == "recalculate"][-1]
    assert (step.payload["why"], step.payload["due"]) == ("calendar", after.facts.due_at.isoformat())
    assert after.version == before.version, "nobody made a move"


def test_an_extension_may_be_asked_until_the_deadline_as_it_is_now(world, case_id):
    old = see(world, case_id, EVE).facts.handle_due_at
    announce(EVE + HOUR, "2027-01-04", "2027-01-05")
    rounds(EVE + 2 * HOUR)
    assert act(world, "roads_clerk", "extend", case_id, at=old + HOUR, reason="材料未到").requests


def test_a_deadline_that_stays_is_certain_and_says_nothing(world, case_id):
    announce(EVE + HOUR, "2027-10-01")
    rounds(EVE + 2 * HOUR)
    assert not see(world, case_id, EVE).facts.provisional
    assert "recalculate" not in [step.verb for step in journal.of_subject(case_id) if step.room == "cases"]
    assert timers.recalculate(EVE + 3 * HOUR) == 0


def test_batches_end(world, case_id):
    for _ in range(4):
        world.file(now=EVE, category="C0101", condition="C010103")
    announce(EVE + HOUR, "2027-01-04")
    assert [timers.recalculate(EVE + 2 * HOUR, limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_the_last_move_can_still_be_taken_back_and_is_reckoned_anew(world):
    filed = world.file(now=EVE, category="C0101", condition="C010103", self_handled=True)
    announce(EVE + HOUR, "2027-01-04")
    at = EVE + HOUR - timedelta(seconds=2)
    act(world, "acceptor", "refuse_self_review", filed.case_id, at=at, reason="没有清理干净")
    later = EVE + HOUR + timedelta(seconds=2)
    assert timers.recalculate(later) == 1
    view = act(world, "acceptor", "undo", filed.case_id, at=later)
    assert (view.facts.due_at, view.facts.provisional) == (filed.due_at, True)
    assert timers.recalculate(later + HOUR) == 1
    assert see(world, filed.case_id, later).facts.due_at > filed.due_at


def test_one_case_that_cannot_be_dealt_with_keeps_no_other_waiting(world, monkeypatch, caplog):
    ids = []
    for number in range(2):
        filed = world.file(category="E0105")
        Case.objects.filter(id=filed.case_id).update(
            state="replied", needs_check=True, moved_at=world.now - HOUR + timedelta(seconds=number)
        )
        ids.append(filed.case_id)
    Case.objects.filter(id=ids[0]).update(limit={"value": "none"})
    assert timers.start_checks(world.now) == 1
    assert Case.objects.get(id=ids[1]).state == "post_checking"
    assert str(ids[0]) in caplog.text


# -- extensions and rounds --------------------------------------------------------------------------------------------


def test_the_first_extension_of_a_new_round_is_one_limit_and_the_dispatchers(world):
    filed = world.file(category="E0101", condition="E010101")
    roads = str(world.agencies["roads"])
    act(world, "dispatcher", "dispatch", filed.case_id, agency=roads)
    view = act(world, "roads_clerk", "extend", filed.case_id, reason="材料未到")
    act(world, "dispatcher", "decide", filed.case_id, request=str(view.requests[0].id), granted="yes")
    act(world, "leader", "force_close", filed.case_id, reason="另案处理")
    act(world, "acceptor", "reopen", filed.case_id, reason="仍未解决")
    before = act(world, "dispatcher", "dispatch", filed.case_id, agency=roads).facts
    assert before.extend_count == 0
    view = act(world, "roads_clerk", "extend", filed.case_id, reason="材料未到")
    after = act(world, "dispatcher", "decide", filed.case_id, request=str(view.requests[0].id), granted="yes").facts
    assert (after.due_at, after.handle_due_at) == (filed.due_at + 18 * HOUR, before.handle_due_at + 18 * HOUR)


def test_a_task_with_parts_can_be_forced_to_an_end(world, case_id):
    (handle,) = tasks.open_of_subject(case_id)
    task_commands.give(
        actor=world.standing("roads_clerk", EVE).actor,
        now=EVE,
        kind="part",
        room="cases",
        subject=case_id,
        agency_id=world.agencies["roads"],
        parent=handle.id,
    )
    assert act(world, "leader", "force_close", case_id, at=EVE, reason="另案处理").state == "closed"
    assert tasks.open_of_subject(case_id) == []


# -- requests on the desks of all who may decide ----------------------------------------------------------------------


def test_a_request_lies_with_the_shift_leader_too(world, case_id):
    act(world, "roads_clerk", "extend", case_id, at=EVE, reason="材料未到")
    for who in ("dispatcher", "shift_leader"):
        assert [r.subject for r in tasks.requests_for(world.standing(who, EVE)).rows] == [case_id]
    assert not tasks.requests_for(world.standing("leader", EVE)).rows


def test_a_clock_that_steps_back_between_asking_and_deciding(world, case_id):
    view = act(world, "roads_clerk", "return_case", case_id, at=EVE + HOUR, reason="权属不是我单位")
    at = EVE + HOUR - timedelta(seconds=1)
    view = act(world, "dispatcher", "decide", case_id, at=at, request=str(view.requests[0].id), granted="yes")
    assert view.state == "returned"


def test_a_missing_case_is_told_as_such(world):
    from xiucheng.kit.ids import uuid7

    with refused("not_found", 404):
        commands.recalculate(by=timers.CLOCK, now=EVE, case_id=uuid7())
