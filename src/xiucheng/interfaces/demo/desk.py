"""What acceptors do with what no rule has filed, and inspectors whom they send to look."""

import random
from datetime import datetime
from typing import Literal
from uuid import UUID

from xiucheng.foundation.people.rules import Standing
from xiucheng.operations.cases import commands as cases
from xiucheng.operations.cases import queries as case_queries
from xiucheng.operations.intake import commands as intake
from xiucheng.operations.intake import queries as reports

from .acts import Actors
from .stories import understood

_SYSTEM = Standing.for_system("simulator")

TakenUp = Literal["filed", "rejected", "sent", "nobody", "gone"]
"""What became of a report at the desk: nobody was there to read it, or somebody else was faster."""


class Desk:
    """Lets acceptors read and inspectors look. Refusals are raised."""

    def __init__(self, actors: Actors, draw: random.Random) -> None:
        self._actors = actors
        self._draw = draw

    def take_up(self, report_id: UUID, now: datetime) -> TakenUp:
        """An acceptor reads a report that no rule has filed: files it, sends somebody to look, or turns it away."""
        by = self._actors.cast.somebody("acceptor", now)
        report = reports.report(report_id, _SYSTEM)
        if by is None or report.state != "received":
            return "nobody" if by is None else "gone"
        lot = self._draw.random()
        if lot < 0.06 or report.found == "no":
            intake.reject_report(by=by, now=now, report_id=report_id, reason=self._actors.said("reject"))
            return "rejected"
        if lot < 0.14 and not report.found:
            intake.ask_pre_verify(by=by, now=now, report_id=report_id, reason=self._actors.said("pre_verify"))
            return "sent"
        category = report.category or understood(report.text or "")
        intake.file_report(by=by, now=now, report_id=report_id, category=category)
        return "filed"

    def look(self, report_id: UUID, now: datetime) -> bool:
        """An inspector went to look, and says whether it is so; False where nobody could go or nobody had to."""
        report = reports.report(report_id, _SYSTEM)
        by = self._actors.cast.somebody("inspector", now, area=report.area)
        if by is None or report.state != "pre_verifying":
            return False
        found: Literal["yes", "no"] = "yes" if self._draw.random() < 0.85 else "no"
        intake.answer_pre_verify(by=by, now=now, report_id=report_id, found=found)
        return True

    def put_together(self, master: UUID, report_id: UUID, now: datetime) -> None:
        """An acceptor sees that a report tells of a case that is there, and merges its case into that one."""
        by = self._actors.cast.somebody("acceptor", now)
        case_id = reports.report(report_id, _SYSTEM).case_id
        if by is not None and case_id is not None and case_id != master:
            case = case_queries.case(case_id, _SYSTEM, now)
            reason = self._actors.said("merge")
            cases.merge_case(by=by, now=now, case_id=case.id, version=case.version, into=master, reason=reason)
