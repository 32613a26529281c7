"""The tables of what communities ask for and of who stands by them: needs, and partnerships with their terms."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q

from xiucheng.kit.ids import uuid7

from .partners.rules import KINDS, LIVE, NEEDS, PLACES, REASONS, RESULTS, STATES_OF

_COMMUNITY = r"^\d{12}$"
_PERSONAL = Q(person__isnull=False) | Q(neighbour__isnull=False)


class DayAfter(Func):
    """The first day that no longer counts: the day it was ended, else the day after the last one, else none."""

    template = "coalesce(%(expressions)s + 1)"
    output_field = models.DateField()


class Days(Func):
    """The half-open span of days from the first one on."""

    template = "daterange(%(expressions)s, '[)')"


def _days() -> Days:
    return Days(F("starts_on"), DayAfter(F("ended_on"), F("ends_on")))


def _once(name: str, who: str, condition: Q, *beside: str) -> ExclusionConstraint:
    """Terms of the same do not overlap; what a community declined was none."""
    return ExclusionConstraint(
        name=name,
        expressions=[*((one, "=") for one in (who, *beside)), (_days(), "&&")],
        condition=condition & ~Q(state="declined"),
    )


class Need(models.Model):
    """What a community asks somebody to take on; what it is lies sealed, for a wish tells of whoever has it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    area = models.CharField(max_length=12)
    kind = models.CharField(max_length=12)
    # The code of a unit grid or facility, "" of all others.
    place = models.CharField(max_length=40, blank=True, default="")
    key = models.UUIDField(unique=True)
    # Null once the words are erased.
    sealed = models.BinaryField(null=True)
    offered_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "responsibility_need"
        indexes = (models.Index(fields=["area"], name="responsibility_need_area"),)
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=tuple(NEEDS)), name="responsibility_need_kind"),
            models.CheckConstraint(condition=Q(area__regex=_COMMUNITY), name="responsibility_need_areacode"),
            models.CheckConstraint(
                condition=Q(kind__in=PLACES) & ~Q(place="") | ~Q(kind__in=PLACES) & Q(place=""),
                name="responsibility_need_place",
            ),
            models.CheckConstraint(
                condition=Q(sealed__isnull=False) | Q(withdrawn_at__isnull=False), name="responsibility_need_told"
            ),
            models.UniqueConstraint(
                fields=["kind", "place"],
                condition=~Q(place="") & Q(withdrawn_at__isnull=True),
                name="responsibility_need_once",
            ),
        )


class Partnership(models.Model):
    """An organisation or a person stands by a community: registered there, paired with it, or having taken on a need.

    The person is one of the staff or a neighbour whom the community keeps (people.neighbourhood); `ends_on` is the
    last day agreed, `ended_on` the first day on which it no longer held. `before` is what stood before the last move,
    empty where there was nothing, null where nothing can be taken back.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=12)
    area = models.CharField(max_length=12)
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    neighbour = models.ForeignKey("people.Neighbour", on_delete=models.PROTECT, null=True, related_name="+")
    need = models.ForeignKey(Need, on_delete=models.PROTECT, null=True, related_name="taken_on", db_index=False)
    topics = ArrayField(models.CharField(max_length=20), default=list)
    state = models.CharField(max_length=12)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    reason = models.CharField(max_length=20, blank=True, default="")
    result = models.CharField(max_length=12, blank=True, default="")
    # What was said with the result, under the need's key.
    result_sealed = models.BinaryField(null=True)
    renews = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="renewed_by")
    changed_at = models.DateTimeField()
    changed_by = models.TextField()
    before = models.JSONField(null=True)
    # The last day that somebody was reminded of: another one is told again.
    reminded_for = models.DateField(null=True)

    class Meta:
        db_table = "responsibility_partnership"
        indexes = (
            models.Index(fields=["area", "kind", "state"], name="responsibility_area"),
            models.Index(fields=["ends_on"], name="responsibility_ends", condition=Q(state__in=LIVE)),
        )
        constraints = (
            models.CheckConstraint(condition=Q(area__regex=_COMMUNITY), name="responsibility_areacode"),
            models.CheckConstraint(
                condition=Q(*(Q(kind=kind, state__in=STATES_OF[kind]) for kind in KINDS), _connector=Q.OR),
                name="responsibility_state",
            ),
            models.CheckConstraint(
                condition=Q(kind="registration", need__isnull=True)
                & (Q(organisation__isnull=False) | _PERSONAL)
                & (Q(person__isnull=True) | Q(neighbour__isnull=True))
                | Q(
                    kind="pairing",
                    organisation__isnull=False,
                    person__isnull=True,
                    neighbour__isnull=True,
                    need__isnull=True,
                    ends_on__isnull=False,
                )
                | Q(kind="take_on", need__isnull=False)
                & (
                    Q(organisation__isnull=False, person__isnull=True, neighbour__isnull=True)
                    | Q(organisation__isnull=True, person__isnull=False, neighbour__isnull=True)
                    | Q(organisation__isnull=True, person__isnull=True, neighbour__isnull=False)
                ),
                name="responsibility_who",
            ),
            models.CheckConstraint(
                condition=(Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")))
                & (Q(ended_on__isnull=True) | Q(ended_on__gte=F("starts_on"))),
                name="responsibility_ordered",
            ),
            models.CheckConstraint(
                condition=Q(state__in=LIVE, ended_on__isnull=True, reason="", result="")
                | ~Q(state__in=LIVE) & Q(ended_on__isnull=False),
                name="responsibility_dated",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=("", *REASONS)) & Q(result__in=("", *RESULTS)), name="responsibility_words"
            ),
            _once(
                "responsibility_once_organisation",
                "organisation",
                Q(kind__in=("registration", "pairing"), person__isnull=True, neighbour__isnull=True),
                "kind",
                "area",
            ),
            # Somebody lives in one community at a time.
            _once("responsibility_once_person", "person", Q(kind="registration")),
            _once("responsibility_once_neighbour", "neighbour", Q(kind="registration")),
            _once("responsibility_once_need", "need", Q(kind="take_on")),
        )
