"""What a reporter may do with their own report, by its key: have the case opened again, have their words erased."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from xiucheng.foundation.people.rules import Standing
from xiucheng.interfaces.web.rates import FEW, limited
from xiucheng.kit.now import now
from xiucheng.kit.refused import Refused
from xiucheng.operations.intake import commands, queries
from xiucheng.operations.intake.queries import Tracked

RESIDENT = Standing.resident("resident")


@dataclass(frozen=True, slots=True)
class Offers:
    """What the tracking page offers. until: of the window for opening again, None where the case is not closed."""

    until: datetime | None
    in_time: bool
    erasable: bool
    erased: bool


def offers(tracked: Tracked, at: datetime) -> Offers:
    """Of a report as it stands at a moment."""
    until = tracked.reopen_until
    return Offers(until, until is not None and at <= until and not tracked.erased, tracked.erasable, tracked.erased)


@never_cache
@require_http_methods(["GET", "POST"])
@limited(FEW, "POST")
def reopen(request: HttpRequest, key: str) -> HttpResponse:
    """It is not settled: why. Outside the window the page says until when it was possible, and what to do instead."""
    moment, refusal = now(), None
    if request.method == "POST":
        try:
            commands.reopen_by_reporter(
                by=RESIDENT, now=moment, tracking_key=key, reason=request.POST.get("reason", "")
            )
        except Refused as caught:
            refusal = caught
        else:
            return redirect(f"{reverse('mobile:track', args=[key])}?again=1")
    return _page(request, "mobile/reopen.html", key, moment, refusal)


@never_cache
@require_http_methods(["GET", "POST"])
@limited(FEW, "POST")
def erase(request: HttpRequest, key: str) -> HttpResponse:
    """What goes and what stays, in plain words; then, confirmed, it goes."""
    moment, refusal = now(), None
    if request.method == "POST":
        try:
            commands.erase_by_reporter(by=RESIDENT, now=moment, tracking_key=key)
        except Refused as caught:
            refusal = caught
        else:
            return redirect(f"{reverse('mobile:track', args=[key])}?erased=1")
    return _page(request, "mobile/erase.html", key, moment, refusal)


def _page(request: HttpRequest, template: str, key: str, at: datetime, refusal: Refused | None) -> HttpResponse:
    # A key that is none of ours is refused here as everywhere: `not_found`.
    tracked = queries.track(key, at)
    context = {
        "key": key,
        "tracked": tracked,
        "own": offers(tracked, at),
        "refusal": refusal,
        "reason": request.POST.get("reason", ""),
    }
    answer = render(request, template, context, status=refusal.status if refusal else 200)
    # The address is the secret, so no other site sees it. (Not "no-referrer": the browser would then not tell either
    # where the form comes from, and it would be refused as a stranger's.)
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
