"""Who may make which move: move × post × reach, and who decides what was asked (STANDARDS §1, column "who").

Permissions bind to moves, never to role names elsewhere in the code: in a small district one person has several
posts. Reach: `district` anywhere; `area` inside the area of the post; `agency` where the case lies with the agency of
the post; `own` where the case is assigned to this very person; `mover` only who made the last move.
"""

from collections.abc import Mapping

from xiucheng.foundation.people.rules import Standing, reaches

from .facts import CaseFacts

Reach = Mapping[str, str]

MATRIX: Mapping[str, Reach] = {
    "file": {"acceptor": "district", "shift_leader": "district"},
    "file_self_handled": {"grid_officer": "area", "inspector": "area"},
    "approve_self_review": {"acceptor": "district", "shift_leader": "district"},
    "refuse_self_review": {"acceptor": "district", "shift_leader": "district"},
    "dispatch": {"dispatcher": "district", "shift_leader": "district"},
    "redispatch": {"dispatcher": "district", "shift_leader": "district"},
    "sign": {"agency_clerk": "agency", "crew": "own"},
    "assign_inside": {"agency_clerk": "agency"},
    "reply": {"agency_clerk": "agency", "crew": "own"},
    "pass_check": {"inspector": "area", "grid_officer": "area"},
    "rework": {"inspector": "area", "grid_officer": "area", "acceptor": "district", "shift_leader": "district"},
    "close": {"acceptor": "district", "shift_leader": "district"},
    "return_case": {"agency_clerk": "agency"},
    "extend": {"agency_clerk": "agency"},
    "void": {"dispatcher": "district"},
    "supervise": {"leader": "district", "street_head": "area"},
    "answer_supervision": {"agency_clerk": "agency"},
    "merge": {"acceptor": "district", "shift_leader": "district"},
    "unmerge": {"acceptor": "district", "shift_leader": "district"},
    "force_close": {"leader": "district"},
    "reopen": {"acceptor": "district", "shift_leader": "district", "inspector": "area"},
}

# Once the inspector's finding is in, the case waits for the acceptor: closing and sending back are theirs (D).
REWORK_WHEN_CHECKED: Reach = {post: reach for post, reach in MATRIX["rework"].items() if post in MATRIX["close"]}

DECIDERS: Mapping[str, Reach] = {
    "return_case": {"dispatcher": "district", "shift_leader": "district"},
    "extend": {"dispatcher": "district", "shift_leader": "district"},
    "extend_again": {"leader": "district"},
    "void": {"shift_leader": "district"},
}

# Moves that a published rule or the system makes, by the kind of actor. A channel makes none: whoever comes through it
# has no post, and a reporter reopens their own case by a command that takes what proves it (reopen_for_reporter).
BY_OTHERS: Mapping[str, frozenset[str]] = {
    "rule": frozenset({"file", "dispatch"}),
    "system": frozenset({"start_check"}),
}


def may_move(name: str, case: CaseFacts, by: Standing) -> bool:
    """May this person (rule, system) make the move on this case, the state left aside?"""
    if by.actor.kind != "person":
        return name in BY_OTHERS.get(by.actor.kind, frozenset())
    if name == "undo":
        return case.undo is not None and case.undo.get("by") == str(by.actor)
    if name == "decide":
        return any(_reached(table, case, by) for table in DECIDERS.values())
    return _reached(movers(name, case), case, by)


def movers(name: str, case: CaseFacts) -> Reach:
    """The posts that make a move on this case."""
    return REWORK_WHEN_CHECKED if name == "rework" and case.checked else MATRIX.get(name, {})


def may_somewhere(name: str, by: Standing) -> bool:
    """Is the move any of this person's posts' business, whichever case it is?"""
    return by.has(*MATRIX.get(name, {}))


def may_decide(what: str, case: CaseFacts, by: Standing) -> bool:
    """May this person decide the request?"""
    return by.actor.kind == "person" and _reached(deciders(what, case.extend_count), case, by)


def deciders(what: str, extend_count: int) -> Reach:
    """The posts that decide what is asked, each of them: a second extension goes to a leader (STANDARDS §1)."""
    return DECIDERS["extend_again" if what == "extend" and extend_count else what]


def _reached(table: Reach, case: CaseFacts, by: Standing) -> bool:
    return reaches(by, table, area=case.area, agency_id=case.agency_id, person_id=case.person_id)
