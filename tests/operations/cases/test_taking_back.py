"""Going back: ten seconds for whoever moved a case, fifteen days for whoever reported it."""

from datetime import timedelta

from tests.operations.cases.acting import HOUR, act, handling, reply
from tests.refusing import refused
from tests.world import SETUP
from xiucheng.foundation.notices import queries as notices
from xiucheng.foundation.people import vault
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.tasks import queries as tasks
from xiucheng.kit.ids import uuid7
from xiucheng.operations.cases import commands, queries
from xiucheng.operations.cases.commands.bulk import Dispatching, dispatch_many

# -- the reporter reopens ---------------------------------------------------------------------------------------------


def reopen_as_reporter(world, case_id, report_id, at=None):
    key = vault.new_key()
    return commands.reopen_for_reporter(
        by=Standing.resident("resident"),
        now=at or world.now,
        case_id=case_id,
        report_id=report_id,
        key_id=key,
        sealed_reason=vault.seal(key, "还是不亮"),
    )


def test_a_reporter_reopens_the_case_of_their_own_report_only(world):
    report_id, joined = uuid7(), uuid7()
    case_id = world.file(report_id=report_id).case_id
    commands.add_source(by=SETUP, now=world.now, case_id=case_id, report_id=joined, channel="hotline")
    with refused("illegal_move"):
        reopen_as_reporter(world, case_id, report_id)
    act(world, "leader", "force_close", case_id, reason="另案处理")
    with refused("not_yours", 403):
        reopen_as_reporter(world, case_id, uuid7())
    with refused("not_yours", 403):
        commands.reopen_case(by=Standing.resident("resident"), now=world.now, case_id=case_id, reason="还是不亮")
    with refused("reopen_too_late"):
        reopen_as_reporter(world, case_id, report_id, world.now + timedelta(days=15, seconds=1))
    view = reopen_as_reporter(world, case_id, report_id)
    assert (view.state, view.facts.reopen_count, view.moves) == ("filed", 1, ())
    line = queries.story(case_id)[-1]
    assert (line.verb, line.actor, line.reason) == ("reopen", "channel:resident", "还是不亮")
    assert line.payload["report"] == str(report_id)
    act(world, "leader", "force_close", case_id, reason="另案处理")
    assert reopen_as_reporter(world, case_id, joined).state == "filed"


def test_a_reporter_of_a_merged_case_reopens_the_one_it_follows(world):
    report_id = uuid7()
    member, master = world.file(report_id=report_id).case_id, world.file().case_id
    act(world, "acceptor", "merge", member, case=str(master))
    act(world, "leader", "force_close", master, reason="另案处理")
    assert reopen_as_reporter(world, master, report_id).state == "filed"


# -- undo -------------------------------------------------------------------------------------------------------------


def test_undo_within_ten_seconds_puts_everything_back_and_tells_nobody(world):
    filed = world.file()
    view = act(world, "dispatcher", "dispatch", filed.case_id, agency=str(world.agencies["roads"]))
    assert "undo" in {move.name for move in view.moves}
    soon = world.now + timedelta(seconds=9)
    view = act(world, "dispatcher", "undo", filed.case_id, at=soon)
    assert (view.state, view.facts.agency_id, view.facts.agencies, view.version) == ("filed", None, (), 3)
    assert tasks.open_of_subject(filed.case_id) == []
    assert notices.unread(world.people["roads_clerk"], world.now + HOUR) == 0
    with refused("nothing_to_undo"):
        act(world, "dispatcher", "undo", filed.case_id, at=soon)


def test_undo_of_a_redispatch_gives_the_case_and_its_clock_back(world):
    case_id = handling(world)
    act(world, "roads_clerk", "assign_inside", case_id, person=str(world.people["roads_crew"]))
    act(world, "leader", "supervise", case_id, reason="群众反映集中", reply_days="3")
    before = queries.case(case_id, world.standing("dispatcher"), world.now)
    had = {task.id: (task.kind, task.state, task.due_at) for task in tasks.open_of_subject(case_id)}
    told = notices.unread(world.people["parks_clerk"], world.now + HOUR)
    at = world.now + HOUR
    view = act(
        world, "dispatcher", "redispatch", case_id, at=at, agency=str(world.agencies["parks"]), reason="权属园林"
    )
    assert (view.state, view.undo_until) == ("dispatched", at + timedelta(seconds=10))
    view = act(world, "dispatcher", "undo", case_id, at=at + timedelta(seconds=9))
    for column in ("state", "agency_id", "agencies", "person_id", "handlers", "due_at", "handle_due_at", "answer_task"):
        assert getattr(view.facts, column) == getattr(before.facts, column), column
    assert view.handle_task == before.handle_task
    assert {task.id: (task.kind, task.state, task.due_at) for task in tasks.open_of_subject(case_id)} == had
    assert notices.unread(world.people["parks_clerk"], at + HOUR) == told
    reply(world, "roads_crew", case_id, at=at + timedelta(seconds=20))


def test_undo_of_a_reply_lets_the_clock_run_as_if_it_had_not_stopped(world):
    case_id = handling(world)
    due = tasks.open_of_subject(case_id)[0].due_at
    reply(world, "roads_clerk", case_id)
    act(world, "roads_clerk", "undo", case_id, at=world.now + timedelta(seconds=8))
    assert [(task.state, task.due_at) for task in tasks.open_of_subject(case_id)] == [("signed", due)]


def test_undo_is_for_the_mover_and_for_ten_seconds(world):
    filed = world.file()
    act(world, "dispatcher", "dispatch", filed.case_id, agency=str(world.agencies["roads"]))
    with refused("not_yours", 403):
        act(world, "shift_leader", "undo", filed.case_id)
    with refused("undo_too_late"):
        act(world, "dispatcher", "undo", filed.case_id, at=world.now + timedelta(seconds=11))


def test_who_has_nothing_to_undo_is_told_so_and_not_that_it_is_not_theirs(world):
    case_id = handling(world)
    commands.undo_move(by=world.standing("roads_clerk"), now=world.now, case_id=case_id)
    with refused("nothing_to_undo") as refusal:
        act(world, "roads_clerk", "undo", case_id)
    assert "岗位" not in str(refusal.value.text)


# -- others act meanwhile ---------------------------------------------------------------------------------------------


def told_of(world, name, event, at):
    return [one for one in notices.inbox(world.people[name], now=at).rows if one.event == event]


def test_an_undo_takes_back_what_its_own_move_told_and_nothing_else(world):
    case_id = handling(world)
    act(world, "leader", "supervise", case_id, reason="群众反映集中")
    at = world.now + timedelta(seconds=2)
    act(world, "dispatcher", "redispatch", case_id, at=at, agency=str(world.agencies["parks"]), reason="权属园林")
    act(world, "dispatcher", "undo", case_id, at=at + timedelta(seconds=3))
    assert len(told_of(world, "roads_clerk", "case_supervised", world.now + HOUR)) == 1
    assert told_of(world, "parks_clerk", "case_dispatched", world.now + HOUR) == []


def test_of_two_questions_asked_at_once_one_is_taken_back(world):
    case_id = handling(world)
    act(world, "roads_clerk", "extend", case_id, reason="等配件")
    act(world, "roads_clerk", "return_case", case_id, at=world.now + timedelta(seconds=2), reason="不归我们")
    act(world, "roads_clerk", "undo", case_id, at=world.now + timedelta(seconds=4))
    (told,) = told_of(world, "dispatcher", "case_asked", world.now + HOUR)
    assert told.args["what"] == "extend"


def test_what_joined_the_case_since_is_not_left_behind_by_an_undo(world):
    closed, reopened = world.file().case_id, world.file().case_id
    act(world, "leader", "force_close", closed, reason="另案处理")
    commands.add_source(by=SETUP, now=world.now, case_id=closed, report_id=uuid7(), channel="hotline")
    with refused("nothing_to_undo"):
        act(world, "leader", "undo", closed)
    act(world, "leader", "force_close", reopened, reason="另案处理")
    act(world, "acceptor", "reopen", reopened, reason="没有弄好")
    act(world, "shift_leader", "merge", world.file().case_id, case=str(reopened))
    with refused("nothing_to_undo"):
        act(world, "acceptor", "undo", reopened)


def test_a_merge_is_not_brought_back_by_an_undo_where_it_would_not_be_allowed(world):
    member, master, other = (world.file().case_id for _ in range(3))
    act(world, "acceptor", "merge", member, case=str(master))
    act(world, "acceptor", "unmerge", member)
    act(world, "leader", "force_close", master, reason="另案处理")
    with refused("nothing_to_undo"):
        act(world, "acceptor", "undo", member)
    act(world, "leader", "undo", master)
    act(world, "acceptor", "undo", member)
    act(world, "acceptor", "unmerge", member)
    act(world, "shift_leader", "merge", other, case=str(member))
    with refused("nothing_to_undo"):
        act(world, "acceptor", "undo", member)


def test_an_answer_goes_to_whoever_asked_and_did_not_take_it_back(world):
    case_id = handling(world)
    act(world, "leader", "supervise", case_id, reason="群众反映集中", reply_days="3")
    act(world, "street_head", "supervise", case_id, reason="请尽快", reply_days="2")
    act(world, "street_head", "undo", case_id)
    act(world, "roads_clerk", "answer_supervision", case_id, reason="今天修好")
    assert len(told_of(world, "leader", "case_answered", world.now + HOUR)) == 1
    assert told_of(world, "street_head", "case_answered", world.now + HOUR) == []


def test_a_batch_that_a_person_dispatched_is_taken_back_with_its_tasks(world):
    case_id = world.file().case_id
    item = Dispatching(case_id, world.agencies["roads"])
    dispatch_many(by=world.standing("dispatcher"), now=world.now, items=[item])
    act(world, "dispatcher", "undo", case_id)
    assert tasks.open_of_subject(case_id) == []
