"""Every move of a person is taken back whole: the case, its clocks, its questions and its row in the lists."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.operations.board.listing import bring_up
from tests.operations.cases.acting import HOUR, act, handling, reply
from tests.refusing import refused
from tests.world import World
from xiucheng.foundation.notices import queries as notices
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.tasks import queries as tasks
from xiucheng.foundation.tasks import timers
from xiucheng.foundation.tasks.models import Request
from xiucheng.operations.board.models import Row
from xiucheng.operations.cases import commands, queries
from xiucheng.operations.cases.models import Case
from xiucheng.operations.cases.rules import MOVES

CHECKS = Standing.for_system("checks")
MOVED = {"version", "undo", "moved_at", "calendar_version", "changed_at"}
"""Columns that tell of the moving itself, not of what was moved."""


def filed(world: World) -> UUID:
    return world.file().case_id


def self_handled(world: World) -> UUID:
    return world.file(category="C0101", condition="C010103", self_handled=True).case_id


def dispatched(world: World) -> UUID:
    case_id = filed(world)
    act(world, "dispatcher", "dispatch", case_id, agency=str(world.agencies["roads"]))
    return case_id


def in_hand(world: World) -> UUID:
    """With a person inside, a supervision that waits for its answer, and a question asked."""
    case_id = handling(world)
    act(world, "roads_clerk", "assign_inside", case_id, person=str(world.people["roads_crew"]))
    act(world, "leader", "supervise", case_id, reason="群众反映集中", reply_days="3")
    act(world, "roads_clerk", "extend", case_id, reason="等配件")
    return case_id


def checking(world: World) -> UUID:
    case_id = in_hand(world)
    reply(world, "roads_crew", case_id)
    commands.start_check(by=CHECKS, now=world.now + HOUR, case_id=case_id)
    return case_id


def passed(world: World) -> UUID:
    case_id = checking(world)
    act(world, "inspector", "pass_check", case_id, at=world.now + HOUR)
    return case_id


def closed(world: World) -> UUID:
    case_id = passed(world)
    act(world, "acceptor", "close", case_id, at=world.now + HOUR)
    return case_id


def merged(world: World) -> UUID:
    case_id = in_hand(world)
    act(world, "acceptor", "merge", case_id, case=str(world.file().case_id))
    return case_id


def asking(what: str, who: str) -> Callable[[World], UUID]:
    def asked(world: World) -> UUID:
        case_id = dispatched(world)
        act(world, who, what, case_id, reason="情况有变")
        return case_id

    return asked


@dataclass(frozen=True)
class Way:
    """A case that stands ready for a move, who makes it, and what they say; a name of a field → how it is found."""

    ready: Callable[[World], UUID]
    who: str
    said: dict[str, Any]


def question(world: World, case_id: UUID) -> str:
    return str(tasks.pending_requests(case_id)[0].id)


def agency(key: str) -> Callable[[World, UUID], str]:
    return lambda world, _case: str(world.agencies[key])


CREW = {"person": lambda world, _case: str(world.people["roads_crew"])}
WHY = {"reason": "另有安排"}
WAYS = {
    "approve_self_review": [Way(self_handled, "acceptor", {})],
    "refuse_self_review": [Way(self_handled, "acceptor", WHY)],
    "dispatch": [Way(filed, "dispatcher", {"agency": agency("roads")})],
    "redispatch": [Way(in_hand, "dispatcher", {"agency": agency("parks"), **WHY})],
    "sign": [Way(dispatched, "roads_clerk", {})],
    "assign_inside": [Way(handling, "roads_clerk", CREW)],
    "reply": [Way(in_hand, "roads_crew", {})],
    "pass_check": [Way(checking, "inspector", {})],
    "rework": [Way(checking, "inspector", WHY), Way(passed, "acceptor", WHY)],
    "close": [Way(checking, "acceptor", {}), Way(passed, "acceptor", {})],
    "return_case": [Way(in_hand, "roads_clerk", WHY)],
    "extend": [Way(handling, "roads_clerk", WHY)],
    "void": [Way(dispatched, "dispatcher", WHY)],
    "decide": [
        Way(in_hand, "dispatcher", {"request": question, "granted": "yes"}),
        Way(in_hand, "dispatcher", {"request": question, "granted": "no"}),
        Way(asking("return_case", "roads_clerk"), "dispatcher", {"request": question, "granted": "yes"}),
        Way(asking("void", "dispatcher"), "shift_leader", {"request": question, "granted": "yes"}),
    ],
    "supervise": [
        Way(handling, "leader", {**WHY, "reply_days": "3"}),
        Way(in_hand, "leader", {**WHY, "reply_days": "5"}),
    ],
    "answer_supervision": [Way(in_hand, "roads_clerk", WHY)],
    "merge": [Way(in_hand, "acceptor", {"case": lambda world, _case: str(filed(world))})],
    "unmerge": [Way(merged, "acceptor", {})],
    "force_close": [Way(in_hand, "leader", WHY), Way(checking, "leader", WHY)],
    "reopen": [Way(closed, "acceptor", WHY)],
}


def test_every_move_of_a_person_has_its_ways_here() -> None:
    assert set(WAYS) == {move.name for move in MOVES if not move.automatic} - {"undo"}


def stands(case_id: UUID) -> dict[str, Any]:
    """All of a case: its row, its tasks with their clocks, what is asked, and its row in the lists."""
    bring_up()
    case = Case.objects.filter(id=case_id).values().get()
    row = Row.objects.filter(case_id=case_id).values().get()
    wanted = [task for task in tasks.of_subject(case_id) if task.state != "cancelled" or task.id == case["handle_task"]]
    return {
        "case": {key: value for key, value in case.items() if key not in MOVED},
        "row": {key: value for key, value in row.items() if key not in MOVED},
        "tasks": [{**asdict(task), "version": 0, "calendar_version": 0} for task in wanted],
        "asked": list(Request.objects.filter(subject=case_id).order_by("id").values()),
    }


@pytest.mark.parametrize(
    ("name", "way"), [pytest.param(name, way, id=name) for name, ways in WAYS.items() for way in ways]
)
def test_taken_back_whole(world: World, name: str, way: Way) -> None:
    case_id = way.ready(world)
    said = {key: value(world, case_id) if callable(value) else value for key, value in way.said.items()}
    at = world.now + 2 * HOUR
    before, mail = stands(case_id), unread(world, at)
    if name == "reply":
        view = reply(world, way.who, case_id, at=at)
    else:
        view = act(world, way.who, name, case_id, at=at, **said)
    assert stands(case_id) != before, "the move did nothing"
    assert view.undo_until == at + timedelta(seconds=10)
    act(world, way.who, "undo", case_id, at=at + timedelta(seconds=9))
    assert stands(case_id) == before
    assert unread(world, at) == mail
    with refused("nothing_to_undo"):
        act(world, way.who, "undo", case_id, at=at + timedelta(seconds=9))
    if name == "reply":
        reply(world, way.who, case_id, at=at + HOUR)
    else:
        act(world, way.who, name, case_id, at=at + timedelta(seconds=9), **said)


def unread(world: World, at: Any) -> dict[str, int]:
    return {who: notices.unread(person, at + HOUR) for who, person in world.people.items()}


def test_who_was_warned_is_not_warned_again_by_an_undo(world: World) -> None:
    case_id = handling(world)
    (task,) = tasks.open_of_subject(case_id)
    assert task.warn_at is not None
    act(world, "roads_clerk", "extend", case_id, reason="等配件")
    at = task.warn_at + timedelta(minutes=1)
    assert timers.run_due(at) == 1
    act(world, "dispatcher", "decide", case_id, at=at, request=question(world, case_id), granted="yes")
    act(world, "dispatcher", "undo", case_id, at=at + timedelta(seconds=5))
    assert timers.run_due(at + timedelta(seconds=6)) == 0
    assert queries.case(case_id, CHECKS, at).state == "handling"
