"""Tables of the room: the report, its sealed words, its pictures, what was said about it, and what was imported."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from xiucheng.kit.ids import uuid7

from .rules import STATES

OPEN = Q(state__in=["received", "pre_verifying"])


class Report(models.Model):
    """One person's or device's statement that something is wrong somewhere."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    # What the tracking key is derived from; given by the sequence intake_serial.
    serial = models.BigIntegerField()
    state = models.TextField(default="received")
    version = models.IntegerField(default=1)
    channel = models.TextField()
    # The mapping that brought it, and its identity there; "" and null for what came through a door.
    source = models.TextField(blank=True, default="")
    external_id = models.TextField(null=True)
    category = models.TextField(blank=True, default="")
    # Who chose the category: a person, or a mapping file that a person published. A model never does.
    category_by = models.TextField(blank=True, default="")
    area = models.TextField(blank=True, default="")
    unit_grid = models.TextField(blank=True, default="")
    # The fixed thing that it is about, 16 digits; "" where none was chosen. (COPY of past requests leaves it out.)
    component = models.TextField(blank=True, default="", db_default="")
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    occurred_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    # What the pre-verification found: "", yes or no.
    found = models.TextField(blank=True, default="")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    # The master that its case was merged into, as it came back.
    follows_id = models.UUIDField(null=True)
    # How its case (or that master) stands, as it came back: "", open, closed or void.
    outcome = models.TextField(blank=True, default="")
    subject_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
    key_id = models.UUIDField()
    quality = ArrayField(models.TextField(), default=list)
    imported = models.BooleanField(default=False)

    class Meta:
        db_table = "intake_report"
        constraints = (
            models.UniqueConstraint(fields=["serial"], name="intake_report_serial"),
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=Q(external_id__isnull=False),
                name="intake_report_external",
            ),
            models.CheckConstraint(condition=Q(state__in=list(STATES)), name="intake_report_state"),
            models.CheckConstraint(
                condition=Q(state__in=["accepted", "attached"], case__isnull=False)
                | (~Q(state__in=["accepted", "attached"]) & Q(case__isnull=True)),
                name="intake_report_case",
            ),
            models.CheckConstraint(condition=Q(category_by__in=["", "person", "mapping"]), name="intake_report_by"),
            models.CheckConstraint(condition=Q(found__in=["", "yes", "no"]), name="intake_report_found"),
            models.CheckConstraint(
                condition=Q(outcome__in=["", "open", "closed", "void"]), name="intake_report_outcome"
            ),
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True) | Q(lon__isnull=False, lat__isnull=False),
                name="intake_report_point",
            ),
        )
        indexes = (
            models.Index(fields=["received_at", "id"], condition=OPEN, name="intake_report_queue"),
            models.Index(fields=["case"], condition=Q(case__isnull=False), name="intake_report_of_case"),
            models.Index(fields=["follows_id"], condition=Q(follows_id__isnull=False), name="intake_report_follows"),
            models.Index(fields=["subject_id"], condition=Q(subject_id__isnull=False), name="intake_report_subject"),
        )


class Content(models.Model):
    """The words of a report, sealed under its own key; destroying the key leaves this row as the tombstone."""

    report = models.OneToOneField(Report, on_delete=models.PROTECT, primary_key=True, related_name="+")
    key_id = models.UUIDField()
    title = models.BinaryField()
    text = models.BinaryField()
    address = models.BinaryField(null=True)
    elements = models.BinaryField(null=True)

    class Meta:
        db_table = "intake_content"


class Note(models.Model):
    """Words said with a move on a report (why rejected, what was found), sealed under the report's key."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="+", db_index=False)
    step_id = models.UUIDField()
    key_id = models.UUIDField()
    sealed = models.BinaryField()

    class Meta:
        db_table = "intake_note"
        indexes = (models.Index(fields=["report"], name="intake_note_report"),)


class Picture(models.Model):
    """A picture handed in with a report, in the order given."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="+", db_index=False)
    media_id = models.UUIDField()
    position = models.SmallIntegerField()

    class Meta:
        db_table = "intake_picture"
        constraints = (models.UniqueConstraint(fields=["report", "media_id"], name="intake_picture_once"),)
        indexes = (models.Index(fields=["media_id"], name="intake_picture_media"),)


class Run(models.Model):
    """One import: which file by its digest, by which mapping, and how many rows became what."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    source = models.TextField()
    mapping_version = models.IntegerField()
    mapping_digest = models.TextField()
    file_digest = models.TextField()
    by = models.TextField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    rows = models.IntegerField(default=0)
    accepted = models.IntegerField(default=0)
    rejected = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)

    class Meta:
        db_table = "intake_run"
        indexes = (models.Index(fields=["source", "-started_at"], name="intake_run_source"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(rows=F("accepted") + F("rejected") + F("unchanged")),
                name="intake_run_adds_up",
            ),
        )


class ImportedRow(models.Model):
    """A row that came in: its keyed digest, so that the same file once more changes nothing."""

    pk = models.CompositePrimaryKey("source", "external_id")
    source = models.TextField()
    external_id = models.TextField()
    digest = models.BinaryField()
    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        db_table = "intake_row"
        indexes = (models.Index(fields=["run"], name="intake_row_run"),)
