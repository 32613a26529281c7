"""Every read of compounds, buildings and dwellings that others may make."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from .models import Building, Compound, Dwelling
from .refusals import refusal

USES: Mapping[str, Any] = {
    "home": _("住宅"),
    "shop": _("商铺"),
    "garage": _("车库"),
    "office": _("办公"),
    "shared": _("公共用房"),
}
"""What each key of rules.DWELLING_USES is called."""


@dataclass(frozen=True, slots=True)
class CompoundView:
    """A compound in a list: how many buildings and dwellings in use it has."""

    id: UUID
    name: str
    community: str
    address: str
    buildings: int
    dwellings: int
    is_active: bool


PAGE = 100


def compounds(within: str = "", search: str = "", page: int = 1) -> list[CompoundView]:
    """A page of the compounds in use below an area, by community and name; search: a part of name or address.

    One more than PAGE where there is a page after it. One statement.
    """
    start = (max(1, page) - 1) * PAGE
    rows = Compound.objects.filter(community__code__startswith=within, is_active=True)
    if search:
        rows = rows.filter(Q(name__contains=search) | Q(address__contains=search))
    return [_view(one) for one in _counted(rows).order_by("community_id", "form")[start : start + PAGE + 1]]


def compound(compound_id: UUID) -> CompoundView:
    """One compound, also one out of use. Refused: unknown_compound (404). One statement."""
    found = _counted(Compound.objects.filter(id=compound_id)).first()
    if found is None:
        raise refusal("unknown_compound", status=404)
    return _view(found)


def _counted(rows: Any) -> Any:
    buildings = Building.objects.filter(compound=OuterRef("pk"), is_active=True).order_by()
    homes = Dwelling.objects.filter(building__compound=OuterRef("pk"), is_active=True, building__is_active=True)
    return rows.annotate(
        standing=Subquery(buildings.values("compound").annotate(n=Count("id")).values("n")),
        homes=Subquery(homes.order_by().values("building__compound").annotate(n=Count("id")).values("n")),
    )


def _view(row: Any) -> CompoundView:
    return CompoundView(
        row.id, row.name, row.community_id, row.address, row.standing or 0, row.homes or 0, row.is_active
    )


@dataclass(frozen=True, slots=True)
class BuildingView:
    """A building of a compound with how many stairwells and dwellings in use it has."""

    id: UUID
    name: str
    floors: int | None
    stairwells: int
    dwellings: int


def buildings(compound_id: UUID) -> list[BuildingView]:
    """The buildings in use of a compound, the shorter numbers first. One statement."""
    live = Q(dwellings__is_active=True)
    rows = Building.objects.filter(compound_id=compound_id, is_active=True).annotate(
        wells=Count("dwellings__stairwell", filter=live & ~Q(dwellings__stairwell=""), distinct=True),
        homes=Count("dwellings", filter=live, distinct=True),
    )
    found = [BuildingView(one.id, one.name, one.floors, one.wells, one.homes) for one in rows]
    return sorted(found, key=lambda one: (len(one.name), one.name))


@dataclass(frozen=True, slots=True)
class Held:
    """All housing of the site, whatever is in use, to merge a list with: by what each is known by.

    compounds: (community, form) → (id, name, address, in use).
    buildings: (compound's id, form) → (id, name, floors, in use).
    dwellings: (building's id, stairwell, room) → (id, use, square metres, in use).
    """

    compounds: Mapping[tuple[str, str], tuple[UUID, str, str, bool]]
    buildings: Mapping[tuple[UUID, str], tuple[UUID, str, int | None, bool]]
    dwellings: Mapping[tuple[UUID, str, str], tuple[UUID, str, Decimal | None, bool]]


def held() -> Held:
    """Three statements, whatever there is."""
    return Held(
        {
            (community, form): (one, name, address, live)
            for one, community, form, name, address, live in Compound.objects.values_list(
                "id", "community_id", "form", "name", "address", "is_active"
            )
        },
        {
            (compound_id, form): (one, name, floors, live)
            for one, compound_id, form, name, floors, live in Building.objects.values_list(
                "id", "compound_id", "form", "name", "floors", "is_active"
            )
        },
        {
            (building, stairwell, room): (one, use, size, live)
            for one, building, stairwell, room, use, size, live in Dwelling.objects.values_list(
                "id", "building_id", "stairwell", "room", "use", "square_metres", "is_active"
            )
        },
    )


def inhabited() -> set[str]:
    """The communities that have a compound in use. One statement."""
    return set(Compound.objects.filter(is_active=True).values_list("community_id", flat=True).distinct())


def counts() -> tuple[int, int]:
    """How many compounds and dwellings are in use. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM places_compound WHERE is_active),"
            " (SELECT count(*) FROM places_dwelling WHERE is_active)"
        )
        compounds, dwellings = cursor.fetchone()
    return compounds, dwellings
