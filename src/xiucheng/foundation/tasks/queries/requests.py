"""Requests for a decision: of a subject, on the desk of who decides, and those of one's own that were answered."""

from typing import Any
from uuid import UUID

from django.db import connection

from xiucheng.foundation.people.rules import Post, Standing
from xiucheng.kit.paging import Keyset, Page, bounded

from .. import storing
from ..rules import PENDING, Request

_WAITING = Keyset("tasks.requests_for", ("asked_at", "id"))
_ANSWERED = Keyset("tasks.answered", ("decided_at", "id"), descending=True)
_SELECT = f"SELECT {storing.REQUEST_COLUMNS} FROM tasks_request"  # noqa: S608


def pending_requests(subject: UUID) -> list[Request]:
    """What is asked about a subject and not decided, the oldest first; one statement."""
    return _read(f"{_SELECT} WHERE subject = %s AND state = '{PENDING}' ORDER BY asked_at, id", [subject])


def requests_for(standing: Standing, *, cursor: str | None = None, limit: int | None = None) -> Page[Request]:
    """The decisions that wait for one of the posts of this standing, the oldest first; one statement, none for nobody.

    Refused `bad_cursor`.
    """
    page, size = _WAITING.parse(cursor), bounded(limit)
    mine, parameters = addressed_to(standing)
    if not mine:
        return Page([], None, None)
    where, key = _WAITING.where(page)
    found = _read(
        f"{_SELECT} WHERE state = '{PENDING}' AND {mine} AND {where} ORDER BY {_WAITING.order(page)} LIMIT %s",
        [*parameters, *key, size + 1],
    )
    return _WAITING.page(found, page, size, lambda request: (request.asked_at, request.id))


def answered(standing: Standing, *, cursor: str | None = None, limit: int | None = None) -> Page[Request]:
    """What this person asked and was answered, the latest answer first; one statement. Refused `bad_cursor`."""
    page, size = _ANSWERED.parse(cursor), bounded(limit)
    where, key = _ANSWERED.where(page)
    found = _read(
        f"{_SELECT} WHERE asked_by = %s AND state <> '{PENDING}' AND {where} ORDER BY {_ANSWERED.order(page)} LIMIT %s",
        [str(standing.actor), *key, size + 1],
    )
    return _ANSWERED.page(found, page, size, lambda request: (request.decided_at, request.id))


def addressed_to(standing: Standing) -> tuple[str, list[Any]]:
    """The predicate of the requests that a standing decides (as `rules.decides`), empty for one without a post."""
    posts = list(dict.fromkeys(standing.posts))
    parameters: list[Any] = []
    for post in posts:
        parameters += _values(post)
    return (f"({' OR '.join([_POST] * len(posts))})" if posts else ""), parameters


_POST = "(%s = ANY(to_posts) AND to_area LIKE %s AND (to_agency_id IS NULL OR to_agency_id = %s))"


def _values(post: Post) -> list[Any]:
    # Six digits are the whole district, as in people.rules.covers; codes are digits, so nothing needs escaping.
    return [post.role, "%" if len(post.area) <= 6 else f"{post.area}%", post.agency_id]


def _read(sql: str, parameters: list[Any]) -> list[Request]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [storing.request(row) for row in cursor.fetchall()]
