"""Tables of places: the area tree, grids, components, facilities, homes; uploads and changes; figures."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left, Length, Substr

from xiucheng.kit.ids import uuid7

from .amounts import FIGURE_KINDS, MARKS, PLACE_KINDS
from .rules import (
    ACCURACY_METRES,
    COMPONENT_STATES,
    DRAFT_KINDS,
    DRAFT_STATES,
    DWELLING_USES,
    LEVELS,
    MOST_FLOORS,
)


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
            models.CheckConstraint(name="places_component_state", condition=Q(state__in=list(COMPONENT_STATES))),
            models.CheckConstraint(
                name="places_component_accuracy", condition=Q(accuracy="") | Q(accuracy__in=list(ACCURACY_METRES))
            ),
        ]
        indexes = [models.Index(fields=["lat", "lon"], name="places_component_point")]


class Facility(models.Model):
    """A park, canteen, toilet, station …: what people go to."""

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

    class Meta:
        db_table = "places_facility"
        constraints = [
            models.CheckConstraint(name="places_facility_code", condition=Q(code__regex=r"^[0-9A-Za-z_-]{1,32}$")),
            models.CheckConstraint(name="places_facility_kind", condition=Q(kind__regex=r"^[a-z][a-z_]{1,31}$")),
        ]
        indexes = [models.Index(fields=["lat", "lon"], name="places_facility_point")]


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


class Draft(models.Model):
    """A map file that somebody uploaded, on its way into the site: read, understood, checked, then taken or discarded.

    `control`, `kinds`, `mapping`, `repairs` are choices; `columns`, `guess`, `lay`, `counts` what was found out.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    kind = models.TextField()
    name = models.TextField()
    state = models.TextField(default="reading")
    phase = models.TextField(blank=True, default="")
    revision = models.IntegerField(default=1)
    size = models.BigIntegerField()
    digest = models.TextField()
    format = models.TextField(blank=True, default="")
    sets = models.JSONField(default=list)
    set_number = models.IntegerField(default=0)
    layers = models.JSONField(default=list)
    layer = models.TextField(blank=True, default="")
    encoding = models.TextField(blank=True, default="")
    wrong_encoding = models.TextField(blank=True, default="")
    blunted = models.IntegerField(default=0)
    crs = models.TextField(blank=True, default="")
    columns = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    frame = models.TextField(blank=True, default="")
    control = models.JSONField(default=list)
    kinds = models.JSONField(null=True)
    variant = models.TextField(default="6+2+2+6")
    repairs = models.JSONField(default=list)
    rows = models.IntegerField(default=0)
    shaped = models.BooleanField(default=False)
    guess = models.JSONField(default=dict)
    lay = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    fault = models.JSONField(null=True)
    opened_by = models.TextField()
    taken_by = models.TextField(blank=True, default="")
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    change = models.ForeignKey("Change", models.SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "places_draft"
        constraints = [
            models.CheckConstraint(name="places_draft_kind", condition=Q(kind__in=DRAFT_KINDS)),
            models.CheckConstraint(name="places_draft_state", condition=Q(state__in=DRAFT_STATES)),
        ]
        indexes = [models.Index(fields=["-opened_at"], name="places_draft_latest")]


class DraftChunk(models.Model):
    """A stretch of an upload's bytes, in order; gone when the draft is taken or discarded."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="+")
    number = models.IntegerField()
    content = models.BinaryField()

    class Meta:
        db_table = "places_draft_chunk"
        constraints = [models.UniqueConstraint(name="places_draft_chunk_once", fields=["draft", "number"])]


class DraftItem(models.Model):
    """One row of an uploaded file: its cells as texts, its shape as the file has it."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="+", db_index=False)
    number = models.IntegerField()
    cells = models.JSONField()
    shape = models.BinaryField(null=True)

    class Meta:
        db_table = "places_draft_item"
        constraints = [models.UniqueConstraint(name="places_draft_item_once", fields=["draft", "number"])]


class DraftFinding(models.Model):
    """One thing the checks have to say about a draft, with its place in degrees WGS84 and, for a sliver, its cure."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="+", db_index=False)
    number = models.IntegerField()
    severity = models.TextField()
    row = models.IntegerField()
    code = models.TextField()
    about = models.TextField(blank=True)
    values = models.JSONField(default=dict)
    shape = models.BinaryField(null=True)
    repair = models.JSONField(null=True)

    class Meta:
        db_table = "places_draft_finding"
        constraints = [models.UniqueConstraint(name="places_draft_finding_once", fields=["draft", "number"])]


class Change(models.Model):
    """One write of base data as a whole: who, when, and the rows before, by which it can be undone.

    `areas` are the communities touched; `body` is compressed: the rows before, and what the codes after were.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    kind = models.TextField()
    verb = models.TextField()
    actor = models.TextField()
    at = models.DateTimeField()
    areas = ArrayField(models.TextField(), default=list)
    before_count = models.IntegerField()
    after_count = models.IntegerField()
    body = models.BinaryField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.TextField(blank=True, default="")

    class Meta:
        db_table = "places_change"
        constraints = [models.CheckConstraint(name="places_change_kind", condition=Q(kind__in=DRAFT_KINDS))]
        indexes = [models.Index(fields=["-at"], name="places_change_latest")]


class Figure(models.Model):
    """What somebody counted of a place: so many, as of that day, from that source, exact or about.

    `area` is where the place lies, so that lists are cut by codes. What was corrected or withdrawn stays.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    place_kind = models.TextField()
    place = models.TextField()
    area = models.TextField()
    kind = models.TextField()
    # What `other` counts, with its unit; "" for the rest.
    title = models.TextField(blank=True, default="")
    value = models.DecimalField(max_digits=13, decimal_places=2)
    mark = models.TextField(blank=True, default="")
    as_of = models.DateField()
    source = models.TextField()
    recorded_at = models.DateTimeField()
    recorded_by = models.TextField()
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.TextField(blank=True, default="")

    class Meta:
        db_table = "places_figure"
        constraints = [
            models.CheckConstraint(name="places_figure_place_kind", condition=Q(place_kind__in=PLACE_KINDS)),
            models.CheckConstraint(name="places_figure_kind", condition=Q(kind__in=sorted(FIGURE_KINDS))),
            models.CheckConstraint(name="places_figure_mark", condition=Q(mark__in=sorted(MARKS))),
            models.CheckConstraint(name="places_figure_not_negative", condition=Q(value__gte=0)),
            models.CheckConstraint(name="places_figure_source_given", condition=~Q(source="")),
            models.CheckConstraint(
                name="places_figure_other_is_named",
                condition=(Q(kind="other") & ~Q(title="")) | (~Q(kind="other") & Q(title="")),
            ),
            # One source says one thing of one day; who says another thing corrects it.
            models.UniqueConstraint(
                name="places_figure_once",
                fields=["place_kind", "place", "kind", "title", "as_of", "source"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["area", "kind"], name="places_figure_where")]
