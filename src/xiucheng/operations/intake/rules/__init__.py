"""The rules of a report, pure: its table of moves, who may make them, what a submission must be, what is doubtful."""

from .moves import MATRIX, REPORT_MOVES, STATES, may_move, may_self_handle, may_somewhere, meets_reports
from .quality import FLAGS, Stated, flags_of, response_hours
from .submission import LIMITS, Contact, Problem, Submission, judge

__all__ = [
    "FLAGS",
    "LIMITS",
    "MATRIX",
    "REPORT_MOVES",
    "STATES",
    "Contact",
    "Problem",
    "Stated",
    "Submission",
    "flags_of",
    "judge",
    "may_move",
    "may_self_handle",
    "may_somewhere",
    "meets_reports",
    "response_hours",
]
