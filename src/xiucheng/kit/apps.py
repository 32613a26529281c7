"""The kit as a Django app."""

from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "xiucheng.kit"
    label = "kit"
