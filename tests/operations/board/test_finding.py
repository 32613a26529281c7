"""Finding a case: words, names of places, agencies and categories, any part of its number."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.operations.board.listing import bring_up, pages
from tests.operations.cases.acting import act
from xiucheng.foundation.people.rules import Standing
from xiucheng.operations.board import queries
from xiucheng.operations.board.models import Row
from xiucheng.operations.board.queries import Filters

SYSTEM = Standing.for_system("test")


def test_search_by_number_and_by_words(world):
    lamp, hole = world.file(title="北门路灯闪烁"), world.file(title="人行道塌陷")
    bring_up()
    found = queries.hall(SYSTEM, Filters(queue="all", text=lamp.number.replace("-", " ")), now=world.now)
    assert [row.case_id for row in found.rows] == [lamp.case_id]
    found = queries.hall(SYSTEM, Filters(text="塌陷"), now=world.now)
    assert [row.title for row in found.rows] == ["人行道塌陷"]
    assert queries.hall(SYSTEM, Filters(text="不存在的字"), now=world.now).rows == []
    assert queries.hall(world.standing("parks_clerk"), Filters(text=hole.number), now=world.now).rows == []
    assert queries.hall(SYSTEM, Filters(text="\0"), now=world.now).rows == []


@pytest.fixture
def searched(world):
    """The lamp of two, one of them with an agency; and a hole in another street."""
    lamp = world.file(title="槐花巷口的路灯，晚上不亮２号")
    act(world, "dispatcher", "dispatch", lamp.case_id, agency=str(world.agencies["roads"]))
    world.file(title="钟楼下路灯常明")
    world.file(category="C0101", title="井盖松动")
    bring_up()
    return lamp


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("路灯 不亮", 1),
        ("不亮　路灯", 1),
        ("路灯 没有的字", 0),
        ("市政养护所", 1),
        ("养护 路灯", 1),
        ("养护 井盖", 0),
        ("东街街道", 3),
        ("路灯 槐花社区", 2),
        ("西河街道", 0),
        ("2号", 1),
        ("２号", 1),
        ("公用设施", 3),
    ],
)
def test_each_word_is_in_the_text_or_in_a_name(searched, world, typed, found):
    listed = queries.hall(SYSTEM, Filters(queue="all", text=typed), now=world.now).rows
    assert len(listed) == found, [row.title for row in listed]
    assert found != 1 or listed[0].case_id == searched.case_id


def test_any_part_of_a_number_finds_its_case(searched, world):
    year, thousands, units, check = searched.number.split("-")
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    for typed in (
        searched.number, searched.number.translate(wide), f"{year}-{thousands}-{units}", f"{thousands}-{units}",
        f"{units}-{check}", f"{year}{thousands}{units}", f"{thousands}{units}{check}",
    ):  # fmt: skip
        rows = queries.hall(SYSTEM, Filters(queue="all", text=typed), now=world.now).rows
        assert searched.case_id in {row.case_id for row in rows}, typed
        assert all(row.row.number.replace("-", "").find(parts(typed)) >= 0 for row in rows), typed
    rows = queries.hall(SYSTEM, Filters(queue="all", text=f"{units}-{check} 路灯"), now=world.now).rows
    assert [row.case_id for row in rows] == [searched.case_id]


def parts(typed: str) -> str:
    return "".join(str(int(sign)) for sign in typed if sign.isdecimal())


def test_names_open_nothing_that_one_may_not_see(searched, world):
    for who, found in (("street_head", 3), ("roads_clerk", 1), ("parks_clerk", 0), ("far_inspector", 0)):
        rows = queries.hall(world.standing(who), Filters(queue="all", text="东街街道"), now=world.now).rows
        assert len(rows) == found, who


def test_a_search_of_many_words_takes_few_statements(searched, world):
    by = world.standing("dispatcher")
    with CaptureQueriesContext(connection) as captured:
        queries.hall(by, Filters(queue="all", text="路灯 养护 东街 不亮 26 槐花"), now=world.now)
        queries.counts(by, now=world.now)
    assert len(captured) <= 7, [query["sql"][:80] for query in captured]


def test_a_search_finds_an_open_case_behind_hundreds_of_newer_ended_ones(world):
    """Queue, filters and scope narrow what was found; they are not applied to its newest few."""
    old = world.file(title="槐花巷路灯不亮").case_id
    for number in range(8):
        world.file(title=f"槐花巷路灯不亮 {number}", now=world.now + timedelta(minutes=number + 1))
    bring_up()
    template = Row.objects.get(case_id=old)
    _copies(template, 250)
    found = queries.hall(SYSTEM, Filters(text="路灯"), limit=50, now=world.now)
    assert found.rows[0].case_id == old
    assert len(found.rows) == 9
    assert len(pages(SYSTEM, Filters(queue="closed", text="路灯不亮"), 100, now=world.now)) == 250
    assert len(pages(SYSTEM, Filters(queue="all", text="路灯不亮"), 100, now=world.now)) == 259
    assert pages(SYSTEM, Filters(queue="open", text="路灯", category="C0101"), 50, now=world.now) == []
    assert pages(world.standing("far_inspector"), Filters(queue="all", text="路灯"), 50, now=world.now) == []


def _copies(row: Row, count: int) -> None:
    """So many ended cases of the same words, filed later."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE copies ON COMMIT DROP AS SELECT gen_random_uuid() AS id, n"
                       " FROM generate_series(1, %s) n", [count])  # fmt: skip
        columns = [one.column for one in Row._meta.local_fields]
        changed = {
            "case_id": "c.id", "number": "'copy-' || c.n", "open": "FALSE", "state": "'closed'",
            "filed_at": "r.filed_at + c.n * interval '1 hour'", "sort_at": "r.filed_at + c.n * interval '2 hours'",
        }  # fmt: skip
        values = ", ".join(changed.get(name, f"r.{name}") for name in columns)
        cursor.execute(
            f"INSERT INTO board_row ({', '.join(columns)}) SELECT {values} FROM board_row r, copies c"
            " WHERE r.case_id = %s",
            [row.case_id],
        )
        cursor.execute("INSERT INTO cases_search (case_id, words) SELECT id, '槐花巷路灯不亮' FROM copies")


def test_a_number_is_found_by_those_only_who_may_see_its_case(world):
    filed = world.file()
    bring_up()
    typed = filed.number.replace("-", "")
    assert pages(world.standing("dispatcher"), Filters(queue="all", text=typed), 10, now=world.now) == [filed.case_id]
    assert pages(world.standing("far_inspector"), Filters(queue="all", text=typed), 10, now=world.now) == []
    assert pages(world.standing("parks_clerk"), Filters(queue="all", text=typed), 10, now=world.now) == []
