"""The key store as a Django app: its tables lie in the database `keys` and nowhere else."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate

from .router import ALIAS


class KeystoreConfig(AppConfig):
    name = "xiucheng.foundation.people.vault"
    label = "keystore"

    def ready(self) -> None:
        post_migrate.connect(_furnish, sender=self)


def _furnish(using: str, **_signal: Any) -> None:
    """A migrated key store holds the keys that belong to no subject, so that no request has to make them."""
    from . import forget, store

    if using != ALIAS or not settings.XIUCHENG_MASTER_KEYS:
        return
    forget()
    # After a migration backwards there is nothing to furnish.
    if "keystore_key" in store.keys.introspection.table_names():
        for name in store.NAMES:
            store.named(name)
