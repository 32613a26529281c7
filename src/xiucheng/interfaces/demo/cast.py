"""Who plays: holders of a post, chosen by lot among those for the place or agency, as the site itself knows them."""

import random
import time
from datetime import datetime
from uuid import UUID

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing

_REMEMBER_SECONDS = 60.0


class Cast:
    """Finds somebody for a post; what is found is remembered for a minute, because the staff changes rarely.

    spared: people who are never played as long as a colleague holds the post too: the accounts to sign in as.
    """

    def __init__(self, draw: random.Random, spared: frozenset[UUID] = frozenset()) -> None:
        self._draw = draw
        self._spared = spared
        self._found: dict[tuple[str, str | None, UUID | None], tuple[float, list[UUID]]] = {}

    def somebody(
        self, role: str, at: datetime, *, area: str | None = None, agency_id: UUID | None = None
    ) -> Standing | None:
        """Somebody who holds the post for the place (the nearest area that has one) or in the agency."""
        holders = self._holders(role, at, area, agency_id)
        return people.standing_of(self._draw.choice(holders), at) if holders else None

    def _holders(self, role: str, at: datetime, area: str | None, agency_id: UUID | None) -> list[UUID]:
        key = (role, area, agency_id)
        read_at, found = self._found.get(key, (0.0, []))
        if not found or time.monotonic() - read_at > _REMEMBER_SECONDS:
            everybody = people.holders(role, area=area, agency_id=agency_id, at=at)
            # Where an area is asked for the nearest stand first: a colleague from across the district is no inspector.
            near = everybody[:2] if area else everybody
            found = [person for person in near if person not in self._spared] or near
            self._found[key] = (time.monotonic(), found)
        return found
