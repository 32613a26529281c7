"""Who answers for which place, what is missing, and who is responsible at any point, by what the reader may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.neighbourhood.responsibilities import Answerable, Known
from xiucheng.foundation.people.neighbourhood.rules import LEVELS, Place
from xiucheng.foundation.people.rules import RELATIONS, Standing, covers
from xiucheng.foundation.places import queries as places
from xiucheng.foundation.places.queries import DutyGridView
from xiucheng.foundation.places.rules import POINT_KINDS, point_ok, to_wgs84
from xiucheng.kit.refused import Refused
from xiucheng.operations.dispatch import queries as dispatch
from xiucheng.operations.intake import queries as intake

from . import configuration

NEAR = 5
"""Components and facilities offered beside a click (D)."""
FACILITY_METRES = 300
"""What people go to is near where they walk to in five minutes (D)."""


@dataclass(frozen=True, slots=True)
class Covered:
    """A place, who answers for it, how many must, how many more it needs."""

    place: Place
    people: tuple[Answerable, ...]
    least: int
    missing: int


def report(
    *,
    now: datetime,
    within: str = "",
    level: str = "",
    only_missing: bool = False,
    known: Known | None = None,
    grids: Sequence[DutyGridView] | None = None,
) -> list[Covered]:
    """Every place of the required levels with who answers for it, parents first; five statements at most.

    within: an area's code, "" for the district. level: one of LEVELS. only_missing: the gaps alone.
    known, grids: what the caller has read of the area already.
    """
    required = configuration.required(now)
    rows, held = configuration.covered(required, now, within, known, grids)
    return [
        Covered(
            row.place,
            _once(held.get((row.place.level, row.place.code), ())),
            required[row.place.level].least,
            row.missing,
        )
        for row in rows
        if (not level or row.place.level == level) and (row.missing or not only_missing)
    ]


def _once(found: Sequence[Answerable]) -> tuple[Answerable, ...]:
    """Whoever answers in two ways is shown once, as what comes first."""
    return tuple({one.person_id: one for one in reversed(found)}.values())[::-1]


@dataclass(frozen=True, slots=True)
class Responsible:
    """A person with the phone number as far as the reader may see it ("" where not)."""

    who: Answerable
    phone: str


@dataclass(frozen=True, slots=True)
class Level:
    """One level at a point: the place, and its people on post."""

    level: str
    code: str
    name: str
    people: tuple[Responsible, ...]
    least: int

    @property
    def missing(self) -> int:
        """How many more it needs."""
        return max(0, self.least - len(self.people))


@dataclass(frozen=True, slots=True)
class Owned:
    """A component or facility (`what`) close by with its state and whose it is: the names of owner, maintainer,
    competent agency where known.
    """

    what: str
    code: str
    kind: str
    name: str
    state: str
    metres: float
    parties: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Here:
    """Who is responsible at a place. exact: found by a point on the map, else by the name of an area."""

    area: str
    exact: bool
    unit_grid: str
    levels: tuple[Level, ...]
    explanation: dispatch.Explanation | None
    things: tuple[Owned, ...]
    sees_phones: bool


def here(
    *,
    standing: Standing,
    now: datetime,
    lon: float | None = None,
    lat: float | None = None,
    datum: str = "wgs84",
    area: str = "",
    category: str = "",
) -> Here:
    """The duty grid, community and street at a point, or by an area's code or name where there is no polygon; their
    people on post with their terms; for a category the agency that the published rules name, and whose the component
    is. Twelve statements at most. Phone numbers only where the reader's posts cover the place.

    Refused: impossible_point, outside, unknown_area, place_needed, and for a category as dispatch.explain.
    """
    point = _point(lon, lat, datum)
    found = _located(point, area)
    required = configuration.required(now)
    rows, held = configuration.covered(required, now, found.area[:9])
    sees = _sees(standing, found.area)
    grids = [row.place for row in rows if row.place.level == "grid"] if "grid" in required else None
    levels = _levels(found, grids)
    answering = {place.code: _once(held.get((level, place.code), ())) for level, place in levels}
    phones = people.phones_of(one.person_id for held_here in answering.values() for one in held_here) if sees else {}
    explained = dispatch.explain(category, lon, lat, found.area, datum=datum, now=now) if category else None
    return Here(
        found.area, point is not None, found.unit_grid,
        tuple(
            Level(
                level, place.code, place.name,
                tuple(Responsible(one, phones.get(one.person_id, "")) for one in answering[place.code]),
                required[level].least if level in required else 0,
            )
            for level, place in levels
        ),
        explained, _owned(point, category, now), sees,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Found:
    area: str
    unit_grid: str = ""
    duty_grid: str = ""


def _point(lon: float | None, lat: float | None, datum: str) -> tuple[float, float] | None:
    if lon is None or lat is None:
        return None
    if not point_ok(lon, lat):
        raise Refused("impossible_point", _("这不是有效的经纬度。"), fields={"lon": _("请填度数，例如 122.1203。")})
    return to_wgs84(lon, lat, datum)


def _located(point: tuple[float, float] | None, said: str) -> _Found:
    """What the map knows of the point, else the area said; a point in a district without polygons needs a name."""
    known = places.area_code(said.strip()) if said.strip() else ""
    if known is None:
        text = _("没有这个镇街或社区。请填全名或代码。")
        raise Refused("unknown_area", text, fields={"area": text})
    if point is None:
        if not known:
            text = _("请在图上点一下，或填社区、镇街的名称。")
            raise Refused("place_needed", text, fields={"area": text})
        return _Found(known)
    at = places.locate(*point)
    if at.outside:
        raise Refused("outside", _("这个位置不在本辖区内。"), fields={"lon": _("请点本区范围里的地方。")})
    area = at.community or at.street or known or ""
    if not area:
        text = _("图上还没有社区范围，看不出这一点属于哪里。请填社区或镇街的名称。")
        raise Refused("place_needed", text, fields={"area": text})
    return _Found(area, at.unit_grid or "", at.duty_grid or "")


def _levels(found: _Found, grids: Sequence[Place] | None) -> list[tuple[str, Place]]:
    """Street, community and duty grid at the place, the smallest first; without a map all duty grids of a community.

    grids: the duty grids of the street where they have been read already.
    """
    levels: list[tuple[str, Place]] = []
    if len(found.area) == LEVELS["community"] or found.duty_grid:
        if grids is None:
            grids = [Place("grid", one.code, one.area, one.name) for one in places.duty_grids(found.area)]
        inside = [one for one in grids if one.area.startswith(found.area)]
        levels += [("grid", one) for one in inside if found.duty_grid in ("", one.code)]
    for level in ("community", "street"):
        code = found.area[: LEVELS[level]]
        area = places.area(code) if len(code) == LEVELS[level] else None
        if area is not None:
            levels.append((level, Place(level, code, code, area.name)))
    return levels


def _sees(standing: Standing, area: str) -> bool:
    """Do the reader's posts cover the place? Agencies and administrators see who answers, not how to reach them."""
    scope = people.visible_to(standing)
    return scope.kind == "all" or any(covers(code, area) for code in scope.areas)


def _owned(point: tuple[float, float] | None, category: str, now: datetime) -> tuple[Owned, ...]:
    """Components of the category close to the point, then what people go to; two statements for each of the two."""
    if point is None:
        return ()
    lon, lat = point
    found = []
    if category.startswith("C"):
        found += intake.components_nearby(category=category, lon=lon, lat=lat, now=now)[:NEAR]
    found += places.near(lon, lat, FACILITY_METRES, "facility", limit=NEAR)
    held = {
        what: people.parties(what, codes, at=now)
        for what in POINT_KINDS
        if (codes := [one.code for one in found if one.what == what])
    }
    names = people.agency_names(agency for of in held.values() for each in of.values() for agency in each.values())
    return tuple(
        Owned(
            one.what, one.code, one.kind, one.name, one.state, one.metres,
            tuple(
                (relation, names[agency])
                for relation in RELATIONS
                if (agency := held[one.what].get(one.code, {}).get(relation))
            ),
        )
        for one in found
    )  # fmt: skip
