"""Telling people what happened, taking back what nobody has seen yet, and marking as read.

Notices write no steps: each follows from a step that the journal has, and whether somebody looked is theirs alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from xiucheng.foundation.people.rules import Standing
from xiucheng.kit.actor import Actor
from xiucheng.kit.bulk import as_json
from xiucheng.kit.ids import uuid7
from xiucheng.kit.journal.record import payload_json
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb

from . import registry, rules
from .models import Notice

# One statement: what can be folded into an unread notice is, the rest is inserted. What waits stands by itself, so that
# taking it back takes neither what was seen nor what somebody else told meanwhile.
_TELL = """
WITH told AS (
    SELECT * FROM jsonb_to_recordset(%(told)s::jsonb)
        AS t (id uuid, person_id uuid, event text, subject_room text, subject uuid, args text,
              visible_at timestamptz, fold_since timestamptz, times int)
), folded AS (
    UPDATE notices_notice n
    SET times = n.times + t.times, args = t.args::jsonb, actor = %(actor)s, last_at = greatest(n.last_at, %(now)s)
    FROM told t
    WHERE n.subject = t.subject AND n.person_id = t.person_id AND n.event = t.event AND n.read_at IS NULL
      AND n.told_at > t.fold_since AND n.visible_at <= %(now)s AND t.visible_at <= %(now)s
    RETURNING t.id
)
INSERT INTO notices_notice
    (id, person_id, event, subject_room, subject, args, actor, told_at, visible_at, last_at, times, read_at)
SELECT id, person_id, event, subject_room, subject, args::jsonb, %(actor)s, %(now)s, visible_at, %(now)s, times, NULL
FROM told WHERE id NOT IN (SELECT id FROM folded)
"""


@dataclass(frozen=True, slots=True)
class Tell:
    """One event for some people; args as in `tell`."""

    to: Sequence[UUID]
    event: str
    subject_room: str
    subject: UUID
    args: Mapping[str, Any] = field(default_factory=dict)
    wait_seconds: int = 0


@verb
def tell(
    *,
    actor: Actor,
    now: datetime,
    to: Iterable[UUID],
    event: str,
    subject_room: str,
    subject: UUID,
    args: Mapping[str, Any] | None = None,
    wait_seconds: int = 0,
) -> int:
    """Put an event into the inboxes of some people, each once; one statement for all of them.

    args: codes, numbers, references and moments, as in a step; a name or a sentence is a programming error
    (ValueError). wait_seconds: nobody sees it before, and `cancel_waiting` takes it back (the undo window).
    The same event on the same subject within the event's fold time, not read yet, raises the count of the earlier
    notice and takes the newer args. Two tellings at the very same moment may both stand. Returns how many are new.
    """
    return tell_many(
        actor=actor,
        now=now,
        tells=[Tell(tuple(to), event, subject_room, subject, args or {}, wait_seconds)],
    )


@verb
def tell_many(*, actor: Actor, now: datetime, tells: Iterable[Tell]) -> int:
    """Many events at once by one statement, for reactions that act in batches; otherwise as `tell`."""
    rows: dict[tuple[UUID, str, UUID, bool], dict[str, Any]] = {}
    for one in tells:
        _checked(one)
        shared = _shared(one, now)
        for person_id in dict.fromkeys(one.to):
            key = (person_id, one.event, one.subject, one.wait_seconds > 0)
            times = rows[key]["times"] + 1 if key in rows else 1
            rows[key] = {**shared, "id": uuid7(), "person_id": person_id, "times": times}
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_TELL, {"told": as_json(list(rows.values())), "actor": str(actor), "now": now})
        return cursor.rowcount


def _checked(one: Tell) -> None:
    if not (rules.CODE.fullmatch(one.event) and rules.CODE.fullmatch(one.subject_room)):
        raise ValueError(f"not an event and a room: {one.event}, {one.subject_room}")
    if not 0 <= one.wait_seconds <= rules.MAX_WAIT_S:
        raise ValueError(f"{one.event}: waits {one.wait_seconds} s")


def _shared(one: Tell, now: datetime) -> dict[str, Any]:
    return {
        "event": one.event,
        "subject_room": one.subject_room,
        "subject": one.subject,
        "args": payload_json(one.args),
        "visible_at": now + timedelta(seconds=one.wait_seconds),
        "fold_since": now - registry.event_of(one.event).fold,
    }


@verb
def cancel_waiting(
    *,
    subject: UUID,
    now: datetime,
    subject_room: str | None = None,
    event: str | None = None,
    told_at: datetime | None = None,
) -> int:
    """Take back what was told about a subject and nobody can see yet at `now` (None: of any room, any event, whenever
    it was told).

    Returns how many notices are gone.
    """
    rows = Notice.objects.filter(subject=subject, read_at__isnull=True, visible_at__gt=now)
    if subject_room is not None:
        rows = rows.filter(subject_room=subject_room)
    if event is not None:
        rows = rows.filter(event=event)
    if told_at is not None:
        rows = rows.filter(told_at=told_at)
    return rows.delete()[0]


@verb
def read(*, by: Standing, now: datetime, notice_id: UUID) -> None:
    """Mark one of one's own notices as read; again is no harm. Refused: not_yours (403), not_found (404)."""
    mine = Notice.objects.filter(person_id=_person(by), id=notice_id, visible_at__lte=now)
    if not mine.filter(read_at__isnull=True).update(read_at=now) and not mine.exists():
        raise Refused("not_found", _("没有这条通知。"), status=404)


@verb
def read_all(*, by: Standing, now: datetime, until: datetime | None = None) -> int:
    """Mark as read what could be seen `until` (None: now): the page says when it was drawn, so that what came since
    stays unread. Returns how many were unread. Refused: not_yours (403)."""
    seen = Notice.objects.filter(person_id=_person(by), read_at__isnull=True, visible_at__lte=min(until or now, now))
    return seen.update(read_at=now)


@verb
def read_about(*, by: Standing, now: datetime, subject: UUID) -> int:
    """Mark as read what one was told about a subject, for the page that shows it. Refused: not_yours (403)."""
    seen = Notice.objects.filter(person_id=_person(by), subject=subject, read_at__isnull=True, visible_at__lte=now)
    return seen.update(read_at=now)


@verb
def forget(*, before: datetime) -> int:
    """Drop what was read before a moment (the worker: now − rules.KEEP); returns how many. Unread ones stay."""
    return Notice.objects.filter(read_at__lt=before).delete()[0]


def _person(by: Standing) -> UUID:
    if by.person_id is None:
        raise Refused("not_yours", _("只有本人可以查看自己的通知。"), status=403)
    return by.person_id
