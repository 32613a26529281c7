"""Base data: what is there, uploads from the file to the map, the history."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.places import commands, holdings, housing
from xiucheng.foundation.places import queries as places
from xiucheng.foundation.places.geodata.control import ControlPoint
from xiucheng.foundation.places.geodata.unpacking import MAX_BYTES
from xiucheng.foundation.places.refusals import refusal
from xiucheng.foundation.places.rules import COMPONENT_VARIANTS
from xiucheng.interfaces.web.typed import whole
from xiucheng.kit.refused import Refused

from .. import names
from ..basemap import words
from ..doors import Visit, desk, is_part, page, part

ACT = "places.import"
_SEVERITIES = ("refused", "sliver", "bow_tie", "warning")


def demand(request: Visit) -> None:
    """Base data are the system administrator's (people.acts.ACTS)."""
    people.demand(request.standing, ACT)


@require_GET
@desk
def basemap(request: Visit) -> HttpResponse:
    """What is there, uploads that wait, the latest changes; whoever founds the district looks on."""
    if not people.may(request.standing, "site.found"):
        demand(request)
    changes = holdings.changes(15)
    drafts = [{"draft": one, "state": words.STATES[one.row.state]} for one in holdings.drafts(8)]
    gridded = holdings.gridded()
    context = {
        "holdings": holdings.holdings(gridded),
        "housing": housing.counts(),
        "drafts": drafts,
        "changes": named(changes),
        "kinds": holdings.KIND_NAMES.items(),
        "communities": [{"area": one, "grids": gridded.get(one.code, 0)} for one in places.communities()],
        "megabytes": MAX_BYTES >> 20,
        "may": people.may(request.standing, ACT),
    }
    return page(request, "console/basemap.html", context)


def named(changes: Sequence[holdings.ChangeView]) -> list[dict[str, Any]]:
    """Changes with the names of who made and who undid them; one statement for all."""
    held = names.Names.of_actors([actor for one in changes for actor in (one.actor, one.undone_by) if actor])
    return [
        {"change": one, "by": held.actor(one.actor), "undoer": held.actor(one.undone_by) if one.undone_by else ""}
        for one in changes
    ]


@require_POST
@desk
def upload(request: Visit) -> HttpResponse:
    """Keep a file and go to its page; the worker reads it meanwhile."""
    demand(request)
    file = request.FILES.get("file")
    if file is None:
        raise refusal("empty_file", field="file")
    held = names.catalogue(request.moment)
    draft_id = commands.open_draft(
        actor=request.standing.actor,
        now=request.moment,
        name=file.name or "",
        content=file.chunks(),
        kind=request.POST.get("kind", ""),
        kinds=held.component_kinds if held else None,
    )
    return redirect("console:draft", draft_id)


@require_GET
@desk
def draft(request: Visit, draft_id: UUID) -> HttpResponse:
    """An upload: while the worker is busy its progress, then where it lies, its columns, what the checks say."""
    demand(request)
    context = _draft(request, draft_id)
    if is_part(request):
        return part(request, "console/parts/draft_body.html", context)
    return page(request, "console/draft.html", context)


def _draft(request: Visit, draft_id: UUID) -> dict[str, Any]:
    view = holdings.draft(draft_id)
    row = view.row
    context: dict[str, Any] = {"draft": view, "row": row, "state": words.STATES[row.state]}
    if view.busy:
        steps = words.STEPS[row.state]
        at = steps.index(row.phase) if row.phase in steps else -1
        context |= {"phase": words.PHASES.get(row.phase, ""), "step": at + 1, "steps": len(steps)}
        context["stuck"] = view.stuck(request.moment)
    if row.state == "ready":
        context |= _ready(request, view)
    return context


def _ready(request: Visit, view: holdings.DraftView) -> dict[str, Any]:
    row = view.row
    severity = request.GET.get("show", "")
    shown = severity if severity in _SEVERITIES else ""
    number = max(1, whole(request.GET.get("page", "1"), "page"))
    stated = (row.guess.get("stated") or {}).get("frame", "")
    found = holdings.findings(row.pk, shown, number)
    return {
        "verdict": words.verdict(row.lay) if row.frame else None,
        "advice": words.advice(row.guess, row.lay),
        "frame_name": words.frame_name(row.frame) if row.frame else "",
        "frame_code": row.frame.rstrip("~"),
        "swapped": row.frame.endswith("~"),
        "frames": words.frame_choices(stated, row.frame),
        "control": "\n".join(f"{p['name']} {p['x']} {p['y']} {p['lon']} {p['lat']}" for p in row.control),
        "fields": _fields(view),
        "sample": holdings.sample_rows(row.pk),
        "format": words.FORMATS.get(row.format, row.format),
        "kinds": holdings.KIND_NAMES.items(),
        "variants": tuple(COMPONENT_VARIANTS),
        "lacking": [words.FIELD_NAMES[name] for name in row.lay.get("lacking", ())],
        "tally": _tally(row.counts),
        "found": found,
        "show": shown,
        "more": number + 1 if len(found) == holdings.PAGE else 0,
        "mendable": sum(row.counts.get(one, {}).get("all", 0) for one in ("sliver", "bow_tie")),
        "left_out": row.rows - row.counts.get("taken", 0),
    }


def _fields(view: holdings.DraftView) -> list[dict[str, Any]]:
    shaped = view.row.shaped
    return [
        {"name": field, "title": words.FIELD_NAMES[field], "column": view.row.mapping.get(field, "")}
        for field in view.fields
        if not (shaped and field in ("lon", "lat"))
    ]


def _tally(counts: Mapping[str, Any]) -> list[dict[str, Any]]:
    titles = {
        "refused": _("不能入库"),
        "sliver": _("碎缝，可修补"),
        "bow_tie": _("打结，可解开"),
        "warning": _("入库，但请看看"),
    }
    return [{"severity": key, "title": titles[key], "count": counts[key]["all"]} for key in titles if key in counts]


@require_GET
@desk
def draft_shapes(request: Visit, draft_id: UUID) -> HttpResponse:
    """A look at the upload as GeoJSON, for the map island."""
    demand(request)
    shapes = json.dumps(holdings.draft_shapes(draft_id), separators=(",", ":"))
    return HttpResponse(shapes, content_type="application/geo+json")


@require_POST
@desk
def choose(request: Visit, draft_id: UUID) -> HttpResponse:
    """Another kind, coordinate system, column or part of the file."""
    demand(request)
    post = request.POST
    mapping = {name.removeprefix("field-"): value for name, value in post.items() if name.startswith("field-")}
    commands.choose(
        actor=request.standing.actor,
        now=request.moment,
        draft_id=draft_id,
        revision=_revision(request),
        kind=post.get("kind") or None,
        mapping={str(field): str(column) for field, column in mapping.items()} if mapping else None,
        frame=_frame(request),
        points=_control(post["control"]) if post.get("control", "").strip() else None,
        variant=post.get("variant") or None,
        set_number=whole(post["set"], "set") if post.get("set") else None,
        layer=post.get("layer") or None,
    )
    return redirect("console:draft", draft_id)


def _revision(request: Visit) -> int:
    try:
        return whole(request.POST.get("revision"), "revision")
    except Refused:
        # Nobody types it: a form without it is not the one that was shown.
        raise refusal("draft_moved_on", status=409) from None


def _frame(request: Visit) -> str | None:
    said = request.POST.get("frame", "")
    return f"{said}~" if said and request.POST.get("swapped") else said or None


def _control(typed: str) -> list[ControlPoint]:
    """Control points, one a line: name, x, y, lon, lat, divided by blanks, commas or tabs."""
    points = []
    for number, line in enumerate(typed.splitlines(), start=1):
        cells = line.replace("，", ",").replace(",", " ").split()
        if not cells:
            continue
        try:
            name, x, y, lon, lat = cells[0][:40], *(float(cell) for cell in cells[1:])
        except (ValueError, TypeError):
            raise refusal("bad_control", str(number), field="control") from None
        points.append(ControlPoint(name, x, y, lon, lat))
    return points


@require_POST
@desk
def repairs(request: Visit, draft_id: UUID) -> HttpResponse:
    """Accept repairs: those ticked, all of them, or take all accepted ones back."""
    demand(request)
    asked = {"actor": request.standing.actor, "now": request.moment, "draft_id": draft_id,
             "revision": _revision(request)}  # fmt: skip
    if request.POST.get("drop"):
        commands.drop_repairs(**asked)  # type: ignore[arg-type]
    else:
        ticked = [whole(one, "number") for one in request.POST.getlist("number")]
        every = bool(request.POST.get("all"))
        commands.accept_repairs(**asked, numbers=None if every else ticked)  # type: ignore[arg-type]
    return redirect("console:draft", draft_id)


@require_POST
@desk
def take(request: Visit, draft_id: UUID) -> HttpResponse:
    """Take in what passed the checks."""
    demand(request)
    commands.take_draft(
        actor=request.standing.actor, now=request.moment, draft_id=draft_id, revision=_revision(request)
    )
    return redirect("console:draft", draft_id)


@require_POST
@desk
def discard(request: Visit, draft_id: UUID) -> HttpResponse:
    """Forget an upload."""
    demand(request)
    commands.discard_draft(actor=request.standing.actor, now=request.moment, draft_id=draft_id)
    messages.success(request, _("已丢弃"))
    return redirect("console:basemap")


@require_POST
@desk
def undo_draft(request: Visit, draft_id: UUID) -> HttpResponse:
    """Take a whole upload back."""
    demand(request)
    commands.undo_draft(actor=request.standing.actor, now=request.moment, draft_id=draft_id)
    messages.success(request, _("整份已撤销，数据回到入库以前"))
    return redirect("console:draft", draft_id)


@require_POST
@desk
def undo_change(request: Visit, change_id: UUID) -> HttpResponse:
    """Take one change back."""
    demand(request)
    commands.undo_change(actor=request.standing.actor, now=request.moment, change_id=change_id)
    messages.success(request, _("已撤销"))
    back = request.POST.get("back", "")
    return redirect("console:grids", back) if places.area(back) else redirect("console:basemap")
