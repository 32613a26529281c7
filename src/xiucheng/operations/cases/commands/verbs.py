"""The moves as verbs with typed arguments; each is one row of the table of moves, made by `move`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from xiucheng.foundation.people.rules import Standing

from ..views import CaseView
from .moving import move


def _move(name: str, by: Standing, now: datetime, case_id: UUID, version: int | None, **args: Any) -> CaseView:
    given = {key: value for key, value in args.items() if value not in (None, "", ())}
    return move(by=by, now=now, case_id=case_id, version=version, name=name, args=given)


def approve_self_review(
    *, by: Standing, now: datetime, case_id: UUID, version: int | None = None, reason: str = ""
) -> CaseView:
    """The acceptor finds that what the finder settled on the spot is settled."""
    return _move("approve_self_review", by, now, case_id, version, reason=reason)


def refuse_self_review(
    *, by: Standing, now: datetime, case_id: UUID, version: int | None = None, reason: str
) -> CaseView:
    """Not settled: it becomes an ordinary case, whose clock starts now."""
    return _move("refuse_self_review", by, now, case_id, version, reason=reason)


def dispatch_case(
    *, by: Standing, now: datetime, case_id: UUID, version: int | None = None, agency_id: UUID, reason: str = ""
) -> CaseView:
    """Hand to a responsible agency; its clock starts now by its own calendar."""
    return _move("dispatch", by, now, case_id, version, agency=str(agency_id), reason=reason)


def redispatch_case(
    *, by: Standing, now: datetime, case_id: UUID, version: int | None = None, agency_id: UUID, reason: str
) -> CaseView:
    """Hand to another agency: its clock starts anew, the case's runs on."""
    return _move("redispatch", by, now, case_id, version, agency=str(agency_id), reason=reason)


def sign_case(*, by: Standing, now: datetime, case_id: UUID, version: int | None = None) -> CaseView:
    """The agency takes it."""
    return _move("sign", by, now, case_id, version)


def assign_inside(
    *, by: Standing, now: datetime, case_id: UUID, version: int | None = None, person_id: UUID, reason: str = ""
) -> CaseView:
    """To a person inside the agency; outwardly the agency answers, the case's clock is untouched."""
    return _move("assign_inside", by, now, case_id, version, person=str(person_id), reason=reason)


def reply_case(
    *,
    by: Standing,
    now: datetime,
    case_id: UUID,
    version: int | None = None,
    reason: str,
    media: Sequence[UUID] = (),
) -> CaseView:
    """The agency says that it is done; its clock stops."""
    return _move("reply", by, now, case_id, version, reason=reason, media=[str(item) for item in media])


def start_check(*, by: Standing, now: datetime, case_id: UUID, version: int | None = None) -> CaseView:
    """The system asks an inspector of the place to look."""
    return _move("start_check", by, now, case_id, version)


def pass_check(
    *,
    by: Standing,
    now: datetime,
    case_id: UUID,
    version: int | None = None,
    reason: str = "",
    media: Sequence[UUID] = (),
) -> CaseView:
    """The checker found it settled."""
    return _move("pass_check", by, now, case_id, version, reason=reason, media=[str(item) for item in media])


def rework_case(
    *,
    by: Standing,
    now: datetime,
    case_id: UUID,
    version: int | None = None,
    reason: str,
    media: Sequence[UUID] = (),
) -> CaseView:
    """The checker found it not settled: back to the agency, whose clock goes on."""
    return _move("rework", by, now, case_id, version, reason=reason, media=[str(item) for item in media])


def close_case(
    *, by: Standing, now: datetime, case_id: UUID, version: int | None = None, closing: str = "", reason: str = ""
) -> CaseView:
    """Checked and finished; never by who handled."""
    return _move("close", by, now, case_id, version, closing=closing, reason=reason)


def return_case(*, by: Standing, now: datetime, case_id: UUID, version: int | None = None, reason: str) -> CaseView:
    """The agency asks to give it back; a dispatcher decides, the clock runs meanwhile."""
    return _move("return_case", by, now, case_id, version, reason=reason)


def extend_case(*, by: Standing, now: datetime, case_id: UUID, version: int | None = None, reason: str) -> CaseView:
    """The agency asks for one more original limit, before it is due, at most twice."""
    return _move("extend", by, now, case_id, version, reason=reason)


def void_case(*, by: Standing, now: datetime, case_id: UUID, version: int | None = None, reason: str) -> CaseView:
    """The dispatcher asks to void; the shift leader decides."""
    return _move("void", by, now, case_id, version, reason=reason)


def decide(
    *,
    by: Standing,
    now: datetime,
    case_id: UUID,
    version: int | None = None,
    request_id: UUID,
    granted: bool,
    reason: str = "",
) -> CaseView:
    """Grant or refuse what was asked."""
    return _move(
        "decide", by, now, case_id, version, request=str(request_id), granted="yes" if granted else "no", reason=reason
    )


def supervise_case(
    *,
    by: Standing,
    now: datetime,
    case_id: UUID,
    version: int | None = None,
    reason: str,
    reply_days: int | None = None,
) -> CaseView:
    """A leader's eye on it; the clock is unchanged."""
    return _move("supervise", by, now, case_id, version, reason=reason, reply_days=reply_days)


def answer_supervision(
    *,
    by: Standing,
    now: datetime,
    case_id: UUID,
    version: int | None = None,
    reason: str,
) -> CaseView:
    """The agency answers the leader who wanted to know by a date."""
    return _move("answer_supervision", by, now, case_id, version, reason=reason)


def merge_case(
    *, by: Standing, now: datetime, case_id: UUID, version: int | None = None, into: UUID, reason: str = ""
) -> CaseView:
    """One problem, one case: this one follows the master and stops escalating."""
    return _move("merge", by, now, case_id, version, case=str(into), reason=reason)


def unmerge_case(
    *, by: Standing, now: datetime, case_id: UUID, version: int | None = None, reason: str = ""
) -> CaseView:
    """Not the same after all: back to the state before, clocks go on."""
    return _move("unmerge", by, now, case_id, version, reason=reason)


def force_close_case(
    *, by: Standing, now: datetime, case_id: UUID, version: int | None = None, reason: str
) -> CaseView:
    """A leader ends it; shown apart everywhere."""
    return _move("force_close", by, now, case_id, version, reason=reason)


def reopen_case(*, by: Standing, now: datetime, case_id: UUID, version: int | None = None, reason: str) -> CaseView:
    """Closed but not settled: filed anew with a new clock, within the window."""
    return _move("reopen", by, now, case_id, version, reason=reason)


def undo_move(*, by: Standing, now: datetime, case_id: UUID, version: int | None = None) -> CaseView:
    """Take the last move back within ten seconds, clocks as before."""
    return _move("undo", by, now, case_id, version)
