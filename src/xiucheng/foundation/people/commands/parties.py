"""Whose components and facilities are: owner, maintainer, competent agency as dated links, one or forty thousand."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.places import points
from xiucheng.kit import bulk
from xiucheng.kit.bulk import among
from xiucheng.kit.ids import uuid7
from xiucheng.kit.moves import UNDO_WINDOW
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb

from .. import queries
from ..models import PARTY_LINKS, Organisation
from ..rules import RELATIONS, Standing
from .frame import record


@dataclass(frozen=True, slots=True)
class PartyOf:
    """A component or facility by its code, and the organisation in this relation (a key of RELATIONS) to it."""

    code: str
    relation: str
    agency_id: UUID


@verb
def link_parties(*, by: Standing, now: datetime, links: Sequence[PartyOf], kind: str = "component") -> int:
    """From now on these are the owners, maintainers, competent agencies; what differs ends now. Returns how many are
    new.

    For imports of thousands: five statements, one step per agency and relation. Where one thing comes twice in the
    same relation, the last one counts. Refused: not_yours, unknown_relation, unknown_agency (with the ids).
    """
    queries.demand(by, "people.parties")
    wanted = {(link.code, link.relation): link.agency_id for link in links}
    _check_relations(relation for _code, relation in wanted)
    _check_agencies(set(wanted.values()))
    column = PARTY_LINKS[kind][1]
    same: set[tuple[str, str]] = set()
    ended: list[UUID] = []
    taken_back: list[UUID] = []
    for row in _running(kind, {code for code, _relation in wanted}, now).select_for_update():
        key = (getattr(row, column), row.relation)
        if key in wanted and wanted[key] == row.agency_id and row.starts_at <= now:
            same.add(key)
        elif key in wanted:
            (taken_back if row.starts_at >= now else ended).append(row.id)
    _end(kind, ended, taken_back, by, now)
    fresh = {key: agency_id for key, agency_id in wanted.items() if key not in same}
    bulk.copy(
        PARTY_LINKS[kind][0]._meta.db_table,
        ("id", column, "relation", "agency_id", "starts_at", "started_by"),
        ((uuid7(), code, relation, agency, now, str(by.actor)) for (code, relation), agency in fresh.items()),
    )
    for (agency_id, relation), count in Counter((agency, relation) for (_c, relation), agency in fresh.items()).items():
        record("link_parties", agency_id, by, now, kind=kind, relation=relation, count=count)
    return len(fresh)


def _running(kind: str, codes: Collection[str], now: datetime) -> QuerySet[Any]:
    model, column = PARTY_LINKS[kind]
    held = Q(ends_at__isnull=True) | Q(ends_at__gt=now)
    return among(model.objects.filter(held), column, sorted(codes)).order_by("id")


def _end(kind: str, ended: Sequence[UUID], taken_back: Sequence[UUID], by: Standing, now: datetime) -> None:
    model, _column = PARTY_LINKS[kind]
    model.objects.filter(id__in=taken_back).delete()
    model.objects.filter(id__in=ended).update(ends_at=now, ended_by=str(by.actor))


def _check_relations(relations: Any) -> None:
    if set(relations) - RELATIONS.keys():
        text = _("部件、设施与单位的关系只有主管、权属和养护三种。")
        raise Refused("unknown_relation", text, fields={"relation": text})


def _check_agencies(agency_ids: set[UUID]) -> None:
    known = set(Organisation.objects.filter(id__in=agency_ids).values_list("id", flat=True))
    if unknown := sorted(str(one) for one in agency_ids - known):
        raise Refused(
            "unknown_agency", _("有些单位不存在，请先登记单位。"), fields={one: _("没有这个单位。") for one in unknown}
        )


@verb
def unlink_parties(
    *, by: Standing, now: datetime, codes: Collection[str], relation: str, kind: str = "component"
) -> int:
    """End these links now; returns how many ended. Refused: not_yours, unknown_relation, not_found (none of them has
    an organisation in this relation).
    """
    queries.demand(by, "people.parties")
    _check_relations([relation])
    rows = list(_running(kind, codes, now).select_for_update().filter(relation=relation))
    if not rows:
        raise Refused("not_found", _("没有登记这种关系的单位。"), status=404)
    ended = [row.id for row in rows if row.starts_at < now]
    _end(kind, ended, [row.id for row in rows if row.starts_at >= now], by, now)
    for agency_id, count in Counter(row.agency_id for row in rows).items():
        record("unlink_parties", agency_id, by, now, kind=kind, relation=relation, count=count)
    return len(rows)


@verb
def set_relation(
    *, by: Standing, now: datetime, kind: str, codes: Collection[str], relation: str, agency_id: UUID | None
) -> int:
    """Of all these one organisation is from now on what the relation says; None: nobody is any more. Returns how many
    links began or ended.

    Refused: not_yours, unknown_component, unknown_facility (404), and as link_parties and unlink_parties.
    """
    queries.demand(by, "people.parties")
    points.demand_known(kind, codes)
    if agency_id is None:
        return unlink_parties(by=by, now=now, kind=kind, codes=codes, relation=relation)
    links = [PartyOf(code, relation, agency_id) for code in codes]
    return link_parties(by=by, now=now, kind=kind, links=links)


@verb
def set_parties(*, by: Standing, now: datetime, kind: str, code: str, wanted: Mapping[str, UUID | None]) -> bool:
    """Whose one thing is from now on, in every relation named; None where it is to be nobody's. What is so already
    stays as it is. Returns whether anything changed.

    Refused: as set_relation.
    """
    queries.demand(by, "people.parties")
    points.demand_known(kind, [code])
    held = queries.parties(kind, [code], at=now).get(code, {})
    differing = {relation: agency for relation, agency in wanted.items() if agency != held.get(relation)}
    links = [PartyOf(code, relation, agency) for relation, agency in differing.items() if agency is not None]
    if links:
        link_parties(by=by, now=now, kind=kind, links=links)
    for relation in [relation for relation, agency in differing.items() if agency is None]:
        unlink_parties(by=by, now=now, kind=kind, codes=[code], relation=relation)
    return bool(differing)


@verb
def undo_parties(*, by: Standing, now: datetime, made_at: datetime, kind: str = "component") -> int:
    """Take back what this person linked and unlinked at that moment, within ten seconds; returns how many links.

    Refused: not_yours, too_late (409), not_found.
    """
    queries.demand(by, "people.parties")
    if now - made_at > UNDO_WINDOW:
        raise Refused("too_late", _("已经过了可以撤销的时间。要改回去，请重新登记单位。"), status=409)
    model, _column = PARTY_LINKS[kind]
    actor = str(by.actor)
    made = model.objects.filter(starts_at=made_at, started_by=actor)
    count, _rows = made.delete()
    count += model.objects.filter(ends_at=made_at, ended_by=actor).update(ends_at=None, ended_by="")
    if not count:
        raise Refused("not_found", _("没有可以撤销的登记。"), status=404)
    record("undo_parties", uuid7(), by, now, kind=kind, count=count)
    return count
