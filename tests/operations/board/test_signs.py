"""What is typed above a list is taken as it is written, and finds nothing that the reader may not see."""

import pytest

from tests.operations.board.listing import bring_up
from xiucheng.operations.board import queries
from xiucheng.operations.board.queries import Filters


def found(standing, typed, now):
    return [row.case_id for row in queries.hall(standing, Filters(queue="all", text=typed), now=now).rows]


def test_a_number_leads_those_only_who_may_see_its_case(world):
    filed = world.file()
    bring_up()
    typed = filed.number.replace("-", "")
    assert found(world.standing("dispatcher"), typed, world.now) == [filed.case_id]
    for who in ("far_inspector", "parks_clerk"):
        assert found(world.standing(who), typed, world.now) == [], who


@pytest.mark.parametrize(("typed", "hits"), [("50%", 1), ("%_", 1), ("_以", 1), ("5_", 0), ("50", 2)])
def test_signs_of_a_pattern_are_signs(world, typed, hits):
    filed = world.file(title="满意度 50%_以下")
    world.file(title="满意度 50 分以下")
    bring_up()
    ids = found(world.standing("dispatcher"), typed, world.now)
    assert len(ids) == hits
    assert (filed.case_id in ids) is (hits > 0)
