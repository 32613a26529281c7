"""Components and facilities: found by code, name, state, place and whose they are; many corrected; as a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
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
from xiucheng.foundation.places.refusals import refusal
from xiucheng.foundation.places.rules import POINT_STATES
from xiucheng.interfaces.web.typed import identifier, moment
from xiucheng.kit.moves import UNDO_WINDOW
from xiucheng.kit.refused import Refused

from .. import names, sheets
from ..basemap import words
from ..doors import Visit, desk, page

ACT = "places.points"
PARTIES = "people.parties"
MOST = commands.MOST_POINTS


@dataclass(frozen=True, slots=True)
class Search:
    """What a list is asked for, as typed; `agency` and `relation`: only those that are an organisation's."""

    text: str
    state: str
    type: str
    within: str
    agency: UUID | None
    relation: str

    @classmethod
    def of(cls, request: Visit) -> Search:
        get = request.GET
        state, relation = get.get("state", ""), get.get("relation", "")
        return cls(
            get.get("search", "").strip()[:40],
            state if state in POINT_STATES else "",
            get.get("type", "")[:32],
            names.asked_area(get.get("place", "")),
            identifier(get.get("agency", "")),
            relation if relation in RELATIONS else "",
        )

    def asked(self, kind: str, request: Visit) -> points.Asked:
        only = None
        if self.agency is not None:
            only = people.codes_of_agency(kind, self.agency, self.relation, at=request.moment)
        return points.Asked(self.text, self.state, self.type, self.within, only)


def type_name(kind: str, said: str, held: Any) -> str:
    """The kind of a component as the catalogue calls it, of a facility as people do."""
    return str(words.FACILITY_TITLES.get(said, said)) if kind == "facility" else names.category(f"C{said}", held)


@require_GET
@desk
def listing(request: Visit, kind: str) -> HttpResponse:
    """Components or facilities by code with state, place, and whose they are."""
    return page(request, "console/points.html", _context(request, points.checked_kind(kind)))


def _context(request: Visit, kind: str) -> dict[str, Any]:
    search = Search.of(request)
    asked = search.asked(kind, request)
    rows = points.listed(kind, asked, after=request.GET.get("after", "")[:40], limit=points.PAGE + 1)
    shown, more = rows[: points.PAGE], len(rows) > points.PAGE
    held = names.catalogue(request.moment)
    found = people.parties(kind, [row.code for row in shown], at=request.moment)
    return {
        "kind": kind,
        "kind_name": words.POINT_NAMES[kind],
        "rows": [_row(row, found.get(row.code, {}), held) for row in shown],
        "total": points.count(kind, asked) if more or request.GET.get("after") else len(shown),
        "search": search,
        "states": states(),
        "types": sorted((one, type_name(kind, one, held)) for one in points.types(kind)),
        "relations": relations(),
        "agencies": agency_choices(),
        "areas": names.area_groups(),
        "next": shown[-1].code if more else "",
        "may": people.may_somewhere(request.standing, ACT),
        "may_parties": people.may(request.standing, PARTIES),
        "may_export": people.may(request.standing, "places.export"),
        "most": MOST,
        "done": done(request, kind),
    }


def states() -> list[tuple[str, str]]:
    """The states of components and facilities, as choices."""
    return [(key, str(words.POINT_STATE_NAMES[key])) for key in POINT_STATES]


def relations() -> list[tuple[str, str]]:
    """What an organisation may be to a component or facility, as choices."""
    return [(key, _(title)) for key, title in RELATIONS.items()]


def agency_choices() -> list[tuple[str, str]]:
    """Every organisation in use, as choices."""
    return [(str(one.id), one.name) for one in people.organisations().values() if one.is_active]


def _row(row: points.PointView, held: Mapping[str, UUID], catalogue: Any) -> dict[str, Any]:
    agencies = people.agency_names(held.values())
    return {
        "row": row,
        "type": type_name(row.what, row.type, catalogue),
        "place": places.area_name(row.place) if row.place else "",
        "state": words.POINT_STATE_NAMES[row.state],
        "parties": [(_(title), agencies.get(held[key], "") if key in held else "") for key, title in RELATIONS.items()],
    }


def point_line(kind: str, code: str, request: Visit) -> dict[str, Any] | None:
    """One component or facility as a page of something else tells of it; None where it is not on record."""
    found = points.listed(kind, points.Asked(only=[code]), limit=1)
    held = people.parties(kind, [code], at=request.moment).get(code, {}) if found else {}
    return _row(found[0], held, names.catalogue(request.moment)) if found else None


def done(request: Visit, kind: str) -> dict[str, Any] | None:
    """What was just done, while it can be taken back in one press."""
    if at := request.GET.get("linked"):
        made_at = moment(at, "linked")
        until = made_at + UNDO_WINDOW if made_at else request.moment
        address = reverse("console:points_undo_parties", args=[kind])
        said, undo = _("单位已登记"), f"{address}?{urlencode({'at': at})}"
    elif change := identifier(request.GET.get("done", "")):
        until = points.when(change) + UNDO_WINDOW
        said, undo = _("已改好"), reverse("console:points_undo", args=[change])
    else:
        return None
    return {"until": until, "said": said, "undo_url": undo} if until > request.moment else None


@require_POST
@desk
def many(request: Visit, kind: str) -> HttpResponse:
    """One state, or one organisation in a relation, for those ticked or for all that the search finds."""
    points.checked_kind(kind)
    try:
        codes = _chosen(request, kind)
        act = _parties_of if request.POST.get("do") == "parties" else _state_of
        made = act(request, kind, codes)
    except Refused as caught:
        if caught.status in (403, 404):
            raise
        context = {**_context(request, kind), "refusal": caught, "typed": request.POST, "wrong": caught.fields}
        return page(request, "console/points.html", context, status=caught.status)
    asked = {key: str(value) for key, value in request.GET.items() if key not in ("done", "linked")}
    return redirect(f"{reverse('console:points', args=[kind])}?{urlencode({**asked, **made})}")


def _chosen(request: Visit, kind: str) -> list[str]:
    if request.POST.get("all"):
        codes = points.codes(kind, Search.of(request).asked(kind, request), MOST + 1)
    else:
        codes = request.POST.getlist("code")
    if len(codes) > MOST:
        raise refusal("too_many_things", most=str(MOST))
    if not codes:
        text = _("请先勾选要改的，或选“找到的全部”。")
        raise Refused("nothing_ticked", text, fields={"code": text})
    return codes


def _state_of(request: Visit, kind: str, codes: list[str]) -> dict[str, str]:
    people.demand_correct(request.standing, kind, codes, at=request.moment)
    change = commands.correct_points(
        actor=request.standing.actor, now=request.moment, kind=kind, codes=codes,
        said=commands.Correction(state=request.POST.get("state", "")),
    )  # fmt: skip
    return {"done": str(change)}


def _parties_of(request: Visit, kind: str, codes: list[str]) -> dict[str, str]:
    relation, said = request.POST.get("relation", ""), request.POST.get("agency", "")
    agency = identifier(said)
    if agency is None and said != "none":
        text = _("请选一个单位；要结束现在的，选“没有”。")
        raise Refused("agency_needed", text, fields={"agency": text})
    people_commands.set_relation(
        by=request.standing, now=request.moment, kind=kind, codes=codes, relation=relation, agency_id=agency
    )
    return {"linked": request.moment.isoformat()}


@require_POST
@desk
def undo(request: Visit, change_id: UUID) -> HttpResponse:
    """Take one correction back; whoever might make it may undo it. Loads are undone on the base map."""
    kind, codes = people.demand_undo(request.standing, change_id, at=request.moment)
    commands.undo_change(actor=request.standing.actor, now=request.moment, change_id=change_id)
    messages.success(request, _("已撤销"))
    return redirect("console:point", kind, codes[0]) if len(codes) == 1 else redirect("console:points", kind)


@require_POST
@desk
def undo_parties(request: Visit, kind: str) -> HttpResponse:
    """Take back what was just linked or unlinked."""
    made_at = moment(request.GET.get("at"), "at")
    people_commands.undo_parties(
        by=request.standing, now=request.moment, kind=points.checked_kind(kind), made_at=made_at or request.moment
    )
    messages.success(request, _("已撤销"))
    return redirect("console:points", kind)


@require_GET
@desk
def export(request: Visit, kind: str) -> HttpResponse:
    """What the search finds as a workbook, 50,000 rows or none; the taking is on record."""
    search = Search.of(request)
    asked = search.asked(points.checked_kind(kind), request)
    rows = points.listed(kind, asked, limit=points.MOST + 1)
    # What somebody typed into the address is no code that a step may hold.
    codes = [search.state, search.type if search.type in points.types(kind) else ""]
    people_commands.note_export(
        by=request.standing, now=request.moment, which=words.POINT_LISTS[kind], rows=len(rows),
        most=points.MOST, area=asked.within, asked=[code for code in codes if code],
    )  # fmt: skip
    held = names.catalogue(request.moment)
    found = people.parties(kind, [row.code for row in rows], at=request.moment)
    named = people.agency_names({agency for of in found.values() for agency in of.values()})
    heads = [
        *(_("编码"), _("类别"), _("名称"), _("状态"), _("所在"), *(title for _key, title in relations())),
        *(_("经度"), _("纬度"), _("地址"), _("变更日期"), _("备注")),
    ]
    cells = [
        (row.code, type_name(kind, row.type, held), row.name, words.POINT_STATE_NAMES[row.state],
         names.place(row.community) if row.community else "",
         *(named.get(found.get(row.code, {}).get(key), "") for key in RELATIONS),  # type: ignore[arg-type]
         f"{row.lon:.6f}", f"{row.lat:.6f}", row.address, row.changed_on or "", row.note)
        for row in rows
    ]  # fmt: skip
    widths = [18, 14, 18, 8, 24, 20, 20, 20, 12, 12, 24, 12, 30]
    return sheets.answer(request, words.POINT_LISTS[kind], str(words.POINT_NAMES[kind]), heads, cells, widths)
