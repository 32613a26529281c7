"""Looking up what cells name: places, agencies and people by code, number or name as people write them."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.queries import Agency, Member
from xiucheng.foundation.places import queries as places
from xiucheng.foundation.places.rules import level_of

from ..rules.cells import BadCell, form
from .base import Key, KnownRows

PERSONS = "person"
"""The space of keys in which people are known, whatever post a row was about."""

_DISTRICT = frozenset({"全区", "区级", "本区"})


def area(said: str) -> str:
    """The code of a street or community by code or name; "" is the whole district. Raises unknown_area."""
    if not said or said in _DISTRICT:
        return ""
    if re.fullmatch(r"[0-9]{6,15}", said):
        found = places.area(said)
        if found is not None and found.active_to is None:
            return found.code
        raise BadCell("unknown_area", said)
    code = places.code_by_name(said)
    if code is None:
        raise BadCell("unknown_area", said[:30])
    return code


class Once:
    """A look-up that is asked once for each word of a file: lists of thousands name a few dozen places."""

    def __init__(self, look: Callable[[str], str]) -> None:
        self._look = look
        self._found: dict[str, str | BadCell] = {}

    def __call__(self, said: str) -> str:
        """What the look-up answers, or raises."""
        if said not in self._found:
            try:
                self._found[said] = self._look(said)
            except BadCell as bad:
                self._found[said] = bad
        found = self._found[said]
        if isinstance(found, BadCell):
            raise BadCell(found.code, found.detail)
        return found


def community(otherwise: str) -> Once:
    """A look-up of communities by code or name. What names nothing raises unknown_area; a street or the district raises
    the code `otherwise`, whose sentence says what a community is wanted for.
    """

    def look(said: str) -> str:
        code = area(said)
        if level_of(code) != "community":
            raise BadCell(otherwise, said[:30])
        return code

    return Once(look)


@dataclass(frozen=True, slots=True)
class Agencies:
    """The organisations in use by code and by name (in the form names are compared in); names may be shared."""

    by_code: Mapping[str, Agency]
    by_name: Mapping[str, tuple[str, ...]]

    @classmethod
    def load(cls) -> "Agencies":
        """At most one statement."""
        found = [one for one in people.organisations().values() if one.is_active]
        names: dict[str, list[str]] = defaultdict(list)
        for one in found:
            names[form(one.name)].append(one.code)
        return cls({one.code: one for one in found}, {name: tuple(codes) for name, codes in names.items()})

    def names(self) -> list[str]:
        """All names as they are written, in order."""
        return sorted({one.name for one in self.by_code.values()})

    def code(self, said: str) -> str:
        """The code by code or full name. Raises unknown_agency, two_agencies."""
        if said.lower() in self.by_code:
            return said.lower()
        codes = self.by_name.get(form(said), ())
        if len(codes) != 1:
            raise BadCell("two_agencies" if codes else "unknown_agency", said[:30])
        return codes[0]


def person_key(number: str, name: str, phone: str) -> Key:
    """What a person is known by: the staff number where the list has one, else name and phone."""
    return ("#", number) if number else (name, phone)


@dataclass(frozen=True, slots=True)
class People:
    """The staff by name, and those known by number or phone from lists handed in before."""

    by_name: Mapping[str, tuple[UUID, ...]]
    posts: Mapping[UUID, tuple[Member, ...]]
    known: KnownRows

    @classmethod
    def load(cls, now: datetime, known: KnownRows) -> "People":
        """One statement."""
        return cls.of(people.staff(at=now), known)

    @classmethod
    def of(cls, staff: Iterable[Member], known: KnownRows) -> "People":
        """From posts that were read already."""
        names: dict[str, dict[UUID, None]] = defaultdict(dict)
        posts: dict[UUID, list[Member]] = defaultdict(list)
        for member in staff:
            names[member.name][member.person_id] = None
            posts[member.person_id].append(member)
        return cls(
            {name: tuple(found) for name, found in names.items()},
            {one: tuple(held) for one, held in posts.items()},
            known,
        )

    def known_as(self, key: Key) -> UUID | None:
        """Who came under this key by a list before and is still in a post."""
        row = self.known.of(key)
        person = UUID(row.ref) if row else None
        return person if person in self.posts else None

    def one(self, name: str, mark: str) -> UUID:
        """Whom a cell means. mark: phone or staff number, may be "". Raises unknown_person, two_people."""
        if mark:
            found = self.known_as(("#", mark)) or self.known_as((name, mark))
            if found is not None:
                return found
        same = self.by_name.get(name, ())
        if not same:
            raise BadCell("unknown_person", name[:30])
        if len(same) > 1:
            raise BadCell("two_people", name[:30])
        return same[0]


def area_names() -> list[str]:
    """The names of all streets and communities, for the lists of the downloads."""
    return [one.name for one in places.subtree() if one.level != "district"]


def community_names() -> list[str]:
    """The names of all communities, for the lists of the downloads."""
    return [one.name for one in places.communities()]
