"""The tables of places: the area tree, grids, components, facilities, housing, uploads, changes, figures."""

from .figures import Figure
from .ground import Area, Component, DutyGrid, Facility, Shaped, UnitGrid
from .housing import Building, Compound, Dwelling
from .uploads import Change, Draft, DraftChunk, DraftFinding, DraftItem, Trace

__all__ = [
    "Area",
    "Building",
    "Change",
    "Component",
    "Compound",
    "Draft",
    "DraftChunk",
    "DraftFinding",
    "DraftItem",
    "DutyGrid",
    "Dwelling",
    "Facility",
    "Figure",
    "Shaped",
    "Trace",
    "UnitGrid",
]
