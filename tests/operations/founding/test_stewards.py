"""Centre households and stewards by template 10: judged, taken, merged by key, taken back; nothing in clear is left."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.operations.founding.books import book
from tests.operations.founding.conftest import Hand
from xiucheng.foundation.people.rules import Standing

if TYPE_CHECKING:
    from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

HEADS = (
    *("社区", "哪一种", "管哪里", "姓名", "电话", "住处", "联系户数"),
    *("怎样产生", "产生日期", "任期起", "任期止"),
)
EAST = "990101001001"
SYSTEM = Standing.for_system("test")


@pytest.fixture
def world(transactional_db: None) -> World:
    from tests.world import build
    from xiucheng.kit.now import now

    return build(now())


def days(start: int, end: int) -> tuple[str, str]:
    today = date.today()  # the tests' machine and site may be a day apart: a term of months bridges it
    return (today + timedelta(days=start)).isoformat(), (today + timedelta(days=end)).isoformat()


def rows(households: str = "24", end: int = 300) -> list[tuple[str, ...]]:
    term = days(-60, end)
    return [
        ("槐花社区", "楼长", "3号楼 1单元", "示例甲", "13900000001", "3号楼101", households, "居民推选", "2026-01-10",
         *term),
        (EAST, "小巷管家", "槐花巷", "示例乙", "", "", "", "本人自荐", "2026-01-10", "", ""),
    ]  # fmt: skip


def listed() -> dict[str, tuple[str, int | None, date | None]]:
    """Name → state, households, end of the term."""
    from xiucheng.foundation.people.neighbourhood import neighbours, stewards

    found = stewards.stewards(SYSTEM)
    held = neighbours.known((one.neighbour_id for one in found), SYSTEM)
    return {held[one.neighbour_id].name: (one.state, one.households, one.ends_on) for one in found}


def test_a_list_is_taken_merged_by_key_and_taken_back(hand: Hand, admin: Standing) -> None:
    from xiucheng.foundation.people.models import Neighbour, Subject
    from xiucheng.kit import jobs
    from xiucheng.kit.now import now
    from xiucheng.operations.founding import commands

    view = hand("stewards", book(HEADS, rows()), take=True)
    assert (view.state, view.created, view.wrong) == ("taken", 2, 0), (view.said, view.faults)
    end = date.fromisoformat(days(0, 300)[1])
    assert listed() == {"示例甲": ("serving", 24, end), "示例乙": ("chosen", None, None)}
    again = hand("stewards", book(HEADS, rows()))
    assert (again.created, again.changed) == (0, 0)
    commands.give_up(by=admin, now=now(), import_id=again.id)
    merged = hand("stewards", book(HEADS, rows("30", end=400)), take=True)
    assert (merged.created, merged.changed) == (0, 1)
    assert listed()["示例甲"] == ("serving", 30, date.fromisoformat(days(0, 400)[1]))
    for one in (merged, view):
        commands.undo(by=admin, now=now(), import_id=one.id)
        jobs.run_waiting()
        if one is merged:
            assert listed()["示例甲"] == ("serving", 24, end)
    assert listed() == {}
    assert not Neighbour.objects.exists()
    assert not Subject.objects.filter(sealed__isnull=False).exists()


def test_what_is_wrong_is_said_by_its_cell_and_the_rest_is_taken(hand: Hand) -> None:
    bad = [
        ("柳岸", "楼长", "1号楼", "示例丙", "12", "", "", "居民推选", "2026-01-10", "", ""),
        ("东街街道", "楼长", "1号楼", "示例丙", "", "", "", "居民推选", "2026-01-10", "", ""),
        (EAST, "楼长", "1号楼", "示例丙", "", "", "", "居民推选", days(5, 5)[0], "", ""),
        (EAST, "楼长", "2号楼", "示例丙", "", "", "", "居民推选", "2026-01-10", days(-60, 0)[0], ""),
        (EAST, "楼长", "4号楼", "示例丙", "", "", "", "居民推选", "2026-01-10", *days(-600, -200)),
    ]
    view = hand("stewards", book(HEADS, [*rows(), *bad]), take=True)
    codes = sorted((fault.row, fault.code) for fault in view.faults)
    assert codes == [
        (4, "bad_phone"), (5, "not_steward_place"), (6, "chosen_ahead"), (7, "bad_term"), (8, "bad_term"),
    ]  # fmt: skip
    assert set(listed()) == {"示例甲", "示例乙"}


def test_somebody_on_the_way_into_office_is_not_installed_by_a_list(hand: Hand) -> None:
    hand("stewards", book(HEADS, rows()), take=True)
    installed = [(*rows()[1][:9], *days(-10, 300))]
    view = hand("stewards", book(HEADS, installed))
    assert [(fault.row, fault.code) for fault in view.faults] == [(2, "not_in_office")]


def test_whoever_was_moved_or_is_in_a_chain_keeps_the_list(hand: Hand, admin: Standing, world: World) -> None:
    from xiucheng.foundation.people.neighbourhood import chains, stewards
    from xiucheng.kit import jobs
    from xiucheng.kit.now import now
    from xiucheng.operations.founding import commands, queries

    view = hand("stewards", book(HEADS, rows()), take=True)
    (one,) = stewards.stewards(SYSTEM, state="chosen")
    chains.link_chain(
        by=world.standing("secretary", now()), now=now(), neighbour_id=one.neighbour_id,
        person_id=world.people["grid_officer"],
    )  # fmt: skip
    commands.undo(by=admin, now=now(), import_id=view.id)
    jobs.run_waiting()
    assert queries.import_view(view.id, admin).state == "taken"
    assert "联系链" in str(queries.import_view(view.id, admin).said)
    assert len(listed()) == 2
