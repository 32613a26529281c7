"""Who calls the API: a token, a person with a session of this site, or anybody (for what anybody may do)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import APIKeyCookie, HttpBearer
from ninja.throttling import BaseThrottle
from ninja.utils import check_csrf

from xiucheng.foundation.people import commands as people_commands
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.interfaces.web import rates
from xiucheng.kit.now import now
from xiucheng.kit.refused import Refused
from xiucheng.operations.intake.commands.submitting import Once

GOOD_KEY = "5f0c2a34-9d1e-4c57-8a6b-2f3e4d5c6b7a"
"""An Idempotency-Key as it should be, shown where one is described."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, at what moment; scopes None: not limited. `keys` tells the Idempotency-Keys of two callers apart."""

    standing: Standing
    moment: datetime
    keys: str
    scopes: frozenset[str] | None = None
    is_anybody: bool = False

    def once(self, key: str) -> Once:
        """The Idempotency-Key of this caller.

        Nothing tells anybody from anybody else, so theirs must be a secret of its own: a random UUID (version 4, 122
        random bits). Else the key carries `weak_key`, told with whatever else is wrong with the request: a short key
        would meet a stranger's, and get the stranger's answer.
        """
        if not self.is_anybody:
            return Once(self.keys, key)
        random = _random(key)
        return Once(self.keys, random or key, flaw=None if random else weak_key())

    def demand(self, scope: str) -> None:
        """Refused `scope_missing` (403) where the token was not issued for this."""
        if self.scopes is not None and scope not in self.scopes:
            text = _("这个令牌没有“%(scope)s”的用途。") % {"scope": scope}
            raise Refused("scope_missing", text, status=403)


def _random(key: str) -> str | None:
    """The key in one spelling, if it is a random UUID."""
    try:
        found = UUID(key)
    except ValueError:
        return None
    return str(found) if found.version == 4 else None


def weak_key() -> Refused:
    """The refusal of a key that others might use too, with a fresh one as it should be, shown to nobody else."""
    text = _("没有令牌时，Idempotency-Key 须为随机生成的 UUID（第 4 版），例如 %(example)s；请每次新生成一个。")
    said = text % {"example": uuid4()}
    return Refused("weak_key", said, fields={"Idempotency-Key": said})


class Token(HttpBearer):
    """`Authorization: Bearer xc_…`; a token that does not hold is refused, never taken for nobody."""

    openapi_name = "token"

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        moment = now()
        bearer = people_commands.use_token(secret=token, now=moment)
        return Caller(bearer.standing, moment, f"token:{bearer.token_id}", bearer.scopes)


class Session(APIKeyCookie):
    """A person who has signed in on this site; changing calls need the CSRF token.

    Only a session is asked for the CSRF token: a program or a resident without one has nothing to be abused.
    """

    openapi_name = "session"

    def __init__(self) -> None:
        self.param_name = settings.SESSION_COOKIE_NAME
        super().__init__(csrf=False)

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:
        if not request.user.is_authenticated:
            return None
        if check_csrf(request) is not None:
            raise Refused("csrf", _("页面已过期，请刷新后再试。"), status=403)
        moment = now()
        standing = people.standing_of(request.user, moment)
        return Caller(standing, moment, f"account:{standing.account_id}")


def anybody(request: HttpRequest) -> Caller:
    """Somebody without an account: may report, follow a report, read catalogue and places."""
    return Caller(Standing.resident("resident"), now(), "resident", frozenset({"reports"}), is_anybody=True)


Auth = list[Callable[[HttpRequest], Any]]

STAFF: Auth = [Token(), Session()]
ANYBODY: Auth = [Token(), Session(), anybody]


class PerAddress(rates.PerAddress):
    """Counts those who come without an account, together with what they ask of pages; no token and no session."""

    def get_cache_key(self, request: HttpRequest) -> str | None:
        return super().get_cache_key(request) if caller(request).is_anybody else None


class PerReport(PerAddress):
    """Counts the reports of an address; one that is sent again and again under the same key is stopped first, so that
    a program that repeats itself leaves the rest of its street their turn."""

    def __init__(self) -> None:
        super().__init__(rates.REPORTS)
        self.same = PerKey(rates.SAME_KEY)

    def allow_request(self, request: HttpRequest) -> bool:
        self.refused_by_key = not self.same.allow_request(request)
        return not self.refused_by_key and super().allow_request(request)

    def wait(self) -> float | None:
        return self.same.wait() if self.refused_by_key else super().wait()


class PerKey(PerAddress):
    """Counts how often one address sends the same Idempotency-Key."""

    def get_cache_key(self, request: HttpRequest) -> str | None:
        whose, key = super().get_cache_key(request), request.headers.get("Idempotency-Key", "")
        return f"{whose}:{sha256(key.encode()).hexdigest()}" if whose and key else None


REPORTS: list[BaseThrottle] = [PerReport()]
PICTURES: list[BaseThrottle] = [PerAddress(rates.PICTURES)]
FEW: list[BaseThrottle] = [PerAddress(rates.FEW)]
SOME: list[BaseThrottle] = [PerAddress(rates.SOME)]
MANY: list[BaseThrottle] = [PerAddress(rates.MANY)]


def caller(request: HttpRequest) -> Caller:
    """Who calls, as one of the ways above has found."""
    found: Caller = request.auth  # type: ignore[attr-defined]
    return found


def staff(request: HttpRequest, scope: str) -> Caller:
    """The caller, whose token must be for this scope."""
    found = caller(request)
    found.demand(scope)
    return found
