"""Dated links: whose a component is (places knows no agency), how organisations are tied beside their parent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from .. import memory
from ..models import AgencyLink, ComponentLink


def agency_of_component(component: str, relation: str = "owner", *, at: datetime) -> UUID | None:
    """The agency in this relation (a key of rules.RELATIONS) to the component now; one statement."""
    return agencies_of_components([component], relation, at=at).get(component)


def agencies_of_components(components: Iterable[str], relation: str = "owner", *, at: datetime) -> dict[str, UUID]:
    """The same for many; one statement. Components without a link are absent."""
    return dict(
        ComponentLink.objects.filter(component__in=list(components), relation=relation, starts_at__lte=at)
        .exclude(ends_at__lte=at)
        .values_list("component", "agency_id")
    )


def components_of(agency_id: UUID, relation: str = "owner", *, at: datetime, limit: int = 1000) -> list[str]:
    """The components an agency owns, maintains or is competent for now, by code; one statement."""
    return list(
        ComponentLink.objects.filter(agency_id=agency_id, relation=relation, starts_at__lte=at)
        .exclude(ends_at__lte=at)
        .order_by("component")
        .values_list("component", flat=True)[:limit]
    )


@dataclass(frozen=True, slots=True)
class AgencyTie:
    """`other` is this (a key of rules.AGENCY_LINKS) to the organisation, from then till then."""

    link_id: UUID
    agency_id: UUID
    relation: str
    other_id: UUID
    starts_at: datetime
    ends_at: datetime | None


def agency_ties(*, at: datetime) -> list[AgencyTie]:
    """How organisations are tied at this moment beside their parents, in the order they were; ≤ 1 statement."""
    held = memory.remembered.get("agency_ties", _ties)
    return [one for one in held if one.starts_at <= at and (one.ends_at is None or at < one.ends_at)]


def _ties() -> list[AgencyTie]:
    fields = ("id", "agency_id", "relation", "other_id", "starts_at", "ends_at")
    return [AgencyTie(*row) for row in AgencyLink.objects.order_by("starts_at", "id").values_list(*fields)]
