"""The room of versioned configuration as a Django app."""

from django.apps import AppConfig


class PacksConfig(AppConfig):
    name = "xiucheng.foundation.packs"
    label = "packs"
