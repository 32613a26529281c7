"""Reads of components and facilities: lists by code, kind, state and place, one in full, and what became of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from xiucheng.kit.bulk import among

from .models import Change, Component, Facility, Trace
from .refusals import refusal
from .rules import POINT_KINDS, POINT_STATES, TRACED

PAGE = 100
MOST = 50_000
"""So many rows fit in a file that somebody waits for (D)."""
HISTORY = 50

_MODELS: dict[str, Any] = {"component": Component, "facility": Facility}


@dataclass(frozen=True, slots=True)
class Asked:
    """A search. text: the beginning of a code, or a part of a name or address. within: an area's code, "" for all.

    type: the catalogue's digits of components, the word of facilities. only: the codes to choose among, None for all.
    """

    text: str = ""
    state: str = ""
    type: str = ""
    within: str = ""
    only: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class PointView:
    """A component or facility; `type` is its kind (catalogue digits, or the plain word), `place` its finest code."""

    what: str
    id: UUID
    code: str
    type: str
    name: str
    state: str
    community: str
    lon: float
    lat: float
    note: str
    changed_on: date | None
    unit_grid: str = ""
    address: str = ""
    source: str = ""
    surveyed_on: date | None = None
    accuracy: str = ""

    @property
    def place(self) -> str:
        return self.unit_grid or self.community


_COMMON = ("id", "code", "kind", "name", "state", "community_id", "lon", "lat", "note", "changed_on")
_OWN: Mapping[str, tuple[str, ...]] = {
    "component": ("unit_grid", "source", "surveyed_on", "accuracy"),
    "facility": ("address",),
}


def checked_kind(kind: str) -> str:
    """The kind, if it is one of rules.POINT_KINDS. Refused: unknown_kind_of_file (404)."""
    if kind not in POINT_KINDS:
        raise refusal("unknown_kind_of_file", kind[:20], status=404)
    return kind


def _view(kind: str, row: Sequence[Any]) -> PointView:
    common, own = row[: len(_COMMON)], row[len(_COMMON) :]
    identity, code, of_type, name, state, community, lon, lat, note, changed_on = common
    beside = dict(zip(_OWN[kind], own, strict=True))
    return PointView(kind, identity, code, of_type, name, state, community or "", lon, lat, note, changed_on, **beside)


def _found(kind: str, asked: Asked) -> Any:
    rows = _MODELS[kind].objects.all()
    if asked.only is not None:
        rows = among(rows, "code", sorted(asked.only))
    if asked.text:
        named = Q(name__contains=asked.text)
        if kind == "facility":
            named |= Q(address__contains=asked.text)
        coded = Q(code__startswith=asked.text)
        rows = rows.filter(coded if kind == "component" and asked.text.isdigit() else coded | named)
    if asked.state in POINT_STATES:
        rows = rows.filter(state=asked.state)
    if asked.type:
        rows = rows.filter(kind=asked.type)
    if asked.within:
        rows = rows.filter(community__code__startswith=asked.within)
    return rows


def listed(kind: str, asked: Asked, *, after: str = "", limit: int = PAGE) -> list[PointView]:
    """Components or facilities by code, from one code on. One statement."""
    rows = _found(kind, asked).filter(code__gt=after).order_by("code")
    return [_view(kind, row) for row in rows.values_list(*_COMMON, *_OWN[kind])[:limit]]


def codes(kind: str, asked: Asked, limit: int) -> list[str]:
    """The codes that a search finds, in their order. One statement."""
    return list(_found(kind, asked).order_by("code").values_list("code", flat=True)[:limit])


def demand_known(kind: str, those: Collection[str]) -> None:
    """All of them are on record. Refused: unknown_component, unknown_facility (404), naming the first that is not. One
    statement."""
    known = among(_MODELS[kind].objects.all(), "code", sorted(those)).values_list("code", flat=True)
    if missing := sorted(set(those).difference(known)):
        raise refusal(f"unknown_{kind}", missing[0][:40], status=404)


def count(kind: str, asked: Asked) -> int:
    """How many a search finds. One statement."""
    found: int = _found(kind, asked).count()
    return found


def types(kind: str) -> list[str]:
    """The kinds that occur, in order. One statement."""
    return list(_MODELS[kind].objects.order_by("kind").values_list("kind", flat=True).distinct())


def communities(kind: str, those: Collection[str]) -> set[str]:
    """In which communities these lie, "" for one of which nobody knows. One statement."""
    rows = among(_MODELS[kind].objects.all(), "code", sorted(those))
    return {code or "" for code in rows.values_list("community_id", flat=True).distinct()}


def point(kind: str, code: str) -> PointView:
    """One component or facility. Refused: unknown_component, unknown_facility (404). One statement."""
    found = _found(checked_kind(kind), Asked(only=[code])).values_list(*_COMMON, *_OWN[kind]).first()
    if found is None:
        raise refusal(f"unknown_{kind}", code[:40], status=404)
    return _view(kind, found)


@dataclass(frozen=True, slots=True)
class Became:
    """One change that touched the thing: what was before and after, field by field; empty where it was undone.

    size: how many things the change left behind; undoing it takes all of them back.
    """

    change_id: UUID
    verb: str
    actor: str
    at: datetime
    undone_by: str
    undone_at: datetime | None
    new: bool
    size: int
    fields: tuple[tuple[str, Any, Any], ...] = field(default=())


def history(view: PointView) -> list[Became]:
    """What became of the thing, the latest first, 50 changes back. One statement."""
    names = TRACED[view.what]
    rows = list(
        Trace.objects.filter(kind=view.what, code=view.code)
        .order_by("-change_id")
        .values_list(
            "before", "change_id", "change__verb", "change__actor", "change__at", "change__undone_by",
            "change__undone_at", "change__after_count",
        )[:HISTORY]
    )  # fmt: skip
    now = {"kind": view.type, "community_id": view.community or None}
    after: dict[str, Any] = {name: now[name] if name in now else getattr(view, name) for name in names}
    told = []
    for before, change, verb, actor, at, undone_by, undone_at, size in rows:
        said: dict[str, Any] = before or {}
        # What was undone left nothing behind: the row afterwards is the row before.
        differing = () if undone_at or before is None else tuple(
            (name, said.get(name), after[name]) for name in names if said.get(name) != after[name]
        )  # fmt: skip
        told.append(Became(change, verb, actor, at, undone_by, undone_at, before is None, size, differing))
        if not undone_at and before is not None:
            after = {name: said.get(name) for name in names}
    return told


def last_change(kind: str, code: str) -> UUID | None:
    """The last change of the thing, which a form says it has seen. One statement."""
    rows = Trace.objects.filter(kind=kind, code=code).order_by("-change_id")
    return rows.values_list("change_id", flat=True).first()


def when(change_id: UUID) -> datetime:
    """When a change was made. Refused: unknown_change (404). One statement."""
    found = Change.objects.filter(id=change_id).values_list("at", flat=True).first()
    if found is None:
        raise refusal("unknown_change", status=404)
    return found


def of_change(change_id: UUID) -> tuple[str, str, list[str]]:
    """Kind, verb and the codes that a change of components or facilities touched. Refused: unknown_change (404)."""
    found = Change.objects.filter(id=change_id).values_list("kind", "verb").first()
    if found is None or found[0] not in POINT_KINDS:
        raise refusal("unknown_change", status=404)
    return found[0], found[1], list(Trace.objects.filter(change=change_id).values_list("code", flat=True))
