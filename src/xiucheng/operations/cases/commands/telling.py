"""Who is told of a move: a table of move → event and audience; what a person did when the undo window is over."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from xiucheng.foundation.notices import commands as notices
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import journal
from xiucheng.kit.moves import UNDO_WINDOW

from ..models import Case
from ..rules import deciders

Audience = Callable[[Case, Mapping[str, Any], datetime], Sequence[UUID]]


def _clerks(row: Case, args: Mapping[str, Any], at: datetime) -> Sequence[UUID]:
    return people.holders("agency_clerk", agency_id=row.agency_id, at=at) if row.agency_id else ()


def _assigned(row: Case, args: Mapping[str, Any], at: datetime) -> Sequence[UUID]:
    return (args["person"],)


def _deciders(row: Case, args: Mapping[str, Any], at: datetime) -> Sequence[UUID]:
    roles = deciders(args["asked"], row.extend_count)
    # Those on duty now, whichever of the posts they hold; where the roster says nobody, everybody who may decide.
    on_duty = [person for role in roles for person in people.on_duty(role, at=at)]
    found = on_duty or [person for role in roles for person in people.holders(role, at=at)]
    return list(dict.fromkeys(found))


def _asker(row: Case, args: Mapping[str, Any], at: datetime) -> Sequence[UUID]:
    kind, _, person = args["request_facts"].asked_by.partition(":")
    return (UUID(person),) if kind == "person" else ()


def _inspectors(row: Case, args: Mapping[str, Any], at: datetime) -> Sequence[UUID]:
    return people.on_duty("inspector", area=row.area, at=at) or people.holders("inspector", area=row.area, at=at)


def _supervisor(row: Case, args: Mapping[str, Any], at: datetime) -> Sequence[UUID]:
    """Whoever asked last and did not take it back."""
    asked: list[str] = []
    for step in journal.of_subject(row.id):
        if (step.room, step.verb) == ("cases", "supervise"):
            asked.append(step.actor)
        elif (step.room, step.verb) == ("cases", "undo") and step.payload["undone"] == "supervise":
            asked.pop()
    kind, _, person = asked[-1].partition(":") if asked else ("", "", "")
    return (UUID(person),) if kind == "person" else ()


@dataclass(frozen=True, slots=True)
class Telling:
    """One row: the event whose template is used, and who gets it."""

    event: str
    audience: Audience


TABLE: Mapping[str, Telling] = {
    "dispatch": Telling("case_dispatched", _clerks),
    "redispatch": Telling("case_dispatched", _clerks),
    "assign_inside": Telling("case_assigned", _assigned),
    "rework": Telling("case_rework", _clerks),
    "supervise": Telling("case_supervised", _clerks),
    "answer_supervision": Telling("case_answered", _supervisor),
    "start_check": Telling("case_to_check", _inspectors),
    "return_case": Telling("case_asked", _deciders),
    "extend": Telling("case_asked", _deciders),
    "void": Telling("case_asked", _deciders),
    "decide": Telling("case_decided", _asker),
}


def tell(row: Case, name: str, args: Mapping[str, Any], *, by: Standing, now: datetime) -> None:
    """Tell those concerned by a move; the mover is not told of their own act."""
    telling = TABLE.get(name)
    if telling is None:
        return
    to = [person for person in telling.audience(row, args, now) if person != by.person_id]
    if not to:
        return
    notices.tell(
        actor=by.actor,
        now=now,
        to=to,
        event=telling.event,
        subject_room="cases",
        subject=row.id,
        args={"number": row.number, "what": _what(args), "granted": args.get("granted", "")},
        wait_seconds=wait_of(by),
    )


def wait_of(by: Standing) -> int:
    """How many seconds whoever is told waits: as long as a person may take back what they did; rules take nothing
    back."""
    return int(UNDO_WINDOW.total_seconds()) if by.person_id else 0


def _what(args: Mapping[str, Any]) -> str:
    request = args.get("request_facts")
    return str(args.get("asked") or (request.what if request else ""))


def take_back(row: Case, move: str, made_at: datetime, now: datetime) -> None:
    """An undone move tells nobody; what others told about the case meanwhile stands."""
    if move in TABLE:
        event = TABLE[move].event
        notices.cancel_waiting(subject_room="cases", subject=row.id, event=event, told_at=made_at, now=now)
