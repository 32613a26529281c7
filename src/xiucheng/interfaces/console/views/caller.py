"""Earlier reports of the same caller: beside a report, and at the reception desk by the number that calls."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from xiucheng.kit.refused import Refused
from xiucheng.operations.cases.rules import STATES as CASE_STATES
from xiucheng.operations.intake import commands, queries
from xiucheng.operations.intake.queries import Earlier
from xiucheng.operations.intake.rules import STATES

from .. import names
from ..doors import Visit, desk, is_part, page, part
from . import reception


@require_GET
@desk
def earlier(request: Visit, report_id: UUID) -> HttpResponse:
    """Those of whoever made this report; for those who may find a caller."""
    found = queries.earlier_of_reporter(report_id, request.standing)
    context = {"earlier": _lines(request, found), "report_id": report_id}
    if is_part(request):
        return part(request, "console/parts/earlier.html", context)
    return page(request, "console/earlier.html", context)


@never_cache
@require_POST
@desk
def look_up(request: Visit) -> HttpResponse:
    """By the number as typed into the reception form; recorded. Without htmx the form comes back with the list."""
    context: dict[str, Any] = {}
    status = 200
    try:
        found = commands.look_up_caller(
            by=request.standing, now=request.moment, phone=request.POST.get("phone", "").strip()
        )
        context["earlier"] = _lines(request, found)
    except Refused as refusal:
        if refusal.status == 403:
            raise
        context["refusal"], status = refusal, refusal.status
    if is_part(request):
        template = "web/parts/refusal.html" if "refusal" in context else "console/parts/earlier.html"
        return part(request, template, context, status=status)
    return reception.show(request, reception.typed(request), status=status, **context)


def _lines(request: Visit, found: list[Earlier]) -> list[dict[str, Any]]:
    held = names.catalogue(request.moment)
    return [
        {
            "report": one,
            "category": names.category(one.category, held) if one.category else "",
            "channel": names.channel(one.channel),
            "icon": names.CHANNEL_ICONS.get(one.channel, "message"),
            "state": CASE_STATES.get(one.outcome) or STATES[one.state],
        }
        for one in found
    ]
