"""Which kinds of packs there are: each is registered, while the site starts, by the room that reads it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from xiucheng.kit.carrying import carry
from xiucheng.kit.refused import Refused

from . import shapes
from .refusals import shown


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a body may not be published: where (e.g. "rules[3].agency") and what is wrong, in words."""

    path: str
    text: Any


@dataclass(frozen=True, slots=True)
class Effect:
    """One line of what a draft would do ("12 open cases would go to another agency"), with its number if it has one."""

    text: Any
    count: int | None = None


Foresight = Callable[[dict[str, Any], dict[str, Any] | None, datetime], Sequence[Effect]]
"""What would change if a body applied from a moment, given the body that it takes over from, if any."""


def _same(body: dict[str, Any]) -> dict[str, Any]:
    return body


@dataclass(frozen=True, slots=True)
class PackKind:
    """A kind of configuration.

    name: a code (catalogue, routing, …). title: what people call it. validate: problems of any JSON object, in the
    reader's language; it never raises and reads what is true now (does the agency exist?). normalise: the form in
    which an object is kept (order, defaults); never raises. shape: its parts with their titles; forms and differences
    in words are made from it. row_keys: see rules.diff; those of the shape where none are given. effect(body, in_force,
    at): what would change if body applied from `at`; the reading room's own query, asked by the preview.
    """

    name: str
    title: Any
    validate: Callable[[dict[str, Any]], Sequence[Problem]]
    normalise: Callable[[dict[str, Any]], dict[str, Any]] = _same
    row_keys: Mapping[str, str] = field(default_factory=dict)
    effect: Foresight | None = None
    shape: shapes.Record | None = None

    @property
    def keys(self) -> Mapping[str, str]:
        """Which field names a row of which list."""
        return self.row_keys or (shapes.row_keys(self.shape) if self.shape else {})


_kinds: dict[str, PackKind] = {}
_foresights: dict[str, list[Foresight]] = {}


def register(kind: PackKind) -> PackKind:
    """Add a kind, from a room's registry.py; the table is frozen once the site has started."""
    if apps.ready:
        raise RuntimeError(f"pack kind {kind.name}: kinds are registered while the site starts")
    if kind.name in _kinds:
        raise RuntimeError(f"two pack kinds are called {kind.name}")
    _kinds[kind.name] = kind
    return kind


def foresee(kind: str, effect: Foresight) -> None:
    """Add what else a kind does in a room above the one that reads it; told after that room's own lines."""
    if apps.ready:
        raise RuntimeError(f"pack kind {kind}: what it does is registered while the site starts")
    _foresights.setdefault(kind, []).append(effect)


def foreseen(kind: PackKind, body: dict[str, Any], in_force: dict[str, Any] | None, at: datetime) -> tuple[Effect, ...]:
    """What all rooms foresee of a body that has no problems."""
    asked = [*([kind.effect] if kind.effect else []), *_foresights.get(kind.name, [])]
    return tuple(line for effect in asked for line in effect(body, in_force, at))


def kinds() -> list[PackKind]:
    """All kinds by name."""
    return [_kinds[name] for name in sorted(_kinds)]


def kind_of(name: Any) -> PackKind:
    """The kind of this name; refused `unknown_kind` (422)."""
    kind = _kinds.get(name) if isinstance(name, str) else None
    if kind is None:
        text = _("这里没有这一类配置：%(kind)s。") % {"kind": shown(name)}
        raise Refused("unknown_kind", text, fields={"kind": text})
    return kind


# Published versions and drafts; why somebody made one is their own words and stays.
carry("packs_version", without=("note_key", "note"))
