"""Compounds as lists have brought them in: by community with buildings and dwellings, one compound in full."""

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.places import housing
from xiucheng.foundation.places import queries as places

from ..doors import Visit, desk, page

_ACTS = ("places.import", "site.found")


def _demand(request: Visit) -> None:
    """Who keeps base data and who founds the district."""
    if not any(people.may(request.standing, act) for act in _ACTS):
        people.demand(request.standing, _ACTS[0])


@require_GET
@desk
def compounds(request: Visit) -> HttpResponse:
    """Compounds in use by community and name, a page at a time; searched by a part of name or address."""
    _demand(request)
    search = request.GET.get("search", "").strip()[:40]
    asked = request.GET.get("page", "")
    number = min(max(1, int(asked)), 10_000) if asked.isascii() and asked.isdigit() else 1
    found = housing.compounds(search=search, page=number)
    rows = [{"compound": one, "place": places.area_name(one.community)} for one in found[: housing.PAGE]]
    return page(
        request,
        "console/compounds.html",
        {"rows": rows, "search": search, "next": number + 1 if len(found) > housing.PAGE else 0},
    )


@require_GET
@desk
def compound(request: Visit, compound_id: UUID) -> HttpResponse:
    """One compound with its buildings."""
    _demand(request)
    view = housing.compound(compound_id)
    context = {"compound": view, "place": places.area_name(view.community), "buildings": housing.buildings(view.id)}
    return page(request, "console/compound.html", context)
