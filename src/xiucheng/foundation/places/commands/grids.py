"""Loading unit grids and duty grids."""

from dataclasses import replace
from datetime import datetime

from django.db.models import Q

from xiucheng.kit.actor import Actor
from xiucheng.kit.verbs import verb

from ..loaders import grids
from ..loaders.reading import Source
from ..loaders.report import LoadReport, Sieve
from ..models import Area, DutyGrid, UnitGrid
from ..partition import square_metres
from . import changes, writing


@verb
def load_unit_grids(*, actor: Actor, now: datetime, source: Source, datum: str = "wgs84") -> LoadReport:
    """Store the unit grids of a GeoJSON file; each community that it names is replaced as a whole.

    Grids keep their duty grid when they keep their code. Refused row by row, see `grids.read_unit_grids`; the whole
    file: no_district, not_geojson, unknown_crs, unknown_datum.
    """
    district = writing.district()
    active = Area.objects.filter(level="community", active_to__isnull=True)
    outlines = {
        code: writing.drawn(shape) for code, shape in active.filter(shape__isnull=False).values_list("code", "shape")
    }
    sieve = Sieve()
    read, cells = grids.read_unit_grids(source, datum, set(active.values_list("code", flat=True)), outlines, sieve)
    codes = [cell.code for cell in cells]
    kept = changes.Keeper("unit_grid", codes, areas={code[:12] for code in codes})
    UnitGrid.objects.filter(community__in={cell.code[:12] for cell in cells}).exclude(code__in=codes).delete()
    UnitGrid.objects.bulk_create(
        [
            UnitGrid(
                code=cell.code,
                community_id=cell.code[:12],
                square_metres=round(square_metres(cell.shape), 1),
                **writing.boxed(cell.shape),
            )
            for cell in cells
        ],
        batch_size=writing.BATCH,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["shape", "west", "south", "east", "north", "square_metres"],
    )
    report = sieve.report(read, len(cells))
    change = kept.keep(actor=actor, now=now, verb_name="load_unit_grids")
    writing.changed(
        actor=actor, now=now, verb_name="load_unit_grids", subject=district.id, change=change, **writing.counts(report)
    )
    return replace(report, change=change)


@verb
def load_duty_grids(*, actor: Actor, now: datetime, source: Source, datum: str = "wgs84") -> LoadReport:
    """Store the duty grids of a GeoJSON file; those of every area that it names are replaced.

    Refused row by row, see `grids.read_duty_grids`; the whole file: no_district, not_geojson, unknown_crs,
    unknown_datum.
    """
    district = writing.district()
    shapes = {code: writing.drawn(shape) for code, shape in UnitGrid.objects.values_list("code", "shape")}
    areas = set(Area.objects.filter(active_to__isnull=True).values_list("code", flat=True))
    sieve = Sieve()
    read, duties = grids.read_duty_grids(source, datum, areas, shapes, sieve)
    codes = [duty.code for duty in duties]
    kept = changes.Keeper("duty_grid", codes, areas={duty.area for duty in duties})
    DutyGrid.objects.filter(Q(area__in={duty.area for duty in duties}) | Q(code__in=codes)).delete()
    DutyGrid.objects.bulk_create(
        [DutyGrid(code=duty.code, name=duty.name, area_id=duty.area, **writing.boxed(duty.shape)) for duty in duties],
        batch_size=writing.BATCH,
    )
    owner = {member: duty.code for duty in duties for member in duty.members}
    moved = list(UnitGrid.objects.filter(code__in=owner).only("code"))
    for unit_grid in moved:
        unit_grid.duty_grid_id = owner[unit_grid.code]
    UnitGrid.objects.bulk_update(moved, ["duty_grid"], batch_size=writing.BATCH)
    report = sieve.report(read, len(duties))
    change = kept.keep(actor=actor, now=now, verb_name="load_duty_grids")
    writing.changed(
        actor=actor, now=now, verb_name="load_duty_grids", subject=district.id, change=change, **writing.counts(report)
    )
    return replace(report, change=change)
