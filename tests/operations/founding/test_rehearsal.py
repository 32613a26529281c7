"""The rehearsal: twenty cases through the real routing in a schema of its own; going live drops it."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.operations.founding.books import book
from tests.operations.founding.conftest import Hand
from xiucheng.kit.refused import Refused
from xiucheng.operations.founding.rules.rehearsal import COUNT, LACKS, next_night, plan

if TYPE_CHECKING:
    from tests.world import World
    from xiucheng.foundation.people.rules import Standing

ROUTING = (
    ("10", "路灯", "", "工作时间外", "", "路灯管理所（示例）", "夜间"),
    ("20", "部件", "", "", "", "市政养护所（示例）", "部件归市政"),
    ("30", "C0301", "", "", "", "园林管理所（示例）", ""),
)
ROUTING_HEADS = ("序号", "类别", "区域", "时间", "部件单位", "承办单位", "依据")
CODES = st.text("0123456789", min_size=1, max_size=3)


# -- which cases (pure) -----------------------------------------------------------------------------------------------


@given(
    st.lists(st.tuples(CODES, CODES), max_size=40, unique_by=lambda one: one[0]),
    st.lists(CODES, max_size=5),
    st.lists(CODES, min_size=1, max_size=30),
)
def test_the_same_set_up_gives_the_same_cases(
    categories: list[tuple[str, str]], named: list[str], areas: list[str]
) -> None:
    chosen = plan(categories, named, areas)
    assert chosen == plan(list(reversed(categories)), named, list(reversed(areas)))
    assert len(chosen) == min(COUNT, len(categories))
    assert len({one.category for one in chosen}) == len(chosen)
    assert {one.category for one in chosen} >= set(named) & {key for key, _of in categories}
    # Every place in its turn, none left out while there are cases.
    assert len({one.area for one in chosen}) == min(len(set(areas)), len(chosen))


def test_every_class_has_its_turn_before_any_has_a_second() -> None:
    categories = [(f"{major}{minor}", major) for major in "ABCDE" for minor in range(9)]
    chosen = plan(categories, ["C7"], ["990101001001"])
    assert [one.category for one in chosen][:6] == ["C7", "A0", "B0", "C0", "D0", "E0"]
    assert plan(categories, [], []) == []


@pytest.mark.parametrize(
    ("local", "night"), [("2026-11-22T21:59", "2026-11-22T22:00"), ("2026-11-22T22:00", "2026-11-23T22:00"),
                         ("2026-12-31T23:30", "2027-01-01T22:00")],
)  # fmt: skip
def test_the_night_that_is_asked_for_is_still_to_come(local: str, night: str) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    moment = datetime.fromisoformat(local).replace(tzinfo=zone)
    assert next_night(moment) == datetime.fromisoformat(night).replace(tzinfo=zone)


# -- on a site --------------------------------------------------------------------------------------------------------


@pytest.fixture
def world(transactional_db: None) -> World:
    from tests.world import build
    from xiucheng.kit.now import now

    return build(now())


def counts() -> dict[str, int]:
    """What must not move while a site is rehearsed."""
    from django.db import connection

    tables = ("cases_case", "intake_report", "tasks_task", "notices_notice", "media_item", "people_subject")
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table}")
            found[table] = cursor.fetchone()[0]
    return found


def in_rehearsal(query: str) -> list[tuple[Any, ...]]:
    """Asked in the rehearsal's schema."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET search_path = testsite_rehearsal, ext")
        try:
            cursor.execute(query)
            return cursor.fetchall()
        finally:
            cursor.execute("SET search_path = testsite, ext")


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
class TestOnASite:
    def test_cases_walk_and_the_site_does_not_move(self, world: World, hand: Hand, admin: Standing) -> None:
        from xiucheng.foundation.packs import queries as packs
        from xiucheng.kit import jobs, rehearsal
        from xiucheng.kit.now import now
        from xiucheng.operations.founding import beginning, commands, rehearsed

        hand("routing", book(ROUTING_HEADS, ROUTING), take=True)
        before = counts()
        assert rehearsed.view(admin, now()).cases == ()
        with pytest.raises(Refused, match="not_yours"):
            commands.begin_rehearsal(by=world.standing("dispatcher"), now=now())
        commands.begin_rehearsal(by=admin, now=now())
        with pytest.raises(Refused, match="rehearsing"):
            commands.begin_rehearsal(by=admin, now=now())
        assert rehearsed.view(admin, now()).running
        begun = time.monotonic()
        jobs.run_waiting()
        print(f"{COUNT} cases rehearsed in {time.monotonic() - begun:.1f} s")

        view = rehearsed.view(admin, now())
        assert (view.state, view.failed, view.fresh, len(view.cases)) == ("done", "", True, COUNT), view
        assert counts() == before
        assert packs.current("routing", now()) is None
        assert packs.open_draft("routing") is not None
        assert in_rehearsal("SELECT count(*) FROM cases_case") == [(COUNT,)]
        assert in_rehearsal("SELECT count(*) FROM people_person WHERE phone_sealed IS NOT NULL") == [(0,)]
        assert in_rehearsal("SELECT count(*) FROM people_account") == [(0,)]

        lamp = next(one for one in view.cases if one.category == "路灯")
        # By day the second row, by night the first: whichever it is now, the other is told.
        names = {lamp.agency, lamp.night} - {""}
        assert names <= {"市政养护所（示例）", "路灯管理所（示例）"}
        assert names
        assert lamp.rule in (10, 20)
        assert (lamp.closed, lamp.clerk, lamp.checker) == (
            True, {"市政养护所（示例）": "示例roads_clerk", "路灯管理所（示例）": "示例lights_clerk"}[lamp.agency],
            lamp.checker,
        )  # fmt: skip
        assert lamp.checker in ("示例inspector", "示例far_inspector")
        other = next(one for one in view.cases if one.rule is None)
        assert other.agency == "东街街道办事处（示例）"
        assert other.lacks[0].sentence.startswith("没有规则管")
        # The office has nobody to sign: told with its cure, and the case stops there.
        assert not other.closed
        assert other.lacks[-1].stops
        assert other.lacks[-1].cure is not None
        assert other.lacks[-1].cure.name == "people"
        assert view.by_rule == sum(1 for one in view.cases if one.closed)

        # A later import makes it stale, and nobody goes live without saying so.
        with pytest.raises(Refused, match="grave_gaps"):
            beginning.go_live(by=admin, now=now())
        hand("people", book(("姓名", "手机号", "单位", "岗位"), [
            ("示例办事员", "13900000021", "东街街道办事处（示例）", "承办单位经办人")]), take=True)  # fmt: skip
        hand("duties", book(("姓名", "手机号或工号", "职责", "负责的地方"), [
            ("示例办事员", "13900000021", "网格员", place) for place in ("钟楼社区", "柳岸社区")
        ]), take=True)  # fmt: skip
        assert not rehearsed.view(admin, now()).fresh
        with pytest.raises(Refused, match="not_rehearsed"):
            beginning.go_live(by=admin, now=now())
        commands.begin_rehearsal(by=admin, now=now(), defer=False)
        with pytest.raises(Refused, match="rehearsing"):
            beginning.go_live(by=admin, now=now())
        commands.keep_rehearsal(now=now(), answer={"failed": "no_answer"})
        with pytest.raises(Refused, match="not_rehearsed"):
            beginning.go_live(by=admin, now=now())

        assert beginning.go_live(by=admin, now=now(), without_rehearsal=True) == ["routing"]
        jobs.run_waiting()
        assert not rehearsal.possible()
        assert packs.current("routing", now()) is not None
        assert counts() == before
        from xiucheng.operations.founding.models import Import

        assert not Import.objects.filter(file_sealed__isnull=False).exists()
        for again_refused in (
            lambda: beginning.go_live(by=admin, now=now()),
            lambda: commands.begin_rehearsal(by=admin, now=now()),
        ):
            with pytest.raises(Refused, match="already_live"):
                again_refused()

    def test_a_site_without_the_schema_says_what_to_run(self, world: World, admin: Standing) -> None:
        from xiucheng.kit import rehearsal
        from xiucheng.kit.now import now
        from xiucheng.operations.founding import beginning, commands, rehearsed

        rehearsal.drop()
        with pytest.raises(Refused, match="no_rehearsal_schema"):
            commands.begin_rehearsal(by=admin, now=now())
        assert not rehearsed.view(admin, now()).possible
        with pytest.raises(Refused, match="grave_gaps"):
            beginning.go_live(by=admin, now=now(), without_rehearsal=True)

    def test_a_rehearsal_that_breaks_off_is_told(self, world: World, admin: Standing) -> None:
        from django.db import connection

        from xiucheng.kit import jobs
        from xiucheng.kit.now import now
        from xiucheng.operations.founding import commands, rehearsed

        commands.begin_rehearsal(by=admin, now=now())
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA testsite_rehearsal CASCADE")
        jobs.run_waiting()
        view = rehearsed.view(admin, now())
        assert (view.state, view.cases) == ("failed", ())
        assert view.failed == "wrong_site"
        assert not view.fresh

    def test_no_other_site_is_ever_emptied(self, world: World) -> None:
        from xiucheng.kit import rehearsal
        from xiucheng.kit.unready import Unready

        with pytest.raises(Unready) as refused:
            rehearsal.make(lambda done, total: None)
        assert refused.value.code == "not_a_rehearsal"


def test_every_lack_has_words_and_a_cure_that_is_there() -> None:
    from xiucheng.operations.founding.templates.table import templates

    names = {one.name for one in templates()} | {""}
    assert {one.cure for one in LACKS.values()} <= names
