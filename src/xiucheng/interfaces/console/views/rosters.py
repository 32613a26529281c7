"""Who is on duty by the rosters of this day, who stands in and who is away; entering and ending such exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xiucheng.foundation.people import commands
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import EVERY_DAY
from xiucheng.interfaces.web.typed import identifier, moment, needed_moment
from xiucheng.kit.days import WEEKDAYS, local_day
from xiucheng.kit.moves import UNDO_WINDOW
from xiucheng.kit.refused import Refused

from .. import names
from ..doors import Visit, desk, page

_FIELDS = ("post", "kind", "from", "to")


@require_GET
@desk
def rosters(request: Visit) -> HttpResponse:
    """The duties of today with what differs from them, and the form for another exception."""
    return page(request, "console/rosters.html", _context(request))


def _context(request: Visit, typed: Mapping[str, str] | None = None) -> dict[str, Any]:
    today = local_day(request.moment)
    seen = people.duties_seen(request.standing, at=request.moment)
    return {
        "today": today,
        "rows": [
            {"one": one, "role": people.role_name(one.role), "where": _where(one.area, one.agency_id),
             "days": _days(one.weekdays), "on": bool(one.weekdays >> today.weekday() & 1)}
            for one in seen.rosters
        ],
        "changes": [
            {"one": one, "role": people.role_name(one.role), "where": _where(one.area, one.agency_id),
             "running": one.starts_at <= request.moment,
             "may": people.may_change_duty(
                 request.standing, area=one.area, agency_id=one.agency_id, person_id=one.person_id)}
            for one in seen.changes
        ],
        "posts": [
            (str(one.membership_id), " · ".join(filter(None, (
                one.name, people.role_name(one.post.role), _where(one.post.area, one.post.agency_id)))))
            for one in seen.mine
        ],
        "typed": typed or {},
        "done": _done(request),
    }  # fmt: skip


def _where(area: str, agency_id: UUID | None) -> str:
    return names.agency(agency_id) or (names.place(area) if area else "")


def _days(weekdays: int) -> str:
    if weekdays == EVERY_DAY:
        return _("每天")
    return "、".join(str(name) for bit, name in enumerate(WEEKDAYS) if weekdays >> bit & 1)


def _done(request: Visit) -> dict[str, Any] | None:
    """The exception just entered, while it can be taken back in one press."""
    asked = identifier(request.GET.get("done"))
    try:
        at = moment(request.GET.get("at"), "at")
        one = people.duty_change(asked) if asked else None
    except Refused:
        return None
    if one is None or at is None or at + UNDO_WINDOW <= request.moment:
        return None
    said = _("%(name)s 的替班已记下") if one.on_duty else _("%(name)s 的请假已记下")
    address = reverse("console:duty_end", args=[one.id])
    return {"until": at + UNDO_WINDOW, "said": said % {"name": one.name}, "undo_url": address}


@require_POST
@desk
def change(request: Visit) -> HttpResponse:
    """Somebody stands in or is away, as typed; what is wrong is said beside the field."""
    typed = {name: request.POST.get(name, "").strip() for name in _FIELDS}
    try:
        made = commands.change_duty(
            by=request.standing, now=request.moment, membership_id=_post(typed["post"]),
            on_duty=_kind(typed["kind"]),
            starts_at=needed_moment(typed["from"], "from"), ends_at=needed_moment(typed["to"], "to"),
        )  # fmt: skip
    except Refused as caught:
        if caught.status in (403, 404):
            raise
        # The verb speaks of its own arguments.
        wrong = {{"starts_at": "from", "ends_at": "to"}.get(name, name): said for name, said in caught.fields.items()}
        context = {**_context(request, typed), "refusal": caught, "wrong": wrong}
        return page(request, "console/rosters.html", context, status=caught.status)
    asked = urlencode({"done": str(made), "at": request.moment.isoformat()})
    return redirect(f"{reverse('console:rosters')}?{asked}")


def _post(said: str) -> UUID:
    found = identifier(said)
    if found is None:
        text = _("请选择是谁。")
        raise Refused("bad_post", text, fields={"post": text})
    return found


def _kind(said: str) -> bool:
    if said not in ("in", "away"):
        text = _("请选替班还是请假。")
        raise Refused("bad_kind", text, fields={"kind": text})
    return said == "in"


@require_POST
@desk
def end(request: Visit, change_id: UUID) -> HttpResponse:
    """The exception is over now, or never was where it has not begun."""
    commands.end_duty_change(by=request.standing, now=request.moment, change_id=change_id)
    messages.success(request, _("已结束"))
    return redirect("console:rosters")
