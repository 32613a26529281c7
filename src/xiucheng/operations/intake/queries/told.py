"""What was reported, in full: for those who handle the case, and for lists that travel as files."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from xiucheng.foundation.people import vault

from ..models import Content, Picture, Report


@dataclass(frozen=True, slots=True)
class Told:
    """A report with its words opened; who told it is not in it. text None and erased: its words are deleted."""

    report_id: UUID
    channel: str
    received_at: datetime
    occurred_at: datetime | None
    subject_id: UUID | None
    imported: bool
    text: str | None
    address: str | None
    elements: dict[str, str]
    media: tuple[UUID, ...]

    @property
    def erased(self) -> bool:
        """Are its words deleted?"""
        return self.text is None


_COLUMNS = ("id", "channel", "received_at", "occurred_at", "subject_id", "imported")


def told_of(case_id: UUID) -> list[Told]:
    """The reports that tell of a case with all they say, those of cases merged into it included, the earliest first.

    Whether the reader may see the case has been judged by cases.queries.case: who handles it reads what was said of it
    (STANDARDS §1). Four statements, one of them on `keys`.
    """
    rows = Report.objects.filter(Q(case_id=case_id) | Q(follows_id=case_id)).order_by("received_at", "id")
    return _told(list(rows.values_list(*_COLUMNS)))


def told(report_id: UUID) -> Told | None:
    """One report with all it says; for its own reporter, who holds its key. Four statements, one of them on `keys`."""
    found = _told(list(Report.objects.filter(id=report_id).values_list(*_COLUMNS)))
    return found[0] if found else None


def _told(rows: Sequence[tuple[Any, ...]]) -> list[Told]:
    ids = [row[0] for row in rows]
    words = _words(ids)
    media: dict[UUID, list[UUID]] = {}
    pictures = Picture.objects.filter(report_id__in=ids).order_by("report_id", "position")
    for report_id, media_id in pictures.values_list("report_id", "media_id"):
        media.setdefault(report_id, []).append(media_id)
    nothing: tuple[str | None, ...] = (None, None, None)
    found = []
    for row in rows:
        text, address, elements = words.get(row[0], nothing)
        said = json.loads(elements) if elements else {}
        plain = dict(zip(_COLUMNS[1:], row[1:], strict=True))
        pictured = tuple(media.get(row[0], ()))
        found.append(Told(report_id=row[0], **plain, text=text, address=address, elements=said, media=pictured))
    return found


def _words(report_ids: Sequence[UUID]) -> dict[UUID, tuple[str | None, ...]]:
    """Text, address and elements by report, opened; two statements, one of them on `keys`."""
    rows = list(
        Content.objects.filter(report_id__in=report_ids).values_list(
            "report_id", "key_id", "text", "address", "elements"
        )
    )
    sealed = [(key, bytes(one)) for _report, key, *words in rows for one in words if one is not None]
    opened = iter(vault.open_texts(sealed))
    return {
        report_id: tuple(next(opened) if one is not None else None for one in words) for report_id, _key, *words in rows
    }


def texts_of(case_ids: Iterable[UUID]) -> dict[UUID, list[str | None]]:
    """All that was said of each case, the earliest first, None where it is deleted. Three statements, one on `keys`."""
    wanted = list(case_ids)
    reports = list(Report.objects.filter(case_id__in=wanted).order_by("received_at", "id").values_list("id", "case_id"))
    words = _words([report_id for report_id, _case in reports])
    found: dict[UUID, list[str | None]] = {}
    for report_id, case_id in reports:
        found.setdefault(case_id, []).append(words[report_id][0] if report_id in words else None)
    return found
