"""Settled on the spot 自处置: a grid officer's phone page, a picture before, one after, what and where, send."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xiucheng.foundation.media import commands as media
from xiucheng.interfaces.web import once as forms
from xiucheng.interfaces.web.typed import degrees
from xiucheng.interfaces.web.uploads import content_of
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases.catalogue import Catalogue
from xiucheng.operations.intake import commands
from xiucheng.operations.intake.rules import may_self_handle

from .. import names
from ..doors import Visit, desk, page

# D: what one person settles with two hands; everything else is one tap further, in the list of all.
COMMON = ("E0110", "E0101", "E0105", "E0202", "E0409", "E0410", "C0123", "C0305")
SIDES = ("before", "after")
MOST = 4
# Pictures that were stored before a refusal travel in the form, signed for this account: nobody takes them twice.
_SALT = "console.on_the_spot"
_KEPT = 3600


@require_http_methods(["GET", "POST"])
@desk
def on_the_spot(request: Visit) -> HttpResponse:
    """The form, and its handing in; what was typed and photographed stays where it is refused."""
    if not may_self_handle(request.standing):
        raise Refused("not_yours", names.not_yours(), status=403)
    if request.method == "GET":
        number = forms.given(request)
        return forms.remembered(_show(request, {}, {}, number), request, number)
    kept = {side: _kept(request, side) for side in SIDES}
    once = request.POST.get("once", "") or forms.new()
    try:
        for side in SIDES:
            kept[side] += _store(request, side)
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


def _said(request: Visit, kept: dict[str, list[UUID]], once: str) -> dict[str, Any]:
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


def _store(request: Visit, side: str) -> list[UUID]:
    files = [one for one in request.FILES.getlist(side) if one.size]
    if len(files) > MOST:
        text = _("一次最多 %(n)d 张图片。") % {"n": MOST}
        raise Refused("too_many_pictures", text, fields={"media": text})
    actor, at = request.standing.actor, request.moment
    contents = [(one.name or "", content_of(one, "media")) for one in files]
    return [media.store(actor=actor, now=at, content=content, name=name, purpose=side).id for name, content in contents]


def _salt(request: Visit, side: str) -> str:
    return f"{_SALT}.{side}.{request.standing.account_id}"


def _kept(request: Visit, side: str) -> list[UUID]:
    try:
        held = signing.loads(request.POST.get(f"kept_{side}", ""), salt=_salt(request, side), max_age=_KEPT)
    except signing.BadSignature:
        return []
    return [UUID(one) for one in held]


def _show(
    request: Visit, said: dict[str, Any], kept: dict[str, list[UUID]], once: str, refusal: Refused | None = None
) -> HttpResponse:
    held = names.catalogue(request.moment)
    context = {
        "said": said,
        "once": once,
        "refusal": refusal,
        "sides": [(side, *_words(side), len(kept.get(side, [])), _sealed(request, side, kept)) for side in SIDES],
        "most": MOST,
        "chips": _chips(held),
        "groups": names.category_groups(held),
        "areas": names.area_groups(),
    }
    return page(request, "console/on_the_spot.html", context, status=refusal.status if refusal else 200)


def _words(side: str) -> tuple[str, str]:
    return {"before": (_("处置前"), _("拍处置前")), "after": (_("处置后"), _("拍处置后"))}[side]


def _sealed(request: Visit, side: str, kept: dict[str, list[UUID]]) -> str:
    held = kept.get(side)
    return signing.dumps([str(one) for one in held], salt=_salt(request, side)) if held else ""


def _chips(held: Catalogue | None) -> list[tuple[str, str]]:
    return [(key, held.categories[key].minor_name) for key in COMMON if key in held.categories] if held else []
