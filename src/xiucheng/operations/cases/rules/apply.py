"""What each move does to a case: pure functions from facts and arguments to changed values and effects on tasks.

An `Outcome` says what changes in the row, what the step tells, and which clocks start, stop or go on. Commands store
it, imports fold it in memory, and the tests drive both against a small model.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiucheng.kit.moves import UNDO_WINDOW
from xiucheng.kit.refused import Refused
from xiucheng.kit.worktime import Calendar, Due, Limit, due_in_turn

from .facts import CaseFacts, Mover
from .moves import MOVES

REOPEN_WINDOW = timedelta(days=15)
"""How long after closing a reporter may reopen (STANDARDS §1, D)."""

MAX_EXTENSIONS = 2


@dataclass(frozen=True, slots=True)
class Clocks:
    """What a case's own clock runs by: the centre's calendar and the limits of its stages."""

    calendar: Calendar
    dispatch_limit: Limit
    check_limit: Limit


@dataclass(frozen=True, slots=True)
class Outcome:
    """changes: new values of the case's columns. effects: what is to happen to its tasks, in order."""

    changes: dict[str, Any]
    effects: tuple[str, ...] = ()
    told: dict[str, Any] = field(default_factory=dict)


def case_due(start: datetime, limit: Limit, needs_check: bool, clocks: Clocks) -> Due:
    """When a case whose clock starts at `start` is due: the dispatch limit, then the handling limit, then the check
    limit where a check is needed, each from the end of the one before (D: the catalogue states only the middle one)."""
    stages = (clocks.dispatch_limit, limit, *((clocks.check_limit,) if needs_check else ()))
    return due_in_turn(start, stages, clocks.calendar)


def apply(name: str, case: CaseFacts, args: Mapping[str, Any], *, by: Mover, now: datetime, clocks: Clocks) -> Outcome:
    """The outcome of a permitted move; refuses what the state or the rule forbids.

    args: agency, person, case (UUIDs), closing, granted, proof, request … as the move asks. Refused: `illegal_move`,
    and per move the codes in the functions below.
    """
    move = MOVES.check(name, case.state)
    rule = _RULES.get(name)
    outcome = rule(case, args, by, now, clocks) if rule else Outcome({})
    changes = dict(outcome.changes)
    if move.target is not None:
        changes.setdefault("state", move.target)
    if changes.get("state") in {"closed", "void"}:
        changes.setdefault("closed_at", now)
    effects = outcome.effects
    if case.answer_task is not None and changes.get("state") in _NOBODY_ANSWERS:
        # Before the other tasks are paused or cancelled: what nobody can answer any more is not wanted any more.
        changes["answer_task"] = None
        effects = ("cancel_answer", *effects)
    changes["version"] = case.version + 1
    changes["undo"] = _mark(name, case, changes, by, now)
    return Outcome(changes, effects, outcome.told)


_SENSE: Mapping[str, Callable[[CaseFacts], bool]] = {
    "answer_supervision": lambda case: case.answer_task is not None,
    "pass_check": lambda case: not case.checked,
}


def move_has_sense(name: str, case: CaseFacts) -> bool:
    """Is the move worth offering, post and state left aside? Not where it would be refused whatever was said."""
    return _SENSE.get(name, lambda case: True)(case)


_NOBODY_ANSWERS = frozenset({"closed", "void", "merged", "returned"})
"""States in which no agency owes the leader an answer: the case is over, or nobody has it."""


def _mark(name: str, case: CaseFacts, changes: Mapping[str, Any], by: Mover, now: datetime) -> dict[str, Any] | None:
    """By what a person takes their move back (STANDARDS §1); rules and the system take nothing back."""
    if by.person_id is None:
        return None
    before = {key: _plain(getattr(case, key)) for key in changes if key not in {"version", "undo"}}
    return {"by": by.actor, "move": name, "until": (now + UNDO_WINDOW).isoformat(), "values": before}


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _dispatch(case: CaseFacts, args: Mapping[str, Any], by: Mover, now: datetime, clocks: Clocks) -> Outcome:
    agency = args["agency"]
    agencies = case.agencies if agency in case.agencies else (*case.agencies, agency)
    changes = {"agency_id": agency, "person_id": None, "agencies": agencies, "handle_due_at": None}
    return Outcome(changes, ("give_handle",), {"agency": agency, "agencies": len(agencies)})


def _redispatch(case: CaseFacts, args: Mapping[str, Any], by: Mover, now: datetime, clocks: Clocks) -> Outcome:
    if args["agency"] == case.agency_id and case.state != "returned":
        raise Refused("same_agency", _("案卷已在这个单位。"), fields={"agency": _("改派须选另一个单位。")})
    outcome = _dispatch(case, args, by, now, clocks)
    stop = ("cancel_handle",) if case.state != "returned" else ()
    # The leader's question goes along with the case; its date stands.
    hand = ("hand_answer",) if case.answer_task is not None else ()
    return Outcome(outcome.changes, (*stop, *outcome.effects, *hand), outcome.told)


def _sign(case: CaseFacts, args: Mapping[str, Any], by: Mover, now: datetime, clocks: Clocks) -> Outcome:
    return Outcome({"handlers": _with_handler(case, by.person_id)}, ("sign_handle",))


def _assign_inside(case: CaseFacts, args: Mapping[str, Any], by: Mover, now: datetime, clocks: Clocks) -> Outcome:
    # Whoever it is given to is one of those who handle it, whatever other posts they hold.
    changes = {"person_id": args["person"], "handlers": _with_handler(case, args["person"])}
    return Outcome(changes, ("delegate_handle",), {"person": args["person"]})


def _reply(case: CaseFacts, args: Mapping[str, Any], by: Mover, now: datetime, clocks: Clocks) -> Outcome:
    proof = args.get("proof", "none")
    if case.after_photo and proof != "new":
        code, text, advice = _NO_PROOF[proof]
        raise Refused(code, text, fields={"media": str(advice)})
    return Outcome({"handlers": _with_handler(case, by.person_id), "checked": ""}, ("complete_handle",))


_TAKE_ONE = gettext_lazy("请拍一张处置后的现场图片。")
_NO_PROOF: Mapping[str, tuple[str, Any, Any]] = {
    "none": ("after_photo_missing", gettext_lazy("此类案卷须附处置后的图片。"), _TAKE_ONE),
    "no_picture": ("after_photo_missing", gettext_lazy("所附文件不是图片，此类案卷须附处置后的图片。"), _TAKE_ONE),
    "shown": (
        "after_photo_not_new",
        gettext_lazy("所附图片案卷里已经有了，不能证明这次的处置结果。"),
        gettext_lazy("这张已在案卷里，请换一张这次处置后新拍的。"),
    ),
}
"""What was brought instead of a picture that nobody has seen on this case yet: the code, the text, and what to do;
`proof` is a key, or "new"."""


def _start_check(case: CaseFacts, args: Mapping[str, Any], by: Mover, now: datetime, clocks: Clocks) -> Outcome:
    if not case.needs_check:
        raise Refused("no_check_needed", _("此类案卷不需要核查。"))
    return Outcome({}, ("give_check",))


def _pass_check(case: CaseFacts, args: Mapping[str, Any], by: Mover, now: datetime, clocks: Clocks) -> Outcome:
    if case.checked:
        raise Refused("already_checked", _("核查结果已经报过。"))
    _other_than_handler(case, by)
    return Outcome({"checked": "passed"}, ("complete_check",))


def _rework(case: CaseFacts, args: Mapping[str, Any], by: Mover, now: datetime, clocks: Clocks) -> Outcome:
    _other_than_handler(case, by)
    count = case.rework_count + 1
    stop = () if case.checked else ("complete_check",)
    return Outcome({"rework_count": count, "checked": ""}, (*stop, "resume_handle"), {"rework_count": count})


def _close(case: CaseFacts, args: Mapping[str, Any], by: Mover, now: datetime, clocks: Clocks) -> Outcome:
    _other_than_handler(case, by)
    if case.needs_check and case.state == "replied":
        raise Refused("check_first", _("此类案卷须先核查再结案，核查即将开始。"))
    closing = args.get("closing") or "handled"
    stop = ("complete_check",) if case.state == "post_checking" and not case.checked else ()
    return Outcome({"closing": closing}, stop, {"closing": closing})


def _approve_self_review(case: CaseFacts, args: Mapping[str, Any], by: Mover, now: datetime, clocks: Clocks) -> Outcome:
    _other_than_handler(case, by)
    return Outcome({"closing": "self_handled"}, (), {"closing": "self_handled"})


def _refuse_self_review(case: CaseFacts, args: Mapping[str, Any], by: Mover, now: datetime, clocks: Clocks) -> Outcome:
    # The clock of an ordinary case starts now: until here the finder had promised that nothing was left to do.
    clock = _clock(now, case.limit, case, clocks)
    return Outcome(
        {"self_handled": False, "clock_from": now, "handlers": (), **clock},
        (),
        {**_told_of(clock), "self_handled": False},
    )


def _supervise(case: CaseFacts, args: Mapping[str, Any], by: Mover, now: datetime, clocks: Clocks) -> Outcome:
    days = args.get("reply_days")
    if days and case.agency_id is None:
        text = _("案卷还没有承办单位，不能限期回复。")
        raise Refused("nobody_to_answer", text, fields={"reply_days": text})
    # A new date takes the place of the one before.
    effects = ("cancel_answer", "give_answer") if days and case.answer_task else ("give_answer",) if days else ()
    return Outcome({"supervised": True}, effects, {"supervised": True, "reply_days": days})


def _answer_supervision(case: CaseFacts, args: Mapping[str, Any], by: Mover, now: datetime, clocks: Clocks) -> Outcome:
    if case.answer_task is None:
        raise Refused("nothing_to_answer", _("这件案卷没有等候回复的督办。"))
    return Outcome({"answer_task": None}, ("complete_answer",))


def _merge(case: CaseFacts, args: Mapping[str, Any], by: Mover, now: datetime, clocks: Clocks) -> Outcome:
    if args["case"] == case.id:
        raise Refused("merge_into_itself", _("案卷不能合并到自身。"), fields={"case": _("请选另一件案卷。")})
    if not args.get("master_open"):
        raise Refused("master_not_open", _("主案卷已不在办理中。"), fields={"case": _("请选仍在办理的案卷。")})
    return Outcome(
        {"merged_into": args["case"], "state_before": case.state},
        ("pause_tasks",),
        {"merged_into": args["case"]},
    )


def _unmerge(case: CaseFacts, args: Mapping[str, Any], by: Mover, now: datetime, clocks: Clocks) -> Outcome:
    return Outcome(
        {"merged_into": None, "state": case.state_before, "state_before": ""}, ("resume_tasks",), {"merged_into": None}
    )


def _force_close(case: CaseFacts, args: Mapping[str, Any], by: Mover, now: datetime, clocks: Clocks) -> Outcome:
    return Outcome({"closing": "forced"}, ("cancel_tasks",), {"closing": "forced"})


def _reopen(case: CaseFacts, args: Mapping[str, Any], by: Mover, now: datetime, clocks: Clocks) -> Outcome:
    if case.closed_at is not None and now - case.closed_at > REOPEN_WINDOW:
        raise Refused("reopen_too_late", _("结案已超过 15 日，不能重开，请重新上报。"))
    count = case.reopen_count + 1
    clock = _clock(now, case.limit, case, clocks)
    return Outcome(
        {
            "reopen_count": count,
            # A new round: its extensions are counted anew, or the first would move the case by two limits at once.
            "extend_count": 0,
            "clock_from": now,
            **clock,
            "handle_due_at": None,
            "agency_id": None,
            "person_id": None,
            "handlers": (),
            "checked": "",
            "closed_at": None,
            "closing": "",
        },
        (),
        {
            "reopen_count": count,
            "extend_count": 0,
            **_told_of(clock),
            "agency": None,
            "closing": "",
            **({"report": args["report"]} if args.get("report") else {}),
        },
    )


def _clock(start: datetime, limit: Limit, case: CaseFacts, clocks: Clocks) -> dict[str, Any]:
    """The columns of a case's own clock that runs from `start`."""
    due = case_due(start, limit, case.needs_check, clocks)
    return {"due_at": due.at, "provisional": due.provisional}


def _told_of(clock: Mapping[str, Any]) -> dict[str, Any]:
    return {"due": clock["due_at"], "provisional": clock["provisional"]}


def recalculated(case: CaseFacts, clocks: Clocks) -> dict[str, Any]:
    """A case's own clock reckoned anew by another calendar, extensions included: the columns as they then are."""
    return _clock(case.clock_from, case.limit.times(case.extend_count + 1), case, clocks)


def _extend(case: CaseFacts, args: Mapping[str, Any], by: Mover, now: datetime, clocks: Clocks) -> Outcome:
    if case.handle_due_at is not None and now > case.handle_due_at:
        raise Refused("extension_after_due", _("已过截止时间，不能再申请延期。"))
    if case.extend_count >= MAX_EXTENSIONS:
        raise Refused("extended_twice", _("一件案卷最多延期两次。"))
    return Outcome({}, ("ask",))


def _ask(case: CaseFacts, args: Mapping[str, Any], by: Mover, now: datetime, clocks: Clocks) -> Outcome:
    return Outcome({}, ("ask",))


def _decide(case: CaseFacts, args: Mapping[str, Any], by: Mover, now: datetime, clocks: Clocks) -> Outcome:
    request = args["request_facts"]
    if args.get("granted") != "yes":
        return Outcome({}, ("decide",), {"request": request.id, "what": request.what, "granted": False})
    outcome = _GRANTED[request.what](case, args, by, now, clocks)
    told = {"request": request.id, "what": request.what, "granted": True, **outcome.told}
    return Outcome(outcome.changes, ("decide", *outcome.effects), told)


def _return_granted(case: CaseFacts, args: Mapping[str, Any], by: Mover, now: datetime, clocks: Clocks) -> Outcome:
    changes = {"state": "returned", "agency_id": None, "person_id": None, "handle_due_at": None}
    return Outcome(changes, ("cancel_handle",), {"agency": None})


def _extend_granted(case: CaseFacts, args: Mapping[str, Any], by: Mover, now: datetime, clocks: Clocks) -> Outcome:
    count = case.extend_count + 1
    due = extended(case, clocks)
    clock = {"due_at": due.at, "provisional": due.provisional}
    return Outcome({"extend_count": count, **clock}, ("extend_handle",), {"extend_count": count, **_told_of(clock)})


def extended(case: CaseFacts, clocks: Clocks) -> Due:
    """When a case is due once its next extension is granted: one original limit more (STANDARDS §1, extend), on the
    case's clock as on the agency's."""
    due = case_due(case.clock_from, case.limit.times(case.extend_count + 2), case.needs_check, clocks)
    if case.due_at is not None and case.due_at > due.at:
        # A source stated a later date than the rules would give; an extension takes nothing away.
        return Due(case.due_at, case.provisional)
    return due


def _void_granted(case: CaseFacts, args: Mapping[str, Any], by: Mover, now: datetime, clocks: Clocks) -> Outcome:
    return Outcome({"state": "void"}, ("cancel_tasks",), {})


def _with_handler(case: CaseFacts, person_id: UUID | None) -> tuple[UUID, ...]:
    if person_id is None or person_id in case.handlers:
        return case.handlers
    return (*case.handlers, person_id)


def _other_than_handler(case: CaseFacts, by: Mover) -> None:
    # Somebody else checks: never who handled (STANDARDS §1, close).
    if by.person_id is not None and by.person_id in case.handlers:
        raise Refused("own_work", _("处置人不能核查或结自己办的案卷，请由他人办理。"), status=403)


Rule = Callable[[CaseFacts, Mapping[str, Any], Mover, datetime, Clocks], Outcome]

_RULES: Mapping[str, Rule] = {
    "approve_self_review": _approve_self_review,
    "refuse_self_review": _refuse_self_review,
    "dispatch": _dispatch,
    "redispatch": _redispatch,
    "sign": _sign,
    "assign_inside": _assign_inside,
    "reply": _reply,
    "start_check": _start_check,
    "pass_check": _pass_check,
    "rework": _rework,
    "close": _close,
    "return_case": _ask,
    "extend": _extend,
    "void": _ask,
    "decide": _decide,
    "supervise": _supervise,
    "answer_supervision": _answer_supervision,
    "merge": _merge,
    "unmerge": _unmerge,
    "force_close": _force_close,
    "reopen": _reopen,
}
_GRANTED: Mapping[str, Rule] = {"return_case": _return_granted, "extend": _extend_granted, "void": _void_granted}
