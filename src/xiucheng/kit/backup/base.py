"""A trial's whole cluster and its write-ahead log: copied while it runs, put back as of any moment since.

The key store is a database of the same cluster; its files go into an archive of their own. What the log says of it are
keys wrapped by a master key that no backup holds.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import subprocess
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

import psycopg

from ..trialcluster import ENVIRONMENT, archive_of, binaries
from ..trialdb import TrialDatabase
from ..trialos import wait_until
from ..unready import mark as _
from .folder import Folder, not_writable, to_disk
from .programs import BackupRefused, aside, check, idle_disk

CLUSTER, KEYS, SECRET = "cluster.tar.gz", "keys.tar.gz", "trial.secret"
_REACHED = "reached.json"
_PATIENCE = 120.0


@dataclass(frozen=True)
class Copied:
    """What the copy of a cluster tells: from which segment of the log on it can be brought to a moment."""

    log_from: str
    system: str


def save(database: TrialDatabase, keys_database: str, folder: Path, keys_folder: Path) -> Copied:
    """Copies the running cluster of `database`, the key store's files apart. From here on its log is kept.

    Refused: `program_failed`; `not_writable` (a full disk); `log_not_kept` for a server of an earlier version.
    """
    _keep_log(database)
    with psycopg.connect(database.url(), autocommit=True) as admin:
        row = admin.execute(
            "SELECT (SELECT oid FROM pg_database WHERE datname = %s), system_identifier FROM pg_control_system()",
            [keys_database],
        ).fetchone()
    assert row is not None
    apart = f"base/{row[0]}/"
    command = [
        *idle_disk(),
        str(binaries() / "pg_basebackup"),
        "--pgdata=-",
        "--format=tar",
        "--wal-method=none",
        "--checkpoint=fast",
        "--label=xiucheng",
    ]
    process = subprocess.Popen(
        command, env=_libpq(database), stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=aside
    )
    assert process.stdout is not None
    label = ""
    try:
        with (
            tarfile.open(fileobj=process.stdout, mode="r|") as whole,
            tarfile.open(folder / CLUSTER, "w:gz", compresslevel=1) as cluster,
            tarfile.open(keys_folder / KEYS, "w:gz", compresslevel=1) as keys,
        ):
            for member in whole:
                content: IO[bytes] | None = whole.extractfile(member) if member.isfile() else None
                if member.name == "backup_label" and content is not None:
                    words = content.read()
                    label, content = words.decode(), io.BytesIO(words)
                target = keys if f"{member.name}/".startswith(apart) else cluster
                target.addfile(member, content)
    except tarfile.ReadError:
        # It broke off by itself, and its last words say why.
        process.kill()
    except BaseException as error:
        process.kill()
        process.communicate()
        if isinstance(error, OSError):
            raise not_writable(folder, error) from error
        raise
    check(process, "pg_basebackup")
    shutil.copy(database.data / SECRET, keys_folder / SECRET)
    return Copied(log_from=label.split("(file ", 1)[1].split(")", 1)[0], system=str(row[1]))


def _libpq(database: TrialDatabase) -> dict[str, str]:
    return {
        **ENVIRONMENT,
        "PGHOST": str(database.socket_folder),
        "PGUSER": "postgres",
        "PGPASSWORD": database.password("postgres"),
    }


def _keep_log(database: TrialDatabase) -> None:
    with psycopg.connect(database.url(), autocommit=True) as admin:
        found = admin.execute("SELECT current_setting('archive_mode'), current_setting('wal_level')").fetchone()
    if found != ("on", "replica"):
        raise BackupRefused("log_not_kept", _("数据库是旧版本启动的，没有保留事务日志；请重新启动站点后再备份"))
    archive_of(database.data).joinpath("on").touch()


def ship_log(database: TrialDatabase, backups: Folder) -> datetime:
    """Moves the kept log into the folder of backups; everything committed before the answered moment is then there.

    Refused: `log_not_kept`, `not_writable`, `log_stuck` where the server does not hand its log over.
    """
    _keep_log(database)
    with psycopg.connect(database.url(), autocommit=True) as admin:
        row = admin.execute("SELECT clock_timestamp()").fetchone()
        assert row is not None
        reached: datetime = row[0]
        # A commit after that moment: a restore to it finds in the log that it has come far enough.
        admin.execute("SELECT pg_current_xact_id()")
        row = admin.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
        assert row is not None
    archive = archive_of(database.data)
    if not wait_until((archive / row[0]).exists, _PATIENCE):
        raise BackupRefused("log_stuck", _("数据库没有交出事务日志 {segment}；磁盘满了吗"), segment=row[0])
    backups.wal.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        hand_over(archive, backups.wal)
    except OSError as error:
        raise not_writable(backups.wal, error) from error
    note = backups.wal / f"{_REACHED}.new"
    note.write_text(json.dumps({"reached": reached.isoformat()}))
    to_disk(note)
    note.rename(backups.wal / _REACHED)
    to_disk(backups.wal)
    return reached


def hand_over(archive: Path, wal: Path) -> None:
    """Moves the server's segments, packed, from one folder into the other; a segment goes only when its copy and the
    copy's name would survive a power cut. Raises OSError; what is not moved yet is moved the next time."""
    segments = [path for path in sorted(archive.iterdir()) if path.name != "on" and not path.name.endswith(".part")]
    for path in segments:
        half = wal / f"{path.name}.gz.half"
        with path.open("rb") as source, gzip.open(half, "wb", compresslevel=1) as packed:
            shutil.copyfileobj(source, packed, 1 << 20)
        to_disk(half)
        half.rename(wal / f"{path.name}.gz")
    to_disk(wal)
    for path in segments:
        path.unlink()


def reached(backups: Folder) -> datetime | None:
    """Up to when the shipped log goes; None where none was shipped."""
    try:
        return datetime.fromisoformat(json.loads((backups.wal / _REACHED).read_text())["reached"])
    except (OSError, ValueError, KeyError):
        return None


@contextmanager
def _whole(packed: Path) -> Iterator[None]:
    """Reading a packed file. Refused: `damaged` where it is torn or is none."""
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error, tarfile.ReadError) as error:
        raise BackupRefused("damaged", _("备份文件 {file} 不完整，已损坏"), file=packed) from error


# -- the way back -----------------------------------------------------------------------------------------------------


class Restoring:
    """The cluster in `database`'s folder replaced by the copy; what was there comes back when anything goes wrong.

    `with Restoring(...)`: put in place and brought to the moment; leaving it without an error drops what was there.
    The caller holds the folder.
    """

    def __init__(self, database: TrialDatabase) -> None:
        self.database = database
        self.fresh = database.data / "postgres.restoring"
        self.before = database.data / "postgres.before"
        self.log = database.data / "restore-log"

    def run(self, folder: Path, keys_folder: Path, backups: Folder, log_from: str, to: datetime | None) -> None:
        """Refused: `damaged`, `not_started` (with the end of the server's log)."""
        database, owner = self.database, self.database.account
        for leftover in (self.fresh, self.log):
            shutil.rmtree(leftover, ignore_errors=True)
        self.fresh.mkdir(mode=0o700)
        for name in (folder / CLUSTER, keys_folder / KEYS):
            with _whole(name), tarfile.open(name, "r:gz") as packed:
                packed.extractall(self.fresh, filter="data")
        if not (database.data / SECRET).exists():
            shutil.copy(keys_folder / SECRET, database.data / SECRET)
            (database.data / SECRET).chmod(0o600)
        self._unpack_log(backups, log_from)
        self._aim(to)
        for path in (self.fresh, self.log, *self.fresh.rglob("*"), *self.log.iterdir()):
            path.chmod(0o700 if path.is_dir() else 0o600)
            owner.give(path)
        self._verify()
        if database.folder.exists():
            database.folder.rename(self.before)
        self.fresh.rename(database.folder)
        database.start(timeout=3600)
        with (database.folder / "postgresql.auto.conf").open("w") as settings:
            settings.write("# Written by ALTER SYSTEM.\n")

    def _unpack_log(self, backups: Folder, log_from: str) -> None:
        self.log.mkdir(mode=0o700)
        for packed in sorted(backups.wal.glob("*.gz")):
            name = packed.name.removesuffix(".gz")
            # Histories of timelines are always wanted; of segments those that the copy begins with, of any timeline.
            if name.endswith(".history") or name[8:24] >= log_from[8:24]:
                with _whole(packed), gzip.open(packed, "rb") as source, (self.log / name).open("wb") as target:
                    shutil.copyfileobj(source, target, 1 << 20)

    def _aim(self, to: datetime | None) -> None:
        lines = [
            f'restore_command = \'cp "{self.log}/%f" "%p"\'',
            "recovery_target_timeline = 'latest'",
            "recovery_target_action = 'promote'",
        ]
        if to is not None:
            lines.append(f"recovery_target_time = '{to.isoformat()}'")
        (self.fresh / "postgresql.auto.conf").write_text("\n".join([*lines, ""]))
        (self.fresh / "recovery.signal").touch()

    def _verify(self) -> None:
        command = [str(binaries() / "pg_verifybackup"), "--no-parse-wal", "--quiet"]
        # What the restore itself has written is not in the manifest.
        ignored = ["--ignore=postgresql.auto.conf", "--ignore=recovery.signal", "--ignore=pg_wal"]
        done = subprocess.run(
            [*command, *ignored, str(self.fresh)],
            cwd="/",
            env=dict(ENVIRONMENT),
            capture_output=True,
            text=True,
            **self.database.account.popen,
        )
        if done.returncode:
            raise BackupRefused("damaged", _("备份文件 {file} 与清单不符，已损坏"), file=done.stderr.strip()[-400:])

    def __enter__(self) -> Restoring:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        shutil.rmtree(self.log, ignore_errors=True)
        if error is None:
            shutil.rmtree(self.before, ignore_errors=True)
            return
        self.database.stop()
        shutil.rmtree(self.fresh, ignore_errors=True)
        if self.before.exists():
            shutil.rmtree(self.database.folder, ignore_errors=True)
            self.before.rename(self.database.folder)


def system_of(database: TrialDatabase) -> str | None:
    """The identifier of the cluster that lies in the folder; None where none does."""
    if not (database.folder / "PG_VERSION").exists():
        return None
    done = subprocess.run(
        [str(binaries() / "pg_controldata"), str(database.folder)],
        env=dict(ENVIRONMENT),
        capture_output=True,
        text=True,
        **database.account.popen,
    )
    lines = dict(line.split(":", 1) for line in done.stdout.splitlines() if ":" in line)
    return lines.get("Database system identifier", "").strip() or None


def drop_old_log(backups: Folder, log_from: str) -> int:
    """Removes the log that no kept backup needs; returns how many segments went."""
    gone = [
        path for path in backups.wal.glob("*.gz") if ".history" not in path.name and path.name[8:24] < log_from[8:24]
    ]
    for path in gone:
        os.unlink(path)
    return len(gone)
