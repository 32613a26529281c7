"""A list from file to site: judged first, taken in part, merged by key, taken back whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.operations.founding.books import AGENCY_HEADS, AGENCY_ROWS, PEOPLE_HEADS, PEOPLE_ROWS, book, cells
from tests.operations.founding.conftest import Hand
from xiucheng.kit.refused import Refused

if TYPE_CHECKING:
    from tests.world import World
    from xiucheng.foundation.people.rules import Standing

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])


@pytest.fixture
def world(transactional_db: None) -> World:
    from tests.world import build
    from xiucheng.kit.now import now

    return build(now())


def agencies() -> dict[str, Any]:
    from xiucheng.foundation.people import queries

    return {one.name: one for one in queries.organisations().values() if one.is_active}


def posts() -> set[tuple[str, str]]:
    from xiucheng.foundation.people import queries
    from xiucheng.kit.now import now

    return {(one.name, one.post.role) for one in queries.staff(at=now())}


def test_nothing_counts_before_it_is_accepted(hand: Hand, world: World) -> None:
    before = set(agencies())
    view = hand("agencies", book(AGENCY_HEADS, AGENCY_ROWS))
    assert (view.state, view.rows, view.created, view.wrong) == ("checked", 3, 3, 0)
    assert set(agencies()) == before
    assert [label for _row, label in view.changes["created"]]
    assert not view.faults


def test_a_list_is_taken_with_parents_by_name_and_code(hand: Hand) -> None:
    view = hand("agencies", book(AGENCY_HEADS, AGENCY_ROWS), take=True)
    assert view.state == "taken", view.said
    found = agencies()
    assert found["示例一中队"].parent_id == found["示例区城市管理局"].id
    assert found["示例环卫公司"].parent_id == found["示例一中队"].id
    assert found["示例环卫公司"].code.startswith("u-")


def test_the_same_file_again_changes_nothing_and_another_one_merges(hand: Hand, world: World) -> None:
    hand("agencies", book(AGENCY_HEADS, AGENCY_ROWS), take=True)
    again = hand("agencies", book(AGENCY_HEADS, AGENCY_ROWS))
    assert (again.created, again.changed, again.same, again.missing) == (0, 0, 3, 0)
    with pytest.raises(Refused, match="nothing_to_take"):
        from xiucheng.operations.founding import commands

        commands.accept(by=world.standing("security_admin"), now=world.now, import_id=again.id,
                        plan_digest=again.plan_digest)  # fmt: skip
    rows = [("city", "示例区综合执法局", "职能部门", "", "", ""), ("new", "示例新所", "科室队所", "city", "", "")]
    merged = hand("agencies", book(AGENCY_HEADS, rows), take=True, close_missing=True)
    assert (merged.created, merged.changed, merged.same, merged.missing) == (1, 1, 0, 2)
    found = agencies()
    assert "示例区综合执法局" in found
    assert "示例一中队" not in found
    # Founding touches only what came by its own lists: what stood there before stays.
    assert "市政养护所（示例）" in found


def test_wrong_rows_stay_out_and_come_back_marked(hand: Hand, admin: Standing) -> None:
    from xiucheng.operations.founding import queries

    rows = [
        *AGENCY_ROWS,
        ("x", "示例坏行", "什么单位", "", "", ""),
        ("y", "示例孤儿", "职能部门", "没有的上级", "", ""),
        ("z", "示例孙子", "职能部门", "y", "", ""),
    ]
    view = hand("agencies", book(AGENCY_HEADS, rows), take=True)
    assert (view.state, view.created, view.wrong) == ("taken", 3, 3)
    assert {(one.row, one.column, one.code) for one in view.faults} == {
        (5, "单位类别", "not_a_choice"),
        (6, "上级单位", "unknown_agency"),
        (7, "上级单位", "unknown_agency"),
    }
    copy, *_about = queries.marked_copy(view.id, admin)
    table = cells(copy)
    assert table[0][-1] == "导入结果"
    assert "下拉列表" in table[4][-1]
    assert table[1][-1] is None
    # The marked copy goes back in: its own column is no column of theirs.
    again = hand("agencies", copy)
    assert not again.others
    assert (again.same, again.wrong) == (3, 3)


def test_circles_are_refused_whole(hand: Hand) -> None:
    rows = [("a", "示例甲局", "职能部门", "c", "", ""), ("b", "示例乙局", "职能部门", "a", "", ""),
            ("c", "示例丙局", "职能部门", "b", "", ""), ("d", "示例丁局", "职能部门", "a", "", ""),
            ("e", "示例戊局", "职能部门", "", "", "")]  # fmt: skip
    view = hand("agencies", book(AGENCY_HEADS, rows))
    codes = {one.row: one.code for one in view.faults}
    assert codes == {2: "circle", 3: "circle", 4: "circle", 5: "unknown_agency"}
    assert view.created == 1


def test_people_come_with_their_posts_once_each(hand: Hand) -> None:
    from xiucheng.foundation.people import queries
    from xiucheng.kit.now import now

    view = hand("people", book(PEOPLE_HEADS, PEOPLE_ROWS), take=True)
    assert view.state == "taken", view.said
    assert {("示例甲", "agency_clerk"), ("示例甲", "crew"), ("示例乙", "shift_leader")} <= posts()
    holders = {one.person_id for one in queries.staff(at=now()) if one.name == "示例甲"}
    assert len(holders) == 1
    assert queries.phone_of(holders.pop()) == "13900000001"
    again = hand("people", book(PEOPLE_HEADS, PEOPLE_ROWS))
    assert (again.created, again.changed, again.same) == (0, 0, 3)
    renamed = [*PEOPLE_ROWS[:2], ("X7", "示例丙", "13900000003", "", "值班长", "")]
    view = hand("people", book(PEOPLE_HEADS, renamed), take=True)
    assert (view.created, view.changed, view.same) == (0, 1, 2)
    assert ("示例丙", "shift_leader") in posts()
    assert ("示例乙", "shift_leader") not in posts()


def test_an_import_is_taken_back_whole(hand: Hand, admin: Standing) -> None:
    from xiucheng.kit import jobs
    from xiucheng.kit.now import now
    from xiucheng.operations.founding import commands, queries

    before_agencies, before_posts = set(agencies()), posts()
    first = hand("agencies", book(AGENCY_HEADS, AGENCY_ROWS), take=True)
    rows = [("", "示例甲", "13900000001", "示例一中队", "承办单位经办人", "")]
    second = hand("people", book(PEOPLE_HEADS, rows), take=True)
    commands.undo(by=admin, now=now(), import_id=first.id)
    jobs.run_waiting()
    leant = queries.import_view(first.id, admin)
    assert leant.state == "taken"
    assert "第 3 行" in leant.said
    for one in (second, first):
        commands.undo(by=admin, now=now(), import_id=one.id)
        jobs.run_waiting()
        assert queries.import_view(one.id, admin).state == "undone", queries.import_view(one.id, admin).said
    assert set(agencies()) == before_agencies
    assert posts() == before_posts
    # And once more from the beginning: closed agencies open again, people are new.
    assert hand("agencies", book(AGENCY_HEADS, AGENCY_ROWS), take=True).state == "taken"
    assert hand("people", book(PEOPLE_HEADS, rows), take=True).state == "taken"
    assert ("示例甲", "agency_clerk") in posts()


def test_live_work_keeps_an_import_in_place(hand: Hand, admin: Standing, world: World) -> None:
    from xiucheng.foundation.people import queries as people
    from xiucheng.kit import jobs
    from xiucheng.kit.now import now
    from xiucheng.operations.cases import commands as cases
    from xiucheng.operations.founding import commands, queries

    first = hand("agencies", book(AGENCY_HEADS, AGENCY_ROWS), take=True)
    filed = world.file(now=now())
    agency = people.agency_by_code("team_1")
    assert agency is not None
    cases.dispatch_case(by=world.standing("dispatcher", now()), now=now(), case_id=filed.case_id, version=filed.version,
                        agency_id=agency.id)  # fmt: skip
    commands.undo(by=admin, now=now(), import_id=first.id)
    jobs.run_waiting()
    view = queries.import_view(first.id, admin)
    assert view.state == "taken"
    assert "第 3 行" in view.said
    assert "待办" in view.said
    assert "示例一中队" in agencies()


def test_a_site_that_moved_on_is_looked_at_again(hand: Hand, admin: Standing) -> None:
    from tests.world import SETUP
    from xiucheng.foundation.people import commands as people
    from xiucheng.kit import jobs
    from xiucheng.kit.now import now
    from xiucheng.operations.founding import commands, queries

    view = hand("agencies", book(AGENCY_HEADS, AGENCY_ROWS))
    people.register_organisation(by=SETUP, now=now(), code="city", name="示例别的局", kind="agency")
    commands.accept(by=admin, now=now(), import_id=view.id, plan_digest=view.plan_digest)
    jobs.run_waiting()
    back = queries.import_view(view.id, admin)
    assert back.state == "checked"
    assert "重新检查" in back.said
    assert "示例一中队" not in agencies()
    commands.check_again(by=admin, now=now(), import_id=view.id)
    jobs.run_waiting()
    again = queries.import_view(view.id, admin)
    assert (again.created, again.changed) == (2, 1)
    commands.accept(by=admin, now=now(), import_id=view.id, plan_digest=again.plan_digest)
    jobs.run_waiting()
    assert queries.import_view(view.id, admin).state == "taken"


def test_only_the_security_administrator_founds(world: World) -> None:
    from xiucheng.operations.founding import commands

    for name in ("system_admin", "audit_admin", "dispatcher"):
        with pytest.raises(Refused, match="not_yours"):
            commands.upload(by=world.standing(name), now=world.now, template="agencies",
                            content=book(AGENCY_HEADS, AGENCY_ROWS), name="a.xlsx")  # fmt: skip


def test_imports_are_taken_back_one_after_the_other(hand: Hand, admin: Standing) -> None:
    """What a second list ended begins anew when that is taken back; the first can then be taken back as well."""
    from tests.operations.founding.test_templates import DUTY_HEADS, DUTY_ROWS, ROUTING_HEADS, ROUTING_ROWS, snapshot
    from xiucheng.kit import jobs
    from xiucheng.kit.now import now
    from xiucheng.operations.founding import commands, queries

    empty = snapshot()
    people = hand("people", book(PEOPLE_HEADS, PEOPLE_ROWS), take=True)
    duties = [row for row in DUTY_ROWS if "一格" not in row[3]]
    stages = [snapshot()]
    imports = [people.id]
    for template, heads, rows, close in (
        ("duties", DUTY_HEADS, duties, False),
        ("duties", DUTY_HEADS, duties[:1], True),
        ("people", PEOPLE_HEADS, PEOPLE_ROWS[1:], True),
        ("routing", ROUTING_HEADS, ROUTING_ROWS[:2], False),
        ("routing", ROUTING_HEADS, ROUTING_ROWS, False),
    ):
        view = hand(template, book(heads, rows), take=True, close_missing=close)
        assert view.state == "taken", (template, view.said, view.faults)
        imports.append(view.id)
        stages.append(snapshot())
    assert len({str(one) for one in stages}) == len(stages)
    for import_id, before in zip(reversed(imports), [*reversed(stages[:-1]), empty], strict=True):
        commands.undo(by=admin, now=now(), import_id=import_id)
        jobs.run_waiting()
        view = queries.import_view(import_id, admin)
        assert view.state == "undone", (view.template.name, view.said)
        assert snapshot() == before
