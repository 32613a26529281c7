"""The tables of the room: one row per case, derived from steps alone and never written by anybody else; its tally."""

from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL

from .rules import PRESSES_FROM

_OPEN = Q(open=True)
_ENDED = Q(open=False)


def _listed(name: str, *first: str, among: Q | None = None) -> list[models.Index]:
    """The indexes that a list of one scope reads: the open rows in order of due, the others in order of their end.

    That of the open rows also holds what counting them looks at.
    """
    keys = [*first, "sort_at", "case_id"]
    rows = {end: state & among if among else state for end, state in (("open", _OPEN), ("ended", _ENDED))}
    counted = tuple(column for column in ("state", "supervised", "asked", "clock_from") if column not in keys)
    return [
        models.Index(fields=keys, name=f"board_{name}_due", condition=rows["open"], include=counted),
        models.Index(fields=keys, name=f"board_{name}_ended", condition=rows["ended"]),
    ]


class Row(models.Model):
    """One case as the lists show it; its columns are rules.CaseRow's."""

    case_id = models.UUIDField(primary_key=True)
    number = models.TextField()
    state = models.TextField()
    open = models.BooleanField()
    sort_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    handle_due_at = models.DateTimeField(null=True)
    clock_from = models.DateTimeField()
    agency_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
    category = models.TextField()
    kind = models.TextField()
    severity = models.TextField()
    area = models.TextField()
    street = models.TextField()
    community = models.TextField()
    channel = models.TextField()
    filed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    version = models.IntegerField()
    sources = models.JSONField()
    report_count = models.IntegerField()
    closing = models.TextField()
    supervised = models.BooleanField()
    self_handled = models.BooleanField()
    rework_count = models.IntegerField()
    reopen_count = models.IntegerField()
    extend_count = models.IntegerField()
    asked = models.TextField()
    imported = models.BooleanField()
    merged_into = models.UUIDField(null=True)

    class Meta:
        db_table = "board_row"
        # One list reads one index from either end, whatever the scope: all, street, community, agency, person.
        indexes = (
            *_listed("all"),
            *_listed("street", "street"),
            *_listed("community", "community"),
            *_listed("agency", "agency_id"),
            *_listed("person", "person_id", among=Q(person_id__isnull=False)),
            # What is late, or about to be, is counted without a look at the others.
            models.Index(
                RawSQL(PRESSES_FROM, []), "sort_at", name="board_all_pressing", condition=_OPEN, include=["clock_from"]
            ),
            # The filters that the hall is narrowed by most.
            *_listed("state", "state"),
            *_listed("category", "category"),
            # The order of filing. Among open rows each scope is small enough to be sorted.
            models.Index(fields=["filed_at", "case_id"], name="board_all_filed_open", condition=_OPEN),
            *(
                models.Index(fields=[*first, "filed_at", "case_id"], name=f"board_{name}_filed_ended", condition=_ENDED)
                for name, first in (("all", ()), ("street", ("street",)), ("agency", ("agency_id",)))
            ),
        )
        constraints = (
            models.CheckConstraint(condition=Q(report_count__gte=1), name="board_row_has_a_report"),
            models.CheckConstraint(
                condition=Q(open=True) | Q(state__in=["closed", "void", "merged"]), name="board_row_open"
            ),
        )


class Tally(models.Model):
    """How many open rows bear a mark: a state, "asked" or "supervised". Kept by triggers on the rows (0004_tally)."""

    mark = models.TextField(primary_key=True)
    count = models.IntegerField()

    class Meta:
        db_table = "board_tally"
