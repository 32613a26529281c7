"""Loading components and facilities from files."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

import shapely

from xiucheng.kit.actor import Actor
from xiucheng.kit.ids import uuid7
from xiucheng.kit.verbs import verb

from .. import whereabouts
from ..loaders import points
from ..loaders.points import PointRow
from ..loaders.reading import Source
from ..loaders.report import LoadReport, Sieve
from ..models import Component, Facility
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
    """Store the components of a CSV or GeoJSON file; a code already there is brought up to date; of state,
    date and note it keeps what the file does not say.

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
    stay = ("id", *_unsaid(placed))
    writing.upsert(Component, _COMPONENT, (_component(row, community) for row, community in placed), kept=stay)
    parties = [(row.code, relation, name) for row, _ in placed for relation, name in row.parties]
    report = sieve.report(read, len(placed), parties)
    change = kept.keep(actor=actor, now=now, verb_name="load_components")
    writing.changed(
        actor=actor, now=now, verb_name="load_components", subject=district.id, change=change, **writing.counts(report)
    )
    return replace(report, change=change)


_STATE = "intact"
_SOMETIMES = ("state", "changed_on", "note")


def _unsaid(placed: Sequence[tuple[PointRow, str | None]]) -> tuple[str, ...]:
    """Columns that the file does not fill in at all: what is on record of them stays."""
    return tuple(name for name in _SOMETIMES if not any(getattr(row, name) for row, _ in placed))


_COMPONENT = (
    "code", "id", "kind", "name", "state", "community_code", "unit_grid", "lon", "lat", "shape", "accuracy",
    "surveyed_on", "changed_on", "source", "note",
)  # fmt: skip


def _component(row: PointRow, community: str | None) -> tuple[object, ...]:
    """A row in the order of _COMPONENT."""
    shape = shapely.to_wkb(row.shape) if row.shape is not None else None
    return (
        row.code, uuid7(), row.kind, row.name, row.state or _STATE, community, row.unit_grid, row.lon, row.lat, shape,
        row.accuracy, row.surveyed_on, row.changed_on, row.source, row.note,
    )  # fmt: skip


@verb
def load_facilities(*, actor: Actor, now: datetime, source: Source, datum: str = "wgs84") -> LoadReport:
    """Store the facilities of a CSV or GeoJSON file; a code already there is brought up to date, as components are.

    The report's `parties` name owners and maintainers as written, for people to link. Refused row by row, see
    `points.read_facilities`, and point_outside, unknown_area. Warned: place_unknown.
    """
    district = writing.district()
    sieve = Sieve()
    read, found = points.read_facilities(source, datum, sieve)
    placed = whereabouts.place(found, sieve)
    kept = changes.Keeper("facility", [row.code for row, _ in placed])
    said = [name for name in _SOMETIMES if name not in _unsaid(placed)]
    Facility.objects.bulk_create(
        [
            Facility(
                code=row.code, kind=row.kind, name=row.name, community_id=community, address=row.address,
                lon=row.lon, lat=row.lat, state=row.state or _STATE, changed_on=row.changed_on, note=row.note,
            )
            for row, community in placed
        ],
        batch_size=writing.BATCH,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["kind", "name", "community", "address", "lon", "lat", *said],
    )  # fmt: skip
    parties = [(row.code, relation, name) for row, _ in placed for relation, name in row.parties]
    report = sieve.report(read, len(placed), parties)
    change = kept.keep(actor=actor, now=now, verb_name="load_facilities")
    writing.changed(
        actor=actor, now=now, verb_name="load_facilities", subject=district.id, change=change, **writing.counts(report)
    )
    return replace(report, change=change)
