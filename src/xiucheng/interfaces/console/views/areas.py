"""The district's divisions: what the statistics lack added by hand or from a list, renamed, closed and opened again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.places import commands
from xiucheng.foundation.places import queries as places
from xiucheng.foundation.places.loaders.report import LoadReport
from xiucheng.foundation.places.refusals import refusal, text
from xiucheng.interfaces.web.downloads import download
from xiucheng.interfaces.web.typed import moment
from xiucheng.kit.days import local_day
from xiucheng.kit.moves import UNDO_WINDOW
from xiucheng.kit.refused import Refused

from ..doors import Visit, desk, page

ACT = "places.import"
MOST = 1 << 20
"""A list of divisions is a few kilobytes; what is more is another file (D)."""
_FIELDS = ("parent", "name", "code")


@require_GET
@desk
def areas(request: Visit) -> HttpResponse:
    """Streets with their communities, closed ones as well; the form for one more, and for a list."""
    people.demand(request.standing, ACT)
    return page(request, "console/areas.html", _context(request))


def _context(request: Visit, typed: Mapping[str, str] | None = None) -> dict[str, Any]:
    district = places.district()
    streets = places.children(district.code, closed=True) if district else []
    return {
        "district": district,
        "streets": [{"area": one, "below": places.children(one.code, closed=True)} for one in streets],
        "parents": [one for one in (district, *streets) if one and one.active_to is None],
        "typed": typed or {},
        "done": _done(request),
    }


def _done(request: Visit) -> dict[str, Any] | None:
    """The area just added, while it can be taken out of use in one press."""
    found = places.area(request.GET.get("done", "")[:12])
    try:
        at = moment(request.GET.get("at"), "at")
    except Refused:
        return None
    if found is None or at is None or at + UNDO_WINDOW <= request.moment:
        return None
    said = _("已补录“%(name)s”，代码 %(code)s") % {"name": found.name, "code": found.code}
    return {"until": at + UNDO_WINDOW, "said": said, "undo_url": reverse("console:area_close", args=[found.code])}


@require_POST
@desk
def add(request: Visit) -> HttpResponse:
    """One street or community by hand; what is wrong is said beside the field."""
    people.demand(request.standing, ACT)
    typed = {name: request.POST.get(name, "").strip()[:60] for name in _FIELDS}
    try:
        code = commands.add_area(
            actor=request.standing.actor, now=request.moment, parent=typed["parent"], name=typed["name"],
            code=typed["code"] or None,
        )  # fmt: skip
    except Refused as caught:
        return _refused(request, caught, typed)
    asked = urlencode({"done": code, "at": request.moment.isoformat()})
    return redirect(f"{reverse('console:areas')}?{asked}")


def _refused(request: Visit, caught: Refused, typed: Mapping[str, str] | None = None) -> HttpResponse:
    context = {**_context(request, typed), "refusal": caught, "wrong": caught.fields}
    return page(request, "console/areas.html", context, status=caught.status)


@require_POST
@desk
def load(request: Visit) -> HttpResponse:
    """A list of additions: what is sound is added, what is not is told row by row; the same list again adds nothing."""
    people.demand(request.standing, ACT)
    file = request.FILES.get("file")
    try:
        if file is None:
            raise refusal("empty_file", field="file")
        if (file.size or 0) > MOST:
            raise refusal("too_large", status=413, field="file", megabytes=str(MOST >> 20))
        report = commands.load_additions(actor=request.standing.actor, now=request.moment, source=file.read())
    except Refused as caught:
        return _refused(request, caught)
    return page(request, "console/areas.html", {**_context(request), "report": _told(report)})


def _told(report: LoadReport) -> dict[str, Any]:
    return {
        "taken": report.taken,
        "refused": [(one.row, text(one)) for one in report.refused],
        "warnings": [(one.row, text(one)) for one in report.warnings],
    }


@require_POST
@desk
def rename(request: Visit, code: str) -> HttpResponse:
    """Another name for an area."""
    return _changed(request, commands.rename_area, _("名称已改好"), code=code, name=request.POST.get("name", "")[:60])


@require_POST
@desk
def close(request: Visit, code: str) -> HttpResponse:
    """Out of use from today on; what was filed there keeps its code."""
    return _changed(request, commands.close_area, _("已停用，可以恢复"), code=code, on=local_day(request.moment))


@require_POST
@desk
def reopen(request: Visit, code: str) -> HttpResponse:
    """Into use again."""
    return _changed(request, commands.reopen_area, _("已恢复"), code=code)


def _changed(request: Visit, change: Callable[..., object], said: str, **asked: Any) -> HttpResponse:
    """The list again, with what was done or why not."""
    people.demand(request.standing, ACT)
    try:
        change(actor=request.standing.actor, now=request.moment, **asked)
    except Refused as caught:
        return _refused(request, caught)
    messages.success(request, said)
    return redirect("console:areas")


@require_GET
@desk
def blank(request: Visit) -> HttpResponse:
    """An empty list with its heading and an example, to be filled in by any spreadsheet."""
    people.demand(request.standing, ACT)
    district = places.district()
    rows = ["parent_code,name,code", f"{district.code if district else ''}001,示例社区,"]
    # The mark in front: without it spreadsheets take UTF-8 for something else.
    content = "\ufeff" + "\r\n".join(rows) + "\r\n"
    return download(content.encode(), "additions.csv", "text/csv; charset=utf-8")
