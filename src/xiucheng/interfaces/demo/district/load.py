"""Founding 丝澜区（示例） in an empty site, through the rooms' own doors."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from xiucheng.foundation.packs import commands as packs
from xiucheng.foundation.packs import queries as pack_queries
from xiucheng.foundation.people import commands as people
from xiucheng.foundation.people import queries as people_queries
from xiucheng.foundation.people.commands import PartyOf
from xiucheng.foundation.places import commands as places
from xiucheng.foundation.places import queries as place_queries
from xiucheng.foundation.places.commands import BuildingRow, CompoundRow
from xiucheng.kit.ids import uuid7
from xiucheng.kit.journal import readers
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb

from .. import organisations as small
from .. import rulebooks
from ..staff import PASSWORD, ROLES_WITH_ACCOUNT, Account
from . import bodies as bodies_of
from . import things
from .chronicle import ZONE
from .company import employ
from .following import following
from .frame import BY
from .names import CODE, PREFIX, STREETS
from .past import Stage
from .plan import FULL, SEED, Plan
from .sketch import Sketch
from .things import Place

__all__ = ["Account", "accounts", "load"]

Progress = Callable[[str], None]

# The district stood ready a month before the first report of its history.
_READY_BEFORE = timedelta(days=30)
# The last pack that is published; where it is in force the district is whole.
_LAST = "filing"


def load(
    now: datetime, progress: Progress | None = None, plan: Plan = FULL, seed: int = SEED, *, beside: bool = True
) -> bool:
    """Found the district in this site and let its year have happened; False where it is there already.

    The ground and the people are one transaction, the history one for each thousand reports, so that what reads the
    journal can follow meanwhile; beside: in a process of its own. progress: told each stage in the reader's language.
    Refused: `other_district` where the site holds another one, `half_loaded` where an earlier load was broken off.
    """
    if not _is_empty(now):
        return False
    tell = progress or (lambda stage: None)
    tell(_("绘制示例区"))
    sketch = Sketch(plan, seed, now.astimezone(ZONE).date())
    early = now - timedelta(days=plan.days) - _READY_BEFORE
    stage = _found(sketch, early, tell)
    with following() if beside else nullcontext():
        tell(_("过去一年的案卷"))
        stage.play(sketch.tales, now, lambda done: tell(_told(done, len(sketch.tales))))
        _publish(_LAST, _packs(sketch)[_LAST], early)
        tell(_("整理看板和检索"))
    readers.catch_up()
    return True


def accounts() -> list[Account]:
    """One account per role, with the role's name in the reader's language."""
    names = dict(people_queries.roles())
    street = STREETS[0]
    community = next(street.communities())[1]
    places_of = {
        "grid_officer": community,
        "community_secretary": community,
        "inspector": street.name,
        "street_head": street.name,
        "agency_clerk": f"{PREFIX}区市政养护所",
        "crew": f"{PREFIX}区市政养护所",
    }
    return [
        Account(f"{names[role]} · {places_of[role]}" if role in places_of else names[role], role, PASSWORD)
        for role in ROLES_WITH_ACCOUNT
    ]


def _told(done: int, total: int) -> str:
    return _("过去一年的案卷：%(done)s / %(total)s") % {"done": done, "total": total}


def _is_empty(now: datetime) -> bool:
    """Is there no district yet? False where this one is whole."""
    found = place_queries.district()
    if found is None:
        return True
    if found.code != CODE:
        raise Refused("other_district", _("这个站点已有别的区县，示例区只能载入空站点。"))
    if pack_queries.current(_LAST, now) is None:
        raise Refused("half_loaded", _("上次载入示例区没有完成。请加 --fresh 重新开始。"))
    return False


@verb
def _found(sketch: Sketch, early: datetime, tell: Progress) -> Stage:
    """Everything but the history: one transaction."""
    held = found_ground(sketch, early, tell)
    tell(_("登记人员和排班"))
    company = employ(sketch.workers, held, early)
    tell(_("发布立案目录和各项规则"))
    for kind, body in _packs(sketch).items():
        if kind != _LAST:
            _publish(kind, body, early)
    return Stage(company, held)


def _packs(sketch: Sketch) -> dict[str, dict[str, Any]]:
    """Kind → body: the small sample's, but with the routing of these organisations."""
    bodies = dict(rulebooks.bodies())
    kinds = {item["key"]: item["kind"] for item in bodies["catalogue"]["categories"]}
    return bodies | {"routing": sketch.bodies.routing(kinds)}


@verb
def _publish(kind: str, body: dict[str, Any], early: datetime) -> None:
    draft = packs.draft(by=BY, now=early, kind=kind, body=body)
    packs.publish(by=BY, now=early, pack_id=draft.id, effective_from=early)


@verb
def found_ground(sketch: Sketch, now: datetime, tell: Progress) -> dict[str, UUID]:
    """Areas, grids, organisations, components, facilities, compounds; returns organisations by code."""
    actor, land = BY.actor, sketch.land
    tell(_("绘制网格"))
    places.load_areas(actor=actor, now=now, rows=land.areas())
    places.load_outlines(actor=actor, now=now, source=land.outline_rows())
    places.load_unit_grids(actor=actor, now=now, source=land.unit_grid_rows())
    places.load_duty_grids(actor=actor, now=now, source=land.duty_grid_rows())
    tell(_("登记单位"))
    held = _organise(sketch, now)
    tell(_("登记部件、设施和小区"))
    _set_up_things(sketch, held, now)
    return held


def _organise(sketch: Sketch, now: datetime) -> dict[str, UUID]:
    centre = people.register_organisation(by=BY, now=now, code=small.CENTRE, name=bodies_of.CENTRE_NAME, kind="centre")
    held = {small.CENTRE: centre}
    for org in sketch.agencies:
        held[org.code] = people.register_organisation(
            by=BY,
            now=now,
            code=org.code,
            name=org.name,
            kind=org.kind,
            parent_id=centre,
            calendar=org.calendar,
            area=org.area,
        )
    return held


def _set_up_things(sketch: Sketch, held: Mapping[str, UUID], now: datetime) -> None:
    names = bodies_of.names(sketch.agencies)
    rows = things.component_rows(sketch.components, names)
    places.load_components(actor=BY.actor, now=now, source=rows)
    links = [
        PartyOf(one.code, relation, held[code])
        for one in sketch.components
        for relation, code in (("owner", one.owner), ("maintainer", one.maintainer))
    ]
    people.link_parties(by=BY, now=now, links=links)
    places.load_facilities(actor=BY.actor, now=now, source=things.place_rows(sketch.facilities))
    compounds, buildings = _housing(sketch.compounds)
    places.load_housing(actor=BY.actor, now=now, compounds=compounds, buildings=buildings)


def _housing(found: Sequence[Place]) -> tuple[list[CompoundRow], list[BuildingRow]]:
    """Compounds and their buildings for `places.load_housing`."""
    compounds, buildings = [], []
    for one in found:
        row = CompoundRow(uuid7(), one.unit_grid[:12], one.name, one.address)
        compounds.append(row)
        buildings += [BuildingRow(uuid7(), row.id, name, floors) for name, floors in one.buildings]
    return compounds, buildings
