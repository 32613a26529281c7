"""What follows from steps: a published rule files reports, and what became of a case comes back to its reports."""

from collections.abc import Sequence

from xiucheng.foundation.packs import queries as packs
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import journal
from xiucheng.kit.journal import Step
from xiucheng.kit.now import now

from . import filing
from .commands.filing import Filing, file_locked
from .commands.outcome import bring_back
from .queries import still_received


@journal.reaction("intake.file_by_rule", verbs={"intake.receive"}, batch=True)
def file_by_rule(steps: Sequence[Step]) -> None:
    """File the received reports that a row of the published pack `filing` takes; the step names rule and version.

    A report that somebody has dealt with meanwhile is left as it is.
    """
    at = now()
    pack = packs.current(filing.KIND, at)
    if pack is None:
        return
    taken = [step.subject for step in steps if filing.matching(pack.body["rules"], step.payload) is not None]
    waiting = still_received(taken) if taken else []
    if waiting:
        by = Standing.for_rule(filing.KIND, pack.version)
        file_locked(by=by, now=at, filings=[Filing(report_id) for report_id in waiting])


# Every move that may end a case or open it again, and those that take its reports along to another case and back.
_ENDINGS = frozenset(
    {
        "cases.approve_self_review",
        "cases.close",
        "cases.force_close",
        "cases.decide",
        "cases.reopen",
        "cases.undo",
        "cases.merge",
        "cases.unmerge",
    }
)


@journal.reaction("intake.outcome", verbs=_ENDINGS, batch=True)
def tell_reports(steps: Sequence[Step]) -> None:
    """What became of a case comes back to its reports: settled, voided, open again."""
    bring_back([step.subject for step in steps], now=now())
