"""A site's schema, roles and names, on a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.db import connections
from psycopg import sql

from tests.cluster import SITE
from tests.conftest import CLUSTER
from xiucheng.kit import site
from xiucheng.kit.unready import Unready

# Roles belong to the whole cluster, which parallel workers share.
NAME = f"provisioning_{CLUSTER.name}"
NORTH, SOUTH = f"north_{CLUSTER.name}", f"south_{CLUSTER.name}"
Provision = Callable[[str], tuple[site.Part, site.Part]]


@pytest.fixture
def provision(django_db_setup: None) -> Iterator[Provision]:
    """Provisions sites in databases of their own, which are dropped afterwards."""
    admin_url = CLUSTER.databases.admin_url
    made: list[site.Part] = []

    def run(name: str) -> tuple[site.Part, site.Part]:
        parts = site.provision(admin_url, name, database=NAME, password="p1", keys_password="p2")
        made.extend(parts)
        return parts

    yield run
    with psycopg.connect(admin_url, autocommit=True) as admin:
        for database in {part.database for part in made}:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))
        for role in {part.role for part in made}:
            admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def _as(part: site.Part, database: str | None = None) -> psycopg.Connection:
    return psycopg.connect(
        CLUSTER.databases.admin_url, user=part.role, password=part.password, dbname=database or part.database
    )


@pytest.mark.parametrize("alias", ["default", "keys"])
def test_connections_stand_in_the_site(db: None, alias: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT current_schema(), current_setting('search_path')")
        assert cursor.fetchone() == (SITE, f"{SITE},ext")
    site.assert_site()


def test_a_process_in_the_wrong_schema_is_refused(db: None, settings: pytest.FixtureRequest) -> None:
    settings.SITE = "elsewhere"  # type: ignore[attr-defined]
    with pytest.raises(Unready) as refusal:
        site.assert_site()
    assert refusal.value.code == "wrong_site"
    assert SITE in str(refusal.value)


def test_provisioning_again_changes_nothing(provision: Provision) -> None:
    main, keys = provision(NORTH)
    with _as(main) as connection:
        connection.execute("CREATE TABLE kept (word text)")
    assert provision(NORTH) == (main, keys)
    with _as(main) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_a_bare_connection_finds_schema_and_extensions(provision: Provision) -> None:
    for part in provision(NORTH):
        with _as(part) as connection:
            assert connection.execute("SELECT current_schema()").fetchone() == (NORTH,)
            connection.execute("CREATE TABLE spans (a int, s tstzrange, EXCLUDE USING gist (a WITH =, s WITH &&))")


def test_the_two_roles_cannot_reach_over(provision: Provision) -> None:
    main, keys = provision(NORTH)
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        _as(main, keys.database)
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        _as(keys, main.database)


def test_sites_share_a_database_and_see_nothing_of_each_other(provision: Provision) -> None:
    north, _ = provision(NORTH)
    south, _ = provision(SOUTH)
    with _as(north) as connection:
        connection.execute("CREATE TABLE secret (word text)")
    with _as(south) as connection:
        assert connection.execute("SELECT to_regclass('secret')").fetchone() == (None,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(sql.SQL("SELECT * FROM {}.secret").format(sql.Identifier(NORTH)))


@pytest.mark.parametrize("schema", ["public", "ext"])
def test_nobody_creates_outside_of_the_site(provision: Provision, schema: str) -> None:
    main, _ = provision(NORTH)
    with _as(main) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(sql.SQL("CREATE TABLE {}.stray (word text)").format(sql.Identifier(schema)))


@pytest.mark.parametrize("name", ["", "Weihai", "威海", "a-b", "1st", "pg_site", "public", "ext", "x" * 41, 'a"b'])
def test_names_that_cannot_be_schemas_are_refused(name: str) -> None:
    with pytest.raises(Unready) as refusal:
        site.role_name(name)
    assert refusal.value.code == "bad_site_name"


def test_an_unreachable_server_is_a_sentence() -> None:
    with pytest.raises(Unready) as refusal:
        site.provision("postgresql:///?host=/nowhere", "north", database=NAME, password="", keys_password="")
    assert refusal.value.code == "no_server"


def test_database_wide_names_carry_the_site(settings: pytest.FixtureRequest) -> None:
    here = (site.channel("step"), site.lock_key("sequencer"))
    settings.SITE = "elsewhere"  # type: ignore[attr-defined]
    there = (site.channel("step"), site.lock_key("sequencer"))
    assert here[0] == f"{SITE}_step"
    assert there[0] == "elsewhere_step"
    assert here[1] != there[1]
    assert all(-(2**63) <= key < 2**63 for key in (here[1], there[1]))
    assert site.lock_key("sequencer") != site.lock_key("migrate")


def test_a_clone_keeps_the_rights_of_its_template(provision: Provision) -> None:
    main, keys = provision(NORTH)
    copy = f"{NAME}_copy"
    site.clone(CLUSTER.databases.admin_url, main.database, copy)
    try:
        with _as(main, copy) as connection:
            assert connection.execute("SELECT current_schema()").fetchone() == (NORTH,)
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            _as(keys, copy)
    finally:
        with psycopg.connect(CLUSTER.databases.admin_url, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {copy} WITH (FORCE)".encode())


def test_passwords_are_never_sent_in_the_clear(provision: Provision, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server logs these statements where its operator wishes so."""
    before = CLUSTER.server.log.stat().st_size
    with monkeypatch.context() as watched:
        watched.setenv("PGOPTIONS", "-c log_statement=ddl")
        for _ in range(2):  # made, then altered
            main, keys = provision(NORTH)
    with CLUSTER.server.log.open("rb") as log:
        log.seek(before)
        said = log.read().decode()
    assert f'CREATE ROLE "{main.role}"' in said
    assert f'ALTER ROLE "{keys.role}"' in said
    assert f"'{main.password}'" not in said
    assert f"'{keys.password}'" not in said
    for part in (main, keys):
        with _as(part) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
