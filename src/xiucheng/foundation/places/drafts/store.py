"""Bytes and rows of a draft in the database: chunks of the upload, items by COPY, findings with their places."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import shapely
from shapely.geometry.base import BaseGeometry

from xiucheng.kit import bulk

from ..geodata.unpacking import MAX_BYTES
from ..models import DraftChunk, DraftFinding, DraftItem
from ..refusals import refusal

CHUNK = 4 << 20


@dataclass(frozen=True, slots=True)
class Marked:
    """One thing the checks say. severity: refused (the row will not be taken), warning (taken, worth a look),
    sliver or bow_tie (there is a repair to accept). shape in degrees WGS84.
    """

    severity: str
    row: int
    code: str
    about: str
    values: Mapping[str, str] = field(default_factory=dict)
    shape: BaseGeometry | None = None
    repair: Mapping[str, str] | None = None


def keep_bytes(draft_id: UUID, content: Iterable[bytes]) -> tuple[int, str]:
    """Store an upload chunk by chunk; returns its size and digest. Refused: too_large (413), empty_file."""
    size, digest, waiting, number = 0, hashlib.sha256(), bytearray(), 0
    for piece in content:
        size += len(piece)
        if size > MAX_BYTES:
            raise refusal("too_large", status=413, megabytes=str(MAX_BYTES >> 20))
        digest.update(piece)
        waiting += piece
        while len(waiting) >= CHUNK:
            DraftChunk.objects.create(draft_id=draft_id, number=number, content=bytes(waiting[:CHUNK]))
            del waiting[:CHUNK]
            number += 1
    if size == 0:
        raise refusal("empty_file", field="file")
    if waiting:
        DraftChunk.objects.create(draft_id=draft_id, number=number, content=bytes(waiting))
    return size, digest.hexdigest()


def write_bytes(draft_id: UUID, target: Path) -> None:
    """The upload as a file again, never more than one chunk in memory."""
    with target.open("wb") as out:
        for number in DraftChunk.objects.filter(draft_id=draft_id).order_by("number").values_list("id", flat=True):
            out.write(bytes(DraftChunk.objects.values_list("content", flat=True).get(id=number)))


def keep_items(draft_id: UUID, rows: Iterable[Mapping[str, str]], shapes: Sequence[bytes]) -> None:
    """Replace the rows of a draft; cells by column name, shapes as WKB in the file's own numbers."""
    DraftItem.objects.filter(draft_id=draft_id).delete()
    cells = (
        # PostgreSQL keeps no NUL in a text; a file may hold one.
        json.dumps(dict(row), ensure_ascii=False).replace("\\u0000", "")
        for row in rows
    )
    bulk.copy(
        "places_draft_item",
        ("draft_id", "number", "cells", "shape"),
        (
            (draft_id, number, said, shape or None)
            for number, (said, shape) in enumerate(zip(cells, shapes, strict=True), start=1)
        ),
    )


def items(draft_id: UUID) -> Iterator[tuple[int, dict[str, str], bytes]]:
    """Number, cells and WKB (b"" for none) of every row, in the order of the file. One statement."""
    rows = DraftItem.objects.filter(draft_id=draft_id).order_by("number")
    for number, cells, shape in rows.values_list("number", "cells", "shape"):
        yield number, cells, bytes(shape) if shape is not None else b""


def keep_findings(draft_id: UUID, found: Sequence[Marked]) -> None:
    """Replace the findings of a draft, numbered in the order given."""
    DraftFinding.objects.filter(draft_id=draft_id).delete()
    DraftFinding.objects.bulk_create(
        [
            DraftFinding(
                draft_id=draft_id,
                number=number,
                severity=one.severity,
                row=one.row,
                code=one.code,
                about=one.about[:200],
                values=dict(one.values),
                shape=shapely.to_wkb(one.shape) if one.shape is not None else None,
                repair=dict(one.repair) if one.repair else None,
            )
            for number, one in enumerate(found, start=1)
        ],
        batch_size=2000,
    )


def counted(found: Iterable[Marked]) -> dict[str, Any]:
    """How many of each severity, and of each code within it."""
    totals: dict[str, Any] = {}
    for one in found:
        of = totals.setdefault(one.severity, {"all": 0})
        of["all"] += 1
        of[one.code] = of.get(one.code, 0) + 1
    return totals
