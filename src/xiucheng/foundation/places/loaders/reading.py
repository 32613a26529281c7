"""Files into rows: CSV in UTF-8 or GB18030, GeoJSON feature collections, plain or gzipped, fields by their aliases."""

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from ..datum import DATUMS, to_wgs84
from ..refusals import refusal

# Names under which GeoJSON's old `crs` member says "degrees, longitude first" (EPSG 4490 is CGCS2000).
_DEGREES = ("CRS84", "4326", "4490")


@dataclass(frozen=True, slots=True)
class Row:
    """One row or feature: its 1-based number among the data, its fields by lower-case name, its shape if any."""

    number: int
    fields: Mapping[str, Any]
    shape: BaseGeometry | None = None

    def get(self, names: Iterable[str]) -> str:
        """The first non-empty field among aliases (in lower case), as stripped text; "" where there is none."""
        fields = self.fields
        for name in names:
            value = fields.get(name)
            if value is not None and value != "":
                return str(value).strip()
        return ""


Source = Path | bytes | Mapping[str, Any] | Sequence[Row]
"""A file, its bytes, a parsed GeoJSON collection, or rows that are in WGS84 already."""


def content(source: Path | bytes) -> bytes:
    """The bytes of a file, unzipped where they are gzip."""
    data = source.read_bytes() if isinstance(source, Path) else source
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def decoded(data: bytes) -> str:
    """Text of UTF-8 (with or without mark) or GB18030; refuses `not_text`."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise refusal("not_text")


def table(source: Path | bytes) -> list[Row]:
    """The rows of a CSV file with a header line; refuses `not_text`."""
    reader = csv.DictReader(io.StringIO(decoded(content(source)), newline=""))
    return [
        Row(number, {str(key or "").strip().lower(): value for key, value in fields.items()})
        for number, fields in enumerate(reader, start=1)
    ]


def features(source: Source, datum: str = "wgs84") -> list[Row]:
    """The features of a GeoJSON collection, shifted to WGS84; refuses `not_geojson`, `unknown_crs`, `unknown_datum`.

    A feature whose geometry cannot be read has shape None: the row is refused later, the file is not.
    """
    if isinstance(source, Mapping):
        collection = source
    elif isinstance(source, Path | bytes):
        collection = _json(source)
    else:
        return list(source)
    crs = str(((collection.get("crs") or {}).get("properties") or {}).get("name", ""))
    if crs and not crs.endswith(_DEGREES):
        raise refusal("unknown_crs", crs)
    found = collection.get("features")
    if collection.get("type") != "FeatureCollection" or not isinstance(found, list):
        raise refusal("not_geojson")
    shift = shifter(datum)
    rows = []
    for number, feature in enumerate(found, start=1):
        properties = (feature.get("properties") or {}) if isinstance(feature, dict) else {}
        fields = {str(key).lower(): value for key, value in properties.items()}
        rows.append(Row(number, fields, _shape(feature, shift)))
    return rows


def rows(source: Source, datum: str = "wgs84") -> list[Row]:
    """A CSV or a GeoJSON file, told apart by its first character."""
    if not isinstance(source, Path | bytes):
        return features(source, datum)
    data = content(source)
    return features(data, datum) if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" else table(data)


def shifter(datum: str) -> Callable[[float, float], tuple[float, float]] | None:
    """A function from degrees in `datum` to WGS84, None where there is nothing to do; refuses `unknown_datum`."""
    if datum not in DATUMS:
        raise refusal("unknown_datum", datum)
    return None if datum in ("wgs84", "cgcs2000") else lambda lon, lat: to_wgs84(lon, lat, datum)


def _json(source: Path | bytes) -> Mapping[str, Any]:
    try:
        parsed = json.loads(decoded(content(source)))
    except ValueError:
        raise refusal("not_geojson") from None
    if not isinstance(parsed, dict):
        raise refusal("not_geojson")
    return parsed


def _shape(feature: Any, shift: Callable[[float, float], tuple[float, float]] | None) -> BaseGeometry | None:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    if not geometry:
        return None
    try:
        shape = shapely.force_2d(shapely.geometry.shape(geometry))
    except Exception:  # GEOS, numpy and shapely each raise their own for a malformed geometry
        return None
    if shift is None:
        return shape
    return shapely.transform(shape, lambda xy: [shift(float(x), float(y)) for x, y in xy])
