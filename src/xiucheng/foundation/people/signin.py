"""Sign-in: allauth adapters that count attempts, seal second factors and keep the audit trail; MFA for staff."""

import base64
from collections.abc import Callable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiucheng.kit.days import local_time
from xiucheng.kit.now import now
from xiucheng.kit.refused import Refused

from . import commands, vault
from .models import Account
from .rules import Standing

_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
_SECOND_FACTOR = "second_factor"
_SIGNED_IN_AT, _FRESH_SECONDS = "signed_in_at", 300

# Pages without which nobody could ever set up the second factor, or leave.
_OPEN_VIEWS = frozenset(
    {
        "account_login",
        "account_logout",
        "account_reauthenticate",
        "healthz",
        "mfa_activate_totp",
        "mfa_reauthenticate",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
        "set_language",
    }
)


class AccountAdapter(DefaultAccountAdapter):
    """No signing up; a name locks after too many attempts, with words that say until when."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("用户名或密码不对。连续输错会暂时锁定账号。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        attempt = commands.begin_attempt(username=credentials.get("username", ""), now=now())
        if attempt.refused and attempt.locked_until is not None:
            raise _locked(attempt.locked_until)
        # Its limit per address holds against trying many names.
        super().pre_authenticate(request, **credentials)
        self._attempt = attempt

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        account = super().authenticate(request, **credentials)
        if account is not None:
            commands.forget_attempts(credentials.get("username", ""))
        return account

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        if self._attempt.locked_until is not None:
            commands.note_lock_out(now=now(), username=credentials.get("username", ""))
            raise _locked(self._attempt.locked_until)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        # Whoever typed the password a moment ago is not asked again before setting up the second factor.
        since = now().timestamp() - context.request.session.get(_SIGNED_IN_AT, 0)
        return since > _FRESH_SECONDS and super().is_reauthentication_required(app=app, **kwargs)

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        request.session[_SIGNED_IN_AT] = now().timestamp()
        commands.note_sign_in(now=now(), account=user)

    def set_password(self, user: Any, password: str) -> None:
        commands.set_password(by=Standing(user.person_id), now=now(), account_id=user.id, password=password)
        user.refresh_from_db(fields=["password"])


def _locked(until: Any) -> ValidationError:
    local = local_time(until)
    text = gettext("连续 %(count)s 次没有通过，账号已锁定到 %(until)s。请到时再试，或请安全管理员解锁。")
    return ValidationError(text % {"count": settings.SIGNIN_LOCK_AFTER, "until": f"{local:%H:%M}"}, code="locked")


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets of second factors lie sealed; who needs one cannot take it off."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(vault.named_seal(_SECOND_FACTOR, text)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return vault.named_open(_SECOND_FACTOR, base64.b64decode(encrypted_text))

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not second_factor_required()

    def get_totp_issuer(self) -> str:
        return gettext("绣城")


def second_factor_required() -> bool:
    """Everywhere but in the demo (STANDARDS §6: MFA for staff)."""
    return not settings.DEMO


class RequireSecondFactor:
    """Leads whoever signed in without a second factor to the page that sets one up; everything else waits.

    Whether one is set up is asked once per session, so a page pays no statement for it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or match.view_name in _OPEN_VIEWS or not second_factor_required():
            return None
        if not isinstance(request.user, Account) or _has_second_factor(request):
            return None
        if request.method == "GET" and request.accepts("text/html"):
            after = urlencode({"next": request.get_full_path()})
            return HttpResponseRedirect(f"{reverse('mfa_activate_totp')}?{after}")
        refusal = Refused("second_factor", _("请先设置两步验证，再继续办理。"), status=403)
        return JsonResponse(refusal.as_dict(), status=refusal.status)


def _has_second_factor(request: HttpRequest) -> bool:
    if not request.session.get(_SECOND_FACTOR):
        if not get_adapter().is_mfa_enabled(request.user, _FACTORS):
            return False
        request.session[_SECOND_FACTOR] = True
    return True
