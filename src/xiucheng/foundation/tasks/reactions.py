"""Whoever has a task is told when its clock has run to 80 % and when it is due."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from xiucheng.foundation.notices import commands as notices
from xiucheng.foundation.people import queries as people
from xiucheng.kit import journal
from xiucheng.kit.journal import Step
from xiucheng.kit.now import now as kit_now

from . import queries
from .timers import TIMER

_AGENCY_ROLE = "agency_clerk"


@journal.reaction("tasks.tell", verbs={"tasks.warn", "tasks.due"}, batch=True)
def tell(steps: Sequence[Step]) -> None:
    """The person who has it, else the clerks of the agency, else the holders of the post who are on duty.

    A task that was done, or got another deadline, before we come to it tells nobody.
    """
    now = kit_now()
    due = {step.id: datetime.fromisoformat(step.payload["due"]) for step in steps}
    running = queries.still_running([(step.subject, due[step.id]) for step in steps])
    holders = lru_cache(maxsize=None)(_holders)
    told = []
    for step in steps:
        payload = step.payload
        to = holders(payload["person"], payload["agency"], payload["post"], payload["area"], now)
        if to and step.subject in running:
            told.append(
                notices.Tell(
                    to=to,
                    event=f"task_{step.verb}",
                    subject_room=payload["room"],
                    subject=UUID(payload["subject"]),
                    args={"due_at": payload["due"], "task": str(step.subject), "kind": payload["kind"]},
                )
            )
    if told:
        notices.tell_many(actor=TIMER, now=now, tells=told)


def _holders(person: str | None, agency: str | None, post: str, area: str, at: datetime) -> tuple[UUID, ...]:
    if person is not None:
        return (UUID(person),)
    if agency is not None:
        return tuple(people.holders(_AGENCY_ROLE, agency_id=UUID(agency), at=at))
    return tuple(people.on_duty(post, area=area or None, at=at) or people.holders(post, area=area or None, at=at))
