"""KML as mapping programs write it: columns with Chinese names, several folders, shapes of every kind."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from xiucheng.foundation.places.geodata.reading import Read, read
from xiucheng.foundation.places.geodata.unpacking import BadFile

RING = "<LinearRing><coordinates>{}</coordinates></LinearRing>"
SQUARE = RING.format("122.5,37.4,0 122.6,37.4,0 122.6,37.5,0 122.5,37.4,0")
HOLE = RING.format("122.55,37.42 122.56,37.42 122.56,37.43 122.55,37.42")
AREA = f"<Polygon><outerBoundaryIs>{SQUARE}</outerBoundaryIs><innerBoundaryIs>{HOLE}</innerBoundaryIs></Polygon>"
POINT = "<Point><coordinates>122.5,37.4,12</coordinates></Point>"
LINE = "<LineString><coordinates>122.5,37.4 122.6,37.5</coordinates></LineString>"


def data(name: str, value: str) -> str:
    return f"<ExtendedData><Data name='{name}'><value>{value}</value></Data></ExtendedData>"


def placemark(*parts: str, name: str = "示例社区") -> str:
    return f"<Placemark><name>{name}</name>{''.join(parts)}</Placemark>"


def document(tmp_path: Path, *parts: str, namespace: str = "http://www.opengis.net/kml/2.2") -> Path:
    path = tmp_path / "a.kml"
    text = f"<?xml version='1.0' encoding='UTF-8'?><kml xmlns='{namespace}'><Document>{''.join(parts)}</Document></kml>"
    path.write_text(text, encoding="utf-8")
    return path


def whole(path: Path, layer: str = "") -> Read:
    return read(path, path.name, layer=layer)


@pytest.mark.parametrize("namespace", ["http://www.opengis.net/kml/2.2", "http://earth.google.com/kml/2.1"])
def test_columns_keep_their_chinese_names(tmp_path, namespace):
    schema = (
        "<ExtendedData><SchemaData schemaUrl='#s'><SimpleData name='户数'>12</SimpleData></SchemaData></ExtendedData>"
    )
    path = document(
        tmp_path, placemark(data("网格编码", "990101001"), AREA), placemark(schema, AREA), namespace=namespace
    )
    got = whole(path)
    assert got.columns == ("name", "网格编码", "户数")
    first, second = got.rows()
    assert first == {"name": "示例社区", "网格编码": "990101001", "户数": ""}
    assert second["户数"] == "12"
    assert got.crs == "EPSG:4326"


@pytest.mark.parametrize(
    ("drawn", "kind"),
    [
        (POINT, "Point"),
        (LINE, "LineString"),
        (AREA, "Polygon"),
        (f"<MultiGeometry>{AREA}{AREA}</MultiGeometry>", "MultiPolygon"),
        (f"<MultiGeometry>{POINT}{LINE}</MultiGeometry>", "GeometryCollection"),
    ],
)
def test_shapes(tmp_path, drawn, kind):
    shape = shapely.from_wkb(whole(document(tmp_path, placemark(drawn))).shapes[0])
    assert (shape.geom_type, shape.has_z) == (kind, False)
    assert shape.bounds[:2] == (122.5, 37.4)


def test_a_hole_stays_one(tmp_path):
    shape = shapely.from_wkb(whole(document(tmp_path, placemark(AREA))).shapes[0])
    assert len(shape.interiors) == 1


def test_a_folder_is_a_layer_of_its_own(tmp_path):
    inner = f"<Folder><name>网格</name>{placemark(AREA, name='一格')}{placemark(AREA, name='二格')}</Folder>"
    path = document(
        tmp_path, f"<Folder><name>社区</name>{placemark(AREA)}{inner}</Folder>", "<Folder><name>空</name></Folder>"
    )
    assert whole(path).layers == ("社区", "网格")
    assert (whole(path).layer, whole(path).count) == ("社区", 1)
    assert [row["name"] for row in whole(path, "网格").rows()] == ["一格", "二格"]


@pytest.mark.parametrize(
    "drawn",
    [
        "<Point><coordinates>east,37.4</coordinates></Point>",
        "<Point><coordinates/></Point>",
        "<Polygon/>",
        f"<Polygon><outerBoundaryIs>{RING.format('122.5,37.4 122.6,37.4')}</outerBoundaryIs></Polygon>",
        "",
    ],
)
def test_what_cannot_be_drawn_is_a_row_without_a_shape(tmp_path, drawn):
    got = whole(document(tmp_path, placemark(drawn), placemark(AREA)))
    assert got.shapes[0] == b""
    assert got.count == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<kml><Document></Document></kml>", "nothing_in_it"),
        (b"<kml><Document><Placemark>", "file_broken"),
        (b"<?xml version='1.0' encoding='gb18030'?><kml/>", "file_broken"),
    ],
)
def test_refused(tmp_path, content, code):
    path = tmp_path / "a.kml"
    path.write_bytes(content)
    with pytest.raises(BadFile) as caught:
        whole(path)
    assert caught.value.code == code


def test_more_rows_than_asked_for_are_refused(tmp_path):
    path = document(tmp_path, *[placemark(POINT)] * 4)
    with pytest.raises(BadFile) as caught:
        read(path, path.name, most=3)
    assert caught.value.code == "too_many_rows"


def test_an_entity_that_grows_is_stopped(tmp_path):
    entities = "<!ENTITY a0 'aaaaaaaaaa'>" + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
    path = tmp_path / "a.kml"
    path.write_text(f"<!DOCTYPE kml [{entities}]><kml><Document><name>&a11;</name></Document></kml>", encoding="utf-8")
    with pytest.raises(BadFile) as caught:
        whole(path)
    assert caught.value.code in ("unknown_format", "file_broken")
