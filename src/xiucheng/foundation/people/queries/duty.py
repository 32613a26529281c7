"""Who holds a role for a place or agency, and who of them is on duty at this moment in local time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from xiucheng.kit.days import local_day, local_time
from xiucheng.kit.refused import Refused

from .. import rules
from ..models import DutyChange, GridLink, Roster
from ..rules import Duty, Shift, Standing
from .staff import Member, staff
from .standings import demand, may

_HOLDERS = """
SELECT m.id, m.person_id, m.area FROM people_membership m JOIN people_person p ON p.id = m.person_id AND p.is_active
WHERE m.role = %(role)s AND m.starts_at <= %(at)s AND (m.ends_at IS NULL OR m.ends_at > %(at)s)
AND (%(agency)s::uuid IS NULL OR m.agency_id = %(agency)s)
AND (%(areas)s::text[] IS NULL OR m.area = ANY(%(areas)s))
ORDER BY length(m.area) DESC, m.starts_at, m.id
"""

# Yesterday counts: a night shift belongs to the day it began on.
_DUTIES = """
SELECT membership_id, weekdays, starts, ends, since, until, NULL::boolean FROM people_roster
WHERE membership_id = ANY(%(ids)s) AND since <= %(today)s AND (until IS NULL OR until >= %(yesterday)s)
UNION ALL
SELECT membership_id, NULL, NULL, NULL, NULL, NULL, on_duty FROM people_duty_change
WHERE membership_id = ANY(%(ids)s) AND starts_at <= %(at)s AND ends_at > %(at)s
"""


def _holding(role: str, agency_id: UUID | None, area: str | None, at: datetime) -> list[tuple[UUID, UUID, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            _HOLDERS,
            {
                "role": role,
                "at": at,
                "agency": agency_id,
                "areas": None if area is None else list(rules.prefixes(area)),
            },
        )
        return cursor.fetchall()


def holders(role: str, *, agency_id: UUID | None = None, area: str | None = None, at: datetime) -> list[UUID]:
    """Persons who hold this role now, in this agency, for this area or one that contains it; nearest area first.

    One statement.
    """
    return list(dict.fromkeys(person_id for _membership, person_id, _area in _holding(role, agency_id, area, at)))


def on_duty(role: str, *, area: str | None = None, agency_id: UUID | None = None, at: datetime) -> list[UUID]:
    """Those of the holders who are on duty at this moment, nearest area first; ≤ 2 statements.

    Where nobody of them is on a roster these days, all are on duty: a small district keeps none (D). Where there is
    one and it is empty at this hour, nobody is.
    """
    holding = _holding(role, agency_id, area, at)
    duties = _duties([membership for membership, _person, _area in holding], at) if holding else {}
    local = local_time(at)
    return list(
        dict.fromkeys(
            person_id
            for membership, person_id, _area in holding
            if not duties or rules.is_on_duty(duties.get(membership, Duty()), local)
        )
    )


def is_on_duty(person_id: UUID, role: str, at: datetime) -> bool:
    """Is this person on duty in this role now? ≤ 2 statements."""
    return person_id in on_duty(role, at=at)


def _duties(membership_ids: Sequence[UUID], at: datetime) -> dict[UUID, Duty]:
    """The duties of these posts; empty where not one of them has a roster."""
    today = local_day(at)
    with connection.cursor() as cursor:
        cursor.execute(
            _DUTIES, {"ids": list(membership_ids), "today": today, "yesterday": today - timedelta(days=1), "at": at}
        )
        rows: list[Any] = cursor.fetchall()
    shifts: dict[UUID, list[Shift]] = {}
    changes: dict[UUID, bool] = {}
    for membership_id, weekdays, starts, ends, since, until, changed in rows:
        if changed is None:
            shifts.setdefault(membership_id, []).append(Shift(weekdays, starts, ends, since, until))
        else:
            changes[membership_id] = changed
    return {one: Duty(tuple(shifts.get(one, ())), changes.get(one)) for one in {*shifts, *changes}}


def inspectors_of_grid(duty_grid: str, *, at: datetime) -> list[UUID]:
    """Who walks this duty grid now; one statement."""
    return list(
        GridLink.objects.filter(duty_grid=duty_grid, starts_at__lte=at, person__is_active=True)
        .exclude(ends_at__lte=at)
        .order_by("starts_at", "id")
        .values_list("person_id", flat=True)
    )


@dataclass(frozen=True, slots=True)
class GridWalker:
    """A person who walks a duty grid now."""

    link_id: UUID
    duty_grid: str
    person_id: UUID
    name: str


def grid_walkers(*, at: datetime) -> list[GridWalker]:
    """Who walks which duty grid now, by grid; one statement."""
    links = GridLink.objects.filter(starts_at__lte=at, person__is_active=True).exclude(ends_at__lte=at)
    rows = links.order_by("duty_grid", "starts_at", "id").values_list("id", "duty_grid", "person_id", "person__name")
    return [GridWalker(*row) for row in rows]


def walked_grids(*, at: datetime) -> set[str]:
    """The duty grids that somebody walks now; one statement."""
    return {one.duty_grid for one in grid_walkers(at=at)}


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A weekly duty as the roster page shows it."""

    id: UUID
    membership_id: UUID
    person_id: UUID
    name: str
    role: str
    weekdays: int
    starts: time
    ends: time
    since: date
    until: date | None
    area: str
    agency_id: UUID | None


def rosters(*, on: date, agency_id: UUID | None = None) -> list[RosterRow]:
    """The duties valid on a local day, by role, start and name; one statement."""
    rows = Roster.objects.filter(since__lte=on).exclude(until__lt=on)
    if agency_id is not None:
        rows = rows.filter(membership__agency_id=agency_id)
    return [
        RosterRow(*row)
        for row in rows.order_by("membership__role", "starts", "membership__person__name", "id").values_list(
            "id",
            "membership_id",
            "membership__person_id",
            "membership__person__name",
            "membership__role",
            "weekdays",
            "starts",
            "ends",
            "since",
            "until",
            "membership__area",
            "membership__agency_id",
        )
    ]


@dataclass(frozen=True, slots=True)
class DutyChangeRow:
    """An exception to the rosters: somebody stands in, or is away, between two instants."""

    id: UUID
    membership_id: UUID
    person_id: UUID
    name: str
    role: str
    area: str
    agency_id: UUID | None
    on_duty: bool
    starts_at: datetime
    ends_at: datetime


_CHANGE = (
    *("id", "membership_id", "membership__person_id", "membership__person__name", "membership__role"),
    *("membership__area", "membership__agency_id", "on_duty", "starts_at", "ends_at"),
)


def duty_changes(*, at: datetime, limit: int = 200) -> list[DutyChangeRow]:
    """The exceptions that hold at this moment or are to come, in their order; one statement."""
    rows = DutyChange.objects.filter(ends_at__gt=at).order_by("starts_at", "membership__person__name", "id")
    return [DutyChangeRow(*row) for row in rows.values_list(*_CHANGE)[:limit]]


def may_change_duty(standing: Standing, *, area: str, agency_id: UUID | None, person_id: UUID) -> bool:
    """May they enter and end exceptions for a post of this area ("" for none), organisation and person: whoever keeps
    the roster there, and everybody for themselves; no statement.
    """
    return standing.person_id == person_id or may(standing, "people.roster", area=area, agency_id=agency_id)


def demand_change_duty(standing: Standing, *, area: str, agency_id: UUID | None, person_id: UUID) -> None:
    """As `may_change_duty`. Refused: not_yours (403)."""
    if not may_change_duty(standing, area=area, agency_id=agency_id, person_id=person_id):
        demand(standing, "people.roster", area=area, agency_id=agency_id)


@dataclass(frozen=True, slots=True)
class DutiesSeen:
    """The rosters of a day and the exceptions from then on, as far as somebody sees them; mine: the posts whose duty
    they may change."""

    rosters: list[RosterRow]
    changes: list[DutyChangeRow]
    mine: list[Member]


def duties_seen(standing: Standing, *, at: datetime) -> DutiesSeen:
    """Everybody's duties for whoever sees the whole district or keeps a roster besides their own, else their own; three
    statements.
    """
    mine = [
        one for one in staff(at=at)
        if may_change_duty(standing, area=one.post.area, agency_id=one.post.agency_id, person_id=one.person_id)
    ]  # fmt: skip
    everybody = rules.visible_to(standing).kind == "all" or any(one.person_id != standing.person_id for one in mine)
    own = {one.membership_id for one in mine}
    return DutiesSeen(
        [one for one in rosters(on=local_day(at)) if everybody or one.membership_id in own],
        [one for one in duty_changes(at=at) if everybody or one.membership_id in own],
        mine,
    )


def duty_change(change_id: UUID) -> DutyChangeRow:
    """One exception, also one that is over; one statement. Refused: not_found (404)."""
    row = DutyChange.objects.filter(id=change_id).values_list(*_CHANGE).first()
    if row is None:
        raise Refused("not_found", _("没有这条替班或请假记录。"), status=404)
    return DutyChangeRow(*row)
