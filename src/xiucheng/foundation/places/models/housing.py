"""Tables of housing: compounds, buildings, dwellings."""

from django.db import models
from django.db.models import Q

from xiucheng.kit.ids import uuid7

from ..rules import DWELLING_USES, MOST_FLOORS
from .ground import Area


class Compound(models.Model):
    """A residential compound: known by its name within its community; may have no point and no outline at all."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    community = models.ForeignKey(Area, models.PROTECT, db_column="community_code", related_name="+", db_index=False)
    name = models.TextField()
    # The name as names are compared (rules.housing_form).
    form = models.TextField()
    address = models.TextField(blank=True, default="")
    is_active = models.BooleanField(default=True)

    class Meta:
        db_table = "places_compound"
        constraints = [
            models.CheckConstraint(name="places_compound_name_given", condition=~Q(name="") & ~Q(form="")),
            models.UniqueConstraint(name="places_compound_once", fields=["community", "form"]),
        ]


class Building(models.Model):
    """A building of a compound, by its number as it is written there."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    compound = models.ForeignKey(Compound, models.PROTECT, related_name="buildings", db_index=False)
    name = models.TextField()
    form = models.TextField()
    floors = models.PositiveSmallIntegerField(null=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        db_table = "places_building"
        constraints = [
            models.CheckConstraint(name="places_building_name_given", condition=~Q(name="") & ~Q(form="")),
            models.CheckConstraint(
                name="places_building_floors", condition=Q(floors__isnull=True) | Q(floors__range=(1, MOST_FLOORS))
            ),
            models.UniqueConstraint(name="places_building_once", fields=["compound", "form"]),
        ]


class Dwelling(models.Model):
    """One home, shop or garage of a building. Who lives or owns there is no business of places."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    building = models.ForeignKey(Building, models.PROTECT, related_name="dwellings", db_index=False)
    stairwell = models.TextField(blank=True, default="")
    room = models.TextField()
    use = models.TextField(default="home")
    square_metres = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        db_table = "places_dwelling"
        constraints = [
            models.CheckConstraint(name="places_dwelling_room_given", condition=~Q(room="")),
            models.CheckConstraint(name="places_dwelling_use", condition=Q(use__in=sorted(DWELLING_USES))),
            models.CheckConstraint(
                name="places_dwelling_size", condition=Q(square_metres__isnull=True) | Q(square_metres__gt=0)
            ),
            models.UniqueConstraint(name="places_dwelling_once", fields=["building", "stairwell", "room"]),
        ]
