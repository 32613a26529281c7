"""Numbers, days, moments and ids as people type them into forms and addresses: read, or refused in words."""

import math
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from xiucheng.kit.refused import Refused

GREATEST = 2**31 - 1
"""What a column of whole numbers holds."""

_YEARS = range(1900, 2200)


def whole(text: str | None, name: str) -> int:
    """A whole number from 0 to GREATEST, in whatever digits; refused `bad_number` with the field `name`."""
    typed = (text or "").strip()
    if typed.isdecimal() and len(typed) <= 10 and (value := int(typed)) <= GREATEST:
        return value
    raise _wrong("bad_number", name, _("请填整数。"))


def day(text: str | None, name: str) -> date | None:
    """A day as browsers send it; None where nothing was typed. Refused `bad_date` with the field `name`, as moment."""
    typed = (text or "").strip()
    if not typed:
        return None
    try:
        found = date.fromisoformat(typed)
    except ValueError:
        found = date.min
    if found.year not in _YEARS:
        raise _wrong("bad_date", name, _("请填日期，例如 2026-12-31。"))
    return found


def needed_day(text: str | None, name: str) -> date:
    """As `day`, where one must be named."""
    found = day(text, name)
    if found is None:
        raise _wrong("bad_date", name, _("请填日期，例如 2026-12-31。"))
    return found


def moment(text: str | None, name: str) -> datetime | None:
    """A date and time as browsers send it, in the site's zone where it names none; None where nothing was typed.

    Refused `bad_date` with the field `name`: a day that is not in the calendar, a year before 1900 or after 2199.
    """
    typed = (text or "").strip()
    if not typed:
        return None
    try:
        at = parse_datetime(typed)
    except ValueError:
        at = None
    if at is None or at.year not in _YEARS:
        raise _no_moment(name)
    return timezone.make_aware(at) if timezone.is_naive(at) else at


def needed_moment(text: str | None, name: str) -> datetime:
    """As `moment`, where one must be named."""
    found = moment(text, name)
    if found is None:
        raise _no_moment(name)
    return found


def identifier(text: object) -> UUID | None:
    """An id as an address, a form or a step holds it; None where there is none, or what is there is no id."""
    try:
        return UUID(str(text)) if text else None
    except ValueError:
        return None


def degrees(text: str | None, name: str) -> float | None:
    """A coordinate in degrees; None where nothing was typed. Refused `bad_number` with the field `name`."""
    typed = (text or "").strip()
    if not typed:
        return None
    try:
        value = float(typed)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and abs(value) <= 180):
        raise _wrong("bad_number", name, _("请填度数，例如 122.1203。"))
    return value


def _no_moment(name: str) -> Refused:
    # As the fields ask for it, 年-月-日 时:分: nobody types the T that browsers send.
    return _wrong("bad_date", name, _("请填日期和时间，例如 2026-03-02 09:00。"))


def _wrong(code: str, name: str, text: str) -> Refused:
    return Refused(code, text, fields={name: text})
