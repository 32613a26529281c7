"""What a process remembers of places: one picture of the area tree and the cells; looking a place up asks nothing."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import shapely
from shapely.geometry.base import BaseGeometry

from xiucheng.kit.remembered import Remembered

from . import models
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


def _load() -> Memory:
    fields = ("id", "code", "name", "level", "parent_id", "local", "active_from", "active_to")
    areas = {row[1]: AreaView(*row) for row in models.Area.objects.order_by("code").values_list(*fields)}
    children: dict[str, list[str]] = defaultdict(list)
    names: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for area in areas.values():
        if area.parent:
            children[area.parent].append(area.code)
        for looseness, form in enumerate(name_forms(area.name)):
            names[form].append((looseness, area.code))
    district = next((area for area in areas.values() if area.level == "district"), None)
    shaped = list(models.Area.objects.filter(shape__isnull=False).values_list("code", "shape"))
    return Memory(
        areas=areas,
        children={code: tuple(codes) for code, codes in children.items()},
        names={form: tuple(sorted(found)) for form, found in names.items()},
        district=district,
        layers=tuple(layer for layer in _layers(areas, shaped) if len(layer.cells)),
        reach=_reach(district),
        elsewhere=Located(district=district.code if district else None),
    )


def _layers(areas: Mapping[str, AreaView], shaped: Sequence[tuple[str, Any]]) -> Iterable[Layer]:
    """From the finest to the coarsest; an area that is no longer active gives no answers."""
    grids = models.UnitGrid.objects.filter(community__active_to__isnull=True)
    cells = list(grids.values_list("code", "shape", "duty_grid_id"))
    duty_of = {code: duty for code, _, duty in cells}
    yield _layer(((code, shape) for code, shape, _ in cells), lambda code: _answer(code, duty_of[code], code))
    held = models.UnitGrid.objects.filter(duty_grid__isnull=False).values("duty_grid_id")
    bare = list(
        models.DutyGrid.objects.filter(shape__isnull=False)
        .exclude(code__in=held)
        .values_list("code", "shape", "area_id")
    )
    area_of = {code: area for code, _, area in bare}
    yield _layer(((code, shape) for code, shape, _ in bare), lambda code: _answer(area_of[code], code))
    for level in ("community", "street"):
        active = [(code, shape) for code, shape in shaped if areas[code].level == level and not areas[code].active_to]
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


def _reach(district: AreaView | None) -> BaseGeometry | None:
    if district is None:
        return None
    found = models.Area.objects.get(pk=district.code)
    if found.west is None:
        return None
    outline = shapely.box(found.west, found.south, found.east, found.north)
    if found.shape is not None:
        outline = shapely.from_wkb(bytes(found.shape))
    if found.outline_accuracy:
        # A degree of longitude is the shorter one; taking it for both directions can only widen the reach.
        degree = METRES_PER_DEGREE * math.cos(math.radians(abs(outline.centroid.y)))
        outline = outline.buffer(found.outline_accuracy / degree)
    shapely.prepare(outline)
    return outline
