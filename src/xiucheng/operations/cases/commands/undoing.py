"""Taking the last move back within ten seconds: the row as before, the clocks as before, a step of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.tasks import commands as tasks
from xiucheng.foundation.tasks.rules import Task
from xiucheng.kit import journal
from xiucheng.kit.refused import Refused

from ..models import Case, Picture
from ..views import CaseView
from . import telling

_TIMES = frozenset({"filed_at", "clock_from", "due_at", "handle_due_at", "closed_at"})
_IDS = frozenset({"agency_id", "person_id", "merged_into", "answer_task"})
_LISTS = frozenset({"agencies", "handlers"})


def pointers(row: Case) -> dict[str, str | None]:
    """The tasks of a case that a move may end, as they are before it: column → id, to be given back by undo."""
    return {
        column: str(value) if (value := getattr(row, column)) else None for column in ("handle_task", "answer_task")
    }


def not_for(mark: Mapping[str, Any] | None) -> Refused:
    """Why somebody cannot take the last move back, where no post is the reason: `nothing_to_undo`, or `not_yours` (403)
    for all but who made it."""
    if mark:
        return Refused("not_yours", _("只有办上一步的人可以撤销。"), status=403)
    text = _("上一步不能撤销：批复这样的步骤办完即生效，其余的也只在 10 秒内、其后没有别的变动时可以撤销。")
    return Refused("nothing_to_undo", text)


def undo(*, by: Standing, now: datetime, row: Case) -> CaseView:
    """Undo the last move of a locked case, by whoever made it. Refused: `nothing_to_undo`, `undo_too_late`."""
    mark = row.undo
    if not mark or mark["by"] != str(by.actor):
        raise not_for(mark)
    if now > datetime.fromisoformat(mark["until"]):
        raise Refused("undo_too_late", _("已超过 10 秒，不能撤销。"))
    columns = {_column(key): _restored(key, value) for key, value in mark["values"].items()}
    columns |= {"version": row.version + 1, "undo": None, "moved_at": now}
    if "due_at" in columns:
        # The clock of before may rest on a calendar that is not in force any more: the timer looks at it again.
        columns["calendar_version"] = 0
    _set(row, columns)
    made = _undo_effects(row, mark, by, now)
    _set(row, made)
    Case.objects.filter(id=row.id).update(**{**columns, **made})
    if "step" in mark:
        Picture.objects.filter(case_id=row.id, step_id=mark["step"]).delete()
    journal.record(
        room="cases",
        subject=row.id,
        verb="undo",
        actor=by.actor,
        occurred_at=now,
        payload={
            "state": row.state,
            "version": row.version,
            "undone": mark["move"],
            "agency": row.agency_id,
            "person": row.person_id,
            "due": row.due_at,
            "provisional": row.provisional,
            "handle_due": row.handle_due_at,
            "self_handled": row.self_handled,
            "closing": row.closing,
        },
    )
    telling.take_back(row, now)
    from ..queries import view_of

    return view_of(row, by, now)


def _set(row: Case, columns: Mapping[str, Any]) -> None:
    for key, value in columns.items():
        setattr(row, key, value)


def _column(key: str) -> str:
    return "merged_into_id" if key == "merged_into" else key


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


def _undo_effects(row: Case, mark: Mapping[str, Any], by: Standing, now: datetime) -> dict[str, Any]:
    it = Context(row, {key: UUID(value) for key, value in mark.get("tasks", {}).items() if value}, by, now)
    made: dict[str, Any] = {}
    for effect in reversed(mark["effects"]):
        made.update(OPPOSITES[effect](it) or {})
    return made


@dataclass(frozen=True, slots=True)
class Context:
    """What an opposite may need: the row as restored, the tasks that it had before the move, who and when."""

    row: Case
    had: Mapping[str, UUID]
    by: Standing
    now: datetime

    def cancel(self, task_id: UUID | None) -> None:
        if task_id:
            tasks.cancel(actor=self.by.actor, now=self.now, task_id=task_id)

    def reopen(self, task_id: UUID | None) -> Task | None:
        """The task as if it had never ended; None where there is none."""
        if task_id is None:
            return None
        return tasks.reopen(actor=self.by.actor, now=self.now, task_id=task_id, as_before=True)


def _ungive_handle(it: Context) -> dict[str, Any]:
    it.cancel(it.row.handle_task)
    return {"handle_task": None}


def _unsign_handle(it: Context) -> None:
    if it.row.handle_task:
        tasks.unsign(actor=it.by.actor, now=it.now, task_id=it.row.handle_task)


def _uncomplete_handle(it: Context) -> dict[str, Any]:
    reopened = it.reopen(it.row.handle_task)
    return {"handle_due_at": reopened.due_at} if reopened else {}


def _uncancel_handle(it: Context) -> dict[str, Any]:
    reopened = it.reopen(it.had.get("handle_task"))
    return {"handle_task": reopened.id, "handle_due_at": reopened.due_at} if reopened else {}


def _uncomplete_check(it: Context) -> None:
    it.reopen(it.row.check_task)


def _uncancel_answer(it: Context) -> None:
    it.reopen(it.row.answer_task)


def _unhand_answer(it: Context) -> dict[str, Any]:
    """The leader's question goes back to whom it was asked."""
    it.cancel(it.row.answer_task)
    it.reopen(it.had.get("answer_task"))
    return {"answer_task": it.had.get("answer_task")}


OPPOSITES: Mapping[str, Callable[[Context], dict[str, Any] | None]] = {
    "give_handle": _ungive_handle,
    "cancel_handle": _uncancel_handle,
    "sign_handle": _unsign_handle,
    "complete_handle": _uncomplete_handle,
    "complete_check": _uncomplete_check,
    "cancel_answer": _uncancel_answer,
    "hand_answer": _unhand_answer,
}
