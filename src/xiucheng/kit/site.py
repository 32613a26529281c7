"""A site is one district: one schema, one role, and the same again in a second database for the keys."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass

import psycopg
from psycopg import sql

from .unready import Unready
from .unready import mark as _

EXTENSIONS = ("btree_gist",)
EXTENSION_SCHEMA = "ext"
KEYS_SUFFIX = "_keys"
REHEARSAL_SUFFIX = "_rehearsal"
MINIMUM_VERSION = 150000
# 40 leaves room for prefixes and suffixes inside PostgreSQL's 63 bytes.
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_TAKEN = frozenset({"ext", "public", "information_schema", "postgres", "template0", "template1"})


class SiteRefused(Unready):
    """A site cannot be provisioned, or is not the one we stand in."""


@dataclass(frozen=True)
class Part:
    """One of a site's two databases: its name, the role that owns the schema there, that role's password."""

    database: str
    role: str
    password: str


def check_name(site: str) -> str:
    """The site's name, if it can be a schema's name.

    Refused: `bad_site_name` (lower-case letters, digits and _, at most 40, not one of PostgreSQL's own names).
    """
    if not _NAME.fullmatch(site) or site in _TAKEN or site.startswith("pg_"):
        raise SiteRefused(
            "bad_site_name",
            _("站点名 {site} 不可用：小写字母开头，只含小写字母、数字和下划线，至多 40 个字符"),
            site=site,
        )
    return site


def role_name(site: str, *, keys: bool = False) -> str:
    """The role of a site; the key store has a role of its own, so that one address does not open the other."""
    return f"xc_{check_name(site)}{KEYS_SUFFIX if keys else ''}"


def rehearsal_name(site: str) -> str:
    """The schema in which a site is rehearsed before it goes live; it belongs to the site's own roles."""
    return f"{check_name(site)}{REHEARSAL_SUFFIX}"


# -- names that are database-wide and so carry the site ---------------------------------------------------------------


def _site() -> str:
    from django.conf import settings

    return str(settings.SITE)


def channel(name: str) -> str:
    """The LISTEN/NOTIFY channel of this site for `name`, e.g. `sample_step`."""
    return f"{_site()}_{name}"


def lock_key(name: str) -> int:
    """The advisory-lock number of this site for `name`: a signed 64-bit integer, the same in every process."""
    digest = hashlib.sha256(f"{_site()}\0{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def is_locked(key: int) -> bool:
    """Does any connection to the site's database hold the advisory lock of this number? One statement, no lock."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
            " WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted"
            " AND (l.classid::bigint << 32) | l.objid::bigint = %s)",
            [key],
        )
        return bool(cursor.fetchone()[0])


def assert_site(aliases: Iterable[str] = ("default", "keys")) -> None:
    """Refuses (`wrong_site`) unless every named connection stands in the schema of its site.

    A missing schema silently falls through to the next one of the search_path, so every process asks before it works.
    """
    from django.db import connections

    for alias in aliases:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT current_schema(), current_database()")
            found, database = cursor.fetchone()
        if found != _site():
            raise SiteRefused(
                "wrong_site",
                _("数据库 {database} 里没有站点 {site} 的模式（当前是 {found}）；请先运行 ./xiucheng provision"),
                database=database,
                site=_site(),
                found=found,
            )


# -- provisioning -----------------------------------------------------------------------------------------------------


def provision(
    admin_url: str,
    site: str,
    *,
    database: str,
    password: str,
    keys_password: str,
    keys_admin_url: str | None = None,
) -> tuple[Part, Part]:
    """Makes what a site stands on, before migrate; may be repeated: what is missing is added, passwords are set.

    admin_url: a superuser's address (any database of the cluster). database: the name that many sites may share; the
    key store is `<database>_keys`, on the cluster of keys_admin_url where one is given.
    Out: the default part and the keys part.
    Refused: `bad_site_name`, `old_server` (before PostgreSQL 15), `not_utf8`, `no_server` (with the driver's words).
    """
    check_name(site)
    parts = (
        Part(database, role_name(site), password),
        Part(database + KEYS_SUFFIX, role_name(site, keys=True), keys_password),
    )
    for part, url in zip(parts, (admin_url, keys_admin_url or admin_url), strict=True):
        try:
            _make_part(url, site, part)
        except psycopg.OperationalError as error:
            raise SiteRefused("no_server", _("连接不上数据库服务器：{why}"), why=str(error).strip()) from error
    return parts


def provision_rehearsal(admin_url: str, site: str, *, database: str, keys_admin_url: str | None = None) -> None:
    """Makes the empty schema for rehearsals beside a site that is there, in both databases; may be repeated.

    A site that is new gets it with the rest; going live drops it. Refused: `bad_site_name`, `no_server`,
    `no_such_site`.
    """
    for keys, url in ((False, admin_url), (True, keys_admin_url or admin_url)):
        name = database + KEYS_SUFFIX if keys else database
        try:
            with psycopg.connect(url, dbname=name, autocommit=True) as inside:
                if not _exists(inside, "SELECT 1 FROM pg_namespace WHERE nspname = %s", site):
                    raise SiteRefused(
                        "no_such_site", _("数据库 {database} 里没有站点 {site}"), database=name, site=site
                    )
                _make_rehearsal(inside, site, role_name(site, keys=keys))
        except psycopg.OperationalError as error:
            raise SiteRefused("no_server", _("连接不上数据库服务器：{why}"), why=str(error).strip()) from error


def _make_rehearsal(inside: psycopg.Connection, site: str, role: str) -> None:
    names = {"schema": sql.Identifier(rehearsal_name(site)), "role": sql.Identifier(role)}
    inside.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {role}").format(**names))


def _make_part(admin_url: str, site: str, part: Part) -> None:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        if admin.info.server_version < MINIMUM_VERSION:
            found = str(admin.info.server_version // 10000)
            raise SiteRefused("old_server", _("需要 PostgreSQL 15 或更新的版本，现在是 {found}"), found=found)
        _make_role(admin, part)
        _make_database(admin, part)
    with psycopg.connect(admin_url, dbname=part.database, autocommit=True) as inside:
        _make_schemas(inside, site, part)


def _exists(admin: psycopg.Connection, query: str, name: str) -> bool:
    return admin.execute(query.encode(), [name]).fetchone() is not None


def _make_role(admin: psycopg.Connection, part: Part) -> None:
    known = _exists(admin, "SELECT 1 FROM pg_roles WHERE rolname = %s", part.role)
    statement = (
        "ALTER ROLE {} LOGIN NOSUPERUSER PASSWORD {}" if known else "CREATE ROLE {} LOGIN NOSUPERUSER PASSWORD {}"
    )
    # What the server gets is what it would make of it: statements are logged, listed and kept in the log of changes.
    verifier = admin.pgconn.encrypt_password(part.password.encode(), part.role.encode(), b"scram-sha-256").decode()
    admin.execute(sql.SQL(statement).format(sql.Identifier(part.role), sql.Literal(verifier)))


def _make_database(admin: psycopg.Connection, part: Part) -> None:
    name, role = sql.Identifier(part.database), sql.Identifier(part.role)
    if not _exists(admin, "SELECT 1 FROM pg_database WHERE datname = %s", part.database):
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(name))
    encoding = admin.execute(
        "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = %s", [part.database]
    ).fetchone()
    if encoding != ("UTF8",):
        raise SiteRefused("not_utf8", _("数据库 {database} 不是 UTF-8 编码"), database=part.database)
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    admin.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(name, role))


def _make_schemas(inside: psycopg.Connection, site: str, part: Part) -> None:
    schema, role = sql.Identifier(site), sql.Identifier(part.role)
    ext = sql.Identifier(EXTENSION_SCHEMA)
    inside.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    inside.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(ext))
    for extension in EXTENSIONS:
        inside.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {} SCHEMA {}").format(sql.Identifier(extension), ext))
    inside.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(ext, role))
    if not _exists(inside, "SELECT 1 FROM pg_namespace WHERE nspname = %s", site):
        inside.execute(sql.SQL("CREATE SCHEMA {} AUTHORIZATION {}").format(schema, role))
        _make_rehearsal(inside, site, part.role)
    # For clients that bring no options of their own (psql, a dump, a pooler). The role is this site's alone.
    inside.execute(sql.SQL("ALTER ROLE {} SET search_path = {}, {}").format(role, schema, ext))


def clone(admin_url: str, template: str, copy: str) -> None:
    """Makes database `copy` anew from `template` (for tests and rehearsals); sessions on `copy` are ended.

    Rights on the database itself do not travel with a clone, so they are taken from the template again.
    """
    with psycopg.connect(admin_url, autocommit=True) as admin:
        source, target = sql.Identifier(template), sql.Identifier(copy)
        _end_sessions(admin, copy)
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(target))
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(target, source))
        rights = admin.execute(
            "SELECT a.grantee::regrole::text, a.privilege_type FROM pg_database d, aclexplode(d.datacl) a"
            " WHERE d.datname = %s AND a.grantee <> 0 AND a.grantee <> d.datdba",
            [template],
        ).fetchall()
        admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(target))
        for role, privilege in rights:
            admin.execute(sql.SQL("GRANT {} ON DATABASE {} TO {}").format(sql.SQL(privilege), target, sql.SQL(role)))


def _end_sessions(admin: psycopg.Connection, database: str, seconds: float = 5) -> None:
    """DROP DATABASE looks for leftover sessions every 100 ms; looking more often saves tests most of their time."""
    deadline = time.monotonic() + seconds
    query = b"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
    while admin.execute(query, [database]).fetchall() and time.monotonic() < deadline:
        time.sleep(0.002)
