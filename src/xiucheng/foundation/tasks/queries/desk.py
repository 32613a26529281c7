"""My desk: what waits for one person, in the order of due; and how much of it there is.

A task lies on one kind of desk: the person's who has it, else its agency's (whoever works there for the agency), else
that of the holders of its post whose area contains it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from xiucheng.foundation.people.rules import ROLES, Post, Standing
from xiucheng.kit.paging import Keyset, Page, bounded

from .. import storing
from ..models import NEVER
from ..rules import PENDING, Task
from .requests import addressed_to

_ORDER = Keyset("tasks.my_desk", ("desk_at", "id"))
_OPEN = "state IN ('given', 'signed')"
_COLUMNS = ", ".join(f'"{name}"' for name in storing.COLUMNS)

Source = tuple[str, list[Any]]


@dataclass(frozen=True, slots=True)
class DeskCounts:
    """How many tasks wait, of these overdue and about to be (the warning of 80 % is over), and how many decisions."""

    tasks: int
    overdue: int
    soon: int
    requests: int


def my_desk(standing: Standing, *, cursor: str | None = None, limit: int | None = None) -> Page[Task]:
    """The open tasks that wait for this standing (without their segments), the first due first, then those without a
    deadline or with a paused clock; one statement, none for nobody. Refused `bad_cursor`."""
    page, size = _ORDER.parse(cursor), bounded(limit)
    sources = _sources(standing)
    if not sources:
        return Page([], None, None)
    where, key = _ORDER.where(page)
    order = _ORDER.order(page)
    # Each desk by its own index, no more than a page of each: the page costs the same however much waits.
    parts, parameters = [], []
    for predicate, values in sources:
        parts.append(
            f"(SELECT {_COLUMNS}, desk_at FROM tasks_task WHERE {_OPEN} AND {predicate} AND {where}"  # noqa: S608
            f" ORDER BY {order} LIMIT %s)"
        )
        parameters += [*values, *key, size + 1]
    sql = f"SELECT {_COLUMNS} FROM ({' UNION '.join(parts)}) AS desk ORDER BY {order} LIMIT %s"  # noqa: S608
    with connection.cursor() as db:
        db.execute(sql, [*parameters, size + 1])
        found = [storing.row(row) for row in db.fetchall()]
    return _ORDER.page(found, page, size, lambda task: (task.due_at or NEVER, task.id))


def desk_counts(standing: Standing, now: datetime) -> DeskCounts:
    """How much waits for this standing; one statement, none for nobody."""
    sources = _sources(standing)
    if not sources:
        return DeskCounts(0, 0, 0, 0)
    mine = " OR ".join(f"({predicate})" for predicate, _values in sources)
    parameters = [value for _predicate, values in sources for value in values]
    asked, asked_parameters = addressed_to(standing)
    sql = (
        "SELECT count(*), count(*) FILTER (WHERE due_at < %s), count(*) FILTER (WHERE due_at >= %s AND warn_at <= %s),"  # noqa: S608
        f" (SELECT count(*) FROM tasks_request WHERE state = '{PENDING}' AND {asked or 'FALSE'})"
        f" FROM tasks_task WHERE {_OPEN} AND ({mine})"
    )
    with connection.cursor() as db:
        db.execute(sql, [now, now, now, *asked_parameters, *parameters])
        return DeskCounts(*db.fetchone())


def _sources(standing: Standing) -> list[Source]:
    """The predicates of the desks at which somebody sits, each over the columns of one index."""
    found: list[Source] = []
    if standing.person_id is not None:
        found.append(("person_id = %s", [standing.person_id]))
    agencies = list(dict.fromkeys(post.agency_id for post in standing.posts if _works_for_agency(post)))
    found += [("person_id IS NULL AND agency_id = %s", [agency_id]) for agency_id in agencies]
    return found + [_post(post) for post in dict.fromkeys(standing.posts)]


def _works_for_agency(post: Post) -> bool:
    return post.agency_id is not None and ROLES[post.role].sees == "agency"


def _post(post: Post) -> Source:
    everything = len(post.area) <= 6  # as people.rules.covers
    where = "person_id IS NULL AND agency_id IS NULL AND post = %s"
    values: list[Any] = [post.role]
    return (where, values) if everything else (f"{where} AND area LIKE %s", [*values, f"{post.area}%"])
