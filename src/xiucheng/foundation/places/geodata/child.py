"""Reads one set of data in a process of its own, with bounds on memory, time and drivers; run by reading.py.

A map file is somebody else's binary data for a large C library: what goes wrong there ends this process and no other.
Writes shapes (concatenated WKB with offsets) and a JSON of columns into a folder; `{"fault": code}` where it cannot.
"""

from __future__ import annotations

import csv
import io
import json
import math
import resource
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

MAX_MEMORY = 6 * 1024**3
MAX_SECONDS = 240
# A spreadsheet number keeps 15 digits: of a longer code the end is gone, whatever the cell shows.
_EXACT = 10**15
_HEADER_ROWS = 12

Table = tuple[list[str], list[list[str]]]
"""Column names, and one list of texts per column."""


class Fault(Exception):
    """What is wrong, by the code of a sentence."""


def main(arguments: Sequence[str]) -> int:
    """Read what arguments[0] (JSON: format, path, out, layer, encoding, most) describes."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    asked = json.loads(arguments[0])
    out = Path(asked["out"])
    reader = {"xlsx": _workbook, "csv": _text_table, "geojson": _geojson, "kml": _kml}.get(asked["format"], _layer)
    try:
        answer = reader(asked, out)
    except Fault as fault:
        answer = {"fault": str(fault)}
    (out / "read.json").write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")
    return 0


def _save(out: Path, shapes: Iterable[bytes | None]) -> None:
    """All shapes one after the other, and where each ends; an empty stretch is a row without a shape."""
    import numpy as np

    ends, at = [], 0
    with (out / "shapes.bin").open("wb") as file:
        for shape in shapes:
            if shape:
                file.write(shape)
                at += len(shape)
            ends.append(at)
    np.save(out / "ends.npy", np.array(ends, dtype=np.int64), allow_pickle=False)


def _layer(asked: dict[str, Any], out: Path) -> dict[str, Any]:
    """Shapefile and GeoPackage through GDAL; the drivers that reach elsewhere are left out by the environment."""
    import pyogrio
    from pyogrio.errors import DataLayerError, DataSourceError

    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": "YES", "OGR_GEOMETRY_ACCEPT_UNCLOSED_RING": "YES"})
    path = asked["path"]
    try:
        layers = [[str(name), str(kind or "")] for name, kind in pyogrio.list_layers(path).tolist()]
        layer = asked["layer"] or _first_with_shapes(layers)
        # A .dbf is read byte for byte and decoded here: its fields are cut off in the middle of characters.
        codec = asked["encoding"]
        options = {"layer": layer, "encoding": "ISO-8859-1" if codec else None}
        count = pyogrio.read_info(path, force_feature_count=True, **options)["features"]
        if count > asked["most"]:
            raise Fault("too_many_rows")
        meta, _, shapes, columns = pyogrio.raw.read(path, force_2d=True, datetime_as_string=True, **options)
    except (DataSourceError, DataLayerError, ValueError, RuntimeError, UnicodeDecodeError) as error:
        print(error, file=sys.stderr)
        raise Fault("file_broken") from None
    _save(out, shapes if shapes is not None else [None] * count)
    return {
        "layers": layers,
        "layer": layer,
        "crs": meta["crs"] or "",
        "columns": _unique([_recoded(str(name), codec) for name in meta["fields"]]),
        "values": [[_recoded(_text(value), codec) for value in column.tolist()] for column in columns],
        "count": count,
        "encoding": codec or meta["encoding"],
    }


def _recoded(text: str, codec: str) -> str:
    """Bytes that were read as Latin-1 in their own encoding; a last character that was cut off is left out."""
    if not codec or text.isascii():
        return text
    raw = text.encode("latin-1", "replace")
    for cut in range(4):
        try:
            return raw[: len(raw) - cut].decode(codec).strip()
        except UnicodeDecodeError:
            continue
    return raw.decode(codec, "replace").strip()


def _first_with_shapes(layers: list[list[str]]) -> str:
    if not layers:
        raise Fault("file_broken")
    return next((name for name, kind in layers if kind), layers[0][0])


def _text(value: Any) -> str:
    """A cell as text: codes that were stored as numbers keep their digits, dates are ISO, nothing is "None"."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip().strip("\x00")


def _geojson(asked: dict[str, Any], out: Path) -> dict[str, Any]:
    import shapely

    try:
        parsed = json.loads(_decoded(Path(asked["path"]).read_bytes()))
        features = parsed["features"] if parsed.get("type") == "FeatureCollection" else [parsed]
        if len(features) > asked["most"]:
            raise Fault("too_many_rows")
        properties = [dict(one.get("properties") or {}) for one in features]
        names = list(dict.fromkeys(str(name) for one in properties for name in one))
        crs = str(((parsed.get("crs") or {}).get("properties") or {}).get("name", ""))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Fault("not_geojson") from None
    _save(out, (_shape(one, shapely) for one in features))
    values = [[_member(one.get(name)) for one in properties] for name in names]
    return {"layers": [], "layer": "", "crs": crs, "columns": names, "values": values, "count": len(features),
            "encoding": ""}  # fmt: skip


def _kml(asked: dict[str, Any], out: Path) -> dict[str, Any]:
    import shapely

    from . import kml

    try:
        with Path(asked["path"]).open("rb") as file:
            layers = kml.layers(file, asked["most"])
    except (SyntaxError, ValueError, LookupError) as error:  # a ParseError is a SyntaxError
        print(error, file=sys.stderr)
        raise Fault("file_broken") from None
    if not layers:
        raise Fault("nothing_in_it")
    names = _unique([one.name for one in layers])
    at = names.index(asked["layer"]) if asked["layer"] in names else 0
    marks = layers[at].placemarks
    if sum(len(one.placemarks) for one in layers) > asked["most"]:
        raise Fault("too_many_rows")
    _save(out, (bytes(shapely.to_wkb(one.shape)) if one.shape is not None else None for one in marks))
    columns = layers[at].columns()
    kinds = [next((mark.shape.geom_type for mark in one.placemarks if mark.shape), "") for one in layers]
    return {"layers": [list(pair) for pair in zip(names, kinds, strict=True)], "layer": names[at], "crs": kml.CRS,
            "columns": columns, "values": [[one.cells.get(name, "") for one in marks] for name in columns],
            "count": len(marks), "encoding": ""}  # fmt: skip


def _shape(feature: Any, shapely: Any) -> bytes | None:
    try:
        return bytes(shapely.to_wkb(shapely.force_2d(shapely.geometry.shape(feature["geometry"]))))
    except Exception:  # shapely, numpy and GEOS each raise their own for a malformed geometry
        return None


def _member(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(_text(one) for one in value)
    return _text(value) if not isinstance(value, dict) else ""


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Fault("not_text")


def _text_table(asked: dict[str, Any], out: Path) -> dict[str, Any]:
    text = _decoded(Path(asked["path"]).read_bytes())
    first = text.split("\n", 1)[0]
    mark = max(",\t;", key=first.count)
    return _table(([_text(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark)),
                  asked, out)  # fmt: skip


def _workbook(asked: dict[str, Any], out: Path) -> dict[str, Any]:
    from openpyxl import load_workbook

    try:
        book = load_workbook(asked["path"], read_only=True, data_only=True, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        names = [sheet.title for sheet in sheets]
        sheet = sheets[names.index(asked["layer"])] if asked["layer"] in names else sheets[0]
        blunt: list[int] = []
        answer = _table(_cells(sheet, blunt), asked, out)
    except Fault:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers do
        print(error, file=sys.stderr)
        raise Fault("file_broken") from None
    return {**answer, "layers": [[name, ""] for name in names], "layer": sheet.title, "blunted": len(blunt)}


def _cells(sheet: Any, blunt: list[int]) -> Iterable[list[str]]:
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        blunt.extend(number for value in row if isinstance(value, int | float) and abs(value) >= _EXACT)
        yield [_text(value) for value in row]


def _table(lines: Iterable[list[str]], asked: dict[str, Any], out: Path) -> dict[str, Any]:
    """The header is the fullest of the first rows that holds words rather than numbers; titles above it are passed."""
    rows: list[list[str]] = []
    for line in lines:
        if any(line):
            rows.append(line)
        if len(rows) > asked["most"] + _HEADER_ROWS:
            raise Fault("too_many_rows")
    if not rows:
        raise Fault("nothing_in_it")
    head = max(range(min(_HEADER_ROWS, len(rows))), key=lambda at: (_words(rows[at]), -at))
    names = _unique(rows[head])
    body = rows[head + 1 :]
    _save(out, [None] * len(body))
    values = [[row[at] if at < len(row) else "" for row in body] for at, name in enumerate(names) if name]
    return {"layers": [], "layer": "", "crs": "", "columns": [name for name in names if name], "values": values,
            "count": len(body), "encoding": ""}  # fmt: skip


def _words(row: list[str]) -> int:
    return len({cell for cell in row if cell and not cell.replace(".", "").replace("-", "").isdigit()})


def _unique(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    answer = []
    for name in names:
        plain = " ".join(name.split())
        seen[plain] = seen.get(plain, 0) + 1
        answer.append(plain if seen[plain] == 1 or not plain else f"{plain} {seen[plain]}")
    return answer


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
