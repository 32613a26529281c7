"""Every write of the room, as verbs in the field's words."""

from .deciding import attach_report, reject_report
from .erasing import Erased, erase_reporter
from .filing import Filing, file_report, file_reports
from .forms import by_content, sent_before, submit_from_form
from .looking_up import look_up_caller
from .pictures import erase_picture
from .reporter import erase_by_reporter, reopen_by_reporter
from .submitting import Submitted, report_self_handled, submit_report
from .verifying import answer_pre_verify, ask_pre_verify

__all__ = [
    "Erased",
    "Filing",
    "Submitted",
    "answer_pre_verify",
    "ask_pre_verify",
    "attach_report",
    "by_content",
    "erase_by_reporter",
    "erase_picture",
    "erase_reporter",
    "file_report",
    "file_reports",
    "look_up_caller",
    "reject_report",
    "reopen_by_reporter",
    "report_self_handled",
    "sent_before",
    "submit_from_form",
    "submit_report",
]
