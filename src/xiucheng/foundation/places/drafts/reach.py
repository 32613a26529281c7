"""Where an upload's points are expected: by the district's outline or box, else by what is there, else its province."""

from __future__ import annotations

import shapely
from django.db.models import Max, Min

from ..geodata.placing import Reach, province
from ..models import Area, Component, UnitGrid

# What is there may lie in one corner of the district: it is widened by so many degrees, about ten kilometres (D).
_AROUND = 0.1


def reach() -> Reach | None:
    """The best that this site knows of where it is; None for a fictional district without anything drawn."""
    district = Area.objects.filter(level="district").first()
    if district is None:
        return None
    if district.shape is not None:
        return Reach(shapely.from_wkb(bytes(district.shape)), "outline")
    if district.west is not None:
        return Reach(shapely.box(district.west, district.south, district.east, district.north), "box")
    grids = UnitGrid.objects.aggregate(Min("west"), Min("south"), Max("east"), Max("north"))
    if grids["west__min"] is not None:
        return Reach(shapely.box(*grids.values()).buffer(_AROUND), "grids")
    things = Component.objects.aggregate(Min("lon"), Min("lat"), Max("lon"), Max("lat"))
    if things["lon__min"] is not None:
        return Reach(shapely.box(*things.values()).buffer(_AROUND), "points")
    return province(district.code)
