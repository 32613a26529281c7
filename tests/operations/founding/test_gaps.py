"""The list of what is missing asks the requirement in force how many must answer for a place."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.world import SETUP, build, publish
from xiucheng.foundation.people import commands as people
from xiucheng.foundation.places import commands as places
from xiucheng.operations.founding.gaps import gaps

if TYPE_CHECKING:
    from tests.world import World

EAST = "990101001001"


@pytest.fixture
def world(db: None) -> World:
    return build()


def about(world: World, code: str, at: int = 0) -> list[str]:
    """What lacks so, as of that many minutes later."""
    return [one.about for one in gaps(world.now + timedelta(minutes=at))[code]]


def require(world: World, at: int, **levels: object) -> None:
    """Publish a requirement that holds from that many minutes later on."""
    publish("responsibility", {"levels": levels}, world.now + timedelta(minutes=at))


def test_who_is_missing_follows_the_published_requirement(world: World) -> None:
    # Streets need two and have one head at most; communities need one, and only the first has a secretary.
    assert about(world, "place_short_of_people") == ["990101001", "990101001002", "990101002", "990101002001"]
    named = next(one for one in gaps(world.now)["place_short_of_people"] if one.about == "990101002")
    assert "还缺 2 人" in named.name
    require(world, 1, community={"least": 1, "posts": ["community_secretary"]})
    assert about(world, "place_short_of_people", 1) == ["990101001002", "990101002001"]


def test_a_grid_that_nobody_answers_for_is_told_where_grids_need_somebody(world: World) -> None:
    grid = places.name_duty_grid(actor=SETUP.actor, now=world.now, area=EAST, name="一网格")
    assert about(world, "grid_without_leader") == [grid]
    people.link_grid(by=SETUP, now=world.now, duty_grid=grid, person_id=world.people["grid_officer"])
    assert about(world, "grid_without_leader") == []
    require(world, 1, grid={"least": 1, "walkers": False})
    assert about(world, "grid_without_leader", 1) == [grid]
    require(world, 2, street={"least": 1, "posts": ["street_head"]})
    assert about(world, "grid_without_leader", 2) == []
