"""Who answers for which place (包保): named, ended, taken back; and who does at a moment, posts included."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils.translation import gettext_lazy as _

from xiucheng.kit import journal
from xiucheng.kit.moves import UNDO_WINDOW
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb

from .. import queries
from ..commands.frame import checked_span, locked, record, refusing
from ..commands.staff import NO_PERSON
from ..models import Person, Responsibility
from ..rules import Standing
from . import places_of
from .rules import Requirement

_NOTHING = _("没有这条包保记录。")
_COLUMNS = ("person_id", "person__name", "level", "place", "starts_at", "ends_at", "id")


@dataclass(frozen=True, slots=True)
class Answerable:
    """Somebody who answers for a place: by name (id is the responsibility's), by a post held there, or by walking it.

    by: "named", a role of people.rules.ROLES, or "walker". since, until: the term; until None is without end.
    resumable: it was ended before its time, and the end can be taken back.
    """

    person_id: UUID
    name: str
    level: str
    place: str
    by: str
    since: datetime | None = None
    until: datetime | None = None
    id: UUID | None = None
    resumable: bool = False


@verb
def name_responsible(
    *,
    by: Standing,
    now: datetime,
    person_id: UUID,
    place: str,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> UUID:
    """This person on the staff answers for a street, community or duty grid (code or name) from starts_at (default
    now) to ends_at. Refused: no_such_place, not_yours, not_found, left, bad_span, already_holds.
    """
    found = places_of.find(place)
    queries.demand(by, "people.responsible", area=found.area)
    person = locked(Person, person_id, NO_PERSON)
    if not person.is_active:
        raise Refused("left", _("此人已经离岗。"), fields={"person": _("此人已经离岗。")})
    begins = starts_at or now
    checked_span(begins, ends_at)
    text = _("此人在这段时间已经包保这个地方。")
    row = Responsibility(
        person=person, level=found.level, place=found.code, area=found.area, starts_at=begins, ends_at=ends_at
    )
    with refusing({"people_responsibility_once": Refused("already_holds", text, fields={"person": text})}):
        row.save(force_insert=True)
    record(
        "name_responsible", person_id, by, now, responsibility=row.id, level=row.level, area=row.area,
        starts_at=begins, ends_at=ends_at,
    )  # fmt: skip
    return row.id


@verb
def end_responsible(*, by: Standing, now: datetime, responsibility_id: UUID) -> None:
    """This person no longer answers for the place; one that has not begun is taken back.

    Refused: not_found, not_yours, already_ended (409).
    """
    row = _mine(by, responsibility_id)
    if row.ends_at is not None and row.ends_at <= now:
        raise Refused("already_ended", _("这条包保已经结束。"), status=409)
    if row.starts_at >= now:
        row.delete()
    else:
        row.planned_end, row.ended_at, row.ends_at = row.ends_at, now, now
        row.save(update_fields=["planned_end", "ended_at", "ends_at"])
    record("end_responsible", row.person_id, by, now, responsibility=responsibility_id, level=row.level, area=row.area)


@verb
def resume_responsible(*, by: Standing, now: datetime, responsibility_id: UUID) -> None:
    """Take an end back: the person answers for the place again, until the end that was planned, as if nothing had been.

    Refused: not_found, not_yours, still_running (409), left, term_over (409: the term ran out by itself, or would have
    by now), already_holds (named again meanwhile).
    """
    row = _mine(by, responsibility_id)
    if row.ends_at is None or row.ends_at > now:
        raise Refused("still_running", _("这条包保没有结束，不用恢复。"), status=409)
    if not Person.objects.filter(id=row.person_id, is_active=True).exists():
        raise Refused("left", _("此人已经离岗。"), fields={"person": _("此人已经离岗。")})
    if row.ended_at is None or (row.planned_end is not None and row.planned_end <= now):
        raise Refused("term_over", _("这条包保的任期已满，请重新定一次。"), status=409)
    row.ends_at, row.ended_at, row.planned_end = row.planned_end, None, None
    text = _("此人在这段时间已经包保这个地方。")
    with refusing({"people_responsibility_once": Refused("already_holds", text, status=409)}):
        row.save(update_fields=["planned_end", "ended_at", "ends_at"])
    record(
        "resume_responsible", row.person_id, by, now, responsibility=responsibility_id, level=row.level, area=row.area,
        ends_at=row.ends_at,
    )  # fmt: skip


def _mine(by: Standing, responsibility_id: UUID) -> Responsibility:
    row = locked(Responsibility, responsibility_id, _NOTHING)
    queries.demand(by, "people.responsible", area=row.area)
    return row


@dataclass(frozen=True, slots=True)
class Known:
    """Who is on post and who walks which duty grid, of the whole area that is asked about."""

    staff: Sequence[queries.Member] = ()
    walkers: Sequence[queries.GridWalker] = ()


def _read(at: datetime, required: Mapping[str, Requirement], within: str) -> Known:
    posts, walk = any(one.posts for one in required.values()), any(one.walkers for one in required.values())
    staff = queries.staff(at=at, area=within or None) if posts else ()
    return Known(staff, queries.grid_walkers(at=at) if walk else ())


def answerable(
    *, at: datetime, required: Mapping[str, Requirement], within: str = "", known: Known | None = None
) -> dict[tuple[str, str], list[Answerable]]:
    """(level, code of the place) → who answers for it at this moment, those named first; three statements.

    Posts and walkers count where the requirement of their level says so. within: an area's code. known: what the
    caller has read already; then one statement.
    """
    seen = known or _read(at, required, within)
    found: dict[tuple[str, str], list[Answerable]] = defaultdict(list)
    for one in _named(at, within):
        found[one.level, one.place].append(one)
    posts = {role: level for level, one in required.items() for role in one.posts}
    for member in seen.staff:
        level = posts.get(member.post.role)
        if level is not None and member.post.area:
            found[level, member.post.area].append(
                Answerable(
                    member.person_id, member.name, level, member.post.area, member.post.role, member.starts_at,
                    member.ends_at,
                )
            )  # fmt: skip
    if any(one.walkers for one in required.values()):
        for walker in seen.walkers:
            found["grid", walker.duty_grid].append(
                Answerable(walker.person_id, walker.name, "grid", walker.duty_grid, "walker")
            )
    return dict(found)


def _named(at: datetime, within: str) -> list[Answerable]:
    rows = Responsibility.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), starts_at__lte=at)
    rows = rows.filter(area__startswith=within, person__is_active=True).order_by("starts_at", "id")
    return [_answerable(row) for row in rows.values_list(*_COLUMNS)]


def _answerable(row: Sequence[Any], resumable: bool = False) -> Answerable:
    person, name, level, place, since, until, pk = row
    return Answerable(person, name, level, place, "named", since, until, pk, resumable)


def one(responsibility_id: UUID) -> Answerable:
    """One responsibility by name, also one that has ended; one statement. Refused: not_found (404)."""
    row = Responsibility.objects.filter(id=responsibility_id).values_list(*_COLUMNS).first()
    if row is None:
        raise Refused("not_found", _NOTHING, status=404)
    return _answerable(row)


def undo_until(one: Answerable, *, by: Standing, now: datetime) -> datetime | None:
    """Until when this one may take back in one press that somebody was named; None where another named them, where it
    is too long ago or ended since. By the journal, which alone knows who did; one statement."""
    if one.until is not None and one.until <= now:
        return None
    mine = journal.audited(names=["people.name_responsible"], actor=str(by.actor), limit=20)
    at = next((step.occurred_at for step in mine if step.payload.get("responsibility") == str(one.id)), None)
    until = at + UNDO_WINDOW if at else now
    return until if now < until else None


def past(place: str, *, at: datetime) -> list[Answerable]:
    """Who answered for a place by name before, the latest first, a hundred of them; one statement."""
    rows = Responsibility.objects.filter(place=place, ends_at__lte=at).order_by("-ends_at", "-id")
    early = Q(ended_at__isnull=False) & (Q(planned_end__isnull=True) | Q(planned_end__gt=at))
    asked = rows.annotate(early=ExpressionWrapper(early & Q(person__is_active=True), BooleanField()))
    return [_answerable(row, early) for *row, early in asked.values_list(*_COLUMNS, "early")[:100]]
