"""The test run's own PostgreSQL: one cluster, one migrated pair of templates, one pair of clones per process."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests import template_cache
from xiucheng.kit import site, trialdb

SITE = "testsite"
TEMPLATE = "template"
ALIASES = ("default", "keys")
_FOLDER = "XIUCHENG_TEST_FOLDER"
_SOURCES = Path(__file__).resolve().parents[1] / "src"
_PREFIX = "xiucheng-test-"


@dataclass(frozen=True)
class Databases:
    """The addresses of this process's pair of databases, and a superuser's address for looking underneath."""

    url: str
    keys_url: str
    admin_url: str


def database_of(url: str) -> str:
    """The database's name in a connection address."""
    return str(conninfo_to_dict(url)["dbname"])


def administering(databases: Databases, url: str) -> str:
    """A superuser's address of the database that another address names."""
    return make_conninfo(databases.admin_url, dbname=database_of(url))


class Cluster:
    """Made when pytest starts, started when the first test asks for a database, removed at the end."""

    def __init__(self) -> None:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "")
        self.is_worker = bool(worker)
        if not self.is_worker:
            _sweep()
            os.environ[_FOLDER] = tempfile.mkdtemp(prefix=_PREFIX)
        self.folder = Path(os.environ[_FOLDER])
        if not self.is_worker:
            (self.folder / "owner.pid").write_text(str(os.getpid()))
            template_cache.restore(self.folder)
        self._made = self.folder / "template.made"
        self.renewed = False
        self.server = trialdb.TrialDatabase(self.folder, fast=True)
        self.name = f"test_{worker or 'main'}"
        self.databases = Databases(
            url=self.server.url(self.name, site.role_name(SITE)),
            keys_url=self.server.url(self.name + site.KEYS_SUFFIX, site.role_name(SITE, keys=True)),
            admin_url=self.server.url(),
        )

    def environment(self) -> dict[str, str]:
        """What the settings read; subprocesses of tests inherit it."""
        return {
            "PYTHONPATH": os.pathsep.join(filter(None, (str(_SOURCES), os.environ.get("PYTHONPATH")))),
            # Where bytecode is not kept, every process that a test starts compiles the whole program again.
            "PYTHONDONTWRITEBYTECODE": "",
            "DJANGO_SETTINGS_MODULE": "xiucheng.config.settings",
            "DATABASE_URL": self.databases.url,
            "DATABASE_KEYS_URL": self.databases.keys_url,
            "XIUCHENG_SITE": SITE,
            "XIUCHENG_DATA": str(self.folder / f"data-{self.name}"),
            "XIUCHENG_SECRET_KEY": "a key for tests only, of no use anywhere else",
            "XIUCHENG_MASTER_KEYS": f"t1:{base64.b64encode(bytes(range(32))).decode()}",
        }

    def start(self) -> None:
        """Starts the server (idempotent); a worker waits for the one its controller started."""
        if not self.is_worker:
            self.server.start()
        elif not self.server.attach():
            raise RuntimeError("the controller's PostgreSQL does not answer; see its log in " + str(self.folder))

    def prepare(self) -> None:
        """This process's pair of databases, cloned from the templates; the first process migrates those."""
        with self._locked(), psycopg.connect(self.databases.admin_url) as admin:
            known = admin.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate", [TEMPLATE]
            ).fetchone()
            admin.rollback()
            if known is None:
                self._make_template()
        self.renew()

    def renew(self, aliases: tuple[str, ...] = ALIASES) -> None:
        """Fresh clones in place of the used ones (~20 ms each): the journal forbids TRUNCATE, so nothing flushes."""
        for alias in aliases:
            suffix = site.KEYS_SUFFIX if alias == "keys" else ""
            site.clone(self.databases.admin_url, TEMPLATE + suffix, self.name + suffix)
        self.renewed = True

    def remove(self) -> None:
        """Stops the server and removes the folder; only the process that made it does."""
        if not self.is_worker:
            if self._made.exists() and self.server.process is not None:
                self._drop_clones()
                self.server.stop()
                template_cache.keep(self.folder)
            self.server.stop()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _drop_clones(self) -> None:
        with psycopg.connect(self.databases.admin_url, autocommit=True) as admin:
            query = b"SELECT quote_ident(datname) FROM pg_database WHERE datname LIKE 'test\\_%'"
            for (name,) in admin.execute(query).fetchall():
                admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.folder / "template.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _make_template(self) -> None:
        from django.core.management import call_command
        from django.db import connections

        site.provision(
            self.databases.admin_url,
            SITE,
            database=TEMPLATE,
            password=self.server.password(site.role_name(SITE)),
            keys_password=self.server.password(site.role_name(SITE, keys=True)),
        )
        for alias in ALIASES:
            connection = connections[alias]
            suffix = site.KEYS_SUFFIX if alias == "keys" else ""
            connection.settings_dict["NAME"] = TEMPLATE + suffix
            try:
                call_command("migrate", database=alias, verbosity=0, interactive=False)
            finally:
                connection.close()
                connection.close_pool()
                connection.settings_dict["NAME"] = self.name + suffix
        with psycopg.connect(self.databases.admin_url, autocommit=True) as admin:
            for name in (TEMPLATE + site.KEYS_SUFFIX, TEMPLATE):
                admin.execute(f"ALTER DATABASE {name} IS_TEMPLATE true".encode())
        self._made.touch()


def _sweep() -> None:
    """Removes the folders of test runs that were killed; their servers died with them."""
    for folder in Path(tempfile.gettempdir()).glob(_PREFIX + "*"):
        with contextlib.suppress(OSError, ValueError):
            owner = int((folder / "owner.pid").read_text())
            if not Path(f"/proc/{owner}").exists():
                shutil.rmtree(folder, ignore_errors=True)
