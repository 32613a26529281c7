"""The site's own map shapes as GeoJSON, for the map island: unit grids round a point, else the communities."""

import json

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from xiucheng.foundation.places import queries as places


@require_GET
@cache_control(public=True, max_age=3600)
def grids(request: HttpRequest) -> HttpResponse:
    """`?near=lon,lat` (degrees WGS84): the unit grids of the community there; without it, or where there are none,
    the outlines of communities, else of streets. An empty collection where the site has no polygon at all."""
    shapes = _round(request.GET.get("near", "")) or _first("community", "street", "district")
    return HttpResponse(json.dumps(shapes, separators=(",", ":")), content_type="application/geo+json")


def _round(near: str) -> dict[str, object] | None:
    try:
        lon, lat = (float(part) for part in near.split(","))
    except ValueError:
        return None
    community = places.locate(lon, lat).community
    shapes = places.outlines("unit_grid", community) if community else None
    return shapes if shapes and shapes["features"] else None


def _first(*levels: str) -> dict[str, object]:
    found: dict[str, object] = {"type": "FeatureCollection", "features": []}
    for level in levels:
        found = places.outlines("area", level=level)
        if found["features"]:
            break
    return found
