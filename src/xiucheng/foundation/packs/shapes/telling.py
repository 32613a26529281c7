"""What one body says otherwise than another, in words, each with the small change that takes it back."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from .. import rules
from .edits import Edit
from .values import (
    Days,
    Field,
    Names,
    Record,
    Rows,
    Shape,
    Silent,
    Table,
    Value,
    Years,
    plain,
    readable_days,
    span_said,
)


@dataclass(frozen=True, slots=True)
class Told:
    """One difference. where: 规则 20 › 承办单位. before, after: in words, "" where there is none. back: what has to be
    done to the later body so that it says the same as the earlier; empty where only the order differs."""

    what: rules.What
    where: str
    before: str = ""
    after: str = ""
    back: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where the walk is: the path in the later body, the titles on the way, and the names on either side."""

    path: tuple[str, ...]
    said: tuple[str, ...]
    old: Names
    new: Names

    def below(self, token: str, title: str | None) -> "_Spot":
        said = self.said if title is None else (*self.said, title)
        return _Spot((*self.path, token), said, self.old, self.new)

    @property
    def where(self) -> str:
        return " › ".join(self.said)


def told(shape: Record | None, before: Mapping[str, Any], after: Mapping[str, Any], at: datetime) -> list[Told]:
    """The differences of two bodies in the order of the shape; without a shape by their own names. at: the moment
    whose names of codes are used."""
    names = Names(at, before)
    spot = _Spot((), (), names, names.beside(after))
    return list(_told(shape, before, after, spot))


_NOTHING = object()


def _told(shape: Shape | None, before: Any, after: Any, spot: _Spot) -> Iterator[Told]:
    if isinstance(shape, Silent) or _same(before, after):
        return
    if before is _NOTHING and type(shape) in _EMPTY:
        before = _EMPTY[type(shape)]
    if before is _NOTHING or after is _NOTHING:
        yield from _one_side(shape, before, after, spot)
        return
    way = _WAYS.get(type(shape), _leaf)
    yield from way(shape, before, after, spot)


def _same(before: Any, after: Any) -> bool:
    if before is _NOTHING or after is _NOTHING:
        return before is after
    return rules.canonical(before) == rules.canonical(after)


def _one_side(shape: Shape | None, before: Any, after: Any, spot: _Spot) -> Iterator[Told]:
    where = _under(spot, shape.noun) if isinstance(shape, Rows | Table | Days | Years) else spot.where
    nothing = str(getattr(shape, "none", ""))
    if nothing:
        # What is not there says something too: no areas are the whole district.
        sides = [nothing if side is _NOTHING else _said(shape, side, spot.new) for side in (before, after)]
        back = Edit("remove", spot.path) if before is _NOTHING else Edit("put", spot.path, before)
        yield Told("changed", where, sides[0], sides[1], (back,))
        return
    if before is _NOTHING:
        yield Told("added", where, after=_said(shape, after, spot.new), back=(Edit("remove", spot.path),))
    else:
        yield Told("removed", where, before=_said(shape, before, spot.old), back=(Edit("put", spot.path, before),))


def _said(shape: Shape | None, value: Any, names: Names) -> str:
    return shape.said(value, names) if shape is not None else plain(value)


def _leaf(shape: Shape | None, before: Any, after: Any, spot: _Spot) -> Iterator[Told]:
    if shape is None or not isinstance(shape, Value):
        yield from _unknown(before, after, spot)
        return
    old, new = shape.said(before, spot.old), shape.said(after, spot.new)
    yield Told("changed", spot.where, old, new, (Edit("put", spot.path, before),))


def _unknown(before: Any, after: Any, spot: _Spot) -> Iterator[Told]:
    """What no shape describes, or what is not shaped as it should be: by its own names and positions."""
    whole = (Edit("put", spot.path, before),)
    for one in rules.diff(before, after):
        where = " › ".join((*spot.said, *one.path))
        yield Told(one.what, where, _plain(one.before), _plain(one.after), whole)


def _plain(value: Any) -> str:
    return "" if value is None else plain(value)


def _record(shape: Record, before: Any, after: Any, spot: _Spot) -> Iterator[Told]:
    if not isinstance(before, dict) or not isinstance(after, dict):
        yield from _unknown(before, after, spot)
        return
    for one in shape.fields:
        yield from _told(one.shape, *_pair(before, after, one.name), spot.below(one.name, _title(one)))
    known = {one.name for one in shape.fields}
    for name in [*after, *(name for name in before if name not in after)]:
        if name not in known:
            yield from _told(None, *_pair(before, after, name), spot.below(name, name))


def _title(one: Field) -> str | None:
    """A list's own title says nothing that its rows do not say again."""
    return None if isinstance(one.shape, Rows | Table | Days | Years) else str(one.title)


def _pair(before: Mapping[str, Any], after: Mapping[str, Any], name: str) -> tuple[Any, Any]:
    return before.get(name, _NOTHING), after.get(name, _NOTHING)


def _rows(shape: Rows, before: Any, after: Any, spot: _Spot) -> Iterator[Told]:
    old, new = _named(shape, before), _named(shape, after)
    if old is None or new is None:
        yield from _unknown(before, after, spot)
        return
    for name, (index, row) in new.items():
        here = spot.below(str(index), shape.called(row, spot.new))
        if name not in old:
            yield Told("added", here.where, after=shape.row.said(row, spot.new), back=(Edit("remove", here.path),))
        else:
            yield from _told(shape.row, old[name][1], row, here)
    for name, (index, row) in old.items():
        if name not in new:
            here = spot.below(str(min(index, len(after))), shape.called(row, spot.old))
            back = (Edit("insert", here.path, row),)
            yield Told("removed", here.where, before=shape.row.said(row, spot.old), back=back)
    if not shape.ordered:
        yield from _moved(shape, old, new, spot)


def _named(shape: Rows, rows: Any) -> dict[str, tuple[int, Any]] | None:
    """The rows with their places by what tells them apart; None where something does not, or is no row."""
    if not isinstance(rows, list):
        return None
    named: dict[str, tuple[int, Any]] = {}
    for index, row in enumerate(rows):
        name = shape.identity(row)
        if name is None or name in named:
            return None
        named[name] = (index, row)
    return named


def _moved(shape: Rows, old: Mapping[str, Any], new: Mapping[str, Any], spot: _Spot) -> Iterator[Told]:
    moved = rules.moved(list(old), list(new))
    for name in new:
        if name in moved:
            was, now = (_("第 %(n)d 位") % {"n": side[name][0] + 1} for side in (old, new))
            yield Told("moved", spot.below("", shape.called(new[name][1], spot.new)).where, was, now)


def _table(shape: Table, before: Any, after: Any, spot: _Spot) -> Iterator[Told]:
    if not isinstance(before, dict) or not isinstance(after, dict):
        yield from _unknown(before, after, spot)
        return
    for key in [*after, *(key for key in before if key not in after)]:
        names = spot.new if key in after else spot.old
        yield from _told(shape.row, *_pair(before, after, key), spot.below(key, shape.called(key, names)))


def _days(shape: Days, before: Any, after: Any, spot: _Spot) -> Iterator[Told]:
    """In runs, and by what they are called: a day under another name is another entry."""
    old, new = readable_days(before), readable_days(after)
    if old is None or new is None:
        yield from _unknown(before, after, spot)
        return
    was = {day: shape.label(day, spot.old.body) for day in old}
    now = {day: shape.label(day, spot.new.body) for day in new}
    gone = [day for day in old if now.get(day) != was[day]]
    come = [day for day in new if was.get(day) != now[day]]
    where = _under(spot, shape.noun)
    for first, last, name in shape.runs(come, spot.new.body):
        yield Told(
            "added", where, after=span_said(first, last, name), back=_as_before(shape, before, after, spot, first, last)
        )
    for first, last, name in shape.runs(gone, spot.old.body):
        yield Told(
            "removed",
            where,
            before=span_said(first, last, name),
            back=_as_before(shape, before, after, spot, first, last),
        )


def _as_before(shape: Days, before: Any, after: Any, spot: _Spot, first: date, last: date) -> tuple[Edit, ...]:
    """The days from first to last as they were, with their names."""
    inside: Callable[[str], bool] = lambda day: str(first) <= day <= str(last)  # noqa: E731
    days = sorted([*(day for day in after if not inside(day)), *(day for day in before if inside(day))])
    old, new = (_names(side.body.get(shape.labels)) for side in (spot.old, spot.new))
    names = {day: name for day, name in new.items() if not inside(day)} | {d: n for d, n in old.items() if inside(d)}
    return Edit("put", spot.path, days), Edit("put", (shape.labels,), names)


def _names(held: Any) -> Mapping[str, Any]:
    return held if isinstance(held, dict) else {}


def _years(shape: Years, before: Any, after: Any, spot: _Spot) -> Iterator[Told]:
    if not all(isinstance(side, list) and all(isinstance(one, int) for one in side) for side in (before, after)):
        yield from _unknown(before, after, spot)
        return
    where = _under(spot, shape.noun)
    for year in sorted(set(after) - set(before)):
        back = (Edit("put", spot.path, [one for one in after if one != year]),)
        yield Told("added", where, after=str(year), back=back)
    for year in sorted(set(before) - set(after)):
        yield Told("removed", where, before=str(year), back=(Edit("put", spot.path, sorted([*after, year])),))


def _under(spot: _Spot, noun: Any) -> str:
    return " › ".join((*spot.said, str(noun)))


# A list that was not there had no rows.
_EMPTY: Mapping[type, Any] = {Rows: [], Table: {}, Days: [], Years: []}
_WAYS: Mapping[type, Callable[..., Iterator[Told]]] = {
    Record: _record,
    Rows: _rows,
    Table: _table,
    Days: _days,
    Years: _years,
}
