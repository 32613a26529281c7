"""The tables of the grid and its people: who answers for which place."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Q

from xiucheng.kit.ids import uuid7
from xiucheng.kit.periods import Period

from ..neighbourhood.rules import LEVELS
from .staff import Person


class Responsibility(models.Model):
    """Somebody on the staff answers for a street, a community or a duty grid, from then till then (包保).

    `place` is an area's code or a duty grid's, `area` the area it is or lies in, so that lists are cut by codes.
    `ended_at` is when somebody ended it before its time, `planned_end` the end it had until then: so that this can be
    taken back, and a term that simply ran out cannot.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=12)
    place = models.CharField(max_length=20)
    area = models.CharField(max_length=12)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    planned_end = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_responsibility"
        indexes = (models.Index(fields=["area"], name="people_responsibility_area"),)
        constraints = (
            models.CheckConstraint(condition=Q(level__in=tuple(LEVELS)), name="people_responsibility_level"),
            models.CheckConstraint(condition=Q(area__regex=r"^(\d{9}|\d{12})$"), name="people_responsibility_areacode"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="people_responsibility_ordered"
            ),
            ExclusionConstraint(
                name="people_responsibility_once",
                expressions=[("person", "="), ("place", "="), (Period(F("starts_at"), F("ends_at")), "&&")],
            ),
        )
