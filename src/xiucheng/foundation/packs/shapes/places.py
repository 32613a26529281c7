"""Where in a body something is: paths as problems write them and addresses carry them, said along the shape."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from .values import Names, Record, Rows, Shape, Table

NEW = "+"
"""Stands in a path for a row that is not there yet."""


def tokens(path: str) -> tuple[str, ...]:
    """ "rules[3].agency" and "rules/3/agency" → ("rules", "3", "agency")."""
    return tuple(token for token in re.split(r"[\[\]./]+", path) if token)


def written(path: Sequence[str]) -> str:
    """The reverse, as addresses carry it."""
    return "/".join(path)


@dataclass(frozen=True, slots=True)
class Place:
    """A spot in a body. said: 规则 20 › 承办单位. shape, value: of it, None where the shape or the body ends before.
    row: the path of the innermost object that a form can open; rest: what of the path lies within that."""

    said: str
    shape: Shape | None
    value: Any
    row: tuple[str, ...]
    rest: tuple[str, ...]


def place_of(shape: Record, body: Any, path: Sequence[str], names: Names) -> Place:
    """The spot that a path names; never raises."""
    here: Shape | None = shape
    value, said = body, list[str]()
    row: tuple[str, ...] = ()
    for depth, token in enumerate(path, start=1):
        title, here, value = _below(here, value, token, names)
        if title is not None:
            said.append(title)
        if isinstance(here, Record) and not _is_part(shape, path[: depth - 1]):
            row = tuple(path[:depth])
    return Place(" › ".join(said), here, value, row, tuple(path[len(row) :]))


def _is_part(shape: Record, path: Sequence[str]) -> bool:
    """Does the path lead to an object, whose own parts stand in its form, and not to a list or table of rows?"""
    here: Shape | None = shape
    for token in path:
        here = _inner(here, token)
    return isinstance(here, Record)


def _inner(shape: Shape | None, token: str) -> Shape | None:
    if isinstance(shape, Record):
        known = shape.field(token)
        return known.shape if known else None
    return shape.row if isinstance(shape, Rows | Table) else None


def _below(shape: Shape | None, value: Any, token: str, names: Names) -> tuple[str | None, Shape | None, Any]:
    if isinstance(shape, Record):
        known = shape.field(token)
        inner = value.get(token) if isinstance(value, dict) else None
        # A list's own title says nothing that its rows do not say again.
        title = None if known and isinstance(known.shape, Rows | Table) else str(known.title) if known else token
        return title, known.shape if known else None, inner
    if isinstance(shape, Rows):
        there = isinstance(value, list) and token.isdecimal() and int(token) < len(value)
        inner = value[int(token)] if there else None
        said = shape.called(inner, names) if there else _("新的%(what)s") % {"what": shape.noun}
        return said, shape.row, inner
    if isinstance(shape, Table):
        inner = value.get(token) if isinstance(value, dict) else None
        return shape.called(token, names) if token != NEW else str(shape.noun), shape.row, inner
    return token, None, None
