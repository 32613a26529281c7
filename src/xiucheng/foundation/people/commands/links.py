"""Dated links: who walks a duty grid, how organisations are tied beside their parent."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb

from .. import memory, queries
from ..models import AgencyLink, GridLink, Organisation, Person
from ..rules import AGENCY_LINKS, Standing
from .frame import checked_span, locked, record, refusing
from .staff import NO_PERSON


@verb
def link_grid(
    *,
    by: Standing,
    now: datetime,
    duty_grid: str,
    person_id: UUID,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> UUID:
    """This person walks the duty grid from starts_at (default now). Refused: not_yours, not_found, bad_span,
    already_holds.
    """
    queries.demand(by, "people.organise")
    locked(Person, person_id, NO_PERSON)
    begins = starts_at or now
    checked_span(begins, ends_at)
    text = _("此人在这段时间已经负责这个责任网格。")
    row = GridLink(duty_grid=duty_grid, person_id=person_id, starts_at=begins, ends_at=ends_at)
    with refusing({"people_grid_link_once": Refused("already_holds", text, fields={"person_id": text})}):
        row.save(force_insert=True)
    record("link_grid", person_id, by, now, link=row.id, duty_grid=duty_grid, starts_at=begins, ends_at=ends_at)
    return row.id


@verb
def end_grid_link(*, by: Standing, now: datetime, link_id: UUID) -> None:
    """This person stops walking the duty grid now; a link that has not begun is taken back.

    Refused: not_yours, not_found.
    """
    queries.demand(by, "people.organise")
    row = locked(GridLink, link_id, _("没有这条责任网格记录。"))
    if row.starts_at >= now:
        row.delete()
    else:
        row.ends_at = now
        row.save(update_fields=["ends_at"])
    record("end_grid_link", row.person_id, by, now, link=link_id, duty_grid=row.duty_grid)


_NO_ORGANISATION = _("没有这个单位。请从单位列表中选择。")


@verb
def link_agencies(*, by: Standing, now: datetime, agency_id: UUID, relation: str, other_id: UUID) -> UUID:
    """From now on `other` is this (a key of rules.AGENCY_LINKS) to the organisation; returns the link's id.

    An organisation may have several of a relation. Refused: not_yours, unknown_relation, not_found, own_link,
    already_linked.
    """
    queries.demand(by, "people.organise")
    if relation not in AGENCY_LINKS:
        text = _("单位之间没有这种关系，请从列表中选择。")
        raise Refused("unknown_relation", text, fields={"relation": text})
    if agency_id == other_id:
        text = _("单位不能与自己建立关系。")
        raise Refused("own_link", text, fields={"other_id": text})
    for one in sorted((agency_id, other_id)):
        locked(Organisation, one, _NO_ORGANISATION)
    text = _("这两个单位已经有这种关系。")
    row = AgencyLink(agency_id=agency_id, relation=relation, other_id=other_id, starts_at=now)
    with refusing({"people_agency_link_once": Refused("already_linked", text, fields={"other_id": text})}):
        row.save(force_insert=True)
    memory.remembered.changed()
    record("link_agencies", agency_id, by, now, link=row.id, relation=relation, other=other_id)
    return row.id


@verb
def end_agency_link(*, by: Standing, now: datetime, link_id: UUID) -> None:
    """The relation ends now; one that began at this very moment is taken back. Refused: not_yours, not_found."""
    queries.demand(by, "people.organise")
    row = locked(AgencyLink, link_id, _("没有这条单位关系。"))
    if row.starts_at >= now:
        row.delete()
    elif row.ends_at is None or row.ends_at > now:
        row.ends_at = now
        row.save(update_fields=["ends_at"])
    memory.remembered.changed()
    record("end_agency_link", row.agency_id, by, now, link=link_id, relation=row.relation, other=row.other_id)
