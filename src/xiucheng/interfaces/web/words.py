"""Times as people speak them: pure, in the active language; islands in assets/src/words.ts say the same."""

from datetime import datetime, timedelta, tzinfo
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

_DAY = 1440  # minutes
# A list says the same few lengths a hundred times, and looking words up is most of what saying them takes.
_REMEMBERED = 16_384


def span(length: timedelta) -> str:
    """A length in its two largest units: 2 小时 10 分, 3 天 4 小时, 12 天; the sign is dropped."""
    return _span(int(abs(length.total_seconds()) // 60), get_language())


@lru_cache(_REMEMBERED)
def _span(minutes: int, language: str | None) -> str:
    if minutes < 1:
        return _("不到 1 分")
    days, hours, rest = minutes // _DAY, minutes % _DAY // 60, minutes % 60
    spoken = []
    if days:
        spoken.append(_("%(n)d 天") % {"n": days})
    if hours and days < 10:
        spoken.append(_("%(n)d 小时") % {"n": hours})
    if rest and not days:
        spoken.append(_("%(n)d 分") % {"n": rest})
    return " ".join(spoken)


def left(due: datetime, now: datetime) -> str:
    """还剩 2 小时 10 分, or 超 35 分 once due."""
    return _left(int(abs((due - now).total_seconds()) // 60), now >= due, get_language())


@lru_cache(_REMEMBERED)
def _left(minutes: int, over: bool, language: str | None) -> str:
    said = _("超 %(span)s") if over else _("还剩 %(span)s")
    return said % {"span": _span(minutes, language)}


def spoken(at: datetime, now: datetime, zone: tzinfo) -> str:
    """今天 14:30 · 昨天 09:12 · 明天 08:00 · 11-20 16:05 · 2025-11-20 (another year: the day is enough)."""
    there, here = at.astimezone(zone), now.astimezone(zone)
    names = {0: _("今天"), -1: _("昨天"), 1: _("明天")}
    days = (there.date() - here.date()).days
    if days in names:
        return f"{names[days]} {there:%H:%M}"
    return f"{there:%m-%d %H:%M}" if there.year == here.year else f"{there:%Y-%m-%d}"


def by_when(at: datetime, now: datetime, zone: tzinfo) -> str:
    """A day in full, for a promise: 12 月 2 日 8:00; with its year where that is another."""
    there, here = at.astimezone(zone), now.astimezone(zone)
    return date_format(there, _("n 月 j 日 G:i") if there.year == here.year else _("Y 年 n 月 j 日 G:i"))


def exact(at: datetime, zone: tzinfo) -> str:
    """2026-11-22 14:30, for hovering and print."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
