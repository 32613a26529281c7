"""What follows from the clocks of tasks: the case tells the deadline of its agency as its handling task has it."""

from collections.abc import Sequence
from uuid import UUID

from xiucheng.kit import journal
from xiucheng.kit.journal import Step

from .commands.reckoning import follow_tasks


@journal.reaction("cases.deadlines", verbs={"tasks.recalculate"}, batch=True)
def follow(steps: Sequence[Step]) -> None:
    """Holidays were announced and the worker reckoned tasks anew: the deadlines of handlings go into their cases."""
    cases = {
        UUID(step.payload["subject"])
        for step in steps
        if (step.payload["room"], step.payload["kind"]) == ("cases", "handle")
    }
    if cases:
        follow_tasks(case_ids=sorted(cases))
