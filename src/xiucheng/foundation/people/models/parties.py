"""Whose a component or facility is: dated links to organisations, with who made and who ended each."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import Q

from xiucheng.kit.ids import uuid7
from xiucheng.kit.periods import Period

from .. import rules
from .staff import Organisation


class PartyLink(models.Model):
    """Which organisation owns, maintains or is competent for a thing, from then till then."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    relation = models.CharField(max_length=12)
    agency = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    started_by = models.TextField(blank=True, default="", db_default="")
    ended_by = models.TextField(blank=True, default="", db_default="")

    class Meta:
        abstract = True


def _index(thing: str) -> models.Index:
    return models.Index(fields=[thing, "relation"], name=f"people_{thing}_link_which")


def _constraints(thing: str) -> tuple[models.BaseConstraint, ...]:
    """A relation of the table, an end after the start, one organisation at a time in each relation to a thing."""
    return (
        models.CheckConstraint(
            condition=Q(relation__in=sorted(rules.RELATIONS)), name=f"people_{thing}_link_relation"
        ),
        models.CheckConstraint(
            condition=Q(ends_at__isnull=True) | Q(ends_at__gt=models.F("starts_at")),
            name=f"people_{thing}_link_ordered",
        ),
        ExclusionConstraint(
            name=f"people_{thing}_link_once",
            expressions=[
                (thing, "="), ("relation", "="), (Period(models.F("starts_at"), models.F("ends_at")), "&&"),
            ],
        ),
    )  # fmt: skip


class ComponentLink(PartyLink):
    """Which organisation owns, maintains or is competent for a component."""

    component = models.CharField(max_length=20)

    class Meta:
        db_table = "people_component_link"
        indexes = (_index("component"),)
        constraints = _constraints("component")


class FacilityLink(PartyLink):
    """Which organisation owns, maintains or is competent for a facility."""

    facility = models.CharField(max_length=32)

    class Meta:
        db_table = "people_facility_link"
        indexes = (_index("facility"),)
        constraints = _constraints("facility")


# Kind of thing (places.rules.POINT_KINDS) → its table and the column that holds the thing's code.
PARTY_LINKS: Mapping[str, tuple[Any, str]] = MappingProxyType(
    {"component": (ComponentLink, "component"), "facility": (FacilityLink, "facility")}
)
