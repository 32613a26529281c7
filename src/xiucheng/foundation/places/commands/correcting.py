"""What somebody sees is wrong with a component or facility on record: one by hand, or many with one state."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from xiucheng.kit.actor import Actor
from xiucheng.kit.bulk import among
from xiucheng.kit.days import local_day
from xiucheng.kit.verbs import verb
from xiucheng.kit.words import legible

from .. import points, whereabouts
from ..loaders.points import PointRow
from ..loaders.report import Sieve
from ..models import Component, Facility
from ..refusals import refusal
from ..rules import POINT_KINDS, POINT_STATES, point_ok
from . import changes, writing

_MODELS: dict[str, Any] = {"component": Component, "facility": Facility}
MOST = 20_000
"""So many at a time, that nobody waits at a page (D)."""
_LONGEST = {"name": 60, "note": 200, "address": 120}


@dataclass(frozen=True, slots=True)
class Correction:
    """What is to stand from now on; None leaves it as it is. lon, lat: degrees WGS84, both or neither.

    Only the state may be said of many at once; an address only of a facility.
    """

    state: str | None = None
    name: str | None = None
    note: str | None = None
    address: str | None = None
    lon: float | None = None
    lat: float | None = None


@verb
def correct_points(
    *, actor: Actor, now: datetime, kind: str, codes: Collection[str], said: Correction, seen: UUID | None = None
) -> UUID:
    """Correct components or facilities (kind of rules.POINT_KINDS) by their codes; returns the change, to be undone by
    `undo_change`. Who has nothing new to be told of is left alone.

    seen: the last change that the person saw of a single one. Refused: unknown_kind_of_file, unknown_component,
    unknown_facility (404), moved_on (409), unknown_state, one_at_a_time, too_many_things, name_missing, text_too_long,
    bad_point, point_outside, nothing_changed.
    """
    if kind not in POINT_KINDS:
        raise refusal("unknown_kind_of_file", kind, status=404)
    _check(kind, said, codes)
    rows = _rows(kind, codes)
    if seen is not None and seen != points.last_change(kind, rows[0].code):
        raise refusal("moved_on", rows[0].code, status=409)
    values = _values(kind, said, rows[0])
    fresh = [row for row in rows if any(getattr(row, name) != value for name, value in values.items())]
    if not fresh:
        raise refusal("nothing_changed")
    touched = [row.code for row in fresh]
    kept = changes.Keeper(kind, touched)
    among(_MODELS[kind].objects.all(), "code", touched).update(**values, changed_on=local_day(now))
    change = kept.keep(actor=actor, now=now, verb_name="correct_points")
    subject = fresh[0].id if len(codes) == 1 else writing.district().id
    writing.changed(
        actor=actor, now=now, verb_name="correct_points", subject=subject, kind=kind, count=len(fresh),
        change=change, fields=sorted(values), **({"state": said.state} if said.state else {}),
    )  # fmt: skip
    return UUID(change)


def _check(kind: str, said: Correction, codes: Collection[str]) -> None:
    if (said.lon is None) != (said.lat is None):
        raise refusal("bad_point", *sorted(codes)[:1], field="lat" if said.lat is None else "lon")
    if said.state is not None and said.state not in POINT_STATES:
        raise refusal("unknown_state", "、".join(sorted(codes)[:1]), field="state", other=said.state)
    if len(codes) > MOST:
        raise refusal("too_many_things", most=str(MOST))
    alone = (said.name, said.address, said.lon, said.lat, said.note)
    if len(codes) > 1 and any(value is not None for value in alone):
        raise refusal("one_at_a_time")
    for field, longest in _LONGEST.items():
        given = getattr(said, field)
        if given is not None and len(legible(given)) > longest:
            raise refusal("text_too_long", field=field, most=str(longest))
    if kind == "facility" and said.name is not None and not legible(said.name):
        raise refusal("name_missing", *sorted(codes)[:1], field="name")


def _rows(kind: str, codes: Collection[str]) -> list[Any]:
    rows = list(among(_MODELS[kind].objects.select_for_update(), "code", sorted(codes)).order_by("code"))
    if missing := sorted(set(codes) - {row.code for row in rows}):
        raise refusal(f"unknown_{kind}", missing[0], status=404)
    if not rows:
        raise refusal("nothing_changed")
    return rows


def _values(kind: str, said: Correction, row: Any) -> dict[str, Any]:
    """The columns that are to change; a point brings its community and grid along."""
    texts = {name: getattr(said, name) for name in ("name", "note", *(("address",) if kind == "facility" else ()))}
    values: dict[str, Any] = {name: legible(text) for name, text in texts.items() if text is not None}
    if said.state is not None:
        values["state"] = said.state
    if said.lon is not None and said.lat is not None and (said.lon, said.lat) != (row.lon, row.lat):
        values |= _moved(kind, row, said.lon, said.lat)
    return values


def _moved(kind: str, row: Any, lon: float, lat: float) -> dict[str, Any]:
    if not point_ok(lon, lat):
        raise refusal("bad_point", row.code, field="lon")
    sieve = Sieve()
    at = PointRow(1, row.code, row.kind, row.name, lon, lat, community="", unit_grid="")
    placed = whereabouts.place([at], sieve)
    if not placed:
        raise refusal(sieve.refused[0].code, row.code, field="lon")
    found, community = placed[0]
    # Without a map nobody knows where the new point lies: it stays where it was said to be.
    values: dict[str, Any] = {"lon": lon, "lat": lat, "community_id": community or row.community_id}
    if kind == "component":
        # A line or an area moves with its point no further than that: its shape is no longer known.
        values |= {"unit_grid": found.unit_grid, "shape": None}
    return values
