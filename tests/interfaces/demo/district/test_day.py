"""The plan of a day, its pace and its account: pure."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiucheng.interfaces.demo.district import control
from xiucheng.interfaces.demo.district.account import FATES, Stand, drawn_up, fate_of
from xiucheng.interfaces.demo.district.agenda import PATROL_HOURS, STORM_FOLD, agenda
from xiucheng.interfaces.demo.district.chronicle import HOURS
from xiucheng.interfaces.demo.district.pacing import FASTEST, SLOWEST, Pace
from xiucheng.interfaces.demo.stories import STORIES
from xiucheng.operations.cases.rules import STATES
from xiucheng.operations.intake.rules import STATES as REPORT_STATES

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)


def hour(at: timedelta) -> int:
    return int(at / timedelta(hours=1))


def test_a_day_brings_three_thousand_reports_in_order_from_every_door() -> None:
    day = agenda(3_000, 1)
    assert len(day.arrivals) == 3_000
    assert [one.number for one in day.arrivals] == list(range(3_000))
    moments = [one.at for one in day.arrivals]
    assert moments == sorted(moments)
    assert timedelta(0) <= moments[0]
    assert moments[-1] < timedelta(days=1)
    assert {one.channel for one in day.arrivals} == {"resident", "hotline", "patrol", "desk", "api"}
    assert {hour(one.at) for one in day.arrivals if one.channel == "patrol"} <= set(PATROL_HOURS)
    for shift in (range(7, 15), range(15, 23), (23, *range(7))):
        assert sum(hour(one.at) in shift for one in day.arrivals) > 20


@pytest.mark.parametrize("seed", range(4))
def test_the_storm_hour_has_ten_times_the_rate(seed: int) -> None:
    day = agenda(6_000, seed)
    counted = Counter(hour(one.at) for one in day.arrivals)
    beside = day.storm_hour + 1
    usual = counted[beside] * HOURS[day.storm_hour] / HOURS[beside]
    assert counted[day.storm_hour] / usual == pytest.approx(STORM_FOLD, rel=0.25)


def test_repeats_tell_the_same_story_within_hours_and_point_at_a_first_report() -> None:
    day = agenda(3_000, 3)
    again = [one for one in day.arrivals if one.again is not None]
    assert 0.1 < len(again) / 3_000 < 0.25
    for one in again:
        assert one.again is not None
        first = day.arrivals[one.again]
        assert first.again is None
        assert first.number < one.number
        assert first.story is one.story
    assert all(len(set(story.wordings)) >= 2 for story in STORIES)


def test_the_same_seed_gives_the_same_day_and_another_another() -> None:
    assert agenda(300, 7) == agenda(300, 7)
    assert agenda(300, 7) != agenda(300, 8)


@given(
    st.lists(
        st.tuples(
            st.floats(0, 3600),
            st.one_of(st.none(), st.floats(0.1, 500)),
            st.one_of(st.none(), st.booleans()),
        ),
        max_size=12,
    )
)
def test_the_day_never_runs_back_stands_while_paused_and_never_jumps(
    changes: list[tuple[float, float | None, bool | None]],
) -> None:
    now = NOON
    pace = Pace(now, NOON, 30)
    for seconds, speed, paused in changes:
        later = now + timedelta(seconds=seconds)
        lived = pace.at(later) - pace.at(now)
        assert lived >= timedelta(0)
        assert lived <= FASTEST * (later - now) + timedelta(microseconds=50)
        if pace.paused:
            assert lived == timedelta(0)
        changed = pace.changed(later, speed=speed, paused=paused)
        assert changed.at(later) == pace.at(later)
        assert SLOWEST <= changed.speed <= FASTEST
        now, pace = later, changed


def test_how_long_until_something_is_due() -> None:
    pace = Pace(NOON, NOON, 60)
    assert pace.until(NOON + timedelta(hours=1), NOON) == timedelta(minutes=1)
    assert pace.until(NOON - timedelta(hours=1), NOON) == timedelta(0)
    assert pace.changed(NOON, paused=True).until(NOON + timedelta(hours=1), NOON) == timedelta.max


STANDS = st.builds(
    Stand,
    channel=st.sampled_from(["resident", "hotline"]),
    state=st.sampled_from(sorted(REPORT_STATES)),
    case_state=st.sampled_from(sorted(STATES)),
    late=st.booleans(),
)


@given(found=st.lists(STANDS, max_size=40), refused=st.integers(0, 9), never=st.integers(0, 9))
def test_every_state_has_a_fate_and_the_sums_agree(found: list[Stand], refused: int, never: int) -> None:
    account = drawn_up(
        planned=len(found) + refused + never,
        refused={"outside": refused} if refused else {},
        never_came=never,
        handed_in=len(found),
        found=found,
        others=0,
    )
    assert account.faults == []
    assert sum(account.total(fate) for fate in FATES) == len(found)
    assert {fate_of(one) for one in found} <= set(FATES)


def test_a_report_that_is_lost_is_found_missing() -> None:
    one = Stand("resident", "received")
    lost = drawn_up(planned=2, refused={}, never_came=0, handed_in=2, found=[one], others=0)
    assert lost.faults == ["fates"]
    forgotten = drawn_up(planned=3, refused={}, never_came=0, handed_in=1, found=[one], others=0)
    assert forgotten.faults == ["planned"]


def test_wishes_are_read_as_they_were_written_and_kept_within_bounds(tmp_path: Path) -> None:
    assert control.read(tmp_path) is None
    control.write(tmp_path, control.Wish(500, paused=True))
    assert control.read(tmp_path) == control.Wish(120, paused=True)
    (tmp_path / "simulator.json").write_text("no JSON")
    assert control.read(tmp_path) is None


def test_the_account_reads_well(tmp_path: Path) -> None:
    account = drawn_up(
        planned=4,
        refused={"outside": 1},
        never_came=1,
        handed_in=2,
        found=[Stand("resident", "attached"), Stand("hotline", "accepted", "closed", late=True)],
        others=3,
    )
    control.keep_report(tmp_path, NOON.date(), {"day": "2026-11-20", **account.plain()})
    lines = list(control.reports(tmp_path, str))
    assert lines[0] == "2026-11-20 零点清点：计划 4 件，已上报 2 件，被拒 1 件，未到 1 件"
    assert lines[1:3] == ["  并入已有案卷 1", "  超期结案 1"]
    assert lines[-1] == "各项合计相符。"
