"""A small district for tests: two streets, three communities, agencies, one person per post, packs published.

    def test_x(world): world.people["dispatcher"] … world.standing("dispatcher") … world.agencies["roads"]

Everything comes in by the rooms' own commands; times are `world.now`, a Monday at 09:00 in the site's zone.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from xiucheng.foundation.packs import commands as packs
from xiucheng.foundation.people import commands as people
from xiucheng.foundation.people import queries, vault
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.places import commands as places
from xiucheng.foundation.places.loaders.divisions import AreaRow
from xiucheng.kit.actor import Actor
from xiucheng.kit.ids import uuid7
from xiucheng.kit.worktime import seed
from xiucheng.operations.cases import commands as cases
from xiucheng.operations.cases.catalogue import DEFAULT_LIMITS, body_from_csv

MONDAY = datetime(2026, 3, 2, 1, tzinfo=UTC)
SETUP = Standing.for_system("setup")

AREAS = (
    ("990101", "示例区"),
    ("990101001", "东街街道"),
    ("990101002", "西河街道"),
    ("990101001001", "槐花社区"),
    ("990101001002", "钟楼社区"),
    ("990101002001", "柳岸社区"),
)
AGENCIES = (
    ("roads", "市政养护所", "agency", ""),
    ("parks", "园林管理所", "agency", ""),
    ("lights", "路灯管理所", "utility", ""),
    ("east_office", "东街街道办事处", "street_office", "990101001"),
)
POSTS = (
    # name, role, area, agency
    ("grid_officer", "grid_officer", "990101001001", None),
    ("inspector", "inspector", "990101001", None),
    ("far_inspector", "inspector", "990101002", None),
    ("acceptor", "acceptor", "", None),
    ("other_acceptor", "acceptor", "", None),
    ("dispatcher", "dispatcher", "", None),
    ("shift_leader", "shift_leader", "", None),
    ("roads_clerk", "agency_clerk", "", "roads"),
    ("roads_crew", "crew", "", "roads"),
    ("parks_clerk", "agency_clerk", "", "parks"),
    ("lights_clerk", "agency_clerk", "", "lights"),
    ("street_head", "street_head", "990101001", None),
    ("secretary", "community_secretary", "990101001001", None),
    ("leader", "leader", "", None),
    ("system_admin", "system_admin", "", None),
    ("security_admin", "security_admin", "", None),
    ("audit_admin", "audit_admin", "", None),
)


@dataclass
class World:
    """Ids of what was made, and short ways to do what most tests do."""

    now: datetime = MONDAY
    agencies: dict[str, UUID] = field(default_factory=dict)
    people: dict[str, UUID] = field(default_factory=dict)

    def standing(self, name: str, at: datetime | None = None) -> Standing:
        return queries.standing_of(self.people[name], at or self.now)

    def file(self, *, now: datetime | None = None, area: str = "990101001001", **values) -> cases.Filed:
        """File one case the way intake does; values are those of NewCase."""
        key = vault.new_key()
        plain = {
            "report_id": uuid7(),
            "channel": "resident",
            "category": "C0137",
            "place": cases.CasePlace(area=area),
            "key_id": key,
            "sealed_title": vault.seal(key, values.pop("title", "路口的路灯不亮")),
        }
        return cases.file_case(
            by=Standing.for_rule("filing", 1), now=now or self.now, case=cases.NewCase(**{**plain, **values})
        )


def build(now: datetime = MONDAY) -> World:
    """Found the district; about 60 statements."""
    world = World(now)
    actor = Actor.system("setup")
    early = now.replace(year=now.year - 1)
    places.load_areas(actor=actor, now=early, rows=[_area(code, name) for code, name in AREAS])
    for code, name, kind, area in AGENCIES:
        world.agencies[code] = people.register_organisation(
            by=SETUP, now=early, code=code, name=f"{name}（示例）", kind=kind, area=area
        )
    for name, role, area, agency in POSTS:
        person = people.register_person(by=SETUP, now=early, name=f"示例{name}")
        world.people[name] = person
        people.start_membership(
            by=SETUP,
            now=early,
            person_id=person,
            role=role,
            area=area,
            agency_id=world.agencies[agency] if agency else None,
        )
    publish("catalogue", body_from_csv(), early)
    publish("calendar", seed.body(), early)
    publish("limits", dict(DEFAULT_LIMITS), early)
    return world


def publish(kind: str, body: dict, now: datetime) -> None:
    """Draft and publish one pack."""
    draft = packs.draft(by=SETUP, now=now, kind=kind, body=body)
    packs.publish(by=SETUP, now=now, pack_id=draft.id, effective_from=now)


def _area(code: str, name: str) -> AreaRow:
    return AreaRow(row=0, code=code, name=name)
