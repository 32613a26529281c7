"""What communities ask somebody to take on: the open list, one with who took it on, offering, withdrawing, erasing."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from xiucheng.foundation.places import queries as places
from xiucheng.interfaces.web.typed import day
from xiucheng.kit.days import local_day
from xiucheng.kit.refused import Refused
from xiucheng.operations.responsibility.partners import commands, queries, rules
from xiucheng.operations.responsibility.partners import needs as book

from .. import names, partnering
from ..doors import Visit, desk, page

_SHOWN = 300
_FIELDS = ("area", "kind", "words", "place")


@require_GET
@desk
def needs(request: Visit) -> HttpResponse:
    """What waits to be taken on, by area; the form for another."""
    return page(request, "console/needs.html", _list(request))


def _list(request: Visit, typed: Mapping[str, str] | None = None) -> dict[str, Any]:
    within, every = names.asked_area(request.GET.get("place", "")), request.GET.get("all") == "1"
    rows = book.needs(within=within, only_open=not every, limit=_SHOWN + 1)
    more = len(rows) > _SHOWN
    rows = rows[:_SHOWN]
    told = book.words_of(one.id for one in rows)
    return {
        "within": within,
        "every": every,
        "more": more,
        "rows": [_shown(one, told[one.id]) for one in rows],
        "open": sum(one.open for one in rows),
        "areas": names.area_groups(),
        "communities": partnering.communities(request, "offer"),
        "kinds": names.choices(rules.NEEDS),
        "place_name": places.area_name(within) if within else "",
        "longest": book.LONGEST,
        "typed": typed or {"area": request.GET.get("area", "")},
    }


def _shown(one: book.NeedRow, words: str) -> dict[str, Any]:
    return {
        "one": one,
        "kind": _(rules.NEEDS[one.kind]),
        "words": words or _("资料已清除"),
        "erased": not words,
        "where": names.place(one.area),
        "state": _("待认领") if one.open else _("已撤下") if one.withdrawn_at else _("已认领"),
    }


@require_POST
@desk
def offer(request: Visit) -> HttpResponse:
    """A community asks for something."""
    typed = {key: request.POST.get(key, "").strip() for key in _FIELDS}
    try:
        made = book.offer_need(by=request.standing, now=request.moment, **typed)
    except Refused as caught:
        context = {**_list(request, typed), "refusal": caught, "wrong": caught.fields}
        return page(request, "console/needs.html", context, status=caught.status)
    messages.success(request, _("已放到待认领的单子上"))
    return redirect("console:need", made)


@require_GET
@desk
def need(request: Visit, need_id: UUID) -> HttpResponse:
    """One need: what it is, who took it on and how it ended; taking it on."""
    return page(request, "console/need.html", _one(request, need_id))


def _one(request: Visit, need_id: UUID, typed: Mapping[str, str] | None = None) -> dict[str, Any]:
    row = book.need(need_id)
    told = book.words_of([row.id])
    taken = partnering.shown(queries.of_need(row.id), request)
    held = any(item["one"].state == "taken" for item in taken)
    may = book.allowed(row, request.standing, told=bool(told[row.id]), held=held)
    return {
        **_shown(row, told[row.id]),
        "taken": taken,
        "takers": partnering.takers(request, row.area) if row.open else [],
        **{f"may_{act}": act in may for act in _ACTS},
        "typed": typed or {"starts_on": local_day(request.moment).isoformat(), "ends_on": "", "who": ""},
    }


@require_POST
@desk
def take_on(request: Visit, need_id: UUID) -> HttpResponse:
    """Somebody takes it on."""
    typed = {key: request.POST.get(key, "").strip() for key in ("who", "starts_on", "ends_on")}
    try:
        made = commands.take_on(
            by=request.standing, now=request.moment, need_id=need_id, **partnering.who(typed["who"]),
            starts_on=day(typed["starts_on"], "starts_on"),
            ends_on=day(typed["ends_on"], "ends_on"),
        )  # fmt: skip
    except Refused as caught:
        context = {**_one(request, need_id, typed), "refusal": caught, "wrong": caught.fields}
        return page(request, "console/need.html", context, status=caught.status)
    return redirect(f"{reverse('console:partnership', args=[made])}?{urlencode({'done': 1})}")


_ACTS = {
    "withdraw": (book.withdraw_need, gettext_lazy("已撤下，在这一页可以恢复")),
    "restore": (book.restore_need, gettext_lazy("已恢复")),
    "erase": (book.erase_need, gettext_lazy("文字已清除，谁认领过、结果怎样还在")),
}


@require_POST
@desk
def change(request: Visit, need_id: UUID, act: str) -> HttpResponse:
    """Withdraw it, take that back, erase its words."""
    if act not in _ACTS:
        raise Refused("not_found", _("没有这个动作。"), status=404)
    _ACTS[act][0](by=request.standing, now=request.moment, need_id=need_id)
    messages.success(request, str(_ACTS[act][1]))
    return redirect("console:need", need_id)
