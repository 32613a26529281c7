"""A row of a draft: opened, judged together with the body it stands in, put back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from xiucheng.kit.refused import Refused

from .queries import Pack
from .registry import PackKind
from .shapes import Edit, Names, Place, Record, Rows, Table, Value, carried_out, place_of, tokens, written
from .shapes.edits import found
from .shapes.places import NEW

MOST_KEY = 40
"""Signs of a code (D)."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An object of a body that a form can show. at: its path; holder: the list or table it stands in, None at the top,
    and held: the rows that are in it. new: it is not there yet."""

    at: tuple[str, ...]
    place: Place
    record: Record
    holder: Rows | Table | None
    held: Any
    current: Any
    new: bool

    @property
    def removable(self) -> bool:
        """Can it be taken out?"""
        if isinstance(self.holder, Table):
            return not self.new and self.at[-1] not in dict(self.holder.standing)
        return not self.new and self.holder is not None

    @property
    def begun(self) -> Any:
        """What a form of it begins with: what stands there; of a new row its model, or its own lists, which no form
        can type and which are empty as yet."""
        return _empty_lists(self.record) if self.new and self.current is None else self.current


def opened(kind: PackKind, pack: Pack, said: str, names: Names) -> Opened:
    """The object at an address ("rules/3", "rules/+", "" for the top); refused `not_found` (404) without one."""
    at = tuple(token for token in said.split("/") if token)
    if kind.shape is None:
        raise _nothing()
    place = place_of(kind.shape, pack.body, at, names)
    around = place_of(kind.shape, pack.body, at[:-1], names) if at else None
    holder = around.shape if around else None
    new = bool(at) and at[-1] == NEW
    # A new row is not there yet, but what it goes into has to be: it may have been taken out since.
    there = _is_there(pack.body, at[:-2] if new else at)
    if not isinstance(place.shape, Record) or not there or isinstance(holder, Record):
        raise _nothing()
    current = _model(holder, pack.body, at) if new else place.value
    if not isinstance(holder, Rows | Table):
        return Opened(at, place, place.shape, None, None, current, new)
    held = around.value if around else None
    if held is not None and not isinstance(held, list if isinstance(holder, Rows) else dict):
        raise _nothing()
    return Opened(at, place, place.shape, holder, held, current, new)


def _empty_lists(record: Record) -> dict[str, Any]:
    return {
        one.name: [] if isinstance(one.shape, Rows) else {}
        for one in record.fields
        if isinstance(one.shape, Rows | Table)
    }


def _model(holder: Any, body: Any, at: Sequence[str]) -> Any:
    """What a new row begins as."""
    if not isinstance(holder, Table) or not _is_there(body, (*at[:-1], holder.model)):
        return None
    model = found(body, (*at[:-1], holder.model))
    return {name: value for name, value in model.items() if name not in holder.own}


def _is_there(body: Any, at: Sequence[str]) -> bool:
    try:
        return isinstance(found(body, at), dict)
    except (LookupError, TypeError):
        return False


def _nothing() -> Refused:
    return Refused("not_found", _("草稿里没有这一行；可能刚被改过。"), status=404)


def with_row(
    kind: PackKind, pack: Pack, one: Opened, value: Any, *, key: str = "", unread: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The body with the row as it was typed. key: the code of a new row of a table. unread: what of the row could not
    be read, by the name of its part.

    Refused `problems` with the fields: what could not be read, and what the kind finds wrong with this very row. What
    is wrong elsewhere, or with the row's own lists, which have forms of their own, does not stand in the way of a
    draft.
    """
    ready = _with_holder(pack.body, one)
    wrong = {**(unread or {}), **_wrong_key(one, ready, key)}
    if wrong:
        raise _problems(wrong)
    at = _address(one, ready, key)
    body = kind.normalise(carried_out(ready, [Edit("put", at, value)]))
    wrong = _wrong_there(kind, one, body, at, value)
    if wrong:
        raise _problems(wrong)
    return body


def _problems(wrong: Mapping[str, str]) -> Refused:
    return Refused("problems", _("还没有存下：请改好标出的地方。"), fields=dict(wrong))


def _with_holder(body: dict[str, Any], one: Opened) -> dict[str, Any]:
    """The body with the list that a new row goes to, which a first draft has not yet."""
    if not one.new or one.held is not None:
        return body
    return carried_out(body, [Edit("put", one.at[:-1], [] if isinstance(one.holder, Rows) else {})])


def _wrong_key(one: Opened, body: Any, key: str) -> dict[str, str]:
    if not one.new or not isinstance(one.holder, Table):
        return {}
    if not key or len(key) > MOST_KEY or "/" in key:
        return {"key": _("请写代码。")}
    return {"key": _("已有这一行。")} if key in found(body, one.at[:-1]) else {}


def _address(one: Opened, body: Any, key: str) -> tuple[str, ...]:
    """Where the row goes: to its place, or behind the last, or under its key."""
    if not one.new:
        return one.at
    last = str(len(found(body, one.at[:-1]))) if isinstance(one.holder, Rows) else key
    return (*one.at[:-1], last)


def _wrong_there(kind: PackKind, one: Opened, body: Mapping[str, Any], at: Sequence[str], value: Any) -> dict[str, str]:
    """What the kind finds wrong with the row, wherever its kept form puts it, by the name of the part."""
    places = [tuple(at)]
    if isinstance(one.holder, Rows):
        rows = found(body, at[:-1])
        same = one.holder.identity(value)
        places = [(*at[:-1], str(index)) for index, row in enumerate(rows) if one.holder.identity(row) == same]
    wrong: dict[str, str] = {}
    for problem in kind.validate(dict(body)):
        path = tokens(problem.path)
        for place in places:
            if path[: len(place)] == place and not _in_a_list(one.record, path[len(place) :]):
                wrong.setdefault(".".join(path[len(place) :]) or "row", str(problem.text))
    return wrong


def _in_a_list(record: Record, path: Sequence[str]) -> bool:
    known = record.field(path[0]) if path else None
    return known is not None and isinstance(known.shape, Rows | Table)


def without_row(pack: Pack, one: Opened) -> dict[str, Any]:
    """The body without the row; refused `not_removable` (422) for one that is always there."""
    if not one.removable:
        raise Refused("not_removable", _("这一行不能删去。"))
    return carried_out(pack.body, [Edit("remove", one.at)])


def _has_form(place: Place, kind: PackKind) -> bool:
    """Is there anything to type at the top, where a problem is of no row?"""
    return bool(place.row) or (kind.shape is not None and _typable(kind.shape))


def _typable(shape: Record) -> bool:
    return any(isinstance(one.shape, Value) and one.shape.widget for one in shape.fields)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A problem of a draft in words: where, what, and the address of the form that mends it ("" for the top, None where
    no form does)."""

    where: str
    text: str
    at: str | None


def troubles(kind: PackKind, pack: Pack, problems: Sequence[Any], names: Names) -> list[Trouble]:
    """The problems with the places they name."""
    told = []
    for one in problems:
        path = tokens(one.path)
        place = place_of(kind.shape, pack.body, path, names) if kind.shape else None
        if place is None:
            told.append(Trouble(one.path, str(one.text), None))
            continue
        open_at = written(place.row) if _is_there(pack.body, place.row) and _has_form(place, kind) else None
        told.append(Trouble(place.said or one.path, str(one.text), open_at))
    return told
