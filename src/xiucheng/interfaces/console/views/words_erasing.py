"""Erasing what was said with one move of a case: why, what it means, and then the words are gone for good."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.vault import REASONS
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import commands, queries

from .. import caseview
from ..doors import Visit, desk, page


@never_cache
@require_http_methods(["GET", "POST"])
@desk
def erase(request: Visit, number: str, content_id: UUID) -> HttpResponse:
    """GET shows the words and asks for the reason; POST erases them."""
    view = caseview.find(number, request.standing, request.moment)
    people.demand(request.standing, "people.erase", area=view.facts.area)
    line = next((one for one in queries.story(view.id) if one.content_id == content_id), None)
    if line is None:
        raise Http404
    refusal = None
    if request.method == "POST":
        try:
            commands.redact_words(
                by=request.standing,
                now=request.moment,
                case_id=view.id,
                content_id=content_id,
                reason_code=request.POST.get("reason", ""),
            )
        except Refused as caught:
            refusal = caught
        else:
            messages.success(request, _("已永久删除这段文字"))
            return redirect("console:case", view.number)
    context = {"case": view, "line": line, "content_id": content_id, "reasons": REASONS.items(), "refusal": refusal}
    return page(request, "console/erase_words.html", context, status=refusal.status if refusal else 200)
