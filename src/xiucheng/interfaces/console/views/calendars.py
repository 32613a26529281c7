"""Holidays and make-up workdays of a calendar pack, year by year: entered as a notice tells them, into a draft."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xiucheng.foundation.packs import commands, registry
from xiucheng.foundation.packs.queries import Pack
from xiucheng.foundation.packs.refusals import stale
from xiucheng.foundation.packs.shapes.values import Names, Week, span_said
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.tasks import holidays, holidaysteps
from xiucheng.foundation.tasks.calendars import DEFAULT, called
from xiucheng.interfaces.web.typed import day as typed_day
from xiucheng.interfaces.web.typed import needed_day, whole
from xiucheng.kit.days import local_day, weekday
from xiucheng.kit.refused import Refused

from ..doors import Visit, desk, page
from .packs import demand, the_pack

_WORKDAYS = 3
"""So many make-up workdays a holiday is offered (D); notices name two, or three for the longest."""
_SALT = "console.calendars.undo"
_UNDO_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Asked:
    """Which version, which of its calendars, which year; today is local."""

    pack: Pack
    key: str
    year: int
    today: date

    @property
    def keys(self) -> list[str]:
        """All calendars of the version, the district's own first."""
        return sorted(self.pack.body["calendars"], key=lambda key: (key != DEFAULT, key))

    @property
    def body(self) -> dict[str, Any]:
        return self.pack.body

    def titles(self, keys: Sequence[str]) -> list[str]:
        """What people call these calendars."""
        return [called(key, self.body) for key in self.keys if key in keys]


@dataclass(frozen=True, slots=True)
class Ticks:
    """The calendars that a form offers, each as (key, title, ticked); none where there is no choice. wrong: what stands
    against the choice."""

    boxes: Sequence[tuple[str, str, bool]]
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A body that an act has made, what to say of it, and the calendars it was for."""

    body: dict[str, Any]
    said: str
    keys: Sequence[str]


@require_http_methods(["GET", "POST"])
@desk
def days(request: Visit, pack_id: UUID) -> HttpResponse:
    """One year of one calendar: its holidays with their make-up workdays, and the forms that change them in a draft."""
    demand(request)
    asked = _asked(request, the_pack(pack_id))
    if request.method != "POST":
        return _page(request, asked)
    try:
        act = _ACTS.get(request.POST.get("do", ""))
        if act is None:
            raise Refused("unknown_act", _("这里没有这个办法。"))
        revision = whole(request.POST.get("revision"), "revision")
        if revision != asked.pack.revision:
            # Before anything is judged by days that whoever pressed has not seen.
            raise stale()
        done = act(asked, request.POST)
        made = commands.revise(
            by=request.standing, now=request.moment, pack_id=pack_id, revision=revision, body=done.body
        )  # fmt: skip
    except Refused as caught:
        if caught.status in (403, 404):
            raise
        return _page(request, asked, caught)
    messages.success(request, _told(asked, done))
    return redirect(_address(asked, undo=_mark(asked.pack, made)))


def _told(asked: Asked, done: Outcome) -> str:
    """What was done, and where there are several calendars, in which."""
    if len(asked.keys) == 1:
        return done.said
    said = {"said": done.said, "calendars": _("、").join(asked.titles(done.keys))}
    return _("%(said)s涉及的日历：%(calendars)s。") % said


def _mark(before: Pack, after: Pack) -> str:
    """The way back from a step, good for the version and revision that the step made."""
    way = holidaysteps.way_back(before.body, after.body)
    return signing.dumps({"pack": str(after.id), "revision": after.revision, "way": way}, salt=_SALT, compress=True)


def _asked(request: Visit, pack: Pack) -> Asked:
    """Refused `not_found` for another kind of pack, `problems` while the text of the version makes no sense."""
    kind = registry.kind_of(pack.kind)
    if pack.kind != "calendar":
        raise Refused("not_found", _("没有这一版。"), status=404)
    if kind.validate(pack.body):
        raise Refused("problems", _("这一版里还有要改的地方，先在“要改的”里改好，再录入节假日。"))
    said = request.POST if request.method == "POST" else request.GET
    today = local_day(request.moment)
    key = said.get("calendar") or DEFAULT
    if key not in pack.body["calendars"]:
        raise Refused("not_found", _("没有这个日历。"), status=404)
    year = whole(said.get("year") or str(today.year), "year")
    if year not in holidays.YEARS:
        raise Refused("bad_number", _("年份请在 1990 至 2099 之间。"))
    return Asked(pack, key, year, today)


def _address(asked: Asked, **more: str) -> str:
    query = {"year": str(asked.year), "calendar": asked.key, **{name: value for name, value in more.items() if value}}
    return f"{reverse('console:pack_days', args=[asked.pack.id])}?{urlencode(query)}"


# -- the page ---------------------------------------------------------------------------------------------------------


def _page(request: Visit, asked: Asked, refusal: Refused | None = None) -> HttpResponse:
    shown = holidays.year_of(asked.body, asked.key, asked.year)
    changing = _changing(request, asked)
    typed = _typed(request.POST) if refusal else _opened(asked, changing)
    fields = refusal.fields if refusal else {}
    context = {
        "pack": asked.pack,
        # As with a row: what was pressed was meant for the revision that was seen.
        "revision": request.POST.get("revision", asked.pack.revision),
        "kind": registry.kind_of(asked.pack.kind),
        "shown": shown,
        "asked": asked,
        "years": holidays.years_around(asked.body, asked.key, asked.today),
        "rows": [(one, _others(asked, holidays.sharing(asked.body, one))) for one in shown.holidays],
        "workdays": [
            (day, name, _others(asked, holidays.sharing_workday(asked.body, day))) for day, name in shown.workdays
        ],
        "calendars": [(key, called(key, asked.body)) for key in asked.keys],
        "by_law": asked.key in holidays.lawful(asked.body),
        **_ticks(asked, typed, fields),
        "users": sum(one.calendar == asked.key for one in people.agencies()),
        "hours": _hours(request, asked),
        "changing": changing,
        "typed": typed,
        "slots": _slots(typed, fields),
        "festivals": [str(name) for name in holidays.FESTIVALS.values()],
        "undo": _undo(request, asked.pack),
        "refusal": refusal,
        "wrong": {name: str(text) for name, text in fields.items()},
    }
    return page(request, "console/calendar.html", context, status=refusal.status if refusal else 200)


def _others(asked: Asked, keys: Sequence[str]) -> list[str]:
    """The other calendars by their titles."""
    return asked.titles([key for key in keys if key != asked.key])


def _ticks(asked: Asked, typed: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Ticks]:
    """The choice of calendars in each form. It begins with those that follow the same public holidays: what knows no
    days off is closed only by whoever ticks it. A form that was sent keeps what was ticked in it."""
    following = holidays.following(asked.body, asked.key)
    made = {}
    for form, offered in _OFFERED.items():
        keys = [key for key in asked.keys if key in offered(asked.body)]
        sent = "ticks" in typed and typed.get("do", "change") in _FORMS[form]
        chosen = typed["chosen"] if sent else following
        boxes = [(key, called(key, asked.body), key in chosen) for key in keys] if len(keys) > 1 else []
        made[form] = Ticks(boxes, str(fields.get("calendars", "")) if sent else "")
    return made


_FORMS: Mapping[str, Sequence[str]] = {
    "holiday_ticks": ("add", "change", "remove"),
    "workday_ticks": ("add_workday",),
    "law_ticks": ("by_law",),
    "announce_ticks": ("announce",),
}
_OFFERED: Mapping[str, Callable[[dict[str, Any]], Collection[str]]] = {
    "holiday_ticks": lambda body: body["calendars"],
    "workday_ticks": lambda body: body["calendars"],
    "law_ticks": holidays.lawful,
    "announce_ticks": holidays.lawful,
}


def _hours(request: Visit, asked: Asked) -> str:
    calendar = asked.body["calendars"][asked.key]
    return Week().said(calendar["week"], Names(request.moment)) if "week" in calendar else ""


def _changing(request: Visit, asked: Asked) -> holidays.Holiday | None:
    """The holiday whose form is open."""
    said = request.POST.get("instead") or request.GET.get("change", "")
    first = _day_or_none(said)
    return holidays.holiday_at(asked.body, asked.key, first) if first else None


def _opened(asked: Asked, one: holidays.Holiday | None) -> dict[str, Any]:
    """What the form of a holiday begins with: its days, and the calendars that have it."""
    if one is None:
        return {}
    workdays = {f"workday_{n}": str(day) for n, day in enumerate(one.workdays, start=1)}
    having = holidays.sharing(asked.body, one)
    return {
        "name": one.name,
        "first": str(one.first),
        "last": str(one.last),
        "ticks": "1",
        "chosen": having,
        **workdays,
    }


def _typed(data: QueryDict) -> dict[str, Any]:
    return {name: data.get(name, "") for name in data if name != "keys"} | {"chosen": data.getlist("keys")}


def _slots(typed: Mapping[str, Any], fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The fields for make-up workdays: one more than there are, and no fewer than are offered."""
    filled = sum(name.startswith("workday_") and bool(value) for name, value in typed.items())
    names = [f"workday_{n}" for n in range(1, max(_WORKDAYS, filled + 1) + 1)]
    return [{"name": name, "value": typed.get(name, ""), "wrong": fields.get(name, "")} for name in names]


def _undo(request: Visit, pack: Pack) -> str:
    """The mark that takes the last act back, as the address carries it; "" where it is not ours, too old, or the draft
    has been changed since."""
    mark = request.GET.get("undo", "")
    return mark if _way_back(mark, pack) is not None else ""


def _way_back(mark: str, pack: Pack) -> Mapping[str, Any] | None:
    try:
        found = signing.loads(mark, salt=_SALT, max_age=_UNDO_SECONDS)
    except signing.BadSignature:
        return None
    return found["way"] if (found["pack"], found["revision"]) == (str(pack.id), pack.revision) else None


# -- the acts ---------------------------------------------------------------------------------------------------------


def _day_or_none(said: str) -> date | None:
    try:
        return typed_day(said, "day")
    except Refused:
        return None


def _keys(asked: Asked, data: QueryDict) -> list[str]:
    """The calendars that an act is for: those that were ticked; of a form that offers none, the one that is shown.
    Refused `no_calendar` with the field `calendars` where all ticks were taken out."""
    chosen = [key for key in asked.keys if key in data.getlist("keys")]
    if not chosen and "ticks" in data:
        text = _("请至少勾选一个日历。")
        raise Refused("no_calendar", text, fields={"calendars": text})
    return chosen or [asked.key]


def _sharing(asked: Asked, data: QueryDict, sharing: Collection[str]) -> list[str]:
    """The calendars that a row is taken out of: those ticked in its form; pressed at the row, all that have exactly the
    same, as it was entered into them in one go."""
    return _keys(asked, data) if "keys" in data or "ticks" in data else [key for key in asked.keys if key in sharing]


def _entry(data: QueryDict) -> holidays.Entry:
    wrong: dict[str, str] = {}
    found: dict[str, date] = {}
    workdays = sorted(name for name in data if name.startswith("workday_") and data.get(name, "").strip())
    for name in ("first", "last", *workdays):
        said = data.get(name, "").strip() or (data.get("first", "").strip() if name == "last" else "")
        try:
            found[name] = needed_day(said, name)
        except Refused as refusal:
            wrong |= {name: str(text) for name, text in refusal.fields.items()}
    if wrong:
        raise Refused("bad_date", _("这个节假日还不能加上，请看下面标出的地方。"), fields=wrong)
    return holidays.Entry(
        data.get("name", "").strip(), found["first"], found["last"], {name: found[name] for name in workdays}
    )


def _add(asked: Asked, data: QueryDict) -> Outcome:
    entry, keys = _entry(data), _keys(asked, data)
    body = holidays.with_holiday(asked.body, keys, entry)
    return Outcome(body, _("已加进草稿：%(what)s。") % {"what": _said(entry)}, keys)


def _change(asked: Asked, data: QueryDict) -> Outcome:
    entry, keys = _entry(data), _keys(asked, data)
    before = holidays.holiday_at(asked.body, asked.key, needed_day(data.get("instead"), "instead"))
    body = holidays.with_holiday(asked.body, keys, entry, before)
    return Outcome(body, _("已改在草稿里：%(what)s。") % {"what": _said(entry)}, keys)


def _remove(asked: Asked, data: QueryDict) -> Outcome:
    before = holidays.holiday_at(asked.body, asked.key, needed_day(data.get("instead"), "instead"))
    keys = _sharing(asked, data, holidays.sharing(asked.body, before))
    body = holidays.without_holiday(asked.body, keys, before)
    said = span_said(before.first, before.last, before.name)
    if before.workdays:
        text = _("已从草稿删去 %(what)s，连同它的 %(count)d 个调休上班日。")
        return Outcome(body, text % {"what": said, "count": len(before.workdays)}, keys)
    return Outcome(body, _("已从草稿删去 %(what)s。") % {"what": said}, keys)


def _said(entry: holidays.Entry) -> str:
    said = span_said(entry.first, entry.last, entry.name)
    if not entry.workdays:
        return said
    worked = "、".join(_weekday(day) for day in sorted(set(entry.workdays.values())))
    return _("%(holiday)s，%(days)s 上班") % {"holiday": said, "days": worked}


def _weekday(day: date) -> str:
    return f"{day} {weekday(day)}"


def _add_workday(asked: Asked, data: QueryDict) -> Outcome:
    day, keys = needed_day(data.get("day"), "day"), _keys(asked, data)
    body = holidays.with_workday(asked.body, keys, day, data.get("why", "").strip()[: holidays.MOST_NAME])
    return Outcome(body, _("已加进草稿：%(day)s 上班。") % {"day": _weekday(day)}, keys)


def _remove_workday(asked: Asked, data: QueryDict) -> Outcome:
    day = needed_day(data.get("day"), "day")
    keys = _sharing(asked, data, holidays.sharing_workday(asked.body, day)) or [asked.key]
    body = holidays.without_workday(asked.body, keys, day)
    return Outcome(body, _("已从草稿删去调休上班日 %(day)s。") % {"day": _weekday(day)}, keys)


def _announce(asked: Asked, data: QueryDict) -> Outcome:
    known, keys = data.get("known") == "1", _keys(asked, data)
    body = holidays.announced(asked.body, keys, asked.year, known)
    text = (
        _("%(year)d 年的放假安排已标为已公布，这一年的期限不再是暂定的。")
        if known
        else _("%(year)d 年的放假安排又算还没公布，这一年的期限是暂定的。")
    )
    return Outcome(body, text % {"year": asked.year}, keys)


def _by_law(asked: Asked, data: QueryDict) -> Outcome:
    keys = _keys(asked, data)
    body = holidays.with_the_law(asked.body, keys, asked.year)
    said = _("已把 %(year)d 年的法定放假日填进草稿；请照放假通知改天数、加调休。") % {"year": asked.year}
    return Outcome(body, said, keys)


def _take_back(asked: Asked, data: QueryDict) -> Outcome:
    """The last act undone; refused `stale` (409) where the draft has been changed since, or it was too long ago."""
    way = _way_back(data.get("undo", ""), asked.pack)
    if way is None:
        raise Refused("stale", _("草稿后来又改过，或者已过了十分钟，这一步不能撤销了；请直接改。"), status=409)
    body = holidaysteps.gone_back(asked.body, way)
    return Outcome(body, _("已撤销。"), [key for key in asked.keys if key in way["calendars"]])


_ACTS: Mapping[str, Callable[[Asked, QueryDict], Outcome]] = {
    "add": _add,
    "change": _change,
    "remove": _remove,
    "add_workday": _add_workday,
    "remove_workday": _remove_workday,
    "announce": _announce,
    "by_law": _by_law,
    "undo": _take_back,
}
