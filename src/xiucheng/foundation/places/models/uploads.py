"""Tables of base data on their way: uploads with their rows and findings, changes as wholes, and what each touched."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from xiucheng.kit.ids import uuid7

from ..rules import DRAFT_KINDS, DRAFT_STATES, POINT_KINDS


class Draft(models.Model):
    """A map file that somebody uploaded, on its way into the site: read, understood, checked, then taken or discarded.

    `control`, `kinds`, `mapping`, `repairs` are choices; `columns`, `guess`, `lay`, `counts` what was found out.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    kind = models.TextField()
    name = models.TextField()
    state = models.TextField(default="reading")
    phase = models.TextField(blank=True, default="")
    revision = models.IntegerField(default=1)
    size = models.BigIntegerField()
    digest = models.TextField()
    format = models.TextField(blank=True, default="")
    sets = models.JSONField(default=list)
    set_number = models.IntegerField(default=0)
    layers = models.JSONField(default=list)
    layer = models.TextField(blank=True, default="")
    encoding = models.TextField(blank=True, default="")
    wrong_encoding = models.TextField(blank=True, default="")
    blunted = models.IntegerField(default=0)
    crs = models.TextField(blank=True, default="")
    columns = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    frame = models.TextField(blank=True, default="")
    control = models.JSONField(default=list)
    kinds = models.JSONField(null=True)
    variant = models.TextField(default="6+2+2+6")
    repairs = models.JSONField(default=list)
    rows = models.IntegerField(default=0)
    shaped = models.BooleanField(default=False)
    guess = models.JSONField(default=dict)
    lay = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    fault = models.JSONField(null=True)
    opened_by = models.TextField()
    taken_by = models.TextField(blank=True, default="")
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    change = models.ForeignKey("Change", models.SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "places_draft"
        constraints = [
            models.CheckConstraint(name="places_draft_kind", condition=Q(kind__in=DRAFT_KINDS)),
            models.CheckConstraint(name="places_draft_state", condition=Q(state__in=DRAFT_STATES)),
        ]
        indexes = [models.Index(fields=["-opened_at"], name="places_draft_latest")]


class DraftChunk(models.Model):
    """A stretch of an upload's bytes, in order; gone when the draft is taken or discarded."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="+")
    number = models.IntegerField()
    content = models.BinaryField()

    class Meta:
        db_table = "places_draft_chunk"
        constraints = [models.UniqueConstraint(name="places_draft_chunk_once", fields=["draft", "number"])]


class DraftItem(models.Model):
    """One row of an uploaded file: its cells as texts, its shape as the file has it."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="+", db_index=False)
    number = models.IntegerField()
    cells = models.JSONField()
    shape = models.BinaryField(null=True)

    class Meta:
        db_table = "places_draft_item"
        constraints = [models.UniqueConstraint(name="places_draft_item_once", fields=["draft", "number"])]


class DraftFinding(models.Model):
    """One thing the checks have to say about a draft, with its place in degrees WGS84 and, for a sliver, its cure."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="+", db_index=False)
    number = models.IntegerField()
    severity = models.TextField()
    row = models.IntegerField()
    code = models.TextField()
    about = models.TextField(blank=True)
    values = models.JSONField(default=dict)
    shape = models.BinaryField(null=True)
    repair = models.JSONField(null=True)

    class Meta:
        db_table = "places_draft_finding"
        constraints = [models.UniqueConstraint(name="places_draft_finding_once", fields=["draft", "number"])]


class Change(models.Model):
    """One write of base data as a whole: who, when, and the rows before, by which it can be undone.

    `areas` are the communities touched; `body` is compressed: the rows before, and what the codes after were.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    kind = models.TextField()
    verb = models.TextField()
    actor = models.TextField()
    at = models.DateTimeField()
    areas = ArrayField(models.TextField(), default=list)
    before_count = models.IntegerField()
    after_count = models.IntegerField()
    body = models.BinaryField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.TextField(blank=True, default="")

    class Meta:
        db_table = "places_change"
        constraints = [models.CheckConstraint(name="places_change_kind", condition=Q(kind__in=DRAFT_KINDS))]
        indexes = [models.Index(fields=["-at"], name="places_change_latest")]


class Trace(models.Model):
    """One component or facility that a change touched, with what it said before: so that each has a history.

    `before` holds the fields that people see, null for one that was new.
    """

    change = models.ForeignKey(Change, models.CASCADE, related_name="+", db_index=False)
    kind = models.TextField()
    code = models.TextField()
    before = models.JSONField(null=True)

    class Meta:
        db_table = "places_trace"
        constraints = [
            models.CheckConstraint(name="places_trace_kind", condition=Q(kind__in=sorted(POINT_KINDS))),
            models.UniqueConstraint(name="places_trace_once", fields=["code", "kind", "change"]),
        ]
