"""No migration stops a site in use; an interrupted one goes on; a lock that is not to be had is asked for again."""

from __future__ import annotations

import threading
import time

import psycopg
import pytest
from django.apps import apps
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import OperationalError, migrations, models
from django.db.migrations.loader import MigrationLoader

from tests.cluster import Databases
from tests.repository.house import HEIGHT
from tests.repository.migration_rules import SMALL, big, complaints

CHECK = models.CheckConstraint(condition=models.Q(room="x"), name="c")
INDEX = models.Index(fields=["room"], name="i")


def _migration(*operations: migrations.operations.base.Operation) -> migrations.Migration:
    made = migrations.Migration("0002_x", "kit")
    made.operations = list(operations)
    return made


def test_no_migration_stops_writes_on_a_big_table(db: None) -> None:
    disk = MigrationLoader(None, ignore_no_migrations=True).disk_migrations or {}
    own = [migration for (app, _name), migration in disk.items() if app in HEIGHT]
    assert len(own) > 8
    assert [complaint for migration in own for complaint in complaints(migration)] == []


def test_every_small_table_is_one_that_there_is() -> None:
    known = {(app, model.__name__.lower()) for app in HEIGHT for model in apps.get_app_config(app).get_models()}
    assert known >= SMALL
    assert {
        big()[key] for key in (("kit", "step"), ("cases", "searchrow"), ("intake", "content"), ("tasks", "due"))
    } == {
        "kit_step",
        "cases_search",
        "intake_content",
        "tasks_due",
    }


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddIndex("step", INDEX),
        migrations.AddConstraint("step", CHECK),
        migrations.AlterField("step", "room", models.CharField(max_length=9)),
        migrations.RenameField("step", "room", "place"),
        migrations.RemoveField("step", "room"),
        migrations.DeleteModel("Step"),
        migrations.AddField("step", "x", models.TextField(default="")),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL("CREATE INDEX i ON kit_step (room)")]
        ),
        migrations.RunSQL("CREATE INDEX i ON kit_step (room)"),
        migrations.RunSQL("ALTER TABLE kit_step ALTER COLUMN room SET NOT NULL"),
        migrations.RunSQL("ALTER TABLE kit_step ALTER COLUMN room TYPE varchar(9)"),
        migrations.RunSQL("ALTER TABLE kit_step ADD CONSTRAINT c CHECK (room <> '')"),
    ],
)
def test_what_locks_is_refused(operation: migrations.operations.base.Operation) -> None:
    assert list(complaints(_migration(operation)))


@pytest.mark.parametrize(
    "operation",
    [
        AddIndexConcurrently("step", INDEX),
        AddConstraintNotValid("step", CHECK),
        migrations.AddField("step", "x", models.TextField(null=True)),
        migrations.AddField("step", "x", models.TextField(db_default="")),
        migrations.AddIndex("reader", INDEX),
        migrations.RunSQL("CREATE INDEX CONCURRENTLY i ON kit_step (room)"),
        migrations.RunSQL("ALTER TABLE kit_step ADD CONSTRAINT c CHECK (room <> '') NOT VALID"),
    ],
)
def test_what_does_not_is_let_through(operation: migrations.operations.base.Operation) -> None:
    assert list(complaints(_migration(operation))) == []


def test_a_change_lets_others_write_while_it_waits_for_its_lock(
    committed_db: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import connection

    from xiucheng.kit import migrating

    monkeypatch.setattr(migrating, "LOCK_S", 1)
    held, release, longest = threading.Event(), threading.Event(), [0.0]

    def reader() -> None:
        with psycopg.connect(committed_db.url) as other:
            other.execute("SELECT 1 FROM kit_heartbeat")
            held.set()
            release.wait(20)

    def writer() -> None:
        with psycopg.connect(committed_db.url, autocommit=True) as other:
            while not release.is_set():
                begun = time.monotonic()
                other.execute(
                    "INSERT INTO kit_heartbeat (process, at) VALUES ('x', now())"
                    " ON CONFLICT (process) DO UPDATE SET at = now()"
                )
                longest[0] = max(longest[0], time.monotonic() - begun)
                time.sleep(0.01)

    threads = [threading.Thread(target=reader), threading.Thread(target=writer)]
    for thread in threads:
        thread.start()
    held.wait(10)
    threading.Timer(2.5, release.set).start()

    def change() -> None:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE kit_heartbeat ADD COLUMN note text")

    begun = time.monotonic()
    migrating.patiently("default", change)
    took = time.monotonic() - begun
    release.set()
    for thread in threads:
        thread.join(10)
    assert took > 1.0, "the first try must have been in vain"
    assert longest[0] < 2.5, "no write stood still for longer than one try (and the machine's own pace)"


def test_what_is_never_to_be_had_is_said_in_the_end(committed_db: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import connection

    from xiucheng.kit import migrating

    monkeypatch.setattr(migrating, "LOCK_S", 1)
    with psycopg.connect(committed_db.url) as other:
        other.execute("LOCK TABLE kit_heartbeat IN ACCESS EXCLUSIVE MODE")

        def change() -> None:
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE kit_heartbeat ADD COLUMN note text")

        with pytest.raises(OperationalError):
            migrating.patiently("default", change, tries=1)
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


def test_an_interrupted_upgrade_goes_on(committed_db: Databases) -> None:
    """An index whose building was cut short lies there invalid; a table of an unrecorded migration does not."""
    from django.db import connection

    from xiucheng.kit import migrating

    with psycopg.connect(committed_db.url, autocommit=True) as other:
        other.execute("INSERT INTO kit_heartbeat (process, at) VALUES ('a', now()), ('b', now())")
        other.execute("UPDATE kit_heartbeat SET at = '2026-01-01'")
        with pytest.raises(psycopg.errors.UniqueViolation):
            other.execute("CREATE UNIQUE INDEX CONCURRENTLY cut_short ON kit_heartbeat (at)")
        other.execute("DROP TABLE django_session")
        other.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    begun: list[str] = []
    assert migrating.migrate(lambda _done, name: begun.append(name)) == 1
    assert begun == ["sessions.0001_initial"]
    assert migrating.waiting() == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relname = 'cut_short'")
        assert cursor.fetchone() == (0,)
