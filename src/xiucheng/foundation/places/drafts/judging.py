"""The checks of STANDARDS §1 over a draft, with the site as it stands: what would be refused, what is worth a look.

The same readers that judge a load judge the draft, so the report never promises what the load then refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from xiucheng.kit.bulk import among

from .. import queries, whereabouts
from ..geodata.columns import POLYGONS
from ..loaders import grids, points
from ..loaders.reading import Row
from ..loaders.report import Sieve
from ..models import Area, Component, DutyGrid, Facility, UnitGrid
from ..partition import Finding, shape_fault
from ..survey import Repair, mend, suggest, survey, untied
from .store import Marked

# Said by the survey with its place, so not a second time by the reader's sums.
_SAID_WITH_PLACE = {"gap", "overlaps_neighbour"}
# More of one kind than this tell nothing new; the count is kept (D).
MOST_OF_A_CODE = 500


@dataclass(frozen=True, slots=True)
class Judged:
    """The findings, how many rows would be taken, how many of them are new, and what they would replace."""

    found: list[Marked]
    taken: int
    fresh: int
    gone: int


def judge(kind: str, rows: list[Row], *, kinds: Sequence[str] | None, variant: str, repairs: Sequence[Any]) -> Judged:
    """Check rows (in WGS84, sorted); repairs: those accepted, as commands.drafts keeps them."""
    ties = _ties(rows, repairs) if kind in POLYGONS else []
    judged = _JUDGES[kind](repaired(kind, rows, repairs), kinds, variant)
    return replace(judged, found=[*ties, *judged.found])


def repaired(kind: str, rows: list[Row], repairs: Sequence[Any]) -> list[Row]:
    """The rows as they are loaded: every accepted repair done, areas of duty grids by code; no row's code changes."""
    accepted = {repair["about"] for repair in repairs if repair["kind"] == "bow_tie"}
    if accepted:
        rows = [Row(row.number, row.fields, _tied(row)) if _name(row) in accepted else row for row in rows]
    if kind == "duty_grid":
        return [_with_area(row) for row in rows]
    return _mended(rows, repairs) if kind == "unit_grid" else rows


def _tied(row: Row) -> BaseGeometry | None:
    """The sound shape of a row whose own crosses itself; any other shape as it is."""
    bad = shape_fault(row.shape)
    crossed = row.shape is not None and bad is not None and bad.code == "bad_shape" and not row.shape.is_valid
    return untied(row.shape) or row.shape if crossed else row.shape


def _ties(rows: list[Row], repairs: Sequence[Any]) -> list[Marked]:
    """Bow-ties that nobody has accepted to untie yet."""
    accepted = {repair["about"] for repair in repairs if repair["kind"] == "bow_tie"}
    found = []
    for row in rows:
        sound, about = _tied(row), _name(row)
        if sound is not None and sound is not row.shape and about not in accepted:
            cure = {"kind": "bow_tie", "about": about}
            found.append(Marked("bow_tie", row.number, "bow_tie", about, {}, sound, cure))
    return found


def _name(row: Row) -> str:
    return row.get(("code", "name")) or str(row.number)


def _grids(rows: list[Row], kinds: Any, variant: str) -> Judged:
    active = Area.objects.filter(level="community", active_to__isnull=True)
    outlines = _shapes(active.filter(shape__isnull=False).values_list("code", "shape"))
    sieve = Sieve()
    known = set(active.values_list("code", flat=True))
    _, cells = grids.read_unit_grids(rows, "wgs84", known, outlines, sieve)
    taken = {cell.code for cell in cells}
    # A cell that overlaps its neighbour by a sliver is refused until it is mended: the survey has to see it.
    sound = {code: cell.shape for code, cell in grids.sound_cells(rows, known, Sieve()).items()}
    communities = {code[:12] for code in sound}
    before = set(UnitGrid.objects.filter(community__in=communities).values_list("code", flat=True))
    around = _around(sound, communities)
    wanted = {code: shape for code, shape in outlines.items() if code in communities}
    everything = {**around, **sound}
    faults = [fault for fault in survey(everything, wanted) if not fault.codes or set(fault.codes) & sound.keys()]
    found = [*_findings(sieve, rows), *(_marked(fault, suggest(fault, everything), sound) for fault in faults)]
    return Judged(found, len(taken), len(taken - before), len(before - taken))


def _around(held: Mapping[str, BaseGeometry], communities: Iterable[str]) -> dict[str, BaseGeometry]:
    """Cells of other communities that lie beside the ones of the draft: they stay, and their borders count."""
    if not held:
        return {}
    west, south, east, north = shapely.total_bounds(list(held.values())).tolist()
    near = UnitGrid.objects.filter(west__lte=east, east__gte=west, south__lte=north, north__gte=south)
    return _shapes(near.exclude(community__in=set(communities)).values_list("code", "shape"))


def _shapes(rows: Iterable[tuple[str, Any]]) -> dict[str, BaseGeometry]:
    return {code: shapely.from_wkb(bytes(shape)) for code, shape in rows}


def _marked(fault: Any, repair: Repair | None, held: Mapping[str, BaseGeometry]) -> Marked:
    """A fault as a finding; only cells of the draft may be mended here, a neighbour's stay as they are."""
    code = "overlap_place" if fault.kind == "overlap" else "gap_place"
    values = {
        "other": "、".join(fault.codes[:4]) or "-",
        "square_metres": f"{fault.square_metres:.1f}",
        "width": f"{fault.width:.2f}",
    }
    about = fault.codes[0] if fault.codes else "-"
    changed = repair and (repair.of or repair.to)
    if repair is None or changed not in held:
        return Marked("warning", 0, code, about, values, fault.shape)
    cure = {"kind": "sliver", "to": repair.to, "of": repair.of, "wkb": shapely.to_wkb(repair.shape, hex=True)}
    code = "sliver_overlap" if fault.kind == "overlap" else "sliver_gap"
    return Marked("sliver", 0, code, repair.to, {**values, "of": repair.of}, fault.shape, cure)


def _mended(rows: list[Row], repairs: Sequence[Any]) -> list[Row]:
    slivers = [Repair(one["to"], one["of"], shapely.from_wkb(one["wkb"])) for one in repairs if one["kind"] == "sliver"]
    if not slivers:
        return rows
    shapes = {_name(row): row.shape for row in reversed(rows) if row.shape is not None and row.shape.is_valid}
    mended = mend(shapes, slivers)
    # Of rows that claim one code the first counts, here as everywhere.
    first = {_name(row): row.number for row in reversed(rows)}
    return [
        Row(row.number, row.fields, mended.get(_name(row), row.shape)) if first[_name(row)] == row.number else row
        for row in rows
    ]


def _duty_grids(rows: list[Row], kinds: Any, variant: str) -> Judged:
    shapes = _shapes(UnitGrid.objects.values_list("code", "shape"))
    areas = set(Area.objects.filter(active_to__isnull=True).values_list("code", flat=True))
    sieve = Sieve()
    _, duties = grids.read_duty_grids(rows, "wgs84", areas, shapes, sieve)
    codes = {duty.code for duty in duties}
    before = set(DutyGrid.objects.filter(area__in={duty.area for duty in duties}).values_list("code", flat=True))
    return Judged(_findings(sieve, rows), len(codes), len(codes - before), len(before - codes))


def _with_area(row: Row) -> Row:
    """The area of a duty grid by code, whether the file gives its code or its name."""
    said = row.get(("area",))
    code = queries.area_code(said) if said else None
    return Row(row.number, {**row.fields, "area": code}, row.shape) if code else row


def _outlines(rows: list[Row], kinds: Any, variant: str) -> Judged:
    sieve = Sieve()
    _, shapes = grids.read_outlines(rows, queries.area_code, sieve)
    known = set(Area.objects.filter(code__in=shapes, shape__isnull=False).values_list("code", flat=True))
    return Judged(_findings(sieve, rows), len(shapes), len(shapes.keys() - known), 0)


def _components(rows: list[Row], kinds: Sequence[str] | None, variant: str) -> Judged:
    sieve = Sieve()
    _, found = points.read_components(rows, "wgs84", variant, kinds, sieve)
    district = queries.district()
    own = []
    for row in found:
        if district and row.code.startswith(district.code):
            own.append(row)
        else:
            sieve.refuse(row.row, "other_district", row.code)
    located = queries.locate_many([(row.lon, row.lat) for row in own])
    for row, where in zip(own, located, strict=True):
        if row.unit_grid and where.unit_grid and row.unit_grid != where.unit_grid:
            sieve.warn(row.row, "outside_its_grid", row.code, other=row.unit_grid, grid=where.unit_grid)
    placed = [row.code for row, _ in whereabouts.place(own, sieve)]
    known = _known(Component, placed)
    return Judged(_findings(sieve, rows), len(placed), len(placed) - known, 0)


def _facilities(rows: list[Row], kinds: Any, variant: str) -> Judged:
    sieve = Sieve()
    _, found = points.read_facilities(rows, "wgs84", sieve)
    placed = [row.code for row, _ in whereabouts.place(found, sieve)]
    known = _known(Facility, placed)
    return Judged(_findings(sieve, rows), len(placed), len(placed) - known, 0)


def _known(model: Any, codes: Sequence[str]) -> int:
    """How many of the codes are there already."""
    return among(model.objects.all(), "code", codes).count()


def _findings(sieve: Sieve, rows: Sequence[Row]) -> list[Marked]:
    """The reader's findings with the places of their rows, grouped by code so that a report reads in order."""
    shapes = {row.number: row.shape for row in rows}
    warnings = [one for one in sieve.warnings if one.code not in _SAID_WITH_PLACE]
    return [
        *(_of(one, "refused", shapes) for one in sorted(sieve.refused, key=_order)),
        *(_of(one, "warning", shapes) for one in sorted(warnings, key=_order)),
    ]


def _order(finding: Finding) -> tuple[str, str, int]:
    return finding.code, finding.about, finding.row


def _of(finding: Finding, severity: str, shapes: Mapping[int, BaseGeometry | None]) -> Marked:
    shape = shapes.get(finding.row)
    return Marked(severity, finding.row, finding.code, finding.about, dict(finding.values or {}), shape)


def shortened(found: Sequence[Marked]) -> list[Marked]:
    """At most MOST_OF_A_CODE of each code: the first ones, by the order of the report."""
    counts: dict[str, int] = {}
    kept = []
    for one in found:
        counts[one.code] = counts.get(one.code, 0) + 1
        if counts[one.code] <= MOST_OF_A_CODE:
            kept.append(one)
    return kept


_JUDGES: Mapping[str, Callable[[list[Row], Any, str], Judged]] = {
    "unit_grid": _grids,
    "duty_grid": _duty_grids,
    "component": _components,
    "facility": _facilities,
    "outline": _outlines,
}
