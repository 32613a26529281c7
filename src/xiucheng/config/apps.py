"""The last app to be loaded: it wires what the rooms hang into registries (channels, readers, jobs, pack kinds)."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig

from .rooms import FURNITURE, ROOM_APPS


class WiringConfig(AppConfig):
    name = "xiucheng.config"
    label = "config"

    def ready(self) -> None:
        for room in ROOM_APPS:
            for furniture in FURNITURE:
                name = f"{room}.{furniture}"
                if find_spec(name) is not None:
                    import_module(name)
