"""What every write of places shares: the step, the district, a shape with its box."""

from datetime import datetime
from typing import Any
from uuid import UUID

import shapely
from shapely.geometry.base import BaseGeometry

from xiucheng.kit import journal
from xiucheng.kit.actor import Actor

from .. import memory
from ..loaders.report import LoadReport
from ..models import Area
from ..refusals import refusal
from ..rules import trim_code

BATCH = 2000


def changed(*, actor: Actor, now: datetime, verb_name: str, subject: UUID, **payload: Any) -> None:
    """A step, and every process looks again (memory.py)."""
    memory.remembered.changed()
    journal.record(room="places", subject=subject, verb=verb_name, actor=actor, occurred_at=now, payload=payload)


def district() -> Area:
    """The site's district; refuses `no_district`."""
    found = Area.objects.filter(level="district").first()
    if found is None:
        raise refusal("no_district")
    return found


def area(code: str) -> Area:
    """An area by its code; refuses `unknown_area` (404)."""
    found = Area.objects.filter(code=trim_code(code)).first()
    if found is None:
        raise refusal("unknown_area", code, status=404)
    return found


def counts(report: LoadReport) -> dict[str, int]:
    """The numbers of a report, as a step holds them."""
    return {"read": report.read, "taken": report.taken, "refused": len(report.refused)}


def boxed(shape: BaseGeometry) -> dict[str, Any]:
    """The columns of a shape and its box."""
    west, south, east, north = shape.bounds
    return {"shape": shapely.to_wkb(shape), "west": west, "south": south, "east": east, "north": north}


def drawn(shape: Any) -> BaseGeometry:
    """The shape of a column that is not null."""
    return shapely.from_wkb(bytes(shape))
