"""A task as it stood before a move: what the room that moved it keeps for ten seconds, and how it is put back. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from xiucheng.kit.worktime import Limit

from .clocks import Segment, Task

Kept = Mapping[str, Any]
"""A task that was kept, as JSON takes it."""

_TIMES = ("signed_at", "paused_at", "resume_at", "ended_at", "warned_at", "lapsed_at")
_TOLD = ("warned_at", "lapsed_at")


def kept(task: Task) -> dict[str, Any]:
    """All of a task that a move may change, but for what follows from its clock."""
    return {
        "id": str(task.id),
        "state": task.state,
        "person": _text(task.person_id),
        "added": task.added.to_json() if task.added else None,
        "late": task.late,
        **{name: _text(getattr(task, name)) for name in _TIMES},
        "segments": [
            [one.kind, _text(one.starts_at), _text(one.ends_at), _text(one.person_id)] for one in task.segments
        ],
    }


def put_back(task: Task, before: Kept) -> Task:
    """The task as it was kept, its clock as if nothing had happened since. Whoever was told meanwhile that it is late,
    or nearly, is not told again."""
    times: dict[str, Any] = {name: _time(before[name]) for name in _TIMES}
    times |= {name: times[name] or getattr(task, name) for name in _TOLD}
    return replace(
        task,
        state=before["state"],
        person_id=_id(before["person"]),
        added=Limit.from_json(before["added"]) if before["added"] else None,
        late=before["late"],
        segments=tuple(
            Segment(kind, datetime.fromisoformat(since), _time(until), _id(person))
            for kind, since, until, person in before["segments"]
        ),
        **times,
    )


def _text(value: UUID | datetime | None) -> str | None:
    return value.isoformat() if isinstance(value, datetime) else str(value) if value else None


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _id(value: str | None) -> UUID | None:
    return UUID(value) if value else None
