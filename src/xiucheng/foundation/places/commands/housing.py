"""Compounds with their buildings and dwellings: loaded in bulk, taken out of use, taken away again while new."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from xiucheng.kit.actor import Actor
from xiucheng.kit.verbs import verb
from xiucheng.kit.words import legible

from .. import registry
from ..models import Building, Compound, Dwelling
from ..refusals import refusal
from ..rules import DWELLING_USES, MOST_FLOORS, building_form, housing_form, plain_number
from . import writing

_PART = 5000


@dataclass(frozen=True, slots=True)
class CompoundRow:
    """A compound of a community; id: made by the caller, or that of the one to bring up to date."""

    id: UUID
    community: str
    name: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class BuildingRow:
    """A building of a compound that is there or comes in the same load; floors above the ground, None: not known."""

    id: UUID
    compound: UUID
    name: str
    floors: int | None = None


@dataclass(frozen=True, slots=True)
class DwellingRow:
    """A dwelling of a building; use: a key of rules.DWELLING_USES; square_metres as registered, None: unknown."""

    id: UUID
    building: UUID
    stairwell: str
    room: str
    use: str = "home"
    square_metres: Decimal | None = None


@verb
def load_housing(
    *,
    actor: Actor,
    now: datetime,
    compounds: Sequence[CompoundRow] = (),
    buildings: Sequence[BuildingRow] = (),
    dwellings: Sequence[DwellingRow] = (),
) -> int:
    """Add what is new, bring up to date (and back into use) what has an id that is there. Returns how many rows.

    Three statements per five thousand. Refused as a whole: unknown_area (404), not_a_community, name_missing,
    bad_floors, unknown_use, bad_size; two of one name or number are the database's to refuse.
    """
    _check(compounds, buildings, dwellings)
    district = writing.district()
    Compound.objects.bulk_create(
        [Compound(id=one.id, community_id=one.community, name=legible(one.name), form=housing_form(one.name),
                  address=one.address.strip()) for one in compounds],
        batch_size=_PART, update_conflicts=True, unique_fields=["id"],
        update_fields=["name", "form", "address", "is_active"],
    )  # fmt: skip
    Building.objects.bulk_create(
        [Building(id=one.id, compound_id=one.compound, name=legible(one.name), form=building_form(one.name),
                  floors=one.floors) for one in buildings],
        batch_size=_PART, update_conflicts=True, unique_fields=["id"],
        update_fields=["name", "form", "floors", "is_active"],
    )  # fmt: skip
    Dwelling.objects.bulk_create(
        [Dwelling(id=one.id, building_id=one.building, stairwell=plain_number(one.stairwell, "stairwell"),
                  room=plain_number(one.room, "room"), use=one.use, square_metres=one.square_metres)
         for one in dwellings],
        batch_size=_PART, update_conflicts=True, unique_fields=["id"],
        update_fields=["stairwell", "room", "use", "square_metres", "is_active"],
    )  # fmt: skip
    counts = {"compounds": len(compounds), "buildings": len(buildings), "dwellings": len(dwellings)}
    writing.changed(actor=actor, now=now, verb_name="load_housing", subject=district.id, **counts)
    return sum(counts.values())


def _check(
    compounds: Sequence[CompoundRow], buildings: Sequence[BuildingRow], dwellings: Sequence[DwellingRow]
) -> None:
    for code in sorted({one.community for one in compounds}):
        if len(writing.area(code).code) != 12:
            raise refusal("not_a_community", code, field="community")
    names = [*(one.name for one in compounds), *(one.name for one in buildings), *(one.room for one in dwellings)]
    if not all(legible(name) for name in names):
        raise refusal("name_missing", field="name")
    _check_numbers(buildings, dwellings)


def _check_numbers(buildings: Sequence[BuildingRow], dwellings: Sequence[DwellingRow]) -> None:
    for building in buildings:
        if building.floors is not None and not 1 <= building.floors <= MOST_FLOORS:
            raise refusal("bad_floors", building.name, field="floors")
    for dwelling in dwellings:
        if dwelling.use not in DWELLING_USES:
            raise refusal("unknown_use", dwelling.room, field="use", other=dwelling.use)
        if dwelling.square_metres is not None and dwelling.square_metres <= 0:
            raise refusal("bad_size", dwelling.room, field="square_metres")


@verb
def close_housing(*, actor: Actor, now: datetime, ids: Collection[UUID], active: bool = False) -> int:
    """Take compounds, buildings or dwellings out of use (pulled down, merged), or back into it; returns how many."""
    district = writing.district()
    count = sum(
        model.objects.filter(id__in=list(ids)).exclude(is_active=active).update(is_active=active)
        for model in (Compound, Building, Dwelling)
    )  # fmt: skip
    verb_name = "reopen_housing" if active else "close_housing"
    writing.changed(actor=actor, now=now, verb_name=verb_name, subject=district.id, count=count)
    return count


@verb
def drop_housing(*, actor: Actor, now: datetime, ids: Collection[UUID], since: datetime) -> int:
    """Take away what was brought in by mistake; returns how many rows.

    Refused: in_use (409) where a room above refers to one of them since then, still_below (409) where a building or a
    dwelling that is not among them stands on one of them.
    """
    codes = sorted(str(one) for one in ids)
    for leaner, used in registry.leaning("housing", codes, since):
        raise refusal("in_use", used[0], status=409, other=str(len(used)), why=str(leaner.why))
    district = writing.district()
    wanted = list(ids)
    below = (
        Building.objects.filter(compound_id__in=wanted).exclude(id__in=wanted).first()
        or Dwelling.objects.filter(building_id__in=wanted).exclude(id__in=wanted).first()
    )
    if below is not None:
        raise refusal("still_below", str(below.id), status=409)
    count = 0
    for model in (Dwelling, Building, Compound):
        count += model.objects.filter(id__in=wanted).delete()[0]
    writing.changed(actor=actor, now=now, verb_name="drop_housing", subject=district.id, count=count)
    return count
