"""Settled on the spot 自处置: a grid officer's phone page, a picture before, one after, what and where, send."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from xiucheng.foundation.media import queries as media
from xiucheng.interfaces.web import once as forms
from xiucheng.interfaces.web.kept import Shelf
from xiucheng.interfaces.web.typed import degrees
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases.catalogue import Catalogue
from xiucheng.operations.intake import commands
from xiucheng.operations.intake.rules import may_self_handle

from .. import names
from ..doors import Visit, desk, page

COMMON = ("E0110", "E0101", "E0105", "E0202", "E0409", "E0410", "C0123", "C0305")
"""What one person settles with two hands (D); everything else is one tap further, in the list of all."""
SIDES = ("before", "after")
MOST = 4
"""Pictures of each side (D)."""

Kept = dict[str, tuple[UUID, ...]]
"""The pictures of each side that the form holds."""


@require_http_methods(["GET", "POST"])
@desk
def on_the_spot(request: Visit) -> HttpResponse:
    """The form, and its handing in; what was typed and photographed stays where it is refused."""
    if not may_self_handle(request.standing):
        raise Refused("not_yours", names.not_yours(), status=403)
    if request.method == "GET":
        number = forms.given(request)
        return forms.remembered(_show(request, {}, {}, number), request, number)
    kept = {side: _shelf(request, side).held(request) for side in SIDES}
    once = request.POST.get("once", "") or forms.new()
    try:
        for side in SIDES:
            kept[side] += _shelf(request, side).store(
                request, kept[side], actor=request.standing.actor, now=request.moment, purpose=side
            )
        said = _said(request, kept, once)
        _sent, filed = commands.report_self_handled(by=request.standing, now=request.moment, **said)
    except Refused as refusal:
        # A point that was refused goes: nobody sees its fields, and it would be refused for ever.
        gone = {"lon": "", "lat": ""} if {"lon", "lat"} & refusal.fields.keys() else {}
        return _show(request, request.POST.dict() | gone, kept, once, refusal)
    messages.success(
        request, _("%(number)s：已上报。接下来由受理员审核，通过后结案；没有通过会转为普通案卷，派人来办。")
        % {"number": filed.number}
    )  # fmt: skip
    return redirect("console:case", filed.number)


def _said(request: Visit, kept: Kept, once: str) -> dict[str, Any]:
    """The form as the verb takes it. Without words the category says what was done."""
    post = request.POST
    category = post.get("category_all", "") or post.get("category", "")
    if not category:
        text = _("请选择类别。")
        raise Refused("category_missing", text, fields={"category": text})
    named = names.category(category, names.catalogue(request.moment))
    said = {
        "text": post.get("text", "").strip() or _("%(category)s，已当场处置。") % {"category": named},
        "category": category,
        "lon": degrees(post.get("lon"), "lon"),
        "lat": degrees(post.get("lat"), "lat"),
        "area": post.get("area", "") or None,
        "component": post.get("component", "") or None,
        "before": kept["before"],
        "after": kept["after"],
    }
    pictures = [*kept["before"], *kept["after"]]
    key = commands.by_content(f"desk:{request.standing.account_id}", once, {**said, "media": pictures})
    return {**said, "once": key}


def _shelf(request: Visit, side: str) -> Shelf:
    """The pictures of one side, signed for whoever took them."""
    return Shelf(side, f"console.on_the_spot.{side}.{request.standing.account_id}", MOST)


def _shots(request: Visit, side: str, held: Sequence[UUID]) -> list[dict[str, str]]:
    return _shelf(request, side).shots(held, lambda seal: reverse("console:on_the_spot_kept", args=[side, seal]))


@never_cache
@require_GET
@desk
def kept_picture(request: Visit, side: str, seal: str) -> HttpResponse:
    """A picture back to the form that handed it in, small."""
    media_id = _shelf(request, side).unsealed(seal)
    if media_id is None:
        raise Http404
    content, content_type = media.content(media_id, "thumb")
    return HttpResponse(content, content_type=content_type)


def _show(request: Visit, said: dict[str, Any], kept: Kept, once: str, refusal: Refused | None = None) -> HttpResponse:
    held = names.catalogue(request.moment)
    context = {
        "said": said,
        "once": once,
        "refusal": refusal,
        "sides": [(side, *_words(side), _shots(request, side, kept.get(side, ()))) for side in SIDES],
        "most": MOST,
        "chips": _chips(held),
        "groups": names.category_groups(held),
        "areas": names.area_groups(),
    }
    return page(request, "console/on_the_spot.html", context, status=refusal.status if refusal else 200)


def _words(side: str) -> tuple[str, str]:
    return {"before": (_("处置前"), _("拍处置前")), "after": (_("处置后"), _("拍处置后"))}[side]


def _chips(held: Catalogue | None) -> list[tuple[str, str]]:
    return [(key, held.categories[key].minor_name) for key in COMMON if key in held.categories] if held else []
