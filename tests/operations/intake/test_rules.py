"""The rules of reports: what a submission must be, who may move a report, what is doubtful in a record of the past."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiucheng.foundation.people.rules import ROLES, Post, Standing
from xiucheng.kit.ids import uuid7
from xiucheng.operations.intake.rules import (
    MATRIX,
    REPORT_MOVES,
    STATES,
    Contact,
    Stated,
    Submission,
    flags_of,
    judge,
    may_move,
    may_somewhere,
)
from xiucheng.operations.intake.rules.moves import BY_OTHERS
from xiucheng.operations.intake.rules.quality import Span, on_time, percentile, response_hours
from xiucheng.operations.intake.words import SUBMISSION

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
GOOD = Submission(text="路灯不亮", category="C0137", lon=122.1, lat=37.5)


def codes(submission: Submission, *required: str) -> set[tuple[str, str]]:
    return {(one.field, one.code) for one in judge(submission, NOW, required=frozenset(required))}


def test_a_good_submission_has_no_problem() -> None:
    assert judge(GOOD, NOW, required=frozenset({"category", "place"})) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"text": "  \n"}, ("text", "text_missing")),
        ({"text": "灯" * 2001}, ("text", "too_long")),
        ({"text": "灯" * 2_000_000}, ("text", "too_long")),
        ({"text": "  \u200b "}, ("text", "text_missing")),
        ({"text": "\u202e\u2069\ufeff"}, ("text", "text_missing")),
        ({"text": "a\x00b"}, ("text", "control_character")),
        ({"title": "t" * 101}, ("title", "too_long")),
        ({"address": "a" * 201}, ("address", "too_long")),
        ({"external_id": "a" * 101}, ("external_id", "too_long")),
        ({"lat": None}, ("lat", "half_a_point")),
        ({"lon": None}, ("lon", "half_a_point")),
        ({"lon": 181.0}, ("lon", "impossible_point")),
        ({"lon": 0.0, "lat": 0.0}, ("lon", "impossible_point")),
        ({"lat": float("nan")}, ("lon", "impossible_point")),
        ({"datum": "mars"}, ("datum", "unknown_datum")),
        ({"area": "37"}, ("area", "unknown_area")),
        ({"occurred_at": datetime(1900, 1, 1, tzinfo=UTC)}, ("occurred_at", "too_long_ago")),
        ({"occurred_at": NOW + timedelta(minutes=11)}, ("occurred_at", "in_the_future")),
        ({"contact": Contact(phone="12")}, ("contact.phone", "bad_phone")),
        ({"contact": Contact(phone="not a phone")}, ("contact.phone", "bad_phone")),
        ({"contact": Contact(name="n" * 51)}, ("contact.name", "too_long")),
        ({"media": 10}, ("media", "too_many_pictures")),
        ({"elements": {"weather": "rain"}}, ("elements.weather", "unknown_element")),
        ({"elements": {"cause": "x" * 501}}, ("elements.cause", "too_long")),
    ],
)
def test_each_thing_wrong_is_named(change: dict[str, object], problem: tuple[str, str]) -> None:
    assert codes(replace(GOOD, **change)) == {problem}


def test_everything_wrong_is_said_at_once() -> None:
    bad = Submission(text="", lon=200.0, lat=1.0, contact=Contact(phone="x"))
    assert codes(bad) == {("text", "text_missing"), ("lon", "impossible_point"), ("contact.phone", "bad_phone")}


@pytest.mark.parametrize(
    "phone", ["13812345678", "+86 138 1234 5678", "0631-5201234", "5201234", "１３８１２３４５６７８"]
)
def test_phones_as_people_write_them(phone: str) -> None:
    assert codes(replace(GOOD, contact=Contact(phone=phone))) == set()


@pytest.mark.parametrize("phone", ["123", "110", "12345", "1" * 16, "幸福路"])
def test_what_nobody_can_be_called_back_under_is_no_phone(phone: str) -> None:
    assert codes(replace(GOOD, contact=Contact(phone=phone))) == {("contact.phone", "bad_phone")}


def test_a_clock_that_runs_ahead_a_little_is_forgiven() -> None:
    assert codes(replace(GOOD, occurred_at=NOW + timedelta(minutes=10))) == set()


def test_a_channel_may_require_a_category_a_place_and_a_contact() -> None:
    bare = Submission(text="路灯不亮")
    assert codes(bare) == set()
    assert codes(bare, "category", "place", "contact") == {
        ("category", "category_missing"),
        ("address", "place_missing"),
        ("contact.phone", "contact_missing"),
    }
    for place in ({"address": "文化路口"}, {"area": "990101001"}, {"lon": 122.1, "lat": 37.5}):
        assert codes(replace(bare, **place), "place") == set()


@given(st.text(max_size=30), st.floats(), st.floats(), st.text(max_size=10), st.text(max_size=20))
def test_judging_never_fails_and_every_code_has_its_sentence(
    text: str, lon: float, lat: float, datum: str, phone: str
) -> None:
    odd = Submission(text=text, lon=lon, lat=lat, datum=datum, contact=Contact(phone=phone), area=datum)
    for problem in judge(odd, NOW, required=frozenset({"category", "place", "contact"})):
        assert problem.code in SUBMISSION


# -- moves ------------------------------------------------------------------------------------------------------------


def test_the_table_is_that_of_the_standard() -> None:
    """STANDARDS §1, "A report": move, from, to."""
    assert {(move.name, tuple(sorted(move.sources)), move.target) for move in REPORT_MOVES} == {
        ("receive", ("",), "received"),
        ("ask_pre_verify", ("received",), "pre_verifying"),
        ("pre_verified", ("pre_verifying",), "received"),
        ("attach", ("received",), "attached"),
        ("file", ("received",), "accepted"),
        ("reject", ("pre_verifying", "received"), "rejected"),
    }


def test_every_state_can_be_reached_and_ends_are_ends() -> None:
    reached = {move.target for move in REPORT_MOVES}
    assert reached == set(STATES)
    assert {state for state in STATES if not REPORT_MOVES.leaving(state)} == {"accepted", "attached", "rejected"}


@pytest.mark.parametrize("role", sorted(ROLES))
@pytest.mark.parametrize("name", [move.name for move in REPORT_MOVES])
def test_the_matrix_is_what_decides(role: str, name: str) -> None:
    here, there = "990101001001", "990101002001"
    person = uuid7()
    own = Standing(person, posts=(Post(role, "990101001"),))
    reach = MATRIX.get(name, {}).get(role)
    assert may_move(name, here, own) == (reach is not None)
    assert may_move(name, there, own) == (reach == "district")
    assert may_somewhere(name, own) == (reach is not None)


def test_others_than_persons_have_their_own_few_moves() -> None:
    kinds = {"rule": Standing.for_rule("filing", 1), "channel": Standing.resident("resident")}
    for kind, standing in kinds.items():
        allowed = {move.name for move in REPORT_MOVES if may_move(move.name, "990101", standing)}
        assert allowed == BY_OTHERS[kind]
    assert not may_move("reject", "990101", kinds["rule"])


# -- quality ----------------------------------------------------------------------------------------------------------

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
CREATED = datetime(2017, 12, 30, 17, 16, tzinfo=LOS_ANGELES)


def stated(**values: object) -> Stated:
    whole = {"due": CREATED + timedelta(days=3), "closed": CREATED + timedelta(days=2), "has_point": True}
    return Stated(created=CREATED, **{**whole, **values})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "flags"),
    [
        ({}, ()),
        ({"closed": CREATED - timedelta(seconds=1)}, ("closed_before_created",)),
        ({"closed": CREATED}, ()),
        ({"replied": CREATED - timedelta(hours=1)}, ("replied_before_created",)),
        ({"closed": None, "due": None, "has_point": False}, ("never_closed", "no_due", "no_place")),
        ({"date_only": True, "has_agency": False}, ("date_only", "no_agency")),
        # The service day ends at local midnight, exclusive: that of the very day of creation is no contradiction,
        # that of the day before is.
        ({"due": datetime(2017, 12, 31, tzinfo=LOS_ANGELES)}, ()),
        ({"due": datetime(2017, 12, 30, tzinfo=LOS_ANGELES)}, ("due_before_created",)),
    ],
)
def test_flags(values: dict[str, object], flags: tuple[str, ...]) -> None:
    assert flags_of(stated(**values), LOS_ANGELES) == flags


def span(due_hours: float | None, closed_hours: float | None, *flags: str) -> Span:
    def at(hours: float | None) -> datetime | None:
        return None if hours is None else NOW + timedelta(hours=hours)

    return Span(NOW, at(due_hours), at(closed_hours), frozenset(flags))


def test_contradictory_and_open_rows_leave_the_spans() -> None:
    spans = [span(8, 2), span(8, 1), span(8, -1, "closed_before_created"), span(8, None, "never_closed")]
    assert response_hours(spans) == [1.0, 2.0]


def test_on_time_means_before_the_exclusive_end() -> None:
    spans = [
        span(8, 7.999),
        span(8, 8),
        span(8, 9),
        span(None, 1, "no_due"),
        span(8, None, "never_closed"),
        span(8, -1, "closed_before_created"),
    ]
    assert on_time(spans) == (1, 3)


def test_percentile_interpolates() -> None:
    assert percentile([], 0.5) is None
    assert percentile([5.0], 0.9) == 5.0
    assert percentile([1.0, 2.0, 3.0, 4.0], 0.5) == 2.5
    assert percentile([0.0, 10.0], 0.9) == pytest.approx(9.0)
