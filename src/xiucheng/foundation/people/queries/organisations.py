"""Organisations and agencies; few and slow to change, so the whole tree is read by one statement and remembered."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from xiucheng.kit.refused import Refused

from .. import memory, rules
from ..models import Organisation


@dataclass(frozen=True, slots=True)
class Agency:
    """An organisation as others see it; calendar is a key of the calendars pack."""

    id: UUID
    code: str
    kind: str
    name: str
    parent_id: UUID | None
    calendar: str
    area: str
    is_active: bool

    @property
    def handles(self) -> bool:
        """Does it answer for cases?"""
        return rules.KINDS[self.kind].handles


def organisations() -> dict[UUID, Agency]:
    """All organisations, also the closed ones, by id, in the order of their codes; ≤ 1 statement."""
    return memory.remembered.get("organisations", _load)


def _load() -> dict[UUID, Agency]:
    rows = Organisation.objects.order_by("code").values_list(
        "id", "code", "kind", "name", "parent_id", "calendar", "area", "is_active"
    )
    return {row[0]: Agency(*row) for row in rows}


def agencies() -> list[Agency]:
    """The organisations a case may be dispatched to now; ≤ 1 statement."""
    return [one for one in organisations().values() if one.handles and one.is_active]


def agency(agency_id: UUID) -> Agency:
    """One organisation, also a closed one; ≤ 1 statement. Refused `not_found` (404)."""
    found = organisations().get(agency_id)
    if found is None:
        raise Refused("not_found", _("没有这个单位。请从单位列表中选择。"), status=404)
    return found


def agency_by_code(code: str) -> Agency | None:
    """The organisation with this code, or None; ≤ 1 statement."""
    return next((one for one in organisations().values() if one.code == code), None)


def agency_names(agency_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """The names for a list page; ≤ 1 statement for all of them."""
    held = organisations()
    return {one: held[one].name for one in agency_ids if one is not None and one in held}


def below(agency_id: UUID) -> set[UUID]:
    """The organisation and everything under it; ≤ 1 statement."""
    found, frontier = {agency_id}, {agency_id}
    while frontier:
        frontier = {one.id for one in organisations().values() if one.parent_id in frontier} - found
        found |= frontier
    return found
