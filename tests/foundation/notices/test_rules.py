"""Sentences filled from codes."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiucheng.foundation.notices.rules import CODE, fill

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHOICES = {"granted": {"yes": "同意", "no": "不同意"}}


@pytest.mark.parametrize(
    ("sentence", "args", "text"),
    [
        ("案卷 {number} 派给了您的单位", {"number": "2026-000123"}, "案卷 2026-000123 派给了您的单位"),
        ("延期{granted}", {"granted": "yes"}, "延期同意"),
        ("延期{granted}", {"granted": "perhaps"}, "延期—"),
        ("{due_at} 前办结", {"due_at": "2026-11-20T08:05:00+00:00"}, "11-20 16:05 前办结"),
        ("{due_at} 前办结", {"due_at": "2026-11-20T16:05:00"}, "— 前办结"),
        ("{due_at} 前办结", {"due_at": 5}, "— 前办结"),
        ("还剩 {left} 件", {"left": 0}, "还剩 0 件"),
        ("{a}{b}", {"a": None, "b": ""}, "——"),
        ("{number}", {}, "—"),
        ("{number.__class__} {", {"number": 1}, "{number.__class__} {"),
    ],
)
def test_filling(sentence: str, args: dict[str, object], text: str) -> None:
    assert fill(sentence, args, CHOICES, SHANGHAI) == text


@given(st.text(), st.dictionaries(st.text(max_size=5), st.none() | st.integers() | st.text()))
def test_no_sentence_and_no_args_break_the_page(sentence: str, args: dict[str, object]) -> None:
    fill(sentence, args, CHOICES, SHANGHAI)


@given(st.sampled_from(["{number}", "甲 {number} 乙"]), st.text())
def test_what_stands_in_args_is_not_read_as_a_place(sentence: str, value: str) -> None:
    assert fill(sentence, {"number": value, "x": "no"}, {}, SHANGHAI) == sentence.replace("{number}", value or "—")


@pytest.mark.parametrize(("code", "fits"), [("case_dispatched", True), ("tasks.due", True), ("X", False), ("", False)])
def test_codes(code: str, fits: bool) -> None:
    assert bool(CODE.fullmatch(code)) is fits
