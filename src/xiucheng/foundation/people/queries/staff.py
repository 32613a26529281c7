"""Persons on the staff: their names and the posts they hold."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from .. import vault
from ..models import Membership, Person
from ..rules import Post
from .organisations import below


@dataclass(frozen=True, slots=True)
class Member:
    """A post with its holder, as administration and assignment pages show it."""

    membership_id: UUID
    person_id: UUID
    name: str
    post: Post
    starts_at: datetime
    ends_at: datetime | None


def person_names(person_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """The names for a list page; one statement, none for nobody."""
    wanted = {one for one in person_ids if one is not None}
    return dict(Person.objects.filter(id__in=wanted).values_list("id", "name")) if wanted else {}


def left_of(person_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the persons who are no longer on the staff, or never were; one statement."""
    wanted = set(person_ids)
    return wanted - set(Person.objects.filter(id__in=wanted, is_active=True).values_list("id", flat=True))


def members(agency_id: UUID, at: datetime) -> list[UUID]:
    """The persons with a post in this organisation or under it now, by name; ≤ 2 statements."""
    return list(dict.fromkeys(one.person_id for one in staff(at=at, agency_ids=below(agency_id))))


def staff(
    *,
    at: datetime,
    role: str | None = None,
    agency_ids: Iterable[UUID] | None = None,
    area: str | None = None,
    person_id: UUID | None = None,
) -> list[Member]:
    """Who holds which posts now, by name; one statement. area: posts inside this area, not those above it."""
    wanted = Q(starts_at__lte=at) & (Q(ends_at__isnull=True) | Q(ends_at__gt=at)) & Q(person__is_active=True)
    if role is not None:
        wanted &= Q(role=role)
    if agency_ids is not None:
        wanted &= Q(agency_id__in=list(agency_ids))
    if area:
        wanted &= Q(area__startswith=area)
    if person_id is not None:
        wanted &= Q(person_id=person_id)
    rows = (
        Membership.objects.filter(wanted)
        .order_by("person__name", "person_id", "starts_at")
        .values_list("id", "person_id", "person__name", "role", "area", "agency_id", "starts_at", "ends_at")
    )
    return [Member(row[0], row[1], row[2], Post(row[3], row[4], row[5]), row[6], row[7]) for row in rows]


def phone_of(person_id: UUID) -> str | None:
    """A colleague's phone number; two statements, one of them on `keys`."""
    row = Person.objects.filter(id=person_id, phone_key__isnull=False).values_list("phone_key", "phone_sealed").first()
    return vault.open_text(row[0], bytes(row[1])) if row and row[0] and row[1] is not None else None


def phones_of(person_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The phone numbers of colleagues who have one; two statements for all of them, one of them on `keys`."""
    wanted = set(person_ids)
    rows = list(
        Person.objects.filter(id__in=wanted, phone_key__isnull=False).values_list("id", "phone_key", "phone_sealed")
        if wanted
        else ()
    )
    clear = vault.open_texts([(key, bytes(sealed)) for _id, key, sealed in rows if key and sealed is not None])
    return {row[0]: phone for row, phone in zip(rows, clear, strict=True) if phone is not None}
