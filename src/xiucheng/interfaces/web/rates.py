"""How often one address may ask without an account, counted for pages and API alike."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from math import ceil
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


@dataclass(frozen=True, slots=True)
class Rate:
    """How often a minute, and what is counted together under which name."""

    name: str
    per_minute: int

    def __str__(self) -> str:
        return f"{self.per_minute}/m"


# D: a carrier puts a whole street behind one address, so reports and pictures have rates of their own, set per site;
# the rest is enough for a person with a telephone, or a family behind one address. Programs have tokens.
REPORTS = Rate("reports", settings.RATE_REPORTS)
PICTURES = Rate("pictures", settings.RATE_PICTURES)
SAME_KEY = Rate("same-key", settings.RATE_SAME_KEY)
FEW, SOME, MANY = Rate("few", 20), Rate("some", 60), Rate("many", 300)


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

    def __init__(self, rate: Rate) -> None:
        super().__init__(str(rate))
        self.name = rate.name

    def get_cache_key(self, request: HttpRequest) -> str | None:
        return f"{self.name}:{address(request)}"


def seconds(wait: float | None) -> int:
    """After how many whole seconds to come again; one at least."""
    return max(1, ceil(wait or 1))


def too_many(wait: float | None) -> Refused:
    """The refusal `too_many` (429) that says when to come again."""
    text = _("请求太频繁，请过 %(seconds)s 秒再试。") % {"seconds": seconds(wait)}
    return Refused("too_many", text, status=429)


def limited(rate: Rate, *methods: str) -> Callable[[View[P]], View[P]]:
    """A page that one address may ask for so often; methods: of these only. Beyond: `too_many` (429)."""

    def around(view: View[P]) -> View[P]:
        @wraps(view)
        def counted(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            throttle = PerAddress(rate)
            if (methods and request.method not in methods) or throttle.allow_request(request):
                return view(request, *args, **kwargs)
            wait = throttle.wait()
            answer = refused(request, too_many(wait))
            answer.headers["Retry-After"] = str(seconds(wait))
            return answer

        return counted

    return around
