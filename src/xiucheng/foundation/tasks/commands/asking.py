"""Asking for a decision and deciding: once, by whoever is first, whatever it is about."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from xiucheng.kit import journal
from xiucheng.kit.actor import Actor
from xiucheng.kit.ids import uuid7
from xiucheng.kit.journal.record import payload_json
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb

from .. import storing
from ..rules import GRANTED, PENDING, REFUSED, Request
from .changing import pause as pause_task
from .steps import ROOM

_ASK = """
INSERT INTO tasks_request
    (id, room, subject, task_id, what, args, asked_by, asked_at, to_posts, to_area, to_agency_id, state)
VALUES (%s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s, %s, %s, 'pending')
ON CONFLICT (subject, what, task_id) WHERE state = 'pending' DO NOTHING
RETURNING id
"""
_DECIDE = (
    "UPDATE tasks_request SET state = %s, decided_by = %s, decided_at = %s"  # noqa: S608
    f" WHERE id = %s AND state = '{PENDING}' RETURNING {storing.REQUEST_COLUMNS}"
)


@verb
def ask(
    *,
    actor: Actor,
    now: datetime,
    room: str,
    subject: UUID,
    what: str,
    to_posts: Sequence[str],
    to_area: str = "",
    to_agency: UUID | None = None,
    task_id: UUID | None = None,
    args: Mapping[str, Any] | None = None,
) -> UUID:
    """Ask the holders of one or several posts (for an area or of an agency) for a decision; no clock stops. Returns
    the request, which lies on the desk of each of them and is decided by whoever is first.

    what: a code of the asking room. args: codes, numbers and references, as in a step; words are a programming error
    (ValueError). Refused: `already_asked` (409) while the same question about the same task is open. Step: tasks.ask,
    whose subject is the request.
    """
    request_id = uuid7()
    plain = payload_json(args or {})
    with connection.cursor() as cursor:
        cursor.execute(
            _ASK,
            [request_id, room, subject, task_id, what, plain, str(actor), now, list(to_posts), to_area, to_agency],
        )
        if cursor.fetchone() is None:
            raise Refused("already_asked", _("同样的申请正在等候批复。"), status=409)
    journal.record(
        room=ROOM,
        subject=request_id,
        verb="ask",
        actor=actor,
        occurred_at=now,
        payload={
            "room": room,
            "subject": subject,
            "task": task_id,
            "what": what,
            "args": json.loads(plain),
            "to_posts": list(to_posts),
            "to_area": to_area,
            "to_agency": to_agency,
        },
    )
    return request_id


@verb
def decide(
    *,
    actor: Actor,
    now: datetime,
    request_id: UUID,
    granted: bool,
    pause: bool = False,
    until: datetime | None = None,
) -> Request:
    """Grant or refuse a request, once. Refusal costs only the time; pause: granting stops the task's clock, since the
    moment of asking (STANDARDS §1), and until `until` if given.

    Refused: `already_decided` (409), `not_found` (404), and those of `pause`. Step: tasks.decide.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DECIDE, [GRANTED if granted else REFUSED, str(actor), now, request_id])
        row = cursor.fetchone()
        if row is None:
            cursor.execute("SELECT 1 FROM tasks_request WHERE id = %s", [request_id])
            raise _not_open(cursor.fetchone() is not None)
    request = storing.request(row)
    journal.record(
        room=ROOM,
        subject=request.id,
        verb="decide",
        actor=actor,
        occurred_at=now,
        payload={
            "room": request.room,
            "subject": request.subject,
            "task": request.task_id,
            "what": request.what,
            "granted": granted,
            "asked": request.asked_at,
        },
    )
    if granted and pause and request.task_id is not None:
        # What was asked on a host whose clock is ahead was asked now.
        since = min(request.asked_at, now)
        pause_task(actor=actor, now=now, task_id=request.task_id, at=since, until=until)
    return request


def _not_open(exists: bool) -> Refused:
    if exists:
        return Refused("already_decided", _("这项申请已经批复。"), status=409)
    return Refused("not_found", _("没有这项申请。"), status=404)
