"""The checks of a partition: they pass true ones and find each kind of fault put into one."""

import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import scale, translate

from tests.foundation.places.ground import CELL, lattice, numbered
from xiucheng.foundation.places.partition import (
    Cell,
    coverage,
    numbering,
    odd_size,
    shape_fault,
    split_overlapping,
    square_metres,
)

COMMUNITY = "990101001001"


def cells(columns: int = 4, rows: int = 3, seed: int = 1) -> list[Cell]:
    pairs = numbered(COMMUNITY, lattice(columns, rows, seed))
    return [Cell(row, code, shape) for row, (code, shape) in enumerate(pairs, start=1)]


def outline(of: list[Cell]) -> shapely.Geometry:
    return shapely.union_all([cell.shape for cell in of])


@settings(max_examples=40, deadline=None)
@given(columns=st.integers(1, 6), rows=st.integers(1, 6), seed=st.integers(0, 10_000))
def test_a_true_partition_passes_every_check(columns: int, rows: int, seed: int) -> None:
    town = cells(columns, rows, seed)
    kept, refused, warnings = split_overlapping(town)
    assert (kept, refused, warnings) == (town, [], [])
    assert coverage(COMMUNITY, [cell.shape for cell in town], outline(town)) == []
    assert numbering(town) == []


@settings(max_examples=40, deadline=None)
@given(data=st.data(), seed=st.integers(0, 10_000))
def test_a_cell_left_out_is_a_gap_of_its_own_size(data: st.DataObject, seed: int) -> None:
    town = cells(4, 4, seed)
    lost = data.draw(st.sampled_from(town))
    rest = [cell.shape for cell in town if cell is not lost]
    (finding,) = coverage(COMMUNITY, rest, outline(town))
    assert finding.code == "gap"
    assert abs(float(finding.values["square_metres"]) - square_metres(lost.shape)) < 2


def test_a_hole_is_a_gap_even_without_an_outline() -> None:
    town = cells(3, 3)
    without_middle = [cell.shape for cell in town if not cell.code.endswith("005")]
    (finding,) = coverage(COMMUNITY, without_middle, None)
    assert finding.code == "gap"


@settings(max_examples=40, deadline=None)
@given(data=st.data(), seed=st.integers(0, 10_000), push=st.floats(0.05, 0.9))
def test_of_two_that_overlap_the_later_row_goes(data: st.DataObject, seed: int, push: float) -> None:
    town = cells(4, 3, seed)
    at = data.draw(st.integers(1, len(town) - 1))
    moved = Cell(town[at].row, town[at].code, translate(town[0].shape, push * CELL * 0.5, 0))
    broken = [*town[:at], moved, *town[at + 1 :]]
    kept, refused, _ = split_overlapping(broken)
    # What stays is disjoint, every refusal names an overlap there really is, and the first cell is never blamed.
    for a in range(len(kept)):
        for b in range(a):
            assert square_metres(kept[a].shape.intersection(kept[b].shape)) <= 5.01 + 0.001 * 20_000
    by_code = {cell.code: cell.shape for cell in broken}
    assert refused
    for finding in refused:
        assert finding.about != town[0].code
        shared = square_metres(by_code[finding.about].intersection(by_code[finding.values["other"]]))
        assert abs(shared - float(finding.values["square_metres"])) <= 0.5


def test_a_sliver_of_the_surveyors_is_no_overlap() -> None:
    town = cells(2, 1)
    # 2 cm wider, so about 2 m² shared with the neighbour.
    wider = Cell(1, town[0].code, scale(town[0].shape, 1.0003, 1, origin=(120.0, 30.0)))
    assert 0 < square_metres(wider.shape.intersection(town[1].shape)) < 5
    assert split_overlapping([wider, town[1]])[1] == []


def test_across_communities_an_overlap_is_only_pointed_out() -> None:
    town = cells(2, 1)
    other = Cell(2, "990101001002001", translate(town[1].shape, -0.3 * CELL, 0))
    kept, refused, warnings = split_overlapping([town[0], other])
    assert (len(kept), refused) == (2, [])
    assert [finding.code for finding in warnings] == ["overlaps_neighbour"]


def test_grids_beyond_their_community_are_pointed_out() -> None:
    town = cells(3, 1)
    findings = coverage(COMMUNITY, [cell.shape for cell in town], outline(town[:2]))
    assert [finding.code for finding in findings] == ["beyond_community"]


def test_numbers_swapped_within_a_row_or_between_rows_are_found() -> None:
    town = cells(3, 3)
    by_number = {cell.code[-3:]: cell for cell in town}

    def swapped(one: str, other: str) -> list[Cell]:
        a, b = by_number[one], by_number[other]
        rest = [cell for cell in town if cell not in (a, b)]
        return [*rest, Cell(a.row, b.code, a.shape), Cell(b.row, a.code, b.shape)]

    assert numbering(town) == []
    assert {"990101001001001", "990101001001002"} >= {finding.about for finding in numbering(swapped("001", "003"))}
    assert numbering(swapped("001", "003"))
    assert numbering(swapped("002", "008"))


def test_shapes_that_can_be_no_grid() -> None:
    bow = shapely.Polygon([(120, 30), (120.001, 30.001), (120.001, 30), (120, 30.001)])
    metres = shapely.box(500_000, 3_000_000, 500_100, 3_000_100)
    codes = {
        "bow tie": shape_fault(bow),
        "point": shape_fault(shapely.Point(120, 30)),
        "nothing": shape_fault(None),
        "metres": shape_fault(metres),
    }
    assert {name: fault.code if fault else None for name, fault in codes.items()} == {
        "bow tie": "bad_shape",
        "point": "bad_shape",
        "nothing": "bad_shape",
        "metres": "not_degrees",
    }
    assert shape_fault(cells()[0].shape) is None


def test_areas_are_in_square_metres_and_odd_ones_are_named() -> None:
    hundred = shapely.box(120, 30, 120 + 100 / 96_298, 30 + 100 / 111_195)
    assert abs(square_metres(hundred) - 10_000) < 10
    assert odd_size(Cell(1, COMMUNITY + "001", hundred)) is None
    assert odd_size(Cell(1, COMMUNITY + "001", shapely.box(120, 30, 121, 31))).code == "odd_size"
