"""From what the rooms give to what the API shows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from xiucheng.foundation.notices.queries import Notice
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.tasks.rules import Request, Task
from xiucheng.kit.actor import Actor
from xiucheng.kit.moves import Move
from xiucheng.operations.board import queries as board
from xiucheng.operations.board.queries import Listed
from xiucheng.operations.cases import queries as cases
from xiucheng.operations.cases.views import CaseView, StoryLine
from xiucheng.operations.dispatch.queries import Explanation
from xiucheng.operations.intake import queries as intake
from xiucheng.operations.intake.queries import ReportView

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


def case(view: CaseView) -> schemas.CaseOut:
    """A case with its words, pictures, reports in full and allowed moves; 9 statements, three of them on `keys`."""
    facts = view.facts
    found: schemas.CaseOut = fields_of(
        _Both(view, facts),
        schemas.CaseOut,
        title=cases.words([view.id]).get(view.id),
        address=cases.address(view.id),
        agency=facts.agency_id,
        person=facts.person_id,
        quality=list(view.quality),
        media=[schemas.PictureOut(media=media, purpose=purpose) for media, purpose in cases.pictures(view.id)],
        sources=[
            fields_of(one, schemas.SourceOut, report=one.report_id, media=list(one.media))
            for one in intake.told_of(view.id)
        ],
        moves=[move(one) for one in view.moves],
        requests=[
            schemas.RequestOut(id=one.id, what=one.what, asked_at=one.asked_at, mine=one.mine) for one in view.requests
        ],
    )
    return found


class _Both:
    """The attributes of a view, and of its facts where the view has none of that name."""

    def __init__(self, view: object, facts: object) -> None:
        self._parts = (view, facts)

    def __getattr__(self, name: str) -> Any:
        view, facts = self._parts
        return getattr(view, name) if hasattr(view, name) else getattr(facts, name)


def listed(one: Listed) -> schemas.CaseRow:
    """One row of the hall list."""
    row = one.row
    found: schemas.CaseRow = fields_of(
        row,
        schemas.CaseRow,
        id=row.case_id,
        title=one.title,
        agency=row.agency_id,
        person=row.person_id,
        asked=[what for what in row.asked.split(",") if what],
    )
    return found


def report(view: ReportView) -> schemas.ReportOut:
    """One report with its words, its contact masked."""
    masked = view.contact
    found: schemas.ReportOut = fields_of(
        view,
        schemas.ReportOut,
        contact=schemas.ContactOut(name=masked.name or None, phone=masked.phone or None) if masked else None,
        quality=list(view.quality),
        media=list(view.media),
        moves=[move(one) for one in view.moves],
    )
    return found


def tasks(found: Sequence[Task], standing: Standing, now: datetime) -> list[schemas.TaskOut]:
    """Duties with number and title of the cases they are about; 4 statements, one of them on `keys`."""
    about = _cases(((one.room, one.subject) for one in found), standing, now)
    return [
        schemas.TaskOut(
            id=one.id,
            kind=one.kind,
            room=one.room,
            subject=one.subject,
            number=about[one.subject].row.number if one.subject in about else None,
            title=about[one.subject].title if one.subject in about else None,
            state=one.state,
            due_at=one.due_at,
            agency=one.agency_id,
            person=one.person_id,
            post=one.post,
            area=one.area,
        )
        for one in found
    ]


def requests(found: Sequence[Request], standing: Standing, now: datetime) -> list[schemas.RequestRow]:
    """Decisions that wait, with number and title of the cases they are about; statements as `tasks`."""
    about = _cases(((one.room, one.subject) for one in found), standing, now)
    return [
        schemas.RequestRow(
            id=one.id,
            room=one.room,
            subject=one.subject,
            number=about[one.subject].row.number if one.subject in about else None,
            title=about[one.subject].title if one.subject in about else None,
            what=one.what,
            asked_at=one.asked_at,
        )
        for one in found
    ]


def _cases(subjects: Iterable[tuple[str, UUID]], standing: Standing, now: datetime) -> Mapping[UUID, Listed]:
    wanted = [subject for room, subject in subjects if room == "cases"]
    return {one.case_id: one for one in board.rows(wanted, standing, now=now)} if wanted else {}


def notice(one: Notice) -> schemas.NoticeOut:
    """A line of the inbox."""
    return schemas.NoticeOut(
        id=one.id, event=one.event, text=one.sentence, link=one.link, told_at=one.last_at, read=one.read_at is not None
    )


def story(lines: Sequence[StoryLine]) -> list[schemas.StoryLineOut]:
    """The story with the names of the staff in it; one statement."""
    persons = {line.step_id: Actor.parse(line.actor).person_id for line in lines}
    names = people.person_names(persons.values())
    return [
        schemas.StoryLineOut(
            verb=line.verb,
            actor=line.actor,
            who=names.get(person) if (person := persons[line.step_id]) else None,
            occurred_at=line.occurred_at,
            recorded_at=line.recorded_at,
            imported=line.imported,
            facts=line.payload,
            reason=line.reason,
            words=line.content_id,
            erased=line.erased,
            media=[schemas.PictureOut(media=media, purpose=purpose) for media, purpose in line.media],
        )
        for line in lines
    ]


def explanation(found: Explanation) -> schemas.ExplanationOut:
    """Why a case would go where it would go."""
    return schemas.ExplanationOut(
        version=found.version,
        area=found.area,
        component=found.component,
        on_duty=found.on_duty,
        rule=found.rule_no,
        agency=found.agency_id,
        agency_name=found.agency,
        verdicts=[
            schemas.VerdictOut(rule=one.rule_no, verdict=one.code, text=one.sentence, target=one.target, note=one.note)
            for one in found.verdicts
        ],
    )


def nearby(found: Iterable[Mapping[str, Any]]) -> list[schemas.Nearby]:
    """Open cases close by."""
    names = schemas.Nearby.model_fields
    return [schemas.Nearby(**{name: row[name] for name in names}) for row in found]


def fields_of(view: Any, schema: type[Any], **more: Any) -> Any:
    """A schema filled from the attributes of the same names."""
    names = [name for name in schema.model_fields if name not in more]
    return schema(**{name: getattr(view, name) for name in names}, **more)


def page(found: Any, schema: type[Any], rows: list[Any]) -> Any:
    """A page with the cursors of its neighbours."""
    return schema(rows=rows, next=found.next, previous=found.previous, last=found.last)
