"""Template 11: registrations and pairings of organisations come in, merge by their key, and are taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.operations.founding.books import book

if TYPE_CHECKING:
    from tests.operations.founding.conftest import Hand
    from tests.world import World
    from xiucheng.foundation.people.rules import Standing

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

HEADS = ("单位名称", "结对社区", "哪一种", "起", "止", "合作事项")
EAST, BELL = "槐花社区", "钟楼社区"


@pytest.fixture
def world(transactional_db: None) -> World:
    from tests.world import build
    from xiucheng.kit.now import now

    return build(now())


def _rows(world: World, ends: int = 300) -> tuple[tuple[str, ...], ...]:
    first, last = (str((world.now + timedelta(days=number)).date()) for number in (-9, ends))
    return (
        ("市政养护所（示例）", EAST, "结对", first, last, "法律咨询、文化体育"),
        ("parks", BELL, "结对", first, last, ""),
        ("路灯管理所（示例）", EAST, "双报到", first, "", ""),
    )


def _there(world: World) -> set[tuple[str, str, str, int]]:
    from xiucheng.operations.responsibility.partners import queries

    rows = queries.partnerships(world.standing("leader"), today=world.now.date(), phase="all")
    days = {row.id: (row.ends_on - world.now.date()).days if row.ends_on else 0 for row in rows}
    return {(row.kind, row.area[-6:], row.state, days[row.id]) for row in rows}


def test_they_come_in_merge_and_are_taken_back(world: World, admin: Standing, hand: Hand) -> None:
    from xiucheng.kit import jobs
    from xiucheng.kit.now import now
    from xiucheng.operations.founding import commands, queries
    from xiucheng.operations.responsibility.partners import queries as entered_queries

    rows = _rows(world)
    day = rows[0][3]
    wrong = (
        ("没有的单位", EAST, "结对", day, rows[0][4], ""),
        ("parks", "东街街道", "结对", day, rows[0][4], ""),
        ("parks", EAST, "结对", day, "", ""),
        ("parks", EAST, "结对", day, rows[0][4], "打牌"),
        ("lights", BELL, "结对", day, rows[0][4], ""),
        ("lights", BELL, "结对", str((world.now + timedelta(days=30)).date()), rows[0][4], ""),
    )
    view = hand("partners", book(HEADS, (*rows, *wrong)), take=True)
    assert (view.state, view.created, view.wrong) == ("taken", 3, 6)
    assert {fault.column for fault in view.faults} == {"单位", "社区", "止", "合作事项", "起"}
    entered = {
        ("pairing", "001001", "paired", 300), ("pairing", "001002", "paired", 300),
        ("registration", "001001", "confirmed", 0),
    }  # fmt: skip
    assert _there(world) == entered
    assert [one.code for one in entered_queries.unpaired(world.now.date())] == ["990101002001"]
    second = hand("partners", book(HEADS, (_rows(world, 200)[0], *rows[1:])), take=True)
    assert (second.created, second.changed, second.same) == (0, 1, 2)
    assert ("pairing", "001001", "paired", 200) in _there(world)
    for one, left in ((second, entered), (view, set())):
        commands.undo(by=admin, now=now(), import_id=one.id)
        jobs.run_waiting()
        assert queries.import_view(one.id, admin).state == "undone"
        assert _there(world) == left
    assert hand("partners", book(HEADS, rows), take=True).created == 3


def test_what_people_worked_with_since_is_not_taken_back(world: World, admin: Standing, hand: Hand) -> None:
    from xiucheng.kit import jobs
    from xiucheng.kit.now import now
    from xiucheng.operations.founding import commands, queries
    from xiucheng.operations.responsibility.partners import commands as partners
    from xiucheng.operations.responsibility.partners import queries as entered

    view = hand("partners", book(HEADS, _rows(world)), take=True)
    leader = world.standing("leader")
    row = next(one for one in entered.partnerships(leader, today=world.now.date()) if one.kind == "pairing")
    partners.move(by=leader, now=now(), partnership_id=row.id, name="end_pairing", reason="agreed")
    commands.undo(by=admin, now=now(), import_id=view.id)
    jobs.run_waiting()
    refused = queries.import_view(view.id, admin)
    assert (refused.state, "共建" in str(refused.said)) == ("taken", True)
    # The same file once more changes nothing of what was ended.
    again = hand("partners", book(HEADS, _rows(world)))
    assert (again.created, again.changed, again.same) == (0, 0, 3)
