"""The bench's district 测速区（示例）: 8 streets, 128 communities, 4,096 unit grids, 14 agencies, packs published.

Founded by the rooms' own commands on the first run of a site and read back afterwards, so that every later figure is
measured on a district of the size that the standard's 万米单元网格 give an urban one.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from shapely.geometry import mapping

from xiucheng.foundation.packs import commands as packs
from xiucheng.foundation.packs import queries as pack_queries
from xiucheng.foundation.people import commands as people
from xiucheng.foundation.people import queries as people_queries
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.places import commands as places
from xiucheng.foundation.places import queries as place_queries
from xiucheng.foundation.places.loaders.divisions import AreaRow
from xiucheng.kit.now import now as this_instant
from xiucheng.kit.worktime import seed
from xiucheng.operations.cases.catalogue import DEFAULT_LIMITS, body_from_csv, compile_catalogue

from .places import SIDE, SOUTH, STEP, WEST, cells

SETUP = Standing.for_system("bench")
CODE = "990102"
CHANNEL = "api"
STREETS = 8
COMMUNITIES = 16
"""Per street; a community is 4 × 8 cells."""

# Cells at the rim are wavy; a point this far inside lies in one for certain.
_MARGIN = 0.2 * STEP
BOUNDS = (WEST + _MARGIN, SOUTH + _MARGIN, WEST + SIDE * STEP - _MARGIN, SOUTH + SIDE * STEP - _MARGIN)

# Majors of the catalogue that an agency answers for; what is left goes to the street office of the place.
AGENCIES = (
    ("roads", "市政养护所", ("C01", "C02")),
    ("appearance", "市容管理所", ("C03", "E01")),
    ("parks", "园林管理所", ("C04",)),
    ("signs", "广告管理所", ("E02",)),
    ("sites", "工地管理所", ("E03",)),
    ("enforcement", "综合执法队", ("E04",)),
)


@dataclass(frozen=True, slots=True)
class District:
    """What the figures need of the district. categories: minors whose reports a rule files and routes."""

    agencies: dict[str, UUID]
    streets: tuple[str, ...]
    communities: tuple[str, ...]
    categories: tuple[str, ...]

    def account(self, role: str) -> UUID:
        """The account of the one who holds this post."""
        found = people_queries.account_of(f"bench.{role}")
        assert found is not None, role
        return found.id


@lru_cache(maxsize=1)
def district() -> District:
    """The district, founded if this site has none yet; some seconds the first time."""
    if place_queries.district() is None:
        _found(this_instant())
    catalogue = pack_queries.current("catalogue", this_instant())
    assert catalogue is not None
    compiled = compile_catalogue(catalogue.version, catalogue.body)
    return District(
        agencies={agency.code: agency.id for agency in people_queries.agencies()},
        streets=tuple(_street(number) for number in range(STREETS)),
        communities=tuple(_community(street, number) for street in range(STREETS) for number in range(COMMUNITIES)),
        categories=tuple(sorted(key for key, one in compiled.categories.items() if one.kind != "service")),
    )


def _street(number: int) -> str:
    return f"{CODE}{number + 1:03d}"


def _community(street: int, number: int) -> str:
    return f"{_street(street)}{number + 1:03d}"


def _found(now: datetime) -> None:
    early = now.replace(year=now.year - 1, day=1)
    rows = [AreaRow(number, code, name, local=True) for number, (code, name) in enumerate(_areas(), start=1)]
    places.load_areas(actor=SETUP.actor, now=early, rows=rows)
    loaded = places.load_unit_grids(actor=SETUP.actor, now=early, source=unit_grids())
    assert not loaded.refused, loaded.refused[:3]
    agencies = _agencies(early)
    _people(agencies, early)
    _publish("catalogue", body_from_csv(), early)
    _publish("calendar", seed.body(), early)
    _publish("limits", dict(DEFAULT_LIMITS), early)
    _publish("routing", {"rules": _routing()}, early)
    _publish("filing", {"rules": [{"channel": CHANNEL}]}, early)


def _areas() -> Iterator[tuple[str, str]]:
    yield CODE, "测速区（示例）"
    for street in range(STREETS):
        yield _street(street), f"测速{street + 1}街道"
        for number in range(COMMUNITIES):
            yield _community(street, number), f"测速{street + 1}街道第{number + 1}社区"


def unit_grids() -> dict[str, Any]:
    """The 4,096 cells as GeoJSON, numbered in each community from west to east, then from north to south."""
    height, width = SIDE // STREETS, SIDE // COMMUNITIES
    features = []
    for position, (_, shape) in enumerate(cells()):
        row, column = divmod(position, SIDE)
        street, community = row // height, column // width
        number = (height - 1 - row % height) * width + column % width + 1
        code = f"{_community(street, community)}{number:03d}"
        features.append({"type": "Feature", "properties": {"code": code}, "geometry": mapping(shape)})
    return {"type": "FeatureCollection", "features": features}


def _agencies(now: datetime) -> dict[str, UUID]:
    made = {
        code: people.register_organisation(by=SETUP, now=now, code=code, name=f"{name}（示例）", kind="agency")
        for code, name, _majors in AGENCIES
    }
    for number in range(STREETS):
        code = f"street{number + 1}"
        name = f"测速{number + 1}街道办事处（示例）"
        made[code] = people.register_organisation(
            by=SETUP, now=now, code=code, name=name, kind="street_office", area=_street(number)
        )
    return made


def _people(agencies: dict[str, UUID], now: datetime) -> None:
    """An acceptor, a dispatcher and a street head to act and to read, a clerk in every agency to be told."""
    _appoint("acceptor", now, role="acceptor")
    _appoint("dispatcher", now, role="dispatcher")
    _appoint("street_head", now, role="street_head", area=_street(0))
    for code, agency_id in agencies.items():
        name = "agency_clerk" if code == AGENCIES[0][0] else f"clerk.{code}"
        _appoint(name, now, role="agency_clerk", agency_id=agency_id)


def _appoint(name: str, now: datetime, **post: Any) -> None:
    person = people.register_person(by=SETUP, now=now, name=f"示例 {name}")
    people.start_membership(by=SETUP, now=now, person_id=person, **post)
    people.create_account(
        by=SETUP, now=now, person_id=person, username=f"bench.{name}", password=secrets.token_urlsafe(20)
    )


def _routing() -> list[dict[str, Any]]:
    by_major: list[dict[str, Any]] = [
        {"no": 10 * number, "categories": list(majors), "agency": code}
        for number, (code, _name, majors) in enumerate(AGENCIES, start=1)
    ]
    return [*by_major, {"no": 900, "agency": "street_office"}]


def _publish(kind: str, body: dict[str, Any], now: datetime) -> None:
    draft = packs.draft(by=SETUP, now=now, kind=kind, body=body)
    packs.publish(by=SETUP, now=now, pack_id=draft.id, effective_from=now)
