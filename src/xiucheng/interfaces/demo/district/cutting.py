"""Cutting a piece of ground in two by a line of a given kind, so that each part has its share of the area. Metres."""

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon

Kind = Literal["river", "avenue", "road", "lane"]


@dataclass(frozen=True, slots=True)
class Style:
    """How a line of a kind runs: in how many straight parts, how far it bends aside (share of its length), how far it
    turns from straight across (degrees), and how round its pieces should at least be (4πA/P², a circle has 1)."""

    parts: int
    bend: float
    turn: float
    roundness: float


STYLES: Mapping[Kind, Style] = {
    "river": Style(36, 0.06, 10, 0.4),
    "avenue": Style(12, 0.012, 8, 0.5),
    "road": Style(6, 0.010, 8, 0.55),
    "lane": Style(3, 0.012, 6, 0.6),
}
_TRIES = 6
_STEPS, _CLOSE = 20, 0.002
"""How often a line is moved at most, and how near the share is near enough."""


@dataclass(frozen=True, slots=True)
class Cut:
    """One piece made two, and the line between them."""

    first: Polygon
    second: Polygon
    line: LineString


def cut(piece: Polygon, share: float, kind: Kind, draw: random.Random) -> Cut:
    """Cut across the longer way of a piece; `first` has about `share` of the area. Of several lines drawn by lot the
    first that leaves two round pieces is taken, else the one that leaves the roundest.

    Raises ValueError where no line leaves two whole pieces.
    """
    best: tuple[float, Cut] | None = None
    for _ in range(_TRIES):
        made = _try(piece, share, kind, draw)
        if made is None:
            continue
        rounder = min(_roundness(made.first), _roundness(made.second))
        if best is None or rounder > best[0]:
            best = rounder, made
        if rounder >= STYLES[kind].roundness:
            break
    if best is None:
        raise ValueError("no line leaves two whole pieces")
    return best[1]


def _try(piece: Polygon, share: float, kind: Kind, draw: random.Random) -> Cut | None:
    halves = _halves(piece, kind, draw)
    # What lies beyond the line, as a share: all at -1, nothing at 1, and less the further it is pushed. The straight
    # line between the nearest two known points tells where the wanted share is about.
    low, high, much, little = -1.0, 1.0, 1.0, 0.0
    half, line = halves(0.0)
    for _ in range(_STEPS):
        push = low + (high - low) * min(max((much - share) / (much - little), 0.05), 0.95)
        half, line = halves(push)
        beyond = piece.intersection(half).area / piece.area
        if abs(beyond - share) < _CLOSE:
            break
        low, high, much, little = (push, high, beyond, little) if beyond > share else (low, push, much, beyond)
    first, second, drawn = piece.intersection(half), piece.difference(half), piece.intersection(line)
    whole_ones = all(part.geom_type == "Polygon" and not part.interiors for part in (first, second))
    return Cut(first, second, drawn) if whole_ones and drawn.geom_type == "LineString" else None


def _halves(piece: Polygon, kind: Kind, draw: random.Random) -> Callable[[float], tuple[Polygon, LineString]]:
    """The ground beyond a line pushed by -1…1 of the piece's length along its longer way, and the line itself."""
    style = STYLES[kind]
    frame = np.asarray(piece.minimum_rotated_rectangle.exterior.coords)
    sides = frame[1:3] - frame[:2]
    lengths = np.hypot(sides[:, 0], sides[:, 1])
    longer = sides[int(np.argmax(lengths))] / lengths.max()
    turned = math.radians(draw.uniform(-style.turn, style.turn))
    along = np.array(
        [
            longer[0] * math.cos(turned) - longer[1] * math.sin(turned),
            longer[0] * math.sin(turned) + longer[1] * math.cos(turned),
        ]
    )
    across = np.array([-along[1], along[0]])
    middle, reach = frame[:4].mean(axis=0), float(lengths.max())
    steps = np.linspace(-reach, reach, 2 * style.parts + 1)
    path = middle + steps[:, None] * across + _bends(steps / reach, style, draw)[:, None] * reach * along
    beyond = np.array([path[-1] + 4 * reach * along, path[0] + 4 * reach * along])
    ring, line = shapely.Polygon(np.vstack([path, beyond])), shapely.LineString(path)

    def at(push: float) -> tuple[Polygon, LineString]:
        shift = push * reach * along
        return shapely.transform(ring, lambda xy: xy + shift), shapely.transform(line, lambda xy: xy + shift)

    return at


def _bends(steps: np.ndarray, style: Style, draw: random.Random) -> np.ndarray:
    """How far aside a line lies at each step: waves of several lengths, and something of chance."""
    aside = np.zeros_like(steps)
    for waves, part in ((1.3, 0.6), (2.9, 0.3), (5.3, 0.1)):
        aside += part * np.sin(waves * math.pi * steps + draw.uniform(0, 2 * math.pi))
    return style.bend * aside


def _roundness(piece: Polygon) -> float:
    return float(4 * math.pi * piece.area / piece.length**2)
