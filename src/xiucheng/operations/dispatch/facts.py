"""From cases to the facts that the rows of the routing pack look at, for many cases in a few statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.queries import Agency
from xiucheng.foundation.places import queries as places

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


def facts_of(
    situations: Sequence[Situation], routing: Routing, at: datetime, *, find_components: bool = True
) -> list[RoutingFacts]:
    """The facts of each, at one moment.

    One statement per relation that the rows ask for, none where they ask for none. find_components: look for the
    component that a case with a point is about and does not name, one statement for each such case that a row with
    `component_owner` could take.
    """
    held = _Agencies(people.organisations().values())
    minute, on_duty = local_minute(at)
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
                offices=held.offices(one.area),
                receiving=held.receiving,
            )
        )
    if not routing.relations:
        return found
    if find_components:
        found = [_with_component(facts, one, routing) for facts, one in zip(found, situations, strict=True)]
    return _with_links(found, routing, held, at)


def _with_component(facts: RoutingFacts, one: Situation, routing: Routing) -> RoutingFacts:
    if facts.component or facts.kind != "component" or one.lon is None or one.lat is None:
        return facts
    names = {facts.category, facts.major, facts.kind}
    if not any(rule.component and (not rule.categories or names & set(rule.categories)) for rule in routing.rules):
        return facts
    # The catalogue writes a component's kind after its letter: C0137 is about components of kind 0137.
    near = places.near(one.lon, one.lat, COMPONENT_METRES, "component", of=(one.category[1:],), limit=1)
    return replace(facts, component=near[0].code) if near else facts


def _with_links(found: Sequence[RoutingFacts], routing: Routing, held: "_Agencies", at: datetime) -> list[RoutingFacts]:
    components = {facts.component for facts in found if facts.component}
    links: dict[str, dict[str, UUID]] = (
        {relation: people.agencies_of_components(components, relation, at=at) for relation in routing.relations}
        if components
        else {}
    )
    return [
        replace(
            facts,
            linked={
                relation: held.codes[owners[facts.component]]
                for relation, owners in links.items()
                if facts.component in owners
            },
        )
        for facts in found
    ]


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
