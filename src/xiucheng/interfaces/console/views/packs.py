"""Configuration as packs: what applies, drafts with the preview of their effect, publishing, rolling back, files."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiucheng.foundation.packs import commands, jsontext, queries, registry
from xiucheng.foundation.packs import rows as pack_rows
from xiucheng.foundation.packs.queries import Pack
from xiucheng.foundation.packs.refusals import OBSTACLES
from xiucheng.foundation.packs.shapes import Names
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.tasks import holidays
from xiucheng.foundation.tasks.calendars import DEFAULT
from xiucheng.interfaces.web.downloads import download
from xiucheng.interfaces.web.typed import identifier, moment, whole
from xiucheng.interfaces.web.uploads import content_of
from xiucheng.kit.days import local_day
from xiucheng.kit.refused import Refused

from .. import names, packdone
from ..configuring import tables
from ..doors import Visit, desk, page

MOST_SHOWN = 200
MOST_BYTES = 5 * 1024 * 1024
"""Of a file with a pack (D): the largest catalogue is a hundredth of it."""
FEW = 12
"""Lists longer than this can be searched (D)."""


def demand(request: Visit) -> None:
    """Configuration is for whoever may draft it."""
    people.demand(request.standing, "packs.draft")


@require_GET
@desk
def packs(request: Visit) -> HttpResponse:
    """All kinds with what applies now."""
    demand(request)
    return page(request, "console/packs.html", {"kinds": queries.overview(request.moment)})


@require_GET
@desk
def kind(request: Visit, name: str) -> HttpResponse:
    """The versions of one kind."""
    demand(request)
    return _kind_page(request, name)


def _kind_page(request: Visit, name: str, refusal: Refused | None = None) -> HttpResponse:
    """The versions, and what was refused above them."""
    known = registry.kind_of(name)
    versions = queries.history(name, request.moment)
    actors = [one.created_by for one in versions] + [one.published_by or "" for one in versions]
    held = names.Names.of_actors(actors)
    rows = [{"version": one, "by": held.actor(one.published_by or one.created_by)} for one in versions]
    done = packdone.done(versions, identifier(request.GET.get("done")), request.moment, **_rights(request))
    begun = next((one for one in versions if one.state == "draft"), None)
    context = {"kind": known, "rows": rows, "begun": begun, "refusal": refusal, "done": done, **_rights(request)}
    return page(request, "console/pack_kind.html", context, status=refusal.status if refusal else 200)


def _rights(request: Visit) -> dict[str, bool]:
    return {"may_publish": people.may(request.standing, "packs.publish")}


def the_pack(pack_id: UUID) -> Pack:
    """The version of this id; refused `not_found` (404)."""
    found = queries.by_id(pack_id)
    if found is None:
        raise Refused("not_found", _("没有这一版。"), status=404)
    return found


@require_http_methods(["GET", "POST"])
@desk
def version(request: Visit, pack_id: UUID) -> HttpResponse:
    """One version: its parts in tables, its problems, what it changes and whom it affects, the whole as text."""
    demand(request)
    found, refusal = the_pack(pack_id), None
    typed, line = request.POST.get("body", ""), None
    if request.method == "POST":
        try:
            _revise(request, found, typed)
            return redirect("console:pack", pack_id)
        except jsontext.NotJsonText as error:
            line, refusal = _line(typed, error), Refused("bad_body", error.text, fields={"body": error.text})
        except Refused as caught:
            refusal = caught
    return _version_page(request, found, body=typed, refusal=refusal, line=line)


def _revise(request: Visit, found: Pack, typed: str) -> None:
    """The whole as it was typed; or, where `against` is given, the same body compared with that version."""
    revision = whole(request.POST.get("revision"), "revision")
    by, at = request.standing, request.moment
    if "against" in request.POST:
        against = whole(request.POST["against"], "against")
        commands.revise(by=by, now=at, pack_id=found.id, revision=revision, body=found.body, based_on=against)
        messages.success(request, _("已记下：草稿与第 %(n)d 版对照过。") % {"n": against})
        return
    commands.revise(by=by, now=at, pack_id=found.id, revision=revision, body=_parsed(typed))
    messages.success(request, _("草稿已存下。发布以后才生效。"))


def _line(typed: str, error: jsontext.NotJsonText) -> tuple[int, str] | None:
    """The line that is wrong, with its number."""
    lines = typed.split("\n")
    return (error.line, lines[error.line - 1][:200]) if error.line and error.line <= len(lines) else None


def _version_page(
    request: Visit,
    found: Pack,
    *,
    body: str = "",
    start: str = "",
    refusal: Refused | None = None,
    line: tuple[int, str] | None = None,
) -> HttpResponse:
    """One version with what was refused and what was typed: its body, the date from which it is to apply."""
    preview = queries.preview(found, now=request.moment)
    known = registry.kind_of(found.kind)
    held = Names(request.moment, found.body)
    words = request.GET.get("q", "").strip()[:80]
    shown = tables.grids(known.shape, found.body, held, words=words) if known.shape else []
    context = {
        "pack": found,
        "kind": known,
        "preview": preview,
        "troubles": pack_rows.troubles(known, found, preview.problems, held),
        "obstacle": OBSTACLES[preview.obstacle][0] if preview.obstacle else "",
        "told": preview.told[:MOST_SHOWN],
        "more_told": max(0, len(preview.told) - MOST_SHOWN),
        "facts": tables.facts(known.shape, found.body, held) if known.shape else [],
        "grids": shown,
        "calendar_years": _calendar_years(request, found, preview),
        "most_lines": f":{tables.MOST}",
        "searched": words or any(grid.count > FEW for grid in shown),
        "q": words,
        # As with a row: what was typed was meant for the revision that was seen.
        "revision": request.POST.get("revision", found.revision) if body else found.revision,
        "body": body or json.dumps(found.body, ensure_ascii=False, indent=2),
        "text_open": bool(body) or not known.shape,
        "line": line,
        "effective_from": start,
        "refusal": refusal,
        "wrong": refusal.fields if refusal else {},
        **_rights(request),
    }
    return page(request, "console/pack.html", context, status=refusal.status if refusal else 200)


def _calendar_years(request: Visit, found: Pack, preview: queries.Preview) -> Sequence[holidays.Year]:
    """The years of a calendar that can be read, with the way to its days; nothing for other kinds."""
    if found.kind != "calendar" or preview.problems:
        return ()
    return holidays.years_around(found.body, DEFAULT, local_day(request.moment))


def _parsed(text: str) -> dict[str, Any]:
    body = jsontext.read(text)
    if not isinstance(body, dict):
        said = _("最外层必须是一个对象，用花括号括起。")
        raise Refused("bad_body", said, fields={"body": said})
    return body


@require_POST
@desk
def draft(request: Visit, name: str) -> HttpResponse:
    """A new draft from what applies, from another version, or from a file; a file that is none is refused beside the
    choice of it."""
    demand(request)
    registry.kind_of(name)
    upload = request.FILES.get("file")
    by, at = request.standing, request.moment
    try:
        if "from" in request.POST:
            made = _again(request, name, whole(request.POST["from"], "from"))
        elif upload is None:
            made = commands.draft(by=by, now=at, kind=name)
        else:
            made = commands.import_file(by=by, now=at, content=content_of(upload, "file", MOST_BYTES))
    except Refused as caught:
        return _kind_page(request, name, caught)
    if upload is not None:
        messages.success(request, _("已读入文件，请看它会改变什么。"))
    return redirect("console:pack", made.id)


def _again(request: Visit, name: str, number: int) -> Pack:
    """A draft that says what an earlier version says: what was withdrawn is not lost."""
    earlier = queries.get(name, number)
    if earlier is None:
        raise Refused("not_found", _("没有这一版。"), status=404)
    made = commands.draft(
        by=request.standing, now=request.moment, kind=name, body=earlier.body, based_on=earlier.based_on
    )  # fmt: skip
    messages.success(
        request, _("已按第 %(old)d 版重新起草，记为第 %(new)d 版。") % {"old": number, "new": made.version}
    )
    return made


def _to_kind(made: Pack) -> HttpResponse:
    """The page of the kind, which says what became of the version and how to take it back."""
    return redirect(f"{reverse('console:pack_kind', args=[made.kind])}?{urlencode({'done': str(made.id)})}")


@require_POST
@desk
def publish(request: Visit, pack_id: UUID) -> HttpResponse:
    """Publish from a date; empty is now."""
    found, typed = the_pack(pack_id), request.POST.get("effective_from", "")
    people.demand(request.standing, "packs.publish")
    try:
        revision = whole(request.POST.get("revision"), "revision")
        start = moment(typed, "effective_from")
        made = commands.publish(
            by=request.standing, now=request.moment, pack_id=pack_id, effective_from=start, revision=revision
        )
    except Refused as caught:
        return _version_page(request, found, start=typed, refusal=caught)
    return _to_kind(made)


@require_POST
@desk
def roll_back(request: Visit, name: str) -> HttpResponse:
    """An earlier version applies again, as a new one."""
    people.demand(request.standing, "packs.publish")
    try:
        to_version = whole(request.POST.get("to"), "to")
        made = commands.roll_back(by=request.standing, now=request.moment, kind=name, to_version=to_version)
    except Refused as caught:
        return _kind_page(request, name, caught)
    return _to_kind(made)


@require_POST
@desk
def withdraw(request: Visit, pack_id: UUID) -> HttpResponse:
    """Give up a draft, or a version that does not apply yet."""
    made = commands.withdraw(by=request.standing, now=request.moment, pack_id=pack_id)
    return _to_kind(made)


@require_POST
@desk
def export(request: Visit, pack_id: UUID) -> HttpResponse:
    """A version as a file."""
    content = commands.export_file(by=request.standing, now=request.moment, pack_id=pack_id)
    found = the_pack(pack_id)
    return download(content, f"{found.kind}-{found.version}.json", "application/json; charset=utf-8")
