"""The door to the desk: who comes in, at what moment, and the frame that every page of the desk stands in."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from xiucheng.foundation.notices import queries as notices
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.interfaces.web.typed import whole
from xiucheng.kit.now import now
from xiucheng.kit.refused import Refused

from . import nav

P = ParamSpec("P")


class Visit(HttpRequest):
    """A request by somebody who has signed in, with their standing at this moment."""

    standing: Standing
    moment: datetime


def desk(
    view: Callable[Concatenate[Visit, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Only for people who have signed in; the moment is asked once and handed on."""

    @wraps(view)
    def inside(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        visit = cast(Visit, request)
        visit.moment = now()
        visit.standing = people.standing_of(request.user, visit.moment)  # type: ignore[arg-type]
        return view(visit, *args, **kwargs)

    @wraps(view)
    def outside(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if is_part(request) and not request.user.is_authenticated:
            return signed_out(request)
        return login_required(inside)(request, *args, **kwargs)

    return cast(Callable[Concatenate[HttpRequest, P], HttpResponse], outside)


def signed_out(request: HttpRequest) -> HttpResponse:
    """To htmx, when the session has ended: one line with the way back to the page it came from; what was typed stays.

    401, not a page for signing in: that would be put in the place of a piece.
    """
    here = urlsplit(request.headers.get("HX-Current-URL", ""))
    back = f"{here.path}?{here.query}" if here.query else here.path
    to = back if _ours(back) else reverse("console:hall")
    answer = render(request, "console/parts/signed_out.html", {"back": to}, status=401)
    answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#toasts", "beforeend"
    return answer


def page(
    request: Visit, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200, counted: bool = True
) -> HttpResponse:
    """A whole page of the desk, with its navigation and, if counted, the number of unread notices (one statement)."""
    person_id = request.standing.person_id
    frame = {
        "now": request.moment,
        "standing": request.standing,
        "nav": nav.items(request.standing, request.path),
        "posts": nav.posts(request.standing),
        "sees_cases": nav.sees_cases(request.standing),
        "unread": notices.unread(person_id, request.moment) if person_id and counted else 0,
    }
    return render(request, template, {**frame, **(context or {})}, status=status)


def part(request: Visit, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """A piece of a page for htmx, without the frame."""
    return render(request, template, {"now": request.moment, "standing": request.standing, **context}, status=status)


def came_from(request: HttpRequest, field: str = "back") -> str:
    """The page that a form or link came from, as it says itself; "" where it names none of this site."""
    said = request.POST.get(field) or request.GET.get(field, "")
    return said if _ours(said) else ""


def _ours(address: str) -> bool:
    """Is this an address within this very site?"""
    return address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)


def seen_version(request: Visit) -> int:
    """The version that the person saw when pressing; refused `stale` (409) without one: a move must say what it moves
    from. `bad_number` where it is none."""
    if not request.POST.get("version"):
        raise Refused("stale", _("页面太旧，请刷新后再办。"), status=409)
    return whole(request.POST["version"], "version")


def is_part(request: HttpRequest) -> bool:
    """Did htmx ask for a piece (and not the browser, restoring history, for the whole)?"""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"


def is_speculative(request: HttpRequest) -> bool:
    """Does the browser fetch this before anybody asked for it, to prefetch or to prerender? Sec-Purpose (Fetch), and
    what browsers said before it."""
    said = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"))
    return any(word in one.lower() for one in said for word in ("prefetch", "prerender", "preview"))
