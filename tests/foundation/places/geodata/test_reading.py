"""Files as districts have them are read; broken, lying and hostile ones are refused, each by its code."""

import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest
import shapely

from xiucheng.foundation.places.geodata import columns, unpacking
from xiucheng.foundation.places.geodata.reading import read
from xiucheng.foundation.places.geodata.unpacking import BadFile

from .files import shapefile, write

DOTS = [shapely.Point(122.0 + at / 1000, 37.4) for at in range(5)]
CODES = [f"3710020101{at:06d}" for at in range(5)]
NAMES = ["雨水井盖", "路灯", "消火栓", "行道树", "公交站亭"]
COLUMNS = {"部件编码": CODES, "部件名称": NAMES}


def outcome(path: Path) -> str | int:
    """The code of the refusal, or how many rows were read."""
    try:
        return read(path, path.name).count
    except BadFile as refusal:
        return refusal.code


def refused(path: Path, name: str = "") -> str:
    with pytest.raises(BadFile) as caught:
        read(path, name or path.name)
    return caught.value.code


@pytest.mark.parametrize(
    ("encoding", "cpg", "wrong"),
    [
        ("GB18030", None, "none"),
        ("GB18030", b"GBK", ""),
        ("GB18030", b"936", ""),
        ("UTF-8", b"UTF-8", ""),
        ("UTF-8", None, "none"),
        ("GB18030", b"UTF-8", "UTF-8"),
        ("UTF-8", b"GBK", "GB18030"),
    ],
)
def test_names_read_right_whatever_the_cpg_says(tmp_path, encoding, cpg, wrong):
    drop = (".cpg",) if cpg is None else ()
    path = shapefile(tmp_path, DOTS, COLUMNS, encoding=encoding, leave_out=drop, replace={".cpg": cpg} if cpg else None)
    got = read(path, path.name)
    # Ten bytes are five characters of GB18030 but three of UTF-8: the fourth is cut off, not garbled.
    assert got.columns == (("部件编", "部件名") if encoding == "UTF-8" else ("部件编码", "部件名称"))
    assert got.values == (tuple(CODES), tuple(NAMES))
    assert {field: one.column for field, one in columns.guess("component", got.columns, got.values).items()} == {
        "code": got.columns[0],
        "name": got.columns[1],
    }
    assert got.encoding == encoding
    # A .dbf has a language byte too; without a .cpg that is what may be wrong.
    assert wrong == "none" or got.wrong_encoding == wrong


@pytest.mark.parametrize("ending", ["gpkg", "geojson"])
def test_other_formats(tmp_path, ending):
    path = write(tmp_path / f"a.{ending}", DOTS, COLUMNS, crs="EPSG:4326")
    got = read(path, path.name)
    assert got.count == 5
    assert set(NAMES) <= {value for column in got.values for value in column}
    points = shapely.from_wkb(list(got.shapes))
    assert [round(one.x, 6) for one in points] == [round(one.x, 6) for one in DOTS]


def test_a_list_with_coordinates(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["示例区部件普查表"])
    book.active.append(["部件编码", "部件名称", "经度", "纬度"])
    for code, name, dot in zip(CODES, NAMES, DOTS, strict=True):
        book.active.append([code, name, dot.x, dot.y])
    book.active.append([9_901_010_101_000_001, "被当成数字", 122.0, 37.4])
    book.save(tmp_path / "a.xlsx")
    got = read(tmp_path / "a.xlsx", "a.xlsx")
    assert got.columns == ("部件编码", "部件名称", "经度", "纬度")
    assert got.count == 6
    assert got.shapes == (b"",) * 6
    assert got.blunted == 1
    (tmp_path / "b.csv").write_bytes("部件编码\t经度\n1\t122.5\n".encode("gb18030"))
    assert read(tmp_path / "b.csv", "b.csv").values == (("1",), ("122.5",))


def test_several_sets_in_one_archive(tmp_path):
    first = shapefile(tmp_path / "a", DOTS, COLUMNS, name="井盖")
    second = shapefile(tmp_path / "b", DOTS[:2], {"部件编码": CODES[:2]}, name="路灯")
    both = tmp_path / "both.zip"
    with zipfile.ZipFile(both, "w") as out:
        for path in (first, second):
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    out.writestr(f"普查/{name}", archive.read(name))
    got = read(both, "both.zip", chosen=1)
    assert sorted(got.sets) == sorted(["井盖", "路灯"])
    assert got.count == {"井盖": 5, "路灯": 2}[got.sets[1]]


def test_names_of_windows_archives_are_readable(tmp_path):
    inner = shapefile(tmp_path / "a", DOTS, COLUMNS, name="x")
    path = tmp_path / "gbk.zip"
    with zipfile.ZipFile(inner) as archive, zipfile.ZipFile(path, "w") as out:
        for name in archive.namelist():
            entry = zipfile.ZipInfo(name.replace("x.", "\u0101\u0101."))
            entry.filename = name.replace("x.", "井盖.").encode("gb18030").decode("cp437")
            out.writestr(entry, archive.read(name))
    plain = path.read_bytes().replace("井盖".encode("gb18030").decode("cp437").encode(), b"")
    assert plain
    assert read(path, "gbk.zip").count == 5


def test_without_the_index_or_the_prj_it_is_read_too(tmp_path):
    path = shapefile(tmp_path, DOTS, COLUMNS, leave_out=(".shx", ".prj"))
    got = read(path, path.name)
    assert (got.count, got.crs) == (5, "")


# -- refused ----------------------------------------------------------------------------------------------------------


def test_a_lone_shp_or_one_without_its_table_is_refused(tmp_path):
    path = shapefile(tmp_path, DOTS, COLUMNS, leave_out=(".dbf",))
    assert refused(path) == "part_missing"
    assert refused(tmp_path / "部件.shp") == "lone_shapefile"
    assert refused(tmp_path / "部件.dbf") == "lone_shapefile"


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.zip", "empty_file"),
        (b"PK\x03\x04 and then nothing", "a.zip", "zip_broken"),
        (b"%PDF-1.7", "a.pdf", "unknown_format"),
        (b"\x89PNG\r\n\x1a\n\x00", "a.shp.png", "unknown_format"),
        (b'{"type": "Feature', "a.geojson", "not_geojson"),
        (b'{"type": "FeatureCollection", "features": [3]}', "a.geojson", "not_geojson"),
        (b"[" * 100_000, "a.geojson", "unknown_format"),
        (b'{"a":' + b"[" * 200_000, "a.geojson", "not_geojson"),
        (b"SQLite format 3\x00 and nothing", "a.gpkg", "file_broken"),
        (b"<kml><Document>", "a.kml", "file_broken"),
        (b"<OGRVRTDataSource><OGRVRTLayer name='x'/></OGRVRTDataSource>", "a.kml", "unknown_format"),
        (b"<kml><!--<OGRVRTDataSource>--></kml>", "a.kml", "unknown_format"),
    ],
)
def test_what_is_no_map_is_refused(tmp_path, content, name, code):
    path = tmp_path / "upload"
    path.write_bytes(content)
    assert refused(path, name) == code


def test_a_bomb_is_stopped_while_it_unpacks(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.shp", b"\x00\x00\x27\x0a" + bytes(80 << 20))
        archive.writestr("a.dbf", b"")
    assert path.stat().st_size < 1 << 20
    assert refused(path) == "zip_bomb"


def test_nothing_is_written_outside_of_the_folder(tmp_path):
    inner = shapefile(tmp_path / "a", DOTS, COLUMNS, name="x")
    path = tmp_path / "climb.zip"
    with zipfile.ZipFile(inner) as archive, zipfile.ZipFile(path, "w") as out:
        for name in archive.namelist():
            out.writestr(f"../../{tmp_path}/climbed/{name}", archive.read(name))
    folder = tmp_path / "inside"
    folder.mkdir()
    found = unpacking.unpack(path, "climb.zip", folder)
    assert not (tmp_path / "climbed").exists()
    assert {part.parent for one in found for part in one.parts.values()} == {folder}


def test_a_locked_archive_a_crowded_one_and_one_without_maps(tmp_path):
    locked = bytearray(shapefile(tmp_path, DOTS, COLUMNS).read_bytes())
    at = locked.find(b"PK\x01\x02")
    while at >= 0:
        locked[at + 8] |= 1
        at = locked.find(b"PK\x01\x02", at + 4)
    (tmp_path / "locked.zip").write_bytes(bytes(locked))
    assert refused(tmp_path / "locked.zip") == "zip_locked"
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for at in range(unpacking.MAX_ENTRIES + 1):
            archive.writestr(f"{at}.txt", b"")
    assert refused(tmp_path / "many.zip") == "zip_too_many"
    with zipfile.ZipFile(tmp_path / "none.zip", "w") as archive:
        archive.writestr("readme.txt", b"nothing here")
    assert refused(tmp_path / "none.zip") == "nothing_inside"
    with zipfile.ZipFile(tmp_path / "liar.zip", "w") as archive:
        archive.writestr("a.kml", b"<OGRVRTDataSource/>")
    assert refused(tmp_path / "liar.zip") == "not_what_it_says"


def test_a_file_that_is_too_large_is_refused_before_it_is_opened(tmp_path, monkeypatch):
    path = shapefile(tmp_path, DOTS, COLUMNS)
    monkeypatch.setattr(unpacking, "MAX_BYTES", path.stat().st_size - 1)
    assert refused(path) == "too_large"


def test_too_many_rows(tmp_path):
    path = shapefile(tmp_path, DOTS, COLUMNS)
    with pytest.raises(BadFile) as caught:
        read(path, path.name, most=4)
    assert (caught.value.code, caught.value.values["most"]) == ("too_many_rows", "4")


def test_a_table_cut_short_or_with_a_lying_header_ends_only_its_reader(tmp_path):
    path = shapefile(tmp_path, DOTS, COLUMNS)
    with zipfile.ZipFile(path) as archive:
        parts = {Path(name).suffix: archive.read(name) for name in archive.namelist()}
    for spoil in (
        {".dbf": parts[".dbf"][:60]},
        {".shp": parts[".shp"][:110]},
        {".dbf": parts[".dbf"][:4] + struct.pack("<I", 4_000_000_000) + parts[".dbf"][8:]},
        {".shp": parts[".shp"][:100] + b"\xff" * 200},
    ):
        spoiled = shapefile(tmp_path, DOTS, COLUMNS, replace=spoil)
        assert outcome(spoiled) in ("file_broken", "too_many_rows", *range(6))


# -- columns ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "names", "expected"),
    [
        ("component", ["ObjID", "ObjName", "DeptName1", "DeptName2", "DeptName3", "BGID", "ObjState", "ORDate"],
         {"code": "ObjID", "name": "ObjName", "department": "DeptName1", "owner": "DeptName2",
          "maintainer": "DeptName3", "unit_grid": "BGID", "state": "ObjState", "surveyed_on": "ORDate"}),
        ("component", ["标识码", "部件名称", "主管部门名", "权属单位名", "养护单位名", "所在单元网"],
         {"code": "标识码", "name": "部件名称", "department": "主管部门名", "owner": "权属单位名",
          "maintainer": "养护单位名", "unit_grid": "所在单元网"}),
        ("component", ["编码", "X坐标", "Y坐标"], {"code": "编码", "lon": "X坐标", "lat": "Y坐标"}),
        ("unit_grid", ["OBJECTID", "WGBM", "Shape_Area"], {"code": "WGBM"}),
        ("duty_grid", ["责任网格编码", "责任网格名称", "社区"],
         {"code": "责任网格编码", "name": "责任网格名称", "area": "社区"}),
        ("facility", ["设施名称", "类别", "详细地址"], {"name": "设施名称", "kind": "类别", "address": "详细地址"}),
        ("outline", ["XZQDM", "XZQMC"], {"code": "XZQDM", "name": "XZQMC"}),
    ],
)  # fmt: skip
def test_columns_are_guessed_as_such_files_name_them(kind, names, expected):
    found = columns.guess(kind, names, [["1"]] * len(names))
    assert {field: one.column for field, one in found.items()} == expected


def test_cells_tell_where_the_name_does_not():
    values = [["雨水井盖"], ["3710020101000001"], ["371002001001003"]]
    found = columns.guess("component", ["A", "B", "C"], values)
    assert (found["code"].column, found["code"].why) == ("B", "cells")
    assert found["unit_grid"].column == "C"
    assert columns.kind_of(["A", "B", "C"], values, polygons=False) == "component"
    assert columns.kind_of(["C"], [["371002001001003"]], polygons=True) == "unit_grid"
    assert columns.kind_of(["名称"], [["中心公园"]], polygons=False) == "facility"
    assert columns.kind_of(["区划代码"], [["371002001"]], polygons=True) == "outline"
    assert columns.kind_of(["责任网格编码"], [["A-01"]], polygons=True) == "duty_grid"


def test_what_still_needs_a_column_is_said():
    assert columns.missing("component", {"code": "a"}, shaped=True) == []
    assert columns.missing("component", {"code": "a"}, shaped=False) == ["shape"]
    assert columns.missing("component", {"code": "a", "lon": "x", "lat": "y"}, shaped=False) == []
    assert columns.missing("facility", {"name": "a"}, shaped=True) == ["kind"]
    assert columns.missing("outline", {}, shaped=True) == ["code"]
    assert columns.missing("unit_grid", {"code": "a", "lon": "x", "lat": "y"}, shaped=False) == ["shape"]
