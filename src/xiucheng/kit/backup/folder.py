"""The folder of backups: one folder per backup with a manifest, pictures beside them once, keys in a folder apart."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from ..unready import mark as _
from .programs import BackupRefused

MANIFEST = "manifest.json"
FORMAT = 1
_HALF = ".half"

Kind = Literal["dump", "base"]


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself.

    point: everything acknowledged before it is in the backup (aware, UTC). founded: the journal's first step, by which
    two sites of one name are told apart; empty for a journal without steps. position, head: the journal's head at the
    point or a little before, hex. files: name → (bytes, sha256), of both folders. keystore: by what the key store is
    told from another. masters: name → check value of the master keys that wrap what lies in the key store; the keys
    themselves are in no backup. migrations: app → its last one. log_from, system: of a copied cluster, the first
    segment of the log that it needs, and the cluster's identifier.
    """

    site: str
    kind: Kind
    point: datetime
    release: str
    server: int
    founded: str
    position: int
    head: str
    media: int = 0
    keystore: str = ""
    masters: dict[str, str] = field(default_factory=dict)
    migrations: dict[str, str] = field(default_factory=dict)
    log_from: str = ""
    system: str = ""
    files: dict[str, tuple[int, str]] = field(default_factory=dict)
    format: int = FORMAT

    def as_json(self) -> str:
        return json.dumps({**asdict(self), "point": self.point.isoformat()}, indent=1, ensure_ascii=False)

    @staticmethod
    def read(text: str) -> Manifest:
        """Refused (ValueError, TypeError, KeyError) for what is no manifest of this format."""
        values: dict[str, Any] = json.loads(text)
        if values.get("format") != FORMAT:
            raise ValueError(f"format {values.get('format')}")
        values["point"] = datetime.fromisoformat(values["point"])
        values["files"] = {name: (int(size), str(digest)) for name, (size, digest) in values["files"].items()}
        return Manifest(**values)


@dataclass(frozen=True)
class Backup:
    """One finished backup: its two folders and what it says of itself."""

    name: str
    folder: Path
    keys: Path
    manifest: Manifest

    def part(self, name: str) -> Path:
        """The file of this name, in whichever of the two folders it lies."""
        return (self.keys if (self.keys / name).exists() else self.folder) / name


class Folder:
    """All backups of one site: `<root>/<site>/…` and, apart, `<keys root>/<site>/…`."""

    def __init__(self, root: Path, site: str, keys_root: Path | None = None) -> None:
        self.site = site
        self.root = root.absolute() / site
        self.keys_root = (keys_root or root.with_name(f"{root.name}-keys")).absolute() / site
        self.media = self.root / "media"
        self.wal = self.root / "wal"

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """One backup at a time. Refused: `busy`, `not_writable`."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = (self.root / "lock").open("a")
        except OSError as error:
            raise not_writable(self.root, error) from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise BackupRefused("busy", _("目录 {folder} 正在做另一个备份"), folder=self.root) from error
            yield

    # -- making -----------------------------------------------------------------------------------------------------

    def begin(self, at: datetime) -> tuple[str, Path, Path]:
        """The name of a new backup and its two folders, which count only after `finish`."""
        name = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        if (self.root / name).exists():
            raise BackupRefused("same_second", _("备份 {name} 已经有了，请稍后再试"), name=name)
        folders = (self.root / (name + _HALF), self.keys_root / (name + _HALF))
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
            try:
                folder.mkdir(mode=0o700, parents=True)
            except OSError as error:
                raise not_writable(folder.parent, error) from error
        return name, *folders

    def finish(self, name: str, manifest: Manifest) -> Backup:
        """Makes a begun backup count: sizes and digests noted, everything on the disk, the names changed at the end."""
        folder, keys = self.root / (name + _HALF), self.keys_root / (name + _HALF)
        files = {path.name: measured(path) for place in (folder, keys) for path in sorted(place.iterdir())}
        whole = Manifest(**{**manifest.__dict__, "files": files})
        for place in (keys, folder):
            (place / MANIFEST).write_text(whole.as_json(), encoding="utf-8")
            for path in place.iterdir():
                path.chmod(0o600)
                to_disk(path)
            to_disk(place)
        # The keys first, and on the disk before the next name: a backup that counts has its keys.
        for place, root in ((keys, self.keys_root), (folder, self.root)):
            place.rename(root / name)
            to_disk(root)
        return Backup(name, self.root / name, self.keys_root / name, whole)

    def abandon(self, name: str) -> None:
        """Removes what a failed backup left."""
        for place in (self.root, self.keys_root):
            shutil.rmtree(place / (name + _HALF), ignore_errors=True)

    def forget(self, keep: int) -> list[str]:
        """Removes all but the last `keep` backups; returns their names. Pictures stay: other backups share them."""
        gone = [backup for backup in list(self.all())[:-keep]] if keep else []
        for backup in gone:
            shutil.rmtree(backup.folder)
            shutil.rmtree(backup.keys, ignore_errors=True)
        return [backup.name for backup in gone]

    # -- finding ----------------------------------------------------------------------------------------------------

    def all(self) -> Iterator[Backup]:
        """The finished backups, the oldest first; what cannot be read is none."""
        for path in sorted(self.root.glob(f"*Z/{MANIFEST}")):
            try:
                manifest = Manifest.read(path.read_text(encoding="utf-8"))
            except (ValueError, TypeError, KeyError, OSError):
                continue
            yield Backup(path.parent.name, path.parent, self.keys_root / path.parent.name, manifest)

    def choose(self, at: datetime | None) -> Backup:
        """The newest backup whose point is not after `at` (all of them where at is None).

        Refused: `no_backup` where there is none, naming the sites that the folder does hold.
        """
        found = [backup for backup in self.all() if at is None or backup.manifest.point <= at]
        if found:
            return found[-1]
        others = sorted(path.name for path in self.root.parent.glob("*") if any(path.glob(f"*Z/{MANIFEST}")))
        raise BackupRefused(
            "no_backup",
            _("目录 {folder} 里没有站点 {site} 在该时间之前的备份；有备份的站点：{others}"),
            folder=self.root.parent,
            site=self.site,
            others=", ".join(others) or "–",
        )


def not_writable(folder: Path, error: OSError) -> BackupRefused:
    """The refusal of a folder that cannot be written: no right, no room."""
    return BackupRefused("not_writable", _("不能写入备份目录 {folder}：{why}"), folder=folder, why=error.strerror)


def intact(backup: Backup) -> None:
    """Every file of the backup is what its manifest says. Refused: `damaged`, with the file; `keys_absent`."""
    for name, (size, digest) in backup.manifest.files.items():
        path = backup.part(name)
        if not path.exists():
            code = "keys_absent" if not backup.keys.is_dir() else "damaged"
            text = (
                _("密钥库的备份不在 {folder}；请用 --keys 指出") if code == "keys_absent" else _("备份缺少文件 {file}")
            )
            raise BackupRefused(code, text, folder=backup.keys, file=path)
        if measured(path) != (size, digest):
            raise BackupRefused("damaged", _("备份文件 {file} 与清单不符，已损坏"), file=path)


def measured(path: Path) -> tuple[int, str]:
    """Size in bytes and sha256 of a file."""
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()


def to_disk(path: Path) -> None:
    """Returns when the file (or a folder's list of names) would survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
