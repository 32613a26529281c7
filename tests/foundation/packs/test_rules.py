"""The canonical form, the differences of two bodies, and from when a version may apply."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiucheng.foundation.packs import rules
from xiucheng.foundation.packs.rules import Change, Entry, diff, digest, in_force, plain, why_not_publish

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)

words = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=6)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**25), 10**25)
    | st.floats(allow_nan=False, allow_infinity=False)
    | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_a_plain_body_survives_json_and_keeps_its_digest(body: object) -> None:
    kept = plain(body)
    again = json.loads(json.dumps(kept))
    assert plain(again) == kept
    assert digest("sample", plain(again)) == digest("sample", kept)


def test_equal_numbers_have_one_digest_but_truth_is_no_number() -> None:
    assert digest("k", plain({"a": 1.0})) == digest("k", plain({"a": 1}))
    assert digest("k", plain({"a": True})) != digest("k", plain({"a": 1}))
    assert digest("k", plain({"a": -0.0})) == digest("k", plain({"a": 0}))


def test_the_digest_holds_the_kind_and_no_order_of_names() -> None:
    assert digest("a", {"x": 1, "y": 2}) == digest("a", {"y": 2, "x": 1})
    assert digest("a", {"x": 1}) != digest("b", {"x": 1})
    assert digest("a", {"x": [1, 2]}) != digest("a", {"x": [2, 1]})


def deep(levels: int) -> object:
    body: object = 1
    for _level in range(levels):
        body = [body]
    return body


@pytest.mark.parametrize(
    ("body", "path", "why"),
    [
        ({"a": [{"b": float("nan")}]}, "a[0].b", "number"),
        ({"a": float("inf")}, "a", "number"),
        ({"a": {1: 2}}, "a", "key"),
        ({"a": "x\0y"}, "a", "text"),
        ({"a": "\ud800"}, "a", "text"),
        ({"a\0": 1}, "", "text"),
        ({"a": NOON}, "a", "kind"),
        ({"a": {1, 2}}, "a", "kind"),
    ],
)
def test_what_would_not_come_back_is_named_with_its_place(body: object, path: str, why: str) -> None:
    with pytest.raises(rules.NotJson) as caught:
        plain(body)
    assert (caught.value.path, caught.value.why) == (path, why)


def test_depth_is_bounded() -> None:
    assert plain(deep(rules.MAX_DEPTH)) == deep(rules.MAX_DEPTH)
    with pytest.raises(rules.NotJson) as caught:
        plain(deep(rules.MAX_DEPTH + 1))
    assert caught.value.why == "depth"


# -- differences ------------------------------------------------------------------------------------------------------

KEYS = {"rows": "key", "rows.parts": "no"}


def test_rows_are_compared_by_name_wherever_they_stand() -> None:
    before = {"rows": [{"key": "a", "days": 1}, {"key": "b", "days": 2}, {"key": "c", "days": 3}]}
    after = {"rows": [{"key": "c", "days": 3}, {"key": "a", "days": 5}, {"key": "d", "days": 4}]}
    assert diff(before, after, KEYS) == [
        Change("moved", ("rows", "c"), 3, 1),
        Change("changed", ("rows", "a", "days"), 1, 5),
        Change("added", ("rows", "d"), after={"key": "d", "days": 4}),
        Change("removed", ("rows", "b"), before={"key": "b", "days": 2}),
    ]


def test_rows_within_rows_have_names_of_their_own() -> None:
    before = {"rows": [{"key": "a", "parts": [{"no": "1", "x": 1}, {"no": "2", "x": 1}]}]}
    after = {"rows": [{"key": "a", "parts": [{"no": "2", "x": 9}]}]}
    assert [(c.what, c.where) for c in diff(before, after, KEYS)] == [
        ("changed", "rows › a › parts › 2 › x"),
        ("removed", "rows › a › parts › 1"),
    ]


def test_lists_without_names_are_lined_up_first() -> None:
    assert diff({"x": [1, 2, 3, 4]}, {"x": [1, 3, 4, 5]}) == [
        Change("removed", ("x", "#2"), before=2),
        Change("added", ("x", "#4"), after=5),
    ]
    assert diff({"x": [{"a": 1, "b": 1}]}, {"x": [{"a": 1, "b": 2}]}) == [Change("changed", ("x", "#1", "b"), 1, 2)]


def test_rows_that_share_a_name_fall_back_to_their_places() -> None:
    twice = {"rows": [{"key": "a"}, {"key": "a"}]}
    assert diff(twice, {"rows": [{"key": "a"}]}, KEYS) == [Change("removed", ("rows", "#2"), before={"key": "a"})]


def test_true_is_not_one_and_a_list_is_no_object() -> None:
    assert diff({"x": 1}, {"x": True}) == [Change("changed", ("x",), 1, True)]
    assert diff({"x": []}, {"x": {}}) == [Change("changed", ("x",), [], {})]


@given(values, values)
def test_there_is_a_difference_exactly_where_the_digests_differ(a: object, b: object) -> None:
    a, b = plain({"x": a}), plain({"x": b})
    assert bool(diff(a, b)) == (digest("k", a) != digest("k", b))
    assert diff(a, a) == []


@given(st.permutations("abcdefg"))
def test_the_fewest_rows_are_called_moved(order: list[str]) -> None:
    before = {"rows": [{"key": name} for name in "abcdefg"]}
    after = {"rows": [{"key": name} for name in order]}
    moved = {change.path[1] for change in diff(before, after, KEYS)}
    stay = [name for name in order if name not in moved]
    assert stay == sorted(stay)
    longest = max(
        mask.bit_count()
        for mask in range(1 << len(order))
        if (kept := [n for i, n in enumerate(order) if mask >> i & 1]) == sorted(kept)
    )
    assert len(moved) == len(order) - longest


# -- from when --------------------------------------------------------------------------------------------------------


def entry(version: int, days: int, said: str = "") -> Entry:
    return Entry(NOON + days * DAY, version, uuid4(), said or f"digest{version}")


LINE = [entry(1, -10), entry(2, -5), entry(3, 5)]


@pytest.mark.parametrize(("days", "version"), [(-11, None), (-10, 1), (-6, 1), (-5, 2), (0, 2), (5, 3), (900, 3)])
def test_a_version_applies_until_the_next_begins(days: int, version: int | None) -> None:
    found = in_force(LINE, NOON + days * DAY)
    assert (found.version if found else None) == version


@pytest.mark.parametrize(
    ("based_on", "days", "said", "code"),
    [
        (2, 0, "new", None),
        (2, 1, "new", None),
        (2, -1, "new", "in_the_past"),
        (2, 0, "digest2", "nothing_changed"),
        (1, 0, "new", "based_on_other"),
        (None, 0, "new", "based_on_other"),
        (3, 5, "new", "date_taken"),
        (2, 6, "new", "based_on_other"),
        (3, 6, "new", None),
        (3, 366 * 6, "new", "too_far"),
    ],
)
def test_what_keeps_a_version_from_a_date(based_on: int | None, days: int, said: str, code: str | None) -> None:
    start = NOON + days * DAY
    assert why_not_publish(LINE, digest=said, based_on=based_on, effective_from=start, now=NOON) == code


def test_only_a_first_version_may_begin_in_the_past() -> None:
    long_ago = NOON - 3000 * DAY
    assert why_not_publish([], digest="x", based_on=None, effective_from=long_ago, now=NOON) is None
    assert why_not_publish([entry(1, 3)], digest="x", based_on=None, effective_from=long_ago, now=NOON) is None
