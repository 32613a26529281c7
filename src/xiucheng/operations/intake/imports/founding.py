"""What a mapping brings along for a site of its own (areas, agencies, catalogue), and the codes that rows may name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from xiucheng.foundation.packs import commands as packs_commands
from xiucheng.foundation.packs import queries as packs
from xiucheng.foundation.people import commands as people_commands
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.places import commands as places_commands
from xiucheng.foundation.places import queries as places
from xiucheng.foundation.places.loaders.divisions import AreaRow
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb
from xiucheng.operations.cases import configuration
from xiucheng.operations.cases.catalogue import compile_catalogue

from ..channels import CHANNELS
from .mapping import Mapping as MappingFile
from .mapping import OwnCategory
from .requests import Known


@dataclass(frozen=True, slots=True)
class Ground:
    """What the rows of an import may name."""

    known: Known
    agencies: Mapping[str, UUID]


@verb
def found(*, by: Standing, now: datetime, mapping: MappingFile) -> None:
    """Bring in what the mapping states and the site lacks; twice is once. A mapping without its own needs nothing.

    Refused: what places, people and packs refuse.
    """
    missing = [area for area in mapping.own_areas if places.area(area.code) is None]
    if missing:
        rows = [AreaRow(number, area.code, area.name, local=True) for number, area in enumerate(missing, start=1)]
        places_commands.load_areas(actor=by.actor, now=now, rows=rows)
    for agency in mapping.own_agencies:
        if people.agency_by_code(agency.code) is None:
            people_commands.register_organisation(
                by=by, now=now, code=agency.code, name=agency.name, kind="agency", calendar=""
            )
    if mapping.own_categories:
        _publish(by, now, mapping)


def _publish(by: Standing, now: datetime, mapping: MappingFile) -> None:
    body = catalogue_body(mapping)
    current = packs.current("catalogue", now)
    if current is not None and current.body == body:
        return
    draft = packs_commands.draft(by=by, now=now, kind="catalogue", body=body)
    packs_commands.publish(by=by, now=now, pack_id=draft.id)


def catalogue_body(mapping: MappingFile) -> dict[str, Any]:
    """The body of the pack `catalogue` that the mapping's own categories make."""
    return {"categories": [_category(mapping, own) for own in mapping.own_categories]}


def _category(mapping: MappingFile, own: OwnCategory) -> dict[str, Any]:
    condition = {
        "key": f"{own.key}01",
        "text": own.minor_name,
        "severity": "M",
        "limit": {"value": own.limit_value, "unit": own.limit_unit, "mode": "elapsed"},
        "closing": "",
        "after_photo": False,
        "default": True,
    }
    return {
        "key": own.key,
        "scheme": mapping.name,
        "version": str(mapping.version),
        # A source's own requests are what people ask for, checked by nobody afterwards.
        "kind": "service",
        "code_source": "own",
        "major_code": own.major_code,
        "major_name": own.major_name,
        "minor_code": own.minor_code,
        "minor_name": own.minor_name,
        "street_visible": False,
        "conditions": [condition],
    }


def ground(mapping: MappingFile, now: datetime) -> Ground:
    """The codes that rows may name here: those of the site, and those that the mapping brings along."""
    agencies = {one.code: one.id for one in people.organisations().values()}
    areas = {area.code for area in places.subtree()} if places.district() else set()
    return Ground(
        known=Known(
            categories=_categories(mapping, now),
            areas=areas | {area.code for area in mapping.own_areas},
            channels=set(CHANNELS),
            agencies=set(agencies) | {agency.code for agency in mapping.own_agencies},
        ),
        agencies=agencies,
    )


def _categories(mapping: MappingFile, now: datetime) -> set[str]:
    # What the mapping brings replaces the site's catalogue, so it alone counts, also before it is published.
    if mapping.own_categories:
        return set(compile_catalogue(0, catalogue_body(mapping)).categories)
    try:
        return set(configuration.catalogue(now).categories)
    except Refused as refusal:
        if refusal.code != "no_catalogue":
            raise
        return set()
