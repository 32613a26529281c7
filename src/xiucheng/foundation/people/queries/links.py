"""Whose component it is: owner, maintainer and competent agency, as dated links (places knows no agency)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from ..models import ComponentLink


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
