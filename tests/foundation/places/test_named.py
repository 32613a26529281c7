"""Duty grids that are mere names: taken away only while nothing is drawn in them and nobody holds them."""

from __future__ import annotations

import pytest

from .ground import ACTOR, NOW, collection, found_town

pytestmark = pytest.mark.usefixtures("db")
HUAI = "990101001001"


def drop(code: str):
    from xiucheng.foundation.places import commands

    commands.drop_duty_grid(actor=ACTOR, now=NOW, code=code)


def test_a_name_goes_and_is_unknown_afterwards():
    from xiucheng.foundation.places import commands, queries
    from xiucheng.kit.refused import Refused

    found_town()
    grid = commands.name_duty_grid(actor=ACTOR, now=NOW, area=HUAI, name="槐花一格")
    drop(grid)
    assert queries.duty_grid(grid) is None
    with pytest.raises(Refused) as caught:
        drop(grid)
    assert (caught.value.code, caught.value.status) == ("unknown_duty_grid", 404)


def test_what_is_drawn_is_no_mere_name():
    from xiucheng.foundation.places import commands
    from xiucheng.kit.refused import Refused

    members = sorted(found_town())[:2]
    rows = [({"code": "D1", "name": "东一片", "members": members}, None)]
    commands.load_duty_grids(actor=ACTOR, now=NOW, source=collection(rows))
    with pytest.raises(Refused) as caught:
        drop("D1")
    assert (caught.value.code, caught.value.status) == ("duty_grid_drawn", 409)
    assert "东一片" in str(caught.value.text)


def test_a_grid_stays_while_somebody_walks_it_or_will():
    from datetime import timedelta

    from tests.world import build
    from xiucheng.foundation.people.models import GridLink
    from xiucheng.foundation.places import commands
    from xiucheng.kit.refused import Refused

    world = build()
    grid = commands.name_duty_grid(actor=ACTOR, now=world.now, area="990101001001", name="槐花一格")
    link = GridLink.objects.create(
        person_id=world.people["inspector"], duty_grid=grid, starts_at=world.now - timedelta(days=9)
    )
    with pytest.raises(Refused) as caught:
        commands.drop_duty_grid(actor=ACTOR, now=world.now, code=grid)
    assert (caught.value.code, caught.value.status) == ("in_use", 409)
    GridLink.objects.filter(id=link.id).update(ends_at=world.now - timedelta(days=1))
    commands.drop_duty_grid(actor=ACTOR, now=world.now, code=grid)
