"""Files as districts have them: encodings, aliases, datums, and each refusal with its row."""

import gzip
import json
from pathlib import Path

import pytest
import shapely
from shapely.affinity import translate

from tests.foundation.places.ground import AREAS, CELL, collection, lattice, numbered
from xiucheng.foundation.places import rules
from xiucheng.foundation.places.loaders import divisions, grids, points, reading
from xiucheng.foundation.places.loaders.divisions import AreaRow
from xiucheng.foundation.places.loaders.report import Sieve
from xiucheng.foundation.places.refusals import TEXTS, text
from xiucheng.kit.refused import Refused

COMMUNITIES = {area.code for area in AREAS if len(area.code) == 12}


def faults(sieve: Sieve) -> dict[int, str]:
    return {finding.row: finding.code for finding in sieve.refused}


# Divisions


def write(folder: Path, name: str, lines: str) -> None:
    data = lines.encode()
    (folder / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)


def test_the_subtree_of_one_district_is_read_from_lists_of_padded_codes(tmp_path: Path) -> None:
    write(tmp_path, "areas.csv", 'code,name,cityCode\n990101000000,"示例区",9901\n990102000000,"别的区",9901\n')
    write(tmp_path, "streets.csv", 'code,name\n990101001000,"东门街道"\n990102001000,"外街道"\n')
    write(tmp_path, "villages_2.csv.gz", 'code,name\n990102001001,"外社区"\n990101001001,"槐树, 大院社区"\n')
    found = divisions.read_folder(tmp_path, "990101000000")
    assert [(area.code, area.name, area.row) for area in found] == [
        ("990101", "示例区", 1),
        ("990101001", "东门街道", 1),
        ("990101001001", "槐树, 大院社区", 2),
    ]
    with pytest.raises(Refused) as refused:
        divisions.read_folder(tmp_path, "990199")
    assert refused.value.code == "division_missing"


def test_areas_that_hang_in_the_air_are_refused_row_by_row() -> None:
    rows = [
        AreaRow(1, "990101", "示例区"),
        AreaRow(2, "99010", "短"),
        AreaRow(3, "990102001", "别区的街道"),
        AreaRow(4, "990101002001", "上级不在的社区"),
        AreaRow(5, "990101001", ""),
        AreaRow(6, "990101003", "南门街道"),
        AreaRow(7, "990101003", "南门街道"),
        AreaRow(8, "990101004", "南门街道"),
    ]
    sieve = Sieve()
    kept = divisions.sift(rows, "990101", {}, sieve)
    assert [area.row for area in kept] == [1, 6, 8]
    assert faults(sieve) == {
        2: "bad_area_code",
        3: "other_district",
        4: "parent_missing",
        5: "name_missing",
        7: "duplicate_code",
    }
    assert [(finding.row, finding.code) for finding in sieve.warnings] == [(8, "same_name")]


def test_additions_take_free_codes_once_and_keep_them() -> None:
    stored = {"990101": "示例区", "990101001": "东门街道", "990101001999": "老的补录社区"}
    source = (
        "上级代码,名称,代码\n990101001,海城社区,\n990101001,老的补录社区,\n"
        "990101001,定号社区,990101001500\n,没上级社区,\n"
    )
    sieve = Sieve()
    added = divisions.read_additions(source.encode(), stored, sieve)
    assert [(area.code, area.name, area.local) for area in added] == [
        ("990101001998", "海城社区", True),
        ("990101001999", "老的补录社区", True),
        ("990101001500", "定号社区", True),
    ]
    assert faults(sieve) == {4: "unknown_area"}


# Grids


def test_each_faulty_grid_is_refused_with_its_row_and_reason() -> None:
    shapes = [shape for row in lattice(3, 2) for shape in row]
    bow = shapely.Polygon([(120, 30), (120.001, 30.001), (120.001, 30), (120, 30.001)])
    source = collection(
        [
            ("990101001001001", shapes[0]),
            ("99010100100100", shapes[1]),
            ("990101009009001", shapes[1]),
            ("990101001001001", shapes[1]),
            ("990101001001005", bow),
            ("990101001001006", None),
            ("990101001001007", shapely.transform(shapes[2], lambda xy: xy * 100_000)),
            ("990101001001008", translate(shapes[0], CELL / 3, 0)),
            ({"BGCODE": "990101001001009"}, shapes[2]),
        ]
    )
    source["features"].append("not a feature")
    sieve = Sieve()
    read, cells = grids.read_unit_grids(source, "wgs84", COMMUNITIES, {}, sieve)
    assert read == 10
    assert [cell.code for cell in cells] == ["990101001001001", "990101001001009"]
    assert faults(sieve) == {
        2: "bad_grid_code",
        3: "unknown_area",
        4: "duplicate_code",
        5: "bad_shape",
        6: "bad_shape",
        7: "not_degrees",
        8: "overlaps",
        10: "bad_grid_code",
    }
    for finding in (*sieve.refused, *sieve.warnings):
        assert "{" not in text(finding)


def test_grids_in_a_shifted_datum_come_out_where_they_are() -> None:
    shapes = lattice(2, 2)
    shifted = [
        [shapely.transform(shape, lambda xy: [rules.from_wgs84(x, y, "gcj02") for x, y in xy]) for shape in row]
        for row in shapes
    ]
    sieve = Sieve()
    _, cells = grids.read_unit_grids(collection(numbered("990101001001", shifted)), "gcj02", COMMUNITIES, {}, sieve)
    flat = [shape for row in shapes for shape in row]
    assert not sieve.refused
    assert all(shapely.hausdorff_distance(cell.shape, shape) < 1e-8 for cell, shape in zip(cells, flat, strict=True))


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"\xff\xfe\x00rubbish", "not_text"),
        (b"{", "not_geojson"),
        (b"[]", "not_geojson"),
        (b'{"type": "Feature"}', "not_geojson"),
        (json.dumps({"type": "FeatureCollection", "features": 3}).encode(), "not_geojson"),
        (json.dumps({**collection([]), "crs": {"properties": {"name": "EPSG:4549"}}}).encode(), "unknown_crs"),
    ],
)
def test_files_that_are_no_map_are_refused_whole(source: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        reading.features(source)
    assert refused.value.code == code


def test_a_map_is_read_from_file_zipped_marked_or_named_in_degrees(tmp_path: Path) -> None:
    source = {**collection([("990101001001001", shapely.box(120, 30, 120.001, 30.001))])}
    source["crs"] = {"properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    path = tmp_path / "grids.geojson.gz"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf" + json.dumps(source).encode()))
    (row,) = reading.features(path)
    assert row.shape.equals(shapely.box(120, 30, 120.001, 30.001))


def test_an_unknown_datum_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        reading.features(collection([]), "beijing54")
    assert refused.value.code == "unknown_datum"


# Duty grids


def duty(features: list[tuple[object, object]], unit_grids: dict[str, shapely.Geometry]) -> tuple[list, Sieve]:
    sieve = Sieve()
    areas = {area.code for area in AREAS}
    _, found = grids.read_duty_grids(collection(features), "wgs84", areas, unit_grids, sieve)
    return found, sieve


def test_a_duty_grid_is_the_set_of_unit_grids_listed_or_enclosed() -> None:
    shapes = lattice(4, 1)
    units = dict(numbered("990101001001", shapes))
    codes = list(units)
    around = shapely.union_all([units[codes[2]], units[codes[3]]]).buffer(CELL / 50)
    found, sieve = duty(
        [({"code": "d-01", "name": "东一", "members": f"{codes[0]}，{codes[1]}"}, None), ("D-02", around)], units
    )
    assert [(row.code, row.area, row.members) for row in found] == [
        ("D-01", "990101001001", tuple(codes[:2])),
        ("D-02", "990101001001", tuple(codes[2:])),
    ]
    assert found[1].shape.equals(shapely.union_all([units[codes[2]], units[codes[3]]]))
    assert not sieve.refused
    assert not sieve.warnings


def test_each_faulty_duty_grid_is_refused_with_its_reason() -> None:
    units = dict(numbered("990101001001", lattice(4, 1)))
    codes = list(units)
    far = shapely.box(121, 31, 121.01, 31.01)
    found, sieve = duty(
        [
            ({"code": "D1", "members": codes[:2]}, None),
            ({"code": "D2", "members": codes[1:3]}, None),
            ({"code": "D3", "members": ["990101001001999"]}, None),
            ({"code": "责任格", "members": codes[2:3]}, None),
            ({"code": "D1", "members": codes[2:3]}, None),
            ({"code": "D6"}, None),
            ({"code": "D7", "area": "990101009"}, far),
            ({"code": "D8", "area": "990101002"}, far),
            ({"code": "D9", "area": "990101002"}, shapely.box(121.005, 31, 121.02, 31.01)),
        ],
        units,
    )
    assert [row.code for row in found] == ["D1", "D8"]
    assert faults(sieve) == {
        2: "unit_grid_taken",
        3: "unknown_unit_grid",
        4: "bad_duty_grid_code",
        5: "duplicate_code",
        6: "duty_grid_empty",
        7: "unknown_area",
        9: "overlaps",
    }


def test_a_border_that_cuts_a_unit_grid_is_pointed_out() -> None:
    units = dict(numbered("990101001001", lattice(2, 1)))
    west, south, east, north = shapely.total_bounds(list(units.values()))
    found, sieve = duty([("D1", shapely.box(west, south, west + 0.7 * (east - west), north))], units)
    assert [finding.code for finding in sieve.warnings] == ["splits_unit_grid"] * len(sieve.warnings)
    assert sieve.warnings
    assert found[0].members


# Components and facilities


def components(lines: str, datum: str = "wgs84", **options: object) -> tuple[list[points.PointRow], Sieve]:
    sieve = Sieve()
    arguments = {"variant": "6+2+2+6", "kinds": None, **options}
    _, found = points.read_components(lines.encode("gb18030"), datum, sieve=sieve, **arguments)
    return found, sieve


def test_components_come_by_the_standards_field_names_or_by_a_clerks() -> None:
    standard, sieve = components(
        "ObjID,ObjName,DeptName1,DeptName2,DeptName3,BGID,ObjState,ORDate,X,Y\n"
        "9901010137000001,路灯,城管局,路灯管理所,路灯管理所,990101001001002,完好,2024/05/06,120.001,30.001\n"
    )
    clerk, more = components(
        "部件编码,部件名称,主管部门,权属单位,养护单位,所在单元网格,状态,普查日期,经度,纬度\n"
        "9901010137000001,路灯,城管局,路灯管理所,路灯管理所,990101001001002,正常,20240506,120.001,30.001\n"
    )
    assert not sieve.refused
    assert not more.refused
    assert standard == clerk
    (lamp,) = standard
    assert (lamp.kind, lamp.state, str(lamp.surveyed_on)) == ("0137", "intact", "2024-05-06")
    assert dict(lamp.parties) == {"department": "城管局", "owner": "路灯管理所", "maintainer": "路灯管理所"}


def test_each_faulty_component_is_refused_with_its_reason() -> None:
    found, sieve = components(
        "code,state,accuracy,surveyed_on,lon,lat\n"
        "990101013700001,intact,A,,120,30\n"
        "9901010137000002,烂了,A,,120,30\n"
        "9901010137000003,intact,D,,120,30\n"
        "9901010137000004,intact,A,去年,120,30\n"
        "9901010137000005,intact,A,,,\n"
        "9901010137000006,intact,A,,30,120\n"
        "9901010137000007,intact,A,,东经,30\n"
        "9901010137000008,intact,A,,0,0\n"
        "9901010137000009,broken,B,2024-01-31,120,30\n"
        "9901010137000009,broken,B,2024-01-31,120,30\n"
        "9901010999000010,intact,,,120,30\n",
        kinds={"0137"},
    )
    assert [row.code for row in found] == ["9901010137000009"]
    assert faults(sieve) == {
        1: "bad_component_code",
        2: "unknown_state",
        3: "unknown_accuracy",
        4: "bad_date",
        5: "point_missing",
        6: "bad_point",
        7: "bad_point",
        8: "bad_point",
        10: "duplicate_code",
        11: "unknown_kind",
    }
    for finding in sieve.refused:
        assert "{" not in text(finding)


def test_the_newer_variant_keeps_three_digits_of_minor() -> None:
    found, _ = components("code,lon,lat\n9901010101200001,120,30\n", variant="6+2+3+5")
    assert found[0].kind == "01012"


def test_components_in_bd09_or_as_shapes_land_in_wgs84() -> None:
    lon, lat = rules.from_wgs84(120.001, 30.001, "bd09")
    found, _ = components(f"code,lon,lat\n9901010137000001,{lon!r},{lat!r}\n", datum="bd09")
    assert rules.haversine(found[0].lon, found[0].lat, 120.001, 30.001) < 0.1
    fence = shapely.LineString([(120, 30), (120.002, 30)])
    sieve = Sieve()
    _, shaped = points.read_components(
        collection([({"code": "9901010217000001"}, fence)]), "wgs84", "6+2+2+6", None, sieve
    )
    assert shaped[0].shape.equals(fence)
    assert fence.distance(shapely.Point(shaped[0].lon, shaped[0].lat)) < 1e-12


def test_facilities_need_a_code_a_name_a_kind_and_a_point() -> None:
    sieve = Sieve()
    lines = (
        "编码,名称,类型,经度,纬度,地址\n"
        "P-1,槐树公园,park,120,30,槐树路 1 号\n"
        "公园2,名,park,120,30,\n"
        "P-3,,park,120,30,\n"
        "P-4,名,公园,120,30,\n"
        "P-5,名,park,,,\n"
    )
    _, found = points.read_facilities(lines.encode(), "wgs84", sieve)
    assert [(row.code, row.name, row.kind, row.address) for row in found] == [
        ("P-1", "槐树公园", "park", "槐树路 1 号")
    ]
    assert faults(sieve) == {2: "bad_facility_code", 3: "name_missing", 4: "unknown_kind", 5: "point_missing"}


def test_every_code_has_a_sentence_and_is_in_the_readme() -> None:
    readme = (Path(rules.__file__).parent / "README.md").read_text(encoding="utf-8")
    assert {code for code in TEXTS if f"`{code}`" not in readme} == set()
