"""What a reporter may do with their own report, by its key: have the case opened again, have their words erased."""

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

RESIDENT = Standing.resident("resident")


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
        "reopenable": tracked.reopenable(at),
        "refusal": refusal,
        "reason": request.POST.get("reason", ""),
    }
    return kept_secret(render(request, template, context, status=refusal.status if refusal else 200))


def kept_secret(answer: HttpResponse) -> HttpResponse:
    """A page whose address holds the key: no other site sees it, no search engine keeps it.

    Not "no-referrer": the browser would then not tell either where a form of the page comes from (its own, or the
    switch of languages), and it would be refused as a stranger's.
    """
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
