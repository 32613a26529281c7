"""Sends the tables of the key store to the database `keys`, and nothing else there."""

from typing import Any

APP, ALIAS = "keystore", "keys"


class KeysRouter:
    """Django's database router: the key store has a database of its own, backed up apart (docs/adr/0002)."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return ALIAS if model._meta.app_label == APP else None

    db_for_write = db_for_read

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool | None:
        sides = {one._meta.app_label == APP, other._meta.app_label == APP}
        return False if len(sides) == 2 else None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return (db == ALIAS) == (app_label == APP)
