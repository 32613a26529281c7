"""Who somebody is at this moment, what they may do and which cases they see."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiucheng.kit.refused import Refused

from .. import memory, rules
from ..models import Account
from ..rules import Post, Scope, Standing


@dataclass(frozen=True, slots=True)
class _Held:
    post: Post
    starts_at: datetime
    ends_at: datetime | None

    def at(self, moment: datetime) -> bool:
        return self.starts_at <= moment and (self.ends_at is None or moment < self.ends_at)


def standing_of(who: Account | UUID, at: datetime) -> Standing:
    """The standing of an account or of a person's id at this moment; posts of the inactive are none.

    No statement on most calls; posts that begin or end by their dates do so at this moment.
    """
    person_id = who.person_id if isinstance(who, Account) else who
    account_id, held = memory.remembered.get(("standing", person_id), lambda: _load(person_id))
    return Standing(person_id, account_id, tuple(one.post for one in held if one.at(at)))


def _load(person_id: UUID) -> tuple[UUID | None, tuple[_Held, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.id, m.role, m.area, m.agency_id, m.starts_at, m.ends_at FROM people_person p"
            " LEFT JOIN people_account a ON a.person_id = p.id"
            " LEFT JOIN people_membership m ON m.person_id = p.id AND p.is_active"
            " WHERE p.id = %s ORDER BY m.starts_at, m.id",
            [person_id],
        )
        rows = cursor.fetchall()
    held = tuple(_Held(Post(row[1], row[2], row[3]), row[4], row[5]) for row in rows if row[1] is not None)
    return (rows[0][0] if rows else None), held


def visible_to(standing: Standing) -> Scope:
    """The predicate that every list of cases starts from; no statement."""
    return rules.visible_to(standing)


def may(
    standing: Standing,
    act: str,
    *,
    area: str | None = None,
    agency_id: UUID | None = None,
    person_id: UUID | None = None,
) -> bool:
    """May this be done? `act` is a key of acts.ACTS, the rest says what it is done to; no statement."""
    return rules.may(standing, act, area=area, agency_id=agency_id, person_id=person_id)


def demand(
    standing: Standing,
    act: str,
    *,
    area: str | None = None,
    agency_id: UUID | None = None,
    person_id: UUID | None = None,
) -> None:
    """As `may`, refusing `not_yours` (403)."""
    if not may(standing, act, area=area, agency_id=agency_id, person_id=person_id):
        raise _not_yours()


def _not_yours() -> Refused:
    """The refusal of what no post of one's own covers."""
    return Refused("not_yours", _("您的岗位没有这项权限。如确需办理，请联系有权限的同事。"), status=403)


def may_somewhere(standing: Standing, act: str) -> bool:
    """Is this act any of the posts' business, whichever place or agency it is about? No statement."""
    return rules.may_somewhere(standing, act)


def may_within(standing: Standing, act: str, area: str) -> bool:
    """May this be done in an area ("": the district), or in a part of it where a post of theirs is? No statement."""
    return rules.may_within(standing, act, area)


def demand_somewhere(standing: Standing, act: str) -> None:
    """As `may_somewhere`, refusing `not_yours` (403): the door of a list whose rows are judged one by one."""
    if not may_somewhere(standing, act):
        raise _not_yours()


def role_name(role: str) -> str:
    """The role's name in the reader's language."""
    return gettext(rules.ROLES[role].name)


def roles() -> list[tuple[str, str]]:
    """All roles as (identifier, name in the reader's language), in the order of the table."""
    return [(role, role_name(role)) for role in rules.ROLES]
