"""The key store as a Django app: its tables lie in the database `keys` and nowhere else."""

from django.apps import AppConfig


class KeystoreConfig(AppConfig):
    name = "xiucheng.foundation.people.vault"
    label = "keystore"
