"""Persons and the posts they hold: who may do what where, from when till when."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb

from .. import memory, queries, rules, vault
from ..models import Account, ChainLink, GridLink, Membership, Organisation, Person, Responsibility
from ..rules import ADMINISTRATORS, ROLES, Standing
from .contacts import checked_phone
from .frame import checked_area, checked_name, checked_span, locked, record, refusing

NO_PERSON = _("没有这个人员。请从人员列表中选择。")
_NO_POST = _("没有这条任职记录。")


def _apart() -> Refused:
    text = _("系统、安全、审计三种管理员相互监督，一个人在同一时间只能担任其中一种。")
    return Refused("administrators_apart", text, fields={"role": text})


def _once() -> Refused:
    text = _("此人在这段时间已经担任这个岗位。")
    return Refused("already_holds", text, fields={"role": text})


@verb
def register_person(*, by: Standing, now: datetime, name: str, phone: str | None = None) -> UUID:
    """Somebody joins the staff, without any post yet; the phone number is sealed.

    Refused: not_yours, bad_name, bad_phone.
    """
    queries.demand(by, "people.organise")
    row = Person(name=checked_name(name, 60))
    _seal_phone(row, phone)
    row.save(force_insert=True)
    record("register_person", row.id, by, now)
    return row.id


@verb
def change_person(
    *, by: Standing, now: datetime, person_id: UUID, name: str | None = None, phone: str | None = None
) -> None:
    """Another name or phone number (phone "" removes it). Refused: not_yours, not_found, bad_name, bad_phone."""
    queries.demand(by, "people.organise")
    row = locked(Person, person_id, NO_PERSON)
    if name is not None:
        row.name = checked_name(name, 60)
    if phone is not None:
        if row.phone_key is not None:
            vault.destroy([row.phone_key], reason="phone_changed", now=now)
        _seal_phone(row, phone)
    row.save()
    record("change_person", row.id, by, now, name=name is not None, phone=phone is not None)


def _seal_phone(row: Person, phone: str | None) -> None:
    if phone is None or not phone.strip():
        row.phone_key = row.phone_sealed = None
        return
    plain = checked_phone(phone)
    row.phone_key = vault.new_key()
    row.phone_sealed = vault.seal(row.phone_key, plain)


@verb
def leave_person(*, by: Standing, now: datetime, person_id: UUID) -> None:
    """Somebody leaves the staff: posts, duty grids, responsibilities and links of contact chains end, the account is
    locked, the phone number is destroyed; the name stays in what they did.

    Refused: not_yours, not_found, administrators_apart.
    """
    queries.demand(by, "people.organise")
    row = locked(Person, person_id, NO_PERSON)
    _check_administrator(by, _roles_held(row.id, now, None))
    for post in Membership.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), person=row):
        _end(post, now)
    for links in (GridLink.objects, Responsibility.objects):
        links.filter(person=row, starts_at__gte=now).delete()
        links.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), person=row).update(ends_at=now)
    _unlink_chains(row, by, now)
    Account.objects.filter(person=row).update(is_active=False)
    if row.phone_key is not None:
        vault.destroy([row.phone_key], reason="left", now=now)
    row.is_active, row.phone_key, row.phone_sealed = False, None, None
    row.save()
    memory.remembered.changed()
    record("leave_person", row.id, by, now)


def _unlink_chains(row: Person, by: Standing, now: datetime) -> None:
    """Nobody is reached through somebody who has left: each of them is a gap until another one is named."""
    links = ChainLink.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), through_person=row)
    for link_id, neighbour_id, area in list(links.values_list("id", "reached_id", "area")):
        record("end_chain", neighbour_id, by, now, link=link_id, area=area)
    links.filter(starts_at__gte=now).delete()
    links.update(ends_at=now)


@verb
def start_membership(
    *,
    by: Standing,
    now: datetime,
    person_id: UUID,
    role: str,
    area: str = "",
    agency_id: UUID | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> UUID:
    """Give a post: a role, its area ("" is the district) or its agency, from starts_at (default now) to ends_at.

    Posts of administrators are given at the machine only, so that none of the three makes another (STANDARDS §6).
    Refused: not_yours, not_yourself, not_found, unknown_role, place_missing, unknown_area, bad_span, already_holds,
    administrators_apart.
    """
    queries.demand(by, "people.appoint")
    if by.person_id == person_id:
        raise Refused("not_yourself", _("不能给自己任职，请由另一位安全管理员办理。"), status=403)
    _check_place(role, area, agency_id)
    _check_administrator(by, {role})
    begins = starts_at or now
    checked_span(begins, ends_at)
    locked(Person, person_id, NO_PERSON)
    if agency_id is not None:
        locked(Organisation, agency_id, _("没有这个单位。请从单位列表中选择。"))
    if not rules.administrators_apart(_roles_held(person_id, begins, ends_at), role):
        raise _apart()
    row = Membership(
        person_id=person_id,
        role=role,
        area=checked_area(area),
        agency_id=agency_id,
        starts_at=begins,
        ends_at=ends_at,
    )
    with refusing({"people_membership_once": _once(), "people_membership_administrators_apart": _apart()}):
        row.save(force_insert=True)
    memory.remembered.changed()
    record(
        "start_membership",
        person_id,
        by,
        now,
        membership=row.id,
        role=role,
        area=area,
        agency=agency_id,
        starts_at=begins,
        ends_at=ends_at,
    )
    return row.id


@verb
def end_membership(*, by: Standing, now: datetime, membership_id: UUID, ends_at: datetime | None = None) -> None:
    """End a post at `ends_at` (default now); one that has not begun by then is taken back.

    Refused: not_yours, not_yourself, not_found, already_ended, bad_span, administrators_apart.
    """
    queries.demand(by, "people.appoint")
    row = locked(Membership, membership_id, _NO_POST)
    if by.person_id == row.person_id:
        raise Refused("not_yourself", _("不能结束自己的任职，请由另一位安全管理员办理。"), status=403)
    _check_administrator(by, {row.role})
    if row.ends_at is not None and row.ends_at <= now:
        raise Refused("already_ended", _("这条任职已经结束。"))
    if ends_at is not None and ends_at < now:
        text = _("结束时间不能早于现在。")
        raise Refused("bad_span", text, fields={"ends_at": text})
    end = ends_at or now
    _end(row, end)
    memory.remembered.changed()
    record("end_membership", row.person_id, by, now, membership=membership_id, role=row.role, ends_at=end)


def _end(post: Membership, end: datetime) -> None:
    if post.starts_at < end:
        post.ends_at = end
        post.save(update_fields=["ends_at"])
        return
    # It never began.
    post.rosters.all().delete()
    post.duty_changes.all().delete()
    post.delete()


def _check_place(role: str, area: str, agency_id: UUID | None) -> None:
    if role not in ROLES:
        raise Refused("unknown_role", _("没有这个岗位。"), fields={"role": _("请从列表中选择。")})
    given = {"area": bool(area), "agency": agency_id is not None, "nothing": True}
    if not given[ROLES[role].needs]:
        field = "area" if ROLES[role].needs == "area" else "agency_id"
        text = _("这个岗位要指明所在的区域。") if field == "area" else _("这个岗位要指明所在的单位。")
        raise Refused("place_missing", text, fields={field: text})


def _check_administrator(by: Standing, roles: set[str]) -> None:
    if roles & ADMINISTRATORS and not by.is_system:
        text = _("管理员岗位只能在服务器上用 ./xiucheng user 任免，三种管理员不能相互任免。")
        raise Refused("administrators_apart", text, fields={"role": text}, status=403)


def _roles_held(person_id: UUID, starts_at: datetime, ends_at: datetime | None) -> set[str]:
    """Roles held at any time in the span."""
    overlapping = Membership.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=starts_at), person_id=person_id)
    if ends_at is not None:
        overlapping = overlapping.filter(starts_at__lt=ends_at)
    return set(overlapping.values_list("role", flat=True))


def check_not_an_administrator(by: Standing, person_id: UUID, now: datetime) -> None:
    """Refused `administrators_apart` (403) where somebody reaches for an administrator's account.

    Whoever sets another's password holds that one's rights; so one's own, or at the machine.
    """
    if by.person_id != person_id:
        _check_administrator(by, _roles_held(person_id, now, None))
