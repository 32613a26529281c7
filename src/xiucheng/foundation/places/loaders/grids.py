"""Unit grids and duty grids from GeoJSON, judged row by row and then as a whole."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from ..partition import Cell, coverage, numbering, odd_size, overlaps, shape_fault, split_overlapping
from ..rules import duty_grid_code_ok, trim_code, unit_grid_code_ok
from .reading import Row, Source, features
from .report import Sieve

# Field names as the standard's exchange tables and common drawing tools write them; case does not matter.
CODE_FIELDS = ("code", "bgcode", "bgid", "网格编码", "单元网格编码", "责任网格编码", "编码")
NAME_FIELDS = ("name", "bgname", "网格名称", "责任网格名称", "名称")
AREA_FIELDS = ("area", "area_code", "community", "street", "所属区划", "社区代码", "镇街代码")
MEMBER_FIELDS = ("members", "unit_grids", "单元网格")

# A unit grid that lies in a duty grid by less than this share was cut by its border (D).
_WHOLE = 0.95


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A duty grid to store: its unit grids by code, and the shape that they (or, without any, the file) give it."""

    row: int
    code: str
    name: str
    area: str
    members: tuple[str, ...]
    shape: BaseGeometry


def read_unit_grids(
    source: Source, datum: str, communities: Collection[str], outlines: Mapping[str, BaseGeometry], sieve: Sieve
) -> tuple[int, list[Cell]]:
    """Rows read, and the cells that pass; `communities` are the codes there are, `outlines` the shapes of some.

    Refuses row by row: bad_grid_code, unknown_area, duplicate_code, bad_shape, not_degrees, overlaps. Warns about
    overlaps_neighbour, gap, beyond_community, numbered_out_of_order, odd_size (STANDARDS §1, unit grid code).
    """
    rows = features(source, datum)
    cells = sound_cells(rows, communities, sieve)
    kept, refused, warnings = split_overlapping(list(cells.values()))
    sieve.refused.extend(refused)
    sieve.warnings.extend(warnings)
    sieve.warnings.extend(finding for cell in kept if (finding := odd_size(cell)))
    by_community: dict[str, list[Cell]] = defaultdict(list)
    for cell in kept:
        by_community[cell.code[:12]].append(cell)
    for community, members in sorted(by_community.items()):
        sieve.warnings.extend(coverage(community, [cell.shape for cell in members], outlines.get(community)))
        sieve.warnings.extend(numbering(members))
    return len(rows), kept


def sound_cells(rows: Sequence[Row], communities: Collection[str], sieve: Sieve) -> dict[str, Cell]:
    """The cells by code whose own code and shape pass, whatever they do to their neighbours."""
    cells: dict[str, Cell] = {}
    for row in rows:
        cell = _cell(row, communities, cells, sieve)
        if cell:
            cells[cell.code] = cell
    return cells


def _cell(row: Row, communities: Collection[str], taken: Mapping[str, Cell], sieve: Sieve) -> Cell | None:
    code = row.get(CODE_FIELDS)
    checks = (
        ("bad_grid_code", not unit_grid_code_ok(code)),
        ("unknown_area", code[:12] not in communities),
        ("duplicate_code", code in taken),
    )
    fault = next((name for name, true in checks if true), None)
    if fault:
        sieve.refuse(row.number, fault, code[:12] if fault == "unknown_area" else code)
        return None
    if bad := shape_fault(row.shape):
        sieve.refuse(row.number, bad.code, code, **(bad.values or {}))
        return None
    assert row.shape is not None
    return Cell(row.number, code, row.shape)


def read_duty_grids(
    source: Source, datum: str, areas: Collection[str], unit_grids: Mapping[str, BaseGeometry], sieve: Sieve
) -> tuple[int, list[DutyRow]]:
    """Rows read, and the duty grids that pass; a duty grid is a set of unit grids (STANDARDS §1).

    The set is listed in a `members` field, or found as the unit grids whose inner point lies in the shape. Refuses
    row by row: bad_duty_grid_code, duplicate_code, unknown_area, unknown_unit_grid, unit_grid_taken, duty_grid_empty,
    bad_shape, not_degrees, overlaps (between shapes that hold no unit grids). Warns splits_unit_grid.
    """
    rows = features(source, datum)
    finder = _Members(unit_grids)
    owners: dict[str, str] = {}
    kept: dict[str, DutyRow] = {}
    for row in rows:
        duty = _duty(row, areas, finder, owners, kept, sieve)
        if duty:
            kept[duty.code] = duty
            owners.update(dict.fromkeys(duty.members, duty.code))
    bare = [Cell(duty.row, duty.code, duty.shape) for duty in kept.values() if not duty.members]
    for earlier, later, metres in overlaps(bare):
        if kept.pop(bare[later].code, None):
            values = {"other": bare[earlier].code, "square_metres": f"{metres:.0f}"}
            sieve.refuse(bare[later].row, "overlaps", bare[later].code, **values)
    return len(rows), list(kept.values())


def _duty(
    row: Row,
    areas: Collection[str],
    finder: "_Members",
    owners: Mapping[str, str],
    taken: Mapping[str, DutyRow],
    sieve: Sieve,
) -> DutyRow | None:
    code = row.get(CODE_FIELDS).upper()
    if fault := _code_fault(code, taken):
        sieve.refuse(row.number, fault, code)
        return None
    members = finder.of(row, code, sieve)
    if members is None or not _free(row, code, members, owners, sieve):
        return None
    area = trim_code(row.get(AREA_FIELDS)) or common_area(members)
    if area not in areas:
        sieve.refuse(row.number, "unknown_area", area or code)
        return None
    shape = finder.union(members) if members else row.shape
    assert shape is not None
    return DutyRow(row.number, code, row.get(NAME_FIELDS) or code, area, members, shape)


def _code_fault(code: str, taken: Mapping[str, DutyRow]) -> str | None:
    if not duty_grid_code_ok(code):
        return "bad_duty_grid_code"
    return "duplicate_code" if code in taken else None


def _free(row: Row, code: str, members: Sequence[str], owners: Mapping[str, str], sieve: Sieve) -> bool:
    clash = next((member for member in members if member in owners), None)
    if clash:
        sieve.refuse(row.number, "unit_grid_taken", code, other=clash, owner=owners[clash])
    return clash is None


def common_area(codes: Sequence[str]) -> str:
    """The smallest area that contains every unit grid: their common community, street or district; "" for none."""
    for length in (12, 9, 6):
        prefixes = {code[:length] for code in codes}
        if len(prefixes) == 1:
            return prefixes.pop()
    return ""


class _Members:
    """Finds the unit grids of a duty grid, by its list or by its shape."""

    def __init__(self, unit_grids: Mapping[str, BaseGeometry]) -> None:
        self._unit_grids = unit_grids
        self._codes = list(unit_grids)
        self._shapes = np.array(list(unit_grids.values()), dtype=object)
        self._inner = shapely.point_on_surface(self._shapes)
        self._tree = STRtree(self._inner)

    def union(self, members: Sequence[str]) -> BaseGeometry:
        return shapely.union_all([self._unit_grids[member] for member in members])

    def of(self, row: Row, code: str, sieve: Sieve) -> tuple[str, ...] | None:
        """The members, () where a sound shape holds none, None where the row is refused."""
        listed = self._listed(row)
        if listed:
            unknown = next((member for member in listed if member not in self._unit_grids), None)
            if unknown:
                sieve.refuse(row.number, "unknown_unit_grid", code, other=unknown)
                return None
            return listed
        bad = shape_fault(row.shape)
        if bad:
            empty = row.shape is None
            sieve.refuse(row.number, "duty_grid_empty" if empty else bad.code, code, **(bad.values or {}))
            return None
        assert row.shape is not None
        return self._inside(row.shape, row.number, code, sieve)

    @staticmethod
    def _listed(row: Row) -> tuple[str, ...]:
        for name in MEMBER_FIELDS:
            value = row.fields.get(name)
            if isinstance(value, list):
                return tuple(str(item) for item in value)
            if isinstance(value, str) and value.strip():
                return tuple(value.replace("，", ",").replace(";", ",").replace("、", ",").replace(" ", "").split(","))
        return ()

    def _inside(self, shape: BaseGeometry, number: int, code: str, sieve: Sieve) -> tuple[str, ...]:
        if not self._codes:
            return ()
        positions = np.sort(self._tree.query(shape, predicate="intersects"))
        shapes = self._shapes[positions]
        share = shapely.area(shapely.intersection(shapes, shape)) / shapely.area(shapes)
        for position in positions[share < _WHOLE].tolist():
            sieve.warn(number, "splits_unit_grid", code, other=self._codes[position])
        return tuple(self._codes[position] for position in positions.tolist())


OUTLINE_CODE_FIELDS = ("code", "区划代码", "行政区代码", "社区代码", "街道代码")
OUTLINE_NAME_FIELDS = ("name", "区划名称", "社区名称", "街道名称", "名称")


def read_outlines(
    source: Source, resolve: Callable[[str], str | None], sieve: Sieve
) -> tuple[int, dict[str, BaseGeometry]]:
    """Rows read, and shapes by the code of their area; resolve: an area's code or name → its code, None for none.

    Refuses row by row: unknown_area, duplicate_code, bad_shape, not_degrees.
    """
    found = features(source)
    shapes: dict[str, BaseGeometry] = {}
    for row in found:
        said = row.get(OUTLINE_CODE_FIELDS) or row.get(OUTLINE_NAME_FIELDS)
        code = resolve(said) or resolve(row.get(OUTLINE_NAME_FIELDS)) if said else None
        bad = shape_fault(row.shape)
        if code is None:
            sieve.refuse(row.number, "unknown_area", said or "-")
        elif code in shapes:
            sieve.refuse(row.number, "duplicate_code", code)
        elif bad or row.shape is None:
            sieve.refuse(row.number, bad.code if bad else "bad_shape", said, **((bad.values if bad else None) or {}))
        else:
            shapes[code] = row.shape
    return len(found), shapes
