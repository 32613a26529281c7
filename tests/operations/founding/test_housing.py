"""Compounds, buildings and dwellings by template 5: as deep as the list is, merged by key, never about residents."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.operations.founding.books import HOUSING_HEADS, HOUSING_ROWS, book
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


def tree() -> dict[tuple[str, str], dict[str, object]]:
    """(community, compound) → address and buildings with floors and dwellings, of what is in use."""
    from xiucheng.foundation.places import housing
    from xiucheng.operations.founding.templates import housing as template

    found: dict[tuple[str, str], dict[str, object]] = {}
    for key, there in template._held().items():
        if there.values["active"]:
            said = {name: value for name, value in there.values.items() if name != "active"}
            found[key] = said  # type: ignore[index]
    assert len(housing.compounds()) == sum(key[0] == "compound" for key in found)
    return found


GARDEN = ("990101001001", "示例花园")


def test_rows_are_as_deep_as_they_say(hand: Hand) -> None:
    from xiucheng.foundation.places import housing

    view = hand("housing", book(HOUSING_HEADS, HOUSING_ROWS), take=True)
    assert (view.state, view.wrong) == ("taken", 0), (view.said, view.faults)
    assert tree() == {
        ("compound", *GARDEN): {"address": "示例路1号"},
        ("building", *GARDEN, "3"): {"floors": "6"},
        ("building", *GARDEN, "5"): {"floors": "11"},
        ("dwelling", *GARDEN, "3", "1", "301"): {"use": "home", "square_metres": "88.5"},
        ("dwelling", *GARDEN, "3", "1", "302"): {"use": "home", "square_metres": "90"},
        ("dwelling", *GARDEN, "5", "", "商铺2"): {"use": "shop", "square_metres": ""},
        ("compound", "990101001002", "示例花园"): {"address": "示例路9号"},
        ("compound", "990101001002", "示例里"): {"address": ""},
        ("building", "990101001002", "示例里", "1"): {"floors": "3"},
    }
    (garden,) = [one for one in housing.compounds("990101001001") if one.name == "示例花园"]
    assert (garden.buildings, garden.dwellings) == (2, 3)
    assert [(one.name, one.stairwells, one.dwellings) for one in housing.buildings(garden.id)] == [
        ("3幢", 1, 2),
        ("5栋", 0, 1),
    ]
    again = hand("housing", book(HOUSING_HEADS, reversed(HOUSING_ROWS)))
    assert (again.created, again.changed, again.missing) == (0, 0, 0)


def test_what_is_wrong_stays_out_and_what_is_said_twice_differently_is_told(hand: Hand) -> None:
    rows = [
        *HOUSING_ROWS,
        ("示例苑", "没有的社区", "", "", "", "", "", "", ""),
        ("示例苑", "东街街道", "", "", "", "", "", "", ""),
        ("示例苑", "柳岸社区", "", "", "", "", "101", "", ""),
        ("示例苑", "柳岸社区", "", "1号楼", "900", "", "", "", ""),
        ("示例苑", "柳岸社区", "", "1号楼", "", "", "102", "仓储", "-3"),
        ("示例花园", "槐花社区", "示例路2号", "3#", "6", "1", "301", "", "70"),
        ("示例花园", "槐花社区", "示例路2号", "", "", "", "", "", ""),
    ]
    view = hand("housing", book(HOUSING_HEADS, rows), take=True)
    assert {(one.row, one.code) for one in view.faults} == {
        (2, "same_key"), (7, "unknown_area"), (8, "not_a_community"), (9, "building_missing"),
        (10, "bad_floors"), (11, "not_a_choice"), (12, "same_key"),
    }  # fmt: skip
    site = tree()
    assert ("dwelling", *GARDEN, "3", "1", "301") not in site
    # Who contradicts about a home says nothing about its compound either.
    assert site["compound", *GARDEN] == {"address": "示例路2号"}
    assert not any(key[2] == "示例苑" for key in site)


def test_cells_that_contradict_each_other_are_not_taken(hand: Hand) -> None:
    rows = [*HOUSING_ROWS, ("示例花园", "槐花社区", "示例路2号", "3栋", "7", "", "", "", "")]
    view = hand("housing", book(HOUSING_HEADS, rows), take=True)
    assert (view.wrong, view.doubts) == (0, 2), view.faults
    assert {one.code for one in view.faults} == {"said_differently"}
    assert tree()["compound", *GARDEN] == {"address": ""}
    assert tree()["building", *GARDEN, "3"] == {"floors": ""}


def test_an_import_is_merged_ended_and_taken_back_whole(hand: Hand, admin: Standing) -> None:
    from xiucheng.kit import jobs
    from xiucheng.kit.now import now
    from xiucheng.operations.founding import commands, queries

    def undo(view_id: object) -> None:
        commands.undo(by=admin, now=now(), import_id=view_id)  # type: ignore[arg-type]
        jobs.run_waiting()
        assert queries.import_view(view_id, admin).state == "undone"  # type: ignore[arg-type]

    first = hand("housing", book(HOUSING_HEADS, HOUSING_ROWS), take=True)
    before = tree()
    rows = [
        ("示例花园", "槐花社区", "示例路8号", "3号楼", "", "1单元", "301", "办公", "89"),
        ("示例花园", "槐花社区", "", "3号楼", "", "2单元", "301", "", ""),
    ]
    second = hand("housing", book(HOUSING_HEADS, rows), take=True, close_missing=True)
    assert (second.created, second.changed, second.missing) == (1, 2, 6)
    assert tree() == {
        ("compound", *GARDEN): {"address": "示例路8号"},
        ("building", *GARDEN, "3"): {"floors": "6"},
        ("dwelling", *GARDEN, "3", "1", "301"): {"use": "office", "square_metres": "89"},
        ("dwelling", *GARDEN, "3", "2", "301"): {"use": "home", "square_metres": ""},
    }
    with pytest.raises(Refused, match="later_import"):
        commands.undo(by=admin, now=now(), import_id=first.id)
    undo(second.id)
    assert tree() == before
    undo(first.id)
    assert tree() == {}


def test_a_community_with_compounds_is_not_taken_back(hand: Hand, admin: Standing) -> None:
    from xiucheng.kit import jobs
    from xiucheng.kit.now import now
    from xiucheng.operations.founding import commands, queries

    areas = hand("areas", book(("层级", "名称", "上级"), [("社区", "新桥社区", "东街街道")]), take=True)
    hand("housing", book(HOUSING_HEADS[:2], [("示例新村", "新桥社区")]), take=True)
    commands.undo(by=admin, now=now(), import_id=areas.id)
    jobs.run_waiting()
    view = queries.import_view(areas.id, admin)
    assert view.state == "taken"
    assert "小区" in view.said


def test_nothing_of_residents_can_be_kept(hand: Hand, admin: Standing) -> None:
    """Lists of homes come with who lives there; whatever somebody asks for, it is dropped."""
    from django.db import connection

    from xiucheng.kit.now import now
    from xiucheng.operations.founding import commands, queries
    from xiucheng.operations.founding.models import Extra

    heads = (*HOUSING_HEADS, "户主姓名", "联系电话", "民族", "是否信访户", "政治面貌")
    told = ("示例户主", "13900007777", "某族", "是", "党员")
    view = hand("housing", book(heads, [(*HOUSING_ROWS[0], *told)]))
    assert {one.label: bool(one.forbidden) for one in view.others} == {
        "户主姓名": False, "联系电话": False, "民族": True, "是否信访户": True, "政治面貌": False,
    }  # fmt: skip
    for one in view.others:
        with pytest.raises(Refused, match="bad_purpose"):
            commands.accept(by=admin, now=now(), import_id=view.id, plan_digest=view.plan_digest,
                            keep={one.index: ("contact", "month")})  # fmt: skip
    commands.accept(by=admin, now=now(), import_id=view.id, plan_digest=view.plan_digest)
    from xiucheng.kit import jobs

    jobs.run_waiting()
    assert queries.import_view(view.id, admin).state == "taken"
    assert not Extra.objects.exists()
    with connection.cursor() as cursor:
        for table in ("places_compound", "places_building", "places_dwelling", "kit_step", "founding_known"):
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text ~ '户主|1390000|某族'")
            assert cursor.fetchone()[0] == 0, table


@pytest.mark.slow
def test_fifty_thousand_dwellings_are_judged_in_twenty_seconds(admin: Standing, world: World) -> None:
    from xiucheng.kit import jobs
    from xiucheng.kit.now import now
    from xiucheng.operations.founding import commands, queries
    from xiucheng.operations.founding.models import Progress

    rows = [
        (f"示例{number // 500}里", "槐花社区", f"示例路{number // 500}号", f"{number // 50 % 10 + 1}号楼", "6",
         f"{number // 12 % 4 + 1}单元", str(100 + number % 50), "住宅", "88.5")
        for number in range(50_000)
    ]  # fmt: skip
    content = book(HOUSING_HEADS, rows)
    found = commands.upload(by=admin, now=now(), template="housing", content=content, name="a.xlsx")
    begun, wall = time.process_time(), time.monotonic()
    jobs.run_waiting()
    took, wall = time.process_time() - begun, time.monotonic() - wall
    view = queries.import_view(found, admin)
    assert (view.state, view.rows, view.wrong) == ("checked", 50_000, 0), (view.said, view.faults[:3])
    assert Progress.objects.get(import_id=found).total == 50_000
    print(f"50,000 dwellings judged in {took:.1f} s of work, {wall:.1f} s on the clock")
    assert took < 20
    begun, wall = time.process_time(), time.monotonic()
    commands.accept(by=admin, now=now(), import_id=found, plan_digest=view.plan_digest)
    jobs.run_waiting()
    assert queries.import_view(found, admin).state == "taken"
    print(f"taken in {time.process_time() - begun:.1f} s of work, {time.monotonic() - wall:.1f} s on the clock")
    assert len(tree()) == 50_000 + 1000 + 100
