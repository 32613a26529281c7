"""Calendars, limits and statutory days: what they accept, how they are written down, what the law frees."""

from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kit.worktime.samples import CHINA, FREE_2027, weeks
from xiucheng.kit.worktime import STANDARD_DAY, STANDARD_WEEK, Calendar, Limit, Mode, Slot, Unit, seed
from xiucheng.kit.worktime.festivals import statutory_days


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_a_calendar_survives_being_written_down(data: st.DataObject) -> None:
    calendar = data.draw(weeks("Europe/Dublin"))
    again = Calendar.from_json(calendar.to_json())
    assert again == calendar
    assert hash(again) == hash(calendar)
    assert len({again, calendar}) == 1


def test_the_seed_knows_every_day_of_its_years() -> None:
    day = date(2004, 1, 1)
    while day < date(2027, 1, 1):
        assert bool(CHINA.slots_of(day)) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)
    assert Calendar.from_json(seed.body()["calendars"]["default"]) == CHINA
    assert not CHINA.is_provisional(2004)
    assert not CHINA.is_provisional(2026)
    assert CHINA.is_provisional(2027)


def test_a_seed_abroad_has_no_statute() -> None:
    calendar = seed.calendar("America/Los_Angeles")
    assert calendar.tz == ZoneInfo("America/Los_Angeles")
    assert calendar.slots_of(date(2017, 10, 2))
    assert not calendar.is_provisional(2040)


@pytest.mark.parametrize(("year", "days"), [(1948, 0), (1990, 4), (2007, 10), (2010, 11), (2024, 11), (2027, 13)])
def test_how_many_days_the_law_frees(year: int, days: int) -> None:
    # 1990 lies before the table of lunar days: the four of the solar calendar only.
    assert len(statutory_days(year)) == days


def test_the_law_of_2025() -> None:
    assert statutory_days(2027) == FREE_2027


@pytest.mark.parametrize("year", range(2008, 2027))
def test_what_the_law_frees_was_free(year: int) -> None:
    """Every notice since 2008 gave the festival's own day off; a wrong lunar table would hit a workday sooner or later.

    On the sixteen to twenty days of a year when it was not a weekend anyway.
    """
    for day in statutory_days(year):
        assert not chinese_calendar.is_workday(day), day
    # And the named festivals fall on the very day: the library tells which festival a holiday is for.
    named = {day for day in chinese_calendar.holidays if day.year == year}
    assert statutory_days(year) - {day for day in statutory_days(year) if day.weekday() > 4} <= named


def test_a_holiday_beats_the_week_and_a_make_up_day_beats_the_weekend() -> None:
    calendar = Calendar(
        holidays=frozenset({date(2026, 10, 5)}),
        workdays=frozenset({date(2026, 10, 10)}),
        announced=frozenset({2026}),
        make_up=(Slot(540, 600),),
    )
    assert calendar.slots_of(date(2026, 10, 5)) == ()
    assert calendar.slots_of(date(2026, 10, 10)) == (Slot(540, 600),)
    assert calendar.slots_of(date(2026, 10, 6)) != ()  # announced: the list is complete


def test_who_works_on_saturdays_anyway_keeps_those_hours_on_a_make_up_day() -> None:
    saturdays = (*STANDARD_WEEK[:5], (Slot(540, 660),), ())
    calendar = Calendar(week=saturdays, workdays=frozenset({date(2026, 10, 10), date(2026, 10, 11)}))
    assert calendar.slots_of(date(2026, 10, 10)) == (Slot(540, 660),)
    assert calendar.slots_of(date(2026, 10, 11)) == STANDARD_DAY


@pytest.mark.parametrize(
    "wrong",
    [
        {"zone": "Mars/Olympus"},
        {"week": [[]] * 7},
        {"week": [[["08:00", "12:00"]]] * 6},
        {"week": [[["08:00", "12:00"], ["11:00", "13:00"]]] + [[]] * 6},
        {"week": [[["12:00", "08:00"]]] + [[]] * 6},
        {"week": [[["8:00", "12:00"]]] + [[]] * 6},
        {"week": [[["08:00", "24:01"]]] + [[]] * 6},
        {"week": [[["08:00", "11:60"]]] + [[]] * 6},
        {"holidays": ["2026-02-30"]},
        {"holidays": ["2026-10-01"], "workdays": ["2026-10-01"]},
        {"statute": "us"},
        {"slots": []},
        {"zone": 5},
        {"zone": ""},
        {"zone": "../../etc/passwd"},
        {"week": 5},
        {"week": [5] * 7},
        {"week": [[["08:00"]]] * 7},
        {"holidays": "2026-10-01"},
        {"holidays": [20261001]},
        {"announced": ["2026"]},
        {"announced": [True]},
        {"statute": []},
    ],
)
def test_calendars_that_make_no_sense(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Calendar.from_json(wrong)


@pytest.mark.parametrize("value", [0, -1, 10_001, "x", None, True, float("nan"), Decimal("0.0001")])
def test_limits_that_make_no_sense(value: object) -> None:
    with pytest.raises(ValueError):
        Limit(value, Unit.WORK_HOUR)  # type: ignore[arg-type]


def test_days_are_whole_and_hours_are_elapsed() -> None:
    with pytest.raises(ValueError):
        Limit(Decimal("1.5"), Unit.WORK_DAY)
    with pytest.raises(ValueError):
        Limit(2, Unit.URGENT_HOUR, Mode.WHOLE_DAYS_FROM_NEXT_DAY)
    with pytest.raises(ValueError):
        Limit(1, "fortnight")  # type: ignore[arg-type]
    with pytest.raises(ValueError):
        Limit(1, Unit.WORK_DAY).time  # noqa: B018


@given(
    st.sampled_from(Unit),
    st.integers(1, 3000),
    st.integers(1, 3),
)
def test_a_limit_survives_being_written_down(unit: Unit, value: int, factor: int) -> None:
    limit = Limit(value if unit.in_days else Decimal(value) / 4, unit)
    assert Limit.from_json(limit.to_json()) == limit
    assert limit.times(factor).value == limit.value * factor
    assert Limit(1, Unit.WORK_HOUR) == Limit(Decimal("1.0"), Unit.WORK_HOUR)
