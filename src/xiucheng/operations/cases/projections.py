"""The search index: words of cases in the clear, in an UNLOGGED table left out of dumps and rebuilt by replay."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from xiucheng.foundation.people import vault
from xiucheng.kit import journal
from xiucheng.kit.journal import Step

from .models import Content, SearchRow
from .rules import searchable

INDEX = "cases.search"

_MARK = UUID(int=0)
"""A row of no case and no words: whatever empties the table takes it along, and so tells of it."""


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cases_search")
        cursor.execute("INSERT INTO cases_search (case_id, words) VALUES (%s, '')", [_MARK])


def _lost() -> bool:
    return not SearchRow.objects.filter(case_id=_MARK).exists()


@journal.projection(INDEX, verbs={"cases.file", "cases.file_self_handled"}, reset=_empty, lost=_lost)
def index_words(steps: Sequence[Step]) -> None:
    """Index title and address of newly filed cases; what is erased stays out."""
    ids = [step.subject for step in steps]
    rows = list(
        Content.objects.filter(case_id__in=ids, kind__in=["title", "address"])
        .order_by("case_id", "-kind")
        .values_list("case_id", "key_id", "sealed")
    )
    opened = vault.open_texts([(key, bytes(sealed)) for _case, key, sealed in rows])
    # A key lives a moment longer than the transaction that erased it; what is written down here would outlive it.
    erased = vault.listed([key for _case, key, _sealed in rows])
    found: dict[UUID, list[str]] = {}
    for (case_id, key, _sealed), text in zip(rows, opened, strict=True):
        if text and key not in erased:
            found.setdefault(case_id, []).append(text)
    SearchRow.objects.bulk_create(
        [SearchRow(case_id=case_id, words=searchable("\n".join(texts))) for case_id, texts in found.items()],
        update_conflicts=True,
        unique_fields=["case_id"],
        update_fields=["words"],
    )
