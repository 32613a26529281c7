"""Accounts and tokens as administration shows them; never a password, never a secret."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from xiucheng.kit.refused import Refused

from ..models import Account, ApiToken


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account with its person."""

    id: UUID
    username: str
    person_id: UUID
    name: str
    is_active: bool
    last_login: datetime | None


def accounts(*, search: str = "", limit: int = 200) -> list[AccountRow]:
    """Accounts by user name, those whose user name or person begins with `search`; one statement."""
    rows = Account.objects.order_by("username")
    if search:
        rows = rows.filter(username__istartswith=search) | rows.filter(person__name__startswith=search)
    return [
        AccountRow(*row)
        for row in rows.values_list("id", "username", "person_id", "person__name", "is_active", "last_login")[:limit]
    ]


def account(account_id: UUID) -> Account:
    """The account itself, for who signs somebody in without a password (bench, rehearsals); one statement.

    Refused `not_found` (404).
    """
    found = Account.objects.filter(id=account_id).first()
    if found is None:
        raise Refused("not_found", _("没有这个账号。"), status=404)
    return found


def usernames(account_ids: Iterable[UUID]) -> dict[UUID, str]:
    """User names by account; one statement."""
    return dict(Account.objects.filter(id__in=set(account_ids)).values_list("id", "username"))


def account_of(username: str) -> AccountRow | None:
    """The account with exactly this user name; one statement."""
    row = (
        Account.objects.filter(username=username)
        .values_list("id", "username", "person_id", "person__name", "is_active", "last_login")
        .first()
    )
    return AccountRow(*row) if row else None


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token: whom it speaks for, what it may be used for, until when; `start` are its first characters."""

    id: UUID
    label: str
    start: str
    username: str | None
    channel: str
    scopes: tuple[str, ...]
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


def tokens(*, account_id: UUID | None = None, limit: int = 200) -> list[TokenRow]:
    """Tokens, the latest first, of one account or of all; one statement."""
    rows = ApiToken.objects.order_by("-issued_at", "-id")
    if account_id is not None:
        rows = rows.filter(account_id=account_id)
    fields = rows.values_list(
        "id",
        "label",
        "start",
        "account__username",
        "channel",
        "scopes",
        "issued_at",
        "expires_at",
        "revoked_at",
        "last_used_at",
    )
    return [TokenRow(*row[:5], tuple(row[5].split()), *row[6:]) for row in fields[:limit]]
