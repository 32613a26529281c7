"""Keyset paging: every row once from either end, and no cursor but the site's own."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiucheng.kit.paging import Cursor, Keyset
from xiucheng.kit.refused import Refused

START = datetime(2026, 3, 2, tzinfo=UTC)


def fetch(rows, keyset, cursor, limit):
    """What the database would give for the page: sorted, beyond the key, one more than asked."""
    down = keyset.descending != cursor.backward
    ordered = sorted(rows, reverse=down)
    if cursor.key:
        ordered = [row for row in ordered if (row < cursor.key if down else row > cursor.key)]
    return keyset.page(ordered[: limit + 1], cursor, limit, lambda row: row)


@given(st.sets(st.tuples(st.integers(0, 5), st.integers(0, 50)), max_size=40), st.integers(1, 7), st.booleans())
def test_walking_from_either_end_meets_every_row_once(rows, limit, descending):
    keyset = Keyset("list", ("a", "b"), descending)
    expected = sorted(rows, reverse=descending)
    for backward in (False, True):
        seen, cursor = [], Cursor(backward=backward)
        while True:
            page = fetch(rows, keyset, cursor, limit)
            seen = [*page.rows, *seen] if backward else [*seen, *page.rows]
            token = page.previous if backward else page.next
            if token is None:
                break
            cursor = keyset.parse(token)
        assert seen == expected


def test_a_key_travels_as_it_was():
    key = (START + timedelta(microseconds=1), "01a2", 7)
    assert Cursor.parse(Cursor(key).token("list"), 3, "list") == Cursor(key)
    assert Cursor.parse("last", 3, "list") == Cursor(backward=True)
    assert Cursor.parse(None, 3, "list") == Cursor()


@pytest.mark.parametrize("token", ["x", "e30", "W2ZhbHNlLFtdXQ", "é", "=" * 9, "A" * 400])
def test_a_cursor_that_is_not_ours_is_refused(token):
    with pytest.raises(Refused, match="bad_cursor"):
        Cursor.parse(token, 2, "list")


def test_a_cursor_of_another_list_is_refused():
    with pytest.raises(Refused, match="bad_cursor"):
        Cursor.parse(Cursor((1, 2, 3)).token("list"), 2, "list")
    ours = Keyset("mine", ("a", "b"))
    token = Cursor((1, 2)).token(ours.of)
    assert ours.parse(token) == Cursor((1, 2))
    others = (Keyset("theirs", ("a", "b")), Keyset("mine", ("a", "c")), Keyset("mine", ("a", "b"), descending=True))
    for other in others:
        with pytest.raises(Refused, match="bad_cursor"):
            other.parse(token)


def test_a_changed_cursor_is_refused():
    token = Cursor((1, 2)).token("list")
    with pytest.raises(Refused, match="bad_cursor"):
        Cursor.parse(token[:-3] + ("AAA" if token[-3:] != "AAA" else "BBB"), 2, "list")
