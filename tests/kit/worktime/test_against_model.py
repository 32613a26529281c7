"""Deadlines and spent time against a minute-by-minute model, 2015–2027, and in zones with summer time."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kit.worktime.model import Model
from tests.kit.worktime.samples import CHINA, china_slots, moments, week_slots, weeks
from xiucheng.kit.worktime import (
    Calendar,
    Limit,
    Mode,
    Pause,
    Unit,
    due,
    due_after,
    is_on_duty,
    next_slot_start,
    remaining,
    share_spent,
    spent,
)

MODEL = Model("Asia/Shanghai", china_slots)
STARTS = moments(date(2015, 1, 1), date(2027, 11, 30))
WHOLE = Mode.WHOLE_DAYS_FROM_NEXT_DAY
SOME = settings(max_examples=40, deadline=None)
WAYS = {
    (Unit.URGENT_HOUR, Mode.ELAPSED): ("urgent_hours", 50),
    (Unit.WORK_HOUR, Mode.ELAPSED): ("work_hours", 40),
    (Unit.WORK_DAY, Mode.ELAPSED): ("work_days", 8),
    (Unit.WORK_DAY, WHOLE): ("whole_work_days", 8),
    (Unit.NATURAL_DAY, Mode.ELAPSED): ("natural_days", 20),
    (Unit.NATURAL_DAY, WHOLE): ("natural_days", 20),
}


@pytest.mark.parametrize("way", WAYS)
@given(start=STARTS, data=st.data())
@SOME
def test_due_in_china(way: tuple[Unit, Mode], start: datetime, data: st.DataObject) -> None:
    name, most = WAYS[way]
    value = data.draw(st.integers(1, most))
    found = due(start, Limit(value, *way), CHINA)
    assert found.at == getattr(MODEL, name)(start, value)
    assert found.at.tzinfo is UTC
    # Only 2027 is not announced in those years, and only work time looks at holidays.
    last = (found.at - timedelta(microseconds=1)).astimezone(CHINA.tz).year
    assert found.provisional == (way[0].on_duty and last == 2027)


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Europe/Dublin", "Australia/Lord_Howe", "Asia/Kathmandu"])
@given(data=st.data(), start=moments(date(2019, 2, 1), date(2020, 11, 30)))
@SOME
def test_due_where_summer_time_shifts_the_clock(zone: str, data: st.DataObject, start: datetime) -> None:
    calendar = data.draw(weeks(zone))
    model = Model(zone, lambda day: week_slots(calendar, day))
    way = data.draw(st.sampled_from(sorted(WAYS)))
    # One quarter of an hour a week is possible: few hours, or the model walks through months of minutes.
    value = data.draw(st.integers(1, 3))
    assert due(start, Limit(value, *way), calendar).at == getattr(model, WAYS[way][0])(start, value)


@pytest.mark.parametrize("start", ["2019-03-10T08:30", "2019-03-10T10:10", "2019-11-03T08:30", "2019-11-03T09:15"])
@pytest.mark.parametrize("edge", [90, 120, 135, 150, 180, 195])
def test_slots_whose_edges_the_clock_skips_or_repeats(start: str, edge: int) -> None:
    clock = f"{edge // 60:02}:{edge % 60:02}"
    week = [[["00:15", clock], [clock, "05:00"]]] * 7
    two, one = (Calendar.from_json(_los_angeles(w)) for w in (week, [[["00:15", "05:00"]]] * 7))
    night = Calendar.from_json(_los_angeles([[[clock, "05:00"]]] * 7))
    model = Model("America/Los_Angeles", lambda day: [(clock, "05:00")])
    begin = datetime.fromisoformat(start).replace(tzinfo=UTC)
    limit = Limit(3, Unit.WORK_HOUR)
    # Where one slot ends and the next begins no duty time is lost or counted twice.
    assert due(begin, limit, two) == due(begin, limit, one)
    assert due(begin, limit, night).at == model.work_hours(begin, 3)


def _los_angeles(week: list[list[list[str]]]) -> dict[str, object]:
    return {"zone": "America/Los_Angeles", "statute": None, "week": week}


@given(start=STARTS, minutes=st.integers(0, 20_000), unit=st.sampled_from(Unit))
@SOME
def test_spent(start: datetime, minutes: int, unit: Unit) -> None:
    end = start + timedelta(minutes=minutes)
    time = spent(start, end, unit, CHINA)
    assert time == MODEL.spent(start, end, on_duty=unit.on_duty)
    assert spent(end, start, unit, CHINA) == -time


@given(start=STARTS)
@SOME
def test_next_slot_start(start: datetime) -> None:
    begin = next(minute for minute in MODEL.minutes(start) if MODEL.counts(minute))
    assert next_slot_start(start, CHINA) == begin
    assert is_on_duty(start, CHINA) == (begin == start)


@st.composite
def pauses(draw: st.DrawFn, start: datetime) -> list[tuple[datetime, datetime]]:
    """Up to three pauses, overlapping or not, that may begin before the clock or after its end."""
    found = []
    for _ in range(draw(st.integers(0, 3))):
        begin = start + timedelta(minutes=draw(st.integers(-600, 4000)))
        found.append((begin, begin + timedelta(minutes=draw(st.integers(0, 3000)))))
    return found


@pytest.mark.parametrize("unit", [Unit.URGENT_HOUR, Unit.WORK_HOUR])
@given(start=STARTS, hours=st.sampled_from([Decimal("0.5"), 1, 4, 9, 16]), data=st.data())
@SOME
def test_paused_clocks_count_down(unit: Unit, start: datetime, hours: int | Decimal, data: st.DataObject) -> None:
    stops = data.draw(pauses(start))
    held = [Pause(*stop) for stop in stops]
    limit = Limit(hours, unit)
    total = int(hours * 60)
    ends = MODEL.countdown(start, total, stops, on_duty=unit.on_duty)
    assert due_after(start, limit, CHINA, held).at == ends
    warned = share_spent(start, limit, CHINA, 80, held)
    assert warned == MODEL.countdown(start, total * 80 // 100, stops, on_duty=unit.on_duty)

    at = start + timedelta(minutes=data.draw(st.integers(0, 6000)))
    ran = sum(
        (unit is Unit.URGENT_HOUR or MODEL.counts(minute)) and not any(a <= minute < b for a, b in stops)
        for minute in (start + timedelta(minutes=n) for n in range(int((at - start).total_seconds()) // 60))
    )
    # Also in the middle of a pause: only what of it has passed is known then.
    known = [Pause(a, min(b, at)) for a, b in stops if a < at]
    assert remaining(start, limit, CHINA, at, known) == timedelta(minutes=total - ran)


@pytest.mark.parametrize("way", [way for way in WAYS if way[0].in_days])
@given(start=STARTS, value=st.integers(1, 5), data=st.data())
@SOME
def test_paused_days(way: tuple[Unit, Mode], start: datetime, value: int, data: st.DataObject) -> None:
    """A pause never brings the deadline nearer, is monotone, and one without effect changes nothing."""
    limit = Limit(value, *way)
    plain = due(start, limit, CHINA).at
    begin = start + timedelta(minutes=data.draw(st.integers(0, 3000)))
    longer = sorted(begin + timedelta(minutes=n) for n in data.draw(st.lists(st.integers(0, 5000), min_size=3)))
    ends = [due_after(start, limit, CHINA, [Pause(begin, end)]).at for end in (begin, *longer)]
    assert ends[0] == plain
    assert ends == sorted(ends)
    if begin >= plain:
        assert set(ends) == {plain}
    elif way == (Unit.WORK_DAY, Mode.ELAPSED):
        # What the pause took of the duty time is what the clock gets back.
        taken = MODEL.spent(begin, longer[-1], on_duty=True)
        assert MODEL.spent(plain, ends[-1], on_duty=True) == taken
    else:
        days = _days_crossed(begin, longer[-1], on_duty=way[0].on_duty)
        assert (
            _days_crossed(plain - timedelta(minutes=1), ends[-1] - timedelta(minutes=1), on_duty=way[0].on_duty) == days
        )
        assert ends[-1].astimezone(CHINA.tz).strftime("%H:%M:%S") == "00:00:00"


def _days_crossed(start: datetime, end: datetime, *, on_duty: bool) -> int:
    first, last = (at.astimezone(CHINA.tz).date() for at in (start, end))
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sum(bool(china_slots(day)) if on_duty else True for day in days)
