"""From what the rooms give to what the API shows."""

from typing import Any

from xiucheng.foundation.tasks.rules import Task
from xiucheng.kit.moves import Move
from xiucheng.operations.board.queries import Listed
from xiucheng.operations.cases.views import CaseView, StoryLine

from . import schemas


def move(one: Move) -> schemas.MoveOut:
    """A move with the fields it asks for, in the caller's language."""
    return schemas.MoveOut(
        move=one.name,
        label=str(one.label),
        asks=one.asks,
        fields=[
            schemas.MoveField(
                name=field.name,
                kind=field.kind,
                label=str(field.label),
                required=field.required,
                choices=[(value, str(text)) for value, text in field.choices],
            )
            for field in one.fields
        ],
    )


def case(view: CaseView, title: str | None) -> schemas.CaseOut:
    """A case with its allowed moves."""
    facts = view.facts
    return schemas.CaseOut(
        id=view.id,
        number=view.number,
        title=title,
        state=view.state,
        version=view.version,
        channel=view.channel,
        category=facts.category,
        condition=facts.condition,
        severity=view.severity,
        area=facts.area,
        unit_grid=view.unit_grid,
        component=view.component,
        lon=view.lon,
        lat=view.lat,
        filed_at=facts.filed_at,
        due_at=facts.due_at,
        handle_due_at=facts.handle_due_at,
        provisional=view.provisional,
        agency=facts.agency_id,
        person=facts.person_id,
        rework_count=facts.rework_count,
        reopen_count=facts.reopen_count,
        extend_count=facts.extend_count,
        supervised=facts.supervised,
        self_handled=facts.self_handled,
        merged_into=facts.merged_into,
        closed_at=facts.closed_at,
        closing=facts.closing,
        quality=list(view.quality),
        moves=[move(one) for one in view.moves],
        requests=[
            schemas.RequestOut(id=one.id, what=one.what, asked_at=one.asked_at, mine=one.mine) for one in view.requests
        ],
        undo_until=view.undo_until,
    )


def listed(one: Listed) -> schemas.CaseRow:
    """One row of the hall list."""
    found: schemas.CaseRow = fields_of(
        one.row, schemas.CaseRow, id=one.case_id, title=one.title, agency=one.row.agency_id
    )
    return found


def task(one: Task) -> schemas.TaskOut:
    """One duty of a desk."""
    return schemas.TaskOut(
        id=one.id,
        kind=one.kind,
        room=one.room,
        subject=one.subject,
        state=one.state,
        due_at=one.due_at,
        agency=one.agency_id,
        person=one.person_id,
        post=one.post,
        area=one.area,
    )


def story_line(line: StoryLine) -> schemas.StoryLineOut:
    """One step of the story."""
    return schemas.StoryLineOut(
        verb=line.verb,
        actor=line.actor,
        occurred_at=line.occurred_at,
        recorded_at=line.recorded_at,
        imported=line.imported,
        facts=line.payload,
        reason=line.reason,
        erased=line.erased,
        media=list(line.media),
    )


def fields_of(view: Any, schema: type[Any], **more: Any) -> Any:
    """A schema filled from the attributes of the same names."""
    names = [name for name in schema.model_fields if name not in more]
    return schema(**{name: getattr(view, name) for name in names}, **more)


def page(found: Any, schema: type[Any], rows: list[Any]) -> Any:
    """A page with the cursors of its neighbours."""
    return schema(rows=rows, next=found.next, previous=found.previous, last=found.last)
