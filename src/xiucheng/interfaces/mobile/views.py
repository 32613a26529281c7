"""The residents' pages: say what is wrong, follow what became of it; every one works without a script."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import segno
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from xiucheng.foundation.media import queries as media
from xiucheng.interfaces.web import categories, once
from xiucheng.interfaces.web.rates import MANY, REPORTS, SOME, limited
from xiucheng.kit.now import now
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import configuration
from xiucheng.operations.cases import queries as cases
from xiucheng.operations.cases.catalogue import Catalogue
from xiucheng.operations.cases.rules import STATES
from xiucheng.operations.intake import queries as intake

from . import choices, own, reporting, tracking

SENT = "xc_sent"
# Fields of a refusal that say that the point is no good.
REFUSED_POINT = frozenset({"lon", "lat"})
# Where the form shows what the intake room says of a field.
FIELDS = {"contact.phone": "phone", "contact.name": "name", "lat": "lon"}


@require_GET
def welcome(request: HttpRequest) -> HttpResponse:
    """Say what is wrong, or follow it."""
    return render(request, "mobile/welcome.html")


@never_cache
@require_http_methods(["GET", "POST"])
@limited(REPORTS, "POST")
def report(request: HttpRequest) -> HttpResponse:
    """The report: photo, place, category, the same thing nearby, send."""
    if request.method == "POST":
        return _receive(request, now())
    said = reporting.empty(request)
    return once.remembered(_form(request, said), request, said.once)


def _receive(request: HttpRequest, moment: datetime) -> HttpResponse:
    said = reporting.read(request)
    try:
        said = replace(said, media=said.media + reporting.store_pictures(request, said, moment))
        sent = reporting.sent_before(said)
        if sent is None and (found := reporting.unasked(said, moment)):
            return _form(request, said, nearby=found)
        sent = sent or reporting.submit(said, moment)
    except Refused as refusal:
        return _form(request, _without(said, refusal), refusal=refusal)
    page = reverse("mobile:track", args=[sent.tracking_key])
    left_out = f"&left_out={said.left_out}" if said.left_out else ""
    answer = redirect(f"{page}?new=1{'&before=1' if sent.repeated else ''}{left_out}")
    # For ten minutes this browser alone is shown again what it sent; whoever gets the link is not.
    answer.set_signed_cookie(
        SENT,
        str(sent.report_id),
        salt=SENT,
        max_age=600,
        path=page,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return answer


def _without(said: reporting.Said, refusal: Refused) -> reporting.Said:
    """A point that was refused goes: it stands in fields that nobody sees, and would be refused for ever."""
    return replace(said, lon=None, lat=None) if REFUSED_POINT & refusal.fields.keys() else said


def _form(
    request: HttpRequest,
    said: reporting.Said,
    *,
    refusal: Refused | None = None,
    nearby: list[dict[str, Any]] | None = None,
) -> HttpResponse:
    held = _catalogue()
    context = {
        "said": said,
        "refusal": refusal,
        "wrong": {FIELDS.get(name, name): text for name, text in refusal.fields.items()} if refusal else {},
        "nearby": _described(nearby or [], held, said.category),
        "components": reporting.components(said, now()),
        "kept": reporting.PICTURES.shots(said.media, _kept_at),
        "chips": categories.chips(held, said.text, said.category) if held else [],
        "groups": choices.groups(held) if held else [],
        "streets": choices.streets(),
        "most": reporting.PICTURES.most,
    }
    return render(request, "mobile/report.html", context, status=refusal.status if refusal else 200)


def _kept_at(seal: str) -> str:
    return reverse("mobile:kept", args=[seal])


def _catalogue() -> Catalogue | None:
    return configuration.catalogue_if_any(now())


@require_http_methods(["POST"])
@limited(MANY)
def suggest(request: HttpRequest) -> HttpResponse:
    """The chips again, those first that the words name."""
    held = _catalogue()
    said = reporting.read(request)
    offered = categories.chips(held, said.text, said.category) if held else []
    return render(request, "mobile/parts/chips.html", {"chips": offered, "said": said})


@require_http_methods(["POST"])
@limited(SOME)
def nearby(request: HttpRequest) -> HttpResponse:
    """Is it this one? Asked while the form is being filled in."""
    said = reporting.read(request)
    try:
        found = reporting.nearby(said, now())
    except Refused as refusal:
        return render(request, "web/parts/refusal.html", {"refusal": refusal}, status=refusal.status)
    return render(
        request,
        "mobile/parts/nearby.html",
        {
            "nearby": _described(found, _catalogue(), said.category),
            "components": reporting.components(said, now()),
            "said": said,
        },
    )


def _described(found: list[dict[str, Any]], held: Catalogue | None, category: str) -> list[dict[str, Any]]:
    """Cases close by with what tells them apart: kind, place and state; nobody's words."""
    named = held.categories.get(category) if held else None
    return [
        {
            **one,
            "category": named.minor_name if named else "",
            "place": (choices.place_of(one["lon"], one["lat"]) or ("", ""))[1],
            "state_label": STATES[one["state"]],
        }
        for one in found
    ]


@require_http_methods(["POST"])
@limited(MANY)
def where(request: HttpRequest) -> HttpResponse:
    """The name of a point, for the person to see that it is the right place; refused `outside` (422)."""
    said = reporting.read(request)
    found = None if said.lon is None or said.lat is None else choices.place_of(said.lon, said.lat)
    if found is None:
        text = _("这个位置不在本辖区内，请在图上点或选社区。")
        return JsonResponse(Refused("outside", text, fields={"lon": text}).as_dict(), status=422)
    area, name = found
    return JsonResponse({"area": area, "name": name})


@never_cache
@require_GET
@limited(MANY)
def kept(request: HttpRequest, seal: str) -> HttpResponse:
    """A picture back to the form that handed it in, small."""
    media_id = reporting.PICTURES.unsealed(seal)
    if media_id is None:
        raise Http404
    content, content_type = media.content(media_id, "thumb")
    return HttpResponse(content, content_type=content_type)


@require_GET
@limited(SOME)
def lookup(request: HttpRequest) -> HttpResponse:
    """From the key as typed to its page; where there is none, the form again."""
    typed = request.GET.get("key", "").strip()
    if not typed:
        return redirect("mobile:welcome")
    try:
        intake.track(typed, now())
    except Refused as refusal:
        return _no_such_key(request, typed, refusal)
    return redirect("mobile:track", key=typed)


def _no_such_key(request: HttpRequest, typed: str, refusal: Refused) -> HttpResponse:
    return render(request, "mobile/welcome.html", {"refusal": refusal, "typed": typed[:60]}, status=refusal.status)


@never_cache
@require_GET
@limited(SOME)
def track(request: HttpRequest, key: str) -> HttpResponse:
    """How a report stands; a wrong key gets the form again, with a plain sentence."""
    moment = now()
    try:
        tracked = intake.track(key, moment)
    except Refused as refusal:
        return _no_such_key(request, key, refusal)
    held = _catalogue()
    category = held.categories.get(tracked.category) if held else None
    context = {
        "tracked": tracked,
        "told": tracking.told(tracked),
        "reopenable": tracked.reopenable(moment),
        "done": "again" if "again" in request.GET else "erased" if "erased" in request.GET else "",
        "category": category.minor_name if category else "",
        "pictures": _by_purpose(tracked),
        "key": key.upper(),
        "is_new": "new" in request.GET,
        "was_before": "before" in request.GET,
        "left_out": reporting.few(request.GET.get("left_out", "")),
        "sent": _sent(request, tracked),
        "address_of_page": request.build_absolute_uri(reverse("mobile:track", args=[key])),
    }
    return own.kept_secret(render(request, "mobile/track.html", context))


def _sent(request: HttpRequest, tracked: intake.Tracked) -> dict[str, Any] | None:
    """What this very browser has just sent, to look at once more."""
    if "new" not in request.GET:
        return None
    if request.get_signed_cookie(SENT, default="", salt=SENT, max_age=600) != str(tracked.report_id):
        return None
    told = intake.told(tracked.report_id)
    if told is None or told.erased:
        return None
    pictures = [_kept_at(reporting.PICTURES.seal(one)) for one in told.media]
    return {"text": told.text, "address": told.address, "pictures": pictures}


def _by_purpose(tracked: intake.Tracked) -> list[tuple[str, list[media.Described]]]:
    """The released pictures under their headings: what it looks like now, and everything else of the place."""
    purposes = dict(cases.pictures(tracked.case_id)) if tracked.case_id else {}
    after: list[media.Described] = []
    others: list[media.Described] = []
    for one in media.released(purposes):
        (after if purposes[one.id] == "after" else others).append(one)
    headed = ((_("处置后的样子"), after), (_("现场的样子"), others))
    return [(title, found) for title, found in headed if found]


def _released(tracked: intake.Tracked) -> list[media.Described]:
    """Pictures that a person released for the public."""
    return [one for _title, found in _by_purpose(tracked) for one in found]


@require_GET
@limited(MANY)
def qr(request: HttpRequest, key: str) -> HttpResponse:
    """The tracking page's address as a QR code; of a report that is there, not of any text that somebody likes."""
    intake.track(key, now())
    url = request.build_absolute_uri(reverse("mobile:track", args=[key]))
    drawing = segno.make(url, error="m").svg_inline(border=0, omitsize=True, dark="#000", light=None)
    named = drawing.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    return HttpResponse(named, content_type="image/svg+xml")


@require_GET
@limited(MANY)
def released_picture(request: HttpRequest, key: str, media_id: str) -> HttpResponse | HttpResponseRedirect:
    """A released picture of the case that this key follows, in the copy that shows nobody."""
    shown = {str(one.id): one for one in _released(intake.track(key, now()))}
    if media_id not in shown:
        raise Http404
    content, content_type = media.content(shown[media_id].id, "display")
    return HttpResponse(content, content_type=content_type)
