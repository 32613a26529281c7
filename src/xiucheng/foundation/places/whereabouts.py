"""In which community and unit grid each component or facility lies: as stated, by its grid, or by its point."""

from collections.abc import Sequence
from dataclasses import replace

from . import queries
from .loaders.points import PointRow
from .loaders.report import Sieve


def place(rows: Sequence[PointRow], sieve: Sieve) -> list[tuple[PointRow, str | None]]:
    """Each row with its community: as stated by code or name, by its unit grid, or by where it lies."""
    placed: list[tuple[PointRow, str | None]] = []
    located = queries.locate_many([(row.lon, row.lat) for row in rows])
    for row, where in zip(rows, located, strict=True):
        community = _community(row, where)
        if where.outside:
            sieve.refuse(row.row, "point_outside", row.code)
        elif row.community and community is None:
            sieve.refuse(row.row, "unknown_area", row.community)
        else:
            if community is None:
                sieve.warn(row.row, "place_unknown", row.code)
            unit_grid = row.unit_grid or where.unit_grid or ""
            placed.append((replace(row, unit_grid=unit_grid), community))
    return placed


def _community(row: PointRow, where: queries.Located) -> str | None:
    if row.community:
        found = queries.area(row.community)
        return found.code if found else queries.code_by_name(row.community)
    by_grid = queries.area(row.unit_grid[:12]) if row.unit_grid else None
    return by_grid.code if by_grid else where.community
