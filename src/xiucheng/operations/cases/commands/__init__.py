"""Every write of the room, as verbs in the field's words."""

from .filing import CasePlace, Filed, NewCase, add_source, file_case, file_many
from .holding import hold_open
from .moving import move
from .reckoning import recalculate
from .reporter import reopen_for_reporter
from .verbs import (
    answer_supervision,
    approve_self_review,
    assign_inside,
    close_case,
    decide,
    dispatch_case,
    extend_case,
    force_close_case,
    merge_case,
    pass_check,
    redispatch_case,
    refuse_self_review,
    reopen_case,
    reply_case,
    return_case,
    rework_case,
    sign_case,
    start_check,
    supervise_case,
    undo_move,
    unmerge_case,
    void_case,
)
from .words import forget_words, redact_words

__all__ = [
    "CasePlace",
    "Filed",
    "NewCase",
    "add_source",
    "answer_supervision",
    "approve_self_review",
    "assign_inside",
    "close_case",
    "decide",
    "dispatch_case",
    "extend_case",
    "file_case",
    "file_many",
    "force_close_case",
    "forget_words",
    "hold_open",
    "merge_case",
    "move",
    "pass_check",
    "recalculate",
    "redact_words",
    "redispatch_case",
    "refuse_self_review",
    "reopen_case",
    "reopen_for_reporter",
    "reply_case",
    "return_case",
    "rework_case",
    "sign_case",
    "start_check",
    "supervise_case",
    "undo_move",
    "unmerge_case",
    "void_case",
]
