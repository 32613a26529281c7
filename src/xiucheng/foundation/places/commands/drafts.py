"""Uploads of base data: opened, understood by choices, mended, taken as a whole or discarded; a worker works."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from xiucheng.kit import journal
from xiucheng.kit.actor import Actor
from xiucheng.kit.ids import uuid7
from xiucheng.kit.verbs import verb

from ..drafts import store
from ..geodata import control, frames
from ..geodata.columns import FIELDS, KINDS
from ..geodata.control import MOST_POINTS, ControlPoint
from ..geodata.placing import ELSEWHERE
from ..models import Change, Draft, DraftChunk, DraftFinding, DraftItem
from ..refusals import refusal
from ..rules import COMPONENT_VARIANTS, DRAFT_BUSY, draft_stuck
from . import writing
from .changes import undo_change

REPAIRED = ("sliver", "bow_tie")


@verb
def open_draft(
    *,
    actor: Actor,
    now: datetime,
    name: str,
    content: Iterable[bytes],
    kind: str = "",
    kinds: Collection[str] | None = None,
) -> UUID:
    """Keep an upload and have it read. kind: of geodata.columns.KINDS, "" to have it guessed.

    name: what the person calls the file. kinds: the catalogue's component kinds, to refuse others; None takes any.
    Refused: no_district, unknown_kind_of_file, empty_file, too_large (413). What is wrong inside is found by the
    worker and stands in the draft.
    """
    district = writing.district()
    if kind and kind not in KINDS:
        raise refusal("unknown_kind_of_file", kind, field="kind")
    draft = Draft(
        id=uuid7(),
        kind=kind or "component",
        name=name.replace("\x00", "")[-120:] or "-",
        size=0,
        digest="",
        # Until it is read nobody knows what it holds; "" in the mapping says that the kind is only a guess.
        mapping={} if kind else {"?": ""},
        kinds=sorted(kinds) if kinds is not None else None,
        opened_by=str(actor),
        opened_at=now,
        changed_at=now,
    )
    draft.save(force_insert=True)
    draft.size, draft.digest = store.keep_bytes(draft.id, content)
    draft.save(update_fields=["size", "digest"])
    _go(draft, "reading", now)
    _told(actor, now, "open_draft", district.id, draft=str(draft.id), size=draft.size)
    return draft.id


def _told(actor: Actor, now: datetime, verb_name: str, subject: UUID, **payload: Any) -> None:
    """A step without a new version of the memory: a draft is no part of what the site answers from."""
    journal.record(room="places", subject=subject, verb=verb_name, actor=actor, occurred_at=now, payload=payload)


def _go(draft: Draft, state: str, now: datetime) -> None:
    """The next revision in a state in which the worker is busy; it is woken when the transaction commits."""
    from .. import jobs

    Draft.objects.filter(pk=draft.pk).update(
        state=state, phase="waiting", fault=None, revision=draft.revision + 1, changed_at=now
    )
    draft.revision += 1
    getattr(jobs, state).defer(draft_id=str(draft.pk), revision=draft.revision)


def _waiting(
    draft_id: UUID,
    revision: int | None,
    states: Sequence[str] = ("ready", "failed"),
    *,
    now: datetime | None = None,
) -> Draft:
    """The draft, locked. now: what is stuck by then is let through, whatever the states."""
    draft = Draft.objects.select_for_update().filter(pk=draft_id).first()
    if draft is None:
        raise refusal("unknown_draft", status=404)
    if draft.state in DRAFT_BUSY:
        if now is not None and draft_stuck(draft.state, draft.changed_at, now):
            return draft
        raise refusal("draft_busy", status=409)
    if draft.state not in states:
        raise refusal("draft_settled", status=409)
    if revision is not None and revision != draft.revision:
        raise refusal("draft_moved_on", status=409)
    return draft


@verb
def choose(
    *,
    actor: Actor,
    now: datetime,
    draft_id: UUID,
    revision: int,
    kind: str | None = None,
    mapping: Mapping[str, str] | None = None,
    frame: str | None = None,
    points: Sequence[ControlPoint] | None = None,
    variant: str | None = None,
    set_number: int | None = None,
    layer: str | None = None,
) -> None:
    """Say what the worker guessed wrongly; None leaves a choice as it is. The draft is judged (or read) anew.

    mapping: field → column. frame: geodata.frames codes. points: control points of a local frame. set_number, layer:
    which part of the file. Refused: unknown_draft (404), draft_busy, draft_settled, draft_moved_on (409),
    unknown_kind_of_file, unknown_column, unknown_frame, too_few_control, control_same, control_on_a_line,
    too_many_control, unknown_variant.
    """
    draft = _waiting(draft_id, revision)
    changes = {
        **_new_kind(draft, kind),
        **_new_mapping(draft, kind, mapping),
        **_new_frame(draft, frame, points),
        **_new_part(draft, set_number, layer),
    }
    if variant is not None:
        if variant not in COMPONENT_VARIANTS:
            raise refusal("unknown_variant", variant, field="variant")
        changes["variant"] = variant
    # Slivers are mended in places: another frame, kind or column moves the places.
    Draft.objects.filter(pk=draft.pk).update(**changes, repairs=[])
    _go(draft, "reading" if "set_number" in changes else "judging", now)
    _told(actor, now, "choose_for_draft", writing.district().id, draft=str(draft.id), chosen=sorted(changes))


def _new_kind(draft: Draft, kind: str | None) -> dict[str, Any]:
    if kind is None or kind == draft.kind:
        return {}
    if kind not in KINDS:
        raise refusal("unknown_kind_of_file", kind, field="kind")
    # The old columns mean other fields now, and so do those that came with the form: all are guessed anew.
    return {"kind": kind, "mapping": {}}


def _new_mapping(draft: Draft, kind: str | None, mapping: Mapping[str, str] | None) -> dict[str, Any]:
    if mapping is None or (kind is not None and kind != draft.kind):
        return {}
    kept = {field: column for field, column in mapping.items() if column}
    for field, column in kept.items():
        if field not in FIELDS[draft.kind] or column not in draft.columns:
            raise refusal("unknown_column", column, field=field)
    return {"mapping": kept}


def _new_frame(draft: Draft, frame: str | None, points: Sequence[ControlPoint] | None) -> dict[str, Any]:
    if frame is None:
        return {}
    try:
        chosen = frames.frame(frame)
    except frames.UnknownFrame:
        raise refusal("unknown_frame", frame, field="frame") from None
    if chosen.kind != "local":
        return {"frame": chosen.code}
    given = list(points) if points is not None else [ControlPoint(**one) for one in draft.control]
    if len(given) > MOST_POINTS:
        raise refusal("too_many_control", field="control", most=str(MOST_POINTS))
    try:
        control.fit(given, chosen.name)
    except control.BadControl as bad:
        raise refusal(bad.code, field="control", least=str(control.LEAST[chosen.name])) from None
    return {"frame": chosen.code, "control": [asdict(one) for one in given]}


def _new_part(draft: Draft, set_number: int | None, layer: str | None) -> dict[str, Any]:
    number = draft.set_number if set_number is None else set_number
    name = draft.layer if layer is None else layer
    if (number, name) == (draft.set_number, draft.layer):
        return {}
    return {"set_number": number, "layer": name if number == draft.set_number else "", "mapping": {}, "frame": ""}


@verb
def accept_repairs(
    *, actor: Actor, now: datetime, draft_id: UUID, revision: int, numbers: Collection[int] | None = None
) -> int:
    """Mend what the findings of these numbers offer, None: all of them; returns how many. Judged anew afterwards.

    Refused: unknown_draft (404), draft_busy, draft_settled, draft_moved_on (409), nothing_to_mend.
    """
    draft = _waiting(draft_id, revision)
    offered = DraftFinding.objects.filter(draft=draft, severity__in=REPAIRED).order_by("number")
    if numbers is not None:
        offered = offered.filter(number__in=numbers)
    cures = [cure for cure in offered.values_list("repair", flat=True) if cure]
    if not cures:
        raise refusal("nothing_to_mend")
    Draft.objects.filter(pk=draft.pk).update(repairs=[*draft.repairs, *cures])
    _go(draft, "judging", now)
    _told(actor, now, "accept_repairs", writing.district().id, draft=str(draft.id), count=len(cures))
    return len(cures)


@verb
def drop_repairs(*, actor: Actor, now: datetime, draft_id: UUID, revision: int) -> None:
    """Take all accepted repairs back. Refused: unknown_draft (404), draft_busy, draft_settled, draft_moved_on (409)."""
    draft = _waiting(draft_id, revision)
    Draft.objects.filter(pk=draft.pk).update(repairs=[])
    _go(draft, "judging", now)
    _told(actor, now, "drop_repairs", writing.district().id, draft=str(draft.id))


@verb
def take_draft(*, actor: Actor, now: datetime, draft_id: UUID, revision: int) -> None:
    """Have the worker load what passed the checks; undone as a whole by undo_draft.

    Refused: unknown_draft (404), draft_busy, draft_settled, draft_moved_on (409), draft_incomplete (a column or the
    frame is not chosen), draft_elsewhere (no point lies in the district), nothing_to_take.
    """
    draft = _waiting(draft_id, revision, ("ready",))
    if draft.lay.get("lacking"):
        raise refusal("draft_incomplete")
    if draft.lay.get("verdict") in ELSEWHERE:
        raise refusal("draft_elsewhere")
    if not draft.counts.get("taken"):
        raise refusal("nothing_to_take")
    _go(draft, "taking", now)
    # What is taken is taken in the name of whoever said so, not of whoever uploaded.
    Draft.objects.filter(pk=draft.pk).update(taken_by=str(actor))
    _told(actor, now, "take_draft", writing.district().id, draft=str(draft.id), rows=draft.counts["taken"])


@verb
def discard_draft(*, actor: Actor, now: datetime, draft_id: UUID) -> None:
    """Forget an upload with its bytes, also one whose work has stopped on the way (rules.draft_stuck).

    Refused: unknown_draft (404), draft_busy, draft_settled (409: it was taken).
    """
    draft = _waiting(draft_id, None, now=now)
    _emptied(draft)
    draft.delete()
    _told(actor, now, "discard_draft", writing.district().id, draft=str(draft_id))


def _emptied(draft: Draft) -> None:
    """Bytes and rows go with one statement per table; deleting them through the draft would read them first."""
    for table in (DraftChunk, DraftItem, DraftFinding):
        _delete_of(table, draft)


def _delete_of(table: Any, draft: Draft) -> None:
    rows = table.objects.filter(draft=draft)
    rows._raw_delete(rows.db)


@verb
def undo_draft(*, actor: Actor, now: datetime, draft_id: UUID) -> UUID:
    """Take a taken draft back as a whole; returns the change undone. Refused: unknown_draft (404), draft_settled, and
    all of changes.undo_change.
    """
    draft = _waiting(draft_id, None, ("taken",))
    if draft.change_id is None:
        raise refusal("unknown_change", status=404)
    undo_change(actor=actor, now=now, change_id=draft.change_id)
    Draft.objects.filter(pk=draft.pk).update(state="undone", changed_at=now)
    return draft.change_id


@verb
def settle(*, draft_id: UUID, revision: int, now: datetime, change: str | None, counts: Mapping[str, Any]) -> None:
    """The worker has loaded a draft: its bytes and rows go, its counts and its change stay."""
    draft = Draft.objects.select_for_update().get(pk=draft_id, revision=revision)
    _emptied(draft)
    Draft.objects.filter(pk=draft_id).update(
        state="taken",
        phase="",
        counts={**draft.counts, **counts},
        changed_at=now,
        change=Change.objects.filter(id=UUID(change)).first() if change else None,
    )
