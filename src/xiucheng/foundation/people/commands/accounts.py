"""Accounts: made, locked, their passwords; and the bookkeeping of attempts that holds over processes."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext_lazy as _

from xiucheng.kit.actor import Actor
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb

from .. import memory, queries
from ..models import Account, Person, SignInAttempts
from ..rules import Post, Standing
from .frame import locked, record, refusing
from .staff import NO_PERSON, check_not_an_administrator, register_person, start_membership

_COUNT = """
INSERT INTO people_sign_in_attempts AS a (name_digest, failures, last_at) VALUES (%(name)s, 1, %(now)s)
ON CONFLICT (name_digest) DO UPDATE SET last_at = %(now)s,
    failures = CASE WHEN COALESCE(a.locked_until <= %(now)s, a.last_at <= %(before)s) THEN 1
        ELSE LEAST(a.failures + 1, 1000) END,
    locked_until = CASE WHEN COALESCE(a.locked_until <= %(now)s, a.last_at <= %(before)s) THEN NULL
        WHEN a.failures + 1 >= %(most)s THEN COALESCE(a.locked_until, %(until)s) END
RETURNING failures, locked_until
"""
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,59}")
_NO_ACCOUNT = _("没有这个账号。")


@verb
def create_account(*, by: Standing, now: datetime, person_id: UUID, username: str, password: str) -> UUID:
    """A way to sign in for a person; the password is checked against the site's validators and kept as argon2.

    Refused: not_yours, not_found, bad_username, username_taken, has_account, weak_password, administrators_apart.
    """
    queries.demand(by, "users.manage")
    check_not_an_administrator(by, person_id, now)
    if not _USERNAME.fullmatch(username):
        text = _("用户名用 2 至 60 个小写字母、数字或 . _ @ -，以字母或数字开头。")
        raise Refused("bad_username", text, fields={"username": text})
    locked(Person, person_id, NO_PERSON)
    row = Account(person_id=person_id, username=username)
    _set(row, password)
    taken, has = _("这个用户名已被使用，请换一个。"), _("此人已有账号。")
    with refusing(
        {
            "people_account_username_key": Refused("username_taken", taken, fields={"username": taken}),
            "people_account_person_id_key": Refused("has_account", has, fields={"person_id": has}),
        }
    ):
        row.save(force_insert=True)
    memory.remembered.changed()
    record("create_account", row.id, by, now, person=person_id)
    return row.id


@verb
def register_with_account(
    *, by: Standing, now: datetime, name: str, username: str, password: str, post: Post | None = None
) -> UUID:
    """Somebody joins the staff and can sign in, with a post from now on or without one yet; all of it or nothing.

    Returns the person's id. Refused: as register_person, create_account, start_membership. Steps: theirs.
    """
    person_id = register_person(by=by, now=now, name=name)
    create_account(by=by, now=now, person_id=person_id, username=username, password=password)
    if post is not None:
        start_membership(by=by, now=now, person_id=person_id, role=post.role, area=post.area, agency_id=post.agency_id)
    return person_id


@verb
def set_password(*, by: Standing, now: datetime, account_id: UUID, password: str) -> None:
    """Set one's own password, or as system administrator another's; never that of another administrator.

    All sessions of the account end. Refused: not_yours, not_found, weak_password, administrators_apart.
    """
    row = locked(Account, account_id, _NO_ACCOUNT)
    if by.person_id != row.person_id:
        queries.demand(by, "users.manage")
        check_not_an_administrator(by, row.person_id, now)
    _set(row, password)
    row.save(update_fields=["password"])
    record("set_password", row.id, by, now, own=by.person_id == row.person_id)


def _set(row: Account, password: str) -> None:
    try:
        validate_password(password, user=row)
    except ValidationError as error:
        text = " ".join(error.messages)
        raise Refused("weak_password", text, fields={"password": text}) from error
    row.password = make_password(password)


@verb
def lock_account(*, by: Standing, now: datetime, account_id: UUID) -> None:
    """No more signing in, and its sessions end. Refused: not_yours, not_found, administrators_apart."""
    _set_active(by, now, account_id, active=False)


@verb
def unlock_account(*, by: Standing, now: datetime, account_id: UUID) -> None:
    """Signing in works again, at once also after too many attempts. Refused: not_yours, not_found,
    administrators_apart, left (the person is no longer on the staff).
    """
    row = _set_active(by, now, account_id, active=True)
    forget_attempts(row.username)


def _set_active(by: Standing, now: datetime, account_id: UUID, *, active: bool) -> Account:
    queries.demand(by, "users.lock")
    row = locked(Account, account_id, _NO_ACCOUNT)
    check_not_an_administrator(by, row.person_id, now)
    if active and not row.person.is_active:
        raise Refused("left", _("此人已离职，账号不能启用。"))
    row.is_active = active
    row.save(update_fields=["is_active"])
    record("unlock_account" if active else "lock_account", row.id, by, now)
    return row


@verb
def reset_second_factor(*, by: Standing, now: datetime, account_id: UUID) -> int:
    """Remove a lost second factor, so that the next sign-in sets up a new one; the password stays needed.

    Returns how many were removed. Refused: not_yours, not_found, administrators_apart.
    """
    queries.demand(by, "users.lock")
    row = locked(Account, account_id, _NO_ACCOUNT)
    check_not_an_administrator(by, row.person_id, now)
    removed, _by_model = Authenticator.objects.filter(user_id=row.id).delete()
    record("reset_second_factor", row.id, by, now, count=removed)
    return removed


# -- attempts to sign in ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a user name stands with this attempt counted; refused: do not even look at the password."""

    failures: int
    locked_until: datetime | None
    refused: bool


def _digest(username: str) -> bytes:
    # Keyed: what is typed into the box of names is now and then a password.
    return hmac.digest(
        str(settings.SECRET_KEY).encode(), f"sign-in\0{username.strip().lower()}".encode(), hashlib.sha256
    )


def begin_attempt(*, username: str, now: datetime) -> Attempt:
    """Count an attempt before the password is looked at, so that many at once are not better than one by one.

    The last one allowed locks the name, a success wipes the count. Names that do not exist count and lock alike, so
    that the answer tells nobody which do. One statement, its own transaction. settings.SIGNIN_LOCK_AFTER attempts
    within SIGNIN_LOCK_MINUTES lock for as long (D).
    """
    span, most = timedelta(minutes=settings.SIGNIN_LOCK_MINUTES), settings.SIGNIN_LOCK_AFTER
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT, {"name": _digest(username), "now": now, "until": now + span, "before": now - span, "most": most}
        )
        failures, locked_until = cursor.fetchone()
    return Attempt(failures, locked_until, refused=failures > most)


def forget_attempts(username: str) -> None:
    """A success, or the security administrator, wipes the count."""
    SignInAttempts.objects.filter(name_digest=_digest(username)).delete()


@verb
def note_sign_in(*, now: datetime, account: Account) -> None:
    """Somebody signed in: the count is wiped, the audit trail has a step."""
    forget_attempts(account.username)
    record("sign_in", account.id, Standing(account.person_id), now)


@verb
def note_lock_out(*, now: datetime, username: str) -> None:
    """Too many attempts: a step, where the name is an account's."""
    account_id = Account.objects.filter(username=username.strip().lower()).values_list("id", flat=True).first()
    if account_id is not None:
        by = Standing(None, acting=Actor.channel("sign_in"))
        record("lock_out", account_id, by, now, failures=settings.SIGNIN_LOCK_AFTER)
