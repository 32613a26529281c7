"""What the last rehearsal found, in words: to whom each case went, by which rule, what it met."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.places import queries as places
from xiucheng.kit import rehearsal
from xiucheng.operations.cases import configuration

from .beginning import rehearsed_since_last_import
from .frame import REHEARSAL, demand, rehearsing
from .models import Progress, Site
from .rules.rehearsal import LACKS, STAGES, STATES
from .templates.base import Template
from .templates.table import template_of


@dataclass(frozen=True, slots=True)
class Met:
    """Something a case lacked: the sentence, the template that cures it (None where none does), did it stop there."""

    sentence: str
    cure: Template | None
    stops: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A rehearsed case in words; people by name, "" where the case did not come so far."""

    number: int
    category: str
    place: str
    component: str
    rule: int | None
    agency: str
    night: str
    acceptor: str
    clerk: str
    checker: str
    closed: bool
    stage: str
    lacks: tuple[Met, ...]

    @property
    def people(self) -> list[tuple[str, str]]:
        """What each did, and who it was, as far as the case came."""
        did = ((_("立案"), self.acceptor), (_("处置"), self.clerk), (_("核查"), self.checker))
        return [(what, who) for what, who in did if who]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The last rehearsal. fresh: nothing has been imported since it began. possible: the site may rehearse at all.
    live: it need not any more."""

    state: str
    state_words: str
    at: datetime | None
    cases: tuple[Case, ...]
    percent: int
    failed: str
    fresh: bool
    possible: bool
    live: bool

    @property
    def running(self) -> bool:
        return self.state == "running"

    @property
    def closed(self) -> int:
        return sum(1 for one in self.cases if one.closed)

    @property
    def by_rule(self) -> int:
        return sum(1 for one in self.cases if one.rule is not None)


def view(by: Standing, now: datetime) -> Rehearsal:
    """The last rehearsal, or an empty one. Refused: not_yours. At most eight statements."""
    demand(by)
    site = Site.objects.filter(id=1).first()
    state = site.rehearsal_state if site else ""
    kept: Mapping[str, Any] = (site.rehearsed if site else None) or {}
    if site is not None and state == "running" and not rehearsing(site, now):
        state, kept = "failed", {"failed": "no_answer"}
    far = Progress.objects.filter(import_id=REHEARSAL).first() if state == "running" else None
    rows = kept.get("cases", []) if state == "done" else []
    return Rehearsal(
        state=state,
        state_words=_(STATES[state]) if state else "",
        at=site.rehearsed_at if site else None,
        cases=tuple(_cases(rows, now)),
        percent=100 * far.done // far.total if far and far.total else 0,
        failed=str(kept.get("failed", "")) if state == "failed" else "",
        fresh=rehearsed_since_last_import(site),
        possible=rehearsal.possible(),
        live=site is not None and site.live_at is not None,
    )


def _cases(rows: Iterable[Mapping[str, Any]], now: datetime) -> Iterable[Case]:
    rows = list(rows)
    if not rows:
        return
    catalogue = configuration.catalogue(now)
    agencies = {one.code: one.name for one in people.organisations().values()}
    posts = ("acceptor", "clerk", "checker")
    names = people.person_names({UUID(row[post]) for row in rows for post in posts if row[post]})
    for row in rows:
        known = catalogue.categories.get(row["category"])
        night = agencies.get(row["night"][0], "") if row["night"] else ""
        who = {post: names.get(UUID(row[post]), "") if row[post] else "" for post in posts}
        yield Case(
            number=row["number"], category=known.minor_name if known else row["category"],
            place=places.area_name(row["area"]), component=row["component"], rule=row["rule"],
            agency=agencies.get(row["agency"], row["agency"]),
            night=night or (_("派遣员决定") if row["night"] else ""), closed=row["state"] == "closed",
            stage=_(STAGES.get(row["state"], row["state"])),
            lacks=tuple(_met(code, detail) for code, detail in row["lacks"]), **who,
        )  # fmt: skip


def _met(code: str, detail: str) -> Met:
    lack = LACKS[code]
    return Met(_(lack.sentence) % {"detail": detail}, template_of(lack.cure) if lack.cure else None, lack.stops)
