"""Founding 丝澜区（示例） in an empty site, through the rooms' own doors."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from xiucheng.foundation.people import commands as people
from xiucheng.foundation.people.commands import ComponentOf
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.places import commands as places
from xiucheng.kit.verbs import verb

from .. import organisations as small
from . import bodies as bodies_of
from . import things
from .sketch import Sketch

BY = Standing.for_system("sample")
Progress = Callable[[str], None]

# The district stood ready a month before the first report of its history.
READY_BEFORE = timedelta(days=30)


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
        ComponentOf(one.code, relation, held[code])
        for one in sketch.components
        for relation, code in (("owner", one.owner), ("maintainer", one.maintainer))
    ]
    people.link_components(by=BY, now=now, links=links)
    places.load_facilities(actor=BY.actor, now=now, source=things.place_rows((*sketch.facilities, *sketch.compounds)))
