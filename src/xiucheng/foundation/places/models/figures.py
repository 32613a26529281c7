"""Dated numbers of places."""

from django.db import models
from django.db.models import Q

from xiucheng.kit.ids import uuid7

from ..amounts import FIGURE_KINDS, MARKS, PLACE_KINDS


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
