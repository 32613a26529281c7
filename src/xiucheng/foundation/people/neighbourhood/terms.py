"""Terms of stewards: taken over from a list, corrected, taken back with the list; who is about to leave office."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.places.rules import housing_form
from xiucheng.kit.days import local_day
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import attempt, verb

from .. import queries
from ..commands.contacts import erase_rows
from ..commands.frame import locked, record
from ..models import ChainLink, Steward
from ..rules import Standing
from . import neighbours, stewardship
from .stewards import UNKNOWN, StewardRow, choose_steward, kept_before, stewards

_MOST = 2000
"""More stewards of one kind no community has (D)."""


@verb
def enter_steward(
    *,
    by: Standing,
    now: datetime,
    neighbour_id: UUID,
    kind: str,
    covers: str,
    selection: str,
    chosen_on: date,
    households: int | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> UUID:
    """Somebody of an older list: in office where the list states a term that runs today, else chosen as by
    `choose_steward`, whose refusals these are; and bad_term.
    """
    made = choose_steward(
        by=by, now=now, neighbour_id=neighbour_id, kind=kind, covers=covers, selection=selection, chosen_on=chosen_on,
        households=households,
    )  # fmt: skip
    if starts_on is not None or ends_on is not None:
        row = locked(Steward, made, UNKNOWN)
        row.state, row.starts_on, row.ends_on = "serving", starts_on, ends_on
        _check_term(row, local_day(now))
        row.save(update_fields=["state", "starts_on", "ends_on"])
        record("enter_steward", made, by, now, area=row.area, starts_on=starts_on, ends_on=ends_on)
    return made


def _check_term(row: Steward, today: date) -> None:
    if not stewardship.runs(row.starts_on, row.ends_on, today):
        text = _("任期要写明起止，止在起之后，最长五年，今天在任期内。")
        raise Refused("bad_term", text, fields={"ends_on": text})


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of a list of stewards. area: a community by code or name; a term only for those in office."""

    area: str
    name: str
    kind: str
    covers: str
    selection: str
    chosen_on: date
    phone: str = ""
    home: str = ""
    households: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None


def key_of(community: str, kind: str, covers: str, name: str) -> tuple[str, str, str, str]:
    """What a steward is known by in a list: the community, which kind, what for, who."""
    return community, kind, housing_form(covers), " ".join(name.split())


@verb
def enter_listed(*, by: Standing, now: datetime, said: Listed) -> UUID:
    """Somebody of a list whom nobody knows yet: kept in the vault and entered, both or neither.

    Refused: as keep_neighbour and enter_steward.
    """
    who = neighbours.keep_neighbour(by=by, now=now, area=said.area, name=said.name, phone=said.phone, home=said.home)
    return enter_steward(
        by=by, now=now, neighbour_id=who, kind=said.kind, covers=said.covers, selection=said.selection,
        chosen_on=said.chosen_on, households=said.households, starts_on=said.starts_on, ends_on=said.ends_on,
    )  # fmt: skip


@verb
def merge_steward(*, by: Standing, now: datetime, said: Listed) -> tuple[UUID, Literal["created", "changed", "same"]]:
    """Take one row of a list in: somebody new is entered, somebody known gets the households and the term of the list,
    as far as it says them; the same row again changes nothing.

    Refused: no_such_place, not_yours, and as keep_neighbour, enter_steward, correct_steward.
    """
    community = neighbours.community_of(said.area)
    queries.demand(by, "people.stewards", area=community)
    there = _known_as(by, key_of(community, said.kind, said.covers, said.name))
    if there is None:
        return enter_listed(by=by, now=now, said=said), "created"
    fresh = {
        name: value
        for name in ("households", "starts_on", "ends_on")
        if (value := getattr(said, name)) is not None and value != getattr(there, name)
    }
    if not fresh:
        return there.id, "same"
    correct_steward(by=by, now=now, steward_id=there.id, **fresh)
    return there.id, "changed"


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of a row of a list: who it is and how, or why it was refused."""

    id: UUID | None
    became: Literal["created", "changed", "same", "refused"]
    refusal: Refused | None = None


@verb
def merge_stewards(*, by: Standing, now: datetime, rows: Sequence[Listed]) -> list[Merged]:
    """A list row by row as by `merge_steward`; what one row is refused for keeps no other out. Refused: not_yours
    (nowhere may they).
    """
    queries.demand_somewhere(by, "people.stewards")
    merged = []
    for said in rows:
        try:
            with attempt():
                merged.append(Merged(*merge_steward(by=by, now=now, said=said)))
        except Refused as refusal:
            merged.append(Merged(None, "refused", refusal))
    return merged


def _known_as(by: Standing, key: tuple[str, str, str, str]) -> StewardRow | None:
    """The steward of this key among those chosen or in office; three statements, one of them on `keys`."""
    rows = stewards(by, within=key[0], kind=key[1], limit=_MOST)
    same = [one for one in rows if housing_form(one.covers) == key[2]]
    held = neighbours.known([one.neighbour_id for one in same], by)
    return next((one for one in same if held[one.neighbour_id].name == key[3]), None)


@verb
def correct_steward(
    *,
    by: Standing,
    now: datetime,
    steward_id: UUID,
    households: int | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> None:
    """Other households or another term than was written down; None leaves what is. Undone by `undo_steward`.

    Refused: not_found, not_yours, illegal_move (409: a term of somebody who is not in office), bad_term.
    """
    row = locked(Steward, steward_id, UNKNOWN)
    queries.demand(by, "people.stewards", area=row.area)
    dated = starts_on is not None or ends_on is not None
    if dated and row.state != "serving":
        raise Refused("illegal_move", _("只有在任的人有任期可改。"), status=409)
    row.before = kept_before(row)
    row.households = row.households if households is None else households
    row.starts_on, row.ends_on = starts_on or row.starts_on, ends_on or row.ends_on
    if dated:
        _check_term(row, local_day(now))
    row.changed_at, row.changed_by = now, str(by.actor)
    row.save()
    record("correct_steward", row.id, by, now, area=row.area, households=households, starts_on=row.starts_on,
           ends_on=row.ends_on)  # fmt: skip


@verb
def take_back_steward(*, by: Standing, now: datetime, steward_id: UUID) -> None:
    """One whom a list entered never was; what was kept of the person is destroyed where nothing else needs it.

    Refused: not_found, not_yours, still_serving (409: they have been published, or have left, since).
    """
    row = locked(Steward, steward_id, UNKNOWN)
    queries.demand(by, "people.stewards", area=row.area)
    if row.state not in ("chosen", "serving") or row.published_on is not None:
        raise Refused("still_serving", _("此人已经公示或卸任，不能当作没有登记过。"), status=409)
    who = row.neighbour
    row.delete()
    record("take_back_steward", steward_id, by, now, area=row.area)
    needed = Steward.objects.filter(neighbour=who).exists()
    if not needed and not ChainLink.objects.filter(Q(reached=who) | Q(through=who)).exists():
        subject = who.subject_id
        who.delete()
        erase_rows(by, now, [subject])


def chained(steward_ids: Collection[UUID], *, at: datetime) -> set[UUID]:
    """Those of the stewards who are reached through somebody, or through whom others are; two statements."""
    who = dict(Steward.objects.filter(id__in=steward_ids).values_list("id", "neighbour_id"))
    links = ChainLink.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at))
    links = links.filter(Q(reached__in=who.values()) | Q(through__in=who.values()))
    tied = {one for pair in links.values_list("reached_id", "through_id") for one in pair if one is not None}
    return {steward for steward, neighbour in who.items() if neighbour in tied}


@dataclass(frozen=True, slots=True)
class Ending:
    """A steward whose term is about to end, or is over without anybody having ended it."""

    id: UUID
    area: str
    kind: str
    ends_on: date


def ending(*, now: datetime, within: timedelta, limit: int = 1000) -> list[Ending]:
    """Stewards in office whose term ends within so many days, of which nobody was reminded yet; one statement."""
    rows = Steward.objects.filter(state="serving", ends_on__lte=local_day(now) + within)
    rows = rows.filter(Q(reminded_for__isnull=True) | ~Q(reminded_for=F("ends_on")))
    found = rows.order_by("ends_on", "id").values_list("id", "area", "kind", "ends_on")[:limit]
    return [Ending(key, area, kind, ends_on) for key, area, kind, ends_on in found if ends_on is not None]


@verb
def note_reminded(*, by: Standing, now: datetime, steward_id: UUID, ends_on: date) -> bool:
    """Somebody is reminded of this term's end, once; False where another worker was faster or the term has changed."""
    rows = Steward.objects.filter(id=steward_id, state="serving", ends_on=ends_on)
    fresh = rows.filter(Q(reminded_for__isnull=True) | ~Q(reminded_for=ends_on)).update(reminded_for=ends_on)
    if fresh:
        record("note_reminded", steward_id, by, now, ends_on=ends_on)
    return bool(fresh)
