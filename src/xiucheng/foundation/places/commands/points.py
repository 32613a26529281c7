"""Loading components and facilities, and noting what becomes of a component."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

import shapely
from django.utils import timezone

from xiucheng.kit.actor import Actor
from xiucheng.kit.ids import uuid7
from xiucheng.kit.verbs import verb

from .. import whereabouts
from ..loaders import points
from ..loaders.points import PointRow
from ..loaders.reading import Source
from ..loaders.report import LoadReport, Sieve
from ..models import Component, Facility
from ..refusals import refusal
from ..rules import COMPONENT_STATES
from . import changes, writing


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
    placed = whereabouts.place(own, sieve)
    kept = changes.Keeper("component", [row.code for row, _ in placed])
    writing.upsert(Component, _COMPONENT, (_component(row, community) for row, community in placed), kept=("id",))
    parties = [(row.code, relation, name) for row, _ in placed for relation, name in row.parties]
    report = sieve.report(read, len(placed), parties)
    change = kept.keep(actor=actor, now=now, verb_name="load_components")
    writing.changed(
        actor=actor, now=now, verb_name="load_components", subject=district.id, change=change, **writing.counts(report)
    )
    return replace(report, change=change)


_COMPONENT = (
    "code", "id", "kind", "name", "state", "community_code", "unit_grid", "lon", "lat", "shape", "accuracy",
    "surveyed_on", "changed_on", "source", "note",
)  # fmt: skip


def _component(row: PointRow, community: str | None) -> tuple[object, ...]:
    """A row in the order of _COMPONENT."""
    shape = shapely.to_wkb(row.shape) if row.shape is not None else None
    return (
        row.code, uuid7(), row.kind, row.name, row.state, community, row.unit_grid, row.lon, row.lat, shape,
        row.accuracy, row.surveyed_on, row.changed_on, row.source, row.note,
    )  # fmt: skip


@verb
def load_facilities(*, actor: Actor, now: datetime, source: Source, datum: str = "wgs84") -> LoadReport:
    """Store the facilities of a CSV or GeoJSON file; a code already there is brought up to date.

    Refused row by row, see `points.read_facilities`, and point_outside, unknown_area. Warned: place_unknown.
    """
    district = writing.district()
    sieve = Sieve()
    read, found = points.read_facilities(source, datum, sieve)
    placed = whereabouts.place(found, sieve)
    kept = changes.Keeper("facility", [row.code for row, _ in placed])
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
    change = kept.keep(actor=actor, now=now, verb_name="load_facilities")
    writing.changed(
        actor=actor, now=now, verb_name="load_facilities", subject=district.id, change=change, **writing.counts(report)
    )
    return replace(report, change=change)


@verb
def set_component_state(*, actor: Actor, now: datetime, code: str, state: str) -> None:
    """Note what became of a component. Refused: unknown_component (404), unknown_state."""
    if state not in COMPONENT_STATES:
        raise refusal("unknown_state", code, field="state", other=state)
    found = Component.objects.filter(code=code).first()
    if found is None:
        raise refusal("unknown_component", code, status=404)
    kept = changes.Keeper("component", [code])
    Component.objects.filter(pk=found.pk).update(state=state, changed_on=timezone.localdate(now))
    kept.keep(actor=actor, now=now, verb_name="set_component_state")
    writing.changed(actor=actor, now=now, verb_name="set_component_state", subject=found.id, code=code, state=state)
