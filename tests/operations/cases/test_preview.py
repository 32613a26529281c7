"""What a draft of the calendars would do to cases: told beforehand by the rule that files them."""

import re
from copy import deepcopy
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.world import MONDAY, World, build, publish
from xiucheng.foundation.packs import queries as packs
from xiucheng.foundation.tasks import holidays
from xiucheng.kit.worktime import seed
from xiucheng.operations.cases import preview

ZONE = ZoneInfo("Asia/Shanghai")
SHOWN = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")


@pytest.fixture
def world(db: None) -> World:
    return build(MONDAY)


def with_may_day() -> dict:
    """A holiday of the district's own on Wednesday 2026-03-11, made up for on the Saturday after."""
    entry = holidays.Entry("建区纪念日", date(2026, 3, 11), date(2026, 3, 11), {"workday_1": date(2026, 3, 14)})
    return holidays.with_holiday(seed.body(), ["default"], entry)


def test_open_cases_stay_and_the_example_is_what_filing_will_say(world: World) -> None:
    world.file()
    body = with_may_day()
    kept, example = preview.of_calendar(body, seed.body(), world.now)
    assert (kept.count, "截止时间不变" in str(kept.text)) == (1, True)
    # The category that the open case has, filed at ten of the last workday before the day that becomes free.
    assert "路灯" in str(example.text)
    start, before, after = (
        datetime.fromisoformat(said).replace(tzinfo=ZONE) for said in SHOWN.findall(str(example.text))
    )
    assert start == datetime(2026, 3, 10, 10, tzinfo=ZONE)
    assert world.file(now=start).due_at == before
    publish("calendar", body, start)
    assert world.file(now=start).due_at == after
    assert before < after


def test_a_provisional_deadline_is_reckoned_anew(world: World) -> None:
    december = datetime(2026, 12, 31, 2, tzinfo=UTC)
    filed = world.file(now=december)
    body = holidays.with_the_law(seed.body(), ["default"], 2027)
    entry = holidays.Entry("元旦", date(2027, 1, 4), date(2027, 1, 5), {})
    body = holidays.announced(holidays.with_holiday(body, ["default"], entry), ["default"], 2027, known=True)
    moved, _example = preview.of_calendar(body, seed.body(), december)
    assert moved.count == 1
    assert "暂定" in str(moved.text)
    assert filed.due_at is not None


def test_a_calendar_that_changes_nothing_says_so(world: World) -> None:
    same = packs.current("calendar", world.now)
    assert same is not None
    kept, rest = preview.of_calendar(deepcopy(same.body), same.body, world.now)
    assert (kept.count, rest.count) == (None, None)
    assert "现在没有在办案卷" in str(kept.text)
    assert not SHOWN.findall(str(rest.text))
