"""Files as they come: encodings, quotes, spreadsheets, and files that are not what they say."""

import csv
import gzip
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from xiucheng.operations.intake.imports import reading
from xiucheng.operations.intake.imports.reading import Unreadable, open_table

HEADER = "编号,内容\n"
ROWS = 'A1,"第一行\n还是第一行，有""引号"""\nA2,路灯不亮\n'
TEXT = HEADER + ROWS


def saved(folder: Path, content: bytes, name: str = "rows.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def cells(path: Path) -> list[tuple[str, ...]]:
    return [row.cells for row in open_table(path).rows()]


EXPECTED = [("A1", '第一行\n还是第一行，有"引号"'), ("A2", "路灯不亮")]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("gb18030"), "gb18030"),
        (TEXT.encode("gbk"), "gb18030"),
        (TEXT.encode("utf-16"), "utf-16"),
        (gzip.compress(TEXT.encode("gb18030")), "gb18030"),
    ],
)
def test_the_encoding_is_recognised(tmp_path: Path, content: bytes, encoding: str) -> None:
    table = open_table(saved(tmp_path, content))
    assert table.encoding == encoding
    assert table.columns == ("编号", "内容")
    assert [row.cells for row in table.rows()] == EXPECTED


def test_ascii_at_the_head_proves_nothing(tmp_path: Path) -> None:
    plain = "id,text\n" + "1,plain\n" * 200_000
    assert open_table(saved(tmp_path, plain.encode() + "2,路灯\n".encode("gb18030"))).encoding == "gb18030"


def test_utf8_with_one_damaged_character_is_not_taken_for_gb18030(tmp_path: Path) -> None:
    whole = (HEADER + "A1,路灯不亮了已经三天没有人来修\n" * 50).encode()
    damaged = whole.replace("三天".encode(), "三".encode() + b"\xe5\xa4,", 1)
    with pytest.raises(Unreadable) as caught:
        open_table(saved(tmp_path, damaged))
    assert (caught.value.code, caught.value.detail) == ("encoding_damaged", "2")


def test_a_multibyte_character_across_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_CHUNK", 7)
    for encoding in ("utf-8", "gb18030"):
        assert open_table(saved(tmp_path, TEXT.encode(encoding))).encoding == encoding


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b",,\n1,2,3\n", "empty_file"),
        (b"a,b,a\n1,2,3\n", "duplicate_column"),
        (b"%PDF-1.7 ...", "unknown_file"),
        (b"\x89PNG\r\n\x1a\n", "unknown_file"),
        (b"\xd0\xcf\x11\xe0 old xls", "unknown_file"),
        (b"PK\x03\x04 not a zip", "unknown_file"),
        (b"\x1f\x8b not gzip", "unknown_file"),
        (gzip.compress(TEXT.encode())[:-12], "unknown_file"),
        (b"a,b\n\xff\xff\xff,\x80\x80\n", "encoding_unknown"),
        ("a,b\n路,灯\n".encode("utf-16")[:-1], "encoding_damaged"),
    ],
)
def test_files_that_are_none(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        open_table(saved(tmp_path, content))
    assert caught.value.code == code


def test_rows_of_the_wrong_width_are_named_not_skipped(tmp_path: Path) -> None:
    table = open_table(saved(tmp_path, b"a,b,c\n1,2,3\n1,2\n\n , ,\n1,2,3,4\n1,2,3,,\n"))
    assert [(row.number, row.problem) for row in table.rows()] == [
        (2, None),
        (3, "ragged_row"),
        (6, "ragged_row"),
        (7, None),
    ]


def test_a_cell_beyond_the_readers_limit_costs_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CELL_MAX", 1000)
    before = csv.field_size_limit()
    try:
        content = ("a,b\n1," + "x" * 5000 + "\n2,fine\n").encode()
        rows = list(open_table(saved(tmp_path, content)).rows())
    finally:
        csv.field_size_limit(before)
    assert [row.problem for row in rows] == ["broken_row", None]
    assert rows[1].cells == ("2", "fine")


def test_another_delimiter(tmp_path: Path) -> None:
    table = open_table(saved(tmp_path, b"a;b\n1,5;2\n"), delimiter=";")
    assert [row.cells for row in table.rows()] == [("1,5", "2")]


# -- spreadsheets -----------------------------------------------------------------------------------------------------


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_spreadsheet_reads_as_a_csv_would(tmp_path: Path) -> None:
    from datetime import date, datetime

    content = workbook(
        ("id", "text", "at", "day", "n", "ok"),
        (7, "路灯\n不亮", datetime(2018, 3, 1, 8, 30), date(2018, 3, 2), 1.5, True),
        (8.0, "短", None, None, None, None),
        (None, None, None, None, None, None),
    )
    table = open_table(saved(tmp_path, content, "rows.xlsx"))
    assert table.columns == ("id", "text", "at", "day", "n", "ok")
    assert [row.cells for row in table.rows()] == [
        ("7", "路灯\n不亮", "2018-03-01T08:30:00", "2018-03-02T00:00:00", "1.5", "1"),
        ("8", "短", "", "", "", ""),
    ]


def test_a_formula_without_a_value_is_said(tmp_path: Path) -> None:
    table = open_table(saved(tmp_path, workbook(("id", "n"), (1, "=1+1"), (2, 3)), "rows.xlsx"))
    assert [row.problem for row in table.rows()] == ["formula_without_value", None]


def test_a_spreadsheet_that_unpacks_to_too_much_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 2_000_000)
    monkeypatch.setattr(reading, "XLSX_MAX_BYTES", 1_000_000)
    with pytest.raises(Unreadable) as caught:
        open_table(saved(tmp_path, stream.getvalue(), "bomb.xlsx"))
    assert caught.value.code == "too_large"


def test_a_zip_that_is_no_spreadsheet(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("readme.txt", b"hello")
    with pytest.raises(Unreadable) as caught:
        open_table(saved(tmp_path, stream.getvalue(), "a.xlsx"))
    assert caught.value.code == "unknown_file"
