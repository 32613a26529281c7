"""Supervision: an answer owed by a date, given once, owed no longer when the case is over."""

from datetime import timedelta

import pytest

from tests.operations.cases.acting import HOUR, act, handling, reply
from tests.refusing import refused
from xiucheng.foundation.notices import queries as notices
from xiucheng.foundation.tasks import queries as tasks
from xiucheng.operations.cases import queries, timers


def test_supervision_with_a_reply_date_is_a_task_of_the_agency(world):
    case_id = handling(world)
    view = act(world, "leader", "supervise", case_id, reason="群众反映强烈", reply_days=3)
    assert view.facts.supervised
    assert {task.kind for task in tasks.open_of_subject(case_id)} == {"handle", "supervision_answer"}
    assert act(world, "leader", "supervise", handling(world), reason="请关注").facts.supervised
    with refused("nobody_to_answer"):
        act(world, "leader", "supervise", world.file().case_id, reason="请关注", reply_days=3)


def answers(case_id):
    return [(task.agency_id, task.due_at) for task in tasks.open_of_subject(case_id, "supervision_answer")]


def offered(world, who, case_id) -> set[str]:
    return {move.name for move in queries.case(case_id, world.standing(who), world.now).moves}


def test_the_agency_answers_a_supervision_once_and_the_leader_is_told(world):
    case_id = handling(world)
    assert "answer_supervision" not in offered(world, "roads_clerk", case_id)
    with refused("nothing_to_answer"):
        act(world, "roads_clerk", "answer_supervision", case_id, reason="已在办理")
    act(world, "leader", "supervise", case_id, reason="群众反映强烈", reply_days=3)
    assert "answer_supervision" in offered(world, "roads_clerk", case_id)
    with refused("not_yours", 403):
        act(world, "parks_clerk", "answer_supervision", case_id, reason="已在办理")
    with refused("incomplete"):
        act(world, "roads_clerk", "answer_supervision", case_id)
    act(world, "roads_clerk", "answer_supervision", case_id, reason="材料今日到场，明日完工")
    assert answers(case_id) == []
    assert "answer_supervision" not in offered(world, "roads_clerk", case_id)
    line = queries.story(case_id)[-1]
    assert (line.verb, line.reason) == ("answer_supervision", "材料今日到场，明日完工")
    (told,) = notices.inbox(world.people["leader"], now=world.now + HOUR).rows
    assert told.event == "case_answered"


def test_a_new_date_replaces_the_one_before_and_a_new_agency_takes_the_question_over(world):
    case_id = handling(world)
    act(world, "leader", "supervise", case_id, reason="群众反映强烈", reply_days=5)
    act(world, "leader", "supervise", case_id, reason="更急", reply_days=1)
    ((agency_id, due),) = answers(case_id)
    assert agency_id == world.agencies["roads"]
    parks = world.agencies["parks"]
    act(world, "dispatcher", "redispatch", case_id, at=world.now + HOUR, agency=str(parks), reason="权属园林")
    assert answers(case_id) == [(parks, due)], "the leader's date stands"
    act(world, "parks_clerk", "answer_supervision", case_id, reason="已安排")
    assert answers(case_id) == []


def _close(world, case_id):
    reply(world, "roads_clerk", case_id)
    timers.start_checks(world.now + timedelta(seconds=11))
    act(world, "acceptor", "close", case_id, at=world.now + HOUR)


def _return(world, case_id):
    view = act(world, "roads_clerk", "return_case", case_id, reason="权属不是我单位")
    act(world, "dispatcher", "decide", case_id, request=str(view.requests[0].id), granted="yes")


@pytest.mark.parametrize(
    "end",
    [
        _close,
        _return,
        lambda world, case_id: act(world, "leader", "force_close", case_id, reason="另案处理"),
        lambda world, case_id: act(world, "acceptor", "merge", case_id, case=str(world.file().case_id)),
    ],
    ids=["close", "return", "force_close", "merge"],
)
def test_no_answer_is_owed_when_the_case_is_over(world, end):
    case_id = handling(world)
    act(world, "leader", "supervise", case_id, reason="群众反映强烈", reply_days=3)
    end(world, case_id)
    assert answers(case_id) == []


def test_an_undone_closing_owes_the_answer_again(world):
    case_id = handling(world)
    act(world, "leader", "supervise", case_id, reason="群众反映强烈", reply_days=3)
    owed = answers(case_id)
    _close(world, case_id)
    act(world, "acceptor", "undo", case_id, at=world.now + HOUR + timedelta(seconds=5))
    assert answers(case_id) == owed
    act(world, "roads_clerk", "answer_supervision", case_id, at=world.now + HOUR, reason="已完工")
    assert answers(case_id) == []
