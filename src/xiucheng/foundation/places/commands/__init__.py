"""Every write of places: areas, grids, points, housing, uploads. All take `actor`: posts are a matter of people."""

from .areas import add_area, close_area, load_additions, load_areas, load_outlines, rename_area, set_outline
from .changes import undo_change
from .correcting import MOST as MOST_POINTS
from .correcting import Correction, correct_points
from .drafts import (
    accept_repairs,
    choose,
    discard_draft,
    drop_repairs,
    open_draft,
    settle,
    take_draft,
    undo_draft,
)
from .editing import draw_grid, merge_grids, renumber_grids, split_grid
from .figures import FigureRow, record_figure, record_figures, restore_figure, withdraw_figure
from .grids import load_duty_grids, load_unit_grids
from .housing import BuildingRow, CompoundRow, DwellingRow, close_housing, drop_housing, load_housing
from .named import drop_duty_grid, name_duty_grid, reopen_area
from .points import load_components, load_facilities

__all__ = [
    "MOST_POINTS",
    "BuildingRow",
    "CompoundRow",
    "Correction",
    "DwellingRow",
    "FigureRow",
    "accept_repairs",
    "add_area",
    "choose",
    "close_area",
    "close_housing",
    "correct_points",
    "discard_draft",
    "draw_grid",
    "drop_duty_grid",
    "drop_housing",
    "drop_repairs",
    "load_additions",
    "load_areas",
    "load_components",
    "load_duty_grids",
    "load_facilities",
    "load_housing",
    "load_outlines",
    "load_unit_grids",
    "merge_grids",
    "name_duty_grid",
    "open_draft",
    "record_figure",
    "record_figures",
    "rename_area",
    "renumber_grids",
    "reopen_area",
    "restore_figure",
    "set_outline",
    "settle",
    "split_grid",
    "take_draft",
    "undo_change",
    "undo_draft",
    "withdraw_figure",
]
