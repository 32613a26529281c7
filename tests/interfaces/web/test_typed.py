"""What people type where a number or a moment is meant: read in every form they use, or refused in words."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from tests.refusing import refused
from xiucheng.interfaces.web import typed
from xiucheng.kit.refused import Refused


@pytest.mark.parametrize(("text", "value"), [("7", 7), (" 12 ", 12), ("１２", 12), ("0", 0), ("2147483647", 2**31 - 1)])
def test_whole_numbers(text, value):
    assert typed.whole(text, "n") == value


@pytest.mark.parametrize("text", [None, "", "²", "-1", "1.0", "x", "2147483648", "9" * 5000, "1 2", "一", "0x1"])
def test_what_is_no_whole_number(text):
    with pytest.raises(Refused, match="bad_number") as caught:
        typed.whole(text, "n")
    assert set(caught.value.fields) == {"n"}


def test_moments():
    at = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    assert typed.moment("2026-03-02T09:00", "at") == at
    assert typed.moment("2026-03-02T09:00+08:00", "at") == at
    assert typed.moment("2026-03-02T01:00:00Z", "at") == at
    assert typed.moment("", "at") is typed.moment(None, "at") is None
    assert typed.moment("2199-12-31T23:59", "at") < at + timedelta(days=366 * 200)


@pytest.mark.parametrize(
    "text", ["2026-99-99T00:00", "2026-13-45", "2026-02-30T09:00", "yesterday", "1899-12-31T00:00", "9999-12-31T23:59",
             "0001-01-01T00:00+14:00", "x" * 5000]
)  # fmt: skip
def test_what_is_no_moment(text):
    with pytest.raises(Refused, match="bad_date"):
        typed.moment(text, "at")


def test_the_example_of_a_moment_is_in_the_form_that_fields_ask_for():
    example = "2026-03-02 09:00"
    assert typed.moment(example, "at") == typed.needed_moment("2026-03-02T09:00", "at")
    for read in (typed.moment, typed.needed_moment):
        with refused("bad_date") as caught:
            read("soon", "at")
        assert example in caught.value.fields["at"]
    with refused("bad_date"):
        typed.needed_moment(" ", "at")


def test_days():
    assert typed.day(" 2026-03-02 ", "on") == typed.needed_day("2026-03-02", "on") == date(2026, 3, 2)
    assert typed.day("", "on") is typed.day(None, "on") is None
    for text in ("2026-02-30", "1899-12-31", "2200-01-01", "yesterday", "2026-03-02T09:00", "x" * 5000):
        with refused("bad_date") as caught:
            typed.day(text, "on")
        assert set(caught.value.fields) == {"on"}
    with refused("bad_date"):
        typed.needed_day(" ", "on")


def test_degrees():
    assert typed.degrees("122.5", "lon") == 122.5
    assert typed.degrees(" ", "lon") is None
    for text in ("nan", "inf", "1e999", "181", "x"):
        with pytest.raises(Refused, match="bad_number"):
            typed.degrees(text, "lon")


def test_ids():
    one = UUID("01939a52-6d3c-7b7e-9a18-5c2e7f908b31")
    assert typed.identifier(str(one)) == typed.identifier(one) == one
    assert (
        typed.identifier("") is typed.identifier(None) is typed.identifier("x" * 5000) is typed.identifier("1") is None
    )
