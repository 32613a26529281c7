"""A community's unit grids on the map: draw, cut by a line, join, number, with the history and its undoing."""

from __future__ import annotations

import json

import shapely
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xiucheng.foundation.places import commands, holdings
from xiucheng.foundation.places import queries as places
from xiucheng.foundation.places.refusals import refusal

from ..doors import Visit, desk, page
from .basemap import demand, named

_MOST_CORNERS = 500


def _community(code: str) -> places.AreaView:
    found = places.area(code)
    if found is None or found.level != "community" or found.active_to is not None:
        raise refusal("unknown_area", code, status=404)
    return found


@require_GET
@desk
def grids(request: Visit, community: str) -> HttpResponse:
    """The grids of one community, on the map and as a list."""
    demand(request)
    area = _community(community)
    changes = holdings.changes(20, area.code, "unit_grid")
    context = {
        "area": area,
        "street": places.area_name(area.parent or ""),
        "grids": places.unit_grids(area.code),
        "changes": named(changes),
        "seen": holdings.seen_mark(area.code),
    }
    return page(request, "console/grids.html", context)


@require_GET
@desk
def shapes(request: Visit, community: str) -> HttpResponse:
    """The community's outline and grids as GeoJSON; properties: code, name (the number), layer."""
    demand(request)
    area = _community(community)
    features = []
    for kind, layer in (("area", "outline"), ("unit_grid", "cell")):
        for feature in places.outlines(kind, area.code)["features"]:  # type: ignore[arg-type]
            code = feature["properties"]["code"]
            feature["properties"] = {"code": code, "name": code[12:] or area.name, "layer": layer}
            features.append(feature)
    body = json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":"))
    return HttpResponse(body, content_type="application/geo+json")


def _corners(request: Visit, least: int) -> list[tuple[float, float]]:
    """The corners that the map sent: `lon,lat;lon,lat;…` in degrees WGS84. Refused: drawing_missing."""
    try:
        pairs = [tuple(map(float, pair.split(","))) for pair in request.POST.get("corners", "").split(";") if pair]
        corners = [(lon, lat) for lon, lat in pairs]
    except ValueError:
        corners = []
    if not least <= len(corners) <= _MOST_CORNERS:
        raise refusal("drawing_missing", field="corners")
    return corners


def _seen(request: Visit) -> str | None:
    return request.POST.get("seen")


@require_POST
@desk
def draw(request: Visit, community: str) -> HttpResponse:
    """A new grid on free ground."""
    demand(request)
    code = commands.draw_grid(
        actor=request.standing.actor,
        now=request.moment,
        community=community,
        shape=shapely.Polygon(_corners(request, 3)),
        seen=_seen(request),
    )
    messages.success(request, _("新网格的编码是 %(code)s") % {"code": code})
    return redirect("console:grids", community)


@require_POST
@desk
def split(request: Visit, community: str) -> HttpResponse:
    """Cut one grid in two."""
    demand(request)
    chosen = request.POST.getlist("code")
    if len(chosen) != 1:
        raise refusal("one_grid_only", field="code")
    fresh = commands.split_grid(
        actor=request.standing.actor,
        now=request.moment,
        code=chosen[0],
        line=shapely.LineString(_corners(request, 2)),
        seen=_seen(request),
    )
    messages.success(request, _("已切开：东边一块的编码是 %(code)s") % {"code": fresh})
    return redirect("console:grids", community)


@require_POST
@desk
def merge(request: Visit, community: str) -> HttpResponse:
    """Join neighbours."""
    demand(request)
    kept = commands.merge_grids(
        actor=request.standing.actor, now=request.moment, codes=request.POST.getlist("code"), seen=_seen(request)
    )
    messages.success(request, _("已合并为 %(code)s") % {"code": kept})
    return redirect("console:grids", community)


@require_POST
@desk
def renumber(request: Visit, community: str) -> HttpResponse:
    """Number them west to east, then north to south."""
    demand(request)
    moved = commands.renumber_grids(
        actor=request.standing.actor, now=request.moment, community=community, seen=_seen(request)
    )
    messages.success(request, _("已重新编号，%(n)d 个网格换了编码") % {"n": len(moved)})
    return redirect("console:grids", community)
