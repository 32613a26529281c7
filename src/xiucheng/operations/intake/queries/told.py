"""What was reported, in full: for those who handle the case, and for lists that travel as files."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q

from xiucheng.foundation.people import vault

from ..models import Content, Picture


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


_COLUMNS = ("report_id", "channel", "received_at", "occurred_at", "subject_id", "imported")
_WORDS = ("text", "address", "elements")


def told_of(case_id: UUID) -> list[Told]:
    """The reports that tell of a case with all they say, those of cases merged into it included, the earliest first.

    Whether the reader may see the case has been judged by cases.queries.case: who handles it reads what was said of it
    (STANDARDS §1). Two statements, one of them on `keys`.
    """
    return _told(Q(report__case_id=case_id) | Q(report__follows_id=case_id))


def told(report_id: UUID) -> Told | None:
    """One report with all it says; for its own reporter, who holds its key. Two statements, one of them on `keys`."""
    return next(iter(_told(Q(report_id=report_id))), None)


def _told(wanted: Q) -> list[Told]:
    plain = (name if name == "report_id" else f"report__{name}" for name in _COLUMNS)
    pictures = Picture.objects.filter(report_id=OuterRef("report_id")).order_by("position").values("media_id")
    rows = list(
        Content.objects.filter(wanted)
        .order_by("report__received_at", "report_id")
        .values_list(*plain, "key_id", *_WORDS, ArraySubquery(pictures))
    )
    opened = iter(vault.open_texts(_sealed((row[-5], row[-4:-1]) for row in rows)))
    found = []
    for *values, _key, text, address, elements, media in rows:
        words = [next(opened) if one is not None else None for one in (text, address, elements)]
        said = json.loads(words[2]) if words[2] else {}
        columns = dict(zip(_COLUMNS, values, strict=True))
        found.append(Told(**columns, text=words[0], address=words[1], elements=said, media=tuple(media)))
    return found


def _sealed(rows: Iterable[tuple[UUID, Sequence[bytes | memoryview | None]]]) -> list[tuple[UUID, bytes]]:
    return [(key, bytes(one)) for key, words in rows for one in words if one is not None]


def texts_of(case_ids: Iterable[UUID]) -> dict[UUID, list[str | None]]:
    """All that was said of each case, the earliest first, None where it is deleted. Two statements, one on `keys`."""
    rows = list(
        Content.objects.filter(report__case_id__in=list(case_ids))
        .order_by("report__received_at", "report_id")
        .values_list("report__case_id", "key_id", "text")
    )
    opened = vault.open_texts(_sealed((key, [text]) for _case, key, text in rows))
    found: dict[UUID, list[str | None]] = {}
    for (case_id, _key, _text), text in zip(rows, opened, strict=True):
        found.setdefault(case_id, []).append(text)
    return found
