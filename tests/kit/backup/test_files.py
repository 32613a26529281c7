"""The files of backups: on the disk before they count, and a full disk or a torn file said in words."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.processes import mentioning
from xiucheng.kit.backup import base
from xiucheng.kit.backup.folder import Folder, Manifest
from xiucheng.kit.backup.programs import BackupRefused
from xiucheng.kit.trialdb import TrialDatabase

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
MANIFEST = Manifest("sample", "base", AT, "0.1.0", 18, "", 0, "")


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, list[str]]]:
    """What was brought to the disk, in order, each with the names that its folder held then."""
    done: list[tuple[Path, list[str]]] = []
    sync = os.fsync

    def noted(handle: int) -> None:
        sync(handle)
        path = Path(os.readlink(f"/proc/self/fd/{handle}"))
        done.append((path, sorted(one.name for one in path.iterdir()) if path.is_dir() else []))

    monkeypatch.setattr(os, "fsync", noted)
    return done


def test_a_backup_counts_when_keys_and_files_and_their_names_are_on_the_disk(
    tmp_path: Path, synced: list[tuple[Path, list[str]]]
) -> None:
    folder = Folder(tmp_path / "backups", "sample")
    name, main, keys = folder.begin(AT)
    (main / "a").write_text("a")
    (keys / "k").write_text("k")
    made = folder.finish(name, MANIFEST)
    assert [backup.name for backup in folder.all()] == [name]
    # Its keys have their name on the disk before it has its own.
    assert synced[-2:] == [(folder.keys_root, [name]), (folder.root, [name])]
    assert {path.name for path, _ in synced[:-2]} == {"a", "k", "manifest.json", main.name, keys.name}
    assert made.part("k").read_text() == "k"


def test_a_segment_goes_from_the_server_when_its_copy_is_on_the_disk(
    tmp_path: Path, synced: list[tuple[Path, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, wal = tmp_path / "archive", tmp_path / "wal"
    archive.mkdir()
    wal.mkdir()
    for name in ("000000010000000000000001", "000000010000000000000002", "on", "000000010000000000000003.part"):
        (archive / name).write_bytes(name.encode())
    taken: list[int] = []
    unlink = Path.unlink

    def noted(path: Path, missing_ok: bool = False) -> None:
        if path.parent == archive:
            taken.append(len(synced))
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", noted)
    base.hand_over(archive, wal)
    assert sorted(path.name for path in archive.iterdir()) == ["000000010000000000000003.part", "on"]
    packed = ["000000010000000000000001.gz", "000000010000000000000002.gz"]
    assert [gzip.decompress((wal / name).read_bytes()).decode() for name in packed] == [name[:-3] for name in packed]
    assert synced[-1] == (wal, packed)
    assert taken == [len(synced)] * 2


# -- a real cluster ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def database() -> Iterator[TrialDatabase]:
    # pytest's own tmp_path lies in a folder that only its owner may enter; the server is another account under root.
    folder = Path(tempfile.mkdtemp(prefix="xc-backup-"))
    folder.chmod(0o711)
    with TrialDatabase(folder) as running:
        yield running
    shutil.rmtree(folder)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "backups", "sample")


def _saved(database: TrialDatabase, folder: Folder) -> tuple[Path, Path, base.Copied]:
    name, main, keys = folder.begin(AT)
    copied = base.save(database, "postgres", main, keys)
    base.ship_log(database, folder)
    folder.finish(name, MANIFEST)
    return folder.root / name, folder.keys_root / name, copied


def test_a_full_disk_is_said_and_leaves_no_program_running(database: TrialDatabase, folder: Folder) -> None:
    _name, main, keys = folder.begin(AT)
    (main / base.CLUSTER).symlink_to("/dev/full")
    with pytest.raises(BackupRefused) as refusal:
        base.save(database, "postgres", main, keys)
    assert refusal.value.code == "not_writable"
    assert "No space left" in str(refusal.value)
    assert not [line for line in mentioning(str(database.socket_folder)).values() if "pg_basebackup" in line]
    assert not _zombies()


def _zombies() -> list[str]:
    done = subprocess.run(
        ["ps", "--ppid", str(os.getpid()), "-o", "stat=,comm="], capture_output=True, text=True, check=False
    )
    return [line for line in done.stdout.splitlines() if line.startswith("Z")]


@pytest.mark.parametrize("torn", [base.CLUSTER, "wal"])
def test_a_torn_file_is_said_to_be_damaged_and_what_was_there_stays(
    database: TrialDatabase, folder: Folder, torn: str
) -> None:
    main, keys, copied = _saved(database, folder)
    path = min(folder.wal.glob("*.gz")) if torn == "wal" else main / torn
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    place = database.data / "elsewhere"
    place.mkdir(mode=0o711)
    other = TrialDatabase(place)
    other.hold()
    try:
        with pytest.raises(BackupRefused) as refusal, base.Restoring(other) as restoring:
            restoring.run(main, keys, folder, copied.log_from, None)
        assert refusal.value.code == "damaged"
        assert str(path) in str(refusal.value)
        assert not (place / "postgres.restoring").exists()
    finally:
        other.stop()
        shutil.rmtree(place)
