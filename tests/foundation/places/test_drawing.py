"""Cutting, joining, fitting and numbering cells: the ground stays the same, and every change can be taken back."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from xiucheng.foundation.places import drawing
from xiucheng.foundation.places.drawing import CannotDraw
from xiucheng.foundation.places.partition import Cell, numbering, square_metres
from xiucheng.kit.refused import Refused

from .ground import ACTOR, CELL, NOW, found_town, lattice

CODE = "990101001001001"


def cell(seed: int = 1):
    return lattice(1, 1, seed)[0][0]


def across(shape, turn: float, shift: float = 0.0) -> shapely.LineString:
    """A line through the middle of a shape, turned and shifted, that ends outside."""
    middle = shape.centroid
    line = shapely.LineString([(middle.x - CELL * 2, middle.y + shift), (middle.x + CELL * 2, middle.y + shift)])
    return shapely.affinity.rotate(line, turn, origin=(middle.x, middle.y))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), turn=st.floats(0, 180), shift=st.floats(-CELL / 4, CELL / 4))
def test_cut_in_two_and_joined_again_is_the_same_ground(seed, turn, shift):
    whole = cell(seed)
    first, second = drawing.split(CODE, whole, across(whole, turn, shift))
    assert square_metres(first) + square_metres(second) == pytest.approx(square_metres(whole), rel=1e-6)
    assert shapely.intersection(first, second).area == pytest.approx(0, abs=1e-15)
    joined = drawing.merge({"a": first, "b": second})
    assert square_metres(joined) == pytest.approx(square_metres(whole), rel=1e-6)
    assert shapely.symmetric_difference(joined, whole).area <= 1e-6 * whole.area


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ([(119.0, 30.0), (119.0, 31.0)], "line_misses"),
        ([(120.0005, 30.0005), (120.0006, 30.0006)], "line_misses"),
        ([(119.999, 30.0003), (120.002, 30.0003), (120.002, 30.0007), (119.999, 30.0007)], "too_many_parts"),
        ([(119.9999, 30.00015), (120.00015, 29.9999)], "too_small"),
    ],
)
def test_lines_that_do_not_cut_in_two_are_refused(line, code):
    with pytest.raises(CannotDraw) as caught:
        drawing.split(CODE, shapely.box(120, 30, 120.001, 30.001), shapely.LineString(line))
    assert caught.value.code == code


def test_only_neighbours_are_joined_and_a_corner_is_no_border():
    rows = lattice(3, 2)
    corner = {"a": shapely.box(0, 0, 0.001, 0.001), "b": shapely.box(0.001, 0.001, 0.002, 0.002)}
    for apart in ({"a": rows[0][0], "c": rows[0][2]}, corner):
        with pytest.raises(CannotDraw) as caught:
            drawing.merge(apart)
        assert caught.value.code == "not_neighbours"
    with pytest.raises(CannotDraw):
        drawing.merge({"a": rows[0][0]})
    three = drawing.merge({"a": rows[0][0], "c": rows[0][2], "b": rows[0][1]})
    assert square_metres(three) == pytest.approx(sum(square_metres(one) for one in rows[0]), rel=1e-6)


def test_a_new_cell_takes_only_the_free_ground():
    outline = shapely.box(120, 30, 120.002, 30.001)
    held = [shapely.box(120, 30, 120.001, 30.001)]
    made = drawing.fitted(shapely.box(120.0005, 29.99, 120.01, 30.01), held, outline)
    assert made.symmetric_difference(shapely.box(120.001, 30, 120.002, 30.001)).area < 1e-12
    with pytest.raises(CannotDraw):
        drawing.fitted(shapely.box(120.0002, 30.0002, 120.0008, 30.0008), held, outline)


@settings(max_examples=30, deadline=None)
@given(columns=st.integers(1, 6), rows=st.integers(1, 5), seed=st.integers(0, 10_000), shuffle=st.randoms())
def test_numbers_run_west_to_east_then_north_to_south(columns, rows, seed, shuffle):
    flat = [shape for row in lattice(columns, rows, seed) for shape in row]
    codes = [f"990101001001{at:03d}" for at in range(len(flat))]
    shuffle.shuffle(codes)
    cells = dict(zip(codes, flat, strict=True))
    ordered = drawing.in_order(cells)
    assert sorted(ordered) == sorted(cells)
    assert numbering([Cell(at, f"{at:03d}", cells[code]) for at, code in enumerate(ordered)]) == []


def test_numbers_of_nothing():
    assert drawing.in_order({}) == []


# -- on the site ------------------------------------------------------------------------------------------------------

WEST = "990101001001"


def grids() -> dict[str, tuple[float, str | None]]:
    from xiucheng.foundation.places.models import UnitGrid

    return {one.code: (one.square_metres, one.duty_grid_id) for one in UnitGrid.objects.order_by("code")}


def shapes() -> dict[str, bytes]:
    from xiucheng.foundation.places.models import UnitGrid

    return {code: bytes(shape) for code, shape in UnitGrid.objects.values_list("code", "shape")}


def last_change(*verbs: str):
    from xiucheng.foundation.places.models import Change

    found = Change.objects.filter(verb__in=verbs) if verbs else Change.objects.all()
    return found.order_by("-id").first()


def test_cut_joined_and_taken_back(db):
    from xiucheng.foundation.places import commands, queries

    cells = found_town()
    before, drawn = grids(), shapes()
    code = f"{WEST}001"
    fresh = commands.split_grid(actor=ACTOR, now=NOW, code=code, line=across(cells[code], 90))
    assert fresh == f"{WEST}007"
    assert grids()[code][0] + grids()[fresh][0] == pytest.approx(before[code][0], abs=0.5)
    where = cells[code].centroid
    assert queries.locate(where.x + CELL / 4, where.y).unit_grid == fresh
    assert queries.locate(where.x - CELL / 4, where.y).unit_grid == code
    kept = commands.merge_grids(actor=ACTOR, now=NOW, codes=[fresh, code])
    assert kept == code
    assert grids()[code][0] == pytest.approx(before[code][0], abs=0.5)
    commands.undo_change(actor=ACTOR, now=NOW, change_id=last_change().id)
    assert fresh in grids()
    split = last_change("split_grid")
    commands.undo_change(actor=ACTOR, now=NOW, change_id=split.id)
    assert (grids(), shapes()) == (before, drawn)
    with pytest.raises(Refused) as caught:
        commands.undo_change(actor=ACTOR, now=NOW, change_id=split.id)
    assert caught.value.code == "already_undone"


def test_renumbered_and_taken_back(db):
    from xiucheng.foundation.places import commands

    cells = found_town()
    commands.split_grid(actor=ACTOR, now=NOW, code=f"{WEST}001", line=across(cells[f"{WEST}001"], 90))
    before, drawn = grids(), shapes()
    moved = commands.renumber_grids(actor=ACTOR, now=NOW, community=WEST)
    assert moved[f"{WEST}007"] == f"{WEST}002"
    assert shapes()[f"{WEST}002"] == drawn[f"{WEST}007"]
    with pytest.raises(Refused) as caught:
        commands.renumber_grids(actor=ACTOR, now=NOW, community=WEST)
    assert caught.value.code == "already_in_order"
    commands.undo_change(actor=ACTOR, now=NOW, change_id=last_change().id)
    assert (grids(), shapes()) == (before, drawn)


def test_a_code_that_a_case_wrote_down_neither_goes_nor_moves(db, monkeypatch):
    from xiucheng.foundation.places import commands, registry

    cells = found_town()
    fresh = commands.split_grid(actor=ACTOR, now=NOW, code=f"{WEST}001", line=across(cells[f"{WEST}001"], 90))
    leaner = registry.Leaner("test", "有案卷。", lambda kind, codes, since: [code for code in codes if code == fresh])
    monkeypatch.setitem(registry._leaners, "test", leaner)
    for act in (
        lambda: commands.merge_grids(actor=ACTOR, now=NOW, codes=[f"{WEST}001", fresh]),
        lambda: commands.renumber_grids(actor=ACTOR, now=NOW, community=WEST),
        lambda: commands.undo_change(actor=ACTOR, now=NOW, change_id=last_change().id),
    ):
        with pytest.raises(Refused) as caught:
            act()
        assert (caught.value.code, caught.value.status) == ("in_use", 409)
    assert fresh in grids()


def test_drawn_on_free_ground_and_refused_where_there_is_none(db):
    from xiucheng.foundation.places import commands

    cells = found_town()
    east = max(shape.bounds[2] for shape in cells.values())
    code = commands.draw_grid(
        actor=ACTOR, now=NOW, community="990101001002", shape=shapely.box(east - CELL, 30.0, east + CELL, 30.001)
    )
    assert code == "990101001002007"
    with pytest.raises(Refused) as caught:
        commands.draw_grid(actor=ACTOR, now=NOW, community=WEST, shape=cells[f"{WEST}001"].buffer(-1e-5))
    assert caught.value.code == "nothing_new"
    with pytest.raises(Refused) as caught:
        commands.draw_grid(actor=ACTOR, now=NOW, community="990101009", shape=cells[f"{WEST}001"])
    assert caught.value.status == 404


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ([f"{WEST}001"], "nothing_to_merge"),
        ([f"{WEST}001", "990101001002001"], "not_one_community"),
        ([f"{WEST}001", f"{WEST}006"], "not_neighbours"),
        ([f"{WEST}001", f"{WEST}999"], "unknown_grid"),
    ],
)
def test_what_cannot_be_joined_is_refused(db, codes, code):
    from xiucheng.foundation.places import commands

    found_town()
    with pytest.raises(Refused) as caught:
        commands.merge_grids(actor=ACTOR, now=NOW, codes=codes)
    assert caught.value.code == code


def test_a_map_that_is_out_of_date_is_refused(db):
    from xiucheng.foundation.places import commands

    cells = found_town()
    seen = str(last_change().id)
    commands.split_grid(actor=ACTOR, now=NOW, code=f"{WEST}001", line=across(cells[f"{WEST}001"], 90), seen=seen)
    with pytest.raises(Refused) as caught:
        commands.renumber_grids(actor=ACTOR, now=NOW, community=WEST, seen=seen)
    assert (caught.value.code, caught.value.status) == ("stale_map", 409)
