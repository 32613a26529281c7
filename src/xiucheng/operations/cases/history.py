"""Cases of the past: the same pure rules folded in memory, then written by COPY; and the spans that statistics read.

History tells nobody, and what is over makes no tasks: what a source states is kept with its own dates, `imported`, and
nothing runs from it. Only a case that goes on here gets the task that its state asks for. Limits and calendars are
those in force at the import; a due date that the source states stands in place of the reckoned one, and where it states
that there is none the case has none.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people import vault
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.tasks import calendars
from xiucheng.foundation.tasks import commands as tasks
from xiucheng.foundation.tasks.commands import Duty
from xiucheng.kit import bulk, journal
from xiucheng.kit.actor import Actor
from xiucheng.kit.days import local_time
from xiucheng.kit.ids import uuid7
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb
from xiucheng.kit.worktime import Limit, due

from . import configuration
from .catalogue import Catalogue
from .commands.filing import NewCase
from .models import REASON
from .rules import MOVES, WITH_AGENCY, CaseFacts, Mover, apply, display_number
from .rules.apply import Clocks, case_due

_ASKS = frozenset(move.name for move in MOVES if move.asks)


@dataclass(frozen=True, slots=True)
class PastMove:
    """A move as its source states it. args: as rules.apply takes them (agency: UUID, closing: code). said: words.

    by: who made it, where that is known here; None where whoever brings the history stands for it.
    """

    name: str
    at: datetime
    args: Mapping[str, Any] = field(default_factory=dict)
    said: str = ""
    by: Actor | None = None


@dataclass(frozen=True, slots=True)
class PastCase:
    """A case of the past: what was filed, when, what was promised, and the moves in their order.

    due_stated: whether `due_at` is what the source states (None: it states that there is none); else it is reckoned.
    checked: the source tells of checks on the spot, so the case needs one where its condition does. goes_on: where it
    is still open, whoever has it gets the task, with the clock that has been running since; else it is only kept.
    """

    new: NewCase
    filed_at: datetime
    moves: tuple[PastMove, ...]
    due_stated: bool = False
    due_at: datetime | None = None
    filed_by: Actor | None = None
    checked: bool = False
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class _Step:
    """One step to be: its verb, when, by whom, what it tells, and the words said with it."""

    name: str
    at: datetime
    actor: Actor
    payload: dict[str, Any]
    said: str = ""
    id: UUID = field(default_factory=uuid7)


@dataclass(frozen=True, slots=True)
class _Folded:
    """What a past case has become: the facts, the columns beside them, and its steps."""

    facts: CaseFacts
    beside: dict[str, Any]
    steps: tuple[_Step, ...]


@verb
def write(*, by: Standing, now: datetime, cases: Sequence[PastCase]) -> None:
    """File past cases and make their moves, in six statements however many they are, one more for tasks.

    The rules judge every move as they would today (state, rule), but not whether the one who made it might: that is
    history. Only the site itself (`by.is_system`) may state who made a move. Refused: `not_yours` (403), what filing
    and the rules refuse (`unknown_category`, `illegal_move`, …), for the whole batch. Steps: cases.file (or
    cases.file_self_handled) and cases.<move>, `imported`, at the stated times; tasks.give for what goes on.
    """
    if not cases:
        return
    _demand_own(by, cases)
    books = _Books(configuration.catalogue(now), configuration.clocks(now), calendars.in_force(now), now)
    numbers = _numbers([case.filed_at for case in cases])
    folded = [_fold(case, number, by, books) for case, number in zip(cases, numbers, strict=True)]
    _go_on([one for case, one in zip(cases, folded, strict=True) if case.goes_on and one.facts.is_open], by, now)
    bulk.copy("cases_case", _CASE_COLUMNS, (_case_row(one) for one in folded))
    bulk.copy("cases_content", _CONTENT_COLUMNS, _content_rows(cases, folded))
    for one in folded:
        for step in one.steps:
            journal.record(
                room="cases",
                subject=one.facts.id,
                verb=step.name,
                actor=step.actor,
                occurred_at=step.at,
                payload=step.payload,
                imported=True,
                step_id=step.id,
            )


def _demand_own(by: Standing, cases: Sequence[PastCase]) -> None:
    stated = any(case.filed_by or any(move.by for move in case.moves) for case in cases)
    if stated and not by.is_system:
        raise Refused("not_yours", _("只有站点本身可以写明过去的操作是谁做的。"), status=403)


@dataclass(frozen=True, slots=True)
class _Books:
    """What cases are reckoned by, looked up once a batch."""

    catalogue: Catalogue
    clocks: Clocks
    calendar_version: int
    now: datetime


def _fold(case: PastCase, number: str, by: Standing, books: _Books) -> _Folded:
    facts, beside = _filed(case, number, by, books)
    filing = "file_self_handled" if facts.self_handled else "file"
    steps = [_Step(filing, case.filed_at, case.filed_by or by.actor, _file_payload(case.new, facts, beside))]
    dispatched_at = case.filed_at
    for move in case.moves:
        actor = move.by or by.actor
        # Whoever brings a source's history has not handled anything.
        mover = Mover(str(actor), move.by.person_id if move.by else None)
        outcome = apply(move.name, facts, move.args, by=mover, now=move.at, clocks=books.clocks)
        changes = dict(outcome.changes)
        changes.pop("undo", None)
        payload: dict[str, Any] = {"from": facts.state, **outcome.told}
        if "give_handle" in outcome.effects:
            dispatched_at = beside["dispatched_at"] = move.at
        if {"give_handle", "extend_handle"} & set(outcome.effects):
            agency = changes.get("agency_id", facts.agency_id)
            times = changes.get("extend_count", facts.extend_count) + 1
            changes["handle_due_at"] = _handle_due(dispatched_at, facts.limit.times(times), agency, books.now)
        if "sign_handle" in outcome.effects:
            beside["signed_at"] = move.at
        if "handle_due_at" in changes:
            payload["handle_due"] = changes["handle_due_at"]
        if move.name in _ASKS:
            payload["what"] = move.name
        facts = replace(facts, **changes)
        payload |= {"state": facts.state, "version": facts.version}
        steps.append(_Step(move.name, move.at, actor, payload, move.said))
        beside["moved_at"] = move.at
    return _Folded(facts, beside, tuple(steps))


def _go_on(folded: Sequence[_Folded], by: Standing, now: datetime) -> None:
    """Give what is open its task, as its moves would have: the agency's, or an inspector's check."""
    duties = []
    for one in folded:
        if one.facts.state in WITH_AGENCY:
            duties.append(("handle_task", one, _handle_duty(one)))
        elif one.facts.state == "post_checking" and not one.facts.checked:
            duties.append(("check_task", one, _check_duty(one, now)))
    given = tasks.give_many(actor=by.actor, now=now, duties=[duty for _column, _one, duty in duties])
    for (column, one, _duty), task in zip(duties, given, strict=True):
        one.beside[column] = task.task_id


def _handle_duty(one: _Folded) -> Duty:
    facts, beside = one.facts, one.beside
    return Duty(
        kind="handle",
        room="cases",
        subject=facts.id,
        agency_id=facts.agency_id,
        person_id=facts.person_id,
        area=facts.area,
        limit=facts.limit.times(facts.extend_count + 1),
        start=beside["dispatched_at"],
        signed_at=beside["signed_at"] if facts.state == "handling" else None,
    )


def _check_duty(one: _Folded, now: datetime) -> Duty:
    return Duty(
        kind="post_check",
        room="cases",
        subject=one.facts.id,
        post="inspector",
        area=one.facts.area,
        limit=configuration.stage_limits(now).check,
        calendar="default",
        start=one.beside["moved_at"],
    )


def _filed(case: PastCase, number: str, by: Standing, books: _Books) -> tuple[CaseFacts, dict[str, Any]]:
    """The case as filing makes it, its clock from the stated time of filing."""
    new, filed_by = case.new, case.filed_by or by.actor
    category, condition = books.catalogue.condition(new.category, new.condition)
    # What no source states is not asked of the past: a picture of the result, and often a check.
    needs_check = case.checked and category.needs_check(condition)
    reckoned = case_due(case.filed_at, condition.limit, needs_check, books.clocks)
    settled_by = (filed_by.person_id,) if new.self_handled and filed_by.person_id is not None else ()
    facts = CaseFacts(
        id=new.case_id,
        state="self_review" if new.self_handled else "filed",
        version=1,
        category=category.key,
        condition=condition.key,
        area=new.place.area,
        limit=condition.limit,
        needs_check=needs_check,
        after_photo=False,
        filed_at=case.filed_at,
        clock_from=case.filed_at,
        due_at=case.due_at if case.due_stated else reckoned.at,
        provisional=reckoned.provisional and not case.due_stated,
        handlers=settled_by,
        self_handled=new.self_handled,
        imported=True,
    )
    beside = {
        "number": number,
        "channel": new.channel,
        "condition_assumed": not new.condition,
        "severity": condition.severity,
        "catalogue_version": books.catalogue.version,
        "unit_grid": new.place.unit_grid,
        "component": new.place.component,
        "lon": new.place.lon,
        "lat": new.place.lat,
        "calendar_version": books.calendar_version,
        "quality": list(new.quality),
        "moved_at": case.filed_at,
        "handle_task": None,
        "check_task": None,
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


def _handle_due(start: datetime, limit: Limit, agency_id: UUID | None, now: datetime) -> datetime:
    """When the agency's own clock would have run out, by its own calendar."""
    key = people.agency(agency_id).calendar if agency_id else ""
    calendar = configuration.calendar(key or "default", now)
    return due(start, limit, calendar).at


def _numbers(filed: Sequence[datetime]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('cases_number') FROM generate_series(1, %s)", [len(filed)])
        running = [row[0] for row in cursor.fetchall()]
    return [display_number(local_time(at).year, number) for at, number in zip(filed, running, strict=True)]


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
    "handle_task",
    "check_task",
)
_CASE_COLUMNS = (*_FACTS, "limit", *_BESIDE)
_CONTENT_COLUMNS = ("id", "case_id", "kind", "step_id", "key_id", "sealed")


def _case_row(one: _Folded) -> tuple[Any, ...]:
    facts = (getattr(one.facts, name) for name in _FACTS)
    plain = (list(value) if isinstance(value, tuple) else value for value in facts)
    return (*plain, json.dumps(one.facts.limit.to_json()), *(one.beside[name] for name in _BESIDE))


def _content_rows(cases: Sequence[PastCase], folded: Sequence[_Folded]) -> Iterator[tuple[Any, ...]]:
    keys = iter(vault.new_keys(sum(bool(step.said) for one in folded for step in one.steps)))
    for case, one in zip(cases, folded, strict=True):
        new, case_id = case.new, one.facts.id
        yield uuid7(), case_id, "title", None, new.key_id, new.sealed_title
        if new.sealed_address is not None:
            yield uuid7(), case_id, "address", None, new.key_id, new.sealed_address
        for step in one.steps:
            if step.said:
                key_id = next(keys)
                yield uuid7(), case_id, REASON, step.id, key_id, vault.seal(key_id, step.said)


@dataclass(frozen=True, slots=True)
class Times:
    """When a case was filed, is (was) due and was closed, None where it has no deadline or is open; and its state."""

    filed_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    state: str


def times_of(case_ids: Sequence[UUID]) -> dict[UUID, Times]:
    """The times of many cases, for statistics over what was stored. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, filed_at, due_at, closed_at, state FROM cases_case WHERE id = ANY(%s)", [list(case_ids)]
        )
        return {row[0]: Times(*row[1:]) for row in cursor.fetchall()}
