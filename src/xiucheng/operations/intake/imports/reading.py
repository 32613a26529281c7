"""Reads a CSV or XLSX file into numbered rows of text, whatever its encoding; pure but for the file itself.

What a file is allowed to be: `.csv`, `.csv.gz`, `.tsv` or `.xlsx`; UTF-8 with or without BOM, UTF-16 with BOM, GB18030
(hence GBK and GB2312). A cell is always text here: what it means is the mapping's business (`transforms.py`).
"""

import codecs
import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO

import openpyxl

# A spreadsheet is a zip: what it says it will unpack to is checked before anything is unpacked (D).
XLSX_MAX_BYTES = 1 << 30
# The longest cell kept whole; longer ones are cut here and refused by the row's own rule, not by a broken reader (D).
CELL_MAX = 16 * 1024 * 1024
_CHUNK = 1 << 20


class Unreadable(Exception):
    """The whole file cannot be read: `code` has its sentence in words.FILE, `detail` is a line or names."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file under the header; `number` is the line (CSV) or row (XLSX) on which it ends, from 1."""

    number: int
    cells: tuple[str, ...]
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A file that has been recognised: its columns in order and how to go through its rows (any number of times)."""

    path: Path
    kind: str
    encoding: str
    delimiter: str
    columns: tuple[str, ...]

    def rows(self) -> Iterator[Row]:
        """Every row that holds anything; a row with a problem of form comes with its code instead of being skipped."""
        source = _xlsx_lines(self.path) if self.kind == "xlsx" else _csv_lines(self)
        next(source, None)
        width = len(self.columns)
        for row in source:
            if not any(cell.strip() for cell in row.cells):
                continue
            if row.problem is None and len(row.cells) != width:
                # A spreadsheet leaves out the empty end of a row; a CSV line that is short was cut or torn apart.
                cells = _without_tail(row.cells)
                fits = len(cells) <= width and (self.kind == "xlsx" or len(row.cells) > width)
                row = Row(row.number, cells + ("",) * (width - len(cells)), None if fits else "ragged_row")
            yield row

    def count(self) -> int:
        """How many rows there are, for a progress bar; reads the file once."""
        return sum(1 for _ in self.rows())


def open_table(path: Path, *, encoding: str | None = None, delimiter: str = ",", packed: bool = True) -> Table:
    """Recognise a file by its content and read its header. packed: may it be gzipped, so that nobody knows its size?

    Refused: unknown_file, encoding_unknown, encoding_damaged (detail: line), empty_file, duplicate_column (detail: the
    names), too_large (a spreadsheet that unpacks to more than XLSX_MAX_BYTES).
    """
    kind = _kind(path)
    if kind == "csv.gz" and not packed:
        raise Unreadable("unknown_file")
    if kind == "xlsx":
        table = Table(path, kind, "xlsx", delimiter, ())
        first = next(_xlsx_lines(path), None)
    else:
        table = Table(path, kind, encoding or detect_encoding(path, gz=kind == "csv.gz"), delimiter, ())
        first = next(_csv_lines(table), None)
    if first is None or not any(cell.strip() for cell in first.cells):
        raise Unreadable("empty_file")
    columns = tuple(cell.strip() for cell in _without_tail(first.cells))
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise Unreadable("duplicate_column", ", ".join(twice))
    return Table(path, kind, table.encoding, delimiter, columns)


def detect_encoding(path: Path, *, gz: bool = False) -> str:
    """The encoding that the whole file obeys; a head of plain ASCII proves nothing, so every byte is looked at.

    GB18030 accepts almost any bytes, so a UTF-8 file with one damaged character would silently become another text.
    Where most of the sequences beyond ASCII are good UTF-8 the file is called damaged instead.
    """
    head = next(_chunks(path, gz), b"")
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            _must_decode(path, gz, name)
            return name
    if _first_bad_line(path, gz, "utf-8") is None:
        return "utf-8"
    good, bad = _utf8_share(path, gz)
    if good > 20 * bad:
        raise Unreadable("encoding_damaged", str(_first_bad_line(path, gz, "utf-8")))
    if _first_bad_line(path, gz, "gb18030") is None:
        return "gb18030"
    raise Unreadable("encoding_unknown")


def _kind(path: Path) -> str:
    with path.open("rb") as stream:
        head = stream.read(4)
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    if head.startswith(b"\x1f\x8b"):
        return "csv.gz"
    # The old binary .xls, PDF and pictures are named plainly instead of being read as noise.
    if head.startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\xff\xd8\xff")):
        raise Unreadable("unknown_file")
    return "csv"


def _open(path: Path, gz: bool) -> BinaryIO:
    return gzip.open(path, "rb") if gz else path.open("rb")  # type: ignore[return-value]


def _chunks(path: Path, gz: bool) -> Iterator[bytes]:
    with _open(path, gz) as stream:
        try:
            while chunk := stream.read(_CHUNK):
                yield chunk
        except (OSError, EOFError, zlib.error) as error:
            raise Unreadable("unknown_file") from error


def _first_bad_line(path: Path, gz: bool, encoding: str) -> int | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 1
    for chunk in _chunks(path, gz):
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            return lines + error.object[: error.start].count(b"\n")
        lines += chunk.count(b"\n")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return lines
    return None


def _must_decode(path: Path, gz: bool, encoding: str) -> None:
    if (line := _first_bad_line(path, gz, encoding)) is not None:
        raise Unreadable("encoding_damaged", str(line))


def _utf8_share(path: Path, gz: bool) -> tuple[int, int]:
    """How many characters beyond ASCII are good UTF-8, and how many places are not."""
    good = bad = 0
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    for chunk in _chunks(path, gz):
        text = decoder.decode(chunk)
        marks = text.count("�")
        good += sum(1 for char in text if char > "\x7f") - marks
        bad += marks
    return good, bad


def _csv_lines(table: Table) -> Iterator[Row]:
    # A process-wide setting of the csv module; raised once because 131,072 would break the reader mid-file.
    csv.field_size_limit(CELL_MAX)
    with _open(table.path, table.kind == "csv.gz") as raw:
        reader = csv.reader(
            io.TextIOWrapper(raw, encoding=table.encoding, newline=""), delimiter=table.delimiter, strict=False
        )
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield Row(reader.line_num, ("…",), "broken_row")
            else:
                yield Row(reader.line_num, tuple(cells))


def _xlsx_lines(path: Path) -> Iterator[Row]:
    """Rows of the first sheet: the values a formula had when the file was saved; a formula without one is a problem."""
    _check_zip(path)
    try:
        values, formulas = (openpyxl.load_workbook(path, read_only=True, data_only=only) for only in (True, False))
    except Exception as error:
        # openpyxl raises whatever the broken part raised (KeyError, ParseError, BadZipFile …).
        raise Unreadable("unknown_file") from error
    try:
        sheet, asked = values.worksheets[0], formulas.worksheets[0]
        pairs = zip(sheet.iter_rows(values_only=True), asked.iter_rows(values_only=True), strict=False)
        for number, (got, written) in enumerate(pairs, start=1):
            missing = any(value is None and text is not None for value, text in zip(got, written, strict=False))
            yield Row(number, tuple(_cell(value) for value in got), "formula_without_value" if missing else None)
    except Exception as error:
        # A damaged part is unpacked only now, row by row.
        raise Unreadable("unknown_file") from error
    finally:
        values.close()
        formulas.close()


def _check_zip(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            size = sum(info.file_size for info in archive.infolist())
    except zipfile.BadZipFile as error:
        raise Unreadable("unknown_file") from error
    if "[Content_Types].xml" not in names:
        raise Unreadable("unknown_file")
    if size > XLSX_MAX_BYTES:
        raise Unreadable("too_large")


def _cell(value: Any) -> str:
    """A spreadsheet's typed value as the text a CSV would hold."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _without_tail(cells: tuple[str, ...]) -> tuple[str, ...]:
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]
