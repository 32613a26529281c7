"""Each template does to the site what its list says, in whatever order the rows stand, and 50,000 rows in time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.operations.founding.books import (
    AGENCY_HEADS,
    AGENCY_ROWS,
    HOUSING_HEADS,
    HOUSING_ROWS,
    PEOPLE_HEADS,
    PEOPLE_ROWS,
    book,
    cells,
)
from tests.operations.founding.conftest import Hand, handing

if TYPE_CHECKING:
    from tests.world import World
    from xiucheng.foundation.people.rules import Standing

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

TIED_HEADS = (*AGENCY_HEADS, "业务主管单位", "协作单位")
TIED_ROWS = tuple((*row, *ties) for row, ties in zip(
    AGENCY_ROWS, (("", "示例环卫公司"), ("示例区城市管理局", ""), ("示例一中队", "city、team_1")), strict=True
))  # fmt: skip
AREA_HEADS = ("层级", "名称", "上级", "代码")
AREA_ROWS = (
    ("责任网格", "第一网格", "新桥社区", ""),
    ("社区", "新桥社区", "南山街道", ""),
    ("镇街", "南山街道", "", "990101003"),
    ("社区", "梧桐社区", "东街街道", ""),
    ("责任网格", "钟楼一格", "钟楼社区", "ZL-01"),
)
DUTY_HEADS = ("姓名", "手机号或工号", "职责", "负责的地方")
DUTY_ROWS = (
    ("示例甲", "13900000001", "网格员", "钟楼社区"),
    ("示例甲", "13900000001", "责任网格负责人", "钟楼一格"),
    ("示例乙", "X7", "镇街负责人", "西河街道"),
)
ROUTING_HEADS = ("序号", "类别", "区域", "时间", "部件单位", "承办单位", "依据")
ROUTING_ROWS = (
    ("20", "部件", "", "", "权属单位", "", "先找权属"),
    ("10", "路灯", "", "工作时间外", "", "路灯管理所（示例）", "夜间"),
    ("90", "全部", "", "", "", "所在镇街", "兜底"),
)
ROSTER_HEADS = ("种类", "日历代码或姓名", "手机号或工号", "岗位", "星期", "开始", "结束", "起始日期")
ROSTER_ROWS = (
    ("日历", "night", "", "", "每天", "18:00", "23:00", ""),
    ("日历", "night", "", "", "周六、周日", "08:00", "12:00", ""),
    ("值班", "示例甲", "13900000001", "处置人员", "周一至周五", "19:00", "07:00", "2026年11月2日"),
)
PAST_HEADS = ("原编号", "内容", "类别", "上报时间", "承办单位", "结案时间", "区域", "反映人", "联系电话")
ROADS = "市政养护所（示例）"
PAST_ROWS = (
    (
        "A-1",
        "示例：路灯不亮",
        "路灯",
        "2025/3/1 8:30",
        "市政养护所（示例）",
        "2025-03-03",
        "钟楼社区",
        "示例张",
        "13900000009",
    ),
    ("A-2", "示例：井盖松动", "C0102", "20250305", "市政养护所（示例）", "", "", "", ""),
)


@pytest.fixture
def world(transactional_db: None) -> World:
    from tests.world import build
    from xiucheng.kit.now import now

    return build(now())


def found_everything(hand: Hand, shuffle: Any = lambda rows: rows) -> None:
    """All lists handed in and taken; shuffle: of the rows of each, and of its columns."""
    for template, heads, rows in (
        ("agencies", TIED_HEADS, TIED_ROWS),
        ("people", PEOPLE_HEADS, PEOPLE_ROWS),
        ("areas", AREA_HEADS, AREA_ROWS),
        ("duties", DUTY_HEADS, DUTY_ROWS),
        ("housing", HOUSING_HEADS, HOUSING_ROWS),
        ("routing", ROUTING_HEADS, ROUTING_ROWS),
        ("rosters", ROSTER_HEADS, ROSTER_ROWS),
    ):
        order = shuffle(list(range(len(heads))))
        table = [[row[at] for at in order] for row in shuffle(list(rows))]
        view = hand(template, book([heads[at] for at in order], table), take=True)
        assert view.state == "taken", (template, view.said, view.faults)
        assert not view.wrong, view.faults


def snapshot() -> dict[str, Any]:
    """What the site is, without ids and moments."""
    from xiucheng.foundation.packs import queries as packs
    from xiucheng.foundation.people import queries as people
    from xiucheng.foundation.places import queries as places
    from xiucheng.kit.now import now
    from xiucheng.operations.founding.templates.housing import _held

    organisations = people.organisations()

    def code_of(found: UUID | None) -> str:
        return organisations[found].code if found else ""

    today = now().date()
    return {
        "agencies": sorted(
            (one.code, one.name, one.kind, one.area, code_of(one.parent_id)) for one in organisations.values()
        ),
        "ties": sorted(
            (code_of(one.agency_id), one.relation, code_of(one.other_id)) for one in people.agency_ties(at=now())
        ),
        "posts": sorted(
            (
                one.name,
                one.post.role,
                one.post.area,
                organisations[one.post.agency_id].code if one.post.agency_id else "",
            )
            for one in people.staff(at=now())
        ),
        "areas": sorted((one.code, one.name) for one in places.subtree()),
        "grids": sorted((one.code, one.name, one.area) for one in places.duty_grids()),
        "housing": sorted((key, sorted(one.values.items()), one.label) for key, one in _held().items()),
        "walkers": sorted((one.duty_grid, one.name) for one in people.grid_walkers(at=now())),
        "rosters": sorted((one.name, one.role, one.weekdays, str(one.starts)) for one in people.rosters(on=today)),
        "drafts": [one.body if (one := packs.open_draft(kind)) else None for kind in ("routing", "calendar")],
    }


def test_a_district_is_founded_from_its_lists(hand: Hand) -> None:
    found_everything(hand)
    site = snapshot()
    assert ("990101003", "南山街道") in site["areas"]
    new_bridge = next(code for code, name in site["areas"] if name == "新桥社区")
    assert new_bridge.startswith("990101003")
    assert {(name, area) for _code, name, area in site["grids"]} == {
        ("第一网格", new_bridge),
        ("钟楼一格", "990101001002"),
    }
    assert ("ZL-01", "示例甲") in site["walkers"]
    assert ("示例乙", "street_head", "990101002", "") in site["posts"]
    assert ("示例甲", "crew", 31, "19:00:00") in site["rosters"]
    routing, calendar = site["drafts"]
    assert [row["no"] for row in routing["rules"]] == [10, 20, 90]
    assert routing["rules"][0] == {
        "no": 10,
        "categories": ["C0137"],
        "hours": "off_duty",
        "agency": "lights",
        "note": "夜间",
    }
    assert calendar["calendars"]["night"]["week"][5] == [["08:00", "12:00"], ["18:00", "23:00"]]
    for template, heads, rows in (
        ("areas", AREA_HEADS, AREA_ROWS),
        ("duties", DUTY_HEADS, DUTY_ROWS),
        ("routing", ROUTING_HEADS, ROUTING_ROWS),
        ("rosters", ROSTER_HEADS, ROSTER_ROWS),
    ):
        again = hand(template, book(heads, rows))
        assert (again.created, again.changed, again.wrong) == (0, 0, 0), (template, again.changes)


def test_everything_is_taken_back(hand: Hand, admin: Standing) -> None:
    from xiucheng.kit import jobs
    from xiucheng.kit.now import now
    from xiucheng.operations.founding import commands, queries

    before = snapshot()
    found_everything(hand)
    for template in ("rosters", "routing", "housing", "duties", "areas", "people", "agencies"):
        (view,) = [one for one in queries.imports(template) if one.state == "taken"]
        commands.undo(by=admin, now=now(), import_id=view.id)
        jobs.run_waiting()
        after = queries.import_view(view.id, admin)
        assert after.state == "undone", (template, after.said)
    after_all = snapshot()
    # Organisations are closed, never deleted, because steps name them.
    closed = {row for row in after_all.pop("agencies")} - {row for row in before.pop("agencies")}
    assert {name for _code, name, *_rest in closed} == {row[1] for row in AGENCY_ROWS}
    assert after_all == before


def test_history_comes_with_its_own_dates_and_no_reactions(hand: Hand, world: World) -> None:
    from xiucheng.kit.journal import readers
    from xiucheng.operations.founding.models import Known
    from xiucheng.operations.intake import queries as intake

    rows = [
        *PAST_ROWS,
        ("A-3", "示例：坏行", "没有的类别", "2025-03-05", "市政养护所（示例）", "2025-03-01", "", "", ""),
    ]
    view = hand("past", book(PAST_HEADS, rows), take=True)
    assert (view.state, view.created, view.wrong) == ("taken", 2, 1), (view.said, view.faults)
    assert {one.code for one in view.faults} == {"unknown_category", "backwards"}
    readers.catch_up()
    assert intake.source_statistics("founding_past").rows == 2
    assert hand("past", book(PAST_HEADS, PAST_ROWS)).same == 2
    assert Known.objects.filter(template="past").count() == 2


def test_every_row_that_the_import_would_refuse_is_told_and_the_rest_is_taken(hand: Hand, world: World) -> None:
    """More of them than a screen lists: what was not told would be taken for good, and refused on the way in."""
    ahead = [(f"F-{number}", "示例：路灯不亮", "路灯", "2090-01-01", ROADS, "", "", "", "") for number in range(_MANY)]
    view = hand("past", book(PAST_HEADS, (*ahead, *PAST_ROWS)), take=True)
    assert (view.state, view.created, view.wrong) == ("taken", len(PAST_ROWS), _MANY), view.said
    assert sorted(fault.row for fault in view.faults if fault.code == "by_import") == [*range(2, _MANY + 2)]


_MANY = 51


def test_what_came_with_the_history_is_followed_and_erased_like_every_report(hand: Hand, world: World) -> None:
    from xiucheng.foundation.people.rules import Standing
    from xiucheng.kit.now import now
    from xiucheng.operations.intake import commands as intake
    from xiucheng.operations.intake import queries, secrets
    from xiucheng.operations.intake.models import Report

    assert hand("past", book(PAST_HEADS, PAST_ROWS), take=True).state == "taken"
    first, second = Report.objects.order_by("serial")
    assert {first.channel, second.channel} == {"import"}
    # As rows may stand in a site that was founded when the channel had another name.
    Report.objects.filter(id=second.id).update(channel="imported")
    for row in (first, second):
        key = secrets.tracking_key(row.serial)
        assert queries.track(key, now()).erasable
        assert intake.erase_by_reporter(by=Standing.resident("resident"), now=now(), tracking_key=key)
        assert queries.track(key, now()).erased


def test_every_download_goes_back_in_and_takes_nothing(admin: Standing, hand: Hand) -> None:
    from xiucheng.kit.now import now
    from xiucheng.operations.founding import queries
    from xiucheng.operations.founding.templates.table import templates

    assert [one.number for one in templates()] == sorted({one.number for one in templates()})
    for template in templates():
        content, _listed = queries.blank(template.name, admin, now())
        table = cells(content)
        assert len(table[0]) == len(template.columns) + 1
        assert table[1][0].startswith("示例")
        view = hand(template.name, content)
        assert (view.state, view.created) == ("refused", 0)
        assert "没有一行数据" in view.said


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_order_of_rows_and_columns_gives_the_same_site(world: World, data: st.DataObject) -> None:
    from django.db import transaction

    from xiucheng.foundation.places import memory

    admin = world.standing("security_admin")
    hand = handing(admin, inside=True)
    with transaction.atomic():
        found_everything(hand, lambda rows: data.draw(st.permutations(rows)))
        site = snapshot()
        transaction.set_rollback(True)
    memory.remembered.changed()
    assert site == _REFERENCE.setdefault("site", site)


_REFERENCE: dict[str, Any] = {}


FIGURE_HEADS = ("地方", "项目", "数的是什么", "数", "截至日期", "来源")
FIGURE_ROWS = (
    ("槐花社区", "户数", "", "300余", "2026-01-31", "示例报表"),
    ("钟楼社区", "户数", "", "1.2千", "2026年1月31日", "示例报表"),
    ("东街街道", "其他", "公厕（座）", "6", "2026-01-31", "示例普查"),
)


def test_figures_come_in_merge_and_are_taken_back(world: World, admin: Standing, hand: Hand) -> None:
    from xiucheng.foundation.places import figures
    from xiucheng.kit import jobs
    from xiucheng.kit.now import now
    from xiucheng.operations.founding import commands, queries

    def there() -> list[tuple[str, str]]:
        return sorted((one.place.name, f"{one.amount.value:.0f}{one.amount.mark}") for one in figures.latest())

    wrong = (
        ("没有的社区", "户数", "", "5", "2026-01-31", "示例"),
        ("槐花社区", "户数", "", "三百", "2026-01-01", "示例"),
        ("槐花社区", "户数", "", "300", "2090-01-01", "示例"),
    )
    view = hand("figures", book(FIGURE_HEADS, (*FIGURE_ROWS, *wrong)), take=True)
    assert (view.state, view.created, view.wrong) == ("taken", 3, 3)
    assert {fault.column for fault in view.faults} == {"地方", "数", "截至日期"}
    assert there() == [("东街街道", "6"), ("槐花社区", "300over"), ("钟楼社区", "1200")]
    again = (("槐花社区", "户数", "", "305", "2026-01-31", "示例报表"), *FIGURE_ROWS[1:])
    second = hand("figures", book(FIGURE_HEADS, again), take=True)
    assert (second.created, second.changed, second.same) == (0, 1, 2)
    assert ("槐花社区", "305") in there()
    for one, left in ((second, 3), (view, 0)):
        commands.undo(by=admin, now=now(), import_id=one.id)
        jobs.run_waiting()
        assert queries.import_view(one.id, admin).state == "undone"
        assert len(there()) == left
    assert there() == []


@pytest.mark.slow
def test_fifty_thousand_rows_are_judged_in_twenty_seconds(admin: Standing, world: World) -> None:
    from xiucheng.kit import jobs
    from xiucheng.kit.now import now
    from xiucheng.operations.founding import commands, queries
    from xiucheng.operations.founding.models import Progress

    rows = [
        (
            "",
            f"示例{number}",
            f"139{number:08}",
            "市政养护所（示例）",
            "处置人员",
            "钟楼社区" if number % 3 else "没有的社区",
        )
        for number in range(50_000)
    ]
    found = commands.upload(by=admin, now=now(), template="people", content=book(PEOPLE_HEADS, rows), name="a.xlsx")
    # Seconds of this process's own work: what the machine does besides is no fault of the job.
    begun, wall = time.process_time(), time.monotonic()
    jobs.run_waiting()
    took, wall = time.process_time() - begun, time.monotonic() - wall
    view = queries.import_view(found, admin)
    assert (view.state, view.rows, view.wrong) == ("checked", 50_000, 16_667), view.said
    assert Progress.objects.get(import_id=found).total == 50_000
    print(f"50,000 rows judged in {took:.1f} s of work, {wall:.1f} s on the clock")
    assert took < 20
