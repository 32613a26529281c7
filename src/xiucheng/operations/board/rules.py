"""What a step does to the row of its case, pure; and the queues of the hall as a table.

`fold` is all the projection knows: the row is a function of the steps of its case, so a replay gives the same table.
"""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiucheng.foundation.tasks.rules import WARN_PERCENT
from xiucheng.operations.cases.rules import MOVES, OPEN_STATES

NEVER = datetime(9000, 1, 1, tzinfo=UTC)
"""Where a case without a deadline stands in the order of due: last."""

_YELLOW_AT = f"(clock_from AT TIME ZONE 'UTC' + (sort_at - clock_from) * {WARN_PERCENT / 100}) AT TIME ZONE 'UTC'"
PRESSES_FROM = f"LEAST({_YELLOW_AT}, sort_at)"
"""From when on an open case presses: until it is due it is about to be late, its clock is yellow (STANDARDS §1: 80 %),
then it is overdue. As the chip of the row reckons it (interfaces.web.clocks), so that a list and its colours say the
same. By way of UTC, without which PostgreSQL takes a sum of a moment and a length for something that a setting could
change, and makes no index of it."""


class StepLike(Protocol):
    """What of a journal's step the row depends on."""

    @property
    def room(self) -> str: ...
    @property
    def subject(self) -> UUID: ...
    @property
    def verb(self) -> str: ...
    @property
    def occurred_at(self) -> datetime: ...
    @property
    def recorded_at(self) -> datetime: ...
    @property
    def imported(self) -> bool: ...
    @property
    def payload(self) -> dict[str, Any]: ...


@dataclass(slots=True)
class CaseRow:
    """One case as the lists show it. sort_at: due while open (NEVER without a deadline), then when it ended.

    sources: channel → reports. asked: names of moves that wait for a decision. Areas are division codes, "" where the
    case's own is coarser. closing: how it ended (handled, by_notice, self_handled, forced).
    """

    case_id: UUID
    number: str
    state: str
    open: bool
    sort_at: datetime
    due_at: datetime | None
    handle_due_at: datetime | None
    clock_from: datetime
    agency_id: UUID | None
    person_id: UUID | None
    category: str
    kind: str
    severity: str
    area: str
    street: str
    community: str
    channel: str
    filed_at: datetime
    closed_at: datetime | None
    changed_at: datetime
    version: int
    sources: dict[str, int]
    report_count: int
    closing: str = ""
    supervised: bool = False
    self_handled: bool = False
    rework_count: int = 0
    reopen_count: int = 0
    extend_count: int = 0
    asked: str = ""
    imported: bool = False
    merged_into: UUID | None = None


Kinds = Callable[[str, int], str]
"""The kind (component, event, service, "" if unknown) of a category in a version of the catalogue."""


def fold(row: CaseRow | None, steps: Iterable[StepLike], kind_of: Kinds) -> CaseRow | None:
    """The row after these steps of one case, in order; None while the case has not been filed. Leaves `row` alone."""
    row = copy(row)
    for step in steps:
        if is_filing(step):
            row = _filed(step, kind_of)
        elif row is not None:
            _READ.get((step.room, step.verb), _moved)(row, step)
    return row


def case_of(step: StepLike) -> UUID | None:
    """The case whose row a step changes; None for a task that is not the handling of a case."""
    if step.room == "cases":
        return step.subject
    told = step.payload
    return UUID(told["subject"]) if told["room"] == "cases" and told["kind"] == "handle" else None


def is_filing(step: StepLike) -> bool:
    """Does the step begin a case?"""
    return step.room == "cases" and step.verb in {"file", "file_self_handled"}


CLOCK_STEPS = ("extend", "pause", "resume", "reopen", "recalculate")
"""Steps of tasks that may move the deadline of a handling; when it begins and ends the case itself tells."""


def _filed(step: StepLike, kind_of: Kinds) -> CaseRow:
    told = step.payload
    due = _time(told.get("due"))
    area = told["area"]
    return CaseRow(
        case_id=step.subject,
        number=told["number"],
        state=told["state"],
        open=True,
        sort_at=due or NEVER,
        due_at=due,
        handle_due_at=None,
        clock_from=step.occurred_at,
        agency_id=None,
        person_id=None,
        category=told["category"],
        kind=kind_of(told["category"], told.get("catalogue") or 0),
        severity=told.get("severity") or "",
        area=area,
        street=area[:9] if len(area) >= 9 else "",
        community=area[:12] if len(area) >= 12 else "",
        channel=told["channel"],
        filed_at=step.occurred_at,
        closed_at=None,
        changed_at=step.recorded_at,
        version=told["version"],
        sources={told["channel"]: 1},
        report_count=1,
        self_handled=bool(told.get("self_handled")),
        imported=step.imported,
    )


def _add_source(row: CaseRow, step: StepLike) -> None:
    channel = step.payload["channel"]
    row.sources = {**row.sources, channel: row.sources.get(channel, 0) + 1}
    row.report_count += 1
    row.changed_at = step.recorded_at


def _reckoned(row: CaseRow, step: StepLike) -> None:
    row.handle_due_at = _time(step.payload["due"])
    row.changed_at = step.recorded_at


def _moved(row: CaseRow, step: StepLike) -> None:
    told = step.payload
    if "agency" in told:
        agency = _id(told["agency"])
        # Whoever was named inside the agency goes with it.
        row.person_id = row.person_id if agency == row.agency_id else None
        row.agency_id = agency
    for key, (column, read) in _TOLD.items():
        if key in told:
            setattr(row, column, read(told[key]))
    row.clock_from = _clock_from(row, step)
    row.asked = _asked(row.asked, step)
    row.version = told["version"]
    row.changed_at = step.recorded_at
    _stand(row, told["state"], _time(told.get("ended_at")) or step.occurred_at)


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _id(value: str | None) -> UUID | None:
    return UUID(value) if value else None


_TOLD: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "due": ("due_at", _time),
    "handle_due": ("handle_due_at", _time),
    "person": ("person_id", _id),
    "merged_into": ("merged_into", _id),
    "closing": ("closing", str),
    "supervised": ("supervised", bool),
    "self_handled": ("self_handled", bool),
    "rework_count": ("rework_count", int),
    "reopen_count": ("reopen_count", int),
    "extend_count": ("extend_count", int),
}


def _clock_from(row: CaseRow, step: StepLike) -> datetime:
    """A refused self-review and a reopening start the case's clock anew; an undo says how it runs again."""
    if step.verb in {"refuse_self_review", "reopen"}:
        return step.occurred_at
    return _time(step.payload.get("clock_from")) or row.clock_from


def _asked(asked: str, step: StepLike) -> str:
    """The questions still open: an answer takes its own away, a state that does not know a question lets it lapse."""
    told = step.payload
    open_now = [name for name in asked.split(",") if name]
    if "asked" in told:
        open_now = told["asked"]
    elif step.verb == "decide":
        open_now = [name for name in open_now if name != told.get("what")]
    elif step.verb in MOVES and MOVES[step.verb].asks:
        open_now.append(step.verb)
    elif step.verb == "redispatch":
        open_now = [name for name in open_now if name not in {"return_case", "extend"}]
    return ",".join(name for name in dict.fromkeys(open_now) if told["state"] in MOVES[name].sources)


def _stand(row: CaseRow, state: str, at: datetime) -> None:
    """Take up a state: an open case stands by its due time in the lists, an ended one by when it ended."""
    before = row.state
    row.state = state
    row.open = state in OPEN_STATES
    if row.open:
        row.closed_at = None
        row.sort_at = row.due_at or NEVER
    elif before != state:
        row.closed_at = at if state != "merged" else None
        row.sort_at = at


_READ: Mapping[tuple[str, str], Callable[[CaseRow, StepLike], None]] = {
    ("cases", "add_source"): _add_source,
    **{("tasks", verb): _reckoned for verb in CLOCK_STEPS},
}


# -- the queues of the hall -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue: the cases of one state, or those of which `where` holds (SQL over the columns of the row, in which
    %(now)s may stand). open: of open or of ended cases, None: of both. sort: its own order."""

    label: str | Promise
    state: str = ""
    where: str = ""
    open: bool | None = True
    sort: str = "due"

    @property
    def predicate(self) -> str:
        """All of it; `open` or `NOT open` stands first, so that the partial indexes serve it."""
        parts = ["TRUE" if self.open is None else "open" if self.open else "NOT open"]
        if self.state:
            parts.append(f"state = '{self.state}'")
        return " AND ".join([*parts, self.where] if self.where else parts)


QUEUES: Mapping[str, Queue] = {
    "open": Queue(_("在办")),
    "self_review": Queue(_("自处置待审"), "self_review"),
    "to_dispatch": Queue(_("待派遣"), "filed"),
    "returned": Queue(_("已回退"), "returned"),
    "to_sign": Queue(_("待签收"), "dispatched"),
    "handling": Queue(_("处置中"), "handling"),
    "replied": Queue(_("已反馈"), "replied"),
    "to_check": Queue(_("待核查"), "post_checking"),
    "asked": Queue(_("待批复"), where="asked <> ''"),
    "soon": Queue(_("将超期"), where=f"sort_at >= %(now)s AND {PRESSES_FROM} <= %(now)s"),
    "overdue": Queue(_("已超期"), where="sort_at < %(now)s"),
    "supervised": Queue(pgettext_lazy("state", "督办"), where="supervised"),
    "closed": Queue(_("已结案"), "closed", open=False, sort="ended"),
    "void": Queue(_("已作废"), "void", open=False, sort="ended"),
    "merged": Queue(_("已合并"), "merged", open=False, sort="ended"),
    "ended": Queue(_("已办结"), open=False, sort="ended"),
    "all": Queue(_("全部"), open=None, sort="filed"),
}
COUNTED = tuple(name for name, queue in QUEUES.items() if queue.open)
"""Queues that carry a number: those of open cases."""

SORTS: Mapping[str, tuple[str, bool]] = {
    "due": ("sort_at", False),
    "ended": ("sort_at", True),
    "filed": ("filed_at", True),
}
"""Order → (column, newest first); ties are broken by the case's id."""
