"""The kinds of values that bodies are made of, and how each is said in words; whatever a body holds, none raises.

    RULE = Record((Field("no", _("序号"), Whole(1, 99_999), required=True), …))
    SHAPE = Record((Field("rules", _("规则"), Rows(RULE, _("规则"), key=("no",))),))

A room that reads a kind of pack declares its shape beside the kind. The console makes forms from it.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiucheng.kit.days import WEEKDAYS, weekday

Groups = Sequence[tuple[str, Sequence[tuple[str, str | Promise]]]]
"""What may be chosen: groups with a title ("" for none) of codes with their names."""
Options = Callable[[datetime], Groups]
"""The choices as they are at a moment."""

NOT_ON_DUTY = gettext_lazy("不上班")

UNITS: Mapping[str, Any] = {
    "work_day": gettext_lazy("工作日"),
    "work_hour": gettext_lazy("工作时"),
    "natural_day": gettext_lazy("自然日"),
    "urgent_hour": gettext_lazy("紧急工作时"),
}
MODES: Mapping[str, Any] = {
    "elapsed": gettext_lazy("从开始时刻算起"),
    "whole_days_from_next_day": gettext_lazy("当天不算，从第二天起算整天"),
}


@dataclass(slots=True)
class Names:
    """The names of codes for one page, as of a moment: each list of choices is asked for once. body: the one being
    spoken of."""

    at: datetime
    body: Mapping[str, Any] = field(default_factory=dict)
    _held: dict[Options, Groups] = field(default_factory=dict)
    _named: dict[Options, dict[str, str]] = field(default_factory=dict)

    def groups(self, options: Options) -> Groups:
        """What may be chosen."""
        if options not in self._held:
            self._held[options] = options(self.at)
        return self._held[options]

    def of(self, options: Options, code: Any) -> str:
        """What people call a code; the code itself where it is none of the choices."""
        if options not in self._named:
            self._named[options] = {value: str(name) for _title, group in self.groups(options) for value, name in group}
        return self._named[options].get(code) or plain(code) if isinstance(code, str) else plain(code)

    def beside(self, body: Mapping[str, Any]) -> "Names":
        """The same choices for another body."""
        return Names(self.at, body, self._held, self._named)


def plain(value: Any) -> str:
    """A value of no known kind, short: text as it is, yes and no, numbers, the rest as JSON."""
    if isinstance(value, str) and value:
        return value
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if value is None or value in ("", [], {}):
        return _("空")
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 200 else f"{text[:200]}…"


@dataclass(frozen=True, slots=True)
class Value:
    """A single value. widget: the control that types it; "" where no form of rows has one."""

    widget: ClassVar[str] = ""

    def said(self, value: Any, names: Names) -> str:
        """The value in the reader's language."""
        return plain(value)


@dataclass(frozen=True, slots=True)
class Text(Value):
    """Words or a code of at most so many letters; lines: how many the control shows; mono: in letters of one width."""

    widget: ClassVar[str] = "text"
    most: int = 200
    lines: int = 1
    mono: bool = False


@dataclass(frozen=True, slots=True)
class Whole(Value):
    """A whole number between two others."""

    widget: ClassVar[str] = "whole"
    least: int = 0
    most: int = 99_999


@dataclass(frozen=True, slots=True)
class YesNo(Value):
    """Yes or no."""

    widget: ClassVar[str] = "yes_no"


@dataclass(frozen=True, slots=True)
class Choice(Value):
    """One code of a list. none: what no choice is called."""

    widget: ClassVar[str] = "choice"
    options: Options
    none: Any = ""

    def said(self, value: Any, names: Names) -> str:
        if value in (None, "") and self.none:
            return str(self.none)
        return names.of(self.options, value)


@dataclass(frozen=True, slots=True)
class Several(Value):
    """Any number of codes of a list. none: what it means that there is none."""

    widget: ClassVar[str] = "several"
    options: Options
    none: Any = ""

    def said(self, value: Any, names: Names) -> str:
        if value in (None, []) and self.none:
            return str(self.none)
        if not isinstance(value, list):
            return plain(value)
        return _("、").join(names.of(self.options, code) for code in value) or plain(value)


@dataclass(frozen=True, slots=True)
class Length(Value):
    """A limit 时限: {"value": 2, "unit": "work_day", "mode": "elapsed"}."""

    widget: ClassVar[str] = "length"

    def said(self, value: Any, names: Names) -> str:
        if not isinstance(value, dict) or not isinstance(value.get("unit"), str) or value["unit"] not in UNITS:
            return plain(value)
        text = _("%(number)s 个%(unit)s") % {"number": plain(value.get("value")), "unit": UNITS[value["unit"]]}
        if value.get("mode") == "whole_days_from_next_day":
            return _("%(limit)s（当天不算）") % {"limit": text}
        return text


@dataclass(frozen=True, slots=True)
class Spans(Value):
    """Stretches of a day [["08:00", "12:00"], …]. words: codes that may stand instead, with their names; none: what
    no stretch at all is called."""

    widget: ClassVar[str] = "spans"
    words: tuple[tuple[str, Any], ...] = ()
    none: Any = NOT_ON_DUTY

    def said(self, value: Any, names: Names) -> str:
        word = dict(self.words).get(value) if isinstance(value, str) else None
        if word is not None:
            return str(word)
        if value in (None, "", []):
            return str(self.none)
        if not isinstance(value, list):
            return plain(value)
        return _("、").join("–".join(map(plain, pair)) if isinstance(pair, list) else plain(pair) for pair in value)


@dataclass(frozen=True, slots=True)
class Week(Value):
    """The stretches of duty of seven days, Monday first."""

    widget: ClassVar[str] = "week"

    def said(self, value: Any, names: Names) -> str:
        if not isinstance(value, list) or len(value) != 7:
            return plain(value)
        parts = []
        for slots, days in groupby(range(7), key=lambda day: Spans().said(value[day], names)):
            parts.append(f"{_some_days(list(days))} {slots}")
        return _("；").join(parts)


def _some_days(days: Sequence[int]) -> str:
    first, last = WEEKDAYS[days[0]], WEEKDAYS[days[-1]]
    return str(first) if len(days) == 1 else _("%(first)s至%(last)s") % {"first": first, "last": last}


@dataclass(frozen=True, slots=True)
class Days(Value):
    """A set of days ["2027-02-06", …], told in runs. noun: what one is. label(day, body): what it is called, or "".
    labels: the entry of the body that holds such names by day."""

    noun: Any
    label: Callable[[date, Mapping[str, Any]], str]
    labels: str

    def said(self, value: Any, names: Names) -> str:
        days = readable_days(value)
        return plain(value) if days is None else _("%(count)d 天") % {"count": len(days)}

    def runs(self, days: Sequence[date], body: Mapping[str, Any]) -> Iterator[tuple[date, date, str]]:
        """First day, last day and name of each run of days that follow one another under one name; days in order."""
        start: tuple[date, str] | None = None
        for index, day in enumerate(days):
            name = self.label(day, body)
            start = start or (day, name)
            following = days[index + 1] if index + 1 < len(days) else None
            # By ordinals: the last day there is has no day after it.
            if (
                following is None
                or following.toordinal() != day.toordinal() + 1
                or self.label(following, body) != start[1]
            ):
                yield start[0], day, start[1]
                start = None


def span_said(first: date, last: date, name: str = "") -> str:
    """2027-02-05 至 2027-02-11 春节（7 天）, or 2027-02-06 周六 春节."""
    if first == last:
        return " ".join(filter(None, (f"{first} {weekday(first)}", name)))
    said = _("%(first)s 至 %(last)s") % {"first": first, "last": last}
    return _("%(days)s（%(count)d 天）") % {"days": f"{said} {name}".strip(), "count": (last - first).days + 1}


def readable_days(value: Any) -> list[date] | None:
    """The days of a list in order, None where anything in it is no day."""
    try:
        return sorted({date.fromisoformat(day) for day in value}) if isinstance(value, list) else None
    except (TypeError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class Years(Value):
    """A set of years [2025, 2026], told one by one. noun: what it means that a year is in it."""

    noun: Any

    def said(self, value: Any, names: Names) -> str:
        if not isinstance(value, list) or not value or not all(isinstance(year, int) for year in value):
            return plain(value)
        years = sorted(value)
        return str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"


@dataclass(frozen=True, slots=True)
class Silent(Value):
    """What is told with something else, as the names of days with the days."""


LEFT_OUT = object()


@dataclass(frozen=True, slots=True)
class Field:
    """A named part. blank: what stands in the body where nothing is typed; LEFT_OUT is no entry at all. listed: does it
    stand in the table of rows?"""

    name: str
    title: Any
    shape: "Value | Record | Rows | Table"
    hint: Any = ""
    required: bool = False
    blank: Any = LEFT_OUT
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Record:
    """An object of named parts. optional: the whole may be missing, and is where nothing of it is typed."""

    fields: tuple[Field, ...]
    optional: bool = False

    def field(self, name: str) -> Field | None:
        """The part of this name."""
        return next((one for one in self.fields if one.name == name), None)

    def said(self, value: Any, names: Names) -> str:
        """What it holds, part by part; what is empty is left out."""
        if not isinstance(value, dict):
            return plain(value)
        parts = [
            _("%(title)s：%(value)s") % {"title": one.title, "value": one.shape.said(value[one.name], names)}
            for one in self.fields
            if not isinstance(one.shape, Silent) and value.get(one.name) not in (None, "", [], {})
        ]
        return _("；").join(parts) or plain(value)


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of objects. noun: what one is called. key: names of the parts that together tell one from another.
    label(row, names): how one is called after the noun; without it, by its key. ordered: by the number in its key, so
    that a place in the list means nothing."""

    row: Record
    noun: Any
    key: tuple[str, ...]
    label: Callable[[Mapping[str, Any], Names], str] | None = None
    ordered: bool = False

    def identity(self, row: Any) -> str | None:
        """What tells a row from the others; None where it is no row."""
        return json.dumps([row.get(name) for name in self.key], default=str) if isinstance(row, dict) else None

    def called(self, row: Any, names: Names) -> str:
        """规则 20."""
        return f"{self.noun} {self.named(row, names)}".strip()

    def named(self, row: Any, names: Names) -> str:
        """The same without the noun, as under a heading."""
        if not isinstance(row, dict):
            return ""
        if self.label is not None:
            return self.label(row, names)
        return " ".join(plain(row[name]) for name in self.key if row.get(name))

    def said(self, value: Any, names: Names) -> str:
        """How many."""
        if not isinstance(value, list):
            return plain(value)
        return _("%(count)d 条") % {"count": len(value)}


@dataclass(frozen=True, slots=True)
class Table:
    """Objects by a code. noun: what one is called. keys: the codes there may be with their names, None for any of
    one's own. standing: codes that may not be taken out, with what they are called. model: the code of the object that
    a new one begins as, but for its own parts. label(key, body): what the body calls one, where it has names for
    them."""

    row: Record
    noun: Any
    keys: Options | None = None
    standing: tuple[tuple[str, Any], ...] = ()
    model: str = ""
    label: Callable[[str, Mapping[str, Any]], str] | None = None
    own: tuple[str, ...] = ()

    def called(self, key: str, names: Names) -> str:
        """全区日历, 早班, 日历 early, 社区."""
        if self.label is not None:
            return self.label(key, names.body)
        if self.keys is not None:
            return names.of(self.keys, key)
        return str(dict(self.standing).get(key) or f"{self.noun} {key}")

    def with_code(self, key: str, names: Names) -> str:
        """The same with the code that tables of other things name it by, where it has one of its own: 早班（early）."""
        said = self.called(key, names)
        if self.keys is not None or key in dict(self.standing) or key in said:
            return said
        return _("%(name)s（%(code)s）") % {"name": said, "code": key}

    def said(self, value: Any, names: Names) -> str:
        """How many."""
        return _("%(count)d 条") % {"count": len(value)} if isinstance(value, dict) else plain(value)


Shape = Value | Record | Rows | Table


def row_keys(shape: Shape, path: str = "") -> dict[str, str]:
    """For rules.diff: the field that names the rows of each list, where one field does."""
    found: dict[str, str] = {}
    for one in shape.fields if isinstance(shape, Record) else ():
        here = f"{path}.{one.name}" if path else one.name
        if isinstance(one.shape, Rows):
            if len(one.shape.key) == 1:
                found[here] = one.shape.key[0]
            found |= row_keys(one.shape.row, here)
        elif isinstance(one.shape, Record):
            found |= row_keys(one.shape, here)
    return found
