"""Who sees a case, which cases lie near, and what a search finds."""

from datetime import timedelta

import pytest

from tests.operations.cases.acting import handling
from tests.refusing import refused
from xiucheng.operations.cases import commands, queries


def test_who_may_see_a_case(world):
    case_id = handling(world)
    for who in ("dispatcher", "inspector", "roads_clerk", "street_head", "secretary", "leader", "grid_officer"):
        assert queries.case(case_id, world.standing(who), world.now).id == case_id
    for who in ("far_inspector", "parks_clerk", "roads_crew", "audit_admin", "system_admin"):
        with refused("not_found", 404):
            queries.case(case_id, world.standing(who), world.now)


def test_near_finds_open_cases_of_the_same_kind_within_fifty_metres(world):
    place = commands.CasePlace(area="990101001001", lon=122.1, lat=37.5)
    near = world.file(place=place)
    world.file(place=commands.CasePlace(area="990101001001", lon=122.1, lat=37.5006))  # 67 m off
    world.file(place=place, category="E0101")
    found = queries.near(122.1, 37.50001, "C0137", now=world.now)
    assert [row["id"] for row in found] == [near.case_id]
    assert found[0]["metres"] == pytest.approx(1.1, abs=0.1)
    assert queries.near(122.1, 37.5, "C0137", now=world.now + timedelta(hours=25)) == []


def listed(world, typed, standing):
    """What the board's list finds: it asks this room's index."""
    from xiucheng.operations.board import queries as board
    from xiucheng.operations.board.sql import Filters

    return [row.case_id for row in board.hall(standing, Filters(queue="all", text=typed), now=world.now).rows]


def test_search_by_words_and_number_within_what_one_sees(world):
    from xiucheng.kit.journal import readers

    filed = world.file(title="槐花巷口的路灯不亮")
    readers.catch_up()
    assert listed(world, "槐花巷", world.standing("dispatcher")) == [filed.case_id]
    assert listed(world, filed.number.replace("-", ""), world.standing("dispatcher")) == [filed.case_id]
    assert listed(world, "槐花巷", world.standing("far_inspector")) == []
    assert listed(world, "%", world.standing("dispatcher")) == []


def test_search_is_rebuilt_by_replay(world):
    from django.db import connection

    from xiucheng.kit.journal import readers

    filed = world.file(title="钟楼下的井盖松动")
    readers.catch_up()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cases_search")
    assert listed(world, "钟楼下", world.standing("dispatcher")) == []
    readers.replay("cases.search")
    assert listed(world, "钟楼下", world.standing("dispatcher")) == [filed.case_id]
