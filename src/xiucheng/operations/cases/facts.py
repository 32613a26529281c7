"""From a stored case to the facts that the rules judge, and what evaluation may count of it."""

from xiucheng.kit.worktime import Limit

from .models import Case
from .rules import CaseFacts


def facts_of(row: Case) -> CaseFacts:
    """The rules' view of a row."""
    return CaseFacts(
        id=row.id,
        state=row.state,
        version=row.version,
        category=row.category,
        condition=row.condition,
        area=row.area,
        limit=Limit.from_json(row.limit),
        needs_check=row.needs_check,
        after_photo=row.after_photo,
        filed_at=row.filed_at,
        clock_from=row.clock_from,
        due_at=row.due_at,
        provisional=row.provisional,
        handle_due_at=row.handle_due_at,
        agency_id=row.agency_id,
        person_id=row.person_id,
        agencies=tuple(row.agencies),
        handlers=tuple(row.handlers),
        checked=row.checked,
        rework_count=row.rework_count,
        reopen_count=row.reopen_count,
        extend_count=row.extend_count,
        supervised=row.supervised,
        answer_task=row.answer_task,
        self_handled=row.self_handled,
        imported=row.imported,
        merged_into=row.merged_into_id,
        state_before=row.state_before,
        closed_at=row.closed_at,
        closing=row.closing,
        undo=row.undo,
    )
