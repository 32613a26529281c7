"""Mapping files, and what they make of a row: requests of ours, or every reason why not."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from xiucheng.kit.cells import safe_cell
from xiucheng.operations.intake import imports
from xiucheng.operations.intake.imports import BadMapping
from xiucheng.operations.intake.imports.errors import ErrorsFile
from xiucheng.operations.intake.imports.reading import Unreadable, open_table
from xiucheng.operations.intake.imports.requests import ImportedRequest, Known, Reader, Rejected
from xiucheng.operations.intake.imports.transforms import TRANSFORMS, Bad
from xiucheng.operations.intake.words import FILE, ROW

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
HEAD = """
name = "sample"
mode = "strict"
zone = "Asia/Shanghai"
channel = "hotline"
place = "optional"
"""
COLUMNS = """
[columns]
external_id = "id"
text = "text"
category = { column = "kind", values = "kind" }
created = "at"
lon = "x"
lat = "y"
closed = "done"
phone = "phone"
[values.kind]
"路灯" = "C0137"
"""
KNOWN = Known({"C0137"}, {"990101001"}, {"hotline"}, set())


def parsed(text: str = HEAD + COLUMNS) -> imports.Mapping:
    return imports.parse(text.encode())


def problems(text: str) -> set[tuple[str, str]]:
    with pytest.raises(BadMapping) as caught:
        parsed(text)
    return {(where, code) for where, code, _detail in caught.value.problems}


def test_the_mappings_that_come_along_are_whole() -> None:
    assert imports.names() == ["hotline_fuzhou", "hotline_fuzhou_history", "la311"]
    la311, live, history = (imports.load(name) for name in ("la311", "hotline_fuzhou", "hotline_fuzhou_history"))
    assert (la311.site, la311.zone, la311.historical) == ("la311", "America/Los_Angeles", True)
    assert {own.key for own in la311.own_categories} == set(la311.values["category"].values())
    assert {area.code for area in la311.own_areas} >= set(la311.values["council"].values())
    assert (live.channel, live.historical, live.site) == ("hotline", False, None)
    assert set(live.values["nature"]) == {"投诉", "咨询", "建议", "举报", "求助"}
    assert set(live.values["district"].values()) == {f"99010100{number}" for number in range(1, 6)}
    assert history.historical
    assert history.values == live.values


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name = ", ("", "not_toml")),
        (HEAD, ("columns", "missing_key")),
        (HEAD.replace("strict", "lenient") + COLUMNS, ("mode", "bad_value")),
        (HEAD.replace("Asia/Shanghai", "Mars/Base") + COLUMNS, ("zone", "bad_value")),
        (HEAD.replace('name = "sample"', 'name = "Sample; DROP"') + COLUMNS, ("name", "bad_value")),
        (HEAD + "colour = 1\n" + COLUMNS, ("colour", "unknown_key")),
        (HEAD + COLUMNS.replace('lon = "x"', 'weather = "x"'), ("columns.weather", "unknown_key")),
        (
            HEAD + COLUMNS.replace('created = "at"', 'created = { column = "at", as = "guess" }'),
            ("columns.created.as", "bad_value"),
        ),
        (HEAD + COLUMNS.replace('values = "kind"', 'values = "sort"'), ("columns.category", "bad_value")),
        (HEAD.replace("strict", "historical") + COLUMNS, ("columns", "missing_key")),
        (HEAD + 'district = "12"\n' + COLUMNS, ("district", "bad_value")),
        (HEAD + COLUMNS + '[[areas]]\ncode = "1"\nname = "x"', ("areas[0].code", "bad_value")),
        (HEAD + COLUMNS + '[[agencies]]\ncode = "Big One"\nname = "x"', ("agencies[0].code", "bad_value")),
        (HEAD + COLUMNS + '[[agencies]]\ncode = "x"', ("agencies[0].name", "missing_key")),
        # A channel that there is not, and keys of a type that they cannot have.
        (HEAD.replace("hotline", "imported") + COLUMNS, ("channel", "bad_value")),
        (HEAD.replace('"hotline"', "7") + COLUMNS, ("channel", "bad_value")),
        (HEAD.replace("Asia/Shanghai", "Asia") + COLUMNS, ("zone", "bad_value")),
        (HEAD + 'version = "one"\n' + COLUMNS, ("version", "bad_value")),
        (HEAD + 'date_only = "no"\n' + COLUMNS, ("date_only", "bad_value")),
        (HEAD + 'encoding = "morse"\n' + COLUMNS, ("encoding", "bad_value")),
        (HEAD + 'delimiter = ""\n' + COLUMNS, ("delimiter", "bad_value")),
        (HEAD + 'district = "９９０１０１"\n' + COLUMNS, ("district", "bad_value")),
        (HEAD + 'columns = "all"\n', ("columns", "bad_value")),
        (HEAD + 'areas = "all"\n' + COLUMNS, ("areas", "bad_value")),
        (HEAD + "areas = [1]\n" + COLUMNS, ("areas[0]", "bad_value")),
        (HEAD + COLUMNS.replace('text = "text"', "text = 7"), ("columns.text", "bad_value")),
        (HEAD + COLUMNS.replace('text = "text"', "text = []"), ("columns.text", "bad_value")),
        (HEAD + COLUMNS.replace('text = "text"', 'text = ["a", 7]'), ("columns.text.columns[1]", "bad_value")),
        (HEAD + COLUMNS.replace('"路灯" = "C0137"', '"路灯" = 137'), ("values.kind.路灯", "bad_value")),
    ],
)
def test_a_wrong_mapping_is_refused_with_its_place(text: str, problem: tuple[str, str]) -> None:
    assert problem in problems(text)


def test_a_mapping_that_is_not_there() -> None:
    with pytest.raises(BadMapping) as caught:
        imports.load("no_such_mapping")
    assert caught.value.problems[0][1] == "unknown_mapping"


def test_the_digest_stands_for_the_very_bytes() -> None:
    assert parsed().digest == parsed().digest
    assert parsed(HEAD + COLUMNS + "# a word more\n").digest != parsed().digest


# -- rows -------------------------------------------------------------------------------------------------------------

COLUMN_NAMES = ("id", "text", "kind", "at", "x", "y", "done", "phone")
GOOD = {
    "id": "A1",
    "text": "路灯不亮",
    "kind": "路灯",
    "at": "2026-03-01 08:30",
    "x": "",
    "y": "",
    "done": "",
    "phone": "",
}


def file_of(folder: Path, *rows: dict[str, str]) -> Path:
    import csv

    path = folder / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMN_NAMES)
        writer.writeheader()
        writer.writerows({**GOOD, **row} for row in rows)
    return path


def read(
    folder: Path, *rows: dict[str, str], mapping: imports.Mapping | None = None
) -> list[ImportedRequest | Rejected]:
    table = open_table(file_of(folder, *rows))
    reader = Reader(mapping or parsed(), table.columns, KNOWN, key=b"secret", now=NOW)
    return [reader.read(row) for row in table.rows()]


def reasons(folder: Path, row: dict[str, str]) -> set[tuple[str, str]]:
    (found,) = read(folder, row)
    assert isinstance(found, Rejected)
    assert all(reason.code in ROW for reason in found.reasons)
    return {(reason.column, reason.code) for reason in found.reasons}


def test_a_good_row_becomes_a_request(tmp_path: Path) -> None:
    (found,) = read(tmp_path, {"x": "122.1", "y": "37.5", "phone": "13812345678"})
    assert isinstance(found, ImportedRequest)
    assert (found.external_id, found.category, found.channel) == ("A1", "C0137", "hotline")
    assert found.created == datetime(2026, 3, 1, 0, 30, tzinfo=UTC)
    assert (found.lon, found.lat, found.contact.phone) == (122.1, 37.5, "13812345678")
    assert found.flags == ()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"id": ""}, ("id", "empty")),
        ({"text": " "}, ("text", "empty")),
        ({"text": "x" * 2001}, ("text", "too_long")),
        ({"kind": "井盖"}, ("kind", "unknown_value")),
        ({"at": "昨天"}, ("at", "not_a_date")),
        ({"at": "1900-01-01"}, ("at", "too_long_ago")),
        ({"at": "0001-01-01"}, ("at", "not_a_date")),
        ({"at": "2031-01-01"}, ("at", "in_the_future")),
        ({"x": "=1+1", "y": "37"}, ("x", "formula")),
        ({"x": "12,5", "y": "37"}, ("x", "not_a_number")),
        ({"x": "nan", "y": "37"}, ("x", "not_a_number")),
        ({"x": "122.1"}, ("y", "half_a_point")),
        ({"x": "222", "y": "37"}, ("x", "impossible_point")),
        ({"phone": "电话"}, ("phone", "bad_phone")),
        ({"done": "2026-02-01"}, ("done", "closed_before_created")),
    ],
)
def test_each_reason_has_its_column(tmp_path: Path, row: dict[str, str], reason: tuple[str, str]) -> None:
    assert reasons(tmp_path, row) == {reason}


def test_all_reasons_of_a_row_at_once(tmp_path: Path) -> None:
    assert reasons(tmp_path, {"at": "?", "kind": "?", "x": "?"}) == {
        ("at", "not_a_date"),
        ("kind", "unknown_value"),
        ("x", "not_a_number"),
    }


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+8613812345678 打不通", "-5 度也没有供暖", "@所有人"])
def test_a_formula_in_a_text_column_is_text(tmp_path: Path, text: str) -> None:
    (found,) = read(tmp_path, {"text": text})
    assert isinstance(found, ImportedRequest)
    assert found.text == text


def test_a_negative_number_is_a_number(tmp_path: Path) -> None:
    (found,) = read(tmp_path, {"x": "-118.25", "y": "+34.05"})
    assert isinstance(found, ImportedRequest)
    assert (found.lon, found.lat) == (-118.25, 34.05)


def test_the_same_identity_twice_in_a_file(tmp_path: Path) -> None:
    first, second = read(tmp_path, {}, {"text": "又来了"})
    assert isinstance(first, ImportedRequest)
    assert isinstance(second, Rejected)
    assert second.reasons[0].code == "duplicate_in_file"


def test_a_refused_row_does_not_take_its_identity(tmp_path: Path) -> None:
    first, second = read(tmp_path, {"at": "?"}, {})
    assert isinstance(first, Rejected)
    assert isinstance(second, ImportedRequest)


def test_history_keeps_what_contradicts_itself(tmp_path: Path) -> None:
    text = HEAD.replace("strict", "historical") + COLUMNS.replace("phone =", 'agency = { constant = "X" }\nphone =')
    past = parsed(text)
    known = Known(KNOWN.categories, KNOWN.areas, KNOWN.channels, {"X"})
    table = open_table(file_of(tmp_path, {"done": "2026-02-01", "at": "2026-03-01"}, {"id": "A2", "at": "1998-05-01"}))
    reader = Reader(past, table.columns, known, key=b"secret", now=NOW)
    first, second = (reader.read(row) for row in table.rows())
    assert isinstance(first, ImportedRequest)
    assert first.flags == ("closed_before_created", "no_due", "no_place", "no_agency")
    assert isinstance(second, ImportedRequest)
    assert second.created.year == 1998


def test_the_digest_of_a_row_is_keyed_and_sees_every_cell(tmp_path: Path) -> None:
    table = open_table(file_of(tmp_path, {}, {"phone": "110"}))
    rows = list(table.rows())
    reader, other = (Reader(parsed(), table.columns, KNOWN, key=key, now=NOW) for key in (b"one", b"two"))
    assert len({reader.digest(rows[0]), reader.digest(rows[1]), other.digest(rows[0])}) == 3
    assert reader.digest(rows[0]) == reader.digest(rows[0])


def test_a_missing_column_stops_before_the_first_row() -> None:
    with pytest.raises(Unreadable) as caught:
        Reader(parsed(), ("id", "text", "kind"), KNOWN, key=b"k", now=NOW)
    assert (caught.value.code, caught.value.detail) == ("missing_columns", "at, done, phone, x, y")
    assert caught.value.code in FILE


# -- transforms -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [
        ("datetime", "2018年3月1日 08:30", datetime(2018, 3, 1, 0, 30, tzinfo=UTC)),
        ("datetime", "2018/3/1 8:05:09", datetime(2018, 3, 1, 0, 5, 9, tzinfo=UTC)),
        ("datetime", "2018-03-01T08:30:00+00:00", datetime(2018, 3, 1, 8, 30, tzinfo=UTC)),
        ("date", "2018-03-01", datetime(2018, 2, 28, 16, 0, tzinfo=UTC)),
        ("day_end", "2018-03-01T00:00:00", datetime(2018, 3, 1, 16, 0, tzinfo=UTC)),
        ("whole", "13.0", "13"),
        ("whole", "007", "007"),
        ("flag", "是", True),
        ("flag", "N", False),
        ("line", " a \n b ", "a b"),
        ("text", "a\r\nb\r", "a\nb"),
    ],
)
def test_transforms(name: str, cell: str, value: object) -> None:
    from xiucheng.operations.intake.imports.transforms import Ground

    assert TRANSFORMS[name](cell, Ground(parsed().tz)) == value


@pytest.mark.parametrize(
    ("name", "cell", "code"),
    [
        ("whole", "13.5", "not_a_number"),
        ("whole", "=A1", "formula"),
        ("number", "1e999", "not_a_number"),
        ("flag", "maybe", "not_yes_or_no"),
        ("days", "-1", "out_of_range"),
        ("date", "2018-13-01", "not_a_date"),
        ("datetime", "9999-12-31", "not_a_date"),
    ],
)
def test_transforms_say_no(name: str, cell: str, code: str) -> None:
    from xiucheng.operations.intake.imports.transforms import Ground

    with pytest.raises(Bad) as caught:
        TRANSFORMS[name](cell, Ground(parsed().tz))
    assert caught.value.code == code


# -- the list of errors -----------------------------------------------------------------------------------------------


def test_cells_that_a_spreadsheet_would_run_are_escaped() -> None:
    assert [safe_cell(text) for text in ("=1+1", "+x", "-x", "@x", "\tx", "-5", "+8.5", "x")] == [
        "'=1+1",
        "'+x",
        "'-x",
        "'@x",
        "'\tx",
        "-5",
        "+8.5",
        "x",
    ]


def test_the_errors_file_names_row_column_code_reason_and_cells(tmp_path: Path) -> None:
    import csv

    found = read(tmp_path, {"at": "?", "text": "=HYPERLINK(1)"})
    target = tmp_path / "errors.csv"
    with ErrorsFile(target, COLUMN_NAMES) as errors:
        for one in found:
            assert isinstance(one, Rejected)
            errors.write(one)
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
    with target.open(encoding="utf-8-sig", newline="") as stream:
        header, line = list(csv.reader(stream))
    assert header == ["row", "column", "code", "reason", *COLUMN_NAMES]
    assert line[:3] == ["2", "at", "not_a_date"]
    assert line[3]
    assert line[5] == "'=HYPERLINK(1)"
