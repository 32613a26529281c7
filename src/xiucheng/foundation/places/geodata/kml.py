"""Placemarks of a KML file as rows.

GDAL's two drivers either leave out ExtendedData or write "______" for a column with a Chinese name, and which of the
two is there depends on how GDAL was built. The format is small, so it is read here: OGC 07-147r2, KML 2.2, datum
WGS-84, longitude before latitude. Runs inside the bounded process of child.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any
from xml.etree import ElementTree

import shapely
from shapely.geometry.base import BaseGeometry

CRS = "EPSG:4326"
_FOLDERS = ("Folder", "Document")
_MULTIPLE = {"Point": shapely.MultiPoint, "LineString": shapely.MultiLineString, "Polygon": shapely.MultiPolygon}


@dataclass(frozen=True, slots=True)
class Placemark:
    """cells: column to text. shape: two-dimensional, None where the file has none that can be drawn."""

    cells: dict[str, str]
    shape: BaseGeometry | None


@dataclass(slots=True)
class Layer:
    """The placemarks that lie directly in one folder; `name` is the folder's, "" where it has none."""

    name: str = ""
    placemarks: list[Placemark] = field(default_factory=list)

    def columns(self) -> list[str]:
        """In the order in which the file first names them."""
        return list(dict.fromkeys(name for one in self.placemarks for name in one.cells))


def layers(file: IO[bytes], most: int) -> list[Layer]:
    """The folders with placemarks, in the file's order; at most one placemark more than `most` is read.

    Raises xml.etree.ElementTree.ParseError where it is no XML.
    """
    found: list[Layer] = []
    open_: list[Layer] = [Layer()]
    count = 0
    path: list[str] = []
    for event, element in ElementTree.iterparse(file, events=("start", "end")):
        tag = _tag(element)
        if event == "start":
            path.append(tag)
            if tag in _FOLDERS:
                open_.append(Layer())
                found.append(open_[-1])
            continue
        path.pop()
        if tag in _FOLDERS:
            open_.pop()
        elif tag == "name" and path[-1] in _FOLDERS:
            open_[-1].name = (element.text or "").strip()
        elif tag == "Placemark":
            open_[-1].placemarks.append(_placemark(element))
            element.clear()
            count += 1
            if count > most:
                break
    return [one for one in [open_[0], *found] if one.placemarks]


def _placemark(element: Any) -> Placemark:
    cells: dict[str, str] = {}
    shape = None
    for child in element:
        tag = _tag(child)
        if tag in ("name", "description", "address"):
            cells[tag] = (child.text or "").strip()
        elif tag == "ExtendedData":
            cells.update(_extended(child))
        else:
            shape = shape or _drawn(child)
    return Placemark(cells, shape)


def _extended(element: Any) -> Iterator[tuple[str, str]]:
    """`Data` with a `value` inside, and `SimpleData` of a schema."""
    for child in element.iter():
        name = child.get("name", "").strip()
        if name and _tag(child) == "SimpleData":
            yield name, (child.text or "").strip()
        elif name and _tag(child) == "Data":
            yield name, next(((one.text or "").strip() for one in child if _tag(one) == "value"), "")


def _drawn(element: Any) -> BaseGeometry | None:
    try:
        return _shape(element)
    except (ValueError, IndexError, shapely.errors.ShapelyError):
        return None


def _shape(element: Any) -> BaseGeometry | None:
    """Raises ValueError, IndexError or ShapelyError where its numbers draw nothing."""
    tag = _tag(element)
    if tag == "Point":
        return shapely.Point(_coordinates(element)[0])
    if tag in ("LineString", "LinearRing"):
        return shapely.LineString(_coordinates(element))
    if tag == "Polygon":
        return _polygon(element)
    if tag == "MultiGeometry":
        return _together([shape for child in element if (shape := _shape(child)) is not None])
    return None


def _polygon(element: Any) -> BaseGeometry:
    outer = [_coordinates(child) for child in element if _tag(child) == "outerBoundaryIs"]
    inner = [_coordinates(child) for child in element if _tag(child) == "innerBoundaryIs"]
    return shapely.Polygon(outer[0], inner)


def _together(shapes: list[BaseGeometry]) -> BaseGeometry | None:
    kinds = {shape.geom_type for shape in shapes}
    if len(kinds) == 1 and (multiple := _MULTIPLE.get(kinds.pop())):
        return multiple(shapes)
    return shapely.GeometryCollection(shapes) if shapes else None


def _coordinates(element: Any) -> list[tuple[float, float]]:
    """Pairs of longitude and latitude, degrees; a height is left out."""
    text = next((one.text or "" for one in element.iter() if _tag(one) == "coordinates"), "")
    pairs = (word.split(",") for word in text.split())
    return [(float(words[0]), float(words[1])) for words in pairs]


def _tag(element: Any) -> str:
    """Without its namespace: files of 2.0, 2.1, 2.2 and Google's own say the same."""
    return str(element.tag).rpartition("}")[2]
