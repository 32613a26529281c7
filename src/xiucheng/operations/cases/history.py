"""Cases of the past: the same pure rules folded in memory, then written by COPY; and the spans that statistics read.

An import of history makes no tasks and tells nobody: what a source states is kept with its own dates, `imported`, and
nothing runs from it. Limits and calendars are those in force at the import; a due date that the source states stands
in place of the reckoned one, and where it states that there is none the case has none.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people import vault
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.tasks import calendars
from xiucheng.kit import bulk, journal
from xiucheng.kit.ids import uuid7
from xiucheng.kit.verbs import verb
from xiucheng.kit.worktime import due

from . import configuration
from .commands.filing import NewCase
from .models import REASON
from .rules import CaseFacts, Mover, apply, display_number
from .rules.apply import Clocks, case_due


@dataclass(frozen=True, slots=True)
class PastMove:
    """A move as its source states it. args: as rules.apply takes them (agency: UUID, closing: code). said: words."""

    name: str
    at: datetime
    args: Mapping[str, Any]
    said: str = ""


@dataclass(frozen=True, slots=True)
class PastCase:
    """A case of the past: what was filed, when, what was promised, and the moves in their order.

    due_stated: whether `due_at` is what the source states (None: it states that there is none); else it is reckoned.
    """

    new: NewCase
    filed_at: datetime
    moves: tuple[PastMove, ...]
    due_stated: bool = False
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Folded:
    """What a past case has become: the facts, the columns beside them, and its steps (id, verb, at, payload, words)."""

    facts: CaseFacts
    beside: dict[str, Any]
    steps: tuple[tuple[UUID, str, datetime, dict[str, Any], str], ...]


@verb
def write(*, by: Standing, now: datetime, cases: Sequence[PastCase]) -> None:
    """File past cases and make their moves, in six statements however many they are.

    The rules judge every move as they would today (state, rule), but not who made it: that is history. Refused: what
    filing and the rules refuse (`unknown_category`, `illegal_move`, …), for the whole batch. Steps: cases.file and
    cases.<move>, `imported`, at the stated times.
    """
    if not cases:
        return
    clocks = configuration.clocks(now)
    numbers = _numbers([case.filed_at for case in cases])
    folded = [_fold(case, number, by, now, clocks) for case, number in zip(cases, numbers, strict=True)]
    bulk.copy("cases_case", _CASE_COLUMNS, (_case_row(one) for one in folded))
    bulk.copy("cases_content", _CONTENT_COLUMNS, _content_rows(cases, folded))
    for one in folded:
        for step_id, name, at, payload, _said in one.steps:
            journal.record(
                room="cases",
                subject=one.facts.id,
                verb=name,
                actor=by.actor,
                occurred_at=at,
                payload=payload,
                imported=True,
                step_id=step_id,
            )


def _fold(case: PastCase, number: str, by: Standing, now: datetime, clocks: Clocks) -> _Folded:
    facts, beside = _filed(case, number, now, clocks)
    steps = [(uuid7(), "file", case.filed_at, _file_payload(case.new, facts, beside), "")]
    mover = Mover(str(by.actor))
    for move in case.moves:
        outcome = apply(move.name, facts, move.args, by=mover, now=move.at, clocks=clocks)
        changes = dict(outcome.changes)
        changes.pop("undo", None)
        payload: dict[str, Any] = {"from": facts.state, **outcome.told}
        if "give_handle" in outcome.effects:
            changes["handle_due_at"] = _handle_due(facts, move, now)
        if "handle_due_at" in changes:
            payload["handle_due"] = changes["handle_due_at"]
        facts = replace(facts, **changes)
        payload |= {"state": facts.state, "version": facts.version}
        steps.append((uuid7(), move.name, move.at, payload, move.said))
        beside["moved_at"] = move.at
    return _Folded(facts, beside, tuple(steps))


def _filed(case: PastCase, number: str, now: datetime, clocks: Clocks) -> tuple[CaseFacts, dict[str, Any]]:
    """The case as filing makes it, its clock from the stated time of filing."""
    new, catalogue = case.new, configuration.catalogue(now)
    category, condition = catalogue.condition(new.category, new.condition)
    reckoned = case_due(case.filed_at, condition.limit, False, clocks)
    facts = CaseFacts(
        id=new.case_id,
        state="filed",
        version=1,
        category=category.key,
        condition=condition.key,
        area=new.place.area,
        limit=condition.limit,
        # What no source states is not asked of the past: a check, and a picture of the result.
        needs_check=False,
        after_photo=False,
        filed_at=case.filed_at,
        clock_from=case.filed_at,
        due_at=case.due_at if case.due_stated else reckoned.at,
        provisional=reckoned.provisional and not case.due_stated,
        imported=True,
    )
    beside = {
        "number": number,
        "channel": new.channel,
        "condition_assumed": not new.condition,
        "severity": condition.severity,
        "catalogue_version": catalogue.version,
        "unit_grid": new.place.unit_grid,
        "component": new.place.component,
        "lon": new.place.lon,
        "lat": new.place.lat,
        "calendar_version": calendars.in_force(now),
        "quality": list(new.quality),
        "moved_at": case.filed_at,
    }
    return facts, beside


def _file_payload(new: NewCase, facts: CaseFacts, beside: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "state": facts.state,
        "version": facts.version,
        "number": beside["number"],
        "report": new.report_id,
        "channel": new.channel,
        "category": facts.category,
        "condition": facts.condition,
        "assumed": beside["condition_assumed"],
        "catalogue": beside["catalogue_version"],
        "severity": beside["severity"],
        "area": facts.area,
        "unit_grid": beside["unit_grid"],
        "component": beside["component"],
        "lon": beside["lon"],
        "lat": beside["lat"],
        "due": facts.due_at,
        "provisional": facts.provisional,
        "self_handled": facts.self_handled,
    }


def _handle_due(facts: CaseFacts, move: PastMove, now: datetime) -> datetime:
    """When the agency's own clock would have run out, by its own calendar."""
    calendar = configuration.calendar(people.agency(move.args["agency"]).calendar or "default", now)
    return due(move.at, facts.limit, calendar).at


def _numbers(filed: Sequence[datetime]) -> list[str]:
    zone = ZoneInfo(settings.TIME_ZONE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('cases_number') FROM generate_series(1, %s)", [len(filed)])
        running = [row[0] for row in cursor.fetchall()]
    return [display_number(at.astimezone(zone).year, number) for at, number in zip(filed, running, strict=True)]


# Columns that bear the names of facts, and those beside them.
_FACTS = tuple(field.name for field in fields(CaseFacts) if field.name not in {"limit", "merged_into", "undo"})
_BESIDE = (
    "number",
    "channel",
    "condition_assumed",
    "severity",
    "catalogue_version",
    "unit_grid",
    "component",
    "lon",
    "lat",
    "calendar_version",
    "quality",
    "moved_at",
)
_CASE_COLUMNS = (*_FACTS, "limit", *_BESIDE)
_CONTENT_COLUMNS = ("id", "case_id", "kind", "step_id", "key_id", "sealed")


def _case_row(one: _Folded) -> tuple[Any, ...]:
    facts = (getattr(one.facts, name) for name in _FACTS)
    plain = (list(value) if isinstance(value, tuple) else value for value in facts)
    return (*plain, json.dumps(one.facts.limit.to_json()), *(one.beside[name] for name in _BESIDE))


def _content_rows(cases: Sequence[PastCase], folded: Sequence[_Folded]) -> Iterator[tuple[Any, ...]]:
    keys = iter(vault.new_keys(sum(bool(step[-1]) for one in folded for step in one.steps)))
    for case, one in zip(cases, folded, strict=True):
        new, case_id = case.new, one.facts.id
        yield uuid7(), case_id, "title", None, new.key_id, new.sealed_title
        if new.sealed_address is not None:
            yield uuid7(), case_id, "address", None, new.key_id, new.sealed_address
        for step_id, _name, _at, _payload, said in one.steps:
            if said:
                key_id = next(keys)
                yield uuid7(), case_id, REASON, step_id, key_id, vault.seal(key_id, said)


@dataclass(frozen=True, slots=True)
class Times:
    """When a case was filed, is (was) due and was closed; None where it has no deadline or is open."""

    filed_at: datetime
    due_at: datetime | None
    closed_at: datetime | None


def times_of(case_ids: Sequence[UUID]) -> dict[UUID, Times]:
    """The times of many cases, for statistics over what was stored. One statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, filed_at, due_at, closed_at FROM cases_case WHERE id = ANY(%s)", [list(case_ids)])
        return {row[0]: Times(*row[1:]) for row in cursor.fetchall()}
