"""Founding a district: the steps with their state, a template's page, one file from upload to taken or taken back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.commands import note_export
from xiucheng.foundation.places import queries as places
from xiucheng.interfaces.web.downloads import XLSX, download
from xiucheng.interfaces.web.typed import whole
from xiucheng.interfaces.web.uploads import content_of
from xiucheng.kit.refused import Refused
from xiucheng.operations.founding import beginning, commands, gaps, queries, rehearsed
from xiucheng.operations.founding.books import limits
from xiucheng.operations.founding.templates.base import Template
from xiucheng.operations.founding.templates.table import template_of, templates

from .. import sheets
from ..doors import Visit, desk, page, part

FAULTS = 200
"""Faults on one page; all of them are in the marked copy."""
GAPS = 50
"""Gaps of one kind on one page; all of them are in the file."""
_AROUND = 64 * 1024
"""What a form adds to the file in it, at most."""


def _demand(request: Visit) -> None:
    people.demand(request.standing, "site.found")


def _note(request: Visit, which: str, rows: int, *asked: str) -> None:
    """These files hold names too: that one was taken is on record."""
    note_export(by=request.standing, now=request.moment, which=which, rows=rows, asked=asked)


@require_GET
@desk
def overview(request: Visit) -> HttpResponse:
    """The steps of the founding, each with its state."""
    _demand(request)
    return page(request, "console/setup/overview.html", _steps(request.moment))


def _steps(now: datetime) -> dict[str, object]:
    there = places.district()
    found = gaps.gaps(now) if there else {}
    site = beginning.site()
    return {
        "district": there,
        "given": {"code": there.code if there else "", "name": there.name if there else ""},
        "areas": places.subtree() if there else [],
        "templates": queries.overview(),
        "gap_count": sum(len(one) for one in found.values()),
        "grave": sum(len(one) for code, one in found.items() if gaps.KINDS[code].grave),
        "site": site,
        # Another administrator's page: an address to pass on, since a link would only refuse whoever reads this.
        "basemap": reverse("console:basemap"),
        "rehearsed": beginning.rehearsed_since_last_import(site),
        "kept": queries.kept_columns(),
    }


@require_POST
@desk
def district(request: Visit) -> HttpResponse:
    """The district by its code, with its subtree from a list where one is given."""
    _demand(request)
    code, name = request.POST.get("code", ""), request.POST.get("name", "")
    try:
        given = request.FILES.get("file")
        rows = beginning.list_of(content_of(given, "file", limits.MAX_BYTES), code.strip()[:6]) if given else []
        report = beginning.found_district(by=request.standing, now=request.moment, code=code, name=name, rows=rows)
    except Refused as refusal:
        context = {**_steps(request.moment), "refusal": refusal, "given": {"code": code, "name": name}}
        return page(request, "console/setup/overview.html", context, status=refusal.status)
    messages.success(request, _("已设好：%(count)s 个区划") % {"count": report.taken})
    return redirect("setup:overview")


@require_GET
@desk
def template(request: Visit, name: str) -> HttpResponse:
    """One template: its columns, the download, the upload, the files handed in so far."""
    _demand(request)
    return page(request, "console/setup/template.html", _template(name))


def _template(name: str) -> dict[str, object]:
    wanted = template_of(name)
    return {"template": wanted, "imports": queries.imports(name), "most": limits.MAX_BYTES >> 20,
            "next": _after(wanted)}  # fmt: skip


def _after(one: Template) -> Template | None:
    return next((other for other in templates() if other.number > one.number), None)


@require_GET
@desk
def blank(request: Visit, name: str) -> HttpResponse:
    """The template to fill in."""
    content, listed = queries.blank(name, request.standing, request.moment)
    _note(request, "founding_blank", listed, name)
    return download(content, f"{template_of(name).title}.xlsx".replace("/", "、"), XLSX)


@csrf_exempt
@require_POST
def upload(request: HttpRequest, name: str) -> HttpResponse:
    """Hand a file in. What is far too large is refused by its stated length, before anything of it is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > limits.MAX_BYTES + _AROUND:
        return _too_large(request, name)
    answer: HttpResponse = csrf_protect(_upload)(request, name)
    return answer


@desk
def _too_large(request: Visit, name: str) -> HttpResponse:
    _demand(request)
    context = {**_template(name), "refusal": limits.refusal("too_large")}
    answer = page(request, "console/setup/template.html", context, status=413)
    answer.headers["Connection"] = "close"
    return answer


@desk
def _upload(request: Visit, name: str) -> HttpResponse:
    given = request.FILES.get("file")
    try:
        content = content_of(given, "file", limits.MAX_BYTES) if given else b""
        found = commands.upload(
            by=request.standing, now=request.moment, template=name, content=content,
            name=(given.name if given else "") or "",
        )  # fmt: skip
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        return page(request, "console/setup/template.html", {**_template(name), "refusal": refusal},
                    status=refusal.status)  # fmt: skip
    return redirect("setup:import", import_id=found)


@require_GET
@desk
def one_import(request: Visit, import_id: UUID) -> HttpResponse:
    """One file: how far it is, what it would do, what is wrong, what may be done with it."""
    return page(request, "console/setup/import.html", _import(request, import_id))


def _import(request: Visit, import_id: UUID) -> dict[str, object]:
    view = queries.import_view(import_id, request.standing)
    return {"view": view, "faults": view.faults[:FAULTS], "more": max(0, len(view.faults) - FAULTS),
            "retentions": queries.retentions(),
            "next": _after(view.template)}  # fmt: skip


@require_GET
@desk
def import_state(request: Visit, import_id: UUID) -> HttpResponse:
    """The state of a running import, asked each second; when it is over the page is loaded anew."""
    view = queries.import_view(import_id, request.standing)
    answer = part(request, "console/setup/parts/progress.html", {"view": view})
    if not view.busy:
        answer.headers["HX-Refresh"] = "true"
    return answer


@require_POST
@desk
def act_on_import(request: Visit, import_id: UUID, act: str) -> HttpResponse:
    """Take it, judge it again, give it up, take it back."""
    by, now = request.standing, request.moment
    acts = {
        "accept": lambda: commands.accept(
            by=by, now=now, import_id=import_id, plan_digest=request.POST.get("digest", ""),
            close_missing=bool(request.POST.get("close_missing")), keep=_kept(request),
        ),
        "again": lambda: commands.check_again(by=by, now=now, import_id=import_id),
        "give-up": lambda: commands.give_up(by=by, now=now, import_id=import_id),
        "undo": lambda: commands.undo(by=by, now=now, import_id=import_id),
    }  # fmt: skip
    if act not in acts:
        raise Refused("not_found", _("没有这个操作。"), status=404)
    try:
        acts[act]()
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        context = {**_import(request, import_id), "refusal": refusal}
        return page(request, "console/setup/import.html", context, status=refusal.status)
    return redirect("setup:import", import_id=import_id)


def _kept(request: Visit) -> dict[int, tuple[str, str]]:
    """The extra columns that were given a purpose: index → (purpose, retention). Refused: bad_number."""
    kept = {}
    for field, purpose in request.POST.items():
        index = field.removeprefix("purpose_")
        if field != index and purpose:
            kept[whole(index, field)] = (str(purpose), request.POST.get(f"retention_{index}", ""))
    return kept


@require_GET
@desk
def marked(request: Visit, import_id: UUID) -> HttpResponse:
    """Their own file with what is wrong marked in it."""
    content, name, template, rows = queries.marked_copy(import_id, request.standing)
    _note(request, "founding_marked", rows, template)
    return download(content, _("标出错误的") + name, XLSX)


@require_GET
@desk
def gap_list(request: Visit) -> HttpResponse:
    """What is still missing, each with its cure."""
    _demand(request)
    rows = [
        {"kind": kind, "gaps": found[:GAPS], "count": len(found), "cure": template_of(kind.cure)}
        for kind, found in _gaps(request)
    ]
    return page(request, "console/setup/gaps.html", {"rows": rows, "count": sum(row["count"] for row in rows)})


def _gaps(request: Visit) -> list[tuple[gaps.Kind, Sequence[gaps.Gap]]]:
    return [(gaps.KINDS[code], found) for code, found in gaps.gaps(request.moment).items()]


@require_GET
@desk
def gap_file(request: Visit) -> HttpResponse:
    """The gaps as a workbook."""
    _demand(request)
    rows = [
        (kind.title, one.about, one.name, template_of(kind.cure).title)
        for kind, found in _gaps(request)
        for one in found
    ]
    _note(request, "founding_gaps", len(rows))
    heads = [_("缺口"), _("代码"), _("名称"), _("到哪里补")]
    return sheets.answer(request, _("缺口清单"), _("缺口清单"), heads, rows, [26, 26, 26, 26])


@require_http_methods(["GET", "POST"])
@desk
def rehearse(request: Visit) -> HttpResponse:
    """The rehearsal: what it is, doing it, what it found."""
    _demand(request)
    context: dict[str, object] = {}
    if request.method == "POST":
        try:
            commands.begin_rehearsal(by=request.standing, now=request.moment)
        except Refused as refusal:
            if refusal.status == 403:
                raise
            context = {"refusal": refusal}
        else:
            return redirect("setup:rehearse")
    context["rehearsal"] = rehearsed.view(request.standing, request.moment)
    refused = context.get("refusal")
    status = refused.status if isinstance(refused, Refused) else 200
    return page(request, "console/setup/rehearsal.html", context, status=status)


@require_GET
@desk
def rehearsal_state(request: Visit) -> HttpResponse:
    """How far a rehearsal is, asked each second; when it is over the page is loaded anew."""
    view = rehearsed.view(request.standing, request.moment)
    answer = part(request, "console/setup/parts/rehearsing.html", {"rehearsal": view})
    if not view.running:
        answer.headers["HX-Refresh"] = "true"
    return answer


@require_http_methods(["GET", "POST"])
@desk
def live(request: Visit) -> HttpResponse:
    """Going live: what it will do, then doing it."""
    _demand(request)
    if request.method == "POST":
        try:
            bare = bool(request.POST.get("without_rehearsal"))
            beginning.go_live(by=request.standing, now=request.moment, without_rehearsal=bare)
        except Refused as refusal:
            if refusal.status == 403:
                raise
            context = {**_steps(request.moment), "refusal": refusal}
            return page(request, "console/setup/live.html", context, status=refusal.status)
        messages.success(request, _("本站点已上线。"))
        return redirect("setup:overview")
    return page(request, "console/setup/live.html", _steps(request.moment))
