"""Times as people speak them, and how a clock looks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from xiucheng.interfaces.web import clocks, words
from xiucheng.interfaces.web.clocks import Span

NOW = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)  # a Monday, 14:30 in Shanghai
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def chinese():
    with translation.override("zh-hans"):
        yield


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=59), "不到 1 分"),
        (timedelta(minutes=35, seconds=59), "35 分"),
        (timedelta(hours=2, minutes=10), "2 小时 10 分"),
        (timedelta(hours=2), "2 小时"),
        (timedelta(days=3, hours=4, minutes=59), "3 天 4 小时"),
        (timedelta(days=1), "1 天"),
        (timedelta(days=12, hours=5), "12 天"),
        (-timedelta(minutes=35), "35 分"),
    ],
)
def test_a_span_is_said_in_its_two_largest_units(length, said):
    assert words.span(length) == said


def test_what_is_left_turns_into_what_is_over_at_the_very_instant():
    assert words.left(NOW + timedelta(hours=2, minutes=10), NOW) == "还剩 2 小时 10 分"
    assert words.left(NOW, NOW) == "超 不到 1 分"
    assert words.left(NOW - timedelta(minutes=35), NOW) == "超 35 分"


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (NOW, "今天 14:30"),
        (datetime(2026, 3, 1, 15, 59, tzinfo=UTC), "昨天 23:59"),
        (datetime(2026, 3, 1, 16, 0, tzinfo=UTC), "今天 00:00"),
        (datetime(2026, 3, 3, 1, 0, tzinfo=UTC), "明天 09:00"),
        (datetime(2026, 2, 20, 8, 5, tzinfo=UTC), "02-20 16:05"),
        (datetime(2025, 11, 20, 8, 5, tzinfo=UTC), "2025-11-20"),
    ],
)
def test_a_moment_is_spoken_by_the_day_of_the_site(at, said):
    assert words.spoken(at, NOW, SHANGHAI) == said


def test_english_says_the_same():
    with translation.override("en"):
        assert words.left(NOW + timedelta(hours=2, minutes=10), NOW) == "2 h 10 min left"
        assert words.left(NOW - timedelta(minutes=35), NOW) == "35 min late"


def test_a_clock_is_green_then_yellow_from_80_percent_then_red():
    start, due = NOW - timedelta(hours=8), NOW + timedelta(hours=2)
    assert clocks.face(due, NOW - timedelta(seconds=1), start=start).level == "good"
    assert clocks.face(due, NOW, start=start).level == "soon"
    assert clocks.face(due, due - timedelta(seconds=1), start=start).level == "soon"
    assert clocks.face(due, due, start=start).level == "late"


def test_every_light_has_a_shape_of_its_own():
    due = NOW + timedelta(hours=1)
    shapes = {
        clocks.face(due, NOW).shape,
        clocks.face(due, NOW, warn=NOW).shape,
        clocks.face(NOW, NOW).shape,
        clocks.face(due, NOW, paused=True).shape,
        clocks.face(due, NOW, ended=NOW).shape,
    }
    assert shapes == {"circle", "triangle", "diamond", "bars", "check"}


def test_a_stated_warning_goes_before_the_share():
    # Duty hours make 80 % of the counted time another moment than 80 % of the wall clock's.
    due = NOW + timedelta(hours=10)
    assert clocks.face(due, NOW, start=NOW - timedelta(hours=90), warn=NOW + timedelta(hours=1)).level == "good"


def test_what_has_ended_does_not_tick():
    assert not clocks.face(NOW, NOW + timedelta(days=1), ended=NOW - timedelta(hours=1)).ticking
    late = clocks.face(NOW, NOW + timedelta(days=1), ended=NOW + timedelta(hours=2))
    assert (late.word, late.ticking) == ("超 2 小时", False)


def test_a_clock_without_a_limit_says_so():
    assert clocks.face(None, NOW).word == "不计时"


def _hours(number: float) -> datetime:
    return NOW + timedelta(hours=number)


def test_the_bar_is_cut_where_it_was_due():
    spans = [Span(_hours(0), _hours(2), "running", "派遣", "centre"), Span(_hours(2), None, "running", "市政")]
    drawn = clocks.draw(spans, _hours(10), due=_hours(8))
    assert drawn is not None
    assert [(bar.kind, bar.x, bar.width) for bar in drawn.bars] == [
        ("centre", 0.0, 200.0),
        ("running", 200.0, 600.0),
        ("over", 800.0, 200.0),
    ]
    assert drawn.due_x == 800.0
    assert drawn.is_over
    assert [(one.whose, one.length) for one in drawn.sums] == [("派遣", "2 小时"), ("市政", "8 小时")]


def test_centre_check_and_three_agencies_have_tones_of_their_own():
    owners = [("派遣", "centre"), ("市政", "agency"), ("园林", "agency"), ("路灯", "agency"), ("核查", "check")]
    spans = [Span(_hours(n), _hours(n + 1), "running", *owner) for n, owner in enumerate(owners)]
    drawn = clocks.draw(spans, _hours(5))
    assert drawn is not None
    assert [bar.kind for bar in drawn.bars] == ["centre", "running", "alt", "third", "check"]
    assert len({one.kind for one in drawn.sums}) == len(owners)


def test_a_pause_is_a_pause_also_behind_the_due():
    drawn = clocks.draw([Span(_hours(0), _hours(4), "paused", "市政")], _hours(4), due=_hours(2))
    assert drawn is not None
    assert [bar.kind for bar in drawn.bars] == ["paused"]
    assert not drawn.is_over


def test_a_due_still_ahead_leaves_room_for_itself():
    drawn = clocks.draw([Span(_hours(0), None, "running", "市政")], _hours(1), due=_hours(4))
    assert drawn is not None
    assert drawn.bars[0].width == 250.0
    assert drawn.due_x == 1000.0


def test_nothing_is_drawn_of_nothing():
    assert clocks.draw([], NOW) is None
