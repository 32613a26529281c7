"""Contacts of those who report: kept sealed, opened with a reason that is logged, erased for good."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from xiucheng.kit import prepared
from xiucheng.kit.bulk import as_json
from xiucheng.kit.ids import uuid7
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb
from xiucheng.kit.words import legible

from .. import queries, rules, vault
from ..models import Reveal, Subject
from ..rules import Standing
from .frame import locked, record

_NO_SUBJECT = _("没有这条联系方式。")
_LONGEST = {"name": 60, "other": 120}
_REASON = (4, 200)


@dataclass(frozen=True, slots=True)
class Contact:
    """How somebody can be reached; "" is what they did not give. other: a mail address or the like."""

    name: str
    phone: str
    other: str = ""

    @classmethod
    def of(cls, clear: str) -> "Contact":
        """From what was sealed."""
        return cls(**json.loads(clear))

    def clear(self) -> str:
        """What is sealed."""
        return json.dumps({"name": self.name, "phone": self.phone, "other": self.other}, ensure_ascii=False)

    def words(self, *among: str) -> str:
        """What makes a contact the same one, `among` those of a community for instance."""
        return json.dumps([*among, self.name, self.phone, self.other], ensure_ascii=False)


@verb
def keep_contact(
    *,
    by: Standing,
    now: datetime,
    name: str | None = None,
    phone: str | None = None,
    other: str | None = None,
) -> UUID:
    """Keep a contact sealed; returns its subject's id, the same one where the same contact is kept already.

    One statement for a new contact. phone: as people write it, kept as digits. Anybody may give theirs.
    Refused: empty_contact, bad_phone, bad_contact.
    """
    contact = _checked(name or "", phone or "", other or "")
    blind = vault.blind("contact", contact.words())
    # Another request may keep the same contact, or erase it, between our two statements.
    for _attempt in range(3):
        subject_id = _insert(contact, blind, by, now)
        if subject_id is None:
            subject_id = Subject.objects.filter(contact_blind=blind).values_list("id", flat=True).first()
        if subject_id is not None:
            return subject_id
    raise Refused("busy", _("系统正忙，请再试一次。"), status=409)


def checked_phone(phone: str) -> str:
    """A telephone number as digits, "" for none. Refused `bad_phone`."""
    plain = rules.plain_phone(phone) if phone.strip() else ""
    if plain is None:
        text = _("电话号码不对：请填 7 至 15 位数字。")
        raise Refused("bad_phone", text, fields={"phone": text})
    return plain


def _checked(name: str, phone: str, other: str) -> Contact:
    name, other = " ".join(legible(name).split()), legible(other)
    plain = checked_phone(phone)
    for field, value in (("name", name), ("other", other)):
        if len(value) > _LONGEST[field] or not value.isprintable():
            text = _("太长或有不能显示的字符，请改短一些。")
            raise Refused("bad_contact", text, fields={field: text})
    if not (name or plain or other):
        text = _("请至少留下姓名、电话或其他联系方式之一。")
        raise Refused("empty_contact", text, fields={"phone": text})
    return Contact(name, plain, other)


def _insert(contact: Contact, blind: bytes, by: Standing, now: datetime) -> UUID | None:
    phone_blind = vault.blind("phone", contact.phone) if contact.phone else None
    subject_id = insert_subject(contact, blind, phone_blind, now)
    if subject_id is not None:
        record("keep_contact", subject_id, by, now, phone=bool(contact.phone))
    return subject_id


def insert_subject(contact: Contact, blind: bytes, phone_blind: bytes | None, now: datetime) -> UUID | None:
    """Keep this contact sealed under a key of its own; None where one of the same digest is there by now."""
    key, subject_id = vault.new_key(), uuid7()
    with prepared.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_subject (id, key, sealed, phone_blind, contact_blind, kept_at)"
            " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (contact_blind) DO NOTHING",
            [subject_id, key, vault.seal(key, contact.clear()), phone_blind, blind, now],
        )
        return subject_id if cursor.rowcount else None


@verb
def keep_contacts(*, by: Standing, now: datetime, contacts: Sequence[Contact]) -> list[UUID]:
    """Keep many contacts, each as `keep_contact` would, in three statements however many there are.

    Returns their subjects in the same order; the same contact twice is one subject. Refused: empty_contact, bad_phone,
    bad_contact, for the whole batch; busy (409) where one of them is erased at the same moment.
    """
    checked = [_checked(one.name, one.phone, one.other) for one in contacts]
    blinds = [vault.blind("contact", one.words()) for one in checked]
    wanted = dict(zip(blinds, checked, strict=True))
    known = _subjects(list(wanted))
    fresh = [(blind, contact) for blind, contact in wanted.items() if blind not in known]
    for blind, (subject_id, phone) in _insert_many(fresh, now).items():
        known[blind] = subject_id
        record("keep_contact", subject_id, by, now, phone=phone)
    known |= _subjects([blind for blind in wanted if blind not in known])
    if known.keys() != wanted.keys():
        raise Refused("busy", _("系统正忙，请再试一次。"), status=409)
    return [known[blind] for blind in blinds]


def _subjects(blinds: Sequence[bytes]) -> dict[bytes, UUID]:
    found = Subject.objects.filter(contact_blind__in=blinds).values_list("contact_blind", "id") if blinds else ()
    return {bytes(blind): subject_id for blind, subject_id in found if blind is not None}


def _insert_many(fresh: Sequence[tuple[bytes, Contact]], now: datetime) -> dict[bytes, tuple[UUID, bool]]:
    """Digest → subject and whether it has a phone, of those that nobody else has kept meanwhile."""
    if not fresh:
        return {}
    rows = [
        {
            "id": uuid7(),
            "key": key,
            "sealed": vault.seal(key, contact.clear()),
            "phone_blind": vault.blind("phone", contact.phone) if contact.phone else None,
            "contact_blind": blind,
            "kept_at": now,
        }
        for (blind, contact), key in zip(fresh, vault.new_keys(len(fresh)), strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_MANY, [as_json(rows)])
        kept = cursor.fetchall()
    phones = {blind: bool(contact.phone) for blind, contact in fresh}
    return {bytes(blind): (subject_id, phones[bytes(blind)]) for blind, subject_id in kept}


_KEEP_MANY = """
INSERT INTO people_subject (id, key, sealed, phone_blind, contact_blind, kept_at)
SELECT id, key, sealed, phone_blind, contact_blind, kept_at
FROM jsonb_populate_recordset(NULL::people_subject, %s::jsonb)
ON CONFLICT (contact_blind) DO NOTHING RETURNING contact_blind, id
"""


@verb
def reveal(*, by: Standing, now: datetime, subject_id: UUID, reason: str) -> Contact:
    """Open a contact; who, when and why stays in the log, the reason sealed under a key of its own.

    reason: 4 to 200 characters. The audit administrator reads it (queries.reveal_log). PIPL, STANDARDS §6.
    Refused: not_yours, reason_needed, not_found, erased (410).
    """
    queries.demand(by, "people.reveal")
    return open_with_reason(by, now, subject_id, reason)


def open_with_reason(by: Standing, now: datetime, subject_id: UUID, reason: str) -> Contact:
    """As `reveal`, for verbs with an act of their own. Refused: reason_needed, not_found, erased (410)."""
    why = " ".join(legible(reason).split())
    if not _REASON[0] <= len(why) <= _REASON[1]:
        text = _("请写明查看联系方式的理由，%(least)s 至 %(most)s 个字；查看会被记录。") % {
            "least": _REASON[0],
            "most": _REASON[1],
        }
        raise Refused("reason_needed", text, fields={"reason": text})
    subject = locked(Subject, subject_id, _NO_SUBJECT)
    clear = vault.open_text(subject.key, bytes(subject.sealed)) if subject.sealed is not None else None
    if clear is None:
        raise Refused("erased", _("这条联系方式已按本人要求删除。"), status=410)
    key = vault.new_key()
    row = Reveal(subject=subject, actor=str(by.actor), at=now, key=key, reason_sealed=vault.seal(key, why))
    row.save(force_insert=True)
    record("reveal", subject_id, by, now, reveal=row.id)
    return Contact.of(clear)


@verb
def erase_subject(*, by: Standing, now: datetime, subject_id: UUID, same_phone: bool = False) -> int:
    """Destroy a contact for good, also the reasons for which it was opened; returns how many subjects were erased.

    same_phone: also whoever else gave this number. What stays is a tombstone and who looked when. A channel may ask
    for the one subject alone: its door has checked the tracking key. Erased already is no error: 0.
    Refused: not_yours, not_found.
    """
    if by.actor.kind != "channel" or same_phone:
        queries.demand(by, "people.erase")
    locked(Subject, subject_id, _NO_SUBJECT)
    return erase_rows(by, now, queries.earlier_of_caller(subject_id) if same_phone else [subject_id])


def erase_rows(by: Standing, now: datetime, wanted: list[UUID]) -> int:
    """Destroy these contacts, for verbs that have asked who may; returns how many were there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE people_subject SET sealed = NULL, phone_blind = NULL, contact_blind = NULL, erased_at = %s"
            " WHERE id = ANY(%s) AND erased_at IS NULL RETURNING id, key",
            [now, wanted],
        )
        erased = cursor.fetchall()
    reasons = Reveal.objects.filter(subject_id__in=[row[0] for row in erased]).values_list("key", flat=True)
    vault.destroy([*(row[1] for row in erased), *reasons], reason="erase_subject", now=now)
    for erased_id, _key in erased:
        record("erase_subject", erased_id, by, now)
    return len(erased)
