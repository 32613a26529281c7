"""What others ask of areas, grids and points; `holdings`, `housing` and `figures` answer the rest. What is remembered
makes no statement, everything else one."""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import numpy as np
import numpy.typing as npt
import shapely
from django.db import connection

from . import memory, models
from .index import NOWHERE
from .memory import OUTSIDE, AreaView, Located
from .rules import METRES_PER_DEGREE, contains, haversine, name_forms, trim_code

__all__ = [
    "AreaView",
    "ComponentView",
    "DutyGridView",
    "Located",
    "Near",
    "UnitGridView",
    "area",
    "area_code",
    "area_name",
    "children",
    "code_by_name",
    "component",
    "district",
    "duty_grid",
    "duty_grids",
    "everything",
    "locate",
    "locate_many",
    "near",
    "nearest_components",
    "outlines",
    "subtree",
    "unit_grids",
]

PointKind = Literal["component", "facility"]


def district() -> AreaView | None:
    """The one district of this site, None before its areas are loaded."""
    return memory.current().district


def area(code: str) -> AreaView | None:
    """A district, street or community by its code (12 padded digits are trimmed), None where there is none."""
    return memory.current().areas.get(trim_code(code))


def area_name(code: str) -> str:
    """The name of an area; of a unit grid its community and sequence; the code itself where nothing is known."""
    areas = memory.current().areas
    found = areas.get(trim_code(code)) or areas.get(code[:12])
    if found is None:
        return code
    return f"{found.name} {code[12:]}" if len(code) == 15 else found.name


def children(code: str | None = None, *, closed: bool = False) -> list[AreaView]:
    """The areas right below one, by code; of None the district itself. Closed ones only when asked for."""
    remembered = memory.current()
    if code is None:
        return [remembered.district] if remembered.district else []
    below = (remembered.areas[child] for child in remembered.children.get(trim_code(code), ()))
    return [child for child in below if closed or child.active_to is None]


def everything() -> list[AreaView]:
    """Every area by code, closed ones as well."""
    return list(memory.current().areas.values())


def subtree(code: str | None = None) -> list[AreaView]:
    """An area (None: the district) and every active one below it, by code, so parents come before children."""
    remembered = memory.current()
    top = code or (remembered.district.code if remembered.district else "")
    return [found for key, found in remembered.areas.items() if contains(top, key) and found.active_to is None]


def communities(within: str = "") -> list[AreaView]:
    """The active communities of an area ("": the district), by code; no statement."""
    return [one for one in subtree(within or None) if one.level == "community"]


def code_by_name(name: str, within: str | None = None) -> str | None:
    """The code of the active area of that name, None where there is none or more than one.

    Names agree as written, then without the office (居委会, 办事处), then without the kind (社区, 街道); the strictest
    agreement decides, so 富强社区居委会 finds 富强社区 rather than 富强街道. `within` limits the search to the areas
    below a code.
    """
    remembered = memory.current()
    best: dict[int, set[str]] = {}
    for asked, form in enumerate(name_forms(name)):
        for looseness, code in remembered.names.get(form, ()):
            if contains(within or "", code) and remembered.areas[code].active_to is None:
                best.setdefault(asked + looseness, set()).add(code)
    if not best:
        return None
    codes = best[min(best)]
    return codes.pop() if len(codes) == 1 else None


def area_code(said: str) -> str | None:
    """The code of an active area by its code or its name, whichever was said; None where there is none or several."""
    found = area(said)
    if found is not None:
        return found.code if found.active_to is None else None
    return code_by_name(said) if said else None


def locate(lon: float, lat: float) -> Located:
    """What lies at a point in degrees WGS84. A point on a border belongs to the lowest code, always.

    Answers from the finest polygons there are; with none at all only the district is known, and nothing is outside.
    `outside` is judged by the district's outline (widened by its accuracy), or by its box where no outline is known.
    """
    return memory.current().locate(lon, lat)


def locate_many(points: Sequence[tuple[float, float]] | npt.NDArray[np.float64]) -> list[Located]:
    """`locate` for an (n, 2) sequence of lon, lat; the same answers, several times as fast."""
    remembered = memory.current()
    # What is no number lies nowhere; the index wants numbers.
    where = np.nan_to_num(np.asarray(points, dtype=np.float64).reshape(-1, 2), nan=999.0, posinf=999.0, neginf=-999.0)
    answers: list[Located] = [remembered.elsewhere] * len(where)
    left = np.arange(len(where))
    for layer in remembered.layers:
        positions = layer.cells.many(where[left])
        hit = positions != NOWHERE
        if len(left) == len(where) and hit.all():
            return [layer.answers[position] for position in positions.tolist()]
        for at, position in zip(left[hit].tolist(), positions[hit].tolist(), strict=True):
            answers[at] = layer.answers[position]
        left = left[~hit]
    if remembered.reach is not None and len(left):
        inside = shapely.intersects_xy(remembered.reach, where[left, 0], where[left, 1])
        for at in left[~inside].tolist():
            answers[at] = OUTSIDE
    return answers


@dataclass(frozen=True, slots=True)
class UnitGridView:
    """A unit grid by code, with the duty grid it belongs to."""

    code: str
    community: str
    duty_grid: str | None
    square_metres: float


@dataclass(frozen=True, slots=True)
class DutyGridView:
    """A duty grid by code; `area` is the smallest area that holds it."""

    code: str
    name: str
    area: str


def unit_grids(within: str) -> list[UnitGridView]:
    """The unit grids of a community, street or district, by code. One statement."""
    rows = models.UnitGrid.objects.filter(code__startswith=trim_code(within)).order_by("code")
    return [UnitGridView(*row) for row in rows.values_list("code", "community_id", "duty_grid_id", "square_metres")]


def duty_grids(within: str = "") -> list[DutyGridView]:
    """The duty grids of an area, by code. One statement."""
    rows = models.DutyGrid.objects.filter(area__code__startswith=trim_code(within)).order_by("code")
    return [DutyGridView(*row) for row in rows.values_list("code", "name", "area_id")]


def duty_grid(code: str) -> DutyGridView | None:
    """A duty grid by its code. One statement."""
    row = models.DutyGrid.objects.filter(code=code).values_list("code", "name", "area_id").first()
    return DutyGridView(*row) if row else None


_SHAPED: dict[str, tuple[Any, str, tuple[str, ...]]] = {
    "area": (models.Area, "code", ("code", "shape", "name")),
    "unit_grid": (models.UnitGrid, "code", ("code", "shape")),
    "duty_grid": (models.DutyGrid, "area__code", ("code", "shape", "name")),
}


def outlines(kind: Literal["area", "unit_grid", "duty_grid"], within: str = "", level: str = "") -> dict[str, Any]:
    """A GeoJSON feature collection of the shapes below an area, for a map; only those that have a shape. One statement.

    Properties are `code` and, where there is one, `name`. `level` keeps one level of areas.
    """
    model, key, columns = _SHAPED[kind]
    rows = model.objects.filter(shape__isnull=False, **{f"{key}__startswith": trim_code(within)})
    if level:
        rows = rows.filter(level=level)
    found = rows.order_by("code").values_list(*columns)
    return {"type": "FeatureCollection", "features": [_feature(*row) for row in found]}


def _feature(code: str, shape: bytes, name: str | None = None) -> dict[str, Any]:
    geometry = json.loads(shapely.to_geojson(shapely.from_wkb(bytes(shape))))
    properties = {"code": code} if name is None else {"code": code, "name": name}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


@dataclass(frozen=True, slots=True)
class ComponentView:
    """A component: 16-digit code, kind (major and minor digits), state, place in WGS84."""

    id: UUID
    code: str
    kind: str
    name: str
    state: str
    community: str | None
    unit_grid: str
    lon: float
    lat: float


_COMPONENT = ("id", "code", "kind", "name", "state", "community_id", "unit_grid", "lon", "lat")


def component(code: str) -> ComponentView | None:
    """A component by its 16 digits. One statement."""
    row = models.Component.objects.filter(code=code).values_list(*_COMPONENT).first()
    return ComponentView(*row) if row else None


@dataclass(frozen=True, slots=True)
class Near:
    """Something near a point, with its distance and its state."""

    what: PointKind
    code: str
    kind: str
    name: str
    lon: float
    lat: float
    metres: float
    state: str


_POINTS: dict[PointKind, Any] = {
    "component": models.Component.objects.all(),
    "facility": models.Facility.objects.filter(active_to__isnull=True),
}


def near(
    lon: float,
    lat: float,
    metres: float,
    kind: PointKind = "component",
    *,
    of: Sequence[str] = (),
    limit: int = 20,
) -> list[Near]:
    """Components or facilities within `metres` of a point in degrees WGS84, the nearest first. One statement.

    `of` keeps some kinds: `("0137",)` for street lamps, `("toilet", "park")` for facilities.
    """
    high = metres / METRES_PER_DEGREE
    wide = high / max(0.01, math.cos(math.radians(min(89.0, abs(lat) + high))))
    rows = _POINTS[kind].filter(lat__range=(lat - high, lat + high), lon__range=(lon - wide, lon + wide))
    if of:
        rows = rows.filter(kind__in=of)
    found = _within(rows.values_list("code", "kind", "name", "lon", "lat", "state"), lon, lat, metres, kind)
    return sorted(found, key=lambda item: (item.metres, item.code))[:limit]


# The box around each point holds a handful; which of them is the nearest is reckoned as `near` reckons it.
_AROUND = """
SELECT q.n, c.code, c.kind, c.name, c.lon, c.lat, c.state
FROM unnest(%(lon)s::float8[], %(lat)s::float8[], %(kind)s::text[], %(wide)s::float8[])
    WITH ORDINALITY AS q(lon, lat, kind, wide, n)
JOIN places_component c ON c.kind = q.kind AND c.lat BETWEEN q.lat - %(high)s AND q.lat + %(high)s
    AND c.lon BETWEEN q.lon - q.wide AND q.lon + q.wide
"""


def nearest_components(asked: Sequence[tuple[float, float, str]], metres: float) -> list[str | None]:
    """For each (lon, lat, kind), WGS84: the component of that kind nearest to the point, at most `metres` away.

    One statement however many; the same answer as `near(…, of=(kind,), limit=1)` for each.
    """
    if not asked:
        return []
    high = metres / METRES_PER_DEGREE
    wide = [high / max(0.01, math.cos(math.radians(min(89.0, abs(lat) + high)))) for _lon, lat, _kind in asked]
    lons, lats, kinds = ([one[index] for one in asked] for index in range(3))
    with connection.cursor() as cursor:
        cursor.execute(_AROUND, {"lon": lons, "lat": lats, "kind": kinds, "wide": wide, "high": high})
        rows = cursor.fetchall()
    around: dict[int, list[Any]] = {}
    for number, *row in rows:
        around.setdefault(number - 1, []).append(row)
    found: list[str | None] = [None] * len(asked)
    for index, held in around.items():
        lon, lat, _kind = asked[index]
        near_by = sorted(_within(held, lon, lat, metres, "component"), key=lambda item: (item.metres, item.code))
        found[index] = near_by[0].code if near_by else None
    return found


def _within(rows: Any, lon: float, lat: float, metres: float, what: PointKind) -> Iterator[Near]:
    for code, kind, name, x, y, state in rows:
        away = haversine(lon, lat, x, y)
        if away <= metres:
            yield Near(what, code, kind, name, x, y, away, state)
