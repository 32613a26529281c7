"""Tables of founding: files handed in, what each did, the keys that rows are known by, and the last rehearsal."""

from django.db import models
from django.db.models import Q

from xiucheng.kit.ids import uuid7

from .rules.personal import PURPOSES, RETENTIONS
from .rules.states import STATES


class Import(models.Model):
    """One file handed in for one template. File, its name and the findings are sealed: they hold names and numbers."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    template = models.TextField()
    state = models.TextField(default="checking")
    by = models.TextField()
    uploaded_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    key_id = models.UUIDField()
    name_sealed = models.BinaryField()
    # Null once it is no longer needed (taken back, given up, gone live).
    file_sealed = models.BinaryField(null=True)
    findings_sealed = models.BinaryField(null=True)
    # What was looked at when somebody said yes; taking is refused where the site has moved on since.
    plan_digest = models.TextField(blank=True, default="")
    close_missing = models.BooleanField(default=False)
    refused = models.TextField(blank=True, default="")
    rows = models.IntegerField(default=0)
    wrong = models.IntegerField(default=0)
    created = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    same = models.IntegerField(default=0)
    missing = models.IntegerField(default=0)

    class Meta:
        db_table = "founding_import"
        indexes = (models.Index(fields=["template", "-uploaded_at"], name="founding_import_latest"),)
        constraints = (
            models.CheckConstraint(condition=Q(state__in=sorted(STATES)), name="founding_import_state"),
            models.CheckConstraint(
                condition=Q(rows__gte=0, wrong__gte=0, created__gte=0, changed__gte=0, same__gte=0, missing__gte=0),
                name="founding_import_counts",
            ),
        )


class Progress(models.Model):
    """How far a running import is. No foreign key: it is written beside the transaction that holds the import."""

    import_id = models.UUIDField(primary_key=True)
    done = models.IntegerField()
    total = models.IntegerField()

    class Meta:
        db_table = "founding_progress"


class Effect(models.Model):
    """One thing an import did, in order; taken back in reverse. before: sealed under the import's key."""

    id = models.BigAutoField(primary_key=True)
    of = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="effects", db_index=False)
    row = models.IntegerField(default=0)
    action = models.TextField()
    ref = models.TextField()
    before_sealed = models.BinaryField(null=True)

    class Meta:
        db_table = "founding_effect"
        indexes = (models.Index(fields=["of", "id"], name="founding_effect_in_order"),)


class Known(models.Model):
    """A row that is on the site by a template: found again by a keyed digest of its key, so that a file merges."""

    id = models.BigAutoField(primary_key=True)
    template = models.TextField()
    key = models.BinaryField()
    ref = models.TextField()
    # A keyed digest of the row's values as they were taken.
    digest = models.BinaryField()
    # The row's name for lists, sealed under the key of the import that brought it.
    of = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="+")
    label_sealed = models.BinaryField()

    class Meta:
        db_table = "founding_known"
        constraints = (models.UniqueConstraint(fields=["template", "key"], name="founding_known_once"),)


class Extra(models.Model):
    """A personal column that was given a purpose and a retention: one cell, sealed under a key of its own."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    of = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="extras")
    ref = models.TextField()
    label = models.CharField(max_length=60)
    purpose = models.TextField()
    retention = models.TextField()
    # Null: until the person leaves.
    erase_on = models.DateField(null=True)
    key_id = models.UUIDField()
    sealed = models.BinaryField()

    class Meta:
        db_table = "founding_extra"
        indexes = (
            models.Index(fields=["ref"], name="founding_extra_ref"),
            models.Index(fields=["erase_on"], name="founding_extra_due", condition=Q(erase_on__isnull=False)),
        )
        constraints = (
            models.CheckConstraint(condition=Q(purpose__in=sorted(PURPOSES)), name="founding_extra_purpose"),
            models.CheckConstraint(condition=Q(retention__in=sorted(RETENTIONS)), name="founding_extra_retention"),
        )


class Site(models.Model):
    """One row: how far the founding is. rehearsed: the last rehearsal's answer, codes only."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    rehearsal_state = models.TextField(blank=True, default="")
    rehearsed_at = models.DateTimeField(null=True)
    rehearsed = models.JSONField(null=True)
    live_at = models.DateTimeField(null=True)
    live_by = models.TextField(blank=True, default="")

    class Meta:
        db_table = "founding_site"
        constraints = (models.CheckConstraint(condition=Q(id=1), name="founding_site_one_row"),)
