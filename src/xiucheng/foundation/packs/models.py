"""The table of packs: one row per version of a kind; what was published is never changed (trigger in 0001)."""

from django.db import models
from django.db.models import F, Q

from xiucheng.kit.ids import uuid7

from . import rules


class Version(models.Model):
    """A version of a kind of configuration, from draft to published or withdrawn."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=10, default=rules.DRAFT)
    body = models.JSONField()
    digest = models.CharField(max_length=64)
    # Counts the changes of a draft, so that two editors do not overwrite each other.
    revision = models.PositiveIntegerField(default=1)
    based_on = models.PositiveIntegerField(null=True)
    rolled_back_to = models.PositiveIntegerField(null=True)
    effective_from = models.DateTimeField(null=True)
    # Why it was made, in the maker's words, under a key of its own.
    note_key = models.UUIDField(null=True)
    note = models.BinaryField(null=True)
    created_by = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    revised_at = models.DateTimeField()
    published_by = models.CharField(max_length=120, null=True)
    published_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=120, null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "packs_version"
        constraints = (
            models.UniqueConstraint(fields=["kind", "version"], name="packs_version_number"),
            # Also the index that the time line is read by.
            models.UniqueConstraint(
                fields=["kind", "effective_from"],
                condition=Q(state=rules.PUBLISHED),
                name="packs_version_one_at_a_time",
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="packs_version_from_one"),
            models.CheckConstraint(condition=Q(state__in=rules.STATES), name="packs_version_state"),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="packs_version_digest"),
            models.CheckConstraint(
                condition=Q(based_on__isnull=True) | ~Q(based_on=F("version")), name="packs_version_based_on"
            ),
            models.CheckConstraint(
                condition=Q(note_key__isnull=True, note__isnull=True) | Q(note_key__isnull=False, note__isnull=False),
                name="packs_version_note_sealed",
            ),
            models.CheckConstraint(
                condition=Q(
                    ~Q(state=rules.DRAFT),
                    effective_from__isnull=False,
                    published_by__isnull=False,
                    published_at__isnull=False,
                )
                | Q(
                    ~Q(state=rules.PUBLISHED),
                    effective_from__isnull=True,
                    published_by__isnull=True,
                    published_at__isnull=True,
                ),
                name="packs_version_published",
            ),
            models.CheckConstraint(
                condition=Q(state=rules.WITHDRAWN, withdrawn_by__isnull=False, withdrawn_at__isnull=False)
                | Q(~Q(state=rules.WITHDRAWN), withdrawn_by__isnull=True, withdrawn_at__isnull=True),
                name="packs_version_withdrawn",
            ),
        )
