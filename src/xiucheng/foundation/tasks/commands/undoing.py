"""Taking a move back: the tasks and the questions of a subject as they stood before it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from xiucheng.kit import journal
from xiucheng.kit.actor import Actor
from xiucheng.kit.verbs import verb

from .. import rules, storing
from ..queries import open_of_subject, pending_requests
from ..rules import PENDING, Request, Task
from .changing import cancel, change
from .steps import ROOM

_WITHDRAW = f"DELETE FROM tasks_request WHERE id = ANY(%s) AND state = '{PENDING}' RETURNING {storing.REQUEST_COLUMNS}"  # noqa: S608
_ASK_AGAIN = (
    f"UPDATE tasks_request SET state = '{PENDING}', decided_by = NULL, decided_at = NULL"  # noqa: S608
    f" WHERE id = ANY(%s) AND state <> '{PENDING}' RETURNING {storing.REQUEST_COLUMNS}"
)


@verb
def take_back(*, actor: Actor, now: datetime, subject: UUID, before: Mapping[str, Any]) -> dict[UUID, Task]:
    """Bring the tasks and questions of a subject back to `before`, as `queries.standing_of` gave it.

    What was given since is cancelled, what was asked since is withdrawn and leaves no row, a question answered since
    waits again. Clocks are as if they had never stopped, gone on or been extended. Returns the tasks that were kept, as
    they now are. Refused as `cancel`. Steps: tasks.cancel, tasks.restore, tasks.withdraw, tasks.ask_again.
    """
    kept = {UUID(one["id"]): one for one in before["tasks"]}
    since = {task.id: task for task in open_of_subject(subject) if task.id not in kept}
    for task in since.values():
        if task.parent_id not in since:  # cancelling a task cancels its parts
            cancel(actor=actor, now=now, task_id=task.id)
    back = {task_id: _restored(task_id, one, actor, now) for task_id, one in kept.items()}
    _questions(subject, [UUID(one) for one in before["requests"]], actor, now)
    return back


def _restored(task_id: UUID, before: rules.Kept, actor: Actor, now: datetime) -> Task:
    task = storing.one(task_id)
    if task is not None and rules.put_back(task, before) == task:
        return task
    return change("restore", task_id, actor, now, lambda held, _calendar: rules.put_back(held, before))


def _questions(subject: UUID, asked: Sequence[UUID], actor: Actor, now: datetime) -> None:
    waiting = [one.id for one in pending_requests(subject)]
    _record("withdraw", _run(_WITHDRAW, [one for one in waiting if one not in asked]), actor, now)
    _record("ask_again", _run(_ASK_AGAIN, [one for one in asked if one not in waiting]), actor, now)


def _run(statement: str, requests: Sequence[UUID]) -> list[Request]:
    if not requests:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(requests)])
        return [storing.request(row) for row in cursor.fetchall()]


def _record(what: str, requests: Sequence[Request], actor: Actor, now: datetime) -> None:
    for one in requests:
        journal.record(
            room=ROOM,
            subject=one.id,
            verb=what,
            actor=actor,
            occurred_at=now,
            payload={"room": one.room, "subject": one.subject, "task": one.task_id, "what": one.what},
        )
