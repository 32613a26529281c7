"""Reads a workbook into numbered rows: heading found, merged cells told, formulas taken by their value or refused."""

import io
import re
import warnings
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

import openpyxl
from openpyxl.utils.cell import range_boundaries

from ..rules import headers
from ..rules.cells import text
from . import limits

RESULT = "导入结果"
"""The column that a marked copy adds; on the way back in it is looked over."""

MARK = "标记"
"""The first column of a template; its example row says 示例 there and is never taken."""

EXAMPLE = "示例"

_PLAIN = (str, int, float, bool, datetime, date, time, timedelta, type(None))
# A formula that reaches outside the file: the web, another workbook, a program (OWASP, "CSV injection", DDE).
_OUTSIDE = re.compile(
    r"\b(WEBSERVICE|FILTERXML|IMPORT\w+|RTD|HYPERLINK|IMAGE|SQL\.REQUEST|CALL|EXEC|REGISTER\.ID|STOCKHISTORY)\s*\("
    r"|\[[^\]]+\]|\|\s*'|://|\\\\",
    re.IGNORECASE,
)
_MOST_MERGED = 1_000_000
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z0-9:]+)"')

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: its number in the sheet, its cells by column key, extra columns by their index.

    wrong: column key → code of what is wrong with the cell itself (a formula that reaches outside, a merged cell).
    filled: keys whose value was taken from the merged cell above.
    """

    number: int
    cells: Mapping[str, Any]
    extras: Mapping[int, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    filled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it was found: which sheet, its heading, its rows."""

    title: str
    heading: headers.Heading
    rows: tuple[Row, ...]

    @property
    def others(self) -> Mapping[int, str]:
        """Headings that the template does not know, by index; what a marked copy added is left out."""
        known = {headers.plain(RESULT), headers.plain(MARK)}
        return {at: label for at, label in self.heading.others.items() if headers.plain(label) not in known}


def read(
    content: bytes,
    names: Mapping[str, Sequence[str]],
    required: Sequence[str],
    progress: Progress = lambda done, total: None,
) -> Sheet:
    """The first sheet in which the heading is found. names: column key → the headings it goes by.

    Refused: what limits.check refuses, broken_file, no_heading, too_many_rows, empty_file.
    """
    limits.check(content)
    try:
        book = _open(content, values=False)
        try:
            found = _find(book, names, required)
            if found is None:
                raise limits.refusal("no_heading")
            sheet, heading = found
            rows = list(_rows(content, sheet, heading, names, progress))
        finally:
            book.close()
    except limits.BROKEN as error:
        raise limits.refusal("broken_file") from error
    if not rows:
        raise limits.refusal("empty_file")
    return Sheet(sheet.title, heading, tuple(rows))


def _open(content: bytes, *, values: bool) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=values, keep_links=False)


def _find(book: Any, names: Mapping[str, Sequence[str]], required: Sequence[str]) -> tuple[Any, headers.Heading] | None:
    for sheet in book.worksheets:
        # What a sheet says of its size may be wrong; without it the rows themselves decide.
        sheet.reset_dimensions()
        first = list(islice(sheet.iter_rows(values_only=True), headers.LOOK))
        heading = headers.find(first, names, required)
        if heading is not None:
            return sheet, heading
    return None


def _rows(
    content: bytes, sheet: Any, heading: headers.Heading, names: Mapping[str, Sequence[str]], progress: Progress
) -> Iterator[Row]:
    merged = _merged_cells(content, sheet)
    raw = _raw(sheet, progress)
    values = _values(content, sheet.title, raw)
    names_at = {index: key for key, index in heading.places.items()}
    again = {key: frozenset(headers.plain(name) for name in known) for key, known in names.items()}
    mark = next((at for at, label in heading.others.items() if headers.plain(label) == headers.plain(MARK)), None)
    for index in range(heading.rows, len(raw)):
        row = _row(index, raw, values, names_at, merged, heading)
        if row is not None and not _is_example(raw[index], mark) and not _is_heading(row, again):
            yield row


def _raw(sheet: Any, progress: Progress) -> list[tuple[Any, ...]]:
    raw: list[tuple[Any, ...]] = []
    for cells in sheet.iter_rows(values_only=True):
        # Asked for a width, the reader would fill every row up to it.
        raw.append(cells[: limits.MAX_COLUMNS])
        if len(raw) > limits.MAX_ROWS + headers.LOOK:
            raise limits.refusal("too_many_rows")
        if len(raw) % 2000 == 0:
            progress(len(raw), 0)
    return raw


def _is_formula(value: Any) -> bool:
    if isinstance(value, str):
        return value[:1] == "=" and len(value) > 1
    return value is not None and not isinstance(value, _PLAIN)


def _values(content: bytes, title: str, raw: Sequence[tuple[Any, ...]]) -> dict[tuple[int, int], Any]:
    """What formulas had come to when the file was saved, by row and column; read only where there are any."""
    places = [(row, at) for row, cells in enumerate(raw) for at, value in enumerate(cells) if _is_formula(value)]
    if not places:
        return {}
    book = _open(content, values=True)
    try:
        sheet = book[title]
        sheet.reset_dimensions()
        wanted: dict[int, list[int]] = {}
        for row, at in places:
            wanted.setdefault(row, []).append(at)
        found: dict[tuple[int, int], Any] = {}
        for row, cells in enumerate(sheet.iter_rows(values_only=True)):
            for at in wanted.get(row, ()):
                found[row, at] = cells[at] if at < len(cells) else None
        return found
    finally:
        book.close()


def _merged_cells(content: bytes, sheet: Any) -> dict[tuple[int, int], tuple[int, int]]:
    """Cells that a merge hides (row, column from 0) → the cell whose value they show."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        ranges = _MERGED.findall(archive.read(sheet._worksheet_path))
    hidden: dict[tuple[int, int], tuple[int, int]] = {}
    for reference in ranges:
        edges = [edge for edge in range_boundaries(reference.decode()) if edge is not None]
        if len(edges) != 4:
            continue
        left, top, right, bottom = edges
        if (right - left + 1) * (bottom - top + 1) > _MOST_MERGED:
            continue
        for row in range(top - 1, bottom):
            for at in range(left - 1, right):
                if (row, at) != (top - 1, left - 1):
                    hidden[row, at] = (top - 1, left - 1)
    return hidden


def _row(
    index: int,
    raw: Sequence[tuple[Any, ...]],
    values: Mapping[tuple[int, int], Any],
    names_at: Mapping[int, str],
    merged: Mapping[tuple[int, int], tuple[int, int]],
    heading: headers.Heading,
) -> Row | None:
    """None for a row that holds nothing of its own."""
    cells: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    filled: list[str] = []
    own = False
    for at, key in names_at.items():
        shown = merged.get((index, at))
        if shown is None:
            value, fault = _cell(index, at, raw, values)
            own = own or value is not None or fault is not None
        elif shown[1] == at and shown[0] >= heading.rows:
            value, fault = _cell(*shown, raw, values)
            filled.append(key)
        else:
            value, fault = None, "merged_across"
        cells[key] = value
        if fault is not None:
            wrong[key] = fault
    if not own or (not any(text(value) for value in cells.values()) and not wrong):
        return None
    extras = {at: text(raw[index][at]) for at in heading.others if at < len(raw[index]) and text(raw[index][at])}
    return Row(index + 1, cells, extras, wrong, tuple(filled))


def _cell(
    row: int, at: int, raw: Sequence[tuple[Any, ...]], values: Mapping[tuple[int, int], Any]
) -> tuple[Any, str | None]:
    value = raw[row][at] if at < len(raw[row]) else None
    if not _is_formula(value):
        return value, None
    if _OUTSIDE.search(str(getattr(value, "text", value))):
        return None, "formula_calls_out"
    kept = values.get((row, at))
    return kept, None if kept is not None else "formula_without_value"


def _is_example(cells: Sequence[Any], mark: int | None) -> bool:
    return mark is not None and mark < len(cells) and text(cells[mark]).startswith(EXAMPLE)


def _is_heading(row: Row, again: Mapping[str, Collection[str]]) -> bool:
    """A heading repeated on every printed page is no row."""
    said = [(key, value) for key, value in row.cells.items() if value is not None]
    # One look at the first cell settles it for all but a handful of rows.
    return len(said) > 1 and all(headers.plain(value) in again[key] for key, value in said)
