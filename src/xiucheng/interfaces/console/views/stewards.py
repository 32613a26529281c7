"""Centre households and stewards: chosen, published, in office; who reaches them; the notice to hang out; as a file."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.commands import note_export
from xiucheng.foundation.people.neighbourhood import chains, neighbours
from xiucheng.foundation.people.neighbourhood import stewards as book
from xiucheng.foundation.people.neighbourhood.rules import LEVELS
from xiucheng.foundation.people.neighbourhood.stewardship import (
    KINDS,
    MOVE_NAMES,
    MOVES,
    REASONS,
    SELECTIONS,
    STATES,
    Asked,
    moves_from,
)
from xiucheng.foundation.places import queries as places
from xiucheng.interfaces.web.typed import day, identifier, needed_day, whole
from xiucheng.kit.refused import Refused

from .. import names, sheets
from ..doors import Visit, desk, page

_FIELDS = ("area", "name", "phone", "home", "kind", "covers", "households", "selection", "chosen_on")
_MOST = 5000
"""Rows of one export (D); a community has some dozens."""


def _enter(request: Visit) -> None:
    people.demand_somewhere(request.standing, "people.see_neighbours")


def _asked(request: Visit) -> dict[str, str]:
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
    return {
        "within": names.asked_area(request.GET.get("place", "")),
        "kind": kind if kind in KINDS else "",
        "state": state if state in STATES else "",
    }


@require_GET
@desk
def stewards(request: Visit) -> HttpResponse:
    """Stewards of an area with their state and term; the form for one who was chosen."""
    _enter(request)
    return page(request, "console/stewards.html", _list(request))


def _list(request: Visit, typed: Mapping[str, str] | None = None) -> dict[str, Any]:
    asked = _asked(request)
    rows = book.stewards(request.standing, within=asked["within"], kind=asked["kind"], state=asked["state"])
    held = neighbours.known((one.neighbour_id for one in rows), request.standing)
    alone = chains.unreached((one.neighbour_id for one in rows if one.state == "serving"), at=request.moment)
    return {
        **asked,
        "rows": [{**_shown(one, held[one.neighbour_id]), "alone": one.neighbour_id in alone} for one in rows],
        "serving": sum(one.state == "serving" for one in rows),
        "published": sum(one.state == "published" for one in rows),
        "areas": names.area_groups(),
        "communities": places.communities(),
        "kinds": names.choices(KINDS),
        "states": names.choices(STATES),
        "selections": names.choices(SELECTIONS),
        "place_name": places.area_name(asked["within"]) if asked["within"] else "",
        "may_choose": people.may_somewhere(request.standing, "people.stewards"),
        "may_export": people.may(request.standing, "people.stewards", area=asked["within"] or None),
        "notices": sorted({(one.area, places.area_name(one.area)) for one in rows if one.state == "published"}),
        "typed": typed or {},
    }


def _shown(one: book.StewardRow, who: neighbours.Known) -> dict[str, Any]:
    return {
        "one": one,
        "who": who,
        "kind": _(KINDS[one.kind]),
        "state": _(STATES[one.state]),
        "selection": _(SELECTIONS[one.selection]),
        "where": names.place(one.area),
        "reason": _(REASONS[one.reason]) if one.reason else "",
    }


@require_POST
@desk
def add(request: Visit) -> HttpResponse:
    """Somebody was chosen: kept in the vault and entered, both or neither."""
    # Whoever keeps no neighbours is told so before anything else that may be wrong.
    people.demand_somewhere(request.standing, "people.neighbours")
    typed = {key: request.POST.get(key, "").strip() for key in _FIELDS}
    try:
        made = book.choose_new_steward(by=request.standing, now=request.moment, **_chosen(typed))
    except Refused as caught:
        context = {**_list(request, typed), "refusal": caught, "wrong": caught.fields}
        return page(request, "console/stewards.html", context, status=caught.status)
    messages.success(request, _("已记下，下一步是公示"))
    return redirect("console:steward", made)


def _chosen(typed: Mapping[str, str]) -> dict[str, Any]:
    """The form as the verb takes it."""
    return {
        **typed,
        "chosen_on": needed_day(typed["chosen_on"], "chosen_on"),
        "households": whole(typed["households"], "households") if typed["households"] else None,
    }


@require_GET
@desk
def steward(request: Visit, steward_id: UUID) -> HttpResponse:
    """One steward: who, for what, selection, publication, term; the moves; who reaches them and whom they reach."""
    _enter(request)
    return page(request, "console/steward.html", _one(request, steward_id))


def _one(request: Visit, steward_id: UUID) -> dict[str, Any]:
    row = book.steward(steward_id, request.standing)
    way = chains.way_to(row.neighbour_id, at=request.moment)
    below = chains.reached_through(row.neighbour_id, at=request.moment)
    others = book.stewards(request.standing, within=row.area)
    wanted = {row.neighbour_id, *(one.neighbour_id for one in below), *(one.neighbour_id for one in others)}
    wanted |= {one.through for one in way if one.through}
    held = neighbours.known(wanted, request.standing)
    street = row.area[: LEVELS["street"]]
    staff = [one for one in people.staff(at=request.moment, area=street) if row.area.startswith(one.post.area)]
    named = people.person_names(one.person_id for one in way)
    may = people.may(request.standing, "people.stewards", area=row.area)
    return {
        **_shown(row, held[row.neighbour_id]),
        "way": [_through(one, named, held) for one in way],
        "reaches": [held[one.neighbour_id].name or _("资料已清除") for one in below],
        "moves": [{"name": name, "title": _(MOVE_NAMES[name])} for name in moves_from(row.state)] if may else [],
        "reasons": names.choices(REASONS),
        "staff": [(f"p:{one.person_id}", f"{one.name}（{people.role_name(one.post.role)}）") for one in staff],
        "peers": [
            (f"n:{one.neighbour_id}", f"{held[one.neighbour_id].name}（{_(KINDS[one.kind])} {one.covers}）")
            for one in others if one.neighbour_id != row.neighbour_id
        ],
        "may": may,
        "may_chain": people.may(request.standing, "people.neighbours", area=row.area),
        "may_reveal": people.may(request.standing, "people.reveal_neighbour", area=row.area),
        "undo": _undo(request, row),
    }  # fmt: skip


def _through(one: chains.Reached, named: Mapping[UUID, str], held: Mapping[UUID, neighbours.Known]) -> str:
    if one.person_id:
        return named.get(one.person_id, "")
    return (held[one.through].name if one.through else "") or _("资料已清除")


def _undo(request: Visit, row: book.StewardRow) -> dict[str, Any] | None:
    until = book.undo_until(row, by=request.standing, now=request.moment)
    if request.GET.get("done") not in MOVES or until is None:
        return None
    said = _("已办：%(move)s") % {"move": _(MOVE_NAMES[request.GET["done"]])}
    return {"until": until, "said": said, "undo_url": reverse("console:steward_undo", args=[row.id])}


@require_POST
@desk
def move(request: Visit, steward_id: UUID, name: str) -> HttpResponse:
    """Publish, take office, drop, end."""
    _enter(request)
    book.steward(steward_id, request.standing)
    days = {key: request.POST.get(key, "").strip() for key in ("until", "starts_on", "ends_on")}
    try:
        asked = Asked(reason=request.POST.get("reason", ""), **{key: day(said, key) for key, said in days.items()})
        book.move_steward(by=request.standing, now=request.moment, steward_id=steward_id, move=name, asked=asked)
    except Refused as caught:
        context = {**_one(request, steward_id), "refusal": caught, "wrong": caught.fields, "typed": days}
        return page(request, "console/steward.html", context, status=caught.status)
    return redirect(f"{reverse('console:steward', args=[steward_id])}?{urlencode({'done': name})}")


@require_POST
@desk
def undo(request: Visit, steward_id: UUID) -> HttpResponse:
    """Take the last move back."""
    _enter(request)
    book.undo_steward(by=request.standing, now=request.moment, steward_id=steward_id)
    messages.success(request, _("已撤销"))
    return redirect("console:steward", steward_id)


@require_POST
@desk
def chain(request: Visit, steward_id: UUID) -> HttpResponse:
    """Through whom this one is reached; nobody where nobody is chosen."""
    _enter(request)
    row = book.steward(steward_id, request.standing)
    kind, _sep, reference = request.POST.get("through", "").partition(":")
    who = {"by": request.standing, "now": request.moment, "neighbour_id": row.neighbour_id}
    if not reference:
        chains.end_chain(**who)  # type: ignore[arg-type]
    else:
        chains.link_chain(**who, **{"person_id" if kind == "p" else "through": _reached(reference)})  # type: ignore[arg-type]
    messages.success(request, _("联系人已改好"))
    return redirect("console:steward", steward_id)


def _reached(said: str) -> UUID:
    found = identifier(said)
    if found is None:
        raise Refused("not_found", _("没有这位居民。"), status=404)
    return found


@require_POST
@desk
def reveal(request: Visit, steward_id: UUID) -> HttpResponse:
    """Name, phone and home in full, with a reason that is logged."""
    _enter(request)
    row = book.steward(steward_id, request.standing)
    try:
        contact = neighbours.reveal_neighbour(
            by=request.standing, now=request.moment, neighbour_id=row.neighbour_id,
            reason=request.POST.get("reason", ""),
        )  # fmt: skip
    except Refused as caught:
        context = {**_one(request, steward_id), "refusal": caught, "wrong": caught.fields}
        return page(request, "console/steward.html", context, status=caught.status)
    return page(request, "console/steward.html", {**_one(request, steward_id), "contact": contact})


@require_POST
@desk
def erase(request: Visit, steward_id: UUID) -> HttpResponse:
    """Destroy what is kept of the person, for good."""
    _enter(request)
    row = book.steward(steward_id, request.standing)
    neighbours.erase_neighbour(by=request.standing, now=request.moment, neighbour_id=row.neighbour_id)
    messages.success(request, _("资料已清除，卸任的记录还在，没有姓名"))
    return redirect("console:steward", steward_id)


@require_GET
@desk
def notice(request: Visit, community: str) -> HttpResponse:
    """The notice to hang out: those of a community who are being published, until when, and where to object."""
    _enter(request)
    people.demand(request.standing, "people.stewards", area=community)
    rows = book.stewards(request.standing, within=community, state="published")
    held = neighbours.known((one.neighbour_id for one in rows), request.standing)
    area = places.area(community)
    if area is None or not rows:
        raise Refused("not_found", _("这里没有正在公示的人选。"), status=404)
    context = {
        "rows": [_shown(one, held[one.neighbour_id]) for one in rows],
        "place_name": names.place(community),
        "until": max(one.objections_until for one in rows if one.objections_until),
        "since": min(one.published_on for one in rows if one.published_on),
    }
    return page(request, "console/steward_notice.html", context)


@require_GET
@desk
def export(request: Visit) -> HttpResponse:
    """The list as a workbook, without phones and homes; the taking is on record."""
    _enter(request)
    asked = _asked(request)
    rows = book.stewards(
        request.standing, within=asked["within"], kind=asked["kind"], state=asked["state"], limit=_MOST + 1
    )
    note_export(
        by=request.standing, now=request.moment, which="stewards", rows=len(rows), most=_MOST, area=asked["within"],
        asked=[code for code in (asked["kind"], asked["state"]) if code],
    )  # fmt: skip
    held = neighbours.known((one.neighbour_id for one in rows), request.standing)
    heads = [
        *(_("姓名"), _("哪一种"), _("管哪里"), _("户数"), _("社区")),
        *(_("状态"), _("怎样产生"), _("任期起"), _("任期止")),
    ]
    cells = [
        (held[one.neighbour_id].name, _(KINDS[one.kind]), one.covers, one.households, names.place(one.area),
         _(STATES[one.state]), _(SELECTIONS[one.selection]), one.starts_on, one.ends_on)
        for one in rows
    ]  # fmt: skip
    return sheets.answer(request, "stewards", _("中心户和楼长"), heads, cells, [12, 14, 24, 8, 24, 10, 12, 12, 12])
