"""Reading a map file from start to end: unpack, find the encoding, read in a bounded process, hand out rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from . import encoding
from .child import MAX_SECONDS
from .unpacking import BadFile, Unpacked, unpack

MAX_ROWS = 500_000
# Memory faults of GDAL say what they are about on standard error; only its end is kept, for the log.
_SAID = 2000
_DRIVERS = {"shapefile": "ESRI Shapefile", "geopackage": "GPKG"}


@dataclass(frozen=True, slots=True)
class Read:
    """What was in a file.

    sets: titles of the sets of data in an archive; chosen: which of them was read; layers: names inside of it.
    columns and values: one list of texts per column. shapes: WKB per row, b"" where there is none; coordinates as the
    file has them. crs: WKT or code as stated, "" for none. wrong_encoding: what the file stated and its bytes deny.
    blunted: cells of a spreadsheet whose long codes were kept as numbers, so that their last digits are lost.
    """

    format: str
    sets: tuple[str, ...]
    chosen: int
    layers: tuple[str, ...]
    layer: str
    columns: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    shapes: tuple[bytes, ...]
    crs: str
    encoding: str
    wrong_encoding: str
    blunted: int

    @property
    def count(self) -> int:
        return len(self.shapes)

    def rows(self) -> Iterator[dict[str, str]]:
        """Each row as a mapping of column to text."""
        for cells in zip(*self.values, strict=True) if self.values else ((),) * self.count:
            yield dict(zip(self.columns, cells, strict=True))


def read(upload: Path, name: str, *, chosen: int = 0, layer: str = "", most: int = MAX_ROWS) -> Read:
    """Read one set of data of an upload. Raises BadFile: see unpacking, and file_broken, too_many_rows, took_too_long,
    nothing_in_it, not_geojson, not_text.

    name: as the person called it. chosen: which set of an archive, from 0; layer: "" takes the first with shapes.
    """
    with TemporaryDirectory(prefix="xiucheng-map-") as folder:
        inside = Path(folder)
        sets = unpack(upload, name, inside)
        if not 0 <= chosen < len(sets):
            raise BadFile("nothing_inside", name)
        one = sets[chosen]
        found = _encoding(one)
        answer = _in_a_process(one, inside, found, layer, most, name)
        return Read(
            format=one.format,
            sets=tuple(each.title for each in sets),
            chosen=chosen,
            layers=tuple(title for title, _ in answer["layers"]),
            layer=answer["layer"],
            columns=tuple(answer["columns"]),
            values=tuple(tuple(column) for column in answer["values"]),
            shapes=_shapes(inside),
            crs=_prj(one) or answer["crs"],
            encoding=found.name if found else answer["encoding"] or "",
            wrong_encoding=found.wrong if found else "",
            blunted=answer.get("blunted", 0),
        )


def _encoding(one: Unpacked) -> encoding.Encoding | None:
    return encoding.of_shapefile(one.parts["dbf"], one.parts.get("cpg")) if one.format == "shapefile" else None


def _prj(one: Unpacked) -> str:
    """The .prj as it is written: GDAL would put the nearest reference of its own list in its place."""
    path = one.parts.get("prj")
    return path.read_bytes()[:8192].decode("utf-8", "replace").strip() if path else ""


def _shapes(folder: Path) -> tuple[bytes, ...]:
    data = (folder / "shapes.bin").read_bytes()
    ends = np.load(folder / "ends.npy", allow_pickle=False)
    starts = np.concatenate([[0], ends[:-1]]) if len(ends) else ends
    return tuple(data[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True))


def _in_a_process(
    one: Unpacked, folder: Path, found: encoding.Encoding | None, layer: str, most: int, name: str
) -> dict[str, Any]:
    asked = {
        "format": one.format,
        "path": str(one.path),
        "out": str(folder),
        "layer": layer,
        "encoding": found.name if found else "",
        "most": most,
    }
    command = [sys.executable, "-m", f"{__package__}.child", json.dumps(asked)]
    try:
        done = subprocess.run(
            command,
            env=_environment(one.format),
            cwd=folder,
            capture_output=True,
            timeout=MAX_SECONDS + 30,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BadFile("took_too_long", name) from None
    result = folder / "read.json"
    if done.returncode or not result.is_file():
        raise BadFile("file_broken", name, said=done.stderr.decode("utf-8", "replace")[-_SAID:])
    answer: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    if "fault" in answer:
        raise BadFile(answer["fault"], name, most=str(most))
    return answer


def _environment(kind: str) -> dict[str, str]:
    """Nothing of ours but the way to the code; no driver but the one the content calls for, no network."""
    return {
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",
        "OGR_SKIP": _others(_DRIVERS.get(kind, "")),
        "GDAL_DRIVER_PATH": "disable",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "none",
        "GDAL_HTTP_TIMEOUT": "1",
        "PROJ_NETWORK": "OFF",
    }


@lru_cache(maxsize=8)
def _others(driver: str) -> str:
    """Every driver of this GDAL but one, as its setting wants them."""
    import pyogrio

    return ",".join(sorted(set(pyogrio.list_drivers()) - {driver}))
