"""Every write of the room, as verbs in the field's words."""

from .deciding import attach_report, reject_report
from .erasing import Erased, erase_reporter
from .filing import Filing, file_report, file_reports
from .submitting import Submitted, report_self_handled, submit_report
from .verifying import answer_pre_verify, ask_pre_verify

__all__ = [
    "Erased",
    "Filing",
    "Submitted",
    "answer_pre_verify",
    "ask_pre_verify",
    "attach_report",
    "erase_reporter",
    "file_report",
    "file_reports",
    "reject_report",
    "report_self_handled",
    "submit_report",
]
