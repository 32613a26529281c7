"""Configuration as packs: what applies, drafts with the preview of their effect, publishing, rolling back, files."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiucheng.foundation.packs import commands, queries, registry
from xiucheng.foundation.packs.queries import Pack
from xiucheng.foundation.people import queries as people
from xiucheng.interfaces.web.downloads import download
from xiucheng.interfaces.web.typed import moment, whole
from xiucheng.interfaces.web.uploads import content_of
from xiucheng.kit.refused import Refused

from .. import names
from ..doors import Visit, desk, page

MOST_SHOWN = 200
MOST_BYTES = 5 * 1024 * 1024
"""Of a file with a pack (D): the largest catalogue is a hundredth of it."""


def _demand(request: Visit) -> None:
    people.demand(request.standing, "packs.draft")


@require_GET
@desk
def packs(request: Visit) -> HttpResponse:
    """All kinds with what applies now."""
    _demand(request)
    return page(request, "console/packs.html", {"kinds": queries.overview(request.moment)})


@require_GET
@desk
def kind(request: Visit, name: str) -> HttpResponse:
    """The versions of one kind."""
    _demand(request)
    return _kind_page(request, name)


def _kind_page(request: Visit, name: str, refusal: Refused | None = None) -> HttpResponse:
    """The versions, and what was refused above them."""
    known = registry.kind_of(name)
    versions = queries.history(name, request.moment)
    actors = [one.created_by for one in versions] + [one.published_by or "" for one in versions]
    held = names.Names.of_actors(actors)
    rows = [{"version": one, "by": held.actor(one.published_by or one.created_by)} for one in versions]
    context = {"kind": known, "rows": rows, "refusal": refusal, **_rights(request)}
    return page(request, "console/pack_kind.html", context, status=refusal.status if refusal else 200)


def _rights(request: Visit) -> dict[str, bool]:
    return {"may_publish": people.may(request.standing, "packs.publish")}


def _pack(pack_id: UUID) -> Pack:
    found = queries.by_id(pack_id)
    if found is None:
        raise Refused("not_found", _("没有这一版。"), status=404)
    return found


@require_http_methods(["GET", "POST"])
@desk
def version(request: Visit, pack_id: UUID) -> HttpResponse:
    """One version: for a draft its body to edit, its problems, what it changes and whom it affects."""
    _demand(request)
    found, refusal = _pack(pack_id), None
    typed = request.POST.get("body", "")
    if request.method == "POST":
        try:
            revision = whole(request.POST.get("revision"), "revision")
            commands.revise(
                by=request.standing, now=request.moment, pack_id=pack_id, revision=revision, body=_parsed(typed)
            )
            return redirect("console:pack", pack_id)
        except Refused as caught:
            refusal = caught
    return _version_page(request, found, body=typed, refusal=refusal)


def _version_page(
    request: Visit, found: Pack, *, body: str = "", start: str = "", refusal: Refused | None = None
) -> HttpResponse:
    """One version with what was refused and what was typed: its body, the date from which it is to apply."""
    preview = queries.preview(found, now=request.moment)
    context = {
        "pack": found,
        "kind": registry.kind_of(found.kind),
        "preview": preview,
        "changes": preview.changes[:MOST_SHOWN],
        "more_changes": max(0, len(preview.changes) - MOST_SHOWN),
        "body": body or json.dumps(found.body, ensure_ascii=False, indent=2),
        "effective_from": start,
        "refusal": refusal,
        "wrong": refusal.fields if refusal else {},
        **_rights(request),
    }
    return page(request, "console/pack.html", context, status=refusal.status if refusal else 200)


def _parsed(text: str) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except ValueError as error:
        said = _("不是有效的 JSON：%(error)s") % {"error": str(error)[:100]}
        raise Refused("bad_body", said, fields={"body": said}) from None
    if not isinstance(body, dict):
        raise Refused("bad_body", _("最外层必须是一个对象。"))
    return body


@require_POST
@desk
def draft(request: Visit, name: str) -> HttpResponse:
    """A new draft from what applies, or from a file; a file that is none is refused beside the choice of it."""
    _demand(request)
    registry.kind_of(name)
    upload = request.FILES.get("file")
    by, at = request.standing, request.moment
    try:
        if upload is None:
            made = commands.draft(by=by, now=at, kind=name)
        else:
            made = commands.import_file(by=by, now=at, content=content_of(upload, "file", MOST_BYTES))
    except Refused as caught:
        return _kind_page(request, name, caught)
    if upload is not None:
        messages.success(request, _("已读入文件，请看它会改变什么。"))
    return redirect("console:pack", made.id)


@require_POST
@desk
def publish(request: Visit, pack_id: UUID) -> HttpResponse:
    """Publish from a date; empty is now."""
    found, typed = _pack(pack_id), request.POST.get("effective_from", "")
    people.demand(request.standing, "packs.publish")
    try:
        revision = whole(request.POST.get("revision"), "revision")
        start = moment(typed, "effective_from")
        made = commands.publish(
            by=request.standing, now=request.moment, pack_id=pack_id, effective_from=start, revision=revision
        )
    except Refused as caught:
        return _version_page(request, found, start=typed, refusal=caught)
    messages.success(request, _("第 %(n)d 版已发布") % {"n": made.version})
    return redirect("console:pack_kind", made.kind)


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
    messages.success(request, _("已退回到第 %(old)d 版，记为第 %(new)d 版") % {"old": to_version, "new": made.version})
    return redirect("console:pack_kind", name)


@require_POST
@desk
def withdraw(request: Visit, pack_id: UUID) -> HttpResponse:
    """Give up a draft, or a version that does not apply yet."""
    made = commands.withdraw(by=request.standing, now=request.moment, pack_id=pack_id)
    messages.success(request, _("已撤回第 %(n)d 版") % {"n": made.version})
    return redirect("console:pack_kind", made.kind)


@require_POST
@desk
def export(request: Visit, pack_id: UUID) -> HttpResponse:
    """A version as a file."""
    content = commands.export_file(by=request.standing, now=request.moment, pack_id=pack_id)
    found = _pack(pack_id)
    return download(content, f"{found.kind}-{found.version}.json", "application/json; charset=utf-8")
