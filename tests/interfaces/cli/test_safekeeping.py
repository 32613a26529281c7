"""backup and restore of a site on a server: by dumps, the keys apart, the right site or none, whole or not at all."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql

from tests.cluster import Databases
from tests.conftest import CLUSTER
from tests.interfaces.cli.conftest import Here, run
from xiucheng.kit.now import now

if TYPE_CHECKING:
    from tests.world import World


@pytest.fixture
def town(site: Databases) -> World:
    """A district with one case whose words are sealed and can be searched."""
    from tests.world import build
    from xiucheng.kit.journal import readers

    readers.ensure_rows()
    world = build(now())
    world.file(now=now())
    readers.catch_up()
    return world


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def _count(site: Databases, what: str) -> int:
    with psycopg.connect(site.url) as connection:
        row = connection.execute(f"SELECT count(*) FROM {what}".encode()).fetchone()
    assert row is not None
    return int(row[0])


def _words(number: int) -> list[str | None]:
    from django.db import connection

    from xiucheng.operations.cases import queries

    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM cases_case ORDER BY id LIMIT %s", [number])
        ids = [row[0] for row in cursor.fetchall()]
    return list(queries.words(ids).values())


def _renew() -> None:
    """Both databases as they were migrated."""
    from django.db import connections

    for connection in connections.all():
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]
    CLUSTER.renew()


def test_what_came_after_is_said_to_be_lost_and_the_words_open_again(
    here: Here, site: Databases, town: World, folder: Path
) -> None:
    words = _words(1)
    assert words
    assert words[0]
    searchable = _count(site, "cases_search")
    assert searchable
    made = here("backup", "--to", str(folder), "--json")
    assert made.code == 0, made.err
    from xiucheng.kit.journal import readers

    for _ in range(3):
        town.file(now=now())
    readers.catch_up()
    assert _count(site, "cases_case") == 4

    careless = here("restore", str(folder))
    assert (careless.code, "not_empty" in careless.err) == (1, True)
    assert _count(site, "cases_case") == 4

    back = here("restore", str(folder), "--replace", "--json")
    assert back.code == 0, back.err
    assert back.json["ok"] is True
    assert back.json["before"] > back.json["steps"], "it says how much longer the journal was"
    assert back.json["rebuilt"] == 1
    assert (_count(site, "cases_case"), _count(site, "cases_search")) == (1, searchable)
    assert _words(1) == words
    assert here("verify").code == 0


def test_a_lost_key_store_comes_back_from_its_own_folder(
    here: Here, site: Databases, town: World, folder: Path, tmp_path: Path
) -> None:
    words = _words(1)
    made = here("backup", "--to", str(folder), "--keys", str(tmp_path / "safe"), "--json")
    assert made.code == 0, made.err
    name = made.json["name"]
    assert [path.name for path in sorted((folder / "testsite" / name).iterdir())] == ["manifest.json", "site.dump"]
    assert [path.name for path in sorted((tmp_path / "safe/testsite" / name).iterdir())] == [
        "keys.dump",
        "manifest.json",
    ]
    with psycopg.connect(site.keys_url, autocommit=True) as keys:
        keys.execute("TRUNCATE keystore_key")
    elsewhere = here("restore", str(folder), "--replace")
    assert (elsewhere.code, "keys_absent" in elsewhere.err) == (1, True)
    assert _count(site, "cases_case") == 1
    back = here("restore", str(folder), "--keys", str(tmp_path / "safe"), "--replace", "--json")
    assert back.code == 0, back.err
    assert _words(1) == words


def _empty_media() -> None:
    """Every file away: other tests of this process leave theirs, and no row of this site tells of them."""
    from django.core.files.storage import storages

    # Where this test is the first, there is no folder yet.
    if not storages["media"].exists(""):
        return
    for place in storages["media"].listdir("")[0]:
        for file in storages["media"].listdir(place)[1]:
            storages["media"].delete(f"{place}/{file}")


def test_into_an_empty_site_and_pictures_too(here: Here, site: Databases, town: World, folder: Path) -> None:
    from tests.pictures import jpeg
    from xiucheng.foundation.media import commands, queries
    from xiucheng.foundation.people.rules import Standing

    _empty_media()
    clerk = Standing.for_system("test").actor
    stored = commands.store(actor=clerk, now=now(), content=jpeg(64, 48, (1, 2, 3)), name="a.jpg", purpose="near")
    assert here("backup", "--to", str(folder), "--json").json["media"] == 1
    _renew()
    _empty_media()
    with psycopg.connect(site.admin_url, dbname=psycopg.conninfo.conninfo_to_dict(site.url)["dbname"]) as admin:
        admin.execute("DROP SCHEMA testsite CASCADE")
        admin.execute(sql.SQL("CREATE SCHEMA testsite AUTHORIZATION {}").format(sql.Identifier("xc_testsite")))
    back = here("restore", str(folder), "--json")
    assert back.code == 0, back.err
    assert (back.json["ok"], back.json["media"], back.json["before"]) == (True, 1, None)
    assert queries.content(stored.id)[0][:2] == b"\xff\xd8"


def test_the_wrong_site_the_wrong_master_and_a_running_site_are_refused(
    here: Here, site: Databases, town: World, folder: Path
) -> None:
    assert here("backup", "--to", str(folder)).code == 0

    master = base64.b64encode(bytes(32)).decode()
    other = run("restore", str(folder), "--replace", XIUCHENG_MASTER_KEYS=f"t2:{master}")
    assert (other.code, "other_master" in other.err) == (1, True), other.err

    from xiucheng.kit import heartbeat

    heartbeat.beat("worker", now())
    busy = here("restore", str(folder), "--replace")
    assert (busy.code, "in_use" in busy.err, "worker" in busy.err) == (1, True, True)

    _renew()
    from tests.world import build
    from xiucheng.foundation.people import vault
    from xiucheng.kit.journal import readers

    vault.forget()
    readers.ensure_rows()
    build(now())
    readers.catch_up()
    steps = _count(site, "kit_step")
    strange = here("restore", str(folder), "--replace")
    assert (strange.code, "different_site" in strange.err) == (1, True), strange.err
    assert _count(site, "kit_step") == steps


def test_a_broken_dump_and_one_of_a_newer_version_change_nothing(
    here: Here, site: Databases, town: World, folder: Path
) -> None:
    from xiucheng.kit.backup.folder import Folder

    assert here("backup", "--to", str(folder)).code == 0
    (backup,) = Folder(folder, "testsite").all()
    dump, manifest = backup.folder / "site.dump", backup.folder / "manifest.json"
    whole, said = dump.read_bytes(), manifest.read_text()

    dump.write_bytes(whole[: len(whole) // 2])
    cut = here("restore", str(folder), "--replace")
    assert (cut.code, "damaged" in cut.err) == (1, True)

    # Even where the manifest was made to fit: pg_restore fails half-way, and the transaction with it.
    from xiucheng.kit.backup.folder import measured

    size, digest = measured(dump)
    old_size, old_digest = backup.manifest.files["site.dump"]
    manifest.write_text(said.replace(old_digest, digest).replace(str(old_size), str(size)))
    half = here("restore", str(folder), "--replace")
    assert (half.code, "program_failed" in half.err) == (1, True), half.err
    assert _count(site, "cases_case") == 1
    assert here("verify").code == 0

    dump.write_bytes(whole)
    manifest.write_text(said.replace('"cases": "', '"cases": "9'))
    newer = here("restore", str(folder), "--replace")
    assert (newer.code, "newer_backup" in newer.err) == (1, True)


def test_only_so_many_are_kept_and_a_second_one_at_once_is_refused(
    here: Here, site: Databases, town: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    from xiucheng.kit.backup.folder import Folder
    from xiucheng.kit.backup.programs import BackupRefused

    names = []
    for _ in range(3):
        names.append(here("backup", "--to", str(folder), "--keep", "2", "--json").json["name"])
        time.sleep(1.1)
    kept = Folder(folder, "testsite")
    assert [backup.name for backup in kept.all()] == names[1:]
    with kept.alone(), pytest.raises(BackupRefused, match=""), kept.alone():
        pass
    with kept.alone():
        busy = here("backup", "--to", str(folder))
    assert (busy.code, "busy" in busy.err) == (1, True)
    assert not list((folder / "testsite").glob("*.half"))


@pytest.fixture
def no_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    from xiucheng.kit.backup import programs

    monkeypatch.setattr(programs, "_folders", lambda: iter(()))


def test_without_the_servers_programs_it_names_the_package(
    here: Here, site: Databases, folder: Path, no_programs: None
) -> None:
    answer = here("backup", "--to", str(folder))
    assert answer.code == 1
    assert "no_programs" in answer.err
    assert "postgresql-client-" in answer.err


@pytest.mark.parametrize("word", ["yesterday", "2026-13-01"])
def test_a_time_that_is_none_is_misuse(here: Here, site: Databases, folder: Path, word: str) -> None:
    assert here("restore", str(folder), "--to", word).code == 2


def test_a_folder_that_cannot_be_written_is_a_sentence(here: Here, site: Databases, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    answer = here("backup", "--to", str(tmp_path / "file" / "below"))
    assert (answer.code, "not_writable" in answer.err) == (1, True)
