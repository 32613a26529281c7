"""All parts of 丝澜区（示例） as drawn from one seed, before any database, and the digest by which they are known."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from typing import Any

import shapely

from ..organisations import Org
from . import chronicle, staff, things
from .bodies import Bodies
from .chronicle import Tale
from .land import Land, lay
from .names import STREETS
from .plan import FULL, SEED, Plan
from .staff import Worker
from .things import Place, Thing


@dataclass(frozen=True)
class Sketch:
    """The district for a plan and a seed; every part is drawn when it is first asked for, by lots of its own.

    until: the local day before which its history ends.
    """

    plan: Plan = FULL
    seed: int = SEED
    until: date = date(2026, 11, 1)

    @cached_property
    def land(self) -> Land:
        """The ground."""
        return lay(self.plan, self.seed)

    @cached_property
    def bodies(self) -> Bodies:
        """The organisations and whose what is."""
        return Bodies(STREETS[: self.plan.streets])

    @cached_property
    def agencies(self) -> tuple[Org, ...]:
        """All that handle cases."""
        return tuple(self.bodies.agencies())

    @cached_property
    def components(self) -> list[Thing]:
        """What stands along the ways."""
        return things.components(self.land, self.bodies, self.plan, self.seed)

    @cached_property
    def facilities(self) -> list[Place]:
        """What people go to."""
        return things.facilities(self.land, self.plan, self.seed)

    @cached_property
    def compounds(self) -> list[Place]:
        """Where people live."""
        return things.compounds(self.land, self.plan, self.seed)

    @cached_property
    def workers(self) -> tuple[Worker, ...]:
        """Who works there."""
        return tuple(staff.workers(self.land, self.agencies, self.seed))

    @cached_property
    def tales(self) -> tuple[Tale, ...]:
        """What happened in the year before `until`, in the order of time."""
        return tuple(chronicle.tales(self.plan, self.seed, self.land, self.bodies, self.components, self.until))

    def digest(self) -> str:
        """SHA-256 over everything that is drawn; the same for the same plan, seed and day, on any machine."""
        sha = hashlib.sha256()
        for part in self._parts():
            sha.update(json.dumps(part, ensure_ascii=False, sort_keys=True).encode() + b"\n")
        return sha.hexdigest()

    def _parts(self) -> Iterator[Any]:
        for code, shape in self.land.unit_grids.items():
            # To a millimetre: the last digits of a float may differ between processors.
            yield code, shapely.get_coordinates(shape).round(8).tolist()
        yield {code: list(members) for code, members in self.land.duty_grids.items()}
        yield [(way.kind, way.name) for way in self.land.ways]
        yield [asdict(org) for org in self.agencies]
        yield from map(asdict, self.components)
        yield from map(asdict, (*self.facilities, *self.compounds))
        for worker in self.workers:
            yield worker.name, worker.posts, [str(edge) for edge in worker.shift or ()], worker.duty_grid
        yield from (tale.plain() for tale in self.tales)
