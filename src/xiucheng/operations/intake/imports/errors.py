"""The list of refused rows as a CSV file that a spreadsheet can open: row, column, code, reason, then the cells."""

import csv
from pathlib import Path
from types import TracebackType
from typing import Self

from xiucheng.kit.cells import safe_cell

from ..words import ROW, sentence
from .requests import Reason, Rejected


def told(reason: Reason) -> str:
    """The reason as a sentence in the active language."""
    return reason.text or sentence(ROW, reason.code, reason.detail)


class ErrorsFile:
    """Writes refused rows as they come; UTF-8 with a BOM, which is how Excel knows it."""

    def __init__(self, path: Path | None, columns: tuple[str, ...]) -> None:
        self._path = path
        self._columns = columns

    def __enter__(self) -> Self:
        self._handle = self._path.open("w", encoding="utf-8-sig", newline="") if self._path else None
        if self._handle:
            self._writer = csv.writer(self._handle)
            self._writer.writerow(["row", "column", "code", "reason", *map(safe_cell, self._columns)])
        return self

    def write(self, rejected: Rejected) -> None:
        """One line a reason; the cells of the row stand behind each."""
        if not self._handle:
            return
        cells = [safe_cell(cell) for cell in rejected.row.cells]
        for reason in rejected.reasons:
            text = told(reason)
            self._writer.writerow([rejected.row.number, safe_cell(reason.column), reason.code, text, *cells])

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handle:
            self._handle.close()
