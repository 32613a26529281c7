"""What of typed words can be seen: nothing hidden gets through, nothing written is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiucheng.kit.moves import Field, Move, MoveTable
from xiucheng.kit.refused import Refused
from xiucheng.kit.words import legible, shows, visible

UNSEEN = "\u200b\u200e\u200f\u202a\u202e\u2066\u2069\ufeff"
EMPTY = [
    "", "  \n", "\u200b\u200b", "\u200d", "\u2060\u00ad", "\u3164", "\u2800 \u115f",
    "\u3000\u00a0", "\ufe0f", "\u061c\u180e",
]  # fmt: skip


@given(st.text(), st.sampled_from(UNSEEN))
def test_what_nobody_sees_goes_and_everything_else_stays(text: str, unseen: str) -> None:
    seen = visible(text)
    assert not set(seen) & set(UNSEEN)
    assert [one for one in text if one not in f"{UNSEEN}\u200c\u200d"] == [
        one for one in seen if one not in "\u200c\u200d"
    ]
    plain = text.replace("\u200c", "").replace("\u200d", "")
    assert visible(unseen.join(plain)) == visible(plain)


@pytest.mark.parametrize(
    "text", ["路灯不亮，A楼 3 单元\n👍", "👨\u200d👩\u200d👧 都说太吵", "🏳\ufe0f\u200d🌈", "می\u200cخواهم"]
)
def test_joiners_in_use_stay(text: str) -> None:
    assert visible(text) == legible(text) == text


def test_joiners_without_use_go() -> None:
    assert visible("路\u200d灯\u200c") == "路灯"
    assert visible("👨\u200d\u200d") == "👨"


@pytest.mark.parametrize("text", EMPTY)
def test_what_shows_nothing_is_empty(text: str) -> None:
    assert not shows(text)
    assert legible(text) == ""


@pytest.mark.parametrize("text", ["。", " a\u200b", "\u0301", "👍", "\ue000", "𰻝"])
def test_one_letter_is_enough(text: str) -> None:
    assert shows(text)
    assert legible(text)


@pytest.mark.parametrize("text", EMPTY)
def test_a_required_text_of_a_move_must_show(text: str) -> None:
    table = MoveTable(
        {"open": "开"}, [Move("say", "说", frozenset({"open"}), None, (Field("reason", "text", "理由"),))]
    )
    with pytest.raises(Refused, check=lambda error: error.code == "incomplete" and set(error.fields) == {"reason"}):
        table.demand(table["say"], {"reason": text})
    table.demand(table["say"], {"reason": "有理"})
