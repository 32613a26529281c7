"""No cell that we write is reckoned by a spreadsheet, and none is changed without need."""

import pytest

from xiucheng.kit.cells import safe_cell


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠a", "  =1", "\u3000=1", "-"],
)
def test_a_formula_gets_an_apostrophe(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-5", "+3.5", "-1.5e3", "路灯不亮", "a=b", "13900000000", "", " 路灯"])
def test_all_else_stays_as_it_is(text):
    assert safe_cell(text) == text


def test_what_is_no_text_becomes_one():
    assert (safe_cell(None), safe_cell(-7), safe_cell(0)) == ("", "-7", "0")
