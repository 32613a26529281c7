"""The pack kind `calendar`, {"calendars": {"default": {…}, "<key>": {…}}, "names": {day: name}}: its form, its
problems, its effect.

A calendar may begin with "like": "<key>" and then name only what is different; it is kept in full. The names of days
and the `title` of a calendar are for people: no clock reads them.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.packs.registry import Effect, Problem
from xiucheng.kit.worktime import Calendar, Limit, Unit, due
from xiucheng.kit.worktime.festivals import statutory_days

from . import holidays, rules, storing
from .calendars import DEFAULT, MOST_TITLE, called, titled

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FORESEEN = 2000
"""So many provisional tasks are reckoned for the preview; with more the number shown is for these (D)."""

_WRONG = {
    "zone": _("没有这个时区；例如 Asia/Shanghai。"),
    "week": _("一周应有七天，周一在前，至少一天有时段；每天的时段如 08:00–12:00，先后有序、互不重叠。"),
    "make_up": _("调休上班日的时段如 08:00–12:00，应先后有序、互不重叠。"),
    "statute": _("放假依据应为 cn（按国务院办法）或空。"),
    "announced": _("已公布放假安排的年份应为四位数的年份列表。"),
}
_UNKNOWN = _("有不认识的项目；日历只有 title、zone、week、make_up、holidays、workdays、announced、statute。")
_NOT_A_DAY = _("没有这一天；日期请写成 2026-10-01。")
_NOT_A_YEAR = _("年份请在 1990 至 2099 之间。")
_NOT_A_LIST = _("应是日期的列表。")


def normalise(body: dict[str, Any]) -> dict[str, Any]:
    """With every "like" written out; what makes no sense stays for `check` to find."""
    calendars = body.get("calendars")
    if not isinstance(calendars, dict):
        return body
    full = {key: _full(calendar, calendars) for key, calendar in calendars.items()}
    return holidays.tidy_names(body | {"calendars": full})


def _full(calendar: Any, calendars: Mapping[str, Any]) -> Any:
    model = calendars.get(str(calendar.get("like"))) if isinstance(calendar, dict) else None
    # One step only: what is like something that is itself like something stays as it is, and is a problem.
    if not isinstance(model, dict) or "like" in model:
        return calendar
    said = {name: value for name, value in model.items() if name != "title"} | calendar
    return {name: value for name, value in said.items() if name != "like"}


def check(body: dict[str, Any]) -> list[Problem]:
    """What keeps a body from being published, each with its place."""
    calendars = body.get("calendars")
    if not isinstance(calendars, dict) or DEFAULT not in calendars:
        return [Problem("calendars", _("至少应有名为 default 的日历。"))]
    found = [problem for key, calendar in calendars.items() for problem in _problems(key, calendar)]
    return [*found, *_wrong_titles(body), *_wrong_names(body.get("names", {}))]


def _wrong_titles(body: Mapping[str, Any]) -> Iterator[Problem]:
    names = Counter(called(key, body) for key in body["calendars"])
    for key, calendar in body["calendars"].items():
        path = f"calendars.{key}.title"
        if isinstance(calendar, dict) and "title" in calendar and not 0 < len(titled(key, body)) <= MOST_TITLE:
            yield Problem(path, _("名称应是 1 至 20 个字。"))
        elif titled(key, body) and names[called(key, body)] > 1:
            yield Problem(path, _("另一个日历也叫这个名称，请换一个。"))


def _wrong_names(names: Any) -> Iterator[Problem]:
    if not isinstance(names, dict):
        yield Problem("names", _('节日名称应按日期写，例如 {"2027-02-06": "春节"}。'))
        return
    for day, name in names.items():
        fault = _day_fault(day)
        if fault:
            yield Problem(f"names.{day}"[:80], fault)
        elif not isinstance(name, str) or not 0 < len(name) <= holidays.MOST_NAME:
            yield Problem(f"names.{day}", _("名称应是 1 至 20 个字。"))


def _problems(key: str, calendar: Any) -> Iterator[Problem]:
    path = f"calendars.{key}"
    if not _KEY.fullmatch(key):
        yield Problem(path, _("日历的代码请用小写字母、数字和下划线，以字母开头。"))
    if not isinstance(calendar, dict):
        yield Problem(path, _("日历应是一个 JSON 对象。"))
        return
    found = [*_wrong_parts(path, calendar), *_wrong_days(path, calendar)]
    yield from found
    if not found:
        yield from _wrong_together(path, key, calendar)


def _wrong_parts(path: str, calendar: Mapping[str, Any]) -> Iterator[Problem]:
    for name, text in _WRONG.items():
        if name in calendar and _fault({name: calendar[name]}):
            yield Problem(f"{path}.{name}", text)


def _wrong_days(path: str, calendar: Mapping[str, Any]) -> Iterator[Problem]:
    for name in ("holidays", "workdays"):
        days = calendar.get(name, [])
        if not isinstance(days, list):
            yield Problem(f"{path}.{name}", _NOT_A_LIST)
            continue
        for index, day in enumerate(days):
            fault = _day_fault(day)
            if fault:
                yield Problem(f"{path}.{name}[{index}]", fault)


def _wrong_together(path: str, key: str, calendar: Mapping[str, Any]) -> Iterator[Problem]:
    both = sorted(set(calendar.get("holidays", [])) & set(calendar.get("workdays", [])))
    if both:
        yield Problem(f"{path}.workdays", _("同一天不能既放假又上班：%(day)s。") % {"day": both[0]})
    elif _fault(calendar):
        yield Problem(path, _UNKNOWN)


def _fault(calendar: Mapping[str, Any]) -> bool:
    try:
        Calendar.from_json(calendar)
    except ValueError:
        return True
    return False


def _day_fault(text: Any) -> Any:
    """What is wrong with a day of a list; None where it can be reckoned with, the days around it included."""
    try:
        day = date.fromisoformat(text) if isinstance(text, str) and len(text) == 10 else None
    except ValueError:
        day = None
    if day is None:
        return _NOT_A_DAY
    return None if day.year in holidays.YEARS else _NOT_A_YEAR


def effect(body: dict[str, Any], in_force: dict[str, Any] | None, at: datetime) -> Sequence[Effect]:
    """What changes for whom: nothing for tasks under way but where the deadline is provisional, of which it is counted
    how many would get another one; and an example of what comes after. Two statements at most."""
    running, provisional = storing.running()
    open_tasks = storing.read(
        "t.id IN (SELECT id FROM tasks_task WHERE provisional AND ended_at IS NULL ORDER BY calendar_version LIMIT %s)",
        [_FORESEEN],
    )
    calendars = _compiled(body)
    moved = 0
    for task in open_tasks:
        again = rules.timed(task, calendars.get(task.calendar) or calendars[DEFAULT])
        moved += again.due_at != task.due_at
    return [*_kept(running - moved), *_recalculated(provisional, moved), *_examples(body, in_force, at)]


def _compiled(body: Mapping[str, Any]) -> dict[str, Calendar]:
    return {key: Calendar.from_json(one, key=key) for key, one in body.get("calendars", {}).items()}


def _kept(count: int) -> Iterator[Effect]:
    if count:
        yield Effect(_("项在办任务的截止时间不变：交办时按当时的日历算定了"), count)


def _recalculated(provisional: int, moved: int) -> Iterator[Effect]:
    if moved:
        text = _(
            "项在办任务的截止时间会改变：所在年份的放假安排当时还没公布，是暂定的，生效后重算（暂定的共 %(all)s 项）"
        )
        yield Effect(text % {"all": provisional}, moved)
    elif provisional:
        yield Effect(_("其中 %(all)s 项是暂定的，生效后重算，结果不变。") % {"all": provisional})


_EXAMPLE = Limit(2, Unit.WORK_DAY)
"""The limit that most is handled within (D); of the day before the first that changes."""


def _examples(body: Mapping[str, Any], in_force: Mapping[str, Any] | None, at: datetime) -> list[Effect]:
    """For each calendar that is in force and changes: when something filed just before the change would be due."""
    before, calendars = _compiled(in_force or {}), _compiled(body)
    found = []
    for key in sorted(before.keys() & calendars.keys()):
        old, new = before[key], calendars[key]
        start = before_change(old, new, at)
        if start is None:
            continue
        stated = {"start": start, "before": due(start, _EXAMPLE, old).at, "after": due(start, _EXAMPLE, new).at}
        said = {name: f"{moment.astimezone(ZoneInfo(new.zone)):%Y-%m-%d %H:%M}" for name, moment in stated.items()}
        text = _("例如%(calendar)s：%(start)s 交办、限 2 个工作日的任务，现行 %(before)s 到期，这一版 %(after)s 到期。")
        found.append(Effect(text % {"calendar": called(key, body), **said}))
    return found


def before_change(old: Calendar, new: Calendar, at: datetime) -> datetime | None:
    """When to begin for an example: ten o'clock of the last day on duty before the first day to come that one calendar
    frees and the other does not; `at` where the hours change, or no such day; None where all is the same."""
    if old == new:
        return None
    zone = ZoneInfo(new.zone)
    today = at.astimezone(zone).date()
    listed = (old.holidays ^ new.holidays) | (old.workdays ^ new.workdays)
    for year in old.announced ^ new.announced:
        listed |= statutory_days(year)
    days = [day for day in listed if day > today and old.slots_of(day) != new.slots_of(day)]
    if (old.week, old.make_up) != (new.week, new.make_up) or not days:
        return at
    day = min(days) - timedelta(days=1)
    while day > today and not (old.slots_of(day) and new.slots_of(day)):
        day -= timedelta(days=1)
    return datetime.combine(day, time(10), zone)
