"""The published routing pack, its rows read once per version and process; and what a draft may name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xiucheng.foundation.packs import queries as packs
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import RELATIONS
from xiucheng.foundation.places import queries as places
from xiucheng.kit.days import local_time
from xiucheng.kit.worktime import is_on_duty
from xiucheng.operations.cases import configuration as case_configuration
from xiucheng.operations.cases.catalogue import Catalogue, Category
from xiucheng.operations.intake import queries as intake

from .rules import Known, Rule, read_rules

KIND = "routing"


@dataclass(frozen=True, slots=True)
class Routing:
    """The rows of one version, in the order of their numbers."""

    version: int
    rules: tuple[Rule, ...]

    @property
    def relations(self) -> tuple[str, ...]:
        """The relations of components to agencies that some row asks for."""
        return tuple(dict.fromkeys(rule.component for rule in self.rules if rule.component))


_read: dict[tuple[int, str], Routing] = {}


def routing(at: datetime) -> Routing | None:
    """What is in force at a moment, None where nothing is published; no statement on most calls."""
    pack = packs.current(KIND, at)
    if pack is None:
        return None
    key = (pack.version, pack.digest)
    if key not in _read:
        _read[key] = routing_of(pack.body, pack.version)
    return _read[key]


def routing_of(body: Mapping[str, Any], version: int = 0) -> Routing:
    """The rows of a body that `check` has passed."""
    return Routing(version, read_rules(body))


def catalogue(at: datetime) -> Catalogue | None:
    """The catalogue in force, None where none is published."""
    return case_configuration.catalogue_if_any(at)


def major_of(category: Category) -> str:
    """The code of the major class, e.g. C01 of C0137."""
    return category.key[: 1 + len(category.major_code)]


def known(at: datetime) -> Known:
    """What the rows of a draft may name now."""
    found = catalogue(at)
    district = places.district()
    return Known(
        categories={c.key: (c.kind, major_of(c)) for c in found.categories.values()} if found else {},
        areas=frozenset(area.code for area in places.subtree()),
        channels=frozenset(channel.name for channel in intake.channels()),
        relations=frozenset(RELATIONS),
        agencies=frozenset(agency.code for agency in people.agencies()),
        district=district.code if district else "",
    )


def local_minute(at: datetime) -> tuple[int, bool]:
    """The minute of the local day, and whether the site's default calendar is on duty."""
    local = local_time(at)
    return local.hour * 60 + local.minute, is_on_duty(at, case_configuration.calendar("default", at))
