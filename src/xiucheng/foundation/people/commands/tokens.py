"""Tokens for programs: the secret is shown once, only its digest is kept."""

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiucheng.kit import prepared
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb

from .. import queries, rules
from ..models import Account, ApiToken
from ..rules import Standing
from .frame import checked_name, locked, record

_CHANNEL = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LONGEST = timedelta(days=366)
_USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token; the secret is never to be had again."""

    token_id: UUID
    secret: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who comes with a token, and what the token may be used for."""

    standing: Standing
    scopes: frozenset[str]
    token_id: UUID


@verb
def issue_token(
    *,
    by: Standing,
    now: datetime,
    label: str,
    scopes: Iterable[str],
    account_id: UUID | None = None,
    channel: str = "",
    days: int = 365,
) -> Issued:
    """A token that speaks for an account (one's own, or at the machine) or for a channel (security administrator).

    A token for somebody else's account would be their rights, so nobody issues one. scopes: keys of rules.TOKEN_SCOPES.
    Refused: not_yours, not_found, bad_name (label), bad_scope, bad_channel, bad_span.
    """
    _check_issuer(by, account_id, channel)
    wanted = tuple(dict.fromkeys(scopes))
    if not wanted or not set(wanted) <= set(rules.TOKEN_SCOPES):
        listed = gettext("请至少选一项用途，可选：%(scopes)s。") % {"scopes": "、".join(rules.TOKEN_SCOPES)}
        raise Refused("bad_scope", listed, fields={"scopes": listed})
    if not 1 <= days <= _LONGEST.days:
        text = _("有效期为 1 至 366 天。")
        raise Refused("bad_span", text, fields={"days": text})
    secret = f"xc_{secrets.token_urlsafe(32)}"
    row = ApiToken(
        account_id=account_id,
        channel=channel,
        label=checked_name(label, 80, "label"),
        start=secret[:8],
        digest=_digest(secret),
        scopes=" ".join(wanted),
        issued_at=now,
        expires_at=now + timedelta(days=days),
    )
    row.save(force_insert=True)
    record(
        "issue_token",
        row.id,
        by,
        now,
        account=account_id,
        channel=channel,
        scopes=list(wanted),
        expires_at=row.expires_at,
    )
    return Issued(row.id, secret, row.expires_at)


def _check_issuer(by: Standing, account_id: UUID | None, channel: str) -> None:
    if (account_id is None) == (channel == ""):
        raise ValueError("a token speaks for an account or for a channel")
    if account_id is None:
        queries.demand(by, "tokens.issue")
        if not _CHANNEL.fullmatch(channel):
            text = _("渠道代码用小写字母、数字和 _，以字母开头。")
            raise Refused("bad_channel", text, fields={"channel": text})
        return
    owner = locked(Account, account_id, _("没有这个账号。"))
    if owner.person_id != by.person_id and not by.is_system:
        raise Refused("not_yours", _("只能给自己的账号发放令牌。"), status=403)


@verb
def revoke_token(*, by: Standing, now: datetime, token_id: UUID) -> None:
    """The token stops working; one's own, or anybody's by the security administrator. Revoked already is no error.

    Refused: not_yours, not_found.
    """
    row = locked(ApiToken, token_id, _("没有这个令牌。"))
    if row.account is None or row.account.person_id != by.person_id:
        queries.demand(by, "tokens.issue")
    if row.revoked_at is None:
        row.revoked_at = now
        row.save(update_fields=["revoked_at"])
        record("revoke_token", row.id, by, now)


# Raw, because every call of a program begins here: the ORM took longer to write this statement than the database to
# answer it. An inactive account or person has no token that holds.
_USE = """
SELECT t.id, t.channel, t.scopes, t.last_used_at, a.person_id
FROM people_api_token t
    LEFT JOIN people_account a ON a.id = t.account_id
    LEFT JOIN people_person p ON p.id = a.person_id
WHERE t.digest = %s AND t.revoked_at IS NULL AND t.expires_at > %s
    AND (t.account_id IS NULL OR a.is_active AND p.is_active)
"""


def use_token(*, secret: str, now: datetime) -> Bearer:
    """Who comes with this secret. ≤ 3 statements, mostly 1 (the standing is remembered, the use noted by the minute).

    Refused: bad_token (401) for an unknown, revoked or expired one, or where the account is locked.
    """
    with prepared.cursor() as cursor:
        cursor.execute(_USE, [_digest(secret), now])
        row = cursor.fetchone()
    if row is None:
        raise Refused("bad_token", _("令牌无效、已过期或已撤销。"), status=401)
    token_id, channel, scopes, last_used_at, person_id = row
    if last_used_at is None or last_used_at <= now - _USED_EVERY:
        ApiToken.objects.filter(id=token_id).update(last_used_at=now)
    standing = queries.standing_of(person_id, now) if person_id is not None else Standing.resident(channel)
    return Bearer(standing, frozenset(scopes.split()), token_id)


def _digest(secret: str) -> bytes:
    # 256 random bits need no slow hash.
    return hashlib.sha256(secret.encode()).digest()
