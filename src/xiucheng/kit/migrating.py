"""Migrations of both databases: how many wait, and applying them, one process at a time."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from io import TextIOBase

from django.core.management import call_command
from django.db import OperationalError, connections, router
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from psycopg import sql

from .site import lock_key

ALIASES = ("default", "keys")
LOCK_S = 3
TRIES = 20
_LOCK_NOT_AVAILABLE = "55P03"


def waiting(aliases: tuple[str, ...] = ALIASES) -> int:
    """How many migrations are not applied yet, over the named databases."""
    return sum(len(_plan(alias)) for alias in aliases)


def _plan(alias: str) -> list[tuple[Migration, bool]]:
    executor = MigrationExecutor(connections[alias])
    leaves = executor.loader.graph.leaf_nodes()
    if alias != "default":
        # The other apps' migrations would make no table there, and noting them takes as long as making them.
        leaves = [node for node in leaves if router.allow_migrate(alias, node[0])]
    return list(executor.migration_plan(leaves))


def _apply(alias: str, begun: Callable[[str], None]) -> None:
    apps = sorted({migration.app_label for migration, _backwards in _plan(alias)})
    for app in [None] if alias == "default" else apps:
        words = [app] if app else []
        out = _Lines(begun)
        call_command("migrate", *words, database=alias, verbosity=1, interactive=False, no_color=True, stdout=out)


def patiently(alias: str, work: Callable[[], None], tries: int = TRIES) -> None:
    """Do `work` on a site in use: whoever asks for a lock and does not get it soon gives up and asks again later.

    A change of a table waits behind the longest transaction on it, and everybody else's writes behind the change; so
    it waits for LOCK_S at most, which is how long a write may stand still. Migrations that are done stay done.
    Raises OperationalError (lock_not_available) when it was in vain so many times.
    """
    for number in range(1, tries + 1):
        try:
            with connections[alias].cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{LOCK_S}s"])
            work()
            return
        except OperationalError as error:
            if number == tries or getattr(error.__cause__, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            time.sleep(min(number, LOCK_S))
        finally:
            with connections[alias].cursor() as cursor:
                cursor.execute("RESET lock_timeout")


def drop_half_built(alias: str) -> list[str]:
    """Remove indexes that an interrupted CREATE INDEX CONCURRENTLY left invalid, so that it can be begun anew."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " WHERE NOT i.indisvalid AND c.relnamespace = current_schema()::regnamespace"
        )
        names = [row[0] for row in cursor.fetchall()]
        for name in names:
            cursor.execute(sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(sql.Identifier(name)))
    return names


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
                drop_half_built(alias)
                if _plan(alias):
                    patiently(alias, partial(_apply, alias, begun))
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [lock_key("migrate")])
    return done
