"""Holidays as people enter them: a festival with its days and its make-up workdays, from one body to the next."""

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.refusing import refused
from xiucheng.foundation.packs.shapes import told
from xiucheng.foundation.tasks import holidays, packing, shape
from xiucheng.kit.refused import Refused
from xiucheng.kit.worktime import Calendar, festivals, seed

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
ONE = ["default"]


def entry(name: str, first: str, last: str = "", *workdays: str) -> holidays.Entry:
    worked = {f"workday_{n}": date.fromisoformat(day) for n, day in enumerate(workdays, start=1)}
    return holidays.Entry(name, date.fromisoformat(first), date.fromisoformat(last or first), worked)


SPRING = entry("春节", "2027-02-05", "2027-02-11", "2027-01-31", "2027-02-13")


def test_the_festivals_of_the_seed_have_their_names() -> None:
    year = holidays.year_of(seed.body(), "default", 2026)
    assert [(one.name, str(one.first), one.days, len(one.workdays)) for one in year.holidays] == [
        ("元旦", "2026-01-01", 3, 1),
        ("春节", "2026-02-15", 9, 2),
        ("清明节", "2026-04-04", 3, 0),
        ("劳动节", "2026-05-01", 5, 1),
        ("端午节", "2026-06-19", 3, 0),
        ("中秋节", "2026-09-25", 3, 0),
        ("国庆节", "2026-10-01", 7, 2),
    ]
    assert (year.provisional, year.workdays, year.lacking) == (False, (), ())
    assert (year.off, year.worked) == (33, 6)


def test_every_year_that_came_along_is_complete() -> None:
    """What the notices moved has a name, and the days that the law names are those it frees."""
    for number in range(2004, 2027):
        year = holidays.year_of(seed.body(), "default", number)
        assert all(one.name for one in year.holidays)
        assert all(name for _day, name in year.workdays)
    for number in range(1990, 2100):
        assert set(festivals.named_days(number)) == festivals.statutory_days(number)


def test_a_year_not_announced_goes_by_the_law() -> None:
    year = holidays.year_of(seed.body(), "default", 2027)
    assert year.provisional
    assert [(one.name, str(one.first), one.days) for one in year.by_law][:2] == [
        ("元旦", "2027-01-01", 1),
        ("春节", "2027-02-05", 4),
    ]
    assert year.lacking == year.applying == year.by_law
    assert year.off == len(festivals.statutory_days(2027))
    entered = holidays.year_of(holidays.with_holiday(seed.body(), ONE, SPRING), "default", 2027)
    # Seven days of the notice instead of the four of the law; the rest of the year by the law.
    assert (entered.off, len(entered.applying)) == (year.off + 3, len(year.applying))


def test_a_holiday_with_its_make_up_workdays() -> None:
    made = packing.normalise(holidays.with_holiday(seed.body(), ONE, SPRING))
    assert packing.check(made) == []
    calendar = Calendar.from_json(made["calendars"]["default"])
    assert not calendar.slots_of(date(2027, 2, 9))
    assert calendar.slots_of(date(2027, 2, 13)) == calendar.make_up
    one = holidays.year_of(made, "default", 2027).holidays[0]
    assert (one.name, one.days, [str(day) for day in one.workdays]) == ("春节", 7, ["2027-01-31", "2027-02-13"])
    found = [(change.where, change.after) for change in told(shape.SHAPE, seed.body(), made, NOW)]
    assert found == [
        ("全区日历 › 节假日", "2027-02-05 至 2027-02-11 春节（7 天）"),
        ("全区日历 › 调休上班日", "2027-01-31 周日 春节"),
        ("全区日历 › 调休上班日", "2027-02-13 周六 春节"),
    ]


def test_a_holiday_is_changed_and_taken_out_as_a_whole() -> None:
    made = packing.normalise(holidays.with_holiday(seed.body(), ONE, SPRING))
    before = holidays.holiday_at(made, "default", date(2027, 2, 5))
    shorter = holidays.with_holiday(made, ONE, entry("春节", "2027-02-06", "2027-02-10", "2027-02-20"), before)
    one = holidays.year_of(shorter, "default", 2027).holidays[0]
    assert (str(one.first), one.days, [str(day) for day in one.workdays]) == ("2027-02-06", 5, ["2027-02-20"])
    back = holidays.without_holiday(shorter, ONE, one)
    assert packing.normalise(back) == packing.normalise(seed.body())


def test_a_holiday_of_the_districts_own_keeps_its_name() -> None:
    own = holidays.with_holiday(seed.body(), ONE, entry("建区纪念日", "2027-09-01"))
    assert own["names"] == {"2027-09-01": "建区纪念日"}
    again = holidays.with_holiday(own, ONE, entry("春节", "2027-02-06"))
    # The law names that day itself.
    assert again["names"] == {"2027-09-01": "建区纪念日"}


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        (entry("", "2027-02-06"), "name", "名称"),
        (entry("字" * 21, "2027-02-06"), "name", "20"),
        (entry("春节", "2027-02-06", "2027-02-05"), "last", "早于"),
        (entry("春节", "2027-02-06", "2027-04-05"), "last", "31"),
        (entry("春节", "2127-02-06"), "first", "2099"),
        (entry("国庆节", "2026-10-07"), "first", "2026-10-07 已经是节假日（国庆节）"),
        (entry("别的", "2026-10-10"), "first", "已列为调休上班日"),
        (entry("春节", "2027-02-05", "2027-02-11", "2027-02-07"), "workday_1", "又上班"),
        (entry("春节", "2027-02-05", "2027-02-11", "2027-02-15"), "workday_1", "本来就上班"),
        (entry("春节", "2027-02-05", "2027-02-11", "2027-06-12"), "workday_1", "太远"),
        (entry("元旦", "2026-11-28", "", "2026-10-10"), "workday_1", "太远"),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(typed: holidays.Entry, field: str, words: str) -> None:
    with pytest.raises(Refused) as found:
        holidays.with_holiday(seed.body(), ONE, typed)
    assert found.value.code == "bad_holiday"
    assert words in str(found.value.fields[field])


def test_workdays_that_go_with_no_holiday() -> None:
    made = holidays.with_workday(seed.body(), ONE, date(2026, 12, 12), "抢险")
    assert holidays.year_of(made, "default", 2026).workdays == ((date(2026, 12, 12), "抢险"),)
    assert packing.normalise(holidays.without_workday(made, ONE, date(2026, 12, 12))) == seed.body()
    for day in ("2026-12-14", "2026-10-02", "2026-10-10"):
        with refused("bad_holiday"):
            holidays.with_workday(seed.body(), ONE, date.fromisoformat(day), "")


def test_a_year_is_announced_once_the_days_of_the_law_are_in() -> None:
    with refused("not_complete"):
        holidays.announced(seed.body(), ONE, 2027, known=True)
    filled = holidays.with_the_law(seed.body(), ONE, 2027)
    assert holidays.year_of(filled, "default", 2027).lacking == ()
    known = holidays.announced(filled, ONE, 2027, known=True)
    assert not holidays.year_of(known, "default", 2027).provisional
    assert holidays.announced(known, ONE, 2027, known=False) == filled


def test_an_act_reaches_all_the_calendars_it_is_for() -> None:
    body = deepcopy(seed.body())
    body["calendars"]["night"] = deepcopy(body["calendars"]["default"])
    made = holidays.with_holiday(body, ["default", "night"], SPRING)
    assert all("2027-02-09" in one["holidays"] for one in made["calendars"].values())
    only = holidays.with_holiday(body, ["night"], SPRING)
    assert "2027-02-09" not in only["calendars"]["default"]["holidays"]


@given(
    st.dates(date(2027, 1, 1), date(2029, 12, 31)),
    st.integers(0, 10),
    st.sampled_from(["春节", "建区纪念日", "元旦"]),
    st.lists(st.integers(-30, 30), max_size=3, unique=True),
)
@settings(max_examples=80, deadline=None)
def test_what_is_added_is_taken_out_without_a_trace(first: date, more: int, name: str, around: list[int]) -> None:
    worked = {f"workday_{n}": first + timedelta(days=d) for n, d in enumerate(around)}
    typed = holidays.Entry(name, first, first + timedelta(days=more), worked)
    try:
        made = packing.normalise(holidays.with_holiday(seed.body(), ONE, typed))
    except Refused:
        return
    assert packing.check(made) == []
    years = {first.year, typed.last.year}
    there = [one for year in sorted(years) for one in holidays.year_of(made, "default", year).holidays]
    one = next(one for one in there if one.first == first)
    assert (one.last, set(one.workdays)) == (typed.last, set(worked.values()))
    assert packing.normalise(holidays.without_holiday(made, ONE, one)) == seed.body()


JUNK: Any = [[], {"2027-13-40": "x"}, {"2027-02-06": ""}, {"2027-02-06": 5}]


@pytest.mark.parametrize("names", JUNK)
def test_names_that_make_no_sense_keep_a_draft_from_being_published(names: Any) -> None:
    body = {**holidays.with_holiday(seed.body(), ONE, SPRING), "names": names}
    assert any(problem.path.startswith("names") for problem in packing.check(body))


def test_a_make_up_workday_goes_with_one_holiday_only() -> None:
    """国庆节 of 2025 lies on both sides of 中秋节; its two make-up workdays are two, not four."""
    year = holidays.year_of(seed.body(), "default", 2025)
    days = [day for one in year.holidays for day in one.workdays]
    assert len(days) == len(set(days)) == year.worked == 5
    first, second = (one for one in year.holidays if one.name == "国庆节")
    assert ([str(day) for day in first.workdays], [str(day) for day in second.workdays]) == (
        ["2025-09-28"],
        ["2025-10-11"],
    )
    left = holidays.year_of(holidays.without_holiday(seed.body(), ONE, second), "default", 2025)
    assert [one.workdays for one in left.holidays if one.name == "国庆节"] == [first.workdays]
    for number in range(2004, 2027):
        year = holidays.year_of(seed.body(), "default", number)
        assert year.worked == len({day for one in year.holidays for day in one.workdays}) + len(year.workdays)


@pytest.mark.parametrize("day", [date.min, date(26, 10, 10), date(1989, 12, 31), date(2100, 1, 1), date.max])
def test_a_year_typed_by_half_is_refused_before_it_is_reckoned_with(day: date) -> None:
    with refused("bad_holiday"):
        holidays.with_workday(seed.body(), ONE, day, "")
    near = date(2027, 2, 6)
    for typed in (
        holidays.Entry("春节", day, day, {}),
        holidays.Entry("春节", near, day, {}),
        holidays.Entry("春节", near, near, {"workday_1": day}),
    ):
        with refused("bad_holiday"):
            holidays.with_holiday(seed.body(), ONE, typed)


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "0026-10-10", "2100-01-01"])
@pytest.mark.parametrize("part", ["holidays", "workdays"])
def test_days_that_no_page_shows_are_a_problem(part: str, day: str) -> None:
    body = deepcopy(seed.body())
    body["calendars"]["default"][part].append(day)
    assert [one.path.split("[")[0] for one in packing.check(body)] == [f"calendars.default.{part}"]
    assert told(shape.SHAPE, seed.body(), body, NOW)
