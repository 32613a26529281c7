"""Cells of files that people open in a spreadsheet: shown as they are, never reckoned with."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

WORKBOOK: Mapping[str, Any] = MappingProxyType(
    {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
)
"""Options of every workbook that is written (xlsxwriter): texts stay texts, and nothing lies on the disk meanwhile."""

# What spreadsheets take for the beginning of a formula, full-width forms and what they skip before it included (OWASP,
# "CSV injection"). A plain number stays a number.
_FORMULA = re.compile(r"[ \u3000]*[=+\-@\t\r\n\0＝＋－＠]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)


def safe_cell(value: object) -> str:
    """A value as the text of a cell, "" for None; what would be a formula gets an apostrophe before it."""
    text = "" if value is None else str(value)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text
