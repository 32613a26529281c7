"""Erasing for good, what comes back with a restore, and files without rows or rows without files."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.storage import storages
from django.db import IntegrityError, connection, transaction

from tests.refusing import refused
from xiucheng.foundation.media import commands, files, jobs, queries
from xiucheng.foundation.media.models import Item
from xiucheng.foundation.people import vault
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import journal
from xiucheng.kit.ids import uuid7
from xiucheng.kit.jobs import run_waiting

from .make import (
    FACTS,
    NOW,
    PERSON,
    jpeg,
    lying,
    store,
)

# -- erasing ----------------------------------------------------------------------------------------------------------


def test_erasing_leaves_a_tombstone_and_nothing_else(transactional_db: None, folder: Path, leader: Standing) -> None:
    stored = store(jpeg(exif=FACTS), actor=PERSON, name="张三.jpg")
    run_waiting()
    kept = {path: path.read_bytes() for path in lying(folder)}
    key_id = Item.objects.get(id=stored.id).key_id
    assert len(kept) == 3
    commands.release(by=leader, now=NOW, media_id=stored.id)

    commands.erase_picture(by=leader, now=NOW, media_id=stored.id, reason="asked")
    for variant in ("original", "display", "thumb"):
        with refused("gone", 410):
            queries.content(stored.id, variant)
    # Whoever kept a copy of the files has nothing.
    assert vault.open_many([(key_id, sealed) for sealed in kept.values()]) == [None] * 3
    assert queries.describe([stored.id]) == {}
    assert queries.released([stored.id]) == []
    tomb = queries.describe([stored.id], with_erased=True)[stored.id]
    assert (tomb.erased, tomb.released, tomb.taken_at, tomb.lon, tomb.make, tomb.model) == (
        True,
        False,
        None,
        None,
        "",
        "",
    )
    run_waiting()
    assert lying(folder) == []

    commands.erase_picture(by=leader, now=NOW, media_id=stored.id, reason="asked")
    assert [step.verb for step in journal.of_subject(stored.id)] == ["store", "release", "erase"]
    with refused("gone", 410):
        commands.release(by=leader, now=NOW, media_id=stored.id)


def test_an_erasure_that_is_undone_erases_nothing(transactional_db: None, folder: Path, leader: Standing) -> None:
    stored = store()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        commands.erase_picture(by=leader, now=NOW, media_id=stored.id, reason="asked")
        _ = 1 / 0
    run_waiting()
    assert queries.content(stored.id)[0] == jpeg()
    assert len(lying(folder)) == 3


def test_erasing_many(transactional_db: None, leader: Standing) -> None:
    ids = [store(jpeg(80 + number)).id for number in range(3)]
    assert commands.erase_all(by=leader, now=NOW, media_ids=[*ids[:2], uuid4()], reason="asked") == 2
    assert set(queries.describe(ids)) == {ids[2]}
    assert commands.erase_all(by=leader, now=NOW, media_ids=ids, reason="asked") == 1
    assert commands.erase_all(by=leader, now=NOW, media_ids=[], reason="asked") == 0


def test_after_a_restore_what_was_erased_is_erased_again(
    transactional_db: None, folder: Path, leader: Standing
) -> None:
    stored = store(jpeg(exif=FACTS))
    run_waiting()
    row = Item.objects.get(id=stored.id)
    before = {path: path.read_bytes() for path in lying(folder)}
    commands.erase_picture(by=leader, now=NOW, media_id=stored.id, reason="asked")
    run_waiting()

    # The row and the files come back from an older copy.
    row.save(force_update=True)
    for path, sealed in before.items():
        path.write_bytes(sealed)
    assert Item.objects.get(id=stored.id).make == "Maker"

    assert vault.reapply_erasures().rows_cleared["media"] == 1
    run_waiting()
    assert queries.describe([stored.id], with_erased=True)[stored.id].make == ""
    assert lying(folder) == []
    assert jobs.bury([uuid4()]) == 0


@pytest.mark.parametrize(
    "change",
    [
        "erased_at = now()",
        "kind = 'exe'",
        "purpose = 'x'",
        "lon = 200, lat = 1",
        "lon = NULL",
        "width = NULL",
        "orientation = 9",
        "taken_zone = NULL",
        "released_at = now()",
    ],
)
def test_the_database_minds_what_a_row_may_say(db: None, change: str) -> None:
    store(jpeg(exif=FACTS))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE media_item SET {change}")


# -- files ------------------------------------------------------------------------------------------------------------


def test_a_lost_file_is_not_a_crash(db: None, folder: Path) -> None:
    stored = store()
    for path in lying(folder):
        path.unlink()
    with refused("file_missing", 404):
        queries.content(stored.id)


def test_a_changed_file_is_noticed(db: None, folder: Path) -> None:
    stored = store()
    (path,) = lying(folder)
    sealed = bytearray(path.read_bytes())
    sealed[-1] ^= 1
    path.write_bytes(bytes(sealed))
    with pytest.raises(vault.Tampered):
        queries.content(stored.id)


def test_a_refused_report_leaves_files_that_are_swept_up_later(transactional_db: None, folder: Path) -> None:
    kept = store()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        store()
        _ = 1 / 0
    (folder / "ab").mkdir(exist_ok=True)
    (folder / "ab" / "notes.txt").write_text("somebody else's")
    assert len(lying(folder)) == 3
    assert commands.sweep(now=NOW + timedelta(hours=23)) == 0
    assert commands.sweep(now=NOW + timedelta(hours=25)) == 1
    assert {path.name for path in lying(folder)} >= {"notes.txt"}
    assert len(lying(folder)) == 2
    assert queries.content(kept.id)[0] == jpeg()


def test_sweeping_an_empty_storage(db: None) -> None:
    assert commands.sweep(now=NOW) == 0


def test_a_failing_storage_stores_no_row(db: None, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir(parents=True)
    digest_folder = vault.blind("media", hashlib.sha256(jpeg()).hexdigest()).hex()[:2]
    (folder / digest_folder).write_text("a file where a folder should be")
    with pytest.raises(OSError):
        store()
    assert Item.objects.count() == 0


def test_an_id_tells_when_it_was_made() -> None:
    assert abs(files.made_at(uuid7()) - datetime.now(UTC)) < timedelta(seconds=5)


def test_the_storage_is_the_one_of_the_settings(folder: Path) -> None:
    assert Path(storages["media"].path("")) == folder
