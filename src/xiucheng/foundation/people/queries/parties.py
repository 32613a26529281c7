"""Whose components and facilities are (places knows no agency): now, all that an agency has, and what was before."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from xiucheng.foundation.places import points
from xiucheng.kit.bulk import among

from ..models import PARTY_LINKS
from ..rules import Standing
from .standings import demand, may


def _held(kind: str, at: datetime) -> QuerySet[Any]:
    model, _column = PARTY_LINKS[kind]
    rows: QuerySet[Any] = model.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), starts_at__lte=at)
    return rows


def agencies_of_components(components: Iterable[str], relation: str = "owner", *, at: datetime) -> dict[str, UUID]:
    """Component → the agency in this relation (a key of rules.RELATIONS) to it, where there is one; one statement."""
    rows = among(_held("component", at).filter(relation=relation), "component", list(components))
    return dict(rows.values_list("component", "agency_id"))


def parties(kind: str, codes: Collection[str], *, at: datetime) -> dict[str, dict[str, UUID]]:
    """Code → relation → agency, of components or facilities at that moment; one statement, what has none is absent."""
    _model, column = PARTY_LINKS[kind]
    found: dict[str, dict[str, UUID]] = {}
    for code, relation, agency in among(_held(kind, at), column, list(codes)).values_list(
        column, "relation", "agency_id"
    ):
        found.setdefault(code, {})[relation] = agency
    return found


def codes_of_agency(kind: str, agency_id: UUID, relation: str = "", *, at: datetime) -> list[str]:
    """All components or facilities that an agency owns, maintains or is competent for ("": any of these), by code;
    one statement.
    """
    _model, column = PARTY_LINKS[kind]
    rows = _held(kind, at).filter(agency_id=agency_id)
    if relation:
        rows = rows.filter(relation=relation)
    return list(rows.order_by(column).values_list(column, flat=True).distinct())


@dataclass(frozen=True, slots=True)
class PartyWas:
    """Who was what to the thing, from when till when; who linked and who ended it, where that is known."""

    relation: str
    agency_id: UUID
    starts_at: datetime
    ends_at: datetime | None
    started_by: str
    ended_by: str


def party_history(kind: str, code: str, limit: int = 50) -> list[PartyWas]:
    """Every link of one component or facility, the latest first. One statement."""
    model, column = PARTY_LINKS[kind]
    rows = model.objects.filter(**{column: code}).order_by("-starts_at", "relation")
    fields = ("relation", "agency_id", "starts_at", "ends_at", "started_by", "ended_by")
    return [PartyWas(*row) for row in rows.values_list(*fields)[:limit]]


_ACT = "places.points"


def may_correct(standing: Standing, area: str, agencies: Collection[UUID]) -> bool:
    """May they correct a component or facility of this area ("" where nobody knows) and these organisations?

    Whoever answers for the place may, and the clerks of the organisations whose it is.
    """
    here = may(standing, _ACT, area=area or None)
    return here or any(may(standing, _ACT, area=area or None, agency_id=one) for one in agencies)


def demand_correct(standing: Standing, kind: str, codes: Collection[str], *, at: datetime) -> None:
    """Every one of them must be theirs to correct. Refused: not_yours (403). Two statements at most."""
    if may(standing, _ACT):
        return
    areas = points.communities(kind, codes)
    if areas and all(may(standing, _ACT, area=one or None) for one in areas):
        return
    held = parties(kind, codes, at=at)
    if not codes or not all(may_correct(standing, "", held.get(code, {}).values()) for code in codes):
        demand(standing, _ACT)


def demand_undo(standing: Standing, change_id: UUID, *, at: datetime) -> tuple[str, list[str]]:
    """A correction may be taken back by whoever may make it, a load by whoever may load besides; answers the kind and
    the codes that the change touched. Refused: unknown_change (404), not_yours (403). Four statements at most.
    """
    kind, made_by, codes = points.of_change(change_id)
    if made_by != "correct_points":
        demand(standing, "places.import")
    demand_correct(standing, kind, codes, at=at)
    return kind, codes
