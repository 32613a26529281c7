"""Map files as they come in, written by the same library that surveyors' tools use."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import shapely


def shapefile(
    folder: Path,
    shapes: Sequence[Any],
    columns: Mapping[str, Sequence[str]],
    *,
    name: str = "部件",
    crs: str | None = "EPSG:4490",
    encoding: str = "GB18030",
    leave_out: Sequence[str] = (),
    replace: Mapping[str, bytes] | None = None,
) -> Path:
    """A zipped shapefile; leave_out and replace work on endings (".prj", ".cpg")."""
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / f"{name}.shp", shapes, columns, crs=crs, encoding=encoding)
    target = folder / f"{name}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.glob(f"{name}.*")):
            if path.suffix in (".zip", *leave_out):
                continue
            content = (replace or {}).get(path.suffix)
            archive.writestr(path.name, path.read_bytes() if content is None else content)
    return target


def write(
    path: Path,
    shapes: Sequence[Any],
    columns: Mapping[str, Sequence[str]],
    *,
    crs: str | None = "EPSG:4490",
    encoding: str | None = None,
    **options: Any,
) -> Path:
    """One file of shapes with text columns; the format by its ending."""
    kinds = {shape.geom_type for shape in shapes}
    with warnings.catch_warnings():
        # A .dbf keeps ten bytes of a name; the writer complains where that cuts a character of UTF-8.
        warnings.simplefilter("ignore", RuntimeWarning)
        pyogrio.raw.write(
            str(path),
            shapely.to_wkb(np.array(shapes, dtype=object)),
            [np.array(list(values), dtype=object) for values in columns.values()],
            list(columns),
            geometry_type=kinds.pop() if len(kinds) == 1 else "Unknown",
            crs=crs,
            encoding=encoding,
            **options,
        )
    return path
