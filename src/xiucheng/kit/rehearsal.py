"""The schema beside a site's own in which it is rehearsed: is it there, made anew, filled with the set-up, dropped.

The one place where a statement names schemas: a copy has two ends (docs/adr/0014-rehearsal-site.md).
"""

from collections.abc import Callable

from django.conf import settings
from django.db import connections, transaction
from psycopg import sql

from . import migrating
from .backup.dump import EMPTY
from .carrying import Carried, carried
from .site import REHEARSAL_SUFFIX, SiteRefused, rehearsal_name
from .unready import mark as _

ALIASES = ("default", "keys")

_RIGHTS = """
SELECT n.nspowner = (SELECT oid FROM pg_roles WHERE rolname = current_user) AND has_schema_privilege(n.oid, 'CREATE')
FROM pg_namespace n WHERE n.nspname = %s
"""

_COLUMNS = """
SELECT column_name FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position
"""


def possible() -> bool:
    """May the site's own roles rehearse: is there a schema of theirs for it in both databases? Two statements."""
    name = rehearsal_name(settings.SITE)
    for alias in ALIASES:
        with connections[alias].cursor() as cursor:
            cursor.execute(_RIGHTS, [name])
            if cursor.fetchone() != (True,):
                return False
    return True


def drop() -> None:
    """Drop the rehearsal's schemas and all that lies in them; nothing happens where there are none."""
    name = sql.Identifier(rehearsal_name(settings.SITE))
    for alias in ALIASES:
        with connections[alias].cursor() as cursor:
            cursor.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(name))


# -- within the rehearsal's own process -------------------------------------------------------------------------------


def rehearsed_site() -> str:
    """The site that this process rehearses. Refused `not_a_rehearsal` in any other: what follows empties the schema."""
    if not settings.SITE.endswith(REHEARSAL_SUFFIX):
        raise SiteRefused("not_a_rehearsal", _("{site} 不是演练站点，不予清空"), site=settings.SITE)
    return str(settings.SITE.removesuffix(REHEARSAL_SUFFIX))


def make(tell: Callable[[int, int], None]) -> None:
    """The structure anew, and the set-up of the site as it stands at this moment. tell(done, total): migrations."""
    site = rehearsed_site()
    for alias in ALIASES:
        with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
            cursor.execute(EMPTY)
    total = migrating.waiting()
    migrating.migrate(lambda done, name: tell(done, total))
    with transaction.atomic(), connections["default"].cursor() as cursor:
        # One moment of the site, however many tables are read.
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for one in carried():
            cursor.execute(_COLUMNS, [one.table])
            cursor.execute(_copy(site, one, [name for (name,) in cursor.fetchall()]))


def _copy(site: str, one: Carried, columns: list[str]) -> sql.Composed:
    names = sql.SQL(", ").join(sql.Identifier(name) for name in columns if name not in one.without)
    return sql.SQL("INSERT INTO {table} ({names}) SELECT {names} FROM {site}.{table}").format(
        table=sql.Identifier(one.table), names=names, site=sql.Identifier(site)
    )
