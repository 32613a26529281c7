"""What a process remembers of places: one picture of the area tree and the cells; looking a place up asks nothing."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import shapely
from django.db import connection
from shapely.geometry.base import BaseGeometry

from xiucheng.kit.remembered import Remembered

from .index import NOWHERE, CellIndex
from .rules import METRES_PER_DEGREE, name_forms

remembered = Remembered("places")


@dataclass(frozen=True, slots=True)
class AreaView:
    """An area as others see it; `parent` is the code above, `local` says the district added it itself."""

    id: UUID
    code: str
    name: str
    level: str
    parent: str | None
    local: bool
    active_from: date | None
    active_to: date | None


@dataclass(frozen=True, slots=True)
class Located:
    """What lies at a point, by trimmed codes; None where no polygon tells. `outside` is of the whole district."""

    community: str | None = None
    street: str | None = None
    district: str | None = None
    unit_grid: str | None = None
    duty_grid: str | None = None
    outside: bool = False


OUTSIDE = Located(outside=True)


@dataclass(frozen=True, slots=True)
class Layer:
    """Cells of one kind with the answer for each, in the order of the index."""

    cells: CellIndex
    answers: tuple[Located, ...]


@dataclass(frozen=True, slots=True)
class Memory:
    """One consistent picture of places; never changed, only replaced."""

    areas: Mapping[str, AreaView]
    children: Mapping[str, tuple[str, ...]]
    names: Mapping[str, tuple[tuple[int, str], ...]]
    district: AreaView | None
    layers: tuple[Layer, ...]
    # The district's outline widened by its accuracy; only a box where no polygon is known; None: nothing is outside.
    reach: BaseGeometry | None
    elsewhere: Located = field(default=Located())

    def locate(self, lon: float, lat: float) -> Located:
        """The finest cell of a point: unit grid, duty grid, community, street; else just inside or outside."""
        for layer in self.layers:
            position = layer.cells.one(lon, lat)
            if position != NOWHERE:
                return layer.answers[position]
        if self.reach is None or shapely.intersects_xy(self.reach, lon, lat):
            return self.elsewhere
        return OUTSIDE


def current() -> Memory:
    """The picture to answer from, at most a second behind the last commit."""
    return remembered.get("picture", _load)


# One statement sees one moment: of several, each would see what was committed before it, and they would not fit.
_PICTURE = """
SELECT 'area', code, shape, parent_code, id, name, level, local, active_from, active_to,
    west, south, east, north, outline_accuracy
FROM places_area
UNION ALL
SELECT 'unit_grid', grid.code, grid.shape, grid.duty_grid_code, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL
FROM places_unit_grid grid JOIN places_area area ON area.code = grid.community_code WHERE area.active_to IS NULL
UNION ALL
SELECT 'duty_grid', duty.code, duty.shape, duty.area_code, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL
FROM places_duty_grid duty WHERE duty.shape IS NOT NULL
    AND NOT EXISTS (SELECT FROM places_unit_grid member WHERE member.duty_grid_code = duty.code)
ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class _Ground:
    """A row of an area as far as its ground goes: shape as WKB or its box at least, and how far they may be off."""

    shape: Any
    box: tuple[float | None, float | None, float | None, float | None]
    accuracy: float


def _load() -> Memory:
    areas: dict[str, AreaView] = {}
    grounds: dict[str, _Ground] = {}
    cells: dict[str, list[tuple[str, Any, str | None]]] = {"unit_grid": [], "duty_grid": []}
    with connection.cursor() as cursor:
        cursor.execute(_PICTURE)
        for what, code, shape, of, pk, name, level, local, begins, ends, *box, accuracy in cursor:
            if what == "area":
                areas[code] = AreaView(pk, code, name, level, of, local, begins, ends)
                grounds[code] = _Ground(shape, (box[0], box[1], box[2], box[3]), accuracy)
            else:
                cells[what].append((code, shape, of))
    district = next((area for area in areas.values() if area.level == "district"), None)
    children, names = _tree(areas)
    return Memory(
        areas=areas,
        children=children,
        names=names,
        district=district,
        layers=tuple(layer for layer in _layers(areas, grounds, cells) if len(layer.cells)),
        reach=_reach(grounds[district.code]) if district else None,
        elsewhere=Located(district=district.code if district else None),
    )


def _tree(
    areas: Mapping[str, AreaView],
) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[tuple[int, str], ...]]]:
    """The codes below each code, and the codes behind each form of a name."""
    children: dict[str, list[str]] = defaultdict(list)
    names: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for area in areas.values():
        if area.parent:
            children[area.parent].append(area.code)
        for looseness, form in enumerate(name_forms(area.name)):
            names[form].append((looseness, area.code))
    return (
        {code: tuple(codes) for code, codes in children.items()},
        {form: tuple(sorted(found)) for form, found in names.items()},
    )


def _layers(
    areas: Mapping[str, AreaView],
    grounds: Mapping[str, _Ground],
    cells: Mapping[str, Sequence[tuple[str, Any, str | None]]],
) -> Iterable[Layer]:
    """From the finest to the coarsest; an area that is no longer active gives no answers."""
    duty_of = {code: duty for code, _, duty in cells["unit_grid"]}
    shapes = [(code, shape) for code, shape, _ in cells["unit_grid"]]
    yield _layer(shapes, lambda code: _answer(code, duty_of[code], code))
    area_of = {code: area or "" for code, _, area in cells["duty_grid"]}
    yield _layer([(code, shape) for code, shape, _ in cells["duty_grid"]], lambda code: _answer(area_of[code], code))
    for level in ("community", "street"):
        active = [
            (code, ground.shape)
            for code, ground in grounds.items()
            if ground.shape is not None and areas[code].level == level and not areas[code].active_to
        ]
        yield _layer(active, _answer)


def _layer(rows: Iterable[tuple[str, Any]], answer: Callable[[str], Located]) -> Layer:
    cells = CellIndex([(code, shapely.from_wkb(bytes(shape))) for code, shape in rows])
    return Layer(cells, tuple(answer(code) for code in cells.codes))


def _answer(code: str, duty_grid: str | None = None, unit_grid: str | None = None) -> Located:
    return Located(
        community=code[:12] if len(code) >= 12 else None,
        street=code[:9] if len(code) >= 9 else None,
        district=code[:6],
        unit_grid=unit_grid,
        duty_grid=duty_grid,
    )


def _reach(ground: _Ground) -> BaseGeometry | None:
    if ground.box[0] is None:
        return None
    outline = shapely.from_wkb(bytes(ground.shape)) if ground.shape is not None else shapely.box(*ground.box)
    if ground.accuracy:
        # A degree of longitude is the shorter one; taking it for both directions can only widen the reach.
        degree = METRES_PER_DEGREE * math.cos(math.radians(abs(outline.centroid.y)))
        outline = outline.buffer(ground.accuracy / degree)
    shapely.prepare(outline)
    return outline
