"""Shapes: what a body says in words, what differs from another, and that each difference can be taken back alone."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiucheng.foundation.packs import rules
from xiucheng.foundation.packs.shapes import (
    Choice,
    Days,
    Edit,
    Field,
    Length,
    Names,
    Record,
    Rows,
    Several,
    Silent,
    Spans,
    Table,
    Text,
    Told,
    Week,
    Whole,
    Years,
    YesNo,
    carried_out,
    place_of,
    row_keys,
    tokens,
    told,
)

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
COLOURS = [("", [("r", "红"), ("g", "绿")])]


def colours(at: datetime) -> Any:
    return COLOURS


def label(day: date, body: Any) -> str:
    names = body.get("names")
    return str(names.get(day.isoformat(), "")) if isinstance(names, dict) else ""


PART = Record((Field("key", "代码", Text()), Field("limit", "时限", Length())))
ROW = Record(
    (
        Field("key", "代码", Text(), required=True),
        Field("days", "天数", Whole(0, 99)),
        Field("colour", "颜色", Choice(colours, none="没有")),
        Field("colours", "几种颜色", Several(colours)),
        Field("open", "开放", YesNo(), blank=False),
        Field("parts", "部分", Rows(PART, "部分", key=("key",))),
    )
)
SHAPE = Record(
    (
        Field("limit", "派遣时限", Length()),
        Field("rows", "行", Rows(ROW, "规则", key=("key",))),
        Field("table", "表", Table(Record((Field("least", "至少几人", Whole()),)), "层级", keys=colours)),
        Field("days", "日子", Days("节假日", label, "names")),
        Field("years", "年份", Years("已公布的年份")),
        Field("names", "名称", Silent()),
    )
)


def said(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [(one.what, one.where, one.before, one.after) for one in told(SHAPE, before, after, NOON)]


# -- in words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "value", "words"),
    [
        (Length(), {"value": 5, "unit": "work_day"}, "5 个工作日"),
        (Length(), {"value": 2, "unit": "work_day", "mode": "whole_days_from_next_day"}, "2 个工作日（当天不算）"),
        (Choice(colours), "r", "红"),
        (Choice(colours), "x", "x"),
        (Choice(colours, none="没有"), "", "没有"),
        (Several(colours, none="都行"), [], "都行"),
        (Several(colours), ["r", "g", "x"], "红、绿、x"),
        (YesNo(), False, "否"),
        (Spans((("duty", "工作时间内"),)), "duty", "工作时间内"),
        (Spans(), [["08:00", "12:00"], ["14:00", "18:00"]], "08:00–12:00、14:00–18:00"),
        (Week(), [[["08:00", "12:00"]]] * 5 + [[], []], "周一至周五 08:00–12:00；周六至周日 不上班"),
        (Years("年"), [2026, 2024, 2025], "2024–2026"),
        (Days("日", label, "names"), ["2027-02-06"], "1 天"),
    ],
)
def test_a_value_in_words(shape: Any, value: Any, words: str) -> None:
    assert shape.said(value, Names(NOON)) == words


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab\u4e00", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
ANY_BODY = st.dictionaries(st.sampled_from(["limit", "rows", "table", "days", "years", "names", "other"]), JSON)


@given(ANY_BODY, ANY_BODY)
@settings(max_examples=150, deadline=None)
def test_whatever_a_body_holds_can_be_told(before: dict[str, Any], after: dict[str, Any]) -> None:
    for one in told(SHAPE, before, after, NOON):
        assert one.where or one.before or one.after
    for body in (before, after):
        SHAPE.said(body, Names(NOON, body))


# -- what differs -----------------------------------------------------------------------------------------------------


def test_a_changed_limit_is_told_with_its_unit() -> None:
    before, after = ({"limit": {"value": n, "unit": "work_day"}} for n in (3, 5))
    assert said(before, after) == [("changed", "派遣时限", "3 个工作日", "5 个工作日")]


def test_rows_are_told_by_their_name_and_fields_by_their_titles() -> None:
    before = {"rows": [{"key": "a", "days": 1, "colour": "r"}, {"key": "b", "days": 2}]}
    after = {"rows": [{"key": "a", "days": 3, "colour": "g"}, {"key": "c", "days": 4, "colours": ["r", "g"]}]}
    assert said(before, after) == [
        ("changed", "规则 a › 天数", "1", "3"),
        ("changed", "规则 a › 颜色", "红", "绿"),
        ("added", "规则 c", "", "代码：c；天数：4；几种颜色：红、绿"),
        ("removed", "规则 b", "代码：b；天数：2", ""),
    ]


def test_rows_within_rows_and_tables() -> None:
    part = {"key": "p", "limit": {"value": 1, "unit": "work_hour"}}
    before = {"rows": [{"key": "a", "parts": [part]}], "table": {"r": {"least": 1}}}
    after = {"rows": [{"key": "a", "parts": []}], "table": {"r": {"least": 2}, "g": {"least": 1}}}
    assert said(before, after) == [
        ("removed", "规则 a › 部分 p", "代码：p；时限：1 个工作时", ""),
        ("changed", "红 › 至少几人", "1", "2"),
        ("added", "绿", "", "至少几人：1"),
    ]


def test_days_are_told_in_runs_with_their_names() -> None:
    days = [f"2027-02-{day:02}" for day in range(5, 12)]
    before = {"days": ["2026-10-01"]}
    after = {"days": ["2026-10-01", *days], "names": dict.fromkeys(days, "春节")}
    assert said(before, after) == [("added", "节假日", "", "2027-02-05 至 2027-02-11 春节（7 天）")]
    assert said(after, before) == [("removed", "节假日", "2027-02-05 至 2027-02-11 春节（7 天）", "")]
    one = {"days": ["2026-10-01", "2027-02-06"], "names": {"2027-02-06": "春节"}}
    assert said(before, one) == [("added", "节假日", "", "2027-02-06 周六 春节")]
    assert said({"years": [2026]}, {"years": [2026, 2027]}) == [("added", "已公布的年份", "", "2027")]


def test_a_row_that_only_moved_and_an_entry_that_no_shape_knows() -> None:
    before = {"rows": [{"key": "a"}, {"key": "b"}, {"key": "c"}], "more": 1}
    after = {"rows": [{"key": "c"}, {"key": "a"}, {"key": "b"}], "more": [2]}
    assert said(before, after) == [("moved", "规则 c", "第 3 位", "第 1 位"), ("changed", "more", "1", "[2]")]


def test_without_a_shape_bodies_are_told_by_their_own_names() -> None:
    found = told(None, {"a": {"b": 1}}, {"a": {"b": 2}}, NOON)
    assert [(one.where, one.before, one.after) for one in found] == [("a › b", "1", "2")]


KEYED = st.fixed_dictionaries(
    {"key": st.sampled_from("abc")},
    optional={
        "days": st.integers(0, 3),
        "colour": st.sampled_from(["r", "g"]),
        "colours": st.lists(st.sampled_from(["r", "g"]), unique=True),
        "open": st.booleans(),
    },
)
DAY = st.integers(0, 12).map(lambda n: (date(2027, 1, 28) + timedelta(days=n)).isoformat())
BODY = st.fixed_dictionaries(
    {
        "limit": st.builds(lambda n: {"value": n, "unit": "work_day"}, st.integers(1, 3)),
        "rows": st.lists(KEYED, unique_by=lambda row: row["key"], max_size=3),
        "table": st.dictionaries(st.sampled_from("rg"), st.builds(lambda n: {"least": n}, st.integers(0, 2))),
        "days": st.sets(DAY).map(sorted),
        "years": st.sets(st.integers(2025, 2028)).map(sorted),
        "names": st.dictionaries(DAY, st.sampled_from(["春节", "元旦"])),
    }
)


def _key(one: Told) -> tuple[str, str, str, str]:
    return one.what, one.where, one.before, one.after


@given(BODY, BODY)
@settings(max_examples=200, deadline=None)
def test_each_difference_is_taken_back_by_itself(before: dict[str, Any], after: dict[str, Any]) -> None:
    found = told(SHAPE, before, after, NOON)
    for one in found:
        if one.what == "moved":
            continue
        rest = told(SHAPE, before, carried_out(after, one.back), NOON)
        assert _key(one) not in [_key(other) for other in rest]
        # A run of days told under two names may come together again; nothing new is told.
        assert len([other for other in rest if other.what != "moved"]) <= len(found)
    # One after the other everything comes back; only the order of rows may differ, and the names of days nobody frees.
    made = after
    while left := [one for one in told(SHAPE, before, made, NOON) if one.what != "moved"]:
        made = carried_out(made, left[0].back)
    ordered = {**made, "rows": sorted(made["rows"], key=lambda row: row["key"]), "names": before["names"]}
    assert rules.canonical(ordered) == rules.canonical(
        {**before, "rows": sorted(before["rows"], key=lambda r: r["key"])}
    )


# -- edits and places -------------------------------------------------------------------------------------------------


def test_edits_leave_the_body_alone() -> None:
    body = {"rows": [{"key": "a"}]}
    made = carried_out(body, [Edit("put", ("rows", "1"), {"key": "b"}), Edit("insert", ("rows", "0"), {"key": "c"})])
    assert [row["key"] for row in made["rows"]] == ["c", "a", "b"]
    assert carried_out(made, [Edit("remove", ("rows", "1"))])["rows"] == [{"key": "c"}, {"key": "b"}]
    assert body == {"rows": [{"key": "a"}]}
    with pytest.raises(LookupError):
        carried_out(body, [Edit("put", ("rows", "7", "key"), 1)])


def test_a_place_is_said_along_the_shape() -> None:
    body = {"rows": [{"key": "a", "parts": [{"key": "p"}]}]}
    names = Names(NOON, body)
    place = place_of(SHAPE, body, tokens("rows[0].parts[0].limit"), names)
    assert place.said == "规则 a › 部分 p › 时限"
    assert (place.row, place.rest) == (("rows", "0", "parts", "0"), ("limit",))
    assert place_of(SHAPE, body, tokens("limit"), names).row == ()
    assert place_of(SHAPE, body, tokens("rows[7].days"), names).said == "新的规则 › 天数"
    assert place_of(SHAPE, body, tokens("what.ever"), names).said == "what › ever"
    assert row_keys(SHAPE) == {"rows": "key", "rows.parts": "key"}


def test_the_last_day_there_is_and_names_that_are_none_are_told_too() -> None:
    shape = Record((Field("days", "节日", Days("节日", label, "names")), Field("names", "名称", Silent())))
    late: dict[str, Any] = {"days": ["2027-02-06", "9999-12-30", "9999-12-31"]}
    assert [one.after for one in told(shape, {"days": ["2027-02-06"]}, late, NOON)] == [
        "9999-12-30 至 9999-12-31（2 天）"
    ]
    odd: dict[str, Any] = {"days": ["2027-02-07"], "names": ["x"]}
    for before, after in ((late, odd), (odd, late)):
        changes = told(shape, before, after, NOON)
        assert carried_out(after, changes[0].back)["names"] == {}
