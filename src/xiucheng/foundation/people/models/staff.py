"""The tables of people: who there is, what they may do where, how they sign in, and whose contact is kept."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from xiucheng.foundation.places.rules import AREA_OR_NONE
from xiucheng.kit.ids import uuid7
from xiucheng.kit.periods import Period

from .. import rules

NOBODY = Value("00000000-0000-0000-0000-000000000000", output_field=models.UUIDField())


def _period() -> Period:
    return Period(F("starts_at"), F("ends_at"))


def _ordered(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name=name)


class Organisation(models.Model):
    """A body of the district; some answer for cases (agencies), all may have others below them."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    # The duty calendar of a pack by its key; the clock of a case looks it up, people only remember it.
    calendar = models.CharField(max_length=40, default="default")
    area = models.CharField(max_length=15, blank=True, default="")
    is_active = models.BooleanField(default=True)

    class Meta:
        db_table = "people_organisation"
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=sorted(rules.KINDS)), name="people_organisation_kind"),
            models.CheckConstraint(condition=Q(area__regex=AREA_OR_NONE), name="people_organisation_area"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="people_organisation_not_own_parent"),
        )


class Person(models.Model):
    """Somebody on the staff; the name is shown to colleagues, the phone number is sealed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=60)
    phone_key = models.UUIDField(null=True)
    phone_sealed = models.BinaryField(null=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        db_table = "people_person"
        constraints = (
            models.CheckConstraint(
                condition=Q(phone_key__isnull=True, phone_sealed__isnull=True)
                | Q(phone_key__isnull=False, phone_sealed__isnull=False),
                name="people_person_phone_sealed",
            ),
        )


class Membership(models.Model):
    """A post: this person holds this role, for this area or agency, from then till then."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships", db_index=False)
    role = models.CharField(max_length=30)
    area = models.CharField(max_length=15, blank=True, default="")
    agency = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_membership"
        indexes = (
            models.Index(fields=["person"], name="people_membership_person"),
            models.Index(fields=["role", "area"], name="people_membership_area"),
            models.Index(fields=["agency", "role"], name="people_membership_agency", condition=Q(agency__isnull=False)),
        )
        constraints = (
            models.CheckConstraint(condition=Q(role__in=sorted(rules.ROLES)), name="people_membership_role"),
            models.CheckConstraint(condition=Q(area__regex=AREA_OR_NONE), name="people_membership_areacode"),
            _ordered("people_membership_ordered"),
            ExclusionConstraint(
                name="people_membership_once",
                expressions=[
                    ("person", "="),
                    ("role", "="),
                    ("area", "="),
                    (Coalesce("agency", NOBODY), "="),
                    (_period(), "&&"),
                ],
            ),
            # Three administrators watch each other (STANDARDS §6, grading level 3): nobody is two of them at once.
            ExclusionConstraint(
                name="people_membership_administrators_apart",
                expressions=[("person", "="), ("role", "<>"), (_period(), "&&")],
                condition=Q(role__in=sorted(rules.ADMINISTRATORS)),
            ),
        )


class Roster(models.Model):
    """A post's weekly duty in local time; an end not after its start lies on the next day."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="rosters")
    # Bit 0 is Monday.
    weekdays = models.PositiveSmallIntegerField()
    starts = models.TimeField()
    ends = models.TimeField()
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        db_table = "people_roster"
        constraints = (
            models.CheckConstraint(
                condition=Q(weekdays__gte=1, weekdays__lte=rules.EVERY_DAY), name="people_roster_weekdays"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="people_roster_ordered"
            ),
        )


class DutyChange(models.Model):
    """An exception to the roster: on duty instead of somebody, or away."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="duty_changes", db_index=False)
    on_duty = models.BooleanField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        db_table = "people_duty_change"
        indexes = (models.Index(fields=["membership", "ends_at"], name="people_duty_change_when"),)
        constraints = (
            _ordered("people_duty_change_ordered"),
            ExclusionConstraint(name="people_duty_change_once", expressions=[("membership", "="), (_period(), "&&")]),
        )


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts by user name; they are made by `commands.create_account` alone."""


class Account(AbstractBaseUser):
    """A person's way to sign in; what they may do lies in the memberships, never here."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField(max_length=60, unique=True)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="account")
    is_active = models.BooleanField(default=True)

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "people_account"


class SignInAttempts(models.Model):
    """Failed attempts to sign in under a user name, whether it exists or not, and until when it is locked."""

    # A keyed digest: people type passwords into the wrong box.
    name_digest = models.BinaryField(primary_key=True)
    failures = models.PositiveSmallIntegerField()
    last_at = models.DateTimeField()
    locked_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_sign_in_attempts"
        indexes = (models.Index(fields=["last_at"], name="people_sign_in_attempts_age"),)


class ApiToken(models.Model):
    """A machine's way in: only the digest of the secret is kept; it speaks for an account or for a channel."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="tokens")
    channel = models.CharField(max_length=40, blank=True, default="")
    label = models.CharField(max_length=80)
    # The first characters of the secret, so that a person can tell one token from another.
    start = models.CharField(max_length=12)
    digest = models.BinaryField(unique=True)
    scopes = models.TextField()
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_api_token"
        constraints = (
            models.CheckConstraint(
                condition=Q(account__isnull=True, channel__gt="") | Q(account__isnull=False, channel=""),
                name="people_api_token_speaks_for_one",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("issued_at")), name="people_api_token_ordered"),
        )


class AgencyLink(models.Model):
    """How an organisation is tied to another beside its parent (rules.AGENCY_LINKS), from then till then."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    relation = models.CharField(max_length=12)
    other = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_agency_link"
        constraints = (
            models.CheckConstraint(
                condition=Q(relation__in=sorted(rules.AGENCY_LINKS)), name="people_agency_link_relation"
            ),
            models.CheckConstraint(condition=~Q(agency=F("other")), name="people_agency_link_not_itself"),
            _ordered("people_agency_link_ordered"),
            # Its index finds the links of an organisation, too.
            ExclusionConstraint(
                name="people_agency_link_once",
                expressions=[("agency", "="), ("relation", "="), ("other", "="), (_period(), "&&")],
            ),
        )


class GridLink(models.Model):
    """Which person walks a duty grid, from then till then; a grid may have several."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    duty_grid = models.CharField(max_length=40)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_grid_link"
        indexes = (models.Index(fields=["duty_grid"], name="people_grid_link_grid"),)
        constraints = (
            _ordered("people_grid_link_ordered"),
            ExclusionConstraint(
                name="people_grid_link_once",
                expressions=[("duty_grid", "="), ("person", "="), (_period(), "&&")],
            ),
        )


class Subject(models.Model):
    """Somebody outside the staff whose contact is kept: sealed, found again only by keyed digests."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.UUIDField(unique=True)
    sealed = models.BinaryField(null=True)
    phone_blind = models.BinaryField(null=True)
    # The whole contact: the same words twice are the same subject, another name at the same phone is another.
    contact_blind = models.BinaryField(null=True)
    kept_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_subject"
        indexes = (
            models.Index(fields=["phone_blind"], name="people_subject_phone", condition=Q(phone_blind__isnull=False)),
        )
        constraints = (
            models.UniqueConstraint(fields=["contact_blind"], name="people_subject_contact"),
            # What is erased leaves nothing behind but its tombstone.
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True, sealed__isnull=False, contact_blind__isnull=False)
                | Q(erased_at__isnull=False, sealed__isnull=True, contact_blind__isnull=True, phone_blind__isnull=True),
                name="people_subject_erased_is_empty",
            ),
        )


class Reveal(models.Model):
    """Somebody looked at a contact: who, whose, when, and why (sealed, for reasons hold names)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="reveals")
    # A person's or a system's, as the journal writes it.
    actor = models.CharField(max_length=90)
    at = models.DateTimeField()
    key = models.UUIDField()
    reason_sealed = models.BinaryField()

    class Meta:
        db_table = "people_reveal"
        indexes = (models.Index(fields=["at"], name="people_reveal_at"),)


class Erasure(models.Model):
    """This database's copy of the erasure list: what was asked for here, and when the key store carried it out."""

    key_id = models.UUIDField(primary_key=True)
    reason = models.CharField(max_length=40)
    erased_at = models.DateTimeField()
    carried_out_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_erasure"
        indexes = (
            models.Index(fields=["erased_at"], name="people_erasure_waiting", condition=Q(carried_out_at__isnull=True)),
        )


class Remembered(models.Model):
    """The table of Django's database cache: rates of sign-in and spent one-time codes, common to all processes."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "people_remembered"
