"""The people of 丝澜区（示例） once they are registered: who plays which part of the chronicle at which hour."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from xiucheng.foundation.people import commands as people
from xiucheng.foundation.people.neighbourhood import responsibilities
from xiucheng.kit.actor import Actor

from ..staff import PASSWORD
from .chronicle import ZONE
from .frame import BY
from .staff import Worker

_RULES = {"rule:filing": Actor.rule("filing", 1), "rule:routing": Actor.rule("routing", 1)}
_ENDINGS = {"acceptor": "", "dispatcher": "", "agency_clerk": "clerk:", "grid_officer": "officer:"}


@dataclass(slots=True)
class Company:
    """Part → those who play it, with the local hours of their duty."""

    players: dict[str, list[tuple[UUID, range]]] = field(default_factory=lambda: defaultdict(list))

    def actor(self, part: str, at: datetime) -> Actor:
        """Who plays a part at a moment: one of those on duty then, else one of the others."""
        if part in _RULES:
            return _RULES[part]
        if part.startswith("system:"):
            return Actor.system(part.removeprefix("system:"))
        everybody = self.players[part]
        hour = at.astimezone(ZONE).hour
        there = [person for person, hours in everybody if hour in hours] or [person for person, _hours in everybody]
        return Actor.person(there[int(at.timestamp()) % len(there)])

    def take_in(self, worker: Worker, person: UUID) -> None:
        """One more who may play."""
        for part in _parts(worker):
            self.players[part].append((person, _hours(worker)))


def _parts(worker: Worker) -> list[str]:
    if worker.duty_grid:
        return [f"inspector:{worker.duty_grid}"]
    role, area, agency = worker.posts[0]
    return [f"{_ENDINGS[role]}{area or agency}" if _ENDINGS[role] else role] if role in _ENDINGS else []


def _hours(worker: Worker) -> range:
    """The hours of a day on duty, as far as they lie between two midnights."""
    if worker.shift is None:
        return range(24)
    starts, ends = worker.shift[0].hour, worker.shift[1].hour
    return range(starts, ends) if starts < ends else range(ends)


def employ(workers: tuple[Worker, ...], organisations: Mapping[str, UUID], now: datetime) -> Company:
    """Register everybody with posts, weekly duty, duty grids and, where to sign in, an account."""
    company = Company()
    for worker in workers:
        person = people.register_person(by=BY, now=now, name=worker.name)
        memberships = [
            people.start_membership(
                by=BY,
                now=now,
                person_id=person,
                role=role,
                area=area,
                agency_id=organisations[agency] if agency else None,
            )
            for role, area, agency in worker.posts
        ]
        if worker.shift:
            starts, ends = worker.shift
            people.start_roster(
                by=BY,
                now=now,
                membership_id=memberships[0],
                weekdays=worker.weekdays,
                starts=starts,
                ends=ends,
                since=now.astimezone(ZONE).date(),
            )
        if worker.duty_grid:
            people.link_grid(by=BY, now=now, duty_grid=worker.duty_grid, person_id=person)
        for street in worker.streets:
            responsibilities.name_responsible(by=BY, now=now, person_id=person, place=street)
        if worker.username:
            people.create_account(by=BY, now=now, person_id=person, username=worker.username, password=PASSWORD)
        company.take_in(worker, person)
    return company
