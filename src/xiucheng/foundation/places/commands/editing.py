"""Unit grids drawn and changed on the map, one community at a time; every change is kept and can be undone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import TypeVar

import shapely
from shapely.geometry.base import BaseGeometry

from xiucheng.kit.actor import Actor
from xiucheng.kit.verbs import verb

from .. import drawing, holdings, registry
from ..models import Area, UnitGrid
from ..partition import shape_fault, square_metres
from ..refusals import refusal, refusal_of
from . import changes, writing

T = TypeVar("T")
_MOST = 999


def _grids(codes: Collection[str]) -> dict[str, UnitGrid]:
    held = {one.code: one for one in UnitGrid.objects.select_for_update().filter(code__in=codes)}
    unknown = next((code for code in codes if code not in held), None)
    if unknown is not None:
        raise refusal("unknown_grid", unknown, status=404)
    return held


def _shape(grid: UnitGrid) -> BaseGeometry:
    return writing.drawn(grid.shape)


def _drawing(draw: Callable[[], T]) -> T:
    try:
        return draw()
    except drawing.CannotDraw as cannot:
        raise refusal_of(cannot.code, cannot.about, cannot.values) from None


def _put(code: str, shape: BaseGeometry, duty_grid: str | None) -> None:
    UnitGrid.objects.update_or_create(
        code=code,
        defaults={
            "community_id": code[:12],
            "duty_grid_id": duty_grid,
            "square_metres": round(square_metres(shape), 1),
            **writing.boxed(shape),
        },
    )


def _community(code: str) -> Area:
    """The community, locked: two people who draw at once come one after the other."""
    found = Area.objects.select_for_update().filter(code=code, level="community", active_to__isnull=True).first()
    if found is None:
        raise refusal("unknown_area", code, status=404)
    return found


def _next_code(community: str) -> str:
    """The lowest number that is free; numbers in order come by renumbering."""
    taken = set(UnitGrid.objects.filter(community=community).values_list("code", flat=True))
    for number in range(1, _MOST + 1):
        code = f"{community}{number:03d}"
        if code not in taken:
            return code
    raise refusal("grids_full", community)


def _done(
    keeper: changes.Keeper, verb_name: str, actor: Actor, now: datetime, community: Area, codes: list[str]
) -> str:
    change = keeper.keep(actor=actor, now=now, verb_name=verb_name)
    assert change is not None
    writing.changed(
        actor=actor,
        now=now,
        verb_name=verb_name,
        subject=community.id,
        change=change,
        unit_grid=codes[:50],
        all=len(codes),
    )
    return change


def _check_seen(community: str, seen: str | None) -> None:
    """seen: holdings.seen_mark of the map that was drawn on; another one by now means that it is out of date."""
    if seen is None:
        return
    if holdings.seen_mark(community) != seen:
        raise refusal("stale_map", status=409)


@verb
def draw_grid(*, actor: Actor, now: datetime, community: str, shape: BaseGeometry, seen: str | None = None) -> str:
    """Add a unit grid over the free ground under a drawn shape (degrees WGS84); returns its code.

    What other grids or the community's outline leave is taken, the largest piece of it. Refused: unknown_area (404),
    bad_shape, not_degrees, nothing_new, too_small, grids_full, stale_map (409).
    """
    area = _community(community)
    _check_seen(community, seen)
    bad = shape_fault(shape if shape.is_valid else shapely.make_valid(shape))
    if bad:
        raise refusal_of(bad.code, community, bad.values)
    west, south, east, north = shape.bounds
    near = UnitGrid.objects.filter(west__lte=east, east__gte=west, south__lte=north, north__gte=south)
    around = [writing.drawn(one) for one in near.values_list("shape", flat=True)]
    outline = writing.drawn(area.shape) if area.shape is not None else None
    made = _drawing(lambda: drawing.fitted(shape, around, outline))
    code = _next_code(community)
    keeper = changes.Keeper("unit_grid", [code], areas=[community])
    _put(code, made, None)
    _done(keeper, "draw_grid", actor, now, area, [code])
    return code


@verb
def split_grid(*, actor: Actor, now: datetime, code: str, line: BaseGeometry, seen: str | None = None) -> str:
    """Cut a unit grid in two along a line (degrees WGS84); the western part keeps the code, the other's is returned.

    Both stay in the duty grid. Refused: unknown_grid (404), line_misses, too_many_parts, too_small, grids_full,
    stale_map (409).
    """
    area = _community(code[:12])
    _check_seen(area.code, seen)
    grid = _grids([code])[code]
    first, second = _drawing(lambda: drawing.split(code, _shape(grid), line))
    fresh = _next_code(area.code)
    keeper = changes.Keeper("unit_grid", [code, fresh], areas=[area.code])
    _put(code, first, grid.duty_grid_id)
    _put(fresh, second, grid.duty_grid_id)
    _done(keeper, "split_grid", actor, now, area, [code, fresh])
    return fresh


@verb
def merge_grids(*, actor: Actor, now: datetime, codes: Collection[str], seen: str | None = None) -> str:
    """Join neighbouring unit grids of one community; the lowest code stays and is returned.

    It keeps its duty grid. Refused: nothing_to_merge, not_one_community, unknown_grid (404), not_neighbours, in_use
    (409: a case refers to a code that would go), stale_map (409).
    """
    wanted = sorted(set(codes))
    if len(wanted) < 2:
        raise refusal("nothing_to_merge")
    if len({code[:12] for code in wanted}) > 1:
        raise refusal("not_one_community")
    area = _community(wanted[0][:12])
    _check_seen(area.code, seen)
    held = _grids(wanted)
    made = _drawing(lambda: drawing.merge({code: _shape(grid) for code, grid in held.items()}))
    # What a case ever wrote down stays, so that it can still be found.
    changes.refuse_leaning("unit_grid", wanted[1:], registry.EVER)
    keeper = changes.Keeper("unit_grid", wanted, areas=[area.code])
    UnitGrid.objects.filter(code__in=wanted[1:]).delete()
    _put(wanted[0], made, held[wanted[0]].duty_grid_id)
    _done(keeper, "merge_grids", actor, now, area, wanted)
    return wanted[0]


@verb
def renumber_grids(*, actor: Actor, now: datetime, community: str, seen: str | None = None) -> Mapping[str, str]:
    """Number a community's unit grids west to east, then north to south (STANDARDS §1); returns old code → new code.

    Refused: unknown_area (404), no_grids, already_in_order, in_use (409: a case refers to a code that would move),
    stale_map (409).
    """
    area = _community(community)
    _check_seen(community, seen)
    held = {one.code: one for one in UnitGrid.objects.select_for_update().filter(community=community)}
    if not held:
        raise refusal("no_grids", area.name)
    ordered = drawing.in_order({code: _shape(grid) for code, grid in held.items()})
    moves = {code: f"{community}{number:03d}" for number, code in enumerate(ordered, start=1)}
    moving = {old: new for old, new in moves.items() if old != new}
    if not moving:
        raise refusal("already_in_order", area.name)
    changes.refuse_leaning("unit_grid", moving, registry.EVER)
    keeper = changes.Keeper("unit_grid", [*moves.values()], areas=[community])
    UnitGrid.objects.filter(community=community).delete()
    for grid in held.values():
        grid.code = moves[grid.code]
    UnitGrid.objects.bulk_create(held.values(), batch_size=writing.BATCH)
    _done(keeper, "renumber_grids", actor, now, area, sorted(moving))
    return moving
