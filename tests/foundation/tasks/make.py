"""Tasks for tests: one agency with a clerk and a crew, and short ways to give and to look."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.foundation.people.make import agency, person
from xiucheng.foundation.people.rules import Post, Standing
from xiucheng.foundation.tasks import commands
from xiucheng.kit import journal
from xiucheng.kit.actor import Actor
from xiucheng.kit.ids import uuid7
from xiucheng.kit.worktime import Limit, Unit

ZONE = ZoneInfo("Asia/Shanghai")
TESTER = Actor.system("test")
TWO_DAYS = Limit(2, Unit.WORK_DAY)


def at(text: str) -> datetime:
    """ "2026-11-18 10:00" as Beijing time."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


WEDNESDAY = at("2026-11-18 10:00")


@dataclass(frozen=True)
class House:
    """An agency and who works for it."""

    agency: UUID
    clerk: Standing
    crew: Standing

    def give(self, now: datetime = WEDNESDAY, **values: Any) -> commands.Given:
        """A task for the agency, two work days, unless said otherwise."""
        plain = {
            "actor": TESTER,
            "kind": "handle",
            "room": "cases",
            "subject": uuid7(),
            "agency_id": self.agency,
            "area": "990101001001",
            "limit": TWO_DAYS,
        }
        return commands.give(**{**plain, **values}, now=now)


def house(code: str = "roads") -> House:
    agency_id = agency(code)
    return House(
        agency_id,
        person(Post("agency_clerk", agency_id=agency_id)),
        person(Post("crew", agency_id=agency_id)),
    )


def steps(task_id: UUID) -> list[journal.Step]:
    return journal.of_subject(task_id)
