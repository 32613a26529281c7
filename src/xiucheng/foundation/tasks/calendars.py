"""Duty calendars by key: read from the pack of kind `calendar`, compiled once per version and process."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from xiucheng.foundation.packs import queries as packs
from xiucheng.kit.worktime import Calendar, seed

DEFAULT = "default"
MOST_TITLE = 20
"""Of what people call a calendar (D)."""

_compiled: dict[tuple[str, str], Calendar] = {}


def resolve(key: str | None, at: datetime) -> tuple[Calendar, int]:
    """The calendar of this key in force at a moment, and the version of its pack.

    A key that the pack does not know means the default calendar: an agency keeps its key when its own calendar is
    dropped. Where no pack is published (version 0): the seed of the site's zone. No statement on most calls.
    """
    pack = packs.current("calendar", at)
    if pack is None:
        return seed.calendar(settings.TIME_ZONE), 0
    kept = pack.body["calendars"]
    name = key if key is not None and key in kept else DEFAULT
    if (pack.digest, name) not in _compiled:
        _compiled[pack.digest, name] = Calendar.from_json(kept[name], key=name)
    return _compiled[pack.digest, name], pack.version


def called(key: str, body: Mapping[str, Any]) -> str:
    """What people call a calendar of a body, whatever it holds: its own title; without one 全区日历, 日历 early."""
    return titled(key, body) or (_("全区日历") if key == DEFAULT else f"{_('日历')} {key}")


def titled(key: str, body: Mapping[str, Any]) -> str:
    """The name that a body gives to a calendar; "" where it gives none."""
    calendars = body.get("calendars")
    calendar = calendars.get(key) if isinstance(calendars, dict) else None
    title = calendar.get("title") if isinstance(calendar, dict) else None
    return title.strip() if isinstance(title, str) else ""


def in_force(at: datetime) -> int:
    """The version of the calendar pack in force; 0 where none is."""
    pack = packs.current("calendar", at)
    return pack.version if pack else 0
