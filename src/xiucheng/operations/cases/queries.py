"""What others may read of cases; lists start from what the reader may see."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, radians
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people import vault
from xiucheng.foundation.people.rules import Scope, Standing
from xiucheng.foundation.places.rules import METRES_PER_DEGREE
from xiucheng.foundation.tasks import queries as tasks
from xiucheng.kit import journal, prepared
from xiucheng.kit.bulk import among
from xiucheng.kit.refused import Refused

from . import configuration
from .facts import facts_of
from .models import OPEN, REASON, Case, Content, Picture
from .rules import (
    MOVES,
    OPEN_STATES,
    digits_of,
    extended,
    may_decide,
    may_move,
    move_has_sense,
    parse_number,
    searchable,
    tokens,
)
from .views import CaseView, PendingRequest, StoryLine, WordsLeft


def case(key: UUID | str, standing: Standing, now: datetime) -> CaseView:
    """One case by id or by number as typed; refused `not_found` (404) also where the reader may not see it."""
    row = _find(key)
    if row is None or not sees(people.visible_to(standing), row.area, row.agency_id, row.person_id, row.agencies):
        raise Refused("not_found", _("没有这件案卷，或不在您的范围内。"), status=404)
    return view_of(row, standing, now)


def _find(key: UUID | str) -> Case | None:
    if isinstance(key, str):
        number = parse_number(key)
        if number:
            return Case.objects.filter(number=number).first()
        try:
            key = UUID(key)
        except ValueError:
            return None
    return Case.objects.filter(id=key).first()


def sees(
    scope: Scope, area: str, agency_id: UUID | None, person_id: UUID | None, agencies: Sequence[UUID] = ()
) -> bool:
    """Does a scope take in a case? An agency keeps seeing what it once had, a person what is assigned to them."""
    held: Mapping[str, Callable[[Any], bool]] = {
        "all": lambda value: True,
        "street": area.startswith,
        "community": area.startswith,
        "agency": {agency_id, *agencies}.__contains__,
        "person": lambda value: value == person_id,
    }
    return any(part.kind == "all" or any(map(held[part.kind], part.values)) for part in scope.parts)


def view_of(row: Case, by: Standing, now: datetime) -> CaseView:
    """The reader's view of a row: with the moves that the table and the matrix allow now."""
    facts = facts_of(row)
    requests = tuple(
        PendingRequest(
            r.id, r.what, str(r.asked_by), r.asked_at, may_decide(r.what, facts, by), UUID(step) if step else None
        )
        for r in tasks.pending_requests(row.id)
        for step in (r.args.get("step"),)
    )
    until = datetime.fromisoformat(row.undo["until"]) if row.undo else None
    undo_until = until if until and until > now and may_move("undo", facts, by) else None
    asked = {request.what for request in requests}
    allowed = tuple(
        move
        for move in MOVES.leaving(row.state)
        if not move.automatic
        and move.name not in asked
        and (move.name != "undo" or undo_until)
        and (move.name != "decide" or any(request.mine for request in requests))
        and move_has_sense(move.name, facts)
        and may_move(move.name, facts, by)
    )
    return CaseView(
        facts=facts,
        number=row.number,
        channel=row.channel,
        severity=row.severity,
        condition_assumed=row.condition_assumed,
        catalogue_version=row.catalogue_version,
        unit_grid=row.unit_grid,
        component=row.component,
        lon=row.lon,
        lat=row.lat,
        provisional=row.provisional,
        quality=tuple(row.quality),
        handle_task=row.handle_task,
        check_task=row.check_task,
        moves=allowed,
        requests=requests,
        undo_until=undo_until,
    )


def words(case_ids: Sequence[UUID]) -> dict[UUID, str | None]:
    """Titles by case, opened; None where they are erased. Two statements, one of them on the key store."""
    rows = list(Content.objects.filter(case_id__in=case_ids, kind="title").values_list("case_id", "key_id", "sealed"))
    opened = vault.open_texts([(key, bytes(sealed)) for _case, key, sealed in rows])
    return {case_id: text for (case_id, _key, _sealed), text in zip(rows, opened, strict=True)}


def said_with(case_id: UUID, steps: Sequence[UUID]) -> dict[UUID, str | None]:
    """What was said with some steps of a case, opened; None where it is erased. Two statements, one on the key store.

    Whether the reader may see the case has been judged by `case`.
    """
    found = Content.objects.filter(case_id=case_id, step_id__in=steps)
    rows = list(found.values_list("step_id", "key_id", "sealed"))
    opened = vault.open_texts([(key, bytes(sealed)) for _step, key, sealed in rows])
    return {step: text for (step, *_rest), text in zip(rows, opened, strict=True) if step is not None}


def due_if_extended(view: CaseView, now: datetime) -> datetime:
    """When the case would be due were an extension granted now (aware)."""
    return extended(view.facts, configuration.clocks(now)).at


def named(case_ids: Iterable[UUID]) -> dict[UUID, tuple[str, str | None]]:
    """Number and title (None: erased) by case, for lists of other things. Two statements, one on the key store."""
    of_cases = Content.objects.filter(case_id__in=list(case_ids), kind="title")
    rows = list(of_cases.values_list("case_id", "case__number", "key_id", "sealed"))
    opened = vault.open_texts([(key, bytes(sealed)) for _case, _number, key, sealed in rows])
    return {row[0]: (row[1], text) for row, text in zip(rows, opened, strict=True)}


def address(case_id: UUID) -> str | None:
    """The address in words, opened; None where there is none or it is erased."""
    row = Content.objects.filter(case_id=case_id, kind="address").values_list("key_id", "sealed").first()
    return vault.open_texts([(row[0], bytes(row[1]))])[0] if row else None


def story(case_id: UUID) -> list[StoryLine]:
    """What happened to a case, in order, with the words and pictures of each step. Five statements.

    Whether the reader may see the case has been judged by `case`.
    """
    steps = [step for step in journal.of_subject(case_id) if step.room == "cases"]
    contents = list(Content.objects.filter(case_id=case_id).values_list("step_id", "id", "key_id", "sealed"))
    under = Counter(key for _step, _id, key, _sealed in contents)
    reasons = [one for one in contents if one[0] is not None]
    opened = vault.open_texts([(key, bytes(sealed)) for _step, _id, key, sealed in reasons])
    said = {step: text for (step, *_), text in zip(reasons, opened, strict=True)}
    # What the reporter said lies under the key of the whole report and cannot go alone.
    content = {step: content_id for step, content_id, key, _sealed in reasons if under[key] == 1}
    shown: dict[UUID | None, list[tuple[UUID, str]]] = {}
    for step_id, media_id, purpose in Picture.objects.filter(case_id=case_id).values_list(
        "step_id", "media_id", "purpose"
    ):
        shown.setdefault(step_id, []).append((media_id, purpose))
    return [
        StoryLine(
            step_id=step.id,
            verb=step.verb,
            actor=step.actor,
            occurred_at=step.occurred_at,
            recorded_at=step.recorded_at,
            imported=step.imported,
            payload=step.payload,
            reason=said.get(step.id),
            erased=step.id in said and said[step.id] is None,
            content_id=content.get(step.id),
            media=tuple(shown.get(step.id, ()) if step.verb not in _FILING else shown.get(None, ())),
        )
        for step in steps
    ]


_FILING = frozenset({"file", "file_self_handled"})


def words_left(case_ids: Iterable[UUID]) -> list[WordsLeft]:
    """What staff said with moves of these cases and is not erased, in order: to be looked through for names. Two
    statements."""
    rows = Content.objects.filter(case_id__in=list(case_ids), kind=REASON).order_by("id")
    found = list(rows.values_list("case_id", "id", "step_id", "key_id"))
    erased = vault.listed([key for *_, key in found])
    return [
        WordsLeft(case_id, content_id, step_id)
        for case_id, content_id, step_id, key in found
        if step_id is not None and key not in erased
    ]


def pictures(case_id: UUID) -> list[tuple[UUID, str]]:
    """Ids and purposes of a case's pictures."""
    return list(Picture.objects.filter(case_id=case_id).values_list("media_id", "purpose"))


def sees_picture(media_id: UUID, standing: Standing) -> bool:
    """May the reader see a picture? Who sees the whole district sees every one, others those of a case in their
    scope. One statement."""
    scope = people.visible_to(standing)
    if scope.kind == "all":
        return True
    rows = Picture.objects.filter(media_id=media_id).values_list(
        "case__area", "case__agency_id", "case__person_id", "case__agencies"
    )
    return any(sees(scope, *row) for row in rows)


def cases_showing(media_id: UUID) -> list[UUID]:
    """The cases that a picture belongs to, by id; one statement."""
    return sorted(Picture.objects.filter(media_id=media_id).values_list("case_id", flat=True))


def near(
    lon: float, lat: float, category: str, *, now: datetime, metres: float = 50, hours: float = 24, limit: int = 5
) -> list[dict[str, Any]]:
    """Open cases of one category within `metres` of a WGS84 point, filed within `hours`, nearest first.

    50 m and 24 h are STANDARDS §1's duplicate suggestion. One statement on an index over open cases.
    """
    dlat = metres / METRES_PER_DEGREE
    dlon = dlat / max(cos(radians(lat)), 0.01)
    with prepared.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM (SELECT id, number, state, filed_at, due_at, lon, lat,"
            " sqrt(power(lat - %s, 2) + power((lon - %s) * cos(radians(%s)), 2)) * %s::float8 AS metres"
            " FROM cases_case WHERE state NOT IN ('closed', 'void', 'merged') AND category = %s"
            " AND lat BETWEEN %s AND %s AND lon BETWEEN %s AND %s AND filed_at >= %s) c"
            " WHERE metres <= %s ORDER BY metres, id LIMIT %s",
            [
                *(lat, lon, lat, METRES_PER_DEGREE, category),
                *(lat - dlat, lat + dlat, lon - dlon, lon + dlon),
                *(now - timedelta(hours=hours), metres, limit),
            ],
        )
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def holding(word: str, name: str = "held") -> tuple[str, dict[str, Any]]:
    """The cases whose number is, or whose number or words hold, one word as `rules.words_of` parts them: a SELECT of
    their ids and its parameters, whose names begin with `name`.

    For the statement of a list to join, so that what the list narrows to and how it is ordered count first and nothing
    that it would show is cut off before. Nothing typed is held by no case; scope is the list's own. Of a number any two
    digits that stand together find it, with its dashes or without.
    """
    typed, number = searchable(word), parse_number(word)
    if number:
        return f"SELECT id FROM cases_case WHERE number = %({name})s", {name: number}  # noqa: S608
    if not typed.strip() or "\0" in typed:
        return "SELECT id FROM cases_case WHERE FALSE", {}
    statement = (
        f"SELECT case_id FROM cases_search WHERE cases_tokens(words) @> %({name})s::text[]"  # noqa: S608
        f" AND words LIKE %({name}_like)s"
    )
    values = {name: tokens(typed), f"{name}_like": _pattern(typed)}
    digits = digits_of(typed)
    if digits is None:
        return statement, values
    return (
        f"{statement} UNION ALL SELECT id FROM cases_case WHERE cases_tokens(replace(number, '-', ''))"  # noqa: S608
        f" @> %({name}_digits)s::text[] AND replace(number, '-', '') LIKE %({name}_number)s",
        {**values, f"{name}_digits": tokens(digits), f"{name}_number": _pattern(digits)},
    )


def _pattern(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def numbers(case_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Numbers by id."""
    return dict(Case.objects.filter(id__in=list(case_ids)).values_list("id", "number"))


@dataclass(frozen=True, slots=True)
class Stand:
    """How a case stands: a merged one as its master does. case_id, number: of the one it stands as. follows: the master
    that it was merged into."""

    case_id: UUID
    number: str
    state: str
    follows: UUID | None


def stands(case_ids: Iterable[UUID]) -> dict[UUID, Stand]:
    """How each of these cases stands; one statement, two where some were merged."""
    columns = ("number", "state", "merged_into_id")
    rows = {one: rest for one, *rest in Case.objects.filter(id__in=list(case_ids)).values_list("id", *columns)}
    masters = {rest[2] for rest in rows.values()} - rows.keys() - {None}
    held = dict(rows)
    if masters:
        held |= {one: rest for one, *rest in Case.objects.filter(id__in=masters).values_list("id", *columns)}
    return {one: Stand(at := rest[2] or one, held[at][0], held[at][1], rest[2]) for one, rest in rows.items()}


def open_and_replied(now: datetime, settled_for: timedelta, limit: int) -> list[UUID]:
    """Cases that were replied to at least `settled_for` ago and need a check that has not begun."""
    return list(
        Case.objects.filter(state="replied", needs_check=True, moved_at__lte=now - settled_for)
        .order_by("moved_at")
        .values_list("id", flat=True)[:limit]
    )


def provisional(calendar_version: int, limit: int) -> list[UUID]:
    """Open cases whose own deadline rests on holidays not yet announced, reckoned by another calendar than this one."""
    # Two ranges, which an index finds at once; "<>" would read every provisional case each round.
    other = Q(calendar_version__lt=calendar_version) | Q(calendar_version__gt=calendar_version)
    return list(Case.objects.filter(OPEN, other, provisional=True).values_list("id", flat=True)[:limit])


def open_of_agency(agency_id: UUID) -> int:
    """How many open cases lie with an agency, those already replied to included. One statement."""
    return Case.objects.filter(agency_id=agency_id, state__in=OPEN_STATES).count()


# Column of a case → the kind of base data whose codes it holds.
_PLACE_COLUMNS = {"unit_grid": "unit_grid", "component": "component"}


def leaning_on_places(kind: str, codes: Sequence[str], since: datetime) -> Sequence[str]:
    """The codes of unit grids or components that cases filed since then refer to (places.registry). One statement."""
    column = _PLACE_COLUMNS.get(kind)
    if column is None:
        return []
    rows = among(Case.objects.filter(filed_at__gte=since), column, codes)
    return sorted(set(rows.values_list(column, flat=True)))
