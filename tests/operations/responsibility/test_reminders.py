"""Ends of terms are told to those who answer for the community, once per term, and again for another term."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.operations.responsibility import partnering
from tests.refusing import refused
from xiucheng.foundation.notices import queries as notices
from xiucheng.foundation.people.neighbourhood import neighbours, stewards, stewardship, terms
from xiucheng.kit.days import local_day
from xiucheng.operations.responsibility import reminders, timers
from xiucheng.operations.responsibility.partners import commands

if TYPE_CHECKING:
    from uuid import UUID

    from tests.world import World

EAST, OTHER = "990101001001", "990101001002"


@pytest.fixture
def world(db: None) -> World:
    from tests.world import build

    return build()


def serving(world: World, days: int, area: str = EAST, by: str = "street_head", covers: str = "3 号楼") -> UUID:
    """Somebody in office whose term ends after so many days."""
    standing = world.standing(by)
    today = local_day(world.now)
    who = neighbours.keep_neighbour(by=standing, now=world.now, area=area, name="示例甲")
    return terms.enter_steward(
        by=standing, now=world.now, neighbour_id=who, kind="building_steward", covers=covers, selection="elected",
        chosen_on=today - timedelta(days=90), starts_on=today - timedelta(days=60),
        ends_on=today + timedelta(days=days),
    )  # fmt: skip


def inbox(world: World, name: str) -> list[str]:
    return [one.event for one in notices.inbox(world.people[name], now=world.now).rows if one.event == reminders.EVENT]


def test_the_secretary_is_told_once_a_month_before_and_again_of_another_term(world: World) -> None:
    soon, later = serving(world, 20), serving(world, 40, covers="4 号楼")
    assert timers.remind_due(world.now) == 1
    assert timers.remind_due(world.now + timedelta(hours=1)) == 0
    assert inbox(world, "secretary") == [reminders.EVENT]
    assert inbox(world, "street_head") == []
    (told,) = notices.inbox(world.people["secretary"], now=world.now).rows
    assert (told.subject, told.args["kind"]) == (soon, "building_steward")
    assert told.args["ends_on"] in told.sentence
    assert told.link == f"/desk/stewards/{soon}"
    month = world.now + timedelta(days=15)
    assert timers.remind_due(month) == 1
    renewed = local_day(month) + timedelta(days=20)
    terms.correct_steward(by=world.standing("secretary"), now=month, steward_id=later, ends_on=renewed)
    assert timers.remind_due(month) == 1


def test_where_nobody_answers_it_is_told_once_somebody_does(world: World) -> None:
    from tests.world import SETUP
    from xiucheng.foundation.people import commands as people

    serving(world, 5, area=OTHER)
    assert timers.remind_due(world.now) == 0
    people.start_membership(
        by=SETUP, now=world.now, person_id=world.people["inspector"], role="community_secretary", area=OTHER
    )
    assert timers.remind_due(world.now) == 1


def test_a_term_has_its_bounds_and_a_row_said_twice_is_one(world: World) -> None:
    by, today = world.standing("secretary"), local_day(world.now)
    row = terms.Listed("槐花社区", "示例甲", "alley_steward", "槐花巷", "elected", today, households=9)
    made, became = terms.merge_steward(by=by, now=world.now, said=row)
    assert (became, terms.merge_steward(by=by, now=world.now, said=row)) == ("created", (made, "same"))
    wrong = terms.Listed("柳岸社区", "示例丙", "alley_steward", "柳巷", "elected", today)
    both = terms.merge_stewards(by=by, now=world.now, rows=[wrong, row])
    assert [one.became for one in both] == ["refused", "same"]
    assert both[0].refusal is not None
    assert both[0].refusal.code == "not_yours"
    more = terms.Listed("槐花社区", "示例甲", "alley_steward", "槐花巷", "elected", today, households=12)
    assert terms.merge_steward(by=by, now=world.now, said=more) == (made, "changed")
    stewards.undo_steward(by=by, now=world.now, steward_id=made)
    assert stewards.steward(made, by).households == 9
    with refused("illegal_move", 409):
        terms.correct_steward(by=by, now=world.now, steward_id=made, ends_on=today)
    late = terms.Listed("槐花社区", "示例乙", "alley_steward", "柳巷", "elected", today, starts_on=today, ends_on=today)
    with refused("bad_term"):
        terms.merge_steward(by=by, now=world.now, said=late)
    with refused("not_yours"):
        terms.merge_steward(by=world.standing("grid_officer"), now=world.now, said=row)
    asked = stewardship.Asked(until=today + timedelta(days=9))
    stewards.move_steward(by=by, now=world.now, steward_id=made, move="publish", asked=asked)
    with refused("still_serving", 409):
        terms.take_back_steward(by=world.standing("street_head"), now=world.now, steward_id=made)


def partners_inbox(world: World, name: str) -> list[str]:
    return [
        one.event for one in notices.inbox(world.people[name], now=world.now).rows if one.subject_room == "partners"
    ]


def test_a_pairing_that_ends_is_told_to_both_sides_once_and_not_where_it_is_renewed(world: World) -> None:
    today = stewards.local_day(world.now)
    soon = partnering.pair(world, starts=today, ends=today + timedelta(days=20))
    renewed = partnering.pair(world, area=OTHER, by="street_head", starts=today, ends=today + timedelta(days=25))
    partnering.pair(world, organisation="parks", starts=today, ends=today + timedelta(days=40))
    commands.renew(
        by=world.standing("street_head"), now=world.now, partnership_id=renewed, ends_on=today + timedelta(days=300)
    )
    assert timers.remind_due(world.now) == 1
    assert timers.remind_due(world.now + timedelta(hours=1)) == 0
    assert partners_inbox(world, "secretary") == partners_inbox(world, "roads_clerk") == [reminders.PARTNERS_EVENT]
    assert partners_inbox(world, "parks_clerk") == partners_inbox(world, "street_head") == []
    (told,) = notices.inbox(world.people["roads_clerk"], now=world.now).rows
    assert (told.subject, told.link) == (soon, f"/desk/partners/{soon}")
    assert told.args["ends_on"] in told.sentence
    assert "结对" in told.sentence
    commands.correct_pairing(
        by=world.standing("secretary"), now=world.now, partnership_id=soon, ends_on=today + timedelta(days=10)
    )
    assert timers.remind_due(world.now) == 1, "another last day is told again"


def test_whoever_of_the_staff_took_something_on_is_told(world: World) -> None:
    today = stewards.local_day(world.now)
    need = partnering.offer(world)
    partnering.take_on(
        world, need, by="inspector", organisation=None, person_id=world.people["inspector"],
        ends_on=today + timedelta(days=3),
    )  # fmt: skip
    assert timers.remind_due(world.now) == 1
    assert partners_inbox(world, "inspector") == [reminders.PARTNERS_EVENT]
