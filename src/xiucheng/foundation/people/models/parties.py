"""Whose a component or facility is: dated links to organisations, with who made and who ended each."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import Q

from xiucheng.kit.ids import uuid7
from xiucheng.kit.periods import Period

from .. import rules
from .staff import Organisation


def _period() -> Period:
    return Period(models.F("starts_at"), models.F("ends_at"))


def _ordered(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(ends_at__isnull=True) | Q(ends_at__gt=models.F("starts_at")), name=name)


class ComponentLink(models.Model):
    """Which organisation owns, maintains or is competent for a component, from then till then."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    component = models.CharField(max_length=20)
    relation = models.CharField(max_length=12)
    agency = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    started_by = models.TextField(blank=True, default="", db_default="")
    ended_by = models.TextField(blank=True, default="", db_default="")

    class Meta:
        db_table = "people_component_link"
        indexes = (models.Index(fields=["component", "relation"], name="people_component_link_which"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(relation__in=sorted(rules.RELATIONS)), name="people_component_link_relation"
            ),
            _ordered("people_component_link_ordered"),
            ExclusionConstraint(
                name="people_component_link_once",
                expressions=[("component", "="), ("relation", "="), (_period(), "&&")],
            ),
        )


class FacilityLink(models.Model):
    """Which organisation owns, maintains or is competent for a facility, from then till then."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    facility = models.CharField(max_length=32)
    relation = models.CharField(max_length=12)
    agency = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    started_by = models.TextField(blank=True, default="", db_default="")
    ended_by = models.TextField(blank=True, default="", db_default="")

    class Meta:
        db_table = "people_facility_link"
        indexes = (models.Index(fields=["facility", "relation"], name="people_facility_link_which"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(relation__in=sorted(rules.RELATIONS)), name="people_facility_link_relation"
            ),
            _ordered("people_facility_link_ordered"),
            ExclusionConstraint(
                name="people_facility_link_once",
                expressions=[("facility", "="), ("relation", "="), (_period(), "&&")],
            ),
        )
