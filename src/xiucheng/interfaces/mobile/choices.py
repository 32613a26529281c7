"""What a resident chooses from: all categories by group, and the places by name."""

from dataclasses import dataclass

from xiucheng.foundation.places import queries as places
from xiucheng.operations.cases.catalogue import Catalogue, Category


@dataclass(frozen=True, slots=True)
class Group:
    """Categories under one heading of the list of all."""

    title: str
    categories: tuple[Category, ...]


def groups(catalogue: Catalogue) -> list[Group]:
    """All categories under their major classes, in the catalogue's order."""
    found: dict[str, list[Category]] = {}
    for category in catalogue.categories.values():
        found.setdefault(category.major_name, []).append(category)
    return [Group(title, tuple(held)) for title, held in found.items()]


@dataclass(frozen=True, slots=True)
class Street:
    """A street with its communities, for a list that works without a map."""

    code: str
    name: str
    communities: tuple[tuple[str, str], ...]


def streets() -> list[Street]:
    """All streets and communities in use; no statement."""
    district = places.district()
    if district is None:
        return []
    return [
        Street(street.code, street.name, tuple((one.code, one.name) for one in places.children(street.code)))
        for street in places.children(district.code)
    ]


def place_name(code: str) -> str:
    """和平街道 · 建设社区 by a division code; empty where the code names nothing finer than the district."""
    levels = [places.area_name(code[:length]) for length in (9, 12) if len(code) >= length]
    return " · ".join(name for name in levels if name)


def place_of(lon: float, lat: float) -> tuple[str, str] | None:
    """The division that holds a point (degrees WGS84) and its name; None outside of the district. No statement.

    Both empty where no outline tells which street it is: a site without polygons takes every point.
    """
    found = places.locate(lon, lat)
    if found.outside:
        return None
    code = found.community or found.street or ""
    return code, place_name(code)
