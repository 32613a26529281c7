"""Tables of the kit: the journal with its order and readers, idempotency keys, heartbeats, remembered topics."""

from django.db import models
from django.db.models.functions import Now

from .ids import uuid7


class Step(models.Model):
    """One entry of the journal; inserted with the change it tells of, never edited (deny trigger)."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    room = models.TextField()
    subject = models.UUIDField()
    verb = models.TextField()
    actor = models.TextField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    imported = models.BooleanField(default=False)
    payload = models.JSONField(default=dict)

    class Meta:
        db_table = "kit_step"
        indexes = [
            models.Index(fields=["subject", "id"], name="kit_step_subject"),
            # What an audit lists: few steps among many, so that the others pay nothing for it (journal.steps.AUDITED).
            models.Index(
                fields=["id"],
                name="kit_step_audited",
                condition=models.Q(room__in=["people", "packs", "board"])
                & ~models.Q(verb__in=["keep_contact", "sign_in"]),
            ),
        ]


class Pending(models.Model):
    """A step that has no position yet; filled by an insert trigger, emptied by the sequencer."""

    seq = models.BigAutoField(primary_key=True)
    step_id = models.UUIDField()

    class Meta:
        db_table = "kit_pending"


class Position(models.Model):
    """The gapless order of committed steps, and the hash chain over it."""

    position = models.BigIntegerField(primary_key=True)
    step = models.OneToOneField(Step, on_delete=models.PROTECT, related_name="+")
    hash = models.BinaryField()

    class Meta:
        db_table = "kit_position"


class DayHead(models.Model):
    """The chain's head when a local day had ended, published to the auditor."""

    day = models.DateField(primary_key=True)
    position = models.BigIntegerField()
    hash = models.BinaryField()
    closed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "kit_day_head"


class Reader(models.Model):
    """How far a projection or reaction has read; up to `forgotten_to` its claims are forgotten, and never asked for."""

    name = models.TextField(primary_key=True)
    position = models.BigIntegerField(default=0)
    forgotten_to = models.BigIntegerField(db_default=0)
    moved_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "kit_reader"


class Reacted(models.Model):
    """A reaction acted on a step: what makes it act once, whatever happens to its position. Old ones are forgotten."""

    pk = models.CompositePrimaryKey("reader", "step_id")
    reader = models.TextField()
    step_id = models.UUIDField()

    class Meta:
        db_table = "kit_reacted"


class Parked(models.Model):
    """A step on which a reaction failed: tried again with back-off, shown by doctor, never lost."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    reader = models.TextField()
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="+")
    tries = models.IntegerField(default=1)
    error = models.TextField()
    next_try_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "kit_parked"
        constraints = [models.UniqueConstraint(fields=["reader", "step"], name="kit_parked_once")]
        indexes = [models.Index(fields=["next_try_at"], name="kit_parked_next")]


class IdempotencyKey(models.Model):
    """One claimed key: digests of what was asked and the references that were answered; no words."""

    digest = models.BinaryField(primary_key=True)
    fields = models.JSONField()
    answer = models.JSONField()
    claimed_at = models.DateTimeField()

    class Meta:
        db_table = "kit_idempotency"
        indexes = [models.Index(fields=["claimed_at"], name="kit_idempotency_age")]


class Heartbeat(models.Model):
    """When a process of this site was last seen alive."""

    process = models.TextField(primary_key=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "kit_heartbeat"


class Changed(models.Model):
    """A topic of what processes remember; the token is another one after each change (remembered.py)."""

    topic = models.TextField(primary_key=True)
    token = models.UUIDField()

    class Meta:
        db_table = "kit_changed"
