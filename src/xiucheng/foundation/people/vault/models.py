"""The tables of the key store: wrapped keys, the master keys that wrapped them, and what was erased."""

from django.db import models


class Key(models.Model):
    """A key of 256 bits, wrapped by a master key that only the environment holds."""

    id = models.UUIDField(primary_key=True, editable=False)
    # Only the few keys that belong to no subject (blind index, second factors) have a name.
    name = models.CharField(max_length=40, null=True)
    master = models.CharField(max_length=20)
    wrapped = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "keystore_key"
        constraints = (models.UniqueConstraint(fields=["name"], name="keystore_key_name"),)
        indexes = (models.Index(fields=["master", "id"], name="keystore_key_master"),)


class Master(models.Model):
    """A master key that once wrapped something: its id and a check value, so that a wrong key is named at once."""

    id = models.CharField(primary_key=True, max_length=20)
    check_value = models.BinaryField()
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "keystore_master"


class Erasure(models.Model):
    """The erasure list: keys destroyed for good, applied again after every restore of an older copy."""

    key_id = models.UUIDField(primary_key=True)
    reason = models.CharField(max_length=40)
    erased_at = models.DateTimeField()

    class Meta:
        db_table = "keystore_erasure"
