"""The steps of the room: each says which task of whom about what, and the deadline as it is then."""

from datetime import datetime
from typing import Any

from xiucheng.kit import journal
from xiucheng.kit.actor import Actor

from ..rules import Task

ROOM = "tasks"


def record(task: Task, what: str, actor: Actor, occurred_at: datetime, **more: Any) -> None:
    """Note a change of a task; the step's subject is the task, its payload names the subject that the task is about."""
    payload = {
        "room": task.room,
        "subject": task.subject,
        "kind": task.kind,
        "agency": task.agency_id,
        "person": task.person_id,
        "post": task.post,
        "area": task.area,
        "due": task.due_at,
        "provisional": task.provisional,
        **more,
    }
    journal.record(room=ROOM, subject=task.id, verb=what, actor=actor, occurred_at=occurred_at, payload=payload)
