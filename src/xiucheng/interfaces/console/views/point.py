"""One component or facility: what it is, whose, what became of it; corrected by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xiucheng.foundation.people import commands as people_commands
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import RELATIONS
from xiucheng.foundation.places import commands, points
from xiucheng.foundation.places import queries as places
from xiucheng.interfaces.web.typed import degrees, identifier
from xiucheng.kit.refused import Refused

from .. import names
from ..basemap import words
from ..doors import Visit, desk, page
from . import points as lists

_TEXTS = ("state", "name", "note", "address")


@require_GET
@desk
def point(request: Visit, kind: str, code: str) -> HttpResponse:
    """One component or facility with its history; the forms for who may correct it."""
    return page(request, "console/point.html", _context(request, points.point(kind, code)))


def _context(request: Visit, view: points.PointView) -> dict[str, Any]:
    held = people.parties(view.what, [view.code], at=request.moment).get(view.code, {})
    became, links = points.history(view), people.party_history(view.what, view.code)
    actors = [one.actor for one in became] + [one.undone_by for one in became if one.undone_by]
    actors += [by for one in links for by in (one.started_by, one.ended_by) if by]
    known = names.Names.of_actors(actors)
    may = people.may_correct(request.standing, view.community, held.values())
    agencies = people.agency_names({*held.values(), *(one.agency_id for one in links)})
    return {
        "one": view,
        "kind": view.what,
        "kind_name": words.POINT_NAMES[view.what],
        "type": lists.type_name(view.what, view.type, names.catalogue(request.moment)),
        "state": words.POINT_STATE_NAMES[view.state],
        "where": names.place(view.community) if view.community else "",
        "parties": [(_(title), agencies.get(held[key], "") if key in held else "") for key, title in RELATIONS.items()],
        "chosen": [(key, _(title), str(held.get(key, ""))) for key, title in RELATIONS.items()],
        "became": [_told(one, known) for one in became],
        "links": [_link(one, known, agencies) for one in links],
        "seen": became[0].change_id if became else "",
        "states": lists.states(),
        "agencies": lists.agency_choices(),
        "may": may,
        "may_parties": people.may(request.standing, lists.PARTIES),
        "typed": {"state": view.state, "name": view.name, "note": view.note, "address": view.address,
                  "lon": f"{view.lon:.6f}", "lat": f"{view.lat:.6f}"},
        "done": lists.done(request, view.what),
    }  # fmt: skip


def _told(one: points.Became, known: names.Names) -> dict[str, Any]:
    return {
        "one": one,
        "verb": words.verb_name(one.verb),
        "by": known.actor(one.actor),
        "undoer": known.actor(one.undone_by) if one.undone_by else "",
        "fields": [(words.TRACED_NAMES[name], _said(name, was), _said(name, now))
                   for name, was, now in _merged(one.fields)],
    }  # fmt: skip


def _merged(fields: Sequence[tuple[str, Any, Any]]) -> list[tuple[str, Any, Any]]:
    """Longitude and latitude are one place."""
    plain = [one for one in fields if one[0] not in ("lon", "lat")]
    if len(plain) < len(fields):
        held = {name: (was, now) for name, was, now in fields}
        was = [held[name][0] for name in ("lon", "lat") if name in held]
        now = [held[name][1] for name in ("lon", "lat") if name in held]
        plain.append(("point", was, now))
    return plain


def _said(name: str, value: Any) -> str:
    if value in (None, "", []):
        return "—"
    if name == "state":
        return str(words.POINT_STATE_NAMES.get(value, value))
    if name == "kind":
        return str(words.FACILITY_TITLES.get(value, value))
    if name in ("community_id", "unit_grid"):
        return places.area_name(value)
    return ", ".join(f"{number:.6f}" for number in value) if name == "point" else str(value)


def _link(one: people.PartyWas, known: names.Names, agencies: Mapping[UUID, str]) -> dict[str, Any]:
    return {
        "one": one,
        "relation": _(RELATIONS[one.relation]),
        "agency": agencies.get(one.agency_id, ""),
        "by": known.actor(one.started_by) if one.started_by else "",
        "ender": known.actor(one.ended_by) if one.ended_by else "",
    }


@require_POST
@desk
def correct(request: Visit, kind: str, code: str) -> HttpResponse:
    """What is on record, as typed; what is wrong with it is said beside the field."""
    view = points.point(kind, code)
    people.demand_correct(request.standing, kind, [code], at=request.moment)
    typed = {name: request.POST.get(name, "").strip() for name in (*_TEXTS, "lon", "lat")}
    try:
        change = commands.correct_points(
            actor=request.standing.actor, now=request.moment, kind=kind, codes=[code],
            said=_correction(view, typed), seen=identifier(request.POST.get("seen")),
        )  # fmt: skip
    except Refused as caught:
        context = {**_context(request, view), "typed": typed, "refusal": caught, "wrong": caught.fields}
        return page(request, "console/point.html", context, status=caught.status)
    return redirect(f"{reverse('console:point', args=[kind, code])}?{urlencode({'done': str(change)})}")


def _correction(view: points.PointView, typed: Mapping[str, str]) -> commands.Correction:
    lon, lat = degrees(typed["lon"], "lon"), degrees(typed["lat"], "lat")
    # The form shows six digits; who leaves them alone does not move the thing by what was cut off.
    if (typed["lon"], typed["lat"]) == (f"{view.lon:.6f}", f"{view.lat:.6f}"):
        lon = lat = None
    return commands.Correction(lon=lon, lat=lat, **{name: typed[name] for name in _TEXTS})


@require_POST
@desk
def parties(request: Visit, kind: str, code: str) -> HttpResponse:
    """Whose it is, all three relations at once: what differs from now on is linked, what was emptied is ended."""
    view = points.point(kind, code)
    people.demand(request.standing, lists.PARTIES)
    try:
        changed = people_commands.set_parties(
            by=request.standing, now=request.moment, kind=kind, code=code,
            wanted={one: _agency(request.POST[one]) for one in RELATIONS if one in request.POST},
        )  # fmt: skip
    except Refused as caught:
        if caught.status == 403:
            raise
        context = {**_context(request, view), "refusal": caught, "wrong": caught.fields}
        return page(request, "console/point.html", context, status=caught.status)
    address = reverse("console:point", args=[kind, code])
    return redirect(f"{address}?{urlencode({'linked': request.moment.isoformat()})}" if changed else address)


def _agency(said: str) -> UUID | None:
    """The organisation chosen, None for none. Refused: not_found (404)."""
    if not said:
        return None
    found = identifier(said)
    if found is None:
        raise Refused("not_found", _("没有这个单位。请从单位列表中选择。"), status=404)
    return people.agency(found).id
