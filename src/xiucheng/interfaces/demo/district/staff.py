"""Who works in 丝澜区（示例）: 400 people with posts and weekly duty, and one account per role to sign in with."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import time

from ..names import GIVEN, SURNAMES
from ..organisations import Org
from ..shifts import DAY, EVERY_DAY, NIGHT, OFFICE, THREE_SHIFTS, WORKDAYS, Shift
from .land import Land

# How many work in the centre, in each of its three shifts.
_CENTRE = (("acceptor", 6), ("dispatcher", 3), ("shift_leader", 1))
_LEADERS = 3
_NIGHT_INSPECTORS = 6
_CREWS = 45
"""Crews of agencies that work in the street, dealt over them in turn."""

_FIELD_KINDS = frozenset({"contractor", "property_firm"})
_FIELD = frozenset({"city_lighting", "power", "water", "gas", "drainage", "sanitation", "rivers", "telecom"})

# When an agency's clerk is there, by the calendar of the agency.
_SHIFTS: Mapping[str, tuple[tuple[Shift, int], ...]] = {
    "default": ((OFFICE, WORKDAYS),),
    "daylight": (((time(8), time(20)), EVERY_DAY),),
    "early": (((time(5), time(19)), EVERY_DAY),),
    "round_the_clock": tuple((shift, EVERY_DAY) for shift in THREE_SHIFTS),
}


@dataclass(frozen=True, slots=True)
class Worker:
    """One person: name, posts as (role, area, agency's code), weekly duty of the first post, the duty grid that is
    walked, the user name where it is one to sign in as, the streets answered for beside their heads (三级包保)."""

    name: str
    posts: tuple[tuple[str, str, str], ...]
    shift: Shift | None = None
    weekdays: int = EVERY_DAY
    duty_grid: str = ""
    username: str = ""
    streets: tuple[str, ...] = ()

    @property
    def role(self) -> str:
        return self.posts[0][0]


def workers(land: Land, agencies: tuple[Org, ...], seed: int) -> Iterator[Worker]:
    """Everybody: those to sign in as first in their kind, then the colleagues that the simulator plays."""
    names = _names(random.Random(f"{seed}:staff"))
    for parts in (_centre(land), _streets(land), _agencies(agencies)):
        for part in parts:
            yield replace(part, name=next(names))


def _names(draw: random.Random) -> Iterator[str]:
    everybody = [surname + given for surname in SURNAMES for given in GIVEN]
    draw.shuffle(everybody)
    return iter(everybody)


def _one(
    role: str,
    area: str = "",
    agency: str = "",
    *,
    shift: Shift | None = None,
    weekdays: int = EVERY_DAY,
    duty_grid: str = "",
    username: str = "",
) -> Worker:
    """Somebody with one post, whose name is given later."""
    return Worker("", ((role, area, agency),), shift, weekdays, duty_grid, username)


def _centre(land: Land) -> Iterator[Worker]:
    for role, count in _CENTRE:
        yield _one(role, shift=DAY, username=role)
        for shift in THREE_SHIFTS:
            yield from (_one(role, shift=shift) for _ in range(count))
    # Each street has a leader of the district beside its own head: two answer for it, as the requirement asks.
    codes = [street.code for street in land.streets]
    for number in range(_LEADERS):
        leader = _one("leader", username="" if number else "leader", shift=OFFICE, weekdays=WORKDAYS)
        yield replace(leader, streets=tuple(codes[number::_LEADERS]))
    for role in ("system_admin", "security_admin", "audit_admin"):
        yield _one(role, username=role)


def _streets(land: Land) -> Iterator[Worker]:
    home = land.streets[0].code
    first = next(iter(land.communities))
    for street in land.streets:
        username = "street_head" if street.code == home else ""
        yield _one("street_head", street.code, shift=OFFICE, weekdays=WORKDAYS, username=username)
    yield _one("inspector", home, shift=DAY, username="inspector")
    for grid in land.duty_grids:
        yield _one("inspector", grid[:9], shift=DAY, duty_grid=grid)
    yield from (_one("inspector", shift=NIGHT) for _ in range(_NIGHT_INSPECTORS))
    yield _one("grid_officer", first, shift=OFFICE, username="grid_officer")
    for code in land.communities:
        # In a district of this size the community's secretary heads its grid.
        posts = (("grid_officer", code, ""), ("community_secretary", code, ""))
        yield Worker("", posts, OFFICE, username="community_secretary" if code == first else "")


def _agencies(agencies: tuple[Org, ...]) -> Iterator[Worker]:
    yield _one("agency_clerk", agency="roads", shift=OFFICE, weekdays=WORKDAYS, username="agency_clerk")
    yield _one("crew", agency="roads", shift=DAY, username="crew")
    for org in agencies:
        for shift, weekdays in _SHIFTS[org.calendar]:
            yield _one("agency_clerk", agency=org.code, shift=shift, weekdays=weekdays)
    field = [org for org in agencies if org.kind in _FIELD_KINDS or org.code in _FIELD or "brigade" in org.code]
    for number in range(_CREWS):
        yield _one("crew", agency=field[number % len(field)].code, shift=DAY)
