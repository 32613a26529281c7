"""Figures of places: the latest of each, what was said before, recording and taking down, as a file."""

from collections.abc import Mapping
from datetime import date
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
from xiucheng.foundation.places import amounts, commands
from xiucheng.foundation.places import figures as reads
from xiucheng.foundation.places import queries as places
from xiucheng.foundation.places.amounts import FIGURE_KINDS, MARKS
from xiucheng.foundation.places.refusals import refusal
from xiucheng.interfaces.web.typed import identifier
from xiucheng.kit.refused import Refused

from .. import names, sheets
from ..doors import Visit, came_from, desk, page

ACT = "places.figures"


def _enter(request: Visit) -> None:
    people.demand(request.standing, "places.see_figures")


def _within(request: Visit) -> str:
    return names.asked_area(request.GET.get("place", ""))


def _kind(request: Visit) -> str:
    asked = request.GET.get("kind", "")
    return asked if asked in FIGURE_KINDS else ""


@require_GET
@desk
def figures(request: Visit) -> HttpResponse:
    """The latest figures of an area, sums of parts beside what is said of the whole, and the form for a new one."""
    _enter(request)
    return page(request, "console/figures.html", _context(request))


def _context(request: Visit, typed: Mapping[str, str] | None = None) -> dict[str, Any]:
    within, kind = _within(request), _kind(request)
    after = tuple(request.GET.getlist("after"))
    rows = reads.latest(within, kind, after=after if len(after) == 4 else None, limit=reads.PAGE + 1)
    shown, more = rows[: reads.PAGE], len(rows) > reads.PAGE
    sums = reads.sums(shown)
    held = names.Names.of_actors(one.recorded_by for one in shown)
    last = shown[-1] if more else None
    return {
        "rows": [{"one": one, "by": held.actor(one.recorded_by), "sum": _sum(sums.get(one.id))} for one in shown],
        "within": within,
        "place_name": places.area_name(within) if within else "",
        "kind": kind,
        "kind_name": amounts.kind_name(kind) if kind else "",
        "whole": next((one for one in shown if kind and one.place.code == (within or _district())), None),
        "areas": names.area_groups(),
        "kinds": _kinds(),
        "next": [last.place.area, last.place.code, last.kind, last.title] if last else None,
        "may_record": _may_record(request, within),
        "may_export": people.may(request.standing, "places.export"),
        "may_import": people.may(request.standing, "site.found"),
        "typed": typed or {"place": places.area_name(within) if within else "", "kind": kind},
        "marks": [str(word) for mark, word in MARKS.items() if mark],
        "done": _done(request),
    }


def _district() -> str:
    found = places.district()
    return found.code if found else ""


def _kinds() -> list[tuple[str, str, str]]:
    return [(code, str(kind.name), str(kind.unit)) for code, kind in FIGURE_KINDS.items()]


def _sum(found: reads.Sum | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"total": amounts.plain_number(found.total), "parts": found.parts, "missing": found.missing,
            "agrees": found.agrees}  # fmt: skip


def _may_record(request: Visit, within: str) -> bool:
    """May they record anything here, or, with nothing chosen, anywhere?"""
    if people.may(request.standing, ACT, area=within or _district()):
        return True
    return any(post.area.startswith(within) and people.may(request.standing, ACT, area=post.area)
               for post in request.standing.posts if post.area)  # fmt: skip


def _done(request: Visit) -> dict[str, Any] | None:
    """The figure just recorded, while it can be taken back in one press."""
    given = identifier(request.GET.get("done"))
    try:
        found = reads.figure(given) if given else None
    except Refused:
        return None
    if found is None:
        return None
    until = reads.undo_until(found, by=request.standing.actor, now=request.moment)
    if until is None:
        return None
    said = _("已记下：%(place)s %(what)s %(amount)s") % {
        "place": found.place.name, "what": found.counted, "amount": found.said,
    }  # fmt: skip
    return {"until": until, "said": said, "undo_url": reverse("console:figure_withdraw", args=[found.id])}


@require_POST
@desk
def record(request: Visit) -> HttpResponse:
    """A figure as typed; what is wrong with it is said beside what was typed."""
    _enter(request)
    typed = {name: request.POST.get(name, "").strip() for name in
             ("place", "kind", "title", "amount", "as_of", "source")}  # fmt: skip
    try:
        place = reads.find_place(typed["place"])
        people.demand(request.standing, ACT, area=place.area)
        row = commands.FigureRow(
            place, typed["kind"], _amount(typed["amount"]), _day(typed["as_of"]), typed["source"],
            typed["title"] if typed["kind"] == "other" else "",
        )  # fmt: skip
        made = commands.record_figure(actor=request.standing.actor, now=request.moment, row=row)
    except Refused as caught:
        context = {**_context(request, typed), "refusal": caught, "wrong": caught.fields}
        return page(request, "console/figures.html", context, status=caught.status)
    asked = {"place": request.GET.get("place", ""), "kind": _kind(request), "done": str(made)}
    query = urlencode({name: value for name, value in asked.items() if value})
    return redirect(f"{reverse('console:figures')}?{query}")


def _amount(said: str) -> amounts.Amount:
    found = amounts.read_amount(said)
    if found is None:
        raise refusal("bad_amount", said[:30], field="amount")
    return found


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise refusal("bad_day", said[:30], field="as_of") from None


@require_GET
@desk
def history(request: Visit, place_kind: str, place: str, kind: str) -> HttpResponse:
    """Everything ever said of one place and kind: when, by which source, who recorded it, what was taken down."""
    _enter(request)
    found = reads.place_of(place_kind, place)
    if kind not in FIGURE_KINDS:
        raise refusal("unknown_figure_kind", kind[:30], status=404)
    title = request.GET.get("title", "")
    rows = reads.history(found, kind, title)
    held = names.Names.of_actors(actor for one in rows for actor in (one.recorded_by, one.withdrawn_by) if actor)
    replaced = {one.replaces for one in rows if one.withdrawn_at is None}
    context = {
        "place": found,
        "where": names.place(found.area),
        "counted": amounts.kind_name(kind, title),
        "kind": kind,
        "rows": [
            {"one": one, "by": held.actor(one.recorded_by),
             "withdrawer": held.actor(one.withdrawn_by) if one.withdrawn_by else "", "corrected": one.id in replaced}
            for one in rows
        ],
        "newest": next((one for one in rows if one.withdrawn_at is None), None),
        "may_record": people.may(request.standing, ACT, area=found.area),
    }  # fmt: skip
    return page(request, "console/figure_history.html", context)


def _act(request: Visit, figure_id: UUID, change: Any, said: str) -> HttpResponse:
    _enter(request)
    found = reads.figure(figure_id)
    people.demand(request.standing, ACT, area=found.place.area)
    change(actor=request.standing.actor, now=request.moment, figure_id=figure_id)
    messages.success(request, said)
    if back := came_from(request):
        return redirect(back)
    address = reverse("console:figure_history", args=[found.place.kind, found.place.code, found.kind])
    return redirect(f"{address}?{urlencode({'title': found.title})}" if found.title else address)


@require_POST
@desk
def withdraw(request: Visit, figure_id: UUID) -> HttpResponse:
    """Take a figure down."""
    return _act(request, figure_id, commands.withdraw_figure, _("已撤下，历史里还看得到"))


@require_POST
@desk
def restore(request: Visit, figure_id: UUID) -> HttpResponse:
    """Bring a figure back."""
    return _act(request, figure_id, commands.restore_figure, _("已恢复"))


@require_GET
@desk
def export(request: Visit) -> HttpResponse:
    """The list as a workbook; the taking is on record."""
    _enter(request)
    within, kind = _within(request), _kind(request)
    rows = reads.latest(within, kind, limit=reads.MOST + 1)
    note_export(
        by=request.standing,
        now=request.moment,
        which="figures",
        rows=len(rows),
        most=reads.MOST,
        area=within,
        asked=(kind,) if kind else (),
    )
    heads = [_("地方"), _("代码"), _("所在"), _("项目"), _("数"), _("约略"), _("单位"), _("截至"), _("来源")]
    cells = [
        (one.place.name, one.place.code, names.place(one.place.area), one.counted,
         amounts.plain_number(one.amount.value).replace(",", ""),
         str(MARKS[one.amount.mark]) if one.amount.mark else "", amounts.unit_of(one.kind), one.as_of.isoformat(),
         one.source)
        for one in rows
    ]  # fmt: skip
    return sheets.answer(request, "figures", _("底数"), heads, cells, [18, 18, 24, 18, 14, 8, 10, 12, 30])
