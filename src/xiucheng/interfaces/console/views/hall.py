"""The dispatch hall: queues on the left, the list in the middle, the selected case at its side; all in the address."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from xiucheng.foundation.people import queries as people
from xiucheng.interfaces.web.faces import CaseRow, Source
from xiucheng.interfaces.web.typed import identifier
from xiucheng.kit.paging import Page
from xiucheng.kit.refused import Refused
from xiucheng.operations.board import queries as board
from xiucheng.operations.cases.rules import LONGEST_SEARCH, parse_number, searchable
from xiucheng.operations.intake import queries as intake
from xiucheng.operations.intake.rules import may_somewhere

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
    unknown_queue = filters.queue not in board.QUEUES
    if unknown_queue:
        filters = replace(filters, queue="open")
    try:
        found = board.hall(request.standing, filters, request.GET.get("cursor"), now=request.moment)
    except Refused as refusal:
        return page(request, "web/refused.html", {"refusal": refusal}, status=refusal.status)
    counted = board.counts(request.standing, now=request.moment)
    context = {
        "page": found,
        "rows": row_faces(found.rows, request),
        "queues": _queues(counted, filters.queue),
        "queue_label": board.QUEUES[filters.queue].label,
        "summary": board.summary(counted),
        "narrowed": _narrowed(filters, found),
        "sort": filters.sort or board.QUEUES[filters.queue].sort,
        "filters": filters,
        "selected": request.GET.get("case", ""),
        "q": filters.text or "",
        "unknown_queue": unknown_queue,
        "waiting_reports": _waiting(request),
        "found_reports": _found_waiting(request, filters.text),
        "may_export": people.may(request.standing, "cases.export"),
        # The whole page has its queues at the side; the list alone brings them along.
        "alone": is_part(request),
        **_choices(request),
    }
    if is_part(request):
        return part(request, "console/parts/hall_list.html", context)
    return page(request, "console/hall.html", context)


@require_GET
@desk
def search(request: Visit) -> HttpResponse:
    """A number leads to its case, words to the list."""
    if not nav.sees_cases(request.standing):
        raise Refused("not_yours", names.not_yours(), status=403)
    typed = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    number = parse_number(searchable(typed))
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
        agency_id=identifier(asked.get("agency", "")),
        severity=asked.get("severity") or None,
        channel=asked.get("channel") or None,
        text=asked.get("q") or None,
        sort=asked.get("sort") or None,
    )


# What a row is marked with where its column says so.
MARKS = (
    ("supervised", pgettext_lazy("state", "督办")),
    ("asked", gettext_lazy("待批复")),
    ("rework_count", gettext_lazy("返工")),
    ("reopen_count", pgettext_lazy("state", "重开")),
    ("imported", gettext_lazy("历史")),
)
_ANY = "NUMBER"


def row_faces(listed: Sequence[board.Listed], request: Visit) -> list[CaseRow]:
    """The rows as the list shows them; what they share is looked up once."""
    page, peek = (reverse(f"console:{name}", args=[_ANY]).split(_ANY) for name in ("case", "peek"))
    selected = request.GET.get("case")
    erased = _("文字已按规定删除")
    used = {channel for one in listed for channel in one.row.sources}
    channels = {name: (names.CHANNEL_ICONS.get(name, "message"), names.channel(name)) for name in used}
    return [
        CaseRow(
            id=str(one.case_id),
            version=one.row.version,
            href=one.row.number.join(page),
            peek=one.row.number.join(peek),
            number=one.row.number,
            title=one.title if one.title is not None else erased,
            category=one.category,
            place=names.place(one.row.area),
            state=one.state,
            since=one.row.filed_at,
            agency=one.agency,
            due=one.row.due_at,
            start=one.row.clock_from,
            ended=one.row.closed_at,
            sources=tuple(Source(*channels[channel], count) for channel, count in one.row.sources.items()),
            marks=tuple(str(label) for column, label in MARKS if getattr(one.row, column)),
            selected=selected == one.row.number,
        )
        for one in listed
    ]


def _narrowed(filters: board.Filters, found: Page[board.Listed]) -> dict[str, Any] | None:
    """How many a list that was searched or filtered shows; the counts of the queues are of the whole district."""
    if not (
        filters.text or filters.area or filters.category or filters.agency_id or filters.channel or filters.severity
    ):
        return None
    return {"count": len(found.rows), "more": bool(found.next or found.previous)}


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
    if not may_somewhere("file", request.standing):
        return None
    return intake.counts(request.standing)["received"]


def _found_waiting(request: Visit, text: str | None) -> int:
    """How many reports that wait hold what is searched for, for those who accept: they are no cases yet."""
    if not text or not may_somewhere("file", request.standing):
        return 0
    return len(intake.search(request.standing, text))
