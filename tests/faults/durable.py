"""A site on a durable cluster of its own, whose server can be killed without disturbing the other tests."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connections
from psycopg.conninfo import make_conninfo

from tests.cluster import ALIASES, SITE, TEMPLATE
from xiucheng.config.settings import database
from xiucheng.kit import site, trialsite
from xiucheng.kit.trialcluster import binaries

_ADDRESSES = ("DATABASE_URL", "DATABASE_KEYS_URL")


class Durable:
    """A trial's database with the migrated template's tables in it, and the settings' own secrets."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.trial = trialsite.TrialSite(folder, SITE)
        self.environment = {name: self.trial.environment()[name] for name in _ADDRESSES}

    def open(self, template_url: str) -> None:
        """Starts the server and copies the template there; template_url: a superuser's address of its cluster."""
        self.trial.open()
        for suffix in ("", site.KEYS_SUFFIX):
            _copy(template_url, TEMPLATE + suffix, self.trial.database.url(trialsite.DATABASE + suffix))

    @contextlib.contextmanager
    def stood_in(self) -> Iterator[None]:
        """This process's connections lead here for the time of the block."""
        before = {alias: dict(connections[alias].settings_dict) for alias in ALIASES}
        here = (self.environment["DATABASE_URL"], self.environment["DATABASE_KEYS_URL"])
        _lead({alias: database(url) for alias, url in zip(ALIASES, here, strict=True)})
        try:
            yield
        finally:
            _lead(before)


def _lead(settings: dict[str, dict[str, Any]]) -> None:
    for alias, values in settings.items():
        connection = connections[alias]
        connection.close()
        connection.close_pool()
        for name in ("NAME", "USER", "PASSWORD", "HOST"):
            connection.settings_dict[name] = values[name]


def _copy(admin_url: str, database: str, target: str) -> None:
    """The site's schema of one database into another server."""
    tools = binaries()
    dump = subprocess.run(
        [tools / "pg_dump", "-Fc", "-n", SITE, "-d", make_conninfo(admin_url, dbname=database)],
        check=True,
        capture_output=True,
    ).stdout
    subprocess.run([tools / "pg_restore", "-n", SITE, "-d", target], input=dump, check=True)
