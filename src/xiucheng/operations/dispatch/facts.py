"""From cases to the facts that the rows of the routing pack look at, for many cases in a few statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.queries import Agency
from xiucheng.foundation.places import queries as places
from xiucheng.operations.cases.catalogue import Category

from .configuration import Routing, catalogue, local_minute, major_of
from .rules import OFFICES, RoutingFacts

COMPONENT_METRES = 10.0
"""A case that names no component is about the nearest one of its kind within this distance: accuracy class C is
±10 m (STANDARDS §1), and what stands further off is another one (D)."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What routing needs to know of a case. lon, lat: degrees WGS84, None where no point is known."""

    category: str
    area: str
    channel: str
    component: str = ""
    lon: float | None = None
    lat: float | None = None

    @classmethod
    def of_step(cls, payload: Mapping[str, Any]) -> "Situation":
        """From the payload of cases.file."""
        return cls(
            category=payload["category"],
            area=payload["area"],
            channel=payload["channel"],
            component=payload.get("component") or "",
            lon=payload.get("lon"),
            lat=payload.get("lat"),
        )


Links = Mapping[str, Mapping[str, UUID]]
"""Relation → component → the agency in that relation to it."""


def facts_of(
    situations: Sequence[Situation], routing: Routing, at: datetime, *, links: Links | None = None
) -> list[RoutingFacts]:
    """The facts of each, at one moment.

    Where rows ask for a component's agency: one statement finds the components that the cases do not name, one per
    relation whose they are; none otherwise. links: of situations that name their components already (a preview asks
    once for many moments).
    """
    held = _Agencies(people.organisations().values())
    minute, on_duty = local_minute(at)
    if links is None:
        situations = with_components(situations, routing, at)
        links = links_of(situations, routing, at)
    named = catalogue(at)
    found = []
    for one in situations:
        category = named.categories.get(one.category) if named else None
        found.append(
            RoutingFacts(
                category=one.category,
                major=major_of(category) if category else "",
                kind=category.kind if category else "",
                area=one.area,
                channel=one.channel,
                component=one.component,
                minute=minute,
                on_duty=on_duty,
                linked={
                    relation: held.codes[owners[one.component]]
                    for relation, owners in links.items()
                    if one.component in owners
                },
                offices=held.offices(one.area),
                receiving=held.receiving,
            )
        )
    return found


def with_components(situations: Sequence[Situation], routing: Routing, at: datetime) -> list[Situation]:
    """The same, each with the component that it is about and does not name, where a row could ask for its agency.

    One statement however many, none where no row asks.
    """
    named = catalogue(at)
    if named is None or not routing.relations:
        return list(situations)
    asked: dict[int, tuple[float, float, str]] = {}
    for index, one in enumerate(situations):
        if one.component or one.lon is None or one.lat is None:
            continue
        category = named.categories.get(one.category)
        kind = category.component_kind if category else None
        if category and kind and _asks_for_component(category, routing):
            asked[index] = (one.lon, one.lat, kind)
    codes = places.nearest_components(list(asked.values()), COMPONENT_METRES)
    found = list(situations)
    for index, code in zip(asked, codes, strict=True):
        if code is not None:
            found[index] = replace(found[index], component=code)
    return found


def _asks_for_component(category: Category, routing: Routing) -> bool:
    names = {category.key, major_of(category), category.kind}
    return any(rule.component and (not rule.categories or names & set(rule.categories)) for rule in routing.rules)


def links_of(situations: Iterable[Situation], routing: Routing, at: datetime) -> Links:
    """Whose the components are that the situations name, by each relation the rows ask for; one statement for each."""
    components = {one.component for one in situations if one.component}
    if not components:
        return {}
    return {relation: people.agencies_of_components(components, relation, at=at) for relation in routing.relations}


class _Agencies:
    """The organisations as routing sees them: who takes cases now, and whose office serves which area."""

    def __init__(self, organisations: Iterable[Agency]) -> None:
        self.codes: dict[UUID, str] = {}
        self._offices: dict[tuple[str, str], str] = {}
        receiving = set()
        for one in organisations:
            self.codes[one.id] = one.code
            if one.handles and one.is_active:
                receiving.add(one.code)
                if one.kind in OFFICES:
                    self._offices.setdefault((one.kind, one.area), one.code)
        self.receiving = frozenset(receiving)

    def offices(self, area: str) -> dict[str, str]:
        """The offices of a place, of the kinds there are."""
        keys = {kind: (kind, area[:length]) for kind, length in OFFICES.items() if len(area) >= length}
        return {kind: self._offices[key] for kind, key in keys.items() if key in self._offices}
