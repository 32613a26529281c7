"""Every write of places: the area tree, grids, components and facilities. All take `actor`, below people's posts."""

from .areas import add_area, close_area, load_additions, load_areas, rename_area, set_outline
from .grids import load_duty_grids, load_unit_grids
from .points import load_components, load_facilities, set_component_state

__all__ = [
    "add_area",
    "close_area",
    "load_additions",
    "load_areas",
    "load_components",
    "load_duty_grids",
    "load_facilities",
    "load_unit_grids",
    "rename_area",
    "set_component_state",
    "set_outline",
]
