"""Which kinds of packs there are: each is registered, while the site starts, by the room that reads it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from xiucheng.kit.carrying import carry
from xiucheng.kit.refused import Refused

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


def _same(body: dict[str, Any]) -> dict[str, Any]:
    return body


@dataclass(frozen=True, slots=True)
class PackKind:
    """A kind of configuration.

    name: a code (catalogue, routing, …). title: what people call it. validate: problems of any JSON object, in the
    reader's language; it never raises and reads what is true now (does the agency exist?). normalise: the form in
    which an object is kept (order, defaults); never raises. row_keys: see rules.diff. effect(body, in_force, at):
    what would change if body applied from `at`; the reading room's own query, asked by the preview.
    """

    name: str
    title: Any
    validate: Callable[[dict[str, Any]], Sequence[Problem]]
    normalise: Callable[[dict[str, Any]], dict[str, Any]] = _same
    row_keys: Mapping[str, str] = field(default_factory=dict)
    effect: Callable[[dict[str, Any], dict[str, Any] | None, datetime], Sequence[Effect]] | None = None


_kinds: dict[str, PackKind] = {}


def register(kind: PackKind) -> PackKind:
    """Add a kind, from a room's registry.py; the table is frozen once the site has started."""
    if apps.ready:
        raise RuntimeError(f"pack kind {kind.name}: kinds are registered while the site starts")
    if kind.name in _kinds:
        raise RuntimeError(f"two pack kinds are called {kind.name}")
    _kinds[kind.name] = kind
    return kind


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
