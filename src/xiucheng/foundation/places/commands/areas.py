"""Founding and keeping the area tree: districts, streets, communities and their outlines."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from xiucheng.kit.actor import Actor
from xiucheng.kit.days import local_day
from xiucheng.kit.verbs import verb
from xiucheng.kit.words import legible

from .. import queries
from ..loaders import divisions, grids
from ..loaders.divisions import AreaRow
from ..loaders.reading import Source
from ..loaders.report import LoadReport, Sieve
from ..models import Area
from ..partition import shape_fault
from ..refusals import refusal
from ..rules import LEVELS, code_of_local, level_of, name_forms, parent_code, trim_code
from . import changes, writing


@verb
def load_areas(*, actor: Actor, now: datetime, rows: Sequence[AreaRow]) -> LoadReport:
    """Store one district's subtree; codes already there take the name of the list, nothing is removed.

    The first load decides the district: rows of another one are refused as `other_district`. Rows come from
    loaders.divisions. Refused row by row, see `divisions.sift`.
    """
    stored = dict(Area.objects.values_list("code", "name"))
    codes = sorted(code for code in (*stored, *(row.code for row in rows)) if len(code) == 6)
    district = next((code for code in stored if len(code) == 6), codes[0] if codes else "")
    sieve = Sieve()
    kept = divisions.sift(rows, district, stored, sieve)
    for length, level in LEVELS.items():
        _store_areas([row for row in kept if len(row.code) == length], level)
    report = sieve.report(len(rows), len(kept))
    if kept:
        writing.changed(
            actor=actor, now=now, verb_name="load_areas", subject=writing.district().id, **writing.counts(report)
        )
    return report


def _store_areas(rows: Sequence[AreaRow], level: str) -> None:
    Area.objects.bulk_create(
        [
            Area(code=row.code, name=row.name, level=level, parent_id=parent_code(row.code), local=row.local)
            for row in rows
        ],
        batch_size=writing.BATCH,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name"],
    )


@verb
def load_additions(*, actor: Actor, now: datetime, source: Path | bytes) -> LoadReport:
    """Add areas the statistics lack, from a CSV with parent_code and name (loaders.divisions.read_additions)."""
    sieve = Sieve()
    stored = dict(Area.objects.values_list("code", "name"))
    rows = divisions.read_additions(source, stored, sieve)
    report = load_areas(actor=actor, now=now, rows=rows)
    return LoadReport(
        report.read + len(sieve.refused), report.taken, (*sieve.refused, *report.refused), report.warnings
    )


@verb
def add_area(
    *, actor: Actor, now: datetime, parent: str, name: str, code: str | None = None, active_from: date | None = None
) -> str:
    """Add one street or community by hand and return its code, the next free one from 999 down when none is given.

    Refused: unknown_area (404), bad_area_code, not_below_parent, code_taken, same_name, name_missing, area_full.
    """
    above = writing.area(parent)
    name = legible(name)
    siblings = dict(Area.objects.filter(parent=above.code).values_list("code", "name"))
    given = trim_code(code) if code else code_of_local(above.code, set(siblings))
    if given is None:
        raise refusal("area_full", above.name)
    level = _level_of_addition(above.code, given, name, siblings)
    added = Area.objects.create(
        code=given, name=name, level=level, parent_id=above.code, local=True, active_from=active_from
    )
    writing.changed(actor=actor, now=now, verb_name="add_area", subject=added.id, code=added.code)
    return added.code


def _level_of_addition(parent: str, code: str, name: str, siblings: Mapping[str, str]) -> str:
    level = level_of(code)
    if level is None:
        raise refusal("bad_area_code", code, field="code")
    if parent_code(code) != parent:
        raise refusal("not_below_parent", code, field="code", parent=parent)
    if code in siblings:
        raise refusal("code_taken", code, field="code")
    if not name:
        raise refusal("name_missing", code, field="name")
    wanted = name_forms(name)[0]
    same = next((sibling for sibling, other in siblings.items() if name_forms(other)[0] == wanted), None)
    if same:
        raise refusal("same_name", name, field="name", other=same)
    return level


@verb
def rename_area(*, actor: Actor, now: datetime, code: str, name: str) -> None:
    """Give an area another name. Refused: unknown_area (404), name_missing."""
    found = writing.area(code)
    plain = legible(name)
    if not plain:
        raise refusal("name_missing", found.code, field="name")
    Area.objects.filter(pk=found.pk).update(name=plain)
    writing.changed(actor=actor, now=now, verb_name="rename_area", subject=found.id, code=found.code)


@verb
def close_area(*, actor: Actor, now: datetime, code: str, on: date) -> None:
    """Take an area out of use from a day on; what was filed there keeps its code.

    Refused: unknown_area (404), date_ahead (a day still to come), still_active_below.
    """
    found = writing.area(code)
    if on > local_day(now):
        raise refusal("date_ahead", on.isoformat(), field="on")
    if Area.objects.filter(parent=found.code, active_to__isnull=True).exists():
        raise refusal("still_active_below", found.name)
    Area.objects.filter(pk=found.pk).update(active_to=on)
    writing.changed(actor=actor, now=now, verb_name="close_area", subject=found.id, code=found.code, on=on.isoformat())


@verb
def set_outline(
    *,
    actor: Actor,
    now: datetime,
    code: str,
    shape: BaseGeometry | None = None,
    box: tuple[float, float, float, float] | None = None,
    accuracy: float = 0.0,
) -> None:
    """Give an area its polygon, or only a box (west, south, east, north), in degrees WGS84; neither takes it away.

    accuracy: metres the outline may be off; the district refuses points as outside only beyond it.
    Refused: unknown_area (404), bad_outline.
    """
    found = writing.area(code)
    drawn = shapely.box(*box) if shape is None and box is not None else shape
    if drawn is not None and (fault := shape_fault(drawn)):
        raise refusal("bad_outline", why=(fault.values or {}).get("why", fault.code))
    kept = changes.Keeper("outline", [found.code])
    values = writing.boxed(drawn) if drawn is not None else dict.fromkeys(("shape", "west", "south", "east", "north"))
    if shape is None:
        values["shape"] = None
    Area.objects.filter(pk=found.pk).update(**values, outline_accuracy=accuracy)
    kind = "polygon" if shape is not None else "box" if box else "none"
    kept.keep(actor=actor, now=now, verb_name="set_outline")
    writing.changed(actor=actor, now=now, verb_name="set_outline", subject=found.id, code=found.code, kind=kind)


@verb
def load_outlines(*, actor: Actor, now: datetime, source: Source, accuracy: float = 0.0) -> LoadReport:
    """Set the outlines of many areas, each named by its code or, where there is none, by its name.

    accuracy: metres they may be off. Refused row by row: unknown_area, duplicate_code, bad_shape, not_degrees.
    """
    district = writing.district()
    sieve = Sieve()
    read, outlines = grids.read_outlines(source, queries.area_code, sieve)
    kept = changes.Keeper("outline", list(outlines))
    rows = [
        Area(code=code, outline_accuracy=accuracy, **writing.boxed(shape)) for code, shape in sorted(outlines.items())
    ]
    Area.objects.bulk_update(rows, ["shape", "west", "south", "east", "north", "outline_accuracy"], batch_size=500)
    report = sieve.report(read, len(outlines))
    change = kept.keep(actor=actor, now=now, verb_name="load_outlines")
    writing.changed(
        actor=actor, now=now, verb_name="load_outlines", subject=district.id, change=change, **writing.counts(report)
    )
    return replace(report, change=change)
