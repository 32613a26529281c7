"""Taking the last move back within ten seconds: the row as before, the clocks as before, a step of its own."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.tasks import commands as tasks
from xiucheng.kit import journal
from xiucheng.kit.refused import Refused

from ..models import Case, Picture
from ..views import CaseView
from . import telling

_TIMES = frozenset({"filed_at", "clock_from", "due_at", "handle_due_at", "closed_at"})
_IDS = frozenset({"agency_id", "person_id", "merged_into", "answer_task"})
_LISTS = frozenset({"agencies", "handlers"})


def undo(*, by: Standing, now: datetime, row: Case) -> CaseView:
    """Undo the last move of a locked case, by whoever made it. Refused: `nothing_to_undo`, `undo_too_late`."""
    mark = row.undo
    if not mark or mark["by"] != str(by.actor):
        raise Refused("nothing_to_undo", _("没有可以撤销的动作。"))
    if now > datetime.fromisoformat(mark["until"]):
        raise Refused("undo_too_late", _("已超过 10 秒，不能撤销。"))
    columns = {_column(key): _restored(key, value) for key, value in mark["values"].items()}
    columns |= {"version": row.version + 1, "undo": None, "moved_at": now}
    if "due_at" in columns:
        # The clock of before may rest on a calendar that is not in force any more: the timer looks at it again.
        columns["calendar_version"] = 0
    _set(row, columns)
    made = _undo_effects(row, mark["effects"], by, now)
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


def _undo_effects(row: Case, effects: list[str], by: Standing, now: datetime) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for effect in reversed(effects):
        made.update(OPPOSITES[effect](row, by, now) or {})
    return made


def _ungive_handle(row: Case, by: Standing, now: datetime) -> dict[str, Any]:
    if row.handle_task:
        tasks.cancel(actor=by.actor, now=now, task_id=row.handle_task)
    return {"handle_task": None}


def _unsign_handle(row: Case, by: Standing, now: datetime) -> None:
    if row.handle_task:
        tasks.unsign(actor=by.actor, now=now, task_id=row.handle_task)


def _uncomplete_handle(row: Case, by: Standing, now: datetime) -> dict[str, Any]:
    if not row.handle_task:
        return {}
    reopened = tasks.reopen(actor=by.actor, now=now, task_id=row.handle_task, as_before=True)
    return {"handle_due_at": reopened.due_at}


def _uncomplete_check(row: Case, by: Standing, now: datetime) -> None:
    if row.check_task:
        tasks.reopen(actor=by.actor, now=now, task_id=row.check_task, as_before=True)


def _uncancel_answer(row: Case, by: Standing, now: datetime) -> None:
    if row.answer_task:
        tasks.reopen(actor=by.actor, now=now, task_id=row.answer_task, as_before=True)


OPPOSITES: Mapping[str, Callable[[Case, Standing, datetime], dict[str, Any] | None]] = {
    "give_handle": _ungive_handle,
    "sign_handle": _unsign_handle,
    "complete_handle": _uncomplete_handle,
    "complete_check": _uncomplete_check,
    "cancel_answer": _uncancel_answer,
}
