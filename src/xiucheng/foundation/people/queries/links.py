"""How organisations are tied beside their parent."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from .. import memory
from ..models import AgencyLink


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
