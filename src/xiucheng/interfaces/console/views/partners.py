"""Double registration, pairing, take-ons: the list, one of them with its moves, entering a new one, as a file."""

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
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.commands import note_export
from xiucheng.foundation.places import queries as places
from xiucheng.interfaces.web.typed import day, identifier, needed_day
from xiucheng.kit.days import local_day
from xiucheng.kit.refused import Refused
from xiucheng.operations.responsibility.partners import commands, needs, queries, rules
from xiucheng.operations.responsibility.partners.queries import Row

from .. import names, partnering, sheets
from ..doors import Visit, desk, page

_SHOWN = 300
_MOST = 5000
_FIELDS = ("area", "organisation", "starts_on", "ends_on", "who", "name", "phone", "home")


def _phases() -> list[tuple[str, str]]:
    return [
        ("", _("进行中和到期的")), ("now", _("今天有效的")), ("ending", _("快到期和已到期的")),
        ("past", _("已结束的")), ("all", _("全部")),
    ]  # fmt: skip


def _asked(request: Visit) -> dict[str, Any]:
    kind, phase = request.GET.get("kind", ""), request.GET.get("phase", "")
    return {
        "within": names.asked_area(request.GET.get("place", "")),
        "kind": kind if kind in rules.KINDS else "",
        "phase": phase if phase in queries.PHASES else "",
        "organisation_id": identifier(request.GET.get("organisation")),
    }


@require_GET
@desk
def partners(request: Visit) -> HttpResponse:
    """Who stands by which community, what is about to end first, communities without a pairing."""
    asked, today = _asked(request), local_day(request.moment)
    rows = queries.partnerships(request.standing, today=today, **asked, limit=_SHOWN + 1)
    more = len(rows) > _SHOWN
    rows = rows[:_SHOWN]
    pairs = dict(partnering.communities(request, "pair"))
    context = {
        **asked,
        "rows": partnering.shown(rows, request),
        "more": more,
        "running": sum(one.phase(today) in {"running", "ending"} for one in rows),
        "ending": sum(one.phase(today) in {"ending", "over"} for one in rows),
        "unpaired": [(one.code, one.name, one.code in pairs) for one in queries.unpaired(today, asked["within"])],
        "may_see": people.may(request.standing, "people.see_responsible"),
        "may_pair": bool(pairs),
        "may_register": bool(partnering.communities(request, "register_organisation")),
        "areas": names.area_groups(),
        "kinds": names.choices(rules.KINDS),
        "phases": _phases(),
        "organisations": [(str(one.id), one.name) for one in people.organisations().values()],
        "organisation": str(asked["organisation_id"] or ""),
        "may_export": people.may(request.standing, "people.lists_export", area=asked["within"] or None),
        "place_name": places.area_name(asked["within"]) if asked["within"] else "",
    }
    return page(request, "console/partners.html", context)


@require_GET
@desk
def export(request: Visit) -> HttpResponse:
    """The list as a workbook, people's registrations as far as the taker sees them; the taking is on record."""
    asked, today = _asked(request), local_day(request.moment)
    rows = queries.partnerships(request.standing, today=today, limit=_MOST + 1, **asked)
    note_export(
        by=request.standing, now=request.moment, which="partnerships", rows=len(rows), most=_MOST,
        area=asked["within"],
        asked=[code for code in (asked["kind"], asked["phase"]) if code],
    )  # fmt: skip
    heads = [_("哪一种"), _("谁"), _("社区"), _("事项"), _("状态"), _("原因或结果"), _("起"), _("止"), _("结束")]
    cells = [
        (item["kind"], item["who"], item["where"], item["what"], item["state"], item["why"],
         item["one"].starts_on, item["one"].ends_on, item["one"].ended_on)
        for item in partnering.shown(rows, request)
    ]  # fmt: skip
    return sheets.answer(request, "partners", _("共建名单"), heads, cells, [10, 26, 24, 36, 14, 14, 12, 12, 12])


# -- one of them ------------------------------------------------------------------------------------------------------


@require_GET
@desk
def partnership(request: Visit, partnership_id: UUID) -> HttpResponse:
    """One of them: who, where, for what, since and until when; its moves."""
    return page(request, "console/partnership.html", _one(request, partnership_id))


def _one(request: Visit, partnership_id: UUID) -> dict[str, Any]:
    row = queries.partnership(partnership_id, request.standing)
    (item,) = partnering.shown([row], request)
    return {
        **item,
        "moves": partnering.moves(queries.allowed(row, request.standing)),
        "may_renew": queries.may_renew(row, request.standing),
        "renew_from": rules.next_start(row.ends_on, local_day(request.moment)) if row.ends_on else None,
        "reasons": names.choices(rules.REASONS),
        "results": names.choices(rules.RESULTS),
        "told": needs.result_words(row.id) if row.result else "",
        "may_forget": queries.may_forget(row, request.standing),
        "undo": _undo(request, row),
        "typed": {},
    }


def _undo(request: Visit, row: Row) -> dict[str, Any] | None:
    until = queries.undo_until(row, request.standing, request.moment) if "done" in request.GET else None
    if until is None:
        return None
    undo_url = reverse("console:partnership_undo", args=[row.id])
    return {"until": until, "said": _("已办：%(state)s") % {"state": _(rules.STATES[row.state])}, "undo_url": undo_url}


def _done(partnership_id: UUID) -> HttpResponse:
    return redirect(f"{reverse('console:partnership', args=[partnership_id])}?{urlencode({'done': 1})}")


@require_POST
@desk
def move(request: Visit, partnership_id: UUID, name: str) -> HttpResponse:
    """Confirm, decline, end, report a result, release."""
    queries.partnership(partnership_id, request.standing)
    typed = {key: request.POST.get(key, "").strip() for key in ("reason", "result", "words")}
    try:
        commands.move(by=request.standing, now=request.moment, partnership_id=partnership_id, name=name, **typed)
    except Refused as caught:
        context = {**_one(request, partnership_id), "refusal": caught, "wrong": caught.fields, "typed": typed}
        return page(request, "console/partnership.html", context, status=caught.status)
    return _done(partnership_id)


@require_POST
@desk
def renew(request: Visit, partnership_id: UUID) -> HttpResponse:
    """A further term of a pairing."""
    queries.partnership(partnership_id, request.standing)
    typed = {"ends_on": request.POST.get("ends_on", "").strip()}
    try:
        made = commands.renew(
            by=request.standing, now=request.moment, partnership_id=partnership_id,
            ends_on=needed_day(typed["ends_on"], "ends_on"),
        )  # fmt: skip
    except Refused as caught:
        context = {**_one(request, partnership_id), "refusal": caught, "wrong": caught.fields, "typed": typed}
        return page(request, "console/partnership.html", context, status=caught.status)
    return _done(made)


@require_POST
@desk
def undo(request: Visit, partnership_id: UUID) -> HttpResponse:
    """Take the last move back; what had just begun is gone."""
    queries.partnership(partnership_id, request.standing)
    left = commands.undo(by=request.standing, now=request.moment, partnership_id=partnership_id)
    messages.success(request, _("已撤销"))
    return redirect("console:partnership", partnership_id) if left else redirect("console:partners")


@require_POST
@desk
def forget(request: Visit, partnership_id: UUID) -> HttpResponse:
    """A person's registration that is over goes for good."""
    queries.partnership(partnership_id, request.standing)
    commands.forget(by=request.standing, now=request.moment, partnership_id=partnership_id)
    messages.success(request, _("这条报到和留存的资料已清除"))
    return redirect("console:partners")


# -- a new one --------------------------------------------------------------------------------------------------------

# The form's name in the address → the act of rules.MAY behind it.
FORMS = {"organisation": "register_organisation", "person": "register_person", "pairing": "pair"}


@require_http_methods(["GET", "POST"])
@desk
def new(request: Visit, form: str) -> HttpResponse:
    """Entering a registration of an organisation or a person, or a pairing."""
    if form not in FORMS:
        raise Refused("not_found", _("没有这一页。"), status=404)
    if not partnering.communities(request, FORMS[form]):
        raise Refused("not_yours", names.not_yours(), status=403)
    if request.method == "GET":
        return page(request, "console/partner_new.html", _form(request, form))
    typed = {key: request.POST.get(key, "").strip() for key in _FIELDS}
    topics = request.POST.getlist("topics")
    try:
        made = _enter(request, form, typed, topics)
    except Refused as caught:
        context = {**_form(request, form, typed, topics), "refusal": caught, "wrong": caught.fields}
        return page(request, "console/partner_new.html", context, status=caught.status)
    return _done(made)


def _form(request: Visit, form: str, typed: Mapping[str, str] | None = None, topics: list[str] | None = None
          ) -> dict[str, Any]:  # fmt: skip
    act, today = FORMS[form], local_day(request.moment)
    asked = {key: request.GET.get(key, "") for key in ("area", "organisation")}
    mine = partnering.organisations(request, act if act != "register_person" else "register_organisation")
    return {
        "form": form,
        "communities": partnering.communities(request, act),
        "organisations": [(str(one.id), one.name) for one in people.organisations().values() if one.is_active]
        if form == "person"
        else mine,
        "topics": [(code, title, code in (topics or ())) for code, title in names.choices(rules.TOPICS)],
        "for_others": form == "person" and rules.may_somewhere(request.standing, "confirm_person"),
        "typed": typed
        or {**asked, "starts_on": today.isoformat(), "ends_on": (today + rules.USUAL_TERM).isoformat(), "who": "me"},
        "latest": today + rules.FARTHEST,
    }


def _enter(request: Visit, form: str, typed: Mapping[str, str], topics: list[str]) -> UUID:
    by, now, area = request.standing, request.moment, typed["area"]
    since = day(typed["starts_on"], "starts_on")
    if form == "person":
        return _person(request, typed, since)
    organisation = partnering.chosen(typed["organisation"], "organisation")
    if form == "organisation":
        return commands.register(by=by, now=now, area=area, organisation_id=organisation, since=since)
    return commands.pair(
        by=by, now=now, organisation_id=organisation, area=area,
        starts_on=needed_day(typed["starts_on"], "starts_on"),
        ends_on=needed_day(typed["ends_on"], "ends_on"), topics=topics,
    )  # fmt: skip


def _person(request: Visit, typed: Mapping[str, str], since: date | None) -> UUID:
    by, now, area = request.standing, request.moment, typed["area"]
    # Where they work may be left out.
    works_at = partnering.chosen(typed["organisation"], "organisation") if typed["organisation"] else None
    if typed["who"] == "me":
        return commands.register(
            by=by, now=now, area=area, organisation_id=works_at, person_id=by.person_id, since=since
        )  # fmt: skip
    return commands.register_neighbour(
        by=by, now=now, area=area, organisation_id=works_at, since=since,
        name=typed["name"], phone=typed["phone"], home=typed["home"],
    )  # fmt: skip
