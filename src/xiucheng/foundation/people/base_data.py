"""What people does with base data of places: names of organisations in files become dated links, and back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.places import registry as places
from xiucheng.kit.actor import Actor
from xiucheng.kit.bulk import among

from . import queries
from .commands.parties import PartyOf, link_parties
from .models import PARTY_LINKS, GridLink, Responsibility
from .rules import Standing

# Names that component files give their columns → relations of rules.RELATIONS.
_RELATIONS = {"department": "competent", "owner": "owner", "maintainer": "maintainer"}


def _standing(actor: Actor, now: datetime) -> Standing:
    person_id = actor.person_id
    return queries.standing_of(person_id, now) if person_id else Standing(None, acting=actor)


def take_parties(actor: Actor, now: datetime, kind: str, parties: Sequence[places.Party]) -> tuple[int, Sequence[str]]:
    """Link components or facilities to organisations by their codes or names as written; names that nobody bears
    come back.
    """
    known = _by_name()
    links, unknown = [], set()
    for code, relation, said in parties:
        agency_id = known.get("".join(said.split()))
        if agency_id is None:
            unknown.add(said)
        else:
            links.append(PartyOf(code, _RELATIONS[relation], agency_id))
    made = link_parties(by=_standing(actor, now), now=now, links=links, kind=kind) if links else 0
    return made, sorted(unknown)


def _by_name() -> dict[str, UUID]:
    """Organisations in force by code and by name without blanks; a name that two bear names neither."""
    held = [one for one in queries.organisations().values() if one.is_active]
    names: dict[str, set[UUID]] = {}
    for one in held:
        for said in (one.code, one.name):
            names.setdefault("".join(said.split()), set()).add(one.id)
    return {name: ids.pop() for name, ids in names.items() if len(ids) == 1}


def drop_parties(actor: Actor, now: datetime, kind: str, codes: Sequence[str], since: datetime) -> None:
    """Links that a load made at that moment go, those that it ended then run on."""
    model, column = PARTY_LINKS[kind]
    links = among(model.objects.all(), column, codes)
    links.filter(starts_at=since).delete()
    links.filter(ends_at=since).update(ends_at=None, ended_by="")


def leaning(kind: str, codes: Sequence[str], since: datetime) -> Sequence[str]:
    """Components and facilities linked by hand after a load, and duty grids that somebody has held since, or holds."""
    if kind in PARTY_LINKS:
        model, column = PARTY_LINKS[kind]
        links = among(model.objects.all(), column, codes).filter(starts_at__gt=since)
        return sorted(set(links.values_list(column, flat=True)))
    if kind == "duty_grid":
        held = Q(ends_at__isnull=True) | Q(ends_at__gt=since)
        walks = among(GridLink.objects.filter(held), "duty_grid", codes)
        named = among(Responsibility.objects.filter(held), "place", codes)
        return sorted({*walks.values_list("duty_grid", flat=True), *named.values_list("place", flat=True)})
    return ()


places.register_parties(take_parties, drop_parties)
places.register_leaning("people", _("请先结束这些单位或人员的关联。"), leaning)
