"""The fixed things that a report may be about, offered while a form of the desk is being filled in."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from xiucheng.foundation.places.queries import Near
from xiucheng.operations.intake import queries

from ..doors import Visit, desk, part


@require_POST
@desk
def components(request: Visit) -> HttpResponse:
    """Those of the category's kind around the point, the nearest few; empty where there is nothing to offer."""
    chosen = request.POST.get("component", "")
    return part(request, "console/parts/components.html", {"components": nearest(request), "chosen": chosen})


def nearest(request: Visit) -> list[Near]:
    """Around the point of the form as posted; nothing without a point and a category, or outside the district."""
    category = request.POST.get("category_all", "") or request.POST.get("category", "")
    try:
        lon, lat = float(request.POST.get("lon", "")), float(request.POST.get("lat", ""))
    except ValueError:
        return []
    return queries.components_offered(category=category, lon=lon, lat=lat, now=request.moment)
