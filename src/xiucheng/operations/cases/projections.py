"""The search index: words of cases in the clear, in an UNLOGGED table left out of dumps and rebuilt by replay."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from xiucheng.foundation.people import vault
from xiucheng.kit import journal
from xiucheng.kit.journal import Step

from .models import Content, SearchRow


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cases_search")


@journal.projection("cases.search", verbs={"cases.file", "cases.file_self_handled"}, reset=_empty)
def index_words(steps: Sequence[Step]) -> None:
    """Index title and address of newly filed cases; what is erased stays out."""
    ids = [step.subject for step in steps]
    rows = list(
        Content.objects.filter(case_id__in=ids, kind__in=["title", "address"])
        .order_by("case_id", "-kind")
        .values_list("case_id", "key_id", "sealed")
    )
    opened = vault.open_texts([(key, bytes(sealed)) for _case, key, sealed in rows])
    found: dict[UUID, list[str]] = {}
    for (case_id, _key, _sealed), text in zip(rows, opened, strict=True):
        if text:
            found.setdefault(case_id, []).append(text)
    SearchRow.objects.bulk_create(
        [SearchRow(case_id=case_id, words="\n".join(texts)) for case_id, texts in found.items()],
        update_conflicts=True,
        unique_fields=["case_id"],
        update_fields=["words"],
    )
