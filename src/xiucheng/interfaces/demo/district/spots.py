"""Where things happen in 丝澜区（示例）: in its unit grids, at its components, with addresses of its streets."""

import random

from xiucheng.foundation.places import queries as places

from ..spots import Spot, near_by
from .land import Land
from .things import address, inside

_LOOK_METRES = 500.0


class LandSpots:
    """Finds places by lot, the same for the same lot; stands in for ..spots.Spots."""

    def __init__(self, land: Land, draw: random.Random) -> None:
        self._land = land
        self._grids = list(land.unit_grids)
        self._draw = draw

    def anywhere(self, area: str = "") -> Spot:
        """A point in some unit grid (of an area), with an address."""
        grids = [grid for grid in self._grids if grid.startswith(area)] if area else self._grids
        grid = self._draw.choice(grids)
        point = inside(self._land.unit_grids[grid], self._draw)
        return Spot(round(point.x, 6), round(point.y, 6), address(self._land, grid, self._draw), grid[:12])

    def of(self, category: str, area: str = "") -> Spot:
        """A place where a thing of this category can be wrong: at a component of its kind, where there is one near."""
        spot = self.anywhere(area)
        if not category.startswith("C"):
            return spot
        near = places.near(spot.lon, spot.lat, _LOOK_METRES, "component", of=(category[1:],), limit=6)
        if not near:
            return spot
        found = self._draw.choice(near)
        grid = places.locate(found.lon, found.lat).unit_grid
        return Spot(found.lon, found.lat, address(self._land, grid, self._draw), grid[:12]) if grid else spot

    def beside(self, spot: Spot) -> Spot:
        """Within 30 m of a spot: where a neighbour stands who tells of the same thing."""
        return near_by(spot, self._draw)
