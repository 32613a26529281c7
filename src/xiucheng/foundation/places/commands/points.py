"""Loading components and facilities, and noting what becomes of a component."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

import shapely
from django.utils import timezone

from xiucheng.kit.actor import Actor
from xiucheng.kit.verbs import verb

from .. import queries
from ..loaders import points
from ..loaders.points import PointRow
from ..loaders.reading import Source
from ..loaders.report import LoadReport, Sieve
from ..models import Component, Facility
from ..refusals import refusal
from ..rules import COMPONENT_STATES
from . import writing


@verb
def load_components(
    *,
    actor: Actor,
    now: datetime,
    source: Source,
    datum: str = "wgs84",
    variant: str = "6+2+2+6",
    kinds: Collection[str] | None = None,
) -> LoadReport:
    """Store the components of a CSV or GeoJSON file; a code already there is brought up to date.

    kinds: the catalogue's major+minor codes, to refuse others; None takes any. variant: COMPONENT_VARIANTS. The
    report's `parties` name owners and maintainers as written, for people to link. Refused row by row, see
    `points.read_components`, and other_district, point_outside, unknown_area. Warned: place_unknown.
    """
    district = writing.district()
    sieve = Sieve()
    read, found = points.read_components(source, datum, variant, kinds, sieve)
    own = []
    for row in found:
        if row.code.startswith(district.code):
            own.append(row)
        else:
            sieve.refuse(row.row, "other_district", row.code)
    placed = _placed(own, sieve)
    Component.objects.bulk_create(
        [_component(row, community) for row, community in placed],
        batch_size=writing.BATCH,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=[
            "kind", "name", "state", "community", "unit_grid", "lon", "lat", "shape", "accuracy", "surveyed_on",
            "changed_on", "source", "note",
        ],
    )  # fmt: skip
    parties = [(row.code, relation, name) for row, _ in placed for relation, name in row.parties]
    report = sieve.report(read, len(placed), parties)
    writing.changed(actor=actor, now=now, verb_name="load_components", subject=district.id, **writing.counts(report))
    return report


def _component(row: PointRow, community: str | None) -> Component:
    return Component(
        code=row.code,
        kind=row.kind,
        name=row.name,
        state=row.state,
        community_id=community,
        unit_grid=row.unit_grid,
        lon=row.lon,
        lat=row.lat,
        shape=shapely.to_wkb(row.shape) if row.shape is not None else None,
        accuracy=row.accuracy,
        surveyed_on=row.surveyed_on,
        changed_on=row.changed_on,
        source=row.source,
        note=row.note,
    )


@verb
def load_facilities(*, actor: Actor, now: datetime, source: Source, datum: str = "wgs84") -> LoadReport:
    """Store the facilities of a CSV or GeoJSON file; a code already there is brought up to date.

    Refused row by row, see `points.read_facilities`, and point_outside, unknown_area. Warned: place_unknown.
    """
    district = writing.district()
    sieve = Sieve()
    read, found = points.read_facilities(source, datum, sieve)
    placed = _placed(found, sieve)
    Facility.objects.bulk_create(
        [
            Facility(
                code=row.code, kind=row.kind, name=row.name, community_id=community, address=row.address,
                lon=row.lon, lat=row.lat,
            )
            for row, community in placed
        ],
        batch_size=writing.BATCH,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["kind", "name", "community", "address", "lon", "lat"],
    )  # fmt: skip
    report = sieve.report(read, len(placed))
    writing.changed(actor=actor, now=now, verb_name="load_facilities", subject=district.id, **writing.counts(report))
    return report


def _placed(rows: Sequence[PointRow], sieve: Sieve) -> list[tuple[PointRow, str | None]]:
    """Each row with its community: as stated by code or name, by its unit grid, or by where it lies."""
    placed: list[tuple[PointRow, str | None]] = []
    located = queries.locate_many([(row.lon, row.lat) for row in rows])
    for row, where in zip(rows, located, strict=True):
        community = _community(row, where)
        if where.outside:
            sieve.refuse(row.row, "point_outside", row.code)
        elif row.community and community is None:
            sieve.refuse(row.row, "unknown_area", row.community)
        else:
            if community is None:
                sieve.warn(row.row, "place_unknown", row.code)
            unit_grid = row.unit_grid or where.unit_grid or ""
            placed.append((replace(row, unit_grid=unit_grid), community))
    return placed


def _community(row: PointRow, where: queries.Located) -> str | None:
    if row.community:
        found = queries.area(row.community)
        return found.code if found else queries.code_by_name(row.community)
    by_grid = queries.area(row.unit_grid[:12]) if row.unit_grid else None
    return by_grid.code if by_grid else where.community


@verb
def set_component_state(*, actor: Actor, now: datetime, code: str, state: str) -> None:
    """Note what became of a component. Refused: unknown_component (404), unknown_state."""
    if state not in COMPONENT_STATES:
        raise refusal("unknown_state", code, field="state", other=state)
    found = Component.objects.filter(code=code).first()
    if found is None:
        raise refusal("unknown_component", code, status=404)
    Component.objects.filter(pk=found.pk).update(state=state, changed_on=timezone.localdate(now))
    writing.changed(actor=actor, now=now, verb_name="set_component_state", subject=found.id, code=code, state=state)
