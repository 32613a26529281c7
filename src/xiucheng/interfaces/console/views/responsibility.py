"""Who answers for which place: what is missing, naming and ending, as a file; and who is responsible at any point."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
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
from xiucheng.foundation.people.neighbourhood import neighbours, places_of, responsibilities
from xiucheng.foundation.people.neighbourhood import stewards as book
from xiucheng.foundation.people.neighbourhood.responsibilities import Answerable
from xiucheng.foundation.people.neighbourhood.rules import LEVEL_NAMES, LEVELS
from xiucheng.foundation.people.neighbourhood.stewardship import KINDS
from xiucheng.foundation.people.rules import RELATIONS
from xiucheng.foundation.places import queries as places
from xiucheng.interfaces.web.typed import day, degrees, identifier
from xiucheng.kit.days import local_day, site_zone
from xiucheng.kit.refused import Refused
from xiucheng.operations.responsibility import queries
from xiucheng.operations.responsibility.partners import queries as partners
from xiucheng.operations.responsibility.partners.rules import may as may_partner

from .. import names, partnering, sheets
from ..basemap.words import POINT_STATE_NAMES
from ..doors import Visit, came_from, desk, is_part, page, part
from .points import type_name

ACT = "people.responsible"
_MOST = 300
"""Places on one page (D); the file has all."""
_STEWARDS = 30
"""Stewards told of beside a click (D); their list has all."""


def _enter(request: Visit) -> None:
    people.demand(request.standing, "people.see_responsible")


def _asked(request: Visit) -> dict[str, Any]:
    level = request.GET.get("level", "")
    return {
        "within": names.asked_area(request.GET.get("place", "")),
        "level": level if level in LEVEL_NAMES else "",
        "only_missing": request.GET.get("gaps") == "1",
    }


def way(one: Answerable) -> str:
    """How somebody answers for a place, in words: by name, by which post, by walking it."""
    if one.by == "named":
        return _("包保人")
    return _("责任网格负责人") if one.by == "walker" else people.role_name(one.by)


@require_GET
@desk
def responsibility(request: Visit) -> HttpResponse:
    """Every place of the three levels with who answers for it, what is missing first said."""
    _enter(request)
    return page(request, "console/responsibility.html", _context(request))


def _context(request: Visit, typed: Mapping[str, str] | None = None) -> dict[str, Any]:
    asked = _asked(request)
    rows = queries.report(now=request.moment, **asked)
    missing = [one for one in rows if one.missing]
    may = {one.place.area: people.may(request.standing, ACT, area=one.place.area) for one in rows}
    shown = rows[:_MOST]
    return {
        **asked,
        "rows": [
            {"one": one, "level": _(LEVEL_NAMES[one.place.level]), "may": may[one.place.area],
             "where": names.place(one.place.area[: LEVELS["street"]]) if one.place.level != "street" else "",
             "people": [{"who": who, "way": way(who)} for who in one.people]}
            for one in shown
        ],
        "lacking": len(missing),
        "lacking_people": sum(one.missing for one in missing),
        "more": len(rows) - len(shown),
        "total": len(rows),
        "areas": names.area_groups(),
        "levels": names.choices(LEVEL_NAMES),
        "may_name": people.may_within(request.standing, ACT, asked["within"]),
        "may_export": people.may(request.standing, "people.lists_export", area=asked["within"] or None),
        "staff": _staff(request),
        "place_name": places.area_name(asked["within"]) if asked["within"] else "",
        "typed": typed or {"place": request.GET.get("for", ""), "person": ""},
        "undo": _undo(request),
    }  # fmt: skip


def _staff(request: Visit) -> list[tuple[str, str]]:
    """Everybody on the staff as choices: name and posts, once each."""
    posts: dict[UUID, tuple[str, list[str]]] = {}
    for one in people.staff(at=request.moment):
        posts.setdefault(one.person_id, (one.name, []))[1].append(people.role_name(one.post.role))
    return [(str(key), f"{name}（{'、'.join(dict.fromkeys(held))}）") for key, (name, held) in posts.items()]


def _undo(request: Visit) -> dict[str, Any] | None:
    """The name just given, while it can be taken back in one press."""
    given = identifier(request.GET.get("done"))
    try:
        found = responsibilities.one(given) if given else None
    except Refused:
        return None
    if found is None:
        return None
    until = responsibilities.undo_until(found, by=request.standing, now=request.moment)
    if until is None:
        return None
    said = _("已记下：%(name)s 包保 %(place)s") % {"name": found.name, "place": names.spot(found.place)}
    return {"until": until, "said": said, "undo_url": reverse("console:responsible_end", args=[given])}


@require_POST
@desk
def name(request: Visit) -> HttpResponse:
    """Somebody answers for a place from now on."""
    _enter(request)
    typed = {key: request.POST.get(key, "").strip() for key in ("place", "person", "until")}
    try:
        made = responsibilities.name_responsible(
            by=request.standing, now=request.moment, person_id=_person(typed["person"]), place=typed["place"],
            ends_at=_until(typed["until"]),
        )  # fmt: skip
    except Refused as caught:
        context = {**_context(request, typed), "refusal": caught, "wrong": caught.fields}
        return page(request, "console/responsibility.html", context, status=caught.status)
    query = {key: str(request.GET[key]) for key in ("place", "level", "gaps") if key in request.GET}
    return redirect(f"{reverse('console:responsibility')}?{urlencode({**query, 'done': str(made)})}")


def _person(said: str) -> UUID:
    found = identifier(said)
    if found is None:
        text = _("请从列表里选一个人。")
        raise Refused("not_found", text, fields={"person": text}, status=404)
    return found


def _until(said: str) -> datetime | None:
    """The end of a local day as a moment: a term that ends on a day ends when the day does."""
    last = day(said, "until")
    return datetime.combine(last + timedelta(days=1), time(), site_zone()) if last else None


@require_POST
@desk
def end(request: Visit, responsibility_id: UUID) -> HttpResponse:
    """Somebody no longer answers for a place."""
    _enter(request)
    responsibilities.end_responsible(by=request.standing, now=request.moment, responsibility_id=responsibility_id)
    messages.success(request, _("已结束，在这个地方的页面上可以恢复"))
    return redirect(came_from(request) or "console:responsibility")


@require_POST
@desk
def resume(request: Visit, responsibility_id: UUID) -> HttpResponse:
    """Take an end back."""
    _enter(request)
    responsibilities.resume_responsible(by=request.standing, now=request.moment, responsibility_id=responsibility_id)
    messages.success(request, _("已恢复"))
    return redirect(came_from(request) or "console:responsibility")


@require_GET
@desk
def place(request: Visit, code: str) -> HttpResponse:
    """One place: who answers for it now and until when, and who did before."""
    _enter(request)
    try:
        found = places_of.find(code)
    except Refused as refusal:
        raise Refused(refusal.code, refusal.text, status=404) from None
    rows = queries.report(now=request.moment, within=found.area, level=found.level)
    row = next((one for one in rows if one.place.code == found.code), None)
    context = {
        "place": found,
        "level": _(LEVEL_NAMES[found.level]),
        "where": names.place(found.area),
        "row": row,
        "people": [{"who": who, "way": way(who)} for who in (row.people if row else ())],
        "past": responsibilities.past(found.code, at=request.moment),
        "may": people.may(request.standing, ACT, area=found.area),
        "staff": _staff(request),
        **(_partners(request, found.code) if found.level == "community" else {}),
    }
    return page(request, "console/responsible_place.html", context)


def _partners(request: Visit, community: str) -> dict[str, Any]:
    """Who stands by a community today, and whether any organisation is paired with it."""
    return {
        "partners": partnering.beside(request, community, told=True),
        "unpaired": bool(partners.unpaired(local_day(request.moment), community)),
        "may_pair": may_partner(request.standing, "pair", area=community),
    }


@require_GET
@desk
def export(request: Visit) -> HttpResponse:
    """The list as a workbook; the taking is on record."""
    _enter(request)
    asked = _asked(request)
    rows = queries.report(now=request.moment, **asked)
    note_export(
        by=request.standing, now=request.moment, which="responsibilities", rows=len(rows), area=asked["within"],
        asked=[code for code in (asked["level"],) if code],
    )  # fmt: skip
    heads = [
        _("级别"),
        _("地方"),
        _("代码"),
        _("所在"),
        _("应有"),
        _("缺"),
        _("姓名"),
        _("身份"),
        _("任期起"),
        _("任期止"),
    ]
    cells: list[tuple[object, ...]] = []
    for row in rows:
        head = (_(LEVEL_NAMES[row.place.level]), row.place.name, row.place.code, names.place(row.place.area), row.least,
                row.missing)  # fmt: skip
        cells += [(*head, who.name, way(who), _day(who.since), _day(who.until)) for who in row.people]
        if not row.people:
            cells.append((*head, "", "", "", ""))
    return sheets.answer(request, "responsibility", _("包保名单"), heads, cells, [10, 18, 18, 24, 8, 8, 14, 16, 12, 12])


def _day(at: datetime | None) -> str:
    return local_day(at).isoformat() if at else ""


def _stewards(request: Visit, community: str) -> list[dict[str, Any]]:
    """Centre households and stewards in office there, for those who may see neighbours; names as they may see them."""
    rows = book.stewards(request.standing, within=community, state="serving", limit=_STEWARDS)
    held = neighbours.opened([one.kept for one in rows], request.standing)
    return [{"one": one, "name": held[one.neighbour_id].name, "kind": _(KINDS[one.kind])} for one in rows]


@require_GET
@desk
def here(request: Visit) -> HttpResponse:
    """Who is responsible at a point of the map, or by the name of an area; for a category, which agency and why."""
    asked = request.GET
    found, refusal = None, None
    if any(asked.get(key, "").strip() for key in ("lon", "lat", "area")):
        try:
            found = queries.here(
                standing=request.standing, now=request.moment, lon=degrees(asked.get("lon"), "lon"),
                lat=degrees(asked.get("lat"), "lat"), area=asked.get("area", ""), category=asked.get("category", ""),
            )  # fmt: skip
        except Refused as caught:
            refusal = caught
    held = names.catalogue(request.moment)
    community = found.area if found and len(found.area) == LEVELS["community"] else ""
    context = {
        "asked": asked,
        "found": found,
        "refusal": refusal,
        "levels": [
            {"one": one, "title": _(LEVEL_NAMES[one.level]),
             "people": [{"who": each.who, "phone": each.phone, "way": way(each.who)} for each in one.people]}
            for one in (found.levels if found else ())
        ],
        "stewards": _stewards(request, community) if community else (),
        "partners": partnering.beside(request, community, found.unit_grid) if found and community else (),
        "where": names.place(found.area) if found else "",
        "category_name": names.category(asked.get("category", ""), held),
        "components": [
            {"one": one, "type": type_name(one.what, one.kind, held), "state": POINT_STATE_NAMES[one.state],
             "parties": [(_(RELATIONS[relation]), who) for relation, who in one.parties]}
            for one in (found.things if found else ())
        ],
        "groups": names.category_groups(held),
        "areas": names.area_groups(),
        "may_open": people.may(request.standing, "people.see_responsible"),
    }  # fmt: skip
    status = refusal.status if refusal else 200
    if is_part(request):
        # A refusal is the answer here: htmx puts it in place like any other.
        return part(request, "console/parts/here.html", context)
    return page(request, "console/here.html", context, status=status)
