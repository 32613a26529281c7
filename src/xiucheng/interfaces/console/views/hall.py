"""The dispatch hall: queues on the left, the list in the middle, the selected case at its side; all in the address."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from xiucheng.foundation.people import queries as people
from xiucheng.interfaces.web.faces import CaseRow, Source
from xiucheng.kit.refused import Refused
from xiucheng.operations.board import queries as board
from xiucheng.operations.cases.rules import parse_number
from xiucheng.operations.intake import queries as intake

from .. import names, nav
from ..doors import Visit, desk, is_part, page, part
from ..wording import SEVERITIES

# Queues that a light of the clock stands beside.
LIGHTS = {"soon": "triangle", "overdue": "diamond"}
# The queues with which a new group begins: states, what presses, what is over.
GROUPS = frozenset({"asked", "closed"})


@require_GET
@desk
def home(request: Visit) -> HttpResponse:
    """The first place of the navigation; for an administrator that is not the hall."""
    items = nav.items(request.standing)
    return redirect(items[0].href if items else "console:inbox")


@never_cache
@require_GET
@desk
def hall(request: Visit) -> HttpResponse:
    """The hall, or its list alone for htmx and the live refresh."""
    if people.visible_to(request.standing).kind == "none":
        return redirect("console:home")
    filters = read_filters(request)
    try:
        found = board.hall(request.standing, filters, request.GET.get("cursor"), now=request.moment)
    except Refused as refusal:
        return page(request, "web/refused.html", {"refusal": refusal}, status=refusal.status)
    counted = board.counts(request.standing, now=request.moment)
    context = {
        "page": found,
        "rows": [row_face(one, request) for one in found.rows],
        "queues": _queues(counted, filters.queue),
        "queue_label": board.QUEUES[filters.queue].label,
        "summary": board.summary(counted),
        "filters": filters,
        "selected": request.GET.get("case", ""),
        "q": filters.text or "",
        "waiting_reports": _waiting(request),
        **_choices(request),
    }
    if is_part(request):
        return part(request, "console/parts/hall_list.html", context)
    return page(request, "console/hall.html", context)


@require_GET
@desk
def search(request: Visit) -> HttpResponse:
    """A number leads to its case, words to the list."""
    typed = request.GET.get("q", "").strip()[:60]
    number = parse_number(typed)
    if number:
        return redirect("console:case", number)
    query = request.GET.copy()
    query["q"], query["queue"] = typed, "all"
    return redirect(f"{reverse('console:hall')}?{query.urlencode()}")


def read_filters(request: Visit) -> board.Filters:
    """The filters as the address says them; what cannot be read narrows nothing."""
    asked = request.GET
    return board.Filters(
        queue=asked.get("queue") or "open",
        category=asked.get("category") or None,
        area=asked.get("area") or None,
        agency_id=_uuid(asked.get("agency", "")),
        severity=asked.get("severity") or None,
        channel=asked.get("channel") or None,
        text=asked.get("q") or None,
        sort=asked.get("sort") or None,
    )


def row_face(listed: board.Listed, request: Visit) -> CaseRow:
    """A row as the list shows it."""
    row = listed.row
    marks = (
        (row.supervised, _("督办")),
        (bool(row.asked), _("待批复")),
        (bool(row.rework_count), _("返工")),
        (bool(row.reopen_count), _("重开")),
        (row.imported, _("历史")),
    )
    return CaseRow(
        id=str(row.case_id),
        version=row.version,
        href=reverse("console:case", args=[row.number]),
        peek=reverse("console:peek", args=[row.number]),
        number=row.number,
        title=listed.title if listed.title is not None else _("文字已按规定删除"),
        category=listed.category,
        place=names.place(row.area),
        state=listed.state,
        since=row.filed_at,
        agency=listed.agency,
        due=row.due_at,
        start=row.clock_from,
        ended=row.closed_at,
        sources=tuple(
            Source(names.CHANNEL_ICONS.get(channel, "message"), names.channel(channel), count)
            for channel, count in row.sources.items()
        ),
        marks=tuple(label for holds, label in marks if holds),
        selected=request.GET.get("case") == row.number,
    )


def _queues(counted: Mapping[str, int], current: str) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "label": queue.label,
            "count": counted.get(name),
            "light": LIGHTS.get(name) if counted.get(name) else None,
            "current": name == current,
            "gap": name in GROUPS,
        }
        for name, queue in board.QUEUES.items()
    ]


def _choices(request: Visit) -> dict[str, Any]:
    return {
        "areas": names.area_groups(),
        "agencies": people.agencies(),
        "categories": names.category_groups(names.catalogue(request.moment)),
        "channels": intake.channels(),
        "severities": SEVERITIES.items(),
    }


def _waiting(request: Visit) -> int | None:
    """How many reports wait to be accepted, for those who accept."""
    if not request.standing.has("acceptor", "shift_leader"):
        return None
    return intake.counts(request.standing)["received"]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
