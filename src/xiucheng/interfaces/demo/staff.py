"""Who works in the sample district: posts as tables, weekly duty, and one account per role to sign in with."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from xiucheng.foundation.people import commands, queries
from xiucheng.foundation.people.rules import Standing

from .ground import Ground, communities
from .names import GIVEN, STREETS, SURNAMES
from .organisations import DEPARTMENTS, offices
from .shifts import DAY, EVERY_DAY, NIGHT, OFFICE, THREE_SHIFTS, Shift

# For trying things out on one's own machine only; `./xiucheng doctor` says so where a demo is let out.
PASSWORD = "xiucheng-shili"

# Departments whose work is done by crews in the street, besides the one that there is an account of.
FIELD = (
    "brigade_east", "brigade_west", "sanitation", "parks", "drainage", "rivers", "city_lighting", "power", "water",
    "gas", "telecom", "property",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Account:
    """A way to sign in: the post and its place in words, user name, password."""

    title: str
    username: str
    password: str


@dataclass(frozen=True, slots=True)
class Post:
    """One post of one person: role, area, agency by code, weekly duty, user name where it is the one to sign in as."""

    role: str
    area: str = ""
    agency: str = ""
    shift: Shift | None = None
    weekdays: int = EVERY_DAY
    username: str = ""
    # A second post of the same person: a community's secretary also answers for what is sent to the community.
    also: str = ""


HOME = STREETS[0]
"""The street where the accounts of street and community work."""

HOME_COMMUNITY, _HOME_NAME = communities(HOME.code)[0]
_TITLES = {
    "grid_officer": _HOME_NAME,
    "inspector": HOME.name,
    "agency_clerk": "示例区市政养护所",
    "crew": "示例区市政养护所",
    "street_head": HOME.name,
    "community_secretary": _HOME_NAME,
}
# In the order of a case's way through the house.
ROLES_WITH_ACCOUNT = (
    "grid_officer", "inspector", "acceptor", "dispatcher", "shift_leader", "agency_clerk", "crew",
    "community_secretary", "street_head", "leader", "system_admin", "security_admin", "audit_admin",
)  # fmt: skip


def accounts() -> list[Account]:
    """One account per role, with the role's name in the reader's language."""
    names = dict(queries.roles())
    return [
        Account(f"{names[role]} · {_TITLES[role]}" if role in _TITLES else names[role], role, PASSWORD)
        for role in ROLES_WITH_ACCOUNT
    ]


def posts() -> Iterator[Post]:
    """Everybody: those to sign in as first, then the colleagues that the simulator plays."""
    yield from _centre()
    yield from _field()
    yield from _agencies()


def _centre() -> Iterator[Post]:
    for role in ("acceptor", "dispatcher", "shift_leader"):
        yield Post(role, shift=DAY, username=role)
        for shift in THREE_SHIFTS:
            yield Post(role, shift=shift)
    yield Post("leader", username="leader")
    yield Post("leader")
    for role in ("system_admin", "security_admin", "audit_admin"):
        yield Post(role, username=role)


def _field() -> Iterator[Post]:
    for street in STREETS:
        home = street is HOME
        yield Post("street_head", area=street.code, username="street_head" if home else "")
        if home:
            yield Post("inspector", area=street.code, shift=DAY, username="inspector")
        yield Post("inspector", area=street.code, shift=DAY)
        for code, _name in communities(street.code):
            mine = code == HOME_COMMUNITY
            if mine:
                yield Post("grid_officer", area=code, shift=OFFICE, username="grid_officer")
            yield Post("grid_officer", area=code, shift=OFFICE)
            yield Post("community_secretary", area=code, username="community_secretary" if mine else "", also="clerk")
    for _number in range(2):
        yield Post("inspector", shift=NIGHT)


def _agencies() -> Iterator[Post]:
    yield Post("agency_clerk", agency="roads", username="agency_clerk")
    yield Post("crew", agency="roads", username="crew")
    for department in DEPARTMENTS:
        yield Post("agency_clerk", agency=department.code)
    for office in offices():
        if office.kind == "street_office":
            yield Post("agency_clerk", agency=office.code)
    for code in FIELD:
        yield Post("crew", agency=code)


def employ(by: Standing, now: datetime, agencies: dict[str, UUID], ground: Ground, draw: random.Random) -> None:
    """Register everybody with posts, weekly duty and, where to sign in, an account; inspectors get their duty grids."""
    names = _names(draw)
    walkers: dict[str, UUID] = {}
    for post in posts():
        person = commands.register_person(by=by, now=now, name=next(names))
        membership = commands.start_membership(
            by=by,
            now=now,
            person_id=person,
            role=post.role,
            area=post.area,
            agency_id=agencies[post.agency] if post.agency else None,
        )
        if post.also:
            office = agencies[f"office_{post.area[6:]}"]
            commands.start_membership(by=by, now=now, person_id=person, role="agency_clerk", agency_id=office)
        if post.shift:
            _roster(by, now, membership, post)
        if post.username:
            commands.create_account(by=by, now=now, person_id=person, username=post.username, password=PASSWORD)
        if post.role == "inspector" and post.area:
            # The one to sign in as walks the first duty grid; a colleague walks the others of the street.
            walkers.setdefault(f"first of {post.area}", person)
            walkers[post.area] = person
    _walk(by, now, ground, walkers)


def _names(draw: random.Random) -> Iterator[str]:
    everybody = [surname + given for surname in SURNAMES for given in GIVEN]
    draw.shuffle(everybody)
    return iter(everybody)


def _roster(by: Standing, now: datetime, membership: UUID, post: Post) -> None:
    assert post.shift is not None
    starts, ends = post.shift
    since: date = now.date()
    commands.start_roster(
        by=by, now=now, membership_id=membership, weekdays=post.weekdays, starts=starts, ends=ends, since=since
    )


def _walk(by: Standing, now: datetime, ground: Ground, walkers: dict[str, UUID]) -> None:
    seen: set[str] = set()
    for duty_grid in ground.duty_grids():
        street = duty_grid[:9]
        person = walkers[street] if street in seen else walkers[f"first of {street}"]
        seen.add(street)
        commands.link_grid(by=by, now=now, duty_grid=duty_grid, person_id=person)
