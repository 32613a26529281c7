"""The table of notices: one row per person and event, holding codes and references only."""

from django.db import models
from django.db.models import F, Q

from xiucheng.kit.ids import uuid7


class Notice(models.Model):
    """What one person is told; it can be seen from visible_at on."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # No foreign key: a fan-out to a whole district writes thousands of rows, and persons are never deleted.
    person_id = models.UUIDField()
    event = models.CharField(max_length=60)
    subject_room = models.CharField(max_length=40)
    subject = models.UUIDField()
    args = models.JSONField(default=dict)
    actor = models.CharField(max_length=120)
    told_at = models.DateTimeField()
    visible_at = models.DateTimeField()
    # The last time that the same was told again and folded into this one, and how often it was told in all.
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notices_notice"
        indexes = (
            models.Index(F("person_id"), F("visible_at").desc(), F("id").desc(), name="notices_notice_inbox"),
            models.Index(
                fields=["person_id", "visible_at"], condition=Q(read_at__isnull=True), name="notices_notice_unread"
            ),
            # Folding, taking back and "read what is about this case" look by subject, always among the unread.
            models.Index(
                fields=["subject", "person_id"], condition=Q(read_at__isnull=True), name="notices_notice_subject"
            ),
            models.Index(fields=["read_at"], condition=Q(read_at__isnull=False), name="notices_notice_age"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(visible_at__gte=F("told_at")), name="notices_notice_not_before_told"),
            models.CheckConstraint(condition=Q(last_at__gte=F("told_at")), name="notices_notice_last"),
            models.CheckConstraint(condition=Q(times__gte=1), name="notices_notice_times"),
        )
