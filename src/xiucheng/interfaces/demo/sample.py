"""The sample district 示例区: founded, staffed, configured and lived in for a week, all by the rooms' own commands.

1. Ground: areas, unit grids, duty grids, components, facilities (places).
2. Organisations, people, posts, rosters, accounts (people).
3. Catalogue, calendars, limits, routing, filing by rule (packs).
4. A week's cases, and something in every state (past.py).
"""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from xiucheng.foundation.packs import commands as packs
from xiucheng.foundation.people import commands as people
from xiucheng.foundation.people.commands import PartyOf
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.places import commands as places
from xiucheng.foundation.places import queries
from xiucheng.kit.journal import readers
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb

from . import organisations, rulebooks, staff, things
from .acts import Actors
from .cast import Cast
from .ground import Ground, lay
from .names import DISTRICT_CODE
from .past import DAYS, Past
from .spots import Spots
from .staff import Account, accounts

__all__ = ["SEED", "Account", "accounts", "load"]

SEED = 10
"""Of the ground: one whose unit grids are numbered without a contradiction. The same seed, the same district."""

_BY = Standing.for_system("sample")
# The district stood ready before its first report came.
_READY_BEFORE = timedelta(days=DAYS + 23)

Progress = Callable[[str], None]


def load(now: datetime, progress: Progress | None = None) -> bool:
    """Found the sample district in this site; False where it is there already. About ten seconds.

    Founding is one verb, all of it or nothing: a killed start leaves an empty site. progress: told each stage in the
    reader's language. Refused: `other_district` where the site holds another one.
    """
    district = queries.district()
    if district is not None:
        if district.code != DISTRICT_CODE:
            raise Refused("other_district", _("这个站点已有别的区县，示例区只能载入空站点。"))
        return False
    tell = progress or (lambda stage: None)
    past = _found(now, tell)
    tell(_("整理待办和看板"))
    readers.catch_up()
    past.finish(now)
    readers.catch_up()
    return True


@verb
def _found(now: datetime, tell: Progress) -> Past:
    early = now - _READY_BEFORE
    draw = random.Random(SEED)
    ground = lay(SEED)
    tell(_("绘制网格"))
    _lay_ground(early, ground)
    tell(_("登记单位和人员"))
    agencies = _organise(early)
    tell(_("登记部件和设施"))
    _set_up_things(early, ground, agencies)
    staff.employ(_BY, early, agencies, ground, draw)
    tell(_("发布立案目录和各项规则"))
    for kind, body in rulebooks.bodies():
        draft = packs.draft(by=_BY, now=early, kind=kind, body=body)
        packs.publish(by=_BY, now=early, pack_id=draft.id, effective_from=early)
    tell(_("过去一周的案卷"))
    past = Past(Actors(Cast(draw), draw), Spots(ground, draw), draw, now)
    past.live()
    return past


def _lay_ground(now: datetime, ground: Ground) -> None:
    actor = _BY.actor
    areas = ground.areas()
    places.load_areas(actor=actor, now=now, rows=areas)
    places.load_unit_grids(actor=actor, now=now, source=ground.unit_grid_map())
    places.load_duty_grids(actor=actor, now=now, source=ground.duty_grid_map())
    for area in areas:
        shape = ground.outline if area.code == DISTRICT_CODE else ground.outline_of(area.code)
        places.set_outline(actor=actor, now=now, code=area.code, shape=shape)


def _organise(now: datetime) -> dict[str, UUID]:
    """Organisations by code: the centre above, departments and street offices below it, communities below streets."""
    centre = people.register_organisation(
        by=_BY, now=now, code=organisations.CENTRE, name=organisations.CENTRE_NAME, kind="centre"
    )
    found = {organisations.CENTRE: centre}
    for org in (*organisations.DEPARTMENTS, *organisations.offices()):
        parent = found[f"office_{org.area[6:9]}"] if org.kind == "community_office" else centre
        found[org.code] = people.register_organisation(
            by=_BY,
            now=now,
            code=org.code,
            name=org.name,
            kind=org.kind,
            parent_id=parent,
            calendar=org.calendar,
            area=org.area,
        )
    return found


def _set_up_things(now: datetime, ground: Ground, agencies: dict[str, UUID]) -> None:
    orgs = (*organisations.DEPARTMENTS, *organisations.offices())
    names = {org.code: org.name for org in orgs}
    codes = {org.name: org.code for org in orgs}
    report = places.load_components(actor=_BY.actor, now=now, source=things.component_map(ground, names, SEED))
    relations = {"department": "competent", "owner": "owner", "maintainer": "maintainer"}
    links = [
        PartyOf(component, relations[relation], agencies[codes[name]]) for component, relation, name in report.parties
    ]
    people.link_parties(by=_BY, now=now, links=links)
    places.load_facilities(actor=_BY.actor, now=now, source=things.facility_map(ground, SEED))
