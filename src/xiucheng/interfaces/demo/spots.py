"""Where things happen in the sample district: points with an address, at components where the story is about one."""

import random
from dataclasses import dataclass
from typing import Protocol

from shapely.geometry import Point

from xiucheng.foundation.places import queries as places

from .ground import Ground
from .names import LANDMARKS, STREETS

_ROADS = {street.code: street.roads for street in STREETS}
_LOOK_METRES = 600.0


@dataclass(frozen=True, slots=True)
class Spot:
    """A point in degrees WGS84, its address in words, the community it lies in."""

    lon: float
    lat: float
    address: str
    community: str


def near_by(spot: Spot, draw: random.Random) -> Spot:
    """A point within 30 m of a spot, with its address; the spot itself where that lies outside the district."""
    metre = 1 / 111_195
    lon = spot.lon + draw.uniform(-20, 20) * metre
    lat = spot.lat + draw.uniform(-20, 20) * metre
    inside = not places.locate(lon, lat).outside
    return Spot(lon, lat, spot.address, spot.community) if inside else spot


class Places(Protocol):
    """Whatever finds places for stories."""

    def anywhere(self, area: str = "") -> Spot: ...

    def of(self, category: str, area: str = "") -> Spot: ...

    def beside(self, spot: Spot) -> Spot: ...


class Spots:
    """Finds places by lot, the same for the same lot."""

    def __init__(self, ground: Ground, draw: random.Random) -> None:
        self._grids = list(ground.unit_grids.items())
        self._draw = draw

    def anywhere(self, area: str = "") -> Spot:
        """A point in some unit grid (of an area), with an address."""
        code, shape = self._draw.choice([pair for pair in self._grids if pair[0].startswith(area)])
        west, south, east, north = shape.bounds
        while True:
            point = Point(self._draw.uniform(west, east), self._draw.uniform(south, north))
            if shape.contains(point):
                return Spot(round(point.x, 6), round(point.y, 6), self._address(code), code[:12])

    def of(self, category: str, area: str = "") -> Spot:
        """A place where a thing of this category can be wrong: at a component of its kind, where there is one near."""
        spot = self.anywhere(area)
        if not category.startswith("C"):
            return spot
        near = places.near(spot.lon, spot.lat, _LOOK_METRES, "component", of=(category[1:],), limit=6)
        near = [found for found in near if (places.locate(found.lon, found.lat).community or "").startswith(area)]
        if not near:
            return spot
        found = self._draw.choice(near)
        community = places.locate(found.lon, found.lat).community or spot.community
        return Spot(found.lon, found.lat, self._address(community), community)

    def beside(self, spot: Spot) -> Spot:
        """Within 30 m of a spot: where a neighbour stands who tells of the same thing."""
        return near_by(spot, self._draw)

    def _address(self, code: str) -> str:
        road = self._draw.choice(_ROADS[code[:9]])
        return f"{road}{self._draw.randrange(2, 180)}号{self._draw.choice(LANDMARKS)}"
