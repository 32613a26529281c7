"""The chronicle as past reports of intake: parts become people, codes become ids; kept batch by batch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from xiucheng.foundation.people.commands import Contact
from xiucheng.kit.actor import Actor
from xiucheng.kit.ids import uuid7
from xiucheng.operations.cases.history import PastMove
from xiucheng.operations.cases.rules import Request
from xiucheng.operations.intake.history import PastReport, keep_history
from xiucheng.operations.intake.placing import Place

from ..stories import SAID
from .chronicle import Happening, Tale
from .company import Company
from .frame import BY

BATCH = 1_000
"""Reports kept by one transaction."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What the chronicle is played with: the people, and the organisations by code."""

    company: Company
    organisations: Mapping[str, UUID]

    def play(self, tales: Sequence[Tale], now: datetime, between: Callable[[int], None]) -> None:
        """Keep the tales, each batch in a transaction of its own; `between` is told how many are kept by now."""
        for start in range(0, len(tales), BATCH):
            batch = tales[start : start + BATCH]
            keep_history(by=BY, now=now, reports=[self.report(tale) for tale in batch])
            between(start + len(batch))

    def report(self, tale: Tale) -> PastReport:
        """A tale as a past report."""
        filed_at = tale.filed_at.astimezone(UTC)
        return PastReport(
            channel=tale.channel,
            category=tale.category,
            condition=tale.condition or None,
            text=tale.text,
            address=tale.address,
            place=Place(
                area=tale.unit_grid[:12],
                unit_grid=tale.unit_grid,
                lon=tale.lon,
                lat=tale.lat,
                component=tale.component,
            ),
            received_at=tale.at.astimezone(UTC),
            filed_at=filed_at,
            moves=tuple(self._moves(tale)),
            contact=Contact(tale.caller, tale.phone) if tale.phone else None,
            reported_by=self._actor(tale.reporter, tale.at) if tale.reporter else Actor.channel(tale.channel),
            filed_by=self._actor(tale.filer, tale.filed_at),
            self_handled=tale.self_handled,
            checked=True,
            goes_on=tale.is_open,
        )

    def _moves(self, tale: Tale) -> Iterator[PastMove]:
        asked: Request | None = None
        for happening in tale.happenings:
            by = self._actor(happening.who, happening.at)
            at = happening.at.astimezone(UTC)
            args = self._args(happening, asked)
            if happening.name in ("extend", "return_case"):
                asked = Request(uuid7(), happening.name, str(by), at, {})
            yield PastMove(happening.name, at, args, _said(happening), by)

    def _actor(self, part: str, at: datetime) -> Actor:
        return self.company.actor(part, at)

    def _args(self, happening: Happening, asked: Request | None) -> dict[str, Any]:
        if happening.name == "dispatch":
            return {"agency": self.organisations[happening.args["agency"]]}
        if happening.name == "decide":
            return {"request_facts": asked, "granted": "yes"}
        return dict(happening.args)


def _said(happening: Happening) -> str:
    """One of the things that staff write then, the same for the same moment."""
    choices = SAID[happening.said] if happening.said else ("",)
    return choices[int(happening.at.timestamp()) % len(choices)]
