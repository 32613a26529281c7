"""Tables of the room: the case, its sealed words, its pictures, the search index."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Func, Value
from django.db.models.functions import Replace

from xiucheng.kit.ids import uuid7

from .rules import STATES

OPEN = ~models.Q(state__in=["closed", "void", "merged"])
"""The predicate of the indexes over open cases, to be written just so where one of them should serve."""


class Case(models.Model):
    """The thing to be settled, with the filing condition and the limits that it was filed under."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    number = models.TextField(unique=True)
    state = models.TextField()
    version = models.IntegerField(default=1)
    channel = models.TextField()
    category = models.TextField()
    condition = models.TextField()
    condition_assumed = models.BooleanField(default=False)
    severity = models.TextField()
    catalogue_version = models.IntegerField()
    area = models.TextField()
    unit_grid = models.TextField(blank=True, default="")
    component = models.TextField(blank=True, default="")
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    limit = models.JSONField()
    needs_check = models.BooleanField()
    after_photo = models.BooleanField()
    filed_at = models.DateTimeField()
    clock_from = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    provisional = models.BooleanField(default=False)
    calendar_version = models.IntegerField(default=0, db_default=0)
    handle_due_at = models.DateTimeField(null=True)
    agency = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    person_id = models.UUIDField(null=True)
    agencies = ArrayField(models.UUIDField(), default=list)
    handlers = ArrayField(models.UUIDField(), default=list)
    checked = models.TextField(blank=True, default="")
    rework_count = models.IntegerField(default=0)
    reopen_count = models.IntegerField(default=0)
    extend_count = models.IntegerField(default=0)
    supervised = models.BooleanField(default=False)
    self_handled = models.BooleanField(default=False)
    imported = models.BooleanField(default=False)
    quality = ArrayField(models.TextField(), default=list)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    state_before = models.TextField(blank=True, default="")
    closed_at = models.DateTimeField(null=True)
    closing = models.TextField(blank=True, default="")
    undo = models.JSONField(null=True)
    moved_at = models.DateTimeField()
    handle_task = models.UUIDField(null=True)
    check_task = models.UUIDField(null=True)
    answer_task = models.UUIDField(null=True)

    class Meta:
        db_table = "cases_case"
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=list(STATES)), name="cases_case_state"),
            models.CheckConstraint(
                condition=~models.Q(state="merged") | models.Q(merged_into__isnull=False), name="cases_case_merged"
            ),
            models.CheckConstraint(
                condition=models.Q(agency__isnull=False) | ~models.Q(state__in=["dispatched", "handling"]),
                name="cases_case_with_agency",
            ),
        ]
        indexes = [
            models.Index(fields=["category", "lat", "lon"], name="cases_case_near", condition=OPEN),
            models.Index(fields=["moved_at"], name="cases_case_replied", condition=models.Q(state="replied")),
            models.Index(
                fields=["calendar_version"],
                name="cases_case_provisional",
                condition=models.Q(OPEN, provisional=True),
            ),
            models.Index(fields=["merged_into"], name="cases_case_members", condition=models.Q(state="merged")),
            models.Index(fields=["area", "-filed_at"], name="cases_case_area"),
            # Any two digits of a number that stand together, as the search looks words up.
            GinIndex(
                Func(Replace("number", Value("-"), Value("")), function="cases_tokens"), name="cases_case_number_parts"
            ),
        ]


REASON = "reason"
"""The kind of words said with a move."""


class Content(models.Model):
    """Words of a case, sealed: the reporter's under the report's key, each reason of staff under a key of its own."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    kind = models.TextField()
    step_id = models.UUIDField(null=True)
    key_id = models.UUIDField()
    sealed = models.BinaryField()

    class Meta:
        db_table = "cases_content"
        indexes = [
            models.Index(fields=["case", "kind"], name="cases_content_case"),
            models.Index(fields=["key_id"], name="cases_content_key"),
        ]


class Picture(models.Model):
    """A picture that belongs to a case, and the move that brought it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    media_id = models.UUIDField()
    purpose = models.TextField()
    step_id = models.UUIDField(null=True)
    added_at = models.DateTimeField()

    class Meta:
        db_table = "cases_picture"
        constraints = [models.UniqueConstraint(fields=["case", "media_id"], name="cases_picture_once")]
        indexes = [models.Index(fields=["media_id"], name="cases_picture_media")]


class SearchRow(models.Model):
    """Words of a case in the clear for searching: an UNLOGGED table, left out of dumps, rebuilt by replay."""

    case_id = models.UUIDField(primary_key=True)
    words = models.TextField()

    class Meta:
        db_table = "cases_search"
