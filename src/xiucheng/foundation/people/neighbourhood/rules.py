"""Rules of the grid and its people: the three levels of responsibility and what they lack. Pure; no clock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from xiucheng.kit.words import marked as _

# The three levels at which somebody answers for a place (三级包保), with the length of the area's code.
LEVELS: Mapping[str, int] = MappingProxyType({"street": 9, "community": 12, "grid": 0})
LEVEL_NAMES: Mapping[str, str] = MappingProxyType({"street": _("镇街"), "community": _("社区"), "grid": _("责任网格")})


@dataclass(frozen=True, slots=True)
class Requirement:
    """How many people must answer for each place of a level, and which posts held there count as answering.

    posts: roles of people.rules.ROLES. walkers: whoever walks a duty grid counts for it.
    """

    least: int
    posts: frozenset[str] = frozenset()
    walkers: bool = False


# Street two, community one, grid one (D); the head, the secretary and the walker count.
DEFAULT: Mapping[str, Requirement] = MappingProxyType(
    {
        "street": Requirement(2, frozenset({"street_head"})),
        "community": Requirement(1, frozenset({"community_secretary"})),
        "grid": Requirement(1, walkers=True),
    }
)


@dataclass(frozen=True, slots=True)
class Place:
    """A place of one level: code, name, and the area it is or lies in."""

    level: str
    code: str
    area: str
    name: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """A place with the people who answer for it; missing: how many more it needs."""

    place: Place
    people: tuple[str, ...]
    missing: int


def coverage(
    places: Iterable[Place], held: Mapping[tuple[str, str], Sequence[str]], required: Mapping[str, Requirement]
) -> list[Coverage]:
    """Every place of the levels required with who answers for it, in the order given.

    held: (level, code) → the persons who answer, in any order; the same person twice counts once.
    """
    found = []
    for place in places:
        if place.level in required:
            people = tuple(dict.fromkeys(held.get((place.level, place.code), ())))
            found.append(Coverage(place, people, max(0, required[place.level].least - len(people))))
    return found
