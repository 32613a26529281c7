"""The tables of those outside the staff who help in a place: stewards, and who is reached through whom."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Q

from xiucheng.kit.ids import uuid7
from xiucheng.kit.periods import Period

from ..neighbourhood.stewardship import KINDS, SELECTIONS, STATES
from .staff import Person, Subject


class Neighbour(models.Model):
    """Somebody outside the staff whom a community knows by a task or a chain; name, phone and home lie sealed.

    The subject is found again under a digest of its own, so nothing ties it to a reporter of the same number.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject = models.OneToOneField(Subject, on_delete=models.PROTECT, related_name="+")
    area = models.CharField(max_length=12)
    kept_at = models.DateTimeField()

    class Meta:
        db_table = "people_neighbour"
        indexes = (models.Index(fields=["area"], name="people_neighbour_area"),)
        constraints = (models.CheckConstraint(condition=Q(area__regex=r"^\d{12}$"), name="people_neighbour_areacode"),)


class Steward(models.Model):
    """A centre household or a steward of a building, stairwell or alley: chosen, published, in office, ended.

    `before` is what stood before the last move, by which that move can be taken back.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    neighbour = models.ForeignKey(Neighbour, on_delete=models.PROTECT, related_name="stewardships")
    kind = models.CharField(max_length=20)
    area = models.CharField(max_length=12)
    # Which building, stairwell or alley, or which households: a place, never a person.
    covers = models.CharField(max_length=40)
    households = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=12, default="chosen")
    selection = models.CharField(max_length=12)
    chosen_on = models.DateField()
    published_on = models.DateField(null=True)
    objections_until = models.DateField(null=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    reason = models.CharField(max_length=20, blank=True, default="")
    changed_at = models.DateTimeField()
    changed_by = models.TextField()
    before = models.JSONField(null=True)
    # The end of the term of which somebody was reminded: once per term.
    reminded_for = models.DateField(null=True)

    class Meta:
        db_table = "people_steward"
        indexes = (models.Index(fields=["area", "state"], name="people_steward_area"),)
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=tuple(KINDS)), name="people_steward_kind"),
            models.CheckConstraint(condition=Q(state__in=tuple(STATES)), name="people_steward_state"),
            models.CheckConstraint(condition=Q(selection__in=tuple(SELECTIONS)), name="people_steward_selection"),
            models.CheckConstraint(condition=~Q(covers=""), name="people_steward_covers"),
            models.CheckConstraint(
                condition=Q(state="chosen", published_on__isnull=True)
                | Q(state="published", published_on__isnull=False, objections_until__gt=F("published_on"))
                | Q(state="serving", starts_on__isnull=False, ends_on__gt=F("starts_on"))
                | Q(state__in=("ended", "dropped"), ended_on__isnull=False),
                name="people_steward_dated",
            ),
            models.UniqueConstraint(
                fields=["neighbour", "kind", "covers"],
                condition=Q(state__in=("chosen", "published", "serving")),
                name="people_steward_once",
            ),
        )


class ChainLink(models.Model):
    """Who reaches a neighbour: somebody on the staff, or another neighbour (联户), from then till then."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reached = models.ForeignKey(Neighbour, on_delete=models.PROTECT, related_name="reached_by")
    through_person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    through = models.ForeignKey(Neighbour, on_delete=models.PROTECT, null=True, related_name="reaches")
    area = models.CharField(max_length=12)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_chain_link"
        indexes = (models.Index(fields=["area"], name="people_chain_link_area"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(through__isnull=True, through_person__isnull=False)
                | Q(through__isnull=False, through_person__isnull=True),
                name="people_chain_link_through_one",
            ),
            models.CheckConstraint(
                condition=Q(through__isnull=True) | ~Q(through=F("reached")), name="people_chain_link_not_self"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="people_chain_link_ordered"
            ),
            ExclusionConstraint(
                name="people_chain_link_once",
                expressions=[("reached", "="), (Period(F("starts_at"), F("ends_at")), "&&")],
            ),
        )
