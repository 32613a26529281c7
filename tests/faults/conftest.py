"""Sites that may be broken: on the test run's own cluster, or on a durable one whose server may be killed as well."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster import ALIASES, SITE, TEMPLATE, Databases


@pytest.fixture
def durable(committed_db: Databases) -> Iterator[Durable]:
    """The site on a cluster of its own, durable as a trial's is; this process stands in it until the test ends."""
    # The server runs as another account under root, which must get through to its folder.
    folder = Path(tempfile.mkdtemp(prefix="xc-faults-"))
    folder.chmod(0o711)
    site = Durable(folder)
    try:
        site.open(committed_db.admin_url)
        with site.stood_in():
            yield site
    finally:
        site.trial.close()
        shutil.rmtree(folder, ignore_errors=True)


_ADDRESSES = ("DATABASE_URL", "DATABASE_KEYS_URL")


class Durable:
    """A trial's database with the migrated template's tables in it, and the settings' own secrets."""

    def __init__(self, folder: Path) -> None:
        from xiucheng.kit.trialsite import TrialSite

        self.folder = folder
        self.trial = TrialSite(folder, SITE)
        self.environment = {name: self.trial.environment()[name] for name in _ADDRESSES}

    def open(self, template_url: str) -> None:
        from xiucheng.kit import site, trialsite

        self.trial.open()
        for suffix in ("", site.KEYS_SUFFIX):
            _copy(template_url, TEMPLATE + suffix, self.trial.database.url(trialsite.DATABASE + suffix))

    def stood_in(self) -> Any:
        """This process's connections lead here for the time of the block."""
        import contextlib

        from django.db import connections

        from xiucheng.config.settings import database

        @contextlib.contextmanager
        def block() -> Iterator[None]:
            before = {alias: dict(connections[alias].settings_dict) for alias in ALIASES}
            here = (self.environment["DATABASE_URL"], self.environment["DATABASE_KEYS_URL"])
            _lead({alias: database(url) for alias, url in zip(ALIASES, here, strict=True)})
            try:
                yield
            finally:
                _lead(before)

        return block()


def _lead(settings: dict[str, dict[str, Any]]) -> None:
    from django.db import connections

    for alias, values in settings.items():
        connection = connections[alias]
        connection.close()
        connection.close_pool()
        for name in ("NAME", "USER", "PASSWORD", "HOST"):
            connection.settings_dict[name] = values[name]


def _copy(admin_url: str, database: str, target: str) -> None:
    """The site's schema of one database into another server."""
    from psycopg.conninfo import make_conninfo

    from xiucheng.kit.trialcluster import binaries

    tools = binaries()
    dump = subprocess.run(
        [tools / "pg_dump", "-Fc", "-n", SITE, "-d", make_conninfo(admin_url, dbname=database)],
        check=True,
        capture_output=True,
    ).stdout
    subprocess.run([tools / "pg_restore", "-n", SITE, "-d", target], input=dump, check=True)
