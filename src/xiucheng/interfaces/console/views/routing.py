"""Why a case goes where it goes: any point and category, and what each rule says to it."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.places import queries as places
from xiucheng.interfaces.web.typed import degrees, moment
from xiucheng.kit.refused import Refused
from xiucheng.operations.dispatch import queries as dispatch
from xiucheng.operations.intake import queries as intake

from .. import names
from ..doors import Visit, desk, page


@require_GET
@desk
def routing(request: Visit) -> HttpResponse:
    """The question in the address, the answer beneath."""
    people.demand(request.standing, "dispatch.explain")
    asked = request.GET
    category = asked.get("category", "")
    explanation, refusal = None, None
    if category:
        try:
            explanation = dispatch.explain(
                category,
                degrees(asked.get("lon"), "lon"),
                degrees(asked.get("lat"), "lat"),
                asked.get("area") or None,
                moment(asked.get("at"), "at"),
                asked.get("channel") or "resident",
                now=request.moment,
            )
        except Refused as caught:
            refusal = caught
    held = names.catalogue(request.moment)
    context = {
        "asked": asked,
        "explanation": explanation,
        "refusal": refusal,
        "groups": names.category_groups(held),
        "areas": places.subtree(),
        "channels": intake.channels(),
        "category_name": names.category(category, held),
    }
    return page(request, "console/routing.html", context, status=refusal.status if refusal else 200)
