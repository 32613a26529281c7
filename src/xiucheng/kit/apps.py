"""The kit as a Django app."""

from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "xiucheng.kit"
    label = "kit"

    def ready(self) -> None:
        """Connections are prepared before the first one is opened."""
        from . import moments

        moments.begin()
