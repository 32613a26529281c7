"""Writes of base data as wholes that can be undone: the rows before are kept, and put back by a step of their own."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, QuerySet

from xiucheng.kit import bulk
from xiucheng.kit.actor import Actor
from xiucheng.kit.bulk import among
from xiucheng.kit.verbs import verb

from .. import registry
from ..models import Area, Change, Component, DutyGrid, Facility, Trace, UnitGrid
from ..refusals import refusal
from ..rules import POINT_KINDS, TRACED
from . import writing

# Kind → table, and the columns that a change of this kind may touch (an outline belongs to a row that stays).
_TABLES: dict[str, tuple[type[Model], tuple[str, ...]]] = {
    "unit_grid": (
        UnitGrid,
        ("code", "community_id", "duty_grid_id", "square_metres", "shape", "west", "south", "east", "north"),
    ),
    "duty_grid": (DutyGrid, ("code", "name", "area_id", "shape", "west", "south", "east", "north")),
    "component": (
        Component,
        ("code", "id", "kind", "name", "state", "community_id", "unit_grid", "lon", "lat", "shape", "accuracy",
         "surveyed_on", "changed_on", "source", "note"),
    ),
    "facility": (
        Facility,
        ("code", "id", "kind", "name", "community_id", "address", "lon", "lat", "active_from", "active_to",
         "state", "changed_on", "note"),
    ),
    "outline": (Area, ("code", "shape", "west", "south", "east", "north", "outline_accuracy")),
}  # fmt: skip


class Keeper:
    """Remembers the rows that a write is about to touch; `keep` stores them with what the write left."""

    def __init__(self, kind: str, codes: Sequence[str], areas: Collection[str] = ()) -> None:
        self.kind = kind
        self.codes = list(codes)
        self.areas = sorted(areas)
        self.before = _rows(kind, self._touched())
        self._members_before = self._members()

    def _touched(self) -> QuerySet[Any]:
        model, _ = _TABLES[self.kind]
        rows = among(model._default_manager.all(), "code", self.codes)
        if self.kind == "unit_grid" and self.areas:
            rows = rows | model._default_manager.filter(community__in=self.areas)
        if self.kind == "duty_grid" and self.areas:
            rows = rows | model._default_manager.filter(area__in=self.areas)
        return rows

    def _members(self) -> dict[str, str | None]:
        if self.kind != "duty_grid":
            return {}
        return dict(UnitGrid.objects.values_list("code", "duty_grid_id"))

    def _moved(self) -> dict[str, str | None]:
        """Unit grids lose and gain their duty grid with a change of duty grids: those that did, and where they were."""
        after = self._members()
        return {code: duty for code, duty in self._members_before.items() if code in after and after[code] != duty}

    def keep(self, *, actor: Actor, now: datetime, verb_name: str) -> str | None:
        """Store the change as it stands now; returns its id, None where nothing was and nothing is."""
        after = sorted(self._touched().values_list("code", flat=True))
        if not after and not self.before:
            return None
        body = {"before": self.before, "after": after, "members": self._moved()}
        made = Change.objects.create(
            kind=self.kind,
            verb=verb_name,
            actor=str(actor),
            at=now,
            areas=self.areas or sorted({str(code)[:12] for code in after} if self.kind == "unit_grid" else ()),
            before_count=len(self.before),
            after_count=len(after),
            body=zlib.compress(json.dumps(body, default=_plain).encode(), 3),
        )
        if self.kind in POINT_KINDS:
            self._trace(made.id, after)
        return str(made.id)

    def _trace(self, change: UUID, after: Sequence[str]) -> None:
        """What each of them said before, for its own history."""
        _, columns = _TABLES[self.kind]
        said = {row[0]: {name: row[columns.index(name)] for name in TRACED[self.kind]} for row in self.before}
        bulk.copy(
            "places_trace",
            ("change_id", "kind", "code", "before"),
            (
                (change, self.kind, code, json.dumps(said[code]) if code in said else None)
                for code in sorted({*after, *said})
            ),
        )


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return {"b": base64.b64encode(bytes(value)).decode()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    return str(value)


def _back(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return base64.b64decode(value["b"]) if "b" in value else date.fromisoformat(value["d"])


def _rows(kind: str, rows: QuerySet[Any]) -> list[list[Any]]:
    _, columns = _TABLES[kind]
    return [list(row) for row in rows.order_by("code").values_list(*columns)]


def body_of(change: Change) -> dict[str, Any]:
    """The kept rows: `before` as lists in the order of the columns, `after` as codes, `members`: which duty grid those
    unit grids had that changed it.
    """
    opened: dict[str, Any] = json.loads(zlib.decompress(bytes(change.body)))
    return opened


@verb
def undo_change(*, actor: Actor, now: datetime, change_id: UUID) -> None:
    """Put the rows back as they were before a change, as a whole; a step of its own, the change stays on record.

    Refused: unknown_change (404), already_undone, changed_since (409: a later change touched the same rows),
    in_use (409: a case, a link … filed since refers to a code that would go or move; registry.leaning).
    """
    change = Change.objects.select_for_update().filter(id=change_id).first()
    if change is None:
        raise refusal("unknown_change", status=404)
    if change.undone_at is not None:
        raise refusal("already_undone", status=409)
    body = body_of(change)
    touched = {row[0] for row in body["before"]} | set(body["after"])
    _refuse_later(change, touched)
    before = {row[0] for row in body["before"]}
    # Renumbered grids keep the codes and change hands: whatever was written down since then would mean another one.
    moved = set(body["after"]) if change.verb == "renumber_grids" else set(body["after"]) - before
    refuse_leaning(change.kind, moved, change.at)
    if change.kind in POINT_KINDS:
        registry.drop_parties(actor, now, change.kind, sorted(touched), change.at)
    _restore(change.kind, body)
    change.undone_at, change.undone_by = now, str(actor)
    change.save(update_fields=["undone_at", "undone_by"])
    writing.changed(
        actor=actor,
        now=now,
        verb_name="undo_change",
        subject=writing.district().id,
        change=str(change.id),
        kind=change.kind,
        restored=len(before),
        removed=len(set(body["after"]) - before),
    )


def _refuse_later(change: Change, touched: Collection[str]) -> None:
    later = Change.objects.filter(kind=change.kind, undone_at__isnull=True, id__gt=change.id)
    if change.kind == "unit_grid":
        clash = later.filter(areas__overlap=change.areas).exists()
    elif change.kind in POINT_KINDS:
        clash = _traced(later, touched)
    else:
        clash = _opened(later, touched)
    # Duty grids are sets of unit grids: grids that were drawn anew since have other members.
    if change.kind == "duty_grid":
        clash = clash or Change.objects.filter(kind="unit_grid", undone_at__isnull=True, id__gt=change.id).exists()
    if clash:
        raise refusal("changed_since", status=409)


def _traced(later: QuerySet[Change], touched: Collection[str]) -> bool:
    """Did one of these changes touch one of the codes? By the traces; a change from before there were any is opened."""
    if among(Trace.objects.filter(change__in=later), "code", sorted(touched)).exists():
        return True
    return _opened(later.exclude(Exists(Trace.objects.filter(change=OuterRef("pk")))), touched)


def _opened(later: QuerySet[Change], touched: Collection[str]) -> bool:
    """The same by their bodies, one at a time: a body may hold a whole district."""
    return any(not _codes(other).isdisjoint(touched) for other in later.iterator(chunk_size=1))


def _codes(change: Change) -> set[str]:
    body = body_of(change)
    return {row[0] for row in body["before"]} | set(body["after"])


def refuse_leaning(kind: str, going: Collection[str], since: datetime) -> None:
    """Codes that something alive refers to since then neither go away nor change hands. Refused: in_use (409)."""
    for leaner, used in registry.leaning(kind, sorted(going), since) if going else ():
        raise refusal("in_use", used[0], status=409, other=str(len(used)), why=str(leaner.why))


def _restore(kind: str, body: dict[str, Any]) -> None:
    model, columns = _TABLES[kind]
    # Columns are only ever added at the end: a change kept before one was there lacks it, and the default stands.
    before = [dict(zip(columns, map(_back, row), strict=False)) for row in body["before"]]
    going = set(body["after"]) - {row["code"] for row in before}
    manager = model._default_manager
    if kind == "outline":
        for row in before:
            manager.filter(code=row.pop("code")).update(**row)
        return
    among(manager.all(), "code", sorted(going)).delete()
    if kind == "unit_grid":
        _without_lost_duty_grids(before)
    manager.bulk_create(
        [model(**row) for row in before],
        batch_size=writing.BATCH,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=[name.removesuffix("_id") for name in columns if name not in ("code", "id")],
    )
    if kind == "duty_grid":
        _rejoin(body["members"])


def _without_lost_duty_grids(rows: Iterable[dict[str, Any]]) -> None:
    known = set(DutyGrid.objects.values_list("code", flat=True))
    for row in rows:
        if row["duty_grid_id"] not in known:
            row["duty_grid_id"] = None


def _rejoin(members: dict[str, str | None]) -> None:
    changed = list(among(UnitGrid.objects.only("code", "duty_grid"), "code", sorted(members)))
    for grid in changed:
        grid.duty_grid_id = members[grid.code]
    UnitGrid.objects.bulk_update(changed, ["duty_grid"], batch_size=writing.BATCH)
