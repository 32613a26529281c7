"""Erasing one picture: why, what it means, and then it is gone for good."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from xiucheng.foundation.media import queries as media
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.vault import REASONS
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import queries as cases
from xiucheng.operations.intake import commands

from ..doors import Visit, desk, page
from .media import back


@never_cache
@require_http_methods(["GET", "POST"])
@desk
def erase(request: Visit, media_id: UUID) -> HttpResponse:
    """GET shows the picture and asks for the reason; POST erases it."""
    if not cases.sees_picture(media_id, request.standing):
        raise Http404
    people.demand(request.standing, "media.erase")
    described = media.describe([media_id]).get(media_id)
    if described is None:
        raise Refused("gone", _("这张图片已经删除。"), status=410)
    refusal = None
    if request.method == "POST":
        try:
            commands.erase_picture(
                by=request.standing, now=request.moment, media_id=media_id, reason=request.POST.get("reason", "")
            )
        except Refused as caught:
            refusal = caught
        else:
            messages.success(request, _("已永久删除这张图片。"))
            return redirect(back(request))
    context = {
        "media_id": media_id,
        "picture": described,
        "reasons": REASONS.items(),
        "refusal": refusal,
        "to": back(request),
    }
    return page(request, "console/erase_picture.html", context, status=refusal.status if refusal else 200)
