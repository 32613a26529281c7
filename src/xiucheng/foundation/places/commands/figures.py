"""Figures of places: recorded by one person or by a list, corrected, withdrawn, brought back; nothing is deleted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction

from xiucheng.kit import journal
from xiucheng.kit.actor import Actor
from xiucheng.kit.days import local_day
from xiucheng.kit.verbs import verb
from xiucheng.kit.words import legible

from ..amounts import FIGURE_KINDS, GREATEST, MARKS, Amount
from ..figures import PlaceRef
from ..models import Figure
from ..refusals import refusal
from . import writing

LONGEST_TITLE, LONGEST_SOURCE = 20, 60


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure to record: of which place, what is counted, how much, as of which local day, from where.

    kind: a key of amounts.FIGURE_KINDS. title: what `other` counts, "" for the rest.
    """

    place: PlaceRef
    kind: str
    amount: Amount
    as_of: date
    source: str
    title: str = ""


_Key = tuple[str, str, str, str, date, str]


def _key(row: FigureRow) -> _Key:
    return row.place.kind, row.place.code, row.kind, row.title, row.as_of, row.source


@verb
def record_figure(*, actor: Actor, now: datetime, row: FigureRow) -> UUID:
    """One figure; another amount under the same place, kind, day and source corrects the one that is there.

    Refused: as `record_figures`, and same_figure (409) where exactly this is recorded already.
    """
    return record_figures(actor=actor, now=now, rows=[row])[0]


@verb
def record_figures(*, actor: Actor, now: datetime, rows: Sequence[FigureRow]) -> list[UUID]:
    """Many figures at once, all or none; their ids in the same order. Three statements per thousand.

    Refused: no_district, unknown_figure_kind, title_needed, bad_amount, day_ahead, source_missing, same_figure (409).
    """
    checked = [_checked(row, now) for row in rows]
    if not checked:
        return []
    standing = _in_force(checked)
    fresh = []
    for row in checked:
        before = standing.get(_key(row))
        if before is not None and (before.value, before.mark) == (row.amount.value, row.amount.mark):
            raise refusal("same_figure", status=409)
        fresh.append(_row(row, before, actor, now))
    _retire([one.replaces_id for one in fresh if one.replaces_id], actor, now)
    try:
        with transaction.atomic():
            Figure.objects.bulk_create(fresh, batch_size=1000)
    except IntegrityError:
        # Somebody recorded the same in this moment, or one call names one figure twice.
        raise refusal("same_figure", status=409) from None
    if len(fresh) == 1:
        _record("record_figure", fresh[0], actor, now, corrects=fresh[0].replaces_id)
    else:
        journal.record(
            room="places", subject=writing.district().id, verb="record_figures", actor=actor, occurred_at=now,
            payload={"count": len(fresh), "corrected": sum(one.replaces_id is not None for one in fresh)},
        )  # fmt: skip
    return [one.id for one in fresh]


def _checked(row: FigureRow, now: datetime) -> FigureRow:
    title, source = (" ".join(legible(one).split()) for one in (row.title, row.source))
    if row.kind not in FIGURE_KINDS:
        raise refusal("unknown_figure_kind", row.kind[:30], field="kind")
    if (row.kind == "other") != bool(title) or len(title) > LONGEST_TITLE:
        raise refusal("title_needed", field="title")
    if not (Decimal(0) <= row.amount.value <= GREATEST) or row.amount.mark not in MARKS:
        raise refusal("bad_amount", str(row.amount.value), field="amount")
    if row.as_of > local_day(now):
        raise refusal("day_ahead", row.as_of.isoformat(), field="as_of")
    if not 0 < len(source) <= LONGEST_SOURCE or not source.isprintable():
        raise refusal("source_missing", field="source")
    return FigureRow(row.place, row.kind, row.amount, row.as_of, source, title)


def _in_force(rows: Sequence[FigureRow]) -> dict[_Key, Figure]:
    found = Figure.objects.select_for_update().filter(
        withdrawn_at__isnull=True, place__in={row.place.code for row in rows}, kind__in={row.kind for row in rows}
    )
    return {(one.place_kind, one.place, one.kind, one.title, one.as_of, one.source): one for one in found}


def _row(row: FigureRow, before: Figure | None, actor: Actor, now: datetime) -> Figure:
    return Figure(
        place_kind=row.place.kind, place=row.place.code, area=row.place.area, kind=row.kind, title=row.title,
        value=row.amount.value, mark=row.amount.mark, as_of=row.as_of, source=row.source, recorded_at=now,
        recorded_by=str(actor), replaces=before,
    )  # fmt: skip


def _retire(ids: Sequence[UUID], actor: Actor, now: datetime) -> None:
    Figure.objects.filter(id__in=ids).update(withdrawn_at=now, withdrawn_by=str(actor))


@verb
def withdraw_figure(*, actor: Actor, now: datetime, figure_id: UUID) -> None:
    """Take a figure down; what it had corrected stands again. It stays in the history.

    Refused: unknown_figure (404), not_in_force (409).
    """
    found = _locked(figure_id)
    if found.withdrawn_at is not None:
        raise refusal("not_in_force", status=409)
    _retire([found.id], actor, now)
    if found.replaces_id:
        Figure.objects.filter(id=found.replaces_id).update(withdrawn_at=None, withdrawn_by="")
    _record("withdraw_figure", found, actor, now)


@verb
def restore_figure(*, actor: Actor, now: datetime, figure_id: UUID) -> None:
    """Bring a withdrawn figure back, which takes down again what it had corrected.

    Refused: unknown_figure (404), not_in_force (409: it stands, or another of the same day and source stands now).
    """
    found = _locked(figure_id)
    if found.withdrawn_at is None:
        raise refusal("not_in_force", status=409)
    if found.replaces_id:
        _retire([found.replaces_id], actor, now)
    try:
        with transaction.atomic():
            Figure.objects.filter(id=found.id).update(withdrawn_at=None, withdrawn_by="")
    except IntegrityError:
        raise refusal("not_in_force", status=409) from None
    _record("restore_figure", found, actor, now)


def _locked(figure_id: UUID) -> Figure:
    found = Figure.objects.select_for_update().filter(id=figure_id).first()
    if found is None:
        raise refusal("unknown_figure", status=404)
    return found


def _record(verb_name: str, row: Figure, actor: Actor, now: datetime, **payload: UUID | None) -> None:
    journal.record(
        room="places", subject=row.id, verb=verb_name, actor=actor, occurred_at=now,
        payload={"area": row.area, "kind": row.kind, "as_of": row.as_of, **payload},
    )  # fmt: skip
