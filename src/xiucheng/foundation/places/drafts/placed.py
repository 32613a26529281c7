"""A draft's rows where they come to lie: cells by the chosen columns, shapes by the chosen frame, in degrees WGS84."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from ..geodata import control, frames
from ..geodata.columns import FACILITY_WORDS
from ..geodata.control import ControlPoint, Fit
from ..geodata.frames import Points
from ..geodata.sorting import facility_code, order_key
from ..loaders.reading import Row

# Degrees are stored to a tenth of a millimetre; more digits are noise of the computation.
_DIGITS = 9


def control_points(stored: Sequence[Mapping[str, Any]]) -> list[ControlPoint]:
    """Control points as a draft keeps them."""
    return [ControlPoint(**one) for one in stored]


def transform(frame_code: str, points: Sequence[Mapping[str, Any]]) -> tuple[Fit | None, Any]:
    """The fit of a local frame, if it is one, and the function from file numbers to degrees.

    Raises frames.UnknownFrame, control.BadControl.
    """
    frame = frames.frame(frame_code)
    if frame.kind != "local":
        return None, lambda xy: frames.degrees(xy, frame)
    fitted = control.fit(control_points(points), frame.name)
    return fitted, lambda xy: fitted.degrees(xy[:, ::-1] if frame.swapped else xy)


def numbers(
    items: Sequence[tuple[int, Mapping[str, str], bytes]], mapping: Mapping[str, str], shaped: bool
) -> tuple[np.ndarray, Points]:
    """Shapes in the file's numbers (points made of the coordinate columns where the file has no shapes), and one
    point per row to judge the frame by; NaN where a row has none.
    """
    if shaped:
        shapes = shapely.from_wkb(np.array([wkb or None for _, _, wkb in items], dtype=object), on_invalid="ignore")
        shapes = np.where(shapely.is_empty(shapes), None, shapes)
    else:
        lon, lat = mapping.get("lon", ""), mapping.get("lat", "")
        pairs = np.array([(_number(cells.get(lon)), _number(cells.get(lat))) for _, cells, _ in items]).reshape(-1, 2)
        known = np.isfinite(pairs).all(axis=1)
        shapes = np.full(len(items), None, dtype=object)
        shapes[known] = shapely.points(pairs[known])
    points = np.full((len(items), 2), np.nan)
    known = np.array([shape is not None for shape in shapes], dtype=bool)
    if known.any():
        boxes = shapely.bounds(shapes[known])
        points[known] = np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2])
    return shapes, points


def _number(text: str | None) -> float:
    try:
        return float((text or "").replace(",", "").strip())
    except ValueError:
        return float("nan")


def in_degrees(shapes: np.ndarray, to_degrees: Any) -> np.ndarray:
    """Shapes carried into degrees; one with a vertex that cannot be computed becomes None."""
    known = np.array([shape is not None for shape in shapes], dtype=bool)
    answer = np.full(len(shapes), None, dtype=object)
    if not known.any():
        return answer
    lonlat = to_degrees(shapely.get_coordinates(shapes[known]))
    counts = shapely.get_num_coordinates(shapes[known])
    lost = ~np.isfinite(lonlat).all(axis=1)
    owner = np.repeat(np.arange(len(counts)), counts)
    made = shapely.set_coordinates(shapes[known].copy(), np.round(np.where(lost[:, None], 0.0, lonlat), _DIGITS))
    made[np.unique(owner[lost])] = None
    answer[known] = made
    return answer


def rows(
    kind: str,
    items: Sequence[tuple[int, Mapping[str, str], bytes]],
    shapes: np.ndarray,
    mapping: Mapping[str, str],
) -> list[Row]:
    """Rows for the loaders: fields by their plain names, shapes in degrees, in an order that is not the file's."""
    made = []
    for (number, cells, _), shape in zip(items, shapes, strict=True):
        fields = {field: cells.get(column, "") for field, column in mapping.items() if field not in ("lon", "lat")}
        if kind == "facility":
            _complete(fields, shape)
        made.append(Row(number, fields, shape))
    claims = Counter(_claimed(row) for row in made)
    return sorted(made, key=lambda row: _key(row, claims))


def _claimed(row: Row) -> str:
    return row.get(("code", "name"))


def _key(row: Row, claims: Mapping[str, int]) -> tuple[str, str]:
    """Only rows that claim one code need to be told apart by all that they say."""
    code = _claimed(row)
    if claims[code] == 1:
        return code, ""
    return order_key(code, row.fields, row.shape.wkb if row.shape is not None else b"")


def _complete(fields: dict[str, str], shape: Any) -> None:
    """A facility's kind in its plain word, and a code where the list has none."""
    said = fields.get("kind", "")
    fields["kind"] = FACILITY_WORDS.get(said, said)
    if not fields.get("code") and shape is not None:
        middle = shape.centroid
        fields["code"] = facility_code(fields["kind"], fields.get("name", ""), middle.x, middle.y)
