"""Contacts without opening them: found by keyed digests, shown masked; and the log of who opened one."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xiucheng.kit.actor import Actor

from .. import rules, vault
from ..models import Reveal, Subject


@dataclass(frozen=True, slots=True)
class Masked:
    """A contact as lists and case pages show it: enough to recognise, too little to use."""

    name: str
    phone: str
    other: bool
    erased: bool


def subjects_by_phone(phone: str) -> list[UUID]:
    """Everybody whose contact names this number, the latest first; one statement, none for what is no number."""
    plain = rules.plain_phone(phone)
    if plain is None:
        return []
    return list(
        Subject.objects.filter(phone_blind=vault.blind("phone", plain))
        .order_by("-kept_at", "-id")
        .values_list("id", flat=True)
    )


def earlier_of_caller(subject_id: UUID) -> list[UUID]:
    """All subjects with the phone number of this one, itself included, the latest first; one statement.

    "Earlier cases of this caller" are the reports whose subject is among these. Without a number: itself alone.
    """
    mine = Subject.objects.filter(id=subject_id).values("phone_blind")[:1]
    found = list(Subject.objects.filter(phone_blind=mine).order_by("-kept_at", "-id").values_list("id", flat=True))
    return found or [subject_id]


def masked(subject_ids: Sequence[UUID | None]) -> dict[UUID, Masked]:
    """The masked contacts for a page; two statements, one of them on `keys`; none for nobody."""
    wanted = {one for one in subject_ids if one is not None}
    rows = list(Subject.objects.filter(id__in=wanted).values_list("id", "key", "sealed")) if wanted else []
    clear = vault.open_texts([(key, bytes(sealed)) for _id, key, sealed in rows if sealed is not None])
    texts = iter(clear)
    return {subject_id: _masked(next(texts) if sealed is not None else None) for subject_id, _key, sealed in rows}


def _masked(text: str | None) -> Masked:
    if text is None:
        return Masked("", "", other=False, erased=True)
    contact = json.loads(text)
    return Masked(
        rules.masked_name(contact["name"]),
        rules.masked_phone(contact["phone"]) if contact["phone"] else "",
        other=bool(contact["other"]),
        erased=False,
    )


@dataclass(frozen=True, slots=True)
class RevealRow:
    """One opening of a contact: by whom, when, why (None where the subject has been erased)."""

    id: UUID
    subject_id: UUID
    actor: Actor
    at: datetime
    reason: str | None


def reveal_log(*, subject_id: UUID | None = None, before: datetime | None = None, limit: int = 50) -> list[RevealRow]:
    """Who opened which contact and why, the latest first; two statements, one of them on `keys`.

    For the audit administrator (people.audit_reveals); the door asks `demand`.
    """
    rows = Reveal.objects.order_by("-at", "-id")
    if subject_id is not None:
        rows = rows.filter(subject_id=subject_id)
    if before is not None:
        rows = rows.filter(at__lt=before)
    found = list(rows.values_list("id", "subject_id", "actor", "at", "key", "reason_sealed")[:limit])
    reasons = vault.open_texts([(row[4], bytes(row[5])) for row in found])
    return [
        RevealRow(row[0], row[1], Actor.parse(row[2]), row[3], reason)
        for row, reason in zip(found, reasons, strict=True)
    ]
