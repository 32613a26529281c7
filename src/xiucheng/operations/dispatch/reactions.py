"""What follows from filing: the case goes to the agency that the published rules name, in batches."""

from collections.abc import Sequence

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import journal
from xiucheng.kit.journal import Step
from xiucheng.kit.now import now
from xiucheng.operations.cases.commands.bulk import Dispatching, dispatch_many

from . import configuration
from .facts import Situation
from .queries import matches


@journal.reaction("dispatch.route", verbs={"cases.file"}, batch=True)
def route(steps: Sequence[Step]) -> None:
    """Dispatch newly filed cases by the version in force now; the step names rule pack and version.

    The hour that counts is that of dispatch: who is on duty then gets it. A case that no rule takes, and one that
    somebody moved meanwhile, is left to the dispatchers. So is a case that comes back to "to be dispatched" by a
    person's decision (a refused self-review, a reopening, a granted return, an undo): that decision can be taken back
    for ten seconds, and sending it where it just came from is the ping-pong that users complain of (STANDARDS §2); the
    rules' answer stands on its page as a suggestion.
    """
    at = now()
    found = matches([Situation.of_step(step.payload) for step in steps], at)
    if found is None:
        return
    routing, judged = found
    ids = {agency.code: agency.id for agency in people.agencies()}
    items = [
        Dispatching(step.subject, ids[match.agency], step.payload["version"])
        for step, match in zip(steps, judged, strict=True)
        if match.agency is not None
    ]
    if items:
        dispatch_many(by=Standing.for_rule(configuration.KIND, routing.version), now=at, items=items)
