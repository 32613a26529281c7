"""How tests get a database: pytest-django's fixtures on a throw-away PostgreSQL in a site schema.

    def test_a(db): ...                both databases (`default`, `keys`), rolled back afterwards; the fast way
    def test_b(transactional_db): ...  real commits; both databases are cloned anew afterwards (~30 ms)
    def test_c(committed_db): ...      the same for several connections or processes: `committed_db.url`, `.keys_url`
                                       (also in os.environ as DATABASE_URL …), `.admin_url` for a superuser

`@pytest.mark.django_db` and `@pytest.mark.django_db(transaction=True)` do the same. The server starts with the first
test that asks for one, so tests of pure rules pay nothing. Under pytest-xdist every worker has clones of its own.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from tests.cluster import ALIASES, Cluster, Databases

# How long one example takes tells of the machine, not of the rule: speed is measured by the bench.
hypothesis_settings.register_profile("house", deadline=None)
hypothesis_settings.load_profile("house")

CLUSTER = Cluster()
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")
os.environ.update(CLUSTER.environment())
# What the terminal says is compared in English unless a test asks for Chinese.
os.environ["XIUCHENG_LANG"] = "en"


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_LongFirst())
    from django.conf import settings

    # Reading one setting loads them; pytest-django then completes the set-up. (Named in an ini file, the settings
    # would be read before this file could say where the database is.)
    assert settings.SITE


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    if not CLUSTER.is_worker and session.config.getoption("numprocesses", None):
        # Under xdist the controller outlives every worker, so the server is its child. A worker that inherited the
        # settings' name would load them with the controller's database before its own conftest is read.
        CLUSTER.start()
        del os.environ["DJANGO_SETTINGS_MODULE"]


def pytest_unconfigure() -> None:
    CLUSTER.remove()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """One loud line for what did not run, because a skipped test looks like a passed one."""
    reasons = [str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", ()) if report.longrepr]
    absent = sorted({reason.removeprefix("Skipped: ") for reason in reasons if "NOT RUN" in reason})
    if absent:
        terminalreporter.section("NOT RUN", sep="!", red=True, bold=True)
        for reason in absent:
            terminalreporter.line(reason, red=True)


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Names of tests are the same in every process: bytes (compressed with a time in them) and strings with an id made
    on the spot are named by their place."""
    made = isinstance(val, str) and (len(val) > 80 or _UUID.search(val))
    return argname if isinstance(val, bytes) or made else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        marker = item.get_closest_marker("django_db")
        asked = {"db", "transactional_db", "committed_db", "live_server"} & set(getattr(item, "fixturenames", ()))
        if marker is None and not asked:
            continue
        arguments: dict[str, Any] = {"databases": list(ALIASES), **(marker.kwargs if marker else {})}
        if asked - {"db"}:
            arguments["transaction"] = True
        item.add_marker(pytest.mark.django_db(**arguments), append=False)


class _LongFirst:
    """Files that start processes or a browser come first, so that none of them is left over to one worker at the end.

    The files stay whole (`--dist loadfile`), and in this order (`--no-loadscope-reorder`).
    """

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        long = {item.path for item in items if _is_long(item)}
        items.sort(key=lambda item: item.path not in long)


def _is_long(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in ("slow", "browser"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """What a process remembers outlives a test that is rolled back; the next one begins without it.

    So do connections to a database that was cloned anew: beside a running loop Django keeps others than without one,
    and closes, when a browser's test ends, only those of its loop.
    """
    if item.get_closest_marker("django_db"):
        from xiucheng.kit import remembered

        remembered.forget()
        if CLUSTER.renewed:
            _close()
            CLUSTER.renewed = False


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """Replaces Django's creation of test databases: the cluster's clones are there already under their real names."""
    from django.test import TransactionTestCase

    def reclone(self: Any) -> None:
        _close()
        CLUSTER.renew(tuple(alias for alias in ALIASES if alias in self.databases))

    with django_db_blocker.unblock():
        CLUSTER.start()
        CLUSTER.prepare()
        patch = pytest.MonkeyPatch()
        patch.setattr(TransactionTestCase, "_fixture_teardown", reclone)
        yield
        patch.undo()
        _close()


def _close() -> None:
    from django.db import connections

    for connection in connections.all():
        connection.close()
        connection.close_pool()


@pytest.fixture
def committed_db(transactional_db: None) -> Databases:
    """Both databases with real commits, for several connections or processes; cloned anew afterwards."""
    return CLUSTER.databases
