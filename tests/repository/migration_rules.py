"""What a migration must not do to a big table while a site is in use: read from its operations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from django.apps import apps
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db.migrations import Migration, operations
from django.db.models import NOT_PROVIDED

from tests.repository.house import HEIGHT

# Models that the district's set-up bounds, (app, model in lower case): a lock on them is over at once. Every other one
# grows with a district's life and is big, also the one that somebody adds tomorrow.
SMALL = frozenset(
    {
        *(("kit", name) for name in ("changed", "dayhead", "heartbeat", "parked", "reader")),
        *(("places", name) for name in ("area", "building", "compound", "draft", "dutygrid", "facility", "unitgrid")),
        *(
            ("people", name)
            for name in ("account", "agencylink", "apitoken", "gridlink", "membership", "organisation", "person")
        ),
        *(("people", name) for name in ("remembered", "roster", "signinattempts")),
        *(("founding", name) for name in ("import", "progress", "site")),
        ("board", "tally"),
        ("intake", "run"),
        ("keystore", "master"),
        ("packs", "version"),
    }
)


def big() -> dict[tuple[str, str], str]:
    """The models on which no migration may stop writes, (app, model in lower case) → table."""
    models = (model for app in HEIGHT for model in apps.get_app_config(app).get_models())
    known = {(model._meta.app_label, model.__name__.lower()): model._meta.db_table for model in models}
    return {key: table for key, table in known.items() if key not in SMALL}


_LOCKING_SQL = (
    (re.compile(r"CREATE\s+(UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)", re.I), "an index that is not built CONCURRENTLY"),
    (re.compile(r"SET\s+NOT\s+NULL", re.I), "SET NOT NULL reads the whole table under a lock"),
    (re.compile(r"ALTER\s+(COLUMN\s+)?\S+\s+(SET\s+DATA\s+)?TYPE\b", re.I), "a changed type rewrites the table"),
    (re.compile(r"ADD\s+CONSTRAINT(?!.*NOT\s+VALID)", re.I | re.S), "a constraint that is not NOT VALID at first"),
    (re.compile(r"\b(VACUUM\s+FULL|CLUSTER|LOCK\s+TABLE|REINDEX\s+(?!.*CONCURRENTLY))", re.I), "a lock on the table"),
)


def complaints(migration: Migration) -> Iterator[str]:
    """One sentence per operation that would stop writes on a big table; nothing for a first migration."""
    if migration.initial or migration.name.startswith("0001_"):
        return
    new = {one.name.lower() for one in migration.operations if isinstance(one, operations.CreateModel)}
    for one in _flat(migration.operations):
        for why in _why(migration.app_label, one, new):
            yield f"{migration.app_label}.{migration.name}: {type(one).__name__}: {why}"


def _flat(given: Iterable[operations.base.Operation]) -> Iterator[operations.base.Operation]:
    """Also what is done to the database alone, inside SeparateDatabaseAndState."""
    for one in given:
        yield one
        yield from _flat(getattr(one, "database_operations", ()))


def _why(app: str, one: operations.base.Operation, new: set[str]) -> Iterator[str]:
    if isinstance(one, operations.RunSQL):
        yield from _sql(one)
        return
    model = str(getattr(one, "model_name", getattr(one, "name", ""))).lower()
    if (app, model) not in big() or model in new:
        return
    if isinstance(one, AddIndexConcurrently | AddConstraintNotValid):
        return
    for kind, why in _REFUSED:
        if isinstance(one, kind):
            yield why
    if isinstance(one, operations.AddField):
        field = one.field
        if not field.null and field.db_default is NOT_PROVIDED and not field.many_to_many:
            yield "a new column must be nullable or have a db_default"


_REFUSED: tuple[tuple[type, str], ...] = (
    (operations.AddIndex, "AddIndexConcurrently, in a migration with atomic = False"),
    (operations.AddConstraint, "AddConstraintNotValid, then ValidateConstraint"),
    (operations.AlterField, "a changed column may be rewritten: add a new one instead"),
    (operations.RenameField, "the old version still asks for the old name"),
    (operations.RenameModel, "the old version still asks for the old name"),
    (operations.RemoveField, "the old version still reads it: one release later"),
    (operations.DeleteModel, "the old version still reads it: one release later"),
    (operations.AlterUniqueTogether, "AddConstraintNotValid, or a unique index built concurrently"),
    (operations.AlterModelTable, "the old version still asks for the old name"),
)


def _sql(one: operations.RunSQL) -> Iterator[str]:
    text = str(one.sql)
    if any(re.search(rf"\b{table}\b", text) for table in big().values()):
        for pattern, why in _LOCKING_SQL:
            if pattern.search(text):
                yield why
