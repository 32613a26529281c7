"""What people does with base data of places: names of organisations in component files become dated links, and back."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.places import registry as places
from xiucheng.kit.actor import Actor

from . import queries
from .commands.links import ComponentOf, link_components
from .models import ComponentLink, GridLink, Responsibility
from .rules import Standing

# Names that component files give their columns → relations of rules.RELATIONS.
_RELATIONS = {"department": "competent", "owner": "owner", "maintainer": "maintainer"}
_PART = 10_000


def _standing(actor: Actor, now: datetime) -> Standing:
    person_id = actor.person_id
    return queries.standing_of(person_id, now) if person_id else Standing(None, acting=actor)


def take_parties(actor: Actor, now: datetime, parties: Sequence[places.Party]) -> tuple[int, Sequence[str]]:
    """Link components to organisations by their codes or names as written; the names that nobody bears come back."""
    known = _by_name()
    links, unknown = [], set()
    for component, relation, said in parties:
        agency_id = known.get("".join(said.split()))
        if agency_id is None:
            unknown.add(said)
        else:
            links.append(ComponentOf(component, _RELATIONS[relation], agency_id))
    made = link_components(by=_standing(actor, now), now=now, links=links) if links else 0
    return made, sorted(unknown)


def _by_name() -> dict[str, UUID]:
    """Organisations in force by code and by name without blanks; a name that two bear names neither."""
    held = [one for one in queries.organisations().values() if one.is_active]
    names: dict[str, set[UUID]] = {}
    for one in held:
        for said in (one.code, one.name):
            names.setdefault("".join(said.split()), set()).add(one.id)
    return {name: ids.pop() for name, ids in names.items() if len(ids) == 1}


def drop_parties(actor: Actor, now: datetime, codes: Sequence[str], since: datetime) -> None:
    """Links that a load made at that moment go, those that it ended then run on."""
    for part in _parts(codes):
        ComponentLink.objects.filter(component__in=part, starts_at=since).delete()
        ComponentLink.objects.filter(component__in=part, ends_at=since).update(ends_at=None)


def leaning(kind: str, codes: Sequence[str], since: datetime) -> Sequence[str]:
    """Components linked by hand, and duty grids given to somebody, after a load."""
    found: list[str] = []
    for part in _parts(codes):
        if kind == "component":
            links = ComponentLink.objects.filter(component__in=part, starts_at__gt=since)
            found += links.values_list("component", flat=True)
        elif kind == "duty_grid":
            walks = GridLink.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=since), duty_grid__in=part)
            found += walks.filter(starts_at__gte=since).values_list("duty_grid", flat=True)
            named = Responsibility.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=since), place__in=part)
            found += named.filter(starts_at__gte=since).values_list("place", flat=True)
    return sorted(set(found))


def _parts(codes: Sequence[str]) -> Iterable[Sequence[str]]:
    return (codes[at : at + _PART] for at in range(0, len(codes), _PART))


places.register_parties(take_parties, drop_parties)
places.register_leaning("people", _("请先结束这些单位或人员的关联。"), leaning)
