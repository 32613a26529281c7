"""How often one address may ask without an account, counted for pages and API alike."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.core.cache.backends.locmem import LocMemCache
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja.throttling import AnonRateThrottle

from xiucheng.kit.refused import Refused

from .refusing import refused

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

# In the memory of each process, so that counting costs no statement; two processes let through at most twice the rate.
RATES = LocMemCache("web.rates", {"MAX_ENTRIES": 20_000})

# D: enough for a person with a telephone, or a family behind one address; programs have tokens.
FEW, SOME, MANY = "20/m", "60/m", "300/m"


def address(request: HttpRequest) -> str:
    """Where a request comes from: what the outermost of our own proxies wrote, else the peer.

    Each of XIUCHENG_PROXIES appends to X-Forwarded-For the address it was asked from, so the count goes from the
    right; whatever stands further left is the caller's own invention. Sign-in counts by the same setting.
    """
    written = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",") if one.strip()]
    proxies: int = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    return written[-proxies] if 0 < proxies <= len(written) else str(request.META.get("REMOTE_ADDR", ""))


class PerAddress(AnonRateThrottle):
    """Counts requests by their address."""

    cache = RATES

    def get_cache_key(self, request: HttpRequest) -> str | None:
        return f"{self.rate}:{address(request)}"


def limited(rate: str, *methods: str) -> Callable[[View[P]], View[P]]:
    """A page that one address may ask for so often; methods: of these only. Beyond: `too_many` (429)."""

    def around(view: View[P]) -> View[P]:
        @wraps(view)
        def counted(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            throttle = PerAddress(rate)
            if (methods and request.method not in methods) or throttle.allow_request(request):
                return view(request, *args, **kwargs)
            answer = refused(request, Refused("too_many", _("请求太频繁，请稍后再试。"), status=429))
            answer.headers["Retry-After"] = str(max(1, round(throttle.wait() or 1)))
            return answer

        return counted

    return around
