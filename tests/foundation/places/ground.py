"""A little town for the tests: irregular cells that share their edges exactly, numbered as the standard says."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from xiucheng.foundation.places import commands
from xiucheng.foundation.places.loaders.divisions import AreaRow
from xiucheng.kit.actor import Actor

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ACTOR = Actor.system("tests")
WEST, SOUTH, CELL = 120.0, 30.0, 0.001

AREAS = [
    AreaRow(1, "990101", "示例区"),
    AreaRow(2, "990101001", "东门街道"),
    AreaRow(3, "990101002", "西门镇"),
    AreaRow(4, "990101001001", "槐树社区"),
    AreaRow(5, "990101001002", "柳树社区居委会"),
    AreaRow(6, "990101002001", "桥头村委会"),
]


def lattice(columns: int, rows: int, seed: int = 1, bends: int = 3) -> list[list[BaseGeometry]]:
    """Rows from north to south of cells from west to east, every border bent, every corner moved."""
    random = np.random.default_rng(seed)
    corner = random.uniform(-0.2, 0.2, (rows + 1, columns + 1, 2)) * CELL
    corner += np.stack(np.meshgrid(np.arange(columns + 1), -np.arange(rows + 1)), axis=-1) * CELL
    corner += (WEST, SOUTH + rows * CELL)

    def border(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        line = a + (b - a) * np.linspace(0, 1, bends + 2)[:, None]
        line[1:-1] += random.uniform(-0.05, 0.05, (bends, 1)) * np.array([a[1] - b[1], b[0] - a[0]])
        return line

    across = [[border(corner[r, c], corner[r, c + 1]) for c in range(columns)] for r in range(rows + 1)]
    down = [[border(corner[r, c], corner[r + 1, c]) for c in range(columns + 1)] for r in range(rows)]

    def cell(r: int, c: int) -> BaseGeometry:
        north, south, west, east = across[r][c], across[r + 1][c], down[r][c], down[r][c + 1]
        return shapely.Polygon(np.vstack([north[:-1], east[:-1], south[::-1][:-1], west[::-1]]))

    return [[cell(r, c) for c in range(columns)] for r in range(rows)]


def numbered(community: str, shapes: list[list[BaseGeometry]]) -> Iterator[tuple[str, BaseGeometry]]:
    """(code, shape) of a community's cells, by row from north to south."""
    flat = [shape for row in shapes for shape in row]
    return ((f"{community}{number:03d}", shape) for number, shape in enumerate(flat, start=1))


def collection(features: Any) -> dict[str, Any]:
    """A GeoJSON feature collection of (properties, shape or None); a bare code stands for its properties."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": about} if isinstance(about, str) else about,
                "geometry": None if shape is None else shapely.geometry.mapping(shape),
            }
            for about, shape in features
        ],
    }


def found_areas() -> None:
    """The areas above, in the database."""
    report = commands.load_areas(actor=ACTOR, now=NOW, rows=AREAS)
    assert report.taken == len(AREAS)


def found_town() -> dict[str, BaseGeometry]:
    """Areas, and a 4 × 3 lattice whose west half is 槐树社区 and east half 柳树社区; the cells by code."""
    found_areas()
    shapes = lattice(4, 3)
    cells = dict(numbered("990101001001", [row[:2] for row in shapes]))
    cells |= dict(numbered("990101001002", [row[2:] for row in shapes]))
    report = commands.load_unit_grids(actor=ACTOR, now=NOW, source=collection(cells.items()))
    assert report.taken == 12
    assert not report.refused
    assert not report.warnings
    return cells
