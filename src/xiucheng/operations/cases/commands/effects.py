"""What a move does to the tasks of its case: clocks start, stop, go on, change hands.

Each effect is a small function; `rules.apply` names them, this table does them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.tasks import commands as tasks
from xiucheng.foundation.tasks import queries as task_queries
from xiucheng.foundation.tasks.rules import Task
from xiucheng.kit.actor import Actor
from xiucheng.kit.worktime import Limit, Unit

from .. import configuration
from ..models import Case
from ..rules import MOVES, deciders

ROOM = "cases"
ANSWER = "supervision_answer"
"""The kind of the task that a supervision with a reply date gives to the agency."""


@dataclass(frozen=True, slots=True)
class Context:
    """What an effect may need: the row after the change, the move's arguments, who and when."""

    row: Case
    args: Mapping[str, Any]
    by: Standing
    now: datetime
    step_id: UUID


def run(
    row: Case, names: Sequence[str], args: Mapping[str, Any], *, by: Standing, now: datetime, step_id: UUID
) -> dict[str, Any]:
    """Do the effects in their order; returns the columns that point at new tasks."""
    context = Context(row, args, by, now, step_id)
    made: dict[str, Any] = {}
    for name in names:
        made.update(_EFFECTS[name](context) or {})
        for column, value in made.items():
            setattr(row, column, value)
    return made


def _give_handle(it: Context) -> dict[str, Any]:
    calendar = people.agency(it.row.agency_id).calendar if it.row.agency_id else "default"
    given = tasks.give(
        actor=it.by.actor,
        now=it.now,
        kind="handle",
        room=ROOM,
        subject=it.row.id,
        agency_id=it.row.agency_id,
        area=it.row.area,
        limit=Limit.from_json(it.row.limit),
        calendar=calendar,
    )
    return {"handle_task": given.task_id, "handle_due_at": given.due_at}


def _give_check(it: Context) -> dict[str, Any]:
    given = tasks.give(
        actor=it.by.actor,
        now=it.now,
        kind="post_check",
        room=ROOM,
        subject=it.row.id,
        post="inspector",
        area=it.row.area,
        limit=configuration.stage_limits(it.now).check,
        calendar="default",
    )
    return {"check_task": given.task_id}


def _give_answer(it: Context) -> dict[str, Any]:
    return _answer_by(it, Limit(it.args["reply_days"], Unit.NATURAL_DAY), it.now)


def _answer_by(it: Context, limit: Limit | None, start: datetime) -> dict[str, Any]:
    given = tasks.give(
        actor=it.by.actor,
        now=it.now,
        kind=ANSWER,
        room=ROOM,
        subject=it.row.id,
        agency_id=it.row.agency_id,
        area=it.row.area,
        limit=limit,
        calendar="default",
        start=start,
    )
    return {"answer_task": given.task_id}


def _hand_answer(it: Context) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for task in task_queries.open_of_subject(it.row.id, ANSWER):
        tasks.cancel(actor=it.by.actor, now=it.now, task_id=task.id)
        made = _answer_by(it, task.whole_limit, task.started_at)
    return made


def _cancel_answer(it: Context) -> dict[str, Any]:
    for task in task_queries.open_of_subject(it.row.id, ANSWER):
        tasks.cancel(actor=it.by.actor, now=it.now, task_id=task.id)
    return {}


def _complete_answer(it: Context) -> dict[str, Any]:
    for task in task_queries.open_of_subject(it.row.id, ANSWER):
        tasks.complete(actor=it.by.actor, now=it.now, task_id=task.id)
    return {}


def _sign_handle(it: Context) -> dict[str, Any]:
    if it.row.handle_task:
        tasks.sign(actor=it.by.actor, now=it.now, task_id=it.row.handle_task)
    return {}


def _delegate_handle(it: Context) -> dict[str, Any]:
    if it.row.handle_task:
        tasks.delegate(actor=it.by.actor, now=it.now, task_id=it.row.handle_task, person_id=it.args["person"])
    return {}


def _complete_handle(it: Context) -> dict[str, Any]:
    if it.row.handle_task:
        tasks.complete(actor=it.by.actor, now=it.now, task_id=it.row.handle_task)
    return {}


def _cancel_handle(it: Context) -> dict[str, Any]:
    if it.row.handle_task:
        # Approval stops the clock at the moment of asking: waiting for the answer costs the agency nothing.
        asked = it.args.get("request_facts")
        # (Of two hosts the one that asked may be a second ahead.)
        at = min(asked.asked_at, it.now) if asked is not None else it.now
        tasks.cancel(actor=it.by.actor, now=it.now, task_id=it.row.handle_task, at=at)
    return {"handle_task": None}


def _resume_handle(it: Context) -> dict[str, Any]:
    if it.row.handle_task:
        reopened = tasks.reopen(actor=it.by.actor, now=it.now, task_id=it.row.handle_task)
        return {"handle_due_at": reopened.due_at}
    # What came with a history has no task of its past to go on with.
    return _give_handle(it)


def _extend_handle(it: Context) -> dict[str, Any]:
    if it.row.handle_task:
        limit = Limit.from_json(it.row.limit)
        extended = tasks.extend(actor=it.by.actor, now=it.now, task_id=it.row.handle_task, limit=limit)
        return {"handle_due_at": extended.due_at}
    return {}


def _complete_check(it: Context) -> dict[str, Any]:
    if it.row.check_task:
        tasks.complete(actor=it.by.actor, now=it.now, task_id=it.row.check_task)
    return {}


def _ask(it: Context) -> dict[str, Any]:
    what = str(it.args["asked"])
    tasks.ask(
        actor=it.by.actor,
        now=it.now,
        room=ROOM,
        subject=it.row.id,
        task_id=it.row.handle_task,
        what=what,
        args={"step": str(it.step_id)},
        # On the desks of all who may decide: where there is no dispatcher the shift leader decides.
        to_posts=tuple(deciders(what, it.row.extend_count)),
        to_area=it.row.area,
    )
    return {}


def _decide(it: Context) -> dict[str, Any]:
    request = it.args["request_facts"]
    tasks.decide(actor=it.by.actor, now=it.now, request_id=request.id, granted=it.args["granted"] == "yes")
    return {}


def _all(found: Sequence[Task]) -> Sequence[Task]:
    return found


def _topmost(found: Sequence[Task]) -> Sequence[Task]:
    """Those that are no part of another one here: cancelling a task cancels its parts."""
    ids = {task.id for task in found}
    return [task for task in found if task.parent_id not in ids]


def _each_open(
    do: Callable[..., Any], wanted: Callable[[Sequence[Task]], Sequence[Task]] = _all
) -> Callable[[Context], dict[str, Any]]:
    def run_on_open(it: Context) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for task in wanted(task_queries.open_of_subject(it.row.id)):
            changed = do(actor=it.by.actor, now=it.now, task_id=task.id)
            if task.id == it.row.handle_task:
                made["handle_due_at"] = changed.due_at
        return made

    return run_on_open


def lapse(row: Case, name: str, *, now: datetime) -> None:
    """Questions that make no sense any more after a move lapse: the new state does not know them, or another agency
    has the case. They are answered no by the system's hand, which costs the asker nothing but the time."""
    for request in task_queries.pending_requests(row.id):
        gone = name == "redispatch" and request.what in {"return_case", "extend"}
        if gone or row.state not in MOVES[request.what].sources:
            tasks.decide(actor=Actor.system("lapse"), now=now, request_id=request.id, granted=False)


_EFFECTS: Mapping[str, Callable[[Context], dict[str, Any] | None]] = {
    "give_handle": _give_handle,
    "give_check": _give_check,
    "give_answer": _give_answer,
    "hand_answer": _hand_answer,
    "cancel_answer": _cancel_answer,
    "complete_answer": _complete_answer,
    "sign_handle": _sign_handle,
    "delegate_handle": _delegate_handle,
    "complete_handle": _complete_handle,
    "cancel_handle": _cancel_handle,
    "resume_handle": _resume_handle,
    "extend_handle": _extend_handle,
    "complete_check": _complete_check,
    "ask": _ask,
    "decide": _decide,
    "pause_tasks": _each_open(tasks.pause),
    "resume_tasks": _each_open(tasks.resume),
    "cancel_tasks": _each_open(tasks.cancel, _topmost),
}
