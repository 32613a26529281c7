"""What people write into cells, brought into one form: widths, blanks, dates as text, times, phones. Pure."""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from xiucheng.foundation.people.rules import plain_phone


class BadCell(Exception):
    """A cell that cannot be what its column wants; `code` has its sentence in words.CELL."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


_BLANKS = re.compile(r"\s+")
_SHARP = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\ufeff]")
_DATE = re.compile(r"(\d{4})[年/.\-](\d{1,2})[月/.\-](\d{1,2})日?(?:[T ]0{1,2}:00(?::00)?)?")
_TIGHT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_TIME = re.compile(r"(\d{1,2})(?:[:时点](\d{1,2})?分?)(?::\d{2})?")
_MOMENT = re.compile(r"(.+?)[T ]+(\d{1,2}:\d{2})(?::\d{2})?")
# Letters, digits and blanks of full width become plain; Chinese brackets and commas in names stay as they are written.
_WIDE = {code: chr(code - 0xFEE0) for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_WIDE[0x3000] = " "
# Excel counts days from here; its leap-year mistake of 1900 lies before anything that is read (D).
_EXCEL = date(1899, 12, 30)
_YEARS = range(1949, 2101)
_YES, _NO = frozenset({"是", "有", "y", "yes", "1", "true", "√", "✓"}), frozenset({"否", "无", "n", "no", "0", "false"})


def text(value: Any) -> str:
    """Any cell as one line of text: full-width letters and digits plain, blanks around and invisible signs away."""
    if value is None:
        return ""
    if isinstance(value, str) and value.isprintable() and "  " not in value:
        # Nothing to take out: what most cells are, and a third of the work for tens of thousands of rows.
        return (value if value.isascii() else value.translate(_WIDE)).strip()
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return _BLANKS.sub(" ", _SHARP.sub("", str(value).translate(_WIDE))).strip()


def form(said: str) -> str:
    """A name as names are compared: any width, any case, no blanks."""
    return "".join(unicodedata.normalize("NFKC", said).split()).casefold()


def _text(value: Any) -> str:
    return text(value)


def _code(value: Any) -> str:
    said = text(value)
    return (said if said.isascii() else unicodedata.normalize("NFKC", said)).replace(" ", "")


def _lower(value: Any) -> str:
    return _code(value).lower()


def _digits(value: Any) -> str:
    if isinstance(value, float) and not (math.isfinite(value) and value.is_integer()):
        raise BadCell("not_digits")
    found = _code(value)
    if not found.isascii() or not found.isdigit():
        raise BadCell("not_digits")
    return found


def _date(value: Any) -> str:
    """A day as 2026-03-01: as a date, as text in the ways it is written, or as the number a spreadsheet made of it."""
    if isinstance(value, datetime | date):
        found = value.date() if isinstance(value, datetime) else value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found = _from_number(float(value))
    else:
        found = _from_text(_code(value))
    if found.year not in _YEARS:
        raise BadCell("not_a_date")
    return found.isoformat()


def day(said: str) -> date | None:
    """The day of a date cell in the form that `_date` brought it into, None for an empty one."""
    return date.fromisoformat(said) if said else None


def _from_number(value: float) -> date:
    if 19_000_101 <= value <= 21_001_231 and value.is_integer():
        return _from_text(str(int(value)))
    if not 1 <= value <= 80_000:
        raise BadCell("not_a_date")
    return _EXCEL + timedelta(days=int(value))


def _from_text(written: str) -> date:
    found = _DATE.fullmatch(written) or _TIGHT_DATE.fullmatch(written)
    if found is None:
        raise BadCell("not_a_date")
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        raise BadCell("not_a_date") from None


def _time(value: Any) -> str:
    """A time of day as 08:30; 24:00 is the end of the day."""
    if isinstance(value, datetime):
        value = value.time()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, timedelta):
        value = value / timedelta(days=1)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not 0 <= value <= 1:
            raise BadCell("not_a_time")
        minutes = round(value * 1440)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    found = _TIME.fullmatch(_code(value))
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
    if minute > 59 or hour * 60 + minute > 1440:
        raise BadCell("not_a_time")
    return f"{hour:02}:{minute:02}"


def _moment(value: Any) -> str:
    """A day, or a day and a time, in the site's zone: 2026-03-01 or 2026-03-01T08:30."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes") if value.time() != time() else value.date().isoformat()
    found = _MOMENT.fullmatch(unicodedata.normalize("NFKC", text(value))) if isinstance(value, str) else None
    return f"{_date(found[1])}T{_time(found[2])}" if found else _date(value)


def _phone(value: Any) -> str:
    found = plain_phone(text(value))
    if found is None:
        raise BadCell("bad_phone")
    return found


def _number(value: Any) -> str:
    try:
        found = float(_code(value).replace(",", ""))
    except ValueError:
        raise BadCell("not_a_number") from None
    if not math.isfinite(found) or abs(found) > 1e9:
        raise BadCell("not_a_number")
    return f"{found:g}" if found != int(found) else str(int(found))


def _whole(value: Any) -> str:
    found = _number(value)
    if not found.lstrip("-").isdigit() or found.startswith("-"):
        raise BadCell("not_whole")
    return found


def _yes(value: Any) -> str:
    word = _lower(value)
    if word not in _YES | _NO:
        raise BadCell("not_yes_or_no")
    return "1" if word in _YES else ""


KINDS: Mapping[str, Callable[[Any], str]] = {
    "text": _text,
    "code": _code,
    "lower": _lower,
    "digits": _digits,
    "date": _date,
    "time": _time,
    "moment": _moment,
    "phone": _phone,
    "number": _number,
    "whole": _whole,
    "yes": _yes,
}
