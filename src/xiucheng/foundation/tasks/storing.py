"""The SQL of tasks: giving many by one statement, reading one with its segments, saving it by compare-and-set."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from xiucheng.kit.bulk import as_json
from xiucheng.kit.worktime import Limit

from .rules import Request, Segment, Task

COLUMNS = tuple(field.name for field in fields(Task) if field.name != "segments")
_TYPES: Mapping[str, str] = {
    **dict.fromkeys(("id", "subject", "parent_id", "agency_id", "person_id"), "uuid"),
    **dict.fromkeys(("version", "calendar_version"), "int"),
    **dict.fromkeys(("limit", "added"), "jsonb"),
    **dict.fromkeys(("provisional", "late"), "bool"),
    **{name: "timestamptz" for name in COLUMNS if name.endswith("_at")},
}
_LIST = ", ".join(f'"{name}"' for name in COLUMNS)
_GIVE = f"""
WITH duty AS (
    SELECT * FROM jsonb_populate_recordset(NULL::tasks_task, %s::jsonb)
), task AS (
    INSERT INTO tasks_task ({_LIST}) SELECT {_LIST} FROM duty
), segment AS (
    INSERT INTO tasks_segment (task_id, number, kind, starts_at, ends_at, person_id)
    SELECT id, 0, 'running', started_at, NULL, person_id FROM duty
)
INSERT INTO tasks_due (task_id, what, at)
SELECT id, 'warn', warn_at FROM duty WHERE warn_at IS NOT NULL
UNION ALL
SELECT id, 'due', due_at FROM duty WHERE due_at IS NOT NULL
"""  # noqa: S608

# Left join, so that one statement sees a task and its segments as they were at one moment.
_READ = (
    "SELECT {columns}, s.kind, s.starts_at, s.ends_at, s.person_id"
    " FROM tasks_task t LEFT JOIN tasks_segment s ON s.task_id = t.id WHERE {where} ORDER BY t.id, s.number"
)

_CHANGING = (
    *("state", "person_id", "added", "calendar_version", "signed_at", "paused_at", "resume_at", "ended_at", "due_at"),
    *("warn_at", "warned_at", "lapsed_at", "provisional", "late"),
)
_SET = ", ".join(f"{name} = %({name})s::{_TYPES.get(name, 'text')}" for name in _CHANGING)

# Compare-and-set on the version: where somebody was faster, nothing below `moved` happens either.
_SAVE = f"""
WITH moved AS (
    UPDATE tasks_task SET {_SET}, version = version + 1 WHERE id = %(id)s AND version = %(version)s RETURNING id
), surplus AS (
    DELETE FROM tasks_segment s USING moved m WHERE s.task_id = m.id AND s.number >= %(count)s
), kept AS (
    INSERT INTO tasks_segment (task_id, number, kind, starts_at, ends_at, person_id)
    SELECT m.id, s.* FROM moved m,
        unnest(%(numbers)s::int[], %(kinds)s::text[], %(starts)s::timestamptz[], %(ends)s::timestamptz[],
               %(persons)s::uuid[]) AS s
    ON CONFLICT (task_id, number) DO UPDATE SET kind = excluded.kind, starts_at = excluded.starts_at,
        ends_at = excluded.ends_at, person_id = excluded.person_id
), disarmed AS (
    DELETE FROM tasks_due d USING moved m WHERE d.task_id = m.id AND d.what <> ALL (%(whats)s::text[])
), armed AS (
    INSERT INTO tasks_due (task_id, what, at)
    SELECT m.id, a.* FROM moved m, unnest(%(whats)s::text[], %(ats)s::timestamptz[]) AS a
    ON CONFLICT (task_id, what) DO UPDATE SET at = excluded.at
)
SELECT count(*) FROM moved
"""  # noqa: S608


REQUEST_COLUMNS = (
    "id, room, subject, task_id, what, args, asked_by, asked_at, to_posts, to_area, to_agency_id, state, decided_by,"
    " decided_at"
)


def insert(tasks: Sequence[Task]) -> None:
    """Store new tasks with their first segment and their alarms; one statement."""
    if not tasks:
        return
    rows = [{name: getattr(task, name) for name in COLUMNS} for task in tasks]
    for row in rows:
        row |= {name: row[name].to_json() for name in ("limit", "added") if row[name] is not None}
    with connection.cursor() as cursor:
        cursor.execute(_GIVE, [as_json(rows)])


def read(where: str, parameters: Sequence[Any]) -> list[Task]:
    """Tasks with their segments, in the order in which they were given; one statement. where: a predicate over t."""
    columns = ", ".join(f't."{name}"' for name in COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(_READ.format(columns=columns, where=where), list(parameters))
        return _tasks(cursor.fetchall())


def hold(task_ids: Iterable[UUID]) -> set[UUID]:
    """Mark tasks as changed, so that whoever is about to end one looks again; those of them that are still open."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tasks_task SET version = version + 1 WHERE id = ANY(%s) AND ended_at IS NULL RETURNING id",
            [list(task_ids)],
        )
        return {values[0] for values in cursor.fetchall()}


def running() -> tuple[int, int]:
    """How many open tasks have a deadline, and how many of these a provisional one; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE provisional) FROM tasks_task"
            " WHERE ended_at IS NULL AND due_at IS NOT NULL"
        )
        found = cursor.fetchone()
    return found[0], found[1]


def one(task_id: UUID) -> Task | None:
    """One task with its segments; one statement."""
    found = read("t.id = %s", [task_id])
    return found[0] if found else None


def save(task: Task, armed: Mapping[str, datetime]) -> bool:
    """Store a changed task whose `version` is the one it was read with; False where somebody was faster."""
    values = {name: _plain(getattr(task, name)) for name in _CHANGING}
    segments: dict[str, Any] = {
        "numbers": list(range(len(task.segments))),
        "kinds": [segment.kind for segment in task.segments],
        "starts": [segment.starts_at for segment in task.segments],
        "ends": [segment.ends_at for segment in task.segments],
        "persons": [segment.person_id for segment in task.segments],
        "count": len(task.segments),
    }
    alarms: dict[str, Any] = {"whats": list(armed), "ats": list(armed.values())}
    with connection.cursor() as cursor:
        cursor.execute(_SAVE, {"id": task.id, "version": task.version, **values, **segments, **alarms})
        return bool(cursor.fetchone()[0])


def row(values: Sequence[Any]) -> Task:
    """A task, without its segments, from its COLUMNS as a raw cursor gives them."""
    columns = dict(zip(COLUMNS, values, strict=True))
    for name in ("limit", "added"):
        columns[name] = _limit(columns[name])
    return Task(**columns)


def request(values: Sequence[Any]) -> Request:
    """A request from its REQUEST_COLUMNS as a raw cursor gives them."""
    columns = list(values)
    if isinstance(columns[5], str):
        columns[5] = json.loads(columns[5])
    columns[8] = tuple(columns[8])
    return Request(*columns)


def _tasks(rows: Iterable[Sequence[Any]]) -> list[Task]:
    width = len(COLUMNS)
    segments: dict[UUID, list[Segment]] = {}
    firsts: list[Sequence[Any]] = []
    for values in rows:
        if values[0] not in segments:
            segments[values[0]] = []
            firsts.append(values)
        if values[width] is not None:
            segments[values[0]].append(Segment(*values[width:]))
    return [replace(row(values[:width]), segments=tuple(segments[values[0]])) for values in firsts]


def _limit(value: Any) -> Limit | None:
    # Raw cursors give jsonb as text under Django's type settings.
    if isinstance(value, str):
        value = json.loads(value)
    return None if value is None else Limit.from_json(value)


def _plain(value: Any) -> Any:
    return json.dumps(value.to_json()) if isinstance(value, Limit) else value
