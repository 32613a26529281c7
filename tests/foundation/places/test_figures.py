"""Figures: amounts as people write them, sums of parts, recording, correcting, taking down, bringing back."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiucheng.foundation.places.amounts import MARKS, Amount, agrees, read_amount, say, span_of
from xiucheng.kit.actor import Actor
from xiucheng.kit.refused import Refused

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
ME = Actor.system("setup")


@pytest.mark.parametrize(
    ("written", "value", "mark"),
    [
        ("12000", "12000", ""), ("12,000", "12000", ""), ("１２０００", "12000", ""), ("1.2万", "12000", ""),
        ("3000余", "3000", "over"), ("3000余户", "3000", "over"), ("30余万人", "300000", "over"),
        ("1.2万余人", "12000", "over"), ("300多名", "300", "many"), ("3千多", "3000", "many"),
        ("近1.2万户", "12000", "near"), ("将近 3000", "3000", "near"), ("约3000", "3000", "about"), ("0", "0", ""),
        ("3.5平方公里", "3.5", ""), ("2亿", "200000000", ""),
        ("over 3,000", "3000", "over"), ("More than 300", "300", "many"), ("nearly 40", "40", "near"),
    ],
)  # fmt: skip
def test_amounts_are_read_as_people_write_them(written, value, mark):
    assert read_amount(written) == Amount(Decimal(value), mark)


@pytest.mark.parametrize("written", ["", "三千", "近3000余", "1,20", "-5", "3000-4000", "1e9", "9" * 14, "0.001", "余"])
def test_what_is_no_amount_is_none(written):
    assert read_amount(written) is None


@given(st.integers(0, 10**8), st.sampled_from(sorted(MARKS)))
def test_what_is_said_of_an_amount_is_read_as_the_same(value, mark):
    amount = Amount(Decimal(value), mark)
    assert read_amount(say(amount)) == amount


@given(st.decimals(0, 10**7, places=2), st.sampled_from(sorted(MARKS)))
def test_the_stated_number_lies_within_its_own_span(value, mark):
    low, high = span_of(Amount(value, mark))
    assert 0 <= low <= value <= high


@pytest.mark.parametrize(
    ("value", "mark", "total", "fits"),
    [
        (3000, "", 3000, True), (3000, "", 3001, False), (3000, "over", 3999, True), (3000, "over", 4000, False),
        (3000, "over", 2999, False), (1200, "many", 1299, True), (1200, "many", 1300, False),
        (3000, "near", 2001, True), (3000, "near", 2000, False), (3000, "near", 3001, False),
        (3000, "about", 3150, True), (3000, "about", 3151, False),
    ],
)  # fmt: skip
def test_sums_agree_with_what_a_mark_allows(value, mark, total, fits):
    assert agrees(Amount(Decimal(value), mark), Decimal(total)) is fits
    assert agrees(Amount(Decimal(value), mark), Decimal(0), missing=True)


def row(place, amount, **changes):
    from xiucheng.foundation.places import commands, figures

    values = {"kind": "households", "as_of": date(2026, 1, 31), "source": "示例报表", "title": ""} | changes
    return commands.FigureRow(figures.find_place(place), amount=read_amount(amount), **values)


def record(place, amount, now=NOW, **changes):
    from xiucheng.foundation.places import commands

    return commands.record_figure(actor=ME, now=now, row=row(place, amount, **changes))


@pytest.fixture
def district(db):
    from tests.world import build

    return build(NOW)


def latest(**asked):
    from xiucheng.foundation.places import figures

    return [(one.place.name, one.kind, one.amount.value, one.amount.mark) for one in figures.latest(**asked)]


def test_the_latest_day_is_shown_and_earlier_ones_stay_in_the_history(district):
    from xiucheng.foundation.places import figures

    record("槐花社区", "300余", as_of=date(2025, 6, 30))
    record("槐花社区", "320", as_of=date(2025, 12, 31))
    record("槐花社区", "310", as_of=date(2025, 9, 30))
    assert latest() == [("槐花社区", "households", 320, "")]
    found = figures.history(figures.find_place("990101001001"), "households")
    assert [one.amount.value for one in found] == [320, 310, 300]


def test_another_amount_of_the_same_day_and_source_corrects_and_can_be_taken_back_and_brought_back(district):
    from xiucheng.foundation.places import commands, figures

    record("槐花社区", "300")
    second = record("槐花社区", "305", now=NOW + timedelta(minutes=1))
    assert latest() == [("槐花社区", "households", 305, "")]
    commands.withdraw_figure(actor=ME, now=NOW, figure_id=second)
    assert latest() == [("槐花社区", "households", 300, "")]
    commands.restore_figure(actor=ME, now=NOW, figure_id=second)
    assert latest() == [("槐花社区", "households", 305, "")]
    with pytest.raises(Refused, match="not_in_force"):
        commands.restore_figure(actor=ME, now=NOW, figure_id=second)
    commands.withdraw_figure(actor=ME, now=NOW, figure_id=second)
    with pytest.raises(Refused, match="not_in_force"):
        commands.withdraw_figure(actor=ME, now=NOW, figure_id=second)
    assert len(figures.history(figures.find_place("槐花社区"), "households")) == 2


def test_bringing_back_is_refused_where_another_stands_by_now(district):
    from xiucheng.foundation.places import commands

    first = record("槐花社区", "300")
    commands.withdraw_figure(actor=ME, now=NOW, figure_id=first)
    record("槐花社区", "301")
    with pytest.raises(Refused, match="not_in_force"):
        commands.restore_figure(actor=ME, now=NOW, figure_id=first)
    assert latest() == [("槐花社区", "households", 301, "")]


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("unknown_figure_kind", {"kind": "religion"}), ("title_needed", {"kind": "other"}),
        ("title_needed", {"title": "楼"}), ("title_needed", {"kind": "other", "title": "长" * 21}),
        ("day_ahead", {"as_of": date(2026, 3, 3)}), ("source_missing", {"source": " "}),
        ("source_missing", {"source": "源" * 61}),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(district, code, changes):
    with pytest.raises(Refused) as caught:
        record("槐花社区", "300", **changes)
    assert caught.value.code == code
    assert latest() == []


def test_the_same_twice_is_refused_and_nothing_is_half_done(district):
    from xiucheng.foundation.places import commands

    record("槐花社区", "300")
    with pytest.raises(Refused, match="same_figure"):
        record("槐花社区", "300")
    # One call that says two things of one figure.
    with pytest.raises(Refused, match="same_figure"):
        commands.record_figures(actor=ME, now=NOW, rows=[row("钟楼社区", "5"), row("钟楼社区", "6")])
    assert latest() == [("槐花社区", "households", 300, "")]


def test_a_place_is_found_by_name_or_code_of_an_area_a_duty_grid_a_facility(district):
    from xiucheng.foundation.places import commands, figures

    grid = commands.name_duty_grid(actor=ME, now=NOW, area="990101001001", name="槐花一格")
    assert figures.find_place("东街街道").code == "990101001"
    assert figures.find_place("槐花一格") == figures.find_place(grid)
    assert figures.find_place(grid).area == "990101001001"
    with pytest.raises(Refused, match="unknown_place"):
        figures.find_place("没有的社区")
    commands.name_duty_grid(actor=ME, now=NOW, area="990101001002", name="槐花一格")
    with pytest.raises(Refused, match="two_places"):
        figures.find_place("槐花一格")


def test_sums_of_parts_stand_beside_the_whole(district):
    from xiucheng.foundation.places import figures

    record("东街街道", "700余")
    record("槐花社区", "300")
    rows = figures.latest()
    (one,) = figures.sums(rows).values()
    assert (one.total, one.parts, one.missing, one.agrees) == (300, 1, 1, True)
    record("钟楼社区", "350")
    (one,) = figures.sums(figures.latest()).values()
    assert (one.total, one.missing, one.agrees) == (650, 0, False)


def test_pages_of_the_list_follow_each_other_without_gap(district):
    from xiucheng.foundation.places import figures

    for place in ("槐花社区", "钟楼社区", "柳岸社区"):
        for kind in ("households", "population"):
            record(place, "10", kind=kind)
    seen, after = [], None
    while rows := figures.latest(after=after, limit=2):
        seen += [(one.place.code, one.kind) for one in rows]
        last = rows[-1]
        after = (last.place.area, last.place.code, last.kind, last.title)
    assert len(seen) == len(set(seen)) == 6
    assert latest(within="990101002") == [("柳岸社区", "households", 10, ""), ("柳岸社区", "population", 10, "")]
