"""The table of pictures and files: facts in columns, content sealed in the storage, a tombstone after erasure."""

from typing import Any

from django.db import models
from django.db.models import Q

from xiucheng.kit.ids import uuid7

from . import rules


class Item(models.Model):
    """One picture or file; its bytes and its name are sealed under its own key."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10)
    purpose = models.CharField(max_length=10)
    actor = models.CharField(max_length=120)
    # The person whose second upload of the same content is the same picture; others are never put together.
    owner_id = models.UUIDField(null=True)
    digest = models.BinaryField()
    size = models.PositiveIntegerField()
    key_id = models.UUIDField()
    name = models.BinaryField(null=True)
    # As a person sees it: upright.
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    orientation = models.PositiveSmallIntegerField(null=True)
    taken_at = models.DateTimeField(null=True)
    taken_zone = models.CharField(max_length=10, null=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    make = models.CharField(max_length=60, blank=True, default="")
    model = models.CharField(max_length=60, blank=True, default="")
    stored_at = models.DateTimeField()
    # When it was handed in last: the same picture from the same person again is this row again.
    handed_in_at = models.DateTimeField()
    # When it was first found that something refers to it; null for what may never have been sent.
    tied_at = models.DateTimeField(null=True)
    copies_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=120, null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "media_item"
        indexes = (
            models.Index(fields=["key_id"], name="media_item_key"),
            models.Index(
                fields=["handed_in_at"],
                condition=Q(tied_at__isnull=True, erased_at__isnull=True),
                name="media_item_loose",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["owner_id", "digest", "purpose"],
                condition=Q(owner_id__isnull=False, erased_at__isnull=True),
                name="media_item_once_per_owner",
            ),
            models.CheckConstraint(condition=Q(kind__in=sorted(rules.KINDS)), name="media_item_kind"),
            models.CheckConstraint(condition=Q(purpose__in=rules.PURPOSES), name="media_item_purpose"),
            models.CheckConstraint(
                condition=Q(kind="pdf", width__isnull=True, height__isnull=True, orientation__isnull=True)
                | Q(
                    ~Q(kind="pdf"),
                    width__isnull=False,
                    width__gte=1,
                    height__isnull=False,
                    height__gte=1,
                    orientation__isnull=False,
                    orientation__range=(1, 8),
                ),
                name="media_item_pictures_have_a_size",
            ),
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True)
                | Q(lon__isnull=False, lon__range=(-180, 180), lat__isnull=False, lat__range=(-90, 90)),
                name="media_item_place",
            ),
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True, taken_zone__isnull=True)
                | Q(taken_at__isnull=False, taken_zone__isnull=False, taken_zone__in=("stated", "gps", "assumed")),
                name="media_item_taken",
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_by__isnull=True)
                | Q(released_at__isnull=False, released_by__isnull=False, erased_at__isnull=True),
                name="media_item_released",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True)
                | Q(name__isnull=True, taken_at__isnull=True, lon__isnull=True, make="", model=""),
                name="media_item_tombstone",
            ),
        )


TOMBSTONE: dict[str, Any] = {
    "name": None,
    "taken_at": None,
    "taken_zone": None,
    "lon": None,
    "lat": None,
    "make": "",
    "model": "",
    "released_at": None,
    "released_by": None,
    "copies_at": None,
}
"""What an erased row no longer says; kind, purpose, size and keyed digest stay, the journal has them anyway."""
