"""Deadlines worked out by hand with the State Council's notices beside: Spring Festival, National Day, make-up days."""

import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.kit.worktime.samples import CHINA, shanghai
from xiucheng.kit.worktime import (
    Calendar,
    Limit,
    Mode,
    Pause,
    Unit,
    due,
    due_after,
    due_in_turn,
    next_slot_start,
    remaining,
    seed,
    share_spent,
    spent,
)

U, H, D, N = Unit.URGENT_HOUR, Unit.WORK_HOUR, Unit.WORK_DAY, Unit.NATURAL_DAY
WHOLE = Mode.WHOLE_DAYS_FROM_NEXT_DAY


@pytest.mark.parametrize(
    ("start", "limit", "ends"),
    [
        # An ordinary week. 12:00 and 14:00 are the same point of duty time: the earlier is due.
        ("2024-05-14 10:00", Limit(2, H), "2024-05-14 12:00"),
        ("2024-05-14 10:00", Limit(3, H), "2024-05-14 15:00"),
        ("2024-05-14 14:00", Limit(1, D), "2024-05-15 12:00"),
        ("2024-05-14 12:00", Limit(1, D), "2024-05-15 12:00"),
        ("2024-05-14 13:10", Limit(4, H), "2024-05-14 18:00"),
        ("2024-05-14 10:30", Limit(1, D), "2024-05-15 10:30"),
        ("2024-05-14 10:00", Limit(Decimal("0.5"), U), "2024-05-14 10:30"),
        # Outside a slot: from the next slot's first second; the same point on the following duty day is its first.
        ("2024-05-14 20:00", Limit(1, D), "2024-05-16 08:00"),
        ("2024-05-17 18:00", Limit(1, D), "2024-05-21 08:00"),
        ("2024-05-18 09:00", Limit(1, H), "2024-05-20 09:00"),
        # Friday evening, whole days: Friday is not counted; Saturday neither, being no duty day.
        ("2024-05-17 20:00", Limit(1, D, WHOLE), "2024-05-21 00:00"),
        ("2024-05-18 09:00", Limit(5, D, WHOLE), "2024-05-25 00:00"),
        ("2024-05-17 20:00", Limit(1, N), "2024-05-19 00:00"),
        ("2024-05-17 00:00", Limit(3, N, WHOLE), "2024-05-21 00:00"),
        # Spring Festival 2024: off 10–17 February, Sundays 4 and 18 February are worked. The 9th is a workday.
        ("2024-02-09 16:00", Limit(4, H), "2024-02-18 10:00"),
        ("2024-02-09 16:00", Limit(1, D), "2024-02-18 16:00"),
        ("2024-02-09 16:00", Limit(2, D, WHOLE), "2024-02-20 00:00"),
        ("2024-02-02 17:00", Limit(2, D), "2024-02-05 17:00"),
        ("2024-02-09 16:00", Limit(2, U), "2024-02-09 18:00"),
        ("2024-02-09 23:00", Limit(24, U), "2024-02-10 23:00"),
        # National Day 2025: off 1–8 October with Mid-Autumn; Sunday 28 September and Saturday 11 October are worked.
        ("2025-09-30 17:00", Limit(2, D), "2025-10-10 17:00"),
        ("2025-09-30 17:00", Limit(3, D), "2025-10-11 17:00"),
        ("2025-09-30 17:00", Limit(4, D), "2025-10-13 17:00"),
        ("2025-09-27 12:00", Limit(8, H), "2025-09-28 18:00"),
        # National Day 2026: off 1–7 October; Sunday 20 September and Saturday 10 October are worked.
        ("2026-09-18 09:30", Limit(1, D), "2026-09-20 09:30"),
        ("2026-09-30 18:00", Limit(3, D), "2026-10-12 08:00"),
        ("2026-09-30 11:00", Limit(3, D), "2026-10-10 11:00"),
        # Year's end: Friday 1 January 2021 is off.
        ("2020-12-31 16:00", Limit(3, H), "2021-01-04 09:00"),
        # Off 2 January 2022 to the 3rd, 31 December 2022 to 2 January 2023.
        ("2022-12-30 17:30", Limit(1, D), "2023-01-03 17:30"),
    ],
)
def test_by_hand(start: str, limit: Limit, ends: str) -> None:
    found = due(shanghai(start), limit, CHINA)
    assert found.at.astimezone(CHINA.tz).strftime("%Y-%m-%d %H:%M") == ends
    assert not found.provisional


def test_seconds_are_kept() -> None:
    start = shanghai("2024-05-14 10:00") + timedelta(seconds=7, microseconds=5)
    assert due(start, Limit(3, H), CHINA).at - start == timedelta(hours=5)
    assert next_slot_start(shanghai("2024-05-14 12:00"), CHINA) == shanghai("2024-05-14 14:00")
    assert next_slot_start(start, CHINA) == start


@pytest.mark.parametrize("unit", Unit)
def test_a_naive_time_is_no_instant(unit: Unit) -> None:
    with pytest.raises(ValueError):
        due(datetime(2024, 5, 14), Limit(1, unit), CHINA)


def test_a_year_not_announced_is_provisional() -> None:
    """Spring Festival 2027: the law frees 5–8 February (eve to the third day); 8 February is a Monday."""
    found = due(shanghai("2027-02-04 17:00"), Limit(2, H), CHINA)
    assert (found.at, found.provisional) == (shanghai("2027-02-09 09:00"), True)
    crossing = due(shanghai("2026-12-31 17:00"), Limit(2, H), CHINA)
    assert (crossing.at, crossing.provisional) == (shanghai("2027-01-04 09:00"), True)
    assert not due(shanghai("2026-12-31 17:00"), Limit(1, H), CHINA).provisional
    for mode in Mode:
        assert due(shanghai("2026-12-30 10:00"), Limit(2, D, mode), CHINA).provisional
        assert not due(shanghai("2026-12-30 10:00"), Limit(1, D, mode), CHINA).provisional
    # The seed begins with 2004: who begins the evening before has passed through a year that is not known.
    assert due(shanghai("2003-12-31 20:00"), Limit(1, D), CHINA).provisional
    assert not due(shanghai("2027-02-04 17:00"), Limit(20, N), CHINA).provisional

    notice = Calendar.from_json(
        CHINA.to_json()
        | {"announced": [*CHINA.announced, 2027], "holidays": [*CHINA.to_json()["holidays"], "2027-02-09"]}
    )
    entered = due(shanghai("2027-02-04 17:00"), Limit(2, H), notice)
    assert (entered.at, entered.provisional) == (shanghai("2027-02-05 09:00"), False)


def test_a_day_with_less_duty_ends_when_its_duty_ends() -> None:
    week = [[["08:00", "12:00"], ["14:00", "18:00"]]] * 5 + [[["09:00", "11:00"]], []]
    saturdays = Calendar.from_json({"week": week, "statute": None})
    assert due(shanghai("2024-05-17 16:00"), Limit(1, D), saturdays).at == shanghai("2024-05-18 11:00")
    assert due(shanghai("2024-05-17 08:30"), Limit(1, D), saturdays).at == shanghai("2024-05-18 09:30")


def test_duty_round_the_clock() -> None:
    always = Calendar.from_json({"week": [[["00:00", "24:00"]]] * 7, "statute": None})
    start = shanghai("2024-02-10 23:15")
    assert due(start, Limit(5, H), always).at == due(start, Limit(5, U), always).at
    assert due(start, Limit(2, D), always).at == start + timedelta(days=2)


def test_los_angeles_loses_and_gains_an_hour() -> None:
    calendar = Calendar.from_json({"zone": "America/Los_Angeles", "week": [[["00:00", "24:00"]]] * 7, "statute": None})
    spring = datetime(2017, 3, 12, 8, tzinfo=UTC)  # midnight PST; the day has 23 hours
    assert due(spring, Limit(1, N), calendar).at == datetime(2017, 3, 14, 7, tzinfo=UTC)
    assert due(spring, Limit(24, H), calendar).at == spring + timedelta(hours=24)
    assert spent(spring, datetime(2017, 3, 13, 7, tzinfo=UTC), H, calendar) == timedelta(hours=23)
    autumn = datetime(2017, 11, 5, 7, tzinfo=UTC)
    assert spent(autumn, datetime(2017, 11, 6, 8, tzinfo=UTC), H, calendar) == timedelta(hours=25)
    office = Calendar(zone="America/Los_Angeles", statute=None)
    friday = datetime(2017, 3, 10, 23, tzinfo=UTC)  # 15:00 PST
    assert due(friday, Limit(1, D), office).at == datetime(2017, 3, 13, 22, tzinfo=UTC)  # 15:00 PDT
    assert not due(friday, Limit(1, D), office).provisional


class TestPauses:
    """Monday 13 May 2024 10:00, two work days: Wednesday 10:00 without a pause."""

    start = shanghai("2024-05-13 10:00")
    limit = Limit(2, D)

    def due(self, *stops: tuple[str, str], limit: Limit | None = None) -> datetime:
        pauses = [Pause(shanghai(a), shanghai(b)) for a, b in stops]
        return due_after(self.start, limit or self.limit, CHINA, pauses).at

    def test_duty_time_lost_is_given_back(self) -> None:
        # Tuesday 16:00 to Wednesday 09:00 is two hours of duty and one: three more after Wednesday 10:00.
        assert self.due(("2024-05-14 16:00", "2024-05-15 09:00")) == shanghai("2024-05-15 15:00")

    def test_a_pause_off_duty_changes_nothing(self) -> None:
        assert self.due(("2024-05-13 18:00", "2024-05-14 08:00")) == shanghai("2024-05-15 10:00")

    def test_late_stays_late(self) -> None:
        assert self.due(("2024-05-15 10:00", "2024-05-20 10:00")) == shanghai("2024-05-15 10:00")
        late = remaining(self.start, self.limit, CHINA, shanghai("2024-05-15 16:00"))
        assert late == timedelta(hours=-4)
        pause = Pause(shanghai("2024-05-15 11:00"), shanghai("2024-05-15 16:00"))
        assert remaining(self.start, self.limit, CHINA, shanghai("2024-05-15 16:00"), [pause]) == timedelta(hours=-1)

    def test_overlaps_count_once(self) -> None:
        once = self.due(("2024-05-14 09:00", "2024-05-14 11:00"))
        assert once == self.due(("2024-05-14 09:00", "2024-05-14 10:30"), ("2024-05-14 10:00", "2024-05-14 11:00"))

    def test_natural_days_move_by_days(self) -> None:
        days = Limit(3, N)  # Thursday 24:00
        assert self.due(limit=days) == shanghai("2024-05-17 00:00")
        assert self.due(("2024-05-14 09:00", "2024-05-14 23:00"), limit=days) == shanghai("2024-05-17 00:00")
        assert self.due(("2024-05-14 09:00", "2024-05-16 08:00"), limit=days) == shanghai("2024-05-19 00:00")

    def test_whole_work_days_move_by_duty_days(self) -> None:
        days = Limit(3, D, WHOLE)  # Thursday 24:00; by Monday two duty days have gone by
        assert self.due(("2024-05-16 09:00", "2024-05-20 09:00"), limit=days) == shanghai("2024-05-21 00:00")

    def test_pausing_into_an_unknown_year_is_provisional(self) -> None:
        start = shanghai("2026-12-28 10:00")
        pause = Pause(shanghai("2026-12-29 10:00"), shanghai("2027-01-05 10:00"))
        assert not due_after(start, self.limit, CHINA).provisional
        assert due_after(start, self.limit, CHINA, [pause]).provisional

    def test_the_warning_is_at_80_percent_of_running_time(self) -> None:
        # 16 hours of duty; 12.8 have run on Tuesday at 16:48 (6 on Monday, 6.8 from Tuesday 08:00).
        assert share_spent(self.start, self.limit, CHINA, 80) == shanghai("2024-05-14 16:48")
        pause = Pause(shanghai("2024-05-14 09:00"), shanghai("2024-05-14 10:00"))
        assert share_spent(self.start, self.limit, CHINA, 80, [pause]) == shanghai("2024-05-14 17:48")
        # Used up at the very moment in which the pause begins: it warns before, not after.
        pause = Pause(shanghai("2024-05-14 16:48"), shanghai("2024-05-16 10:00"))
        assert share_spent(self.start, self.limit, CHINA, 80, [pause]) == pause.start


def test_a_cases_clock_runs_its_stages_in_turn() -> None:
    """Dispatch within 2 work hours, handling 1 work day, checking 2 work hours (issue: the case's own clock)."""
    stages = [Limit(2, H), Limit(1, D), Limit(2, H)]
    assert due_in_turn(shanghai("2024-05-14 10:00"), stages, CHINA).at == shanghai("2024-05-15 16:00")
    # A limit that ends at 24:00 hands over the day that ended.
    days = [Limit(2, N), Limit(3, N)]
    begin = shanghai("2024-05-14 10:00")
    assert due_in_turn(begin, days, CHINA) == due(begin, Limit(5, N), CHINA)
    work = [Limit(2, D, WHOLE), Limit(3, D, WHOLE)]
    assert due_in_turn(begin, work, CHINA) == due(begin, Limit(5, D, WHOLE), CHINA)
    assert due_in_turn(begin, [], CHINA).at == begin
    assert due_in_turn(shanghai("2026-12-31 10:00"), [Limit(9, H), Limit(1, U)], CHINA).provisional


def test_deadlines_in_bulk_are_cheap() -> None:
    """A thousand deadlines of nine years: a generous bound that a table built anew for each would miss by far."""
    calendar = seed.calendar()
    starts = [shanghai("2017-01-01 00:00") + timedelta(hours=79 * n) for n in range(1000)]
    begun = time.process_time()
    found = [due(start, Limit(5, D), calendar) for start in starts]
    assert time.process_time() - begun < 0.5
    assert [f.at for f in found] == sorted(f.at for f in found)


def test_dates_of_any_century() -> None:
    assert due(shanghai("1900-01-02 10:00"), Limit(1, D), CHINA).provisional
    assert due(shanghai("2150-10-01 10:00"), Limit(1, H), CHINA).at.astimezone(CHINA.tz).date() == date(2150, 10, 5)
    with pytest.raises(ValueError):
        due(shanghai("9998-12-31 17:00"), Limit(9, D), CHINA)
