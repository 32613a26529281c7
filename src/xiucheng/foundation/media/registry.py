"""Who refers to pictures: rooms above say which of them they hold, so that only what nobody refers to is removed."""

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from django.apps import apps

Referring = Callable[[Sequence[UUID]], Iterable[UUID]]

_referring: dict[str, Referring] = {}


def register_reference(room: str, referring: Referring) -> None:
    """Hang in, for a room (its app label), the function that says which of these pictures it refers to."""
    _referring[room] = referring


def referred(media_ids: Sequence[UUID]) -> set[UUID]:
    """Those of them that any room refers to; a statement or so per room.

    Raises RuntimeError where a room keeps ids of pictures and has not said so: to go on would erase what it holds.
    """
    silent = sorted(keeping() - _referring.keys())
    if silent:
        raise RuntimeError(f"rooms that keep pictures and do not say which: {', '.join(silent)}")
    return {media_id for referring in _referring.values() for media_id in referring(media_ids)}


def keeping() -> set[str]:
    """The rooms whose tables have a column for pictures, by its name or by a key to this room's table."""
    return {
        model._meta.app_label
        for model in apps.get_models()
        if model._meta.app_label != "media"
        for field in model._meta.get_fields()
        if "media" in field.name or getattr(field.related_model, "_meta", None) is apps.get_model("media", "Item")._meta
    }
