"""Tables of the ground: the area tree, grids, components, facilities."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left, Length, Substr

from xiucheng.kit.ids import uuid7

from ..rules import ACCURACY_METRES, LEVELS, POINT_STATES


class Shaped(models.Model):
    """A shape in WGS84 degrees, as well-known binary, with its box in columns that an index can use."""

    shape = models.BinaryField(null=True)
    west = models.FloatField(null=True)
    south = models.FloatField(null=True)
    east = models.FloatField(null=True)
    north = models.FloatField(null=True)

    class Meta:
        abstract = True


class Area(Shaped):
    """A district, street or community; `shape` may be missing, and the box may be known without a shape."""

    code = models.TextField(primary_key=True)
    id = models.UUIDField(unique=True, default=uuid7)
    name = models.TextField()
    level = models.TextField()
    parent = models.ForeignKey(
        "self", models.PROTECT, db_column="parent_code", null=True, related_name="+", db_index=False
    )
    local = models.BooleanField(default=False)
    active_from = models.DateField(null=True)
    active_to = models.DateField(null=True)
    # How far the outline may be off, metres: a simplified public polygon refuses nobody near the border.
    outline_accuracy = models.FloatField(default=0)

    class Meta:
        db_table = "places_area"
        constraints = [
            models.CheckConstraint(
                name="places_area_code_of_level",
                condition=Q(level="district", code__regex=r"^[0-9]{6}$", parent__isnull=True)
                | Q(level="street", code__regex=r"^[0-9]{9}$", parent__isnull=False)
                | Q(level="community", code__regex=r"^[0-9]{12}$", parent__isnull=False),
            ),
            models.CheckConstraint(
                name="places_area_code_below_parent",
                condition=Q(parent__isnull=True) | Q(parent=Left(F("code"), Length("code") - 3)),
            ),
            models.CheckConstraint(name="places_area_level_known", condition=Q(level__in=tuple(LEVELS.values()))),
            models.CheckConstraint(name="places_area_name_given", condition=~Q(name="")),
            models.CheckConstraint(
                name="places_area_active_span",
                condition=Q(active_to__isnull=True) | Q(active_from__isnull=True) | Q(active_to__gt=F("active_from")),
            ),
            # A site is one district (docs/architecture.md, One district, one schema).
            models.UniqueConstraint(name="places_area_one_district", fields=["level"], condition=Q(level="district")),
        ]
        indexes = [models.Index(fields=["parent", "code"], name="places_area_children")]


class DutyGrid(Shaped):
    """A set of unit grids that an inspector walks; or, where there are no unit grids, a shape of its own, or none yet:
    a name and the area it belongs to."""

    code = models.TextField(primary_key=True)
    name = models.TextField()
    area = models.ForeignKey(Area, models.PROTECT, db_column="area_code", related_name="+")

    class Meta:
        db_table = "places_duty_grid"
        constraints = [
            models.CheckConstraint(name="places_duty_grid_code", condition=Q(code__regex=r"^[0-9A-Z][0-9A-Z-]{1,19}$")),
        ]


class UnitGrid(Shaped):
    """One cell of about 10,000 m² of a community's partition."""

    code = models.TextField(primary_key=True)
    community = models.ForeignKey(Area, models.PROTECT, db_column="community_code", related_name="+")
    duty_grid = models.ForeignKey(
        DutyGrid, models.SET_NULL, db_column="duty_grid_code", null=True, related_name="+", db_index=True
    )
    square_metres = models.FloatField()

    class Meta:
        db_table = "places_unit_grid"
        constraints = [
            models.CheckConstraint(name="places_unit_grid_code", condition=Q(code__regex=r"^[0-9]{15}$")),
            models.CheckConstraint(name="places_unit_grid_of_community", condition=Q(community=Left("code", 12))),
            models.CheckConstraint(name="places_unit_grid_shaped", condition=Q(shape__isnull=False)),
        ]


class Component(models.Model):
    """A fixed thing of the city with a 16-digit id; who owns or maintains it is a dated link in people."""

    code = models.TextField(primary_key=True)
    id = models.UUIDField(unique=True, default=uuid7)
    kind = models.TextField()
    name = models.TextField(blank=True)
    state = models.TextField(default="intact")
    community = models.ForeignKey(Area, models.PROTECT, db_column="community_code", null=True, related_name="+")
    unit_grid = models.TextField(blank=True)
    lon = models.FloatField()
    lat = models.FloatField()
    shape = models.BinaryField(null=True)
    accuracy = models.TextField(blank=True)
    surveyed_on = models.DateField(null=True)
    changed_on = models.DateField(null=True)
    source = models.TextField(blank=True)
    note = models.TextField(blank=True)

    class Meta:
        db_table = "places_component"
        constraints = [
            models.CheckConstraint(name="places_component_code", condition=Q(code__regex=r"^[0-9]{16}$")),
            # The kind is a string because its minor has two digits in one variant of the id and three in the other.
            models.CheckConstraint(
                name="places_component_kind",
                condition=Q(kind__regex=r"^[0-9]{4,5}$") & Q(kind=Substr("code", 7, Length("kind"))),
            ),
            models.CheckConstraint(name="places_component_state", condition=Q(state__in=list(POINT_STATES))),
            models.CheckConstraint(
                name="places_component_accuracy", condition=Q(accuracy="") | Q(accuracy__in=list(ACCURACY_METRES))
            ),
        ]
        indexes = [models.Index(fields=["lat", "lon"], name="places_component_point")]


class Facility(models.Model):
    """A park, canteen, toilet, station …: what people go to; whose it is, is a dated link in people."""

    code = models.TextField(primary_key=True)
    id = models.UUIDField(unique=True, default=uuid7)
    kind = models.TextField()
    name = models.TextField()
    community = models.ForeignKey(Area, models.PROTECT, db_column="community_code", null=True, related_name="+")
    address = models.TextField(blank=True)
    lon = models.FloatField()
    lat = models.FloatField()
    active_from = models.DateField(null=True)
    active_to = models.DateField(null=True)
    state = models.TextField(default="intact", db_default="intact")
    changed_on = models.DateField(null=True)
    note = models.TextField(blank=True, default="", db_default="")

    class Meta:
        db_table = "places_facility"
        constraints = [
            models.CheckConstraint(name="places_facility_state", condition=Q(state__in=list(POINT_STATES))),
            models.CheckConstraint(name="places_facility_code", condition=Q(code__regex=r"^[0-9A-Za-z_-]{1,32}$")),
            models.CheckConstraint(name="places_facility_kind", condition=Q(kind__regex=r"^[a-z][a-z_]{1,31}$")),
        ]
        indexes = [models.Index(fields=["lat", "lon"], name="places_facility_point")]
