"""The parts of a body as tables in words: each row with the address at which a form opens it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from xiucheng.foundation.packs.shapes import Field, Names, Record, Rows, Table, Value, written
from xiucheng.foundation.packs.shapes.places import NEW

MOST = 60
"""So many rows are drawn at once (D); more are found by words."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its address in the body, what it is called, its cells with the titles of their columns."""

    at: str
    called: str
    titled: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """All of it, to be searched."""
        return " ".join((self.called, *(cell for _title, cell in self.titled)))


@dataclass(frozen=True, slots=True)
class Grid:
    """A list of rows. name: its part of the body; new: the address at which one is added, "" where none can be. count:
    all there are; unreadable: it is not shaped as it should be, only the text can be corrected."""

    name: str
    title: str
    noun: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    new: str
    count: int
    unreadable: bool = False

    @property
    def more(self) -> int:
        """How many of the rows found are not drawn."""
        return max(0, len(self.lines) - MOST)


@dataclass(frozen=True, slots=True)
class Fact:
    """A single value with its title."""

    title: str
    said: str


def facts(record: Record, value: Any, names: Names) -> list[Fact]:
    """The single values of an object, in words."""
    held = value if isinstance(value, dict) else {}
    return [
        Fact(str(one.title), one.shape.said(held.get(one.name), names))
        for one in record.fields
        if _is_fact(one) and one.name in held
    ]


def _is_fact(one: Field) -> bool:
    return isinstance(one.shape, Record) or (isinstance(one.shape, Value) and bool(one.shape.widget))


def grids(record: Record, value: Any, names: Names, path: Sequence[str] = (), words: str = "") -> list[Grid]:
    """The lists of an object; words: only rows in which all of these stand."""
    held = value if isinstance(value, dict) else {}
    return [
        _grid(one, held.get(one.name), names, (*path, one.name), words.split())
        for one in record.fields
        if isinstance(one.shape, Rows | Table)
    ]


def _grid(one: Field, value: Any, names: Names, path: tuple[str, ...], words: Sequence[str]) -> Grid:
    shape = one.shape
    assert isinstance(shape, Rows | Table)
    columns = [part for part in shape.row.fields if part.listed]
    readable = value is None or isinstance(value, list if isinstance(shape, Rows) else dict)
    items = list(_items(shape, value, names))
    lines = [
        Line(written((*path, token)), called, tuple((str(part.title), _cell(part, row, names)) for part in columns))
        for token, called, row in items
    ]
    found = [line for line in lines if all(word in line.text for word in words)]
    return Grid(
        name=one.name,
        title=str(one.title),
        noun=str(shape.noun),
        columns=tuple(str(part.title) for part in columns),
        lines=tuple(found),
        new=written((*path, NEW)) if readable and _may_grow(shape, value, names) else "",
        count=len(items),
        unreadable=not readable,
    )


def _items(shape: Rows | Table, value: Any, names: Names) -> Iterator[tuple[str, str, Any]]:
    if isinstance(shape, Rows) and isinstance(value, list):
        for index, row in enumerate(value):
            yield str(index), shape.named(row, names) or str(index + 1), row
    elif isinstance(shape, Table) and isinstance(value, dict):
        for key, row in value.items():
            yield key, shape.with_code(key, names), row


def _cell(part: Field, row: Any, names: Names) -> str:
    held = row.get(part.name) if isinstance(row, dict) else None
    if held is None and not getattr(part.shape, "none", ""):
        return ""
    return part.shape.said(held, names)


def _may_grow(shape: Rows | Table, value: Any, names: Names) -> bool:
    return isinstance(shape, Rows) or shape.keys is None or bool(free_keys(shape, value, names))


def free_keys(shape: Table, value: Any, names: Names) -> list[tuple[str, str]]:
    """The codes that a table may have and has not, with their names."""
    held = value if isinstance(value, dict) else {}
    groups = names.groups(shape.keys) if shape.keys else ()
    return [(code, str(name)) for _title, choices in groups for code, name in choices if code not in held]
