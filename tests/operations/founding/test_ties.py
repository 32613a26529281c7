"""Template 1 ties organisations beyond their parents: by name or code, in any order, taken back with the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.operations.founding.books import AGENCY_HEADS, book
from tests.operations.founding.conftest import Hand

if TYPE_CHECKING:
    from tests.world import World
    from xiucheng.foundation.people.rules import Standing

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

HEADS = (*AGENCY_HEADS, "业务主管单位", "业务指导单位", "协作单位", "代管单位")
ROWS = (
    ("city", "示例区城市管理局", "职能部门", "", "", "", "", "", "市政养护所（示例）、示例环卫公司", ""),
    (
        "team_1",
        "示例一中队",
        "科室队所",
        "东街街道办事处（示例）",
        "",
        "",
        "city",
        "示例区城市管理局",
        "",
        "east_office",
    ),
    ("", "示例环卫公司", "作业承包单位", "", "", "", "示例区城市管理局", "", "", ""),
)


@pytest.fixture
def world(transactional_db: None) -> World:
    from tests.world import build
    from xiucheng.kit.now import now

    return build(now())


def ties() -> set[tuple[str, str, str]]:
    from xiucheng.foundation.people import queries as people
    from xiucheng.kit.now import now

    held = people.organisations()
    return {
        (held[one.agency_id].name[:6], one.relation, held[one.other_id].name[:6])
        for one in people.agency_ties(at=now())
    }


TIED = {
    ("示例区城市管", "cooperate", "市政养护所（"),
    ("示例区城市管", "cooperate", "示例环卫公司"),
    ("示例一中队", "competent", "示例区城市管"),
    ("示例一中队", "guide", "示例区城市管"),
    ("示例一中队", "caretake", "东街街道办事"),
    ("示例环卫公司", "competent", "示例区城市管"),
}


def test_ties_are_made_merged_ended_and_taken_back(hand: Hand, admin: Standing) -> None:
    from xiucheng.kit import jobs
    from xiucheng.kit.now import now
    from xiucheng.operations.founding import commands, queries

    first = hand("agencies", book(HEADS, ROWS), take=True)
    assert (first.state, first.wrong) == ("taken", 0), (first.said, first.faults)
    assert ties() == TIED
    again = hand("agencies", book(HEADS, ROWS[::-1]))
    assert (again.created, again.changed) == (0, 0)
    # A list without these columns takes nothing away.
    assert hand("agencies", book(AGENCY_HEADS, [row[:6] for row in ROWS])).changed == 0
    rows = [(*ROWS[0][:8], "示例环卫公司", ""), (*ROWS[1][:7], "无", "", "无")]
    second = hand("agencies", book(HEADS, rows), take=True)
    assert second.changed == 2
    gone = {("示例区城市管", "cooperate", "市政养护所（"), ("示例一中队", "guide", "示例区城市管"),
            ("示例一中队", "caretake", "东街街道办事")}  # fmt: skip
    assert ties() == TIED - gone
    for view in (second, first):
        commands.undo(by=admin, now=now(), import_id=view.id)
        jobs.run_waiting()
        assert queries.import_view(view.id, admin).state == "undone", queries.import_view(view.id, admin).said
        assert ties() == (TIED if view is second else set())


def test_who_names_nobody_or_itself_is_told_and_takes_no_other_row_along(hand: Hand) -> None:
    rows = [
        *ROWS,
        ("a", "示例甲所", "职能部门", "", "", "", "没有的局", "", "", ""),
        ("b", "示例乙所", "职能部门", "", "", "", "", "示例甲所", "", ""),
        ("c", "示例丙所", "职能部门", "示例乙所", "", "", "", "", "", ""),
        ("d", "示例丁所", "职能部门", "", "", "", "", "", "示例丁所", ""),
    ]
    view = hand("agencies", book(HEADS, rows), take=True)
    assert {(one.row, one.column, one.code) for one in view.faults} == {
        (5, "业务主管单位", "unknown_agency"),
        (6, "业务指导单位", "unknown_agency"),
        (7, "上级单位", "unknown_agency"),
        (8, "协作单位", "tied_to_itself"),
    }
    assert ties() == TIED
