"""Every write of places: the area tree, grids, components and facilities. All take `actor`, below people's posts."""

from .areas import add_area, close_area, load_additions, load_areas, rename_area, set_outline
from .grids import load_duty_grids, load_unit_grids
from .named import drop_duty_grid, name_duty_grid, reopen_area
from .points import load_components, load_facilities, set_component_state

__all__ = [
    "add_area",
    "close_area",
    "drop_duty_grid",
    "load_additions",
    "load_areas",
    "load_components",
    "load_duty_grids",
    "load_facilities",
    "load_unit_grids",
    "name_duty_grid",
    "rename_area",
    "reopen_area",
    "set_component_state",
    "set_outline",
]
