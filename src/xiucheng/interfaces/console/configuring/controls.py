"""Controls for the values of a pack: what each shows of a body, and what was typed into it as a value again.

A control's data are strings by name, as a browser sends them; so a form that was refused shows what was typed.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from xiucheng.foundation.packs.shapes import (
    Choice,
    Field,
    Length,
    Names,
    Record,
    Several,
    Spans,
    Text,
    Value,
    Whole,
)
from xiucheng.foundation.packs.shapes.values import LEFT_OUT, MODES, UNITS
from xiucheng.kit.days import WEEKDAYS
from xiucheng.kit.worktime import Limit

Data = Mapping[str, list[str]]
_SPAN = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-–—~～至到]\s*(\d{1,2})[:：](\d{2})")
_BETWEEN = re.compile(r"[、,，;；\s]*")


class Wrong(Exception):
    """What was typed makes no sense; the sentence stands beside the control."""


@dataclass(frozen=True, slots=True)
class Option:
    """One of the choices of a control."""

    code: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Control:
    """A control as the page draws it. said: by sub-name ("" is the control's own) what stands in it. groups: choices
    with their titles and how many are chosen. days: the seven lines of a week. parts: the controls of an object."""

    name: str
    field: Field
    widget: str
    said: Mapping[str, str]
    wrong: str = ""
    groups: tuple[tuple[str, tuple[Option, ...], int], ...] = ()
    days: tuple[tuple[Any, str, str], ...] = ()
    parts: "tuple[Control, ...]" = ()

    @property
    def id(self) -> str:
        """For labels; dots would be taken for classes."""
        return "f-" + self.name.replace(".", "-")


# -- what a body shows in its controls --------------------------------------------------------------------------------


def data_of(record: Record, value: Any, prefix: str = "") -> dict[str, list[str]]:
    """The strings that the controls of an object show of it."""
    found: dict[str, list[str]] = {}
    for one in record.fields:
        held = value.get(one.name) if isinstance(value, dict) else None
        name = prefix + one.name
        if isinstance(one.shape, Record):
            found |= data_of(one.shape, held, f"{name}.")
        elif isinstance(one.shape, Value) and one.shape.widget:
            show = _SHOWN.get(one.shape.widget, _one)
            found |= {name + sub: strings for sub, strings in show(held).items()}
    return found


def _one(held: Any) -> dict[str, list[str]]:
    return {} if held is None else {"": [str(held)]}


def _yes(held: Any) -> dict[str, list[str]]:
    return {"": ["1"]} if held is True else {}


def _many(held: Any) -> dict[str, list[str]]:
    return {"": [str(code) for code in held]} if isinstance(held, list) else {}


def _length(held: Any) -> dict[str, list[str]]:
    if not isinstance(held, dict):
        return {}
    return {f".{name}": [str(held[name])] for name in ("value", "unit", "mode") if held.get(name) is not None}


def _spans(held: Any) -> dict[str, list[str]]:
    if isinstance(held, str):
        return {".word": [held]}
    return {"": [_spans_said(held)]} if isinstance(held, list) else {}


def _spans_said(held: Any) -> str:
    return "、".join("–".join(map(str, pair)) for pair in held if isinstance(pair, list))


def _week(held: Any) -> dict[str, list[str]]:
    days = held if isinstance(held, list) else []
    return {f".{day}": [_spans_said(slots)] for day, slots in enumerate(days[:7]) if isinstance(slots, list)}


_SHOWN: Mapping[str, Callable[[Any], dict[str, list[str]]]] = {
    "yes_no": _yes,
    "several": _many,
    "length": _length,
    "spans": _spans,
    "week": _week,
}


# -- the controls -----------------------------------------------------------------------------------------------------


def controls(record: Record, data: Data, names: Names, wrong: Mapping[str, str], prefix: str = "") -> list[Control]:
    """The controls of an object: of what a form can type; lists of rows have tables of their own."""
    found = []
    for one in record.fields:
        name = prefix + one.name
        if isinstance(one.shape, Record):
            inner = controls(one.shape, data, names, wrong, f"{name}.")
            found.append(Control(name, one, "record", {}, wrong.get(name, ""), parts=tuple(inner)))
        elif isinstance(one.shape, Value) and one.shape.widget:
            found.append(_control(one, name, data, names, wrong))
    return found


def _control(one: Field, name: str, data: Data, names: Names, wrong: Mapping[str, str]) -> Control:
    shape = one.shape
    assert isinstance(shape, Value)
    said = {sub.removeprefix(name): strings[0] for sub, strings in data.items() if _belongs(sub, name) and strings}
    groups: tuple[tuple[str, tuple[Option, ...], int], ...] = ()
    if isinstance(shape, Choice | Several):
        groups = _groups(shape, set(data.get(name, [])), names)
    elif isinstance(shape, Spans):
        groups = _plain_group(shape.words, said.get(".word", ""))
    elif isinstance(shape, Length):
        groups = (
            *_plain_group(UNITS.items(), said.get(".unit", "")),
            *_plain_group(MODES.items(), said.get(".mode", "")),
        )
    days = tuple((title, f"{name}.{day}", said.get(f".{day}", "")) for day, title in enumerate(WEEKDAYS))
    return Control(
        name, one, shape.widget, {key or "own": value for key, value in said.items()}, wrong.get(name, ""), groups,
        days if shape.widget == "week" else (),
    )  # fmt: skip


def _belongs(sub: str, name: str) -> bool:
    return sub == name or sub.startswith(f"{name}.")


def _groups(shape: Choice | Several, chosen: set[str], names: Names) -> tuple[tuple[str, tuple[Option, ...], int], ...]:
    found = []
    known: set[str] = set()
    for title, choices in names.groups(shape.options):
        options = tuple(Option(code, str(name), code in chosen) for code, name in choices)
        known.update(one.code for one in options)
        found.append((str(title), options, sum(one.chosen for one in options)))
    # What is chosen and no longer on offer stays to be seen, and to be taken out.
    rest = tuple(Option(code, code, True) for code in sorted(chosen - known - {""}))
    return (*found, (_("列表里没有的"), rest, len(rest))) if rest else tuple(found)


def _plain_group(choices: Any, chosen: str) -> tuple[tuple[str, tuple[Option, ...], int], ...]:
    return (("", tuple(Option(code, str(name), code == chosen) for code, name in choices), 0),)


# -- what was typed ---------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Typed:
    """An object as it was typed; wrong: sentences by control."""

    value: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)


def typed(record: Record, data: QueryDict, names: Names, current: Any = None, prefix: str = "") -> Typed:
    """The object that was typed, with what of the current one no form can type."""
    found = Typed(dict(current) if isinstance(current, dict) else {})
    for one in record.fields:
        name = prefix + one.name
        held = found.value.get(one.name)
        try:
            value = _value(one, data, name, names, held, found)
        except Wrong as error:
            found.wrong[name] = str(error)
            continue
        if value is LEFT_OUT:
            found.value.pop(one.name, None)
        else:
            found.value[one.name] = value
    return found


def _value(one: Field, data: QueryDict, name: str, names: Names, held: Any, found: Typed) -> Any:
    if isinstance(one.shape, Record):
        return _record(one.shape, data, name, names, held, found)
    if not isinstance(one.shape, Value) or not one.shape.widget:
        return LEFT_OUT if held is None else held
    value = _READ[one.shape.widget](one.shape, data, name, names)
    if value is LEFT_OUT and one.required:
        raise Wrong(_("请填写这一项。"))
    return one.blank if value is LEFT_OUT else value


def _record(shape: Record, data: QueryDict, name: str, names: Names, held: Any, found: Typed) -> Any:
    if shape.optional and not any(
        text.strip() for key in data if key.startswith(f"{name}.") for text in _texts(data, key)
    ):
        return LEFT_OUT
    inner = typed(shape, data, names, held, f"{name}.")
    found.wrong |= inner.wrong
    return inner.value


def _texts(data: QueryDict, key: str) -> Iterator[str]:
    # A unit always stands chosen: alone it says nothing.
    return iter([] if key.endswith((".unit", ".mode")) else data.getlist(key))


def _text(shape: Text, data: QueryDict, name: str, names: Names) -> Any:
    said = data.get(name, "").replace("\r\n", "\n").strip()
    if len(said) > shape.most:
        raise Wrong(_("请不超过 %(most)d 字。") % {"most": shape.most})
    return said or LEFT_OUT


def _whole(shape: Whole, data: QueryDict, name: str, names: Names) -> Any:
    said = data.get(name, "").strip()
    if not said:
        return LEFT_OUT
    if not (said.isdecimal() and len(said) <= 9 and shape.least <= int(said) <= shape.most):
        raise Wrong(_("请填 %(least)d 至 %(most)d 的整数。") % {"least": shape.least, "most": shape.most})
    return int(said)


def _yes_no(shape: Value, data: QueryDict, name: str, names: Names) -> Any:
    return True if data.get(name) else LEFT_OUT


def _choice(shape: Choice, data: QueryDict, name: str, names: Names) -> Any:
    return data.get(name, "").strip() or LEFT_OUT


def _several(shape: Several, data: QueryDict, name: str, names: Names) -> Any:
    return list(dict.fromkeys(filter(None, data.getlist(name)))) or LEFT_OUT


def _typed_length(shape: Length, data: QueryDict, name: str, names: Names) -> Any:
    number = data.get(f"{name}.value", "").strip()
    if not number:
        return LEFT_OUT
    mode = data.get(f"{name}.mode") or "elapsed"
    try:
        limit = Limit.from_json({"value": number, "unit": data.get(f"{name}.unit"), "mode": mode}).to_json()
    except (ValueError, KeyError):
        raise Wrong(_("请写大于零的数；天数要是整数，“当天不算”只用于天数。")) from None
    return limit if mode != "elapsed" else {"value": limit["value"], "unit": limit["unit"]}


def _typed_spans(shape: Spans, data: QueryDict, name: str, names: Names) -> Any:
    word = data.get(f"{name}.word", "")
    if word in dict(shape.words):
        return word
    return spans(data.get(name, "")) or LEFT_OUT


def _typed_week(shape: Value, data: QueryDict, name: str, names: Names) -> Any:
    found = [spans(data.get(f"{name}.{day}", "")) for day in range(7)]
    return found if any(found) else LEFT_OUT


def spans(said: str) -> list[list[str]]:
    """[["08:00", "12:00"], …] from 08:00–12:00、14:00–18:00 in whatever signs; raises Wrong."""
    # What lies between the stretches, and around them: every fifth piece; the hours and minutes of each are in four.
    pieces = _SPAN.split(said)
    if not all(map(_BETWEEN.fullmatch, pieces[::5])):
        raise Wrong(_("时段请写成 08:00–12:00，几段用顿号分开。"))
    found = []
    for n in range(1, len(pieces), 5):
        hours = pieces[n : n + 4]
        found.append([f"{int(hours[0]):02}:{hours[1]}", f"{int(hours[2]):02}:{hours[3]}"])
    return found


_READ: Mapping[str, Callable[[Any, QueryDict, str, Names], Any]] = {
    "text": _text,
    "whole": _whole,
    "yes_no": _yes_no,
    "choice": _choice,
    "several": _several,
    "length": _typed_length,
    "spans": _typed_spans,
    "week": _typed_week,
}
