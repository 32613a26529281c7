"""A copy of their own file with what is wrong marked in place: the cell coloured, the reason as a comment and in a
column of its own at the end."""

import io
import warnings
from collections import defaultdict
from collections.abc import Mapping, Sequence

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from ..rules import headers
from ..templates.base import Fault, Template
from ..words import DOUBTS, sentence
from . import limits
from .reading import RESULT

_WRONG = PatternFill("solid", fgColor="FFC7CE")
_DOUBT = PatternFill("solid", fgColor="FFEB9C")
_AUTHOR = "绣城"


def marked(content: bytes, template: Template, faults: Sequence[Fault]) -> bytes:
    """The workbook with its faults marked; everything else stays as it was.

    Refused: broken_file, where a part that is not read for its rows (styles, drawings) is damaged.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(content), keep_links=False)
    except limits.BROKEN as error:
        raise limits.refusal("broken_file") from error
    sheet, heading = _table(book, template)
    places = {key: index + 1 for key, index in heading.places.items()}
    result = _result_column(sheet, heading)
    by_row: dict[int, list[Fault]] = defaultdict(list)
    for fault in faults:
        by_row[fault.row].append(fault)
    merged = _heads_of_merged(sheet)
    for row, found in by_row.items():
        for fault in found:
            if fault.column in places:
                _mark(sheet, *merged.get((row, places[fault.column]), (row, places[fault.column])), fault)
        cell = sheet.cell(row, result)
        cell.value = "；".join(_said(fault, template) for fault in found)
        # A word that begins like a formula stays a word.
        cell.data_type = "s"
        cell.fill = _WRONG if any(fault.code not in DOUBTS for fault in found) else _DOUBT
    sheet.column_dimensions[get_column_letter(result)].width = 48
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _table(book: openpyxl.Workbook, template: Template) -> tuple[Worksheet, headers.Heading]:
    names = {column.key: column.names for column in template.columns}
    required = [column.key for column in template.columns if column.required]
    for sheet in book.worksheets:
        first = [list(row) for row in sheet.iter_rows(max_row=headers.LOOK, values_only=True)]
        heading = headers.find(first, names, required)
        if heading is not None:
            return sheet, heading
    raise ValueError("the table was there when the file was judged")


def _result_column(sheet: Worksheet, heading: headers.Heading) -> int:
    """The column of a copy that was marked before, else the one behind the last."""
    used = [*heading.places.values(), *heading.others]
    at = next((at for at, label in heading.others.items() if headers.plain(label) == headers.plain(RESULT)), None)
    column = at + 1 if at is not None else max(used) + 2
    for row in range(heading.rows + 1, sheet.max_row + 1 if at is not None else 0):
        sheet.cell(row, column).value = None
    sheet.cell(heading.rows, column, RESULT)
    return column


def _heads_of_merged(sheet: Worksheet) -> Mapping[tuple[int, int], tuple[int, int]]:
    """Only the first cell of a merge can be coloured and commented."""
    return {
        (row, column): (found.min_row, found.min_col)
        for found in sheet.merged_cells.ranges
        for row in range(found.min_row, found.max_row + 1)
        for column in range(found.min_col, found.max_col + 1)
    }


def _mark(sheet: Worksheet, row: int, column: int, fault: Fault) -> None:
    cell = sheet.cell(row, column)
    cell.fill = _DOUBT if fault.code in DOUBTS else _WRONG
    said = sentence(fault.code, fault.detail)
    cell.comment = Comment(said if cell.comment is None else f"{cell.comment.text}\n{said}"[:500], _AUTHOR)


def _said(fault: Fault, template: Template) -> str:
    label = next((column.label for column in template.columns if column.key == fault.column), "")
    said = sentence(fault.code, fault.detail)
    return f"{label}：{said}" if label else said
