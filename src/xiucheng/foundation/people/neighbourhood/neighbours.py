"""Neighbours: people outside the staff whom a community knows by a task or a chain; sealed, opened with a reason."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.places import queries as places
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb
from xiucheng.kit.words import legible

from .. import queries, rules, vault
from ..commands.contacts import Contact, checked_phone, erase_rows, insert_subject, open_with_reason
from ..commands.frame import locked, record
from ..models import ChainLink, Neighbour, Steward
from ..rules import Standing

NOBODY = _("没有这位居民。")
ACTIVE = ("chosen", "published", "serving")


@dataclass(frozen=True, slots=True)
class Known:
    """A neighbour as a reader may see one: the name in full or masked, the phone always masked; erased: a tombstone."""

    id: UUID
    subject_id: UUID
    area: str
    name: str
    phone: str
    home: str
    erased: bool


@verb
def keep_neighbour(*, by: Standing, now: datetime, area: str, name: str, phone: str = "", home: str = "") -> UUID:
    """Keep somebody of a community (code or name); the same words twice are the same neighbour. Everything said is
    sealed under a key of its own. Refused: no_such_place, not_yours, bad_name, bad_phone,
    bad_contact, busy (409).
    """
    community = community_of(area)
    queries.demand(by, "people.neighbours", area=community)
    contact = _checked(name, phone, home)
    # A digest of its own kind: nothing ties a steward to a reporter of the same number.
    blind = vault.blind("neighbour", contact.words(community))
    # Another request may keep the same neighbour, or erase them, between our two statements.
    for _attempt in range(3):
        there = Neighbour.objects.filter(subject__contact_blind=blind).values_list("id", flat=True).first()
        there = there or _insert(contact, blind, community, by, now)
        if there is not None:
            return there
    raise Refused("busy", _("系统正忙，请再试一次。"), status=409)


def _insert(contact: Contact, blind: bytes, community: str, by: Standing, now: datetime) -> UUID | None:
    subject_id = insert_subject(contact, blind, None, now)
    if subject_id is None:
        return None
    row = Neighbour(subject_id=subject_id, area=community, kept_at=now)
    row.save(force_insert=True)
    record("keep_neighbour", row.id, by, now, area=community, phone=bool(contact.phone))
    return row.id


def community_of(said: str) -> str:
    """The code of a community in use by code or name. Refused: no_such_place."""
    code = places.area_code(" ".join(said.split())) if said.strip() else None
    if code is None or len(code) != 12:
        text = _("请选一个社区。")
        raise Refused("no_such_place", text, fields={"area": text})
    return code


def _checked(name: str, phone: str, home: str) -> Contact:
    plain_name, plain_home = (" ".join(legible(one).split()) for one in (name, home))
    number = checked_phone(phone)
    if not 0 < len(plain_name) <= 60 or not plain_name.isprintable():
        text = _("请填写姓名，不超过 60 个字。")
        raise Refused("bad_name", text, fields={"name": text})
    if len(plain_home) > 80 or not plain_home.isprintable():
        text = _("住处太长，80 个字以内。")
        raise Refused("bad_contact", text, fields={"home": text})
    return Contact(plain_name, number, plain_home)


@verb
def reveal_neighbour(*, by: Standing, now: datetime, neighbour_id: UUID, reason: str) -> Contact:
    """Open name, phone and home; who, when and why is logged as with every contact.

    Refused: not_found, not_yours, reason_needed, erased (410).
    """
    row = locked(Neighbour, neighbour_id, NOBODY)
    queries.demand(by, "people.reveal_neighbour", area=row.area)
    return open_with_reason(by, now, row.subject_id, reason)


@verb
def erase_neighbour(*, by: Standing, now: datetime, neighbour_id: UUID) -> None:
    """Destroy what is kept of somebody, for good; terms that have ended stay without a name.

    Refused: not_found, not_yours, still_serving (409: chosen or in office, or others are reached through them).
    """
    row = locked(Neighbour, neighbour_id, NOBODY)
    queries.demand(by, "people.stewards", area=row.area)
    busy = Steward.objects.filter(neighbour=row, state__in=ACTIVE).exists()
    if busy or ChainLink.objects.filter(through=row, ends_at__isnull=True).exists():
        text = _("此人还在任，或还有人由他联系。请先卸任、改由别人联系，再清除。")
        raise Refused("still_serving", text, status=409)
    ChainLink.objects.filter(reached=row, ends_at__isnull=True, starts_at__lt=now).update(ends_at=now)
    erase_rows(by, now, [row.subject_id])
    record("erase_neighbour", row.id, by, now, area=row.area)


Kept = tuple[UUID, UUID, str, UUID, bytes | None]
"""A neighbour as kept: id, subject, community, the key, and what is sealed under it (None once erased)."""

KEPT = ("id", "subject_id", "area", "subject__key", "subject__sealed")


def known(ids: Iterable[UUID], standing: Standing, also: Collection[UUID] = ()) -> dict[UUID, Known]:
    """Neighbours for a page, names in full where the reader works with them, and of `also`, whom a room above has
    judged to be the reader's own people; two statements, one of them on `keys`.
    """
    wanted = set(ids)
    return opened(list(Neighbour.objects.filter(id__in=wanted).values_list(*KEPT)) if wanted else (), standing, also)


def opened(rows: Sequence[Kept], standing: Standing, also: Collection[UUID] = ()) -> dict[UUID, Known]:
    """As `known`, of rows that were read with a list already; one statement on `keys`, none for none."""
    clear = iter(vault.open_texts([(key, bytes(sealed)) for *_ids, key, sealed in rows if sealed is not None]))
    found = {}
    for pk, subject_id, area, _key, sealed in rows:
        text = next(clear) if sealed is not None else None
        full = pk in also or queries.may(standing, "people.neighbours", area=area)
        found[pk] = _seen(pk, subject_id, area, text, full)
    return found


def _seen(pk: UUID, subject_id: UUID, area: str, text: str | None, full: bool) -> Known:
    if text is None:
        return Known(pk, subject_id, area, "", "", "", True)
    said = Contact.of(text)
    name = said.name if full else rules.masked_name(said.name)
    phone = rules.masked_phone(said.phone) if said.phone else ""
    return Known(pk, subject_id, area, name, phone, said.other if full else "", False)
