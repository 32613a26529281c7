"""The small named conversions a mapping file may ask for: a cell's text in, a value out, or a code why not."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo


class Bad(Exception):
    """A cell that cannot be what the mapping says it is; `code` has its sentence in words.ROW."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Ground:
    """What a conversion may need to know of the source: its time zone, and the pattern of its dates if not ISO 8601."""

    zone: ZoneInfo
    pattern: str | None = None


Transform = Callable[[str, Ground], Any]

_SPACES = re.compile(r"\s+")
_LINE_ENDS = re.compile(r"\r\n?")
_WHOLE = re.compile(r"([+-]?\d+)(?:\.0+)?")
# A formula is text everywhere but where a number is asked for; there it is named as what it is.
_FORMULA = re.compile(r"[=@]|[+-](?![\d.])")
_YES = frozenset({"1", "y", "yes", "true", "t", "是", "有"})
_NO = frozenset({"0", "n", "no", "false", "f", "否", "无"})
_ASIAN_DATE = re.compile(r"(\d{4})[年/.](\d{1,2})[月/.](\d{1,2})日?(.*)", re.DOTALL)


def _text(cell: str, ground: Ground) -> str:
    return _LINE_ENDS.sub("\n", cell).strip()


def _line(cell: str, ground: Ground) -> str:
    return _SPACES.sub(" ", cell).strip()


def _whole(cell: str, ground: Ground) -> str:
    """`13.0`, which spreadsheets make of 13, as `13`; a code stays text, leading zeros and all."""
    cell = cell.strip()
    found = _WHOLE.fullmatch(cell)
    if not found:
        raise Bad("formula" if _FORMULA.match(cell) else "not_a_number")
    return found[1]


def _number(cell: str, ground: Ground) -> float:
    cell = cell.strip()
    if _FORMULA.match(cell):
        raise Bad("formula")
    try:
        value = float(cell)
    except ValueError:
        raise Bad("not_a_number") from None
    if not math.isfinite(value):
        raise Bad("not_a_number")
    return value


def _flag(cell: str, ground: Ground) -> bool:
    word = cell.strip().lower()
    if word not in _YES | _NO:
        raise Bad("not_yes_or_no")
    return word in _YES


def _datetime(cell: str, ground: Ground) -> datetime:
    """An instant in UTC; a time without an offset is the source's own clock, the earlier one where clocks go back."""
    value = _parsed(cell.strip(), ground.pattern)
    local = value if value.tzinfo else value.replace(tzinfo=ground.zone)
    return local.astimezone(UTC)


def _date(cell: str, ground: Ground) -> datetime:
    """The first instant of a local day, in UTC."""
    return _midnight(_day(cell, ground), ground.zone)


def _day_end(cell: str, ground: Ground) -> datetime:
    """The last instant of a local day as its end, exclusive: the next local midnight, in UTC."""
    return _midnight(_day(cell, ground) + timedelta(days=1), ground.zone)


def _days(cell: str, ground: Ground) -> timedelta:
    days = _number(cell, ground)
    if not 0 <= days <= 36_500:
        raise Bad("out_of_range")
    return timedelta(days=days)


TRANSFORMS: Mapping[str, Transform] = {
    "text": _text,
    "line": _line,
    "code": _line,
    "whole": _whole,
    "number": _number,
    "flag": _flag,
    "datetime": _datetime,
    "date": _date,
    "day_end": _day_end,
    "days": _days,
}


def _day(cell: str, ground: Ground) -> date:
    value = _parsed(cell.strip(), ground.pattern)
    return (value.astimezone(ground.zone) if value.tzinfo else value).date()


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _parsed(cell: str, pattern: str | None) -> datetime:
    value = _read(cell, pattern)
    # Beyond these years it is a slip of the pen, and near year 1 or 9999 a time zone cannot be counted in.
    if not 1800 <= value.year <= 2200:
        raise Bad("not_a_date")
    return value


def _read(cell: str, pattern: str | None) -> datetime:
    try:
        if pattern:
            return datetime.strptime(cell, pattern)
        # 2018年3月1日 08:30, 2018/3/1: what Chinese spreadsheets write; the rest is ISO 8601.
        if found := _ASIAN_DATE.fullmatch(cell):
            year, month, day, clock = found.groups()
            cell = f"{year}-{int(month):02}-{int(day):02}{_clock(clock)}"
        return datetime.fromisoformat(cell)
    except (ValueError, OverflowError):
        raise Bad("not_a_date") from None


def _clock(text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    hour, colon, rest = text.partition(":")
    return f"T{int(hour):02}{colon}{rest}"
