"""What a draft of the catalogue, the stage limits or the calendars would do, in numbers, before it is published."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from xiucheng.foundation.packs.registry import Effect
from xiucheng.foundation.packs.shapes import Length, Names
from xiucheng.foundation.tasks.calendars import DEFAULT
from xiucheng.foundation.tasks.packing import before_change
from xiucheng.kit.days import local_time
from xiucheng.kit.worktime import Calendar

from . import configuration
from .catalogue import Catalogue, Category, compile_catalogue
from .facts import facts_of
from .models import OPEN, Case
from .rules.apply import Clocks, case_due, recalculated

_FORESEEN = 2000
"""So many provisional cases are reckoned for the preview; with more the number shown is for these (D)."""


def of_catalogue(body: Mapping[str, Any], in_force: Mapping[str, Any] | None, at: datetime) -> Sequence[Effect]:
    """Categories that come and go, limits that change, and the open cases of what goes. One statement."""
    after = compile_catalogue(0, body)
    before = compile_catalogue(0, in_force) if in_force else Catalogue(0, {})
    gone = before.categories.keys() - after.categories.keys()
    effects = [
        Effect(_("个类别是新增的"), len(after.categories.keys() - before.categories.keys())),
        Effect(_("个类别不再使用"), len(gone)),
        Effect(_("个立案条件的时限改变；只对之后立案的案卷起作用"), _changed_limits(before, after)),
    ]
    if gone:
        waiting = Case.objects.filter(OPEN, category__in=gone).count()
        effects.append(Effect(_("件在办案卷属于不再使用的类别，仍按原条件办理"), waiting))
    return effects


def of_limits(body: Mapping[str, Any], in_force: Mapping[str, Any] | None, at: datetime) -> Sequence[Effect]:
    """Stage limits count for cases filed from then on. One statement."""
    open_now = Case.objects.filter(OPEN).count()
    return [Effect(_("件在办案卷仍按原时限；新时限只用于之后立案的案卷"), open_now)]


def _changed_limits(before: Catalogue, after: Catalogue) -> int:
    old = {c.key: c.limit for category in before.categories.values() for c in category.conditions}
    new = {c.key: c.limit for category in after.categories.values() for c in category.conditions}
    return sum(1 for key, limit in new.items() if key in old and old[key] != limit)


# -- calendars --------------------------------------------------------------------------------------------------------


def of_calendar(body: dict[str, Any], in_force: dict[str, Any] | None, at: datetime) -> Sequence[Effect]:
    """Which open cases keep their deadline, which are reckoned anew, and an example of what is filed from then on.

    The example is of a real kind of case, filed just before the first day that changes: when it would be due by the
    calendar in force and by this one, by the rule that filing itself uses. Three statements.
    """
    clocks = configuration.clocks(at)
    new = _with(clocks, Calendar.from_json(body["calendars"][DEFAULT]))
    open_cases = Case.objects.filter(OPEN, due_at__isnull=False)
    waiting = open_cases.count()
    again = [facts_of(row) for row in open_cases.filter(provisional=True).order_by("calendar_version")[:_FORESEEN]]
    moved = sum(recalculated(case, new)["due_at"] != case.due_at for case in again)
    lines = []
    if not waiting:
        lines.append(Effect(_("现在没有在办案卷，不会有案卷的截止时间改变。")))
    elif waiting > moved:
        text = _("件在办案卷的截止时间不变：立案时按当时的日历算定了；以后延期、返工的，再按那时的日历算")
        lines.append(Effect(text, waiting - moved))
    if moved:
        text = _("件在办案卷的截止时间是暂定的（所在年份的放假安排当时还没公布），生效后按新日历重算，会改变")
        lines.append(Effect(text, moved))
    return [*lines, *_example(clocks, new, at)]


def _with(clocks: Clocks, calendar: Calendar) -> Clocks:
    return Clocks(calendar=calendar, dispatch_limit=clocks.dispatch_limit, check_limit=clocks.check_limit)


def _example(old: Clocks, new: Clocks, at: datetime) -> Iterator[Effect]:
    start = before_change(old.calendar, new.calendar, at)
    category = _common(at)
    if start is None or category is None:
        yield Effect(_("生效后新立的案卷按这一版的日历算时限。"))
        return
    condition = category.default_condition
    before, after = (
        case_due(start, condition.limit, category.needs_check(condition), clocks).at for clocks in (old, new)
    )
    said = {
        "category": category.minor_name,
        "limit": Length().said(condition.limit.to_json(), Names(at)),
        "start": _said(start),
        "before": _said(before),
        "after": _said(after),
    }
    if before == after:
        text = _(
            "生效后新立的案卷按这一版的日历算时限。例如 %(start)s 立案的“%(category)s”（处置时限 %(limit)s，"
            "另加派遣和核查），仍是 %(after)s 到期。"
        )
    else:
        text = _(
            "生效后新立的案卷按这一版的日历算时限。例如 %(start)s 立案的“%(category)s”（处置时限 %(limit)s，"
            "另加派遣和核查），按现行日历 %(before)s 到期，按这一版 %(after)s 到期。"
        )
    yield Effect(text % said)


def _common(at: datetime) -> Category | None:
    """The category that most open cases have, of those whose limit looks at the calendar; without cases the first."""
    catalogue = configuration.catalogue_if_any(at)
    if catalogue is None:
        return None
    on_duty = {key: one for key, one in catalogue.categories.items() if one.default_condition.limit.unit.on_duty}
    counted = Case.objects.filter(OPEN).values("category").annotate(cases=Count("id")).order_by("-cases", "category")
    for row in counted:
        if row["category"] in on_duty:
            return on_duty[row["category"]]
    return next(iter(on_duty.values()), None)


def _said(at: datetime) -> str:
    return f"{local_time(at):%Y-%m-%d %H:%M}"
