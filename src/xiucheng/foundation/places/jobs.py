"""What the worker does for uploads: reads them, judges them, takes them; each step shows in the draft while it runs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import numpy as np
from django.db import transaction

from xiucheng.kit import jobs
from xiucheng.kit.actor import Actor
from xiucheng.kit.now import now
from xiucheng.kit.outage import is_away
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb

from . import commands, registry
from .drafts import judging as checks
from .drafts import placed, store
from .drafts.reach import reach
from .geodata import columns, control, frames, guessing, placing
from .geodata.reading import Read, read
from .geodata.unpacking import BadFile
from .loaders.reading import Row
from .loaders.report import LoadReport
from .models import Draft
from .rules import COMPONENT_VARIANTS, component_code

log = logging.getLogger(__name__)
_FEW = 500


@contextmanager
def _busy(draft_id: str, revision: int, state: str) -> Iterator[Draft | None]:
    """The draft, if it still waits for this very piece of work; what goes wrong becomes its fault, no page hangs.

    While the database is away nothing can be written down, so the job ends as it is and is tried again.
    """
    draft = Draft.objects.filter(pk=UUID(draft_id), revision=revision, state=state).first()
    try:
        yield draft
    except BadFile as bad:
        log.info("draft %s: %s %s", draft_id, bad.code, bad.values.pop("said", ""))
        _failed(draft_id, revision, bad.code, bad.about, bad.values)
    except Refused as refused:
        _failed(draft_id, revision, "refused", str(refused.text), {})
    except Exception as error:
        if is_away(error):
            raise
        log.exception("draft %s while %s", draft_id, state)
        _failed(draft_id, revision, "worker_failed", "", {})


def _failed(draft_id: str, revision: int, code: str, about: str, values: Mapping[str, str]) -> None:
    Draft.objects.filter(pk=UUID(draft_id), revision=revision).update(
        state="failed", phase="", fault={"code": code, "about": about, "values": dict(values)}, changed_at=now()
    )


def _phase(draft: Draft, phase: str) -> None:
    Draft.objects.filter(pk=draft.pk, revision=draft.revision).update(phase=phase, changed_at=now())


@jobs.job(name="places.read_draft", queue="default")
def reading(draft_id: str, revision: int) -> None:
    """Read an upload, guess what it is, and judge it by that guess."""
    with _busy(draft_id, revision, "reading") as draft:
        if draft is None:
            return
        _phase(draft, "unpacking")
        got = _read(draft)
        _phase(draft, "storing")
        with transaction.atomic():
            store.keep_items(draft.pk, got.rows(), got.shapes)
            _note(draft, got)
            draft.save(force_update=True)
        _judge(draft)


def _read(draft: Draft) -> Read:
    with TemporaryDirectory(prefix="xiucheng-draft-") as folder:
        upload = Path(folder) / "upload"
        store.write_bytes(draft.pk, upload)
        return read(upload, draft.name, chosen=draft.set_number, layer=draft.layer)


def _note(draft: Draft, got: Read) -> None:
    """What was found goes into the draft; the kind too, where nobody has said it."""
    draft.format, draft.sets, draft.set_number = got.format, list(got.sets), got.chosen
    draft.layers, draft.layer, draft.crs = list(got.layers), got.layer, got.crs
    draft.encoding, draft.wrong_encoding, draft.blunted = got.encoding, got.wrong_encoding, got.blunted
    draft.columns, draft.rows = list(got.columns), got.count
    draft.shaped = any(got.shapes)
    if "?" in draft.mapping:
        draft.kind = columns.kind_of(got.columns, got.values, _are_polygons(got.shapes))
        draft.mapping = {}


def _are_polygons(shapes: Sequence[bytes]) -> bool:
    first = next((shape for shape in shapes if shape), b"")
    # WKB: byte order, then the type; 3 and 6 are polygons.
    return len(first) > 5 and int.from_bytes(first[1:5], "little" if first[0] else "big") % 1000 in (3, 6)


@jobs.job(name="places.judge_draft", queue="default")
def judging(draft_id: str, revision: int) -> None:
    """Judge a draft anew after somebody chose."""
    with _busy(draft_id, revision, "judging") as draft:
        if draft is not None:
            _judge(draft)


def _judge(draft: Draft) -> None:
    """Columns, frame and place first; then, where all of them are known, the checks."""
    _phase(draft, "placing")
    items = list(store.items(draft.pk))
    if not draft.mapping:
        draft.mapping = {field: one.column for field, one in _guessed_columns(draft, items).items()}
    shapes, points = placed.numbers(items, draft.mapping, draft.shaped)
    here = reach()
    _choose_frame(draft, points, here)
    lacking = columns.missing(draft.kind, draft.mapping, shaped=draft.shaped)
    if not draft.frame:
        lacking.append("frame")
    counts: dict[str, Any] = {}
    found: list[store.Marked] = []
    draft.lay = {"lacking": lacking}
    if draft.frame:
        draft.lay |= _lay(draft, points, here)
    if not lacking:
        _phase(draft, "checking")
        judged = checks.judge(
            draft.kind, _rows(draft, items, shapes), kinds=draft.kinds, variant=draft.variant, repairs=draft.repairs
        )
        found = judged.found
        counts = {**store.counted(found), "taken": judged.taken, "fresh": judged.fresh, "gone": judged.gone}
    with transaction.atomic():
        store.keep_findings(draft.pk, checks.shortened(found))
        draft.counts, draft.state, draft.phase, draft.changed_at = counts, "ready", "", now()
        # One that was discarded meanwhile does not come back.
        draft.save(force_update=True)


def _guessed_columns(draft: Draft, items: Sequence[Any]) -> dict[str, columns.Guessed]:
    cells = [[cells.get(name, "") for _, cells, _ in items[:_FEW]] for name in draft.columns]
    found = columns.guess(draft.kind, draft.columns, cells)
    if draft.kind == "component" and "code" in found and draft.kinds:
        codes = cells[draft.columns.index(found["code"].column)]
        draft.variant = _variant(codes, set(draft.kinds))
    return found


def _variant(codes: Sequence[str], kinds: set[str]) -> str:
    """The layout of the id under which more of the codes name a kind of the catalogue."""

    def known(variant: str) -> int:
        return sum(
            parts is not None and parts.kind in kinds for code in codes if (parts := component_code(code, variant))
        )

    return max(COMPONENT_VARIANTS, key=known)


def _choose_frame(draft: Draft, points: frames.Points, here: placing.Reach | None) -> None:
    guess = guessing.guess(points, draft.crs, here)
    draft.guess = {
        "chosen": _candidate(guess.chosen),
        "stated": _candidate(guess.stated),
        "others": [_candidate(one) for one in guess.others],
        "contradicted": guess.contradicted,
        "ambiguous": guess.ambiguous,
        "unreadable_prj": guess.unreadable_prj,
    }
    if not draft.frame and guess.chosen is not None:
        draft.frame = guess.chosen.frame.code


def _candidate(one: guessing.Candidate | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {"frame": one.frame.code, "why": one.why, "note": one.note, **_said(one.placing)}


def _said(lay: placing.Placing) -> dict[str, Any]:
    return {
        "verdict": lay.verdict,
        "inside": round(lay.inside, 3),
        "at_sea": round(lay.at_sea, 3),
        "kilometres": round(lay.kilometres, 1),
        "middle": lay.middle,
        "source": lay.source,
    }


def _lay(draft: Draft, points: frames.Points, here: placing.Reach | None) -> dict[str, Any]:
    """Where the points lie under the chosen frame, and what is left over at the control points of a local one."""
    fitted, to_degrees = placed.transform(draft.frame, draft.control)
    few = placing.sampled(points[np.isfinite(points).all(axis=1)], 5000)
    said = _said(placing.placing(to_degrees(few) if len(few) else few, here))
    note = frames.accuracy_note(frames.frame(draft.frame))
    return {**said, "note": note, **(_fit(draft, fitted) if fitted else {})}


def _fit(draft: Draft, fitted: control.Fit) -> dict[str, Any]:
    return {
        "rms": round(fitted.rms, 3),
        "redundancy": fitted.redundancy,
        "scale": fitted.scale,
        "turn": fitted.turn,
        "residuals": [
            {"name": one.name, "east": round(one.east, 3), "north": round(one.north, 3), "metres": round(one.metres, 3)}
            for one in fitted.residuals
        ],
        "suspect": control.suspect(placed.control_points(draft.control), fitted.kind),
    }


def _rows(draft: Draft, items: Sequence[Any], shapes: np.ndarray) -> list[Row]:
    _, to_degrees = placed.transform(draft.frame, draft.control)
    return placed.rows(draft.kind, items, placed.in_degrees(shapes, to_degrees), draft.mapping)


# -- taking -----------------------------------------------------------------------------------------------------------


@jobs.job(name="places.take_draft", queue="default")
def taking(draft_id: str, revision: int) -> None:
    """Load a draft: checked once more against the site as it is now, in one transaction with its change."""
    with _busy(draft_id, revision, "taking") as draft:
        if draft is None:
            return
        _phase(draft, "placing")
        items = list(store.items(draft.pk))
        shapes, _ = placed.numbers(items, draft.mapping, draft.shaped)
        rows = checks.repaired(draft.kind, _rows(draft, items, shapes), draft.repairs)
        _phase(draft, "loading")
        _take(draft=draft, rows=rows, moment=now())


@verb
def _take(*, draft: Draft, rows: list[Row], moment: datetime) -> None:
    actor = Actor.parse(draft.taken_by)
    report = _LOADS[draft.kind](actor, moment, rows, draft)
    linked, unknown = registry.take_parties(actor, moment, draft.kind, report.parties)
    commands.settle(
        draft_id=draft.pk,
        revision=draft.revision,
        now=moment,
        change=report.change,
        counts={"loaded": report.taken, "left_out": len(report.refused), "linked": linked, "unknown_parties": unknown},
    )


_LOADS: Mapping[str, Callable[[Actor, datetime, list[Row], Draft], LoadReport]] = {
    "unit_grid": lambda actor, at, rows, draft: commands.load_unit_grids(actor=actor, now=at, source=rows),
    "duty_grid": lambda actor, at, rows, draft: commands.load_duty_grids(actor=actor, now=at, source=rows),
    "facility": lambda actor, at, rows, draft: commands.load_facilities(actor=actor, now=at, source=rows),
    "outline": lambda actor, at, rows, draft: commands.load_outlines(actor=actor, now=at, source=rows),
    "component": lambda actor, at, rows, draft: commands.load_components(
        actor=actor, now=at, source=rows, variant=draft.variant, kinds=draft.kinds
    ),
}
