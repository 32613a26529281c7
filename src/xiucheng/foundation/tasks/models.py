"""The tables of tasks: the duty, its clock's segments, the alarms still to ring, and requests for a decision."""

from datetime import UTC, datetime

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Deferrable, F, Q, Value
from django.db.models.functions import Coalesce

from xiucheng.foundation.places.rules import AREA_OR_NONE
from xiucheng.kit.ids import uuid7
from xiucheng.kit.periods import Period

from . import rules

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Where a task without a deadline stands in the order of due."""

_OPEN = Q(state__in=sorted(rules.OPEN))


class Task(models.Model):
    """A duty of an agency, a person or a post; `rules.Task` says what the columns mean."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=40)
    room = models.CharField(max_length=40)
    subject = models.UUIDField()
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    state = models.CharField(max_length=10)
    version = models.PositiveIntegerField(default=1)
    agency = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    post = models.CharField(max_length=30, blank=True, default="")
    area = models.CharField(max_length=15, blank=True, default="")
    limit = models.JSONField(null=True)
    added = models.JSONField(null=True)
    calendar = models.CharField(max_length=40)
    calendar_version = models.PositiveIntegerField()
    given_by = models.CharField(max_length=120)
    given_at = models.DateTimeField()
    started_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    resume_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    lapsed_at = models.DateTimeField(null=True)
    provisional = models.BooleanField(default=False)
    late = models.BooleanField(null=True)
    # In the order of due, those without a deadline last; never null, so that a desk can be paged by it.
    desk_at = models.GeneratedField(
        expression=Coalesce("due_at", Value(NEVER)), output_field=models.DateTimeField(), db_persist=True
    )

    class Meta:
        db_table = "tasks_task"
        indexes = (
            models.Index(fields=["subject"], name="tasks_task_subject"),
            models.Index(fields=["parent"], name="tasks_task_parent", condition=Q(parent__isnull=False)),
            models.Index(
                fields=["person", "desk_at", "id"],
                name="tasks_task_person_desk",
                condition=_OPEN & Q(person__isnull=False),
            ),
            models.Index(
                fields=["agency", "desk_at", "id"],
                name="tasks_task_agency_desk",
                condition=_OPEN & Q(person__isnull=True, agency__isnull=False),
            ),
            models.Index(
                fields=["post", "desk_at", "id"],
                name="tasks_task_post_desk",
                condition=_OPEN & Q(person__isnull=True, agency__isnull=True),
            ),
            models.Index(
                fields=["calendar_version"],
                name="tasks_task_provisional",
                condition=Q(provisional=True, ended_at__isnull=True),
            ),
        )
        constraints = (
            models.CheckConstraint(condition=Q(state__in=sorted(rules.STATES)), name="tasks_task_state"),
            models.CheckConstraint(
                condition=Q(agency__isnull=False) | Q(person__isnull=False) | ~Q(post=""), name="tasks_task_somebodys"
            ),
            models.CheckConstraint(condition=Q(area__regex=AREA_OR_NONE), name="tasks_task_areacode"),
            models.CheckConstraint(
                condition=Q(_OPEN, ended_at__isnull=True) | Q(~_OPEN, ended_at__isnull=False), name="tasks_task_ended"
            ),
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True) | Q(ended_at__isnull=True, due_at__isnull=True),
                name="tasks_task_paused",
            ),
            models.CheckConstraint(
                condition=Q(limit__isnull=False) | Q(due_at__isnull=True, added__isnull=True), name="tasks_task_limited"
            ),
            models.CheckConstraint(
                condition=Q(due_at__isnull=True) | Q(warn_at__lte=F("due_at")), name="tasks_task_warned_before_due"
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="tasks_task_not_own_parent"),
        )


class Segment(models.Model):
    """A stretch of a task's clock; together they cover the time since it started without a gap."""

    pk = models.CompositePrimaryKey("task", "number")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        db_table = "tasks_segment"
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=("running", "paused", "stopped")), name="tasks_segment_kind"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")), name="tasks_segment_ordered"
            ),
            # One at a time, and only the last may be open. Deferred: a move rewrites several in one statement.
            ExclusionConstraint(
                name="tasks_segment_one_at_a_time",
                expressions=[("task", "="), (Period("starts_at", "ends_at"), "&&")],
                deferrable=Deferrable.DEFERRED,
            ),
        )


class Due(models.Model):
    """An alarm that has not rung: the one who deletes the row rings it. Only running clocks have any."""

    pk = models.CompositePrimaryKey("task", "what")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="+", db_index=False)
    what = models.CharField(max_length=10)
    at = models.DateTimeField()

    class Meta:
        db_table = "tasks_due"
        indexes = (models.Index(fields=["at"], name="tasks_due_at"),)
        constraints = (models.CheckConstraint(condition=Q(what__in=("warn", "due", "resume")), name="tasks_due_what"),)


class Request(models.Model):
    """A decision asked for; `rules.Request` says what the columns mean."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    room = models.CharField(max_length=40)
    subject = models.UUIDField()
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    what = models.CharField(max_length=40)
    args = models.JSONField(default=dict)
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    to_posts = ArrayField(models.CharField(max_length=30))
    to_area = models.CharField(max_length=15, blank=True, default="")
    to_agency = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    state = models.CharField(max_length=10, default=rules.PENDING)
    decided_by = models.CharField(max_length=120, null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "tasks_request"
        indexes = (
            models.Index(fields=["subject"], name="tasks_request_subject"),
            models.Index(fields=["asked_at", "id"], name="tasks_request_desk", condition=Q(state=rules.PENDING)),
            models.Index(
                fields=["asked_by", "decided_at", "id"],
                name="tasks_request_answered",
                condition=~Q(state=rules.PENDING),
            ),
        )
        constraints = (
            # Nobody asks the same again while the answer is out.
            models.UniqueConstraint(
                fields=["subject", "what", "task"],
                name="tasks_request_once",
                condition=Q(state=rules.PENDING),
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(state__in=rules.REQUEST_STATES), name="tasks_request_state"),
            models.CheckConstraint(condition=~Q(to_posts=[]), name="tasks_request_somebodys"),
            models.CheckConstraint(condition=Q(to_area__regex=AREA_OR_NONE), name="tasks_request_areacode"),
            models.CheckConstraint(
                condition=Q(state=rules.PENDING, decided_by__isnull=True, decided_at__isnull=True)
                | Q(~Q(state=rules.PENDING), decided_by__isnull=False, decided_at__isnull=False),
                name="tasks_request_decided",
            ),
        )
