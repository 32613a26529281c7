"""Taking the last move back within ten seconds: the row, the tasks and the questions as before, a step of its own."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.tasks import commands as tasks
from xiucheng.foundation.tasks import queries as task_queries
from xiucheng.kit import journal
from xiucheng.kit.moves import UNDO_WINDOW
from xiucheng.kit.refused import Refused

from ..models import Case, Picture
from ..queries import view_of
from ..rules import OPEN_STATES
from ..views import CaseView
from . import telling

_TIMES = frozenset({"filed_at", "clock_from", "due_at", "handle_due_at", "closed_at"})
_TASKS = ("handle_task", "check_task", "answer_task")
_IDS = frozenset({"agency_id", "person_id", "merged_into", *_TASKS})
_LISTS = frozenset({"agencies", "handlers"})


def keep(row: Case) -> dict[str, Any]:
    """What a move may change beside the values that its rule names: the tasks and questions of the case, the columns
    that point at them. Goes into the mark by which the move is taken back; two statements."""
    held = {name: str(value) if (value := getattr(row, name)) else None for name in _TASKS}
    due = row.handle_due_at.isoformat() if row.handle_due_at else None
    also = [UUID(value) for value in held.values() if value]
    return {
        "columns": {**held, "handle_due_at": due},
        "standing": task_queries.standing_of(row.id, also),
        "moved_at": row.moved_at.isoformat(),
    }


def not_for(mark: Mapping[str, Any] | None) -> Refused:
    """Why somebody cannot take the last move back, where no post is the reason: `nothing_to_undo`, or `not_yours` (403)
    for all but who made it."""
    if mark:
        return Refused("not_yours", _("只有办上一步的人可以撤销。"), status=403)
    return Refused("nothing_to_undo", _("没有可以撤销的一步：办完 10 秒内、其后没有别的变动时可以撤销。"))


def undo(*, by: Standing, now: datetime, row: Case) -> CaseView:
    """Undo the last move of a locked case, by whoever made it. Refused: `nothing_to_undo`, `undo_too_late`."""
    mark = row.undo
    if not mark or mark["by"] != str(by.actor):
        raise not_for(mark)
    until = datetime.fromisoformat(mark["until"])
    # A mark of the version before, which a site beside this one may have left, knows no standing.
    if now > until or "standing" not in mark:
        raise Refused("undo_too_late", _("已超过 10 秒，不能撤销。"))
    before = {**mark["values"], **mark["columns"]}
    columns = {_COLUMN.get(key, key): _restored(key, value) for key, value in before.items()}
    if columns.get("state") == "merged":
        _demand_mergeable(row, columns.get("merged_into_id"))
    columns |= {"version": row.version + 1, "undo": None, "moved_at": now}
    if "due_at" in columns:
        # The clock of before may rest on a calendar that is not in force any more: the timer looks at it again.
        columns["calendar_version"] = 0
    back = tasks.take_back(actor=by.actor, now=now, subject=row.id, before=mark["standing"])
    handling = back.get(columns["handle_task"])
    if handling is not None and handling.ended_at is None:
        columns["handle_due_at"] = handling.due_at
    for key, value in columns.items():
        setattr(row, key, value)
    Case.objects.filter(id=row.id).update(**columns)
    if "step" in mark:
        Picture.objects.filter(case_id=row.id, step_id=mark["step"]).delete()
    _record(row, mark, by, now)
    telling.take_back(row, mark["move"], until - UNDO_WINDOW, now)
    return view_of(row, by, now)


def _demand_mergeable(row: Case, master_id: UUID | None) -> None:
    """What a merge asks (rules.apply, moving): that the master is open, and that nothing was merged into the member.
    Refused `nothing_to_undo`."""
    master_open = master_id and Case.objects.filter(id=master_id, state__in=OPEN_STATES).exists()
    if not master_open or Case.objects.filter(merged_into_id=row.id, state="merged").exists():
        raise not_for(None)


def _record(row: Case, mark: Mapping[str, Any], by: Standing, now: datetime) -> None:
    """The step says how the case stands, all that a move may have changed: who folds steps needs no others."""
    payload = {
        "state": row.state,
        "version": row.version,
        "undone": mark["move"],
        "agency": row.agency_id,
        "person": row.person_id,
        "due": row.due_at,
        "provisional": row.provisional,
        "handle_due": row.handle_due_at,
        "clock_from": row.clock_from,
        "ended_at": mark["moved_at"] if row.state == "merged" else row.closed_at,
        "closing": row.closing,
        "merged_into": row.merged_into_id,
        "asked": [one.what for one in task_queries.pending_requests(row.id)],
        "supervised": row.supervised,
        "self_handled": row.self_handled,
        "rework_count": row.rework_count,
        "reopen_count": row.reopen_count,
        "extend_count": row.extend_count,
    }
    journal.record(room="cases", subject=row.id, verb="undo", actor=by.actor, occurred_at=now, payload=payload)


_COLUMN = {"merged_into": "merged_into_id"}


def _restored(key: str, value: Any) -> Any:
    if value is None:
        return None
    if key in _TIMES:
        return datetime.fromisoformat(value)
    if key in _IDS:
        return UUID(value)
    if key in _LISTS:
        return [UUID(item) for item in value]
    return value
