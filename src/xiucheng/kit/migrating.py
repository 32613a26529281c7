"""Migrations of both databases: how many wait, and applying them, one process at a time."""

from collections.abc import Callable, Mapping
from io import TextIOBase

from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from .site import lock_key

ALIASES = ("default", "keys")


def waiting(aliases: tuple[str, ...] = ALIASES) -> int:
    """How many migrations are not applied yet, over the named databases."""
    return sum(len(_plan(alias)) for alias in aliases)


def _plan(alias: str) -> list[object]:
    executor = MigrationExecutor(connections[alias])
    return list(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def applied() -> dict[str, str]:
    """App → the last of its migrations that the site's database has seen."""
    done = MigrationRecorder(connections["default"]).applied_migrations()
    return {app: max(name for other, name in done if other == app) for app, _name in done}


def unknown(names: Mapping[str, str]) -> list[str]:
    """Of these migrations (app → name) those that this program does not know: they come from a newer one."""
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations or {}
    return [f"{app}.{name}" for app, name in sorted(names.items()) if (app, name) not in known]


class _Lines(TextIOBase):
    """Hears what the migrate command prints and counts the migrations it names."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    def write(self, text: str) -> int:
        word, _, name = text.strip().partition(" ")
        if word == "Applying":
            self._tell(name.rstrip(".…"))
        return len(text)


def migrate(tell: Callable[[int, str], None] = lambda done, name: None) -> int:
    """Applies what waits, in both databases; a second process waits and then finds nothing to do.

    tell(done, name) is called before each migration with the number begun so far. Returns how many were applied.
    """
    done = 0

    def begun(name: str) -> None:
        nonlocal done
        done += 1
        tell(done, name)

    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [lock_key("migrate")])
        try:
            for alias in ALIASES:
                if _plan(alias):
                    call_command(
                        "migrate", database=alias, verbosity=1, interactive=False, no_color=True, stdout=_Lines(begun)
                    )
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [lock_key("migrate")])
    return done
