"""Faults of a partition are found where they are; mending a sliver changes nobody's code and nobody else's shape."""

import time

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from xiucheng.foundation.places.partition import square_metres
from xiucheng.foundation.places.survey import Plane, mend, suggest, survey, untied

from .ground import lattice

METRE = 1 / 111_195


def town(columns: int = 4, rows: int = 3, seed: int = 1) -> dict[str, shapely.Polygon]:
    flat = [cell for row in lattice(columns, rows, seed) for cell in row]
    return {f"990101001001{number:03d}": cell for number, cell in enumerate(flat, start=1)}


def pulled(cells: dict, code: str, metres: float) -> dict:
    """The cell moved to the east: an overlap on one side, a gap on the other."""
    return {**cells, code: shapely.affinity.translate(cells[code], xoff=metres * METRE / 0.866)}


def test_a_true_partition_has_no_fault():
    assert survey(town()) == []
    cells = town()
    assert survey(cells, {"990101001001": shapely.union_all(list(cells.values()))}) == []


def test_a_missing_cell_is_a_gap_with_its_neighbours():
    cells = town()
    gone = cells.pop("990101001001006")
    (fault,) = survey(cells)
    assert (fault.kind, fault.sliver) == ("gap", False)
    assert fault.square_metres == pytest.approx(square_metres(gone), rel=0.01)
    assert {"990101001001002", "990101001001005", "990101001001007", "990101001001010"} <= set(fault.codes)
    assert suggest(fault, cells) is None


def test_the_outline_shows_what_no_hole_does():
    cells = town()
    outline = shapely.union_all(list(cells.values()))
    gone = cells.pop("990101001001001")
    assert survey(cells) == []
    (fault,) = survey(cells, {"990101001001": outline})
    assert fault.square_metres == pytest.approx(square_metres(gone), rel=0.01)


def test_wide_overlaps_are_for_people_thin_ones_have_a_suggestion():
    wide = survey(pulled(town(), "990101001001006", 8))
    assert {fault.kind for fault in wide if not fault.sliver} == {"gap", "overlap"}
    assert all(suggest(fault, town()) is None for fault in wide if not fault.sliver)
    cells = pulled(town(), "990101001001006", 0.4)
    thin = survey(cells)
    assert thin
    assert all(fault.sliver for fault in thin)
    assert all(suggest(fault, cells) for fault in thin)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), cell=st.integers(1, 12), metres=st.floats(-0.6, 0.6), some=st.randoms())
def test_mending_changes_no_code_and_only_the_named_cells(seed, cell, metres, some):
    cells = pulled(town(seed=seed), f"990101001001{cell:03d}", metres)
    faults = survey(cells)
    repairs = [repair for fault in faults if (repair := suggest(fault, cells)) is not None]
    chosen = [repair for repair in repairs if some.random() < 0.5]
    mended = mend(cells, chosen)
    assert list(mended) == list(cells)
    named = {repair.of or repair.to for repair in chosen}
    for code, shape in cells.items():
        if code not in named:
            assert mended[code] is shape
    # each cell stays where it was: what changed is no wider than the slivers
    for code in named:
        assert mended[code].is_valid
        changed = shapely.symmetric_difference(mended[code], cells[code])
        assert changed.buffer(-0.8 * METRE).is_empty
    # all of them mended, no sliver is left that could be
    left = survey(mend(cells, repairs))
    assert sum(fault.square_metres for fault in left) <= 0.05 * sum(fault.square_metres for fault in faults) + 0.5


@settings(max_examples=15, deadline=None)
@given(order=st.permutations(range(12)), metres=st.floats(0.1, 5))
def test_the_order_of_the_cells_changes_no_fault(order, metres):
    cells = pulled(town(), "990101001001006", metres)
    mixed = dict(np.array(list(cells.items()), dtype=object)[list(order)])
    assert [(f.kind, f.codes, round(f.square_metres, 3)) for f in survey(mixed)] == [
        (f.kind, f.codes, round(f.square_metres, 3)) for f in survey(cells)
    ]


def test_a_bow_tie_is_untied_over_the_same_ground():
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    sound = untied(bow)
    assert sound.is_valid
    assert sound.area == pytest.approx(0.5)
    assert untied(shapely.Polygon([(0, 0), (1, 1), (2, 2)])) is None


@given(lon=st.floats(74, 134), lat=st.floats(4, 53))
def test_the_plane_there_and_back(lon, lat):
    shape = shapely.box(lon, lat, lon + 0.01, lat + 0.01)
    plane = Plane(shape.bounds)
    (flat,) = plane.metres([shape])
    assert plane.degrees(flat).equals_exact(shape, 1e-10)
    assert flat.area == pytest.approx(square_metres(shape), rel=1e-6)


def test_ten_thousand_cells_are_surveyed_in_seconds():
    """Issue's goal: a partition report of 10,000 unit grids in less than 30 s."""
    cells = {}
    for number, cell in enumerate(cell for row in lattice(100, 100, bends=10) for cell in row):
        cells[f"990101001{number // 500:03d}{number % 500:03d}"] = cell
    cells = pulled(cells, "990101001010250", 0.4)
    # Seconds of work: what the machine does besides is no fault of the survey.
    begun = time.process_time()
    faults = survey(cells)
    assert faults
    assert time.process_time() - begun < 25
