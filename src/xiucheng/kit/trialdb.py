"""A PostgreSQL for trials and tests: own cluster, own socket, one owner at a time, gone when its owner is gone."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import hmac
import json
import os
import secrets
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from .trialcluster import ENVIRONMENT, SUPERUSER, TrialRefused, archive_of, command_line, major, make_cluster, program
from .trialos import Owner, die_with_parent, end, enterable, owner, wait_until
from .unready import mark as _

__all__ = ["SUPERUSER", "Status", "TrialDatabase", "TrialRefused", "describe"]

# sun_path holds 108 bytes with the closing zero; libpq and the server both refuse longer ones.
SOCKET_LIMIT = 107
SOCKET_NAME = ".s.PGSQL.5432"


@dataclass(frozen=True)
class Status:
    """What is known of a data folder's server without starting it."""

    initialised: bool
    running: bool
    pid: int | None
    socket_folder: Path | None


class TrialDatabase:
    """One cluster in `<data>/postgres`, reached over a Unix socket with a password.

    `start()` makes the cluster on first use and owns it until `stop()`; a second owner is refused (`already_running`),
    a reader joins with `attach()`. The server ends with the thread that started it, also after SIGKILL.
    """

    def __init__(self, data: Path | str, *, fast: bool = False) -> None:
        self.data = Path(data).absolute()
        self.fast = fast
        self.folder = self.data / "postgres"
        self.log = self.data / "postgres.log"
        self.socket_folder = self._socket_folder()
        self._owner = self.account = owner()
        self._lock: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    # -- what callers use -------------------------------------------------------------------------------------------

    def start(self, timeout: float = 60) -> None:
        """Makes the cluster when there is none, starts the server and returns when it answers.

        Refused: `already_running`, `data_unreachable`, `other_version`, `no_postgres`, `not_started` (with the
        log's end).
        """
        if self._process and self._process.poll() is None:
            return
        self.hold()
        try:
            self._prepare()
            self._clear_stale()
            self._launch(timeout)
        except BaseException:
            self.stop()
            raise

    def hold(self) -> None:
        """Takes the folder for this process, without starting anything; `start` does it by itself.

        Refused: `already_running`.
        """
        # A reader that looks whether the folder is held holds it for an instant itself; hence the short patience.
        if self._lock is None and not wait_until(self._take_lock, 0.5):
            raise TrialRefused("already_running", _("数据目录 {data} 已有一个实例在使用"), data=self.data)

    def attach(self, timeout: float = 30) -> bool:
        """True when another process keeps this server running and it answers; false when nobody does."""
        if self._process and self._process.poll() is None:
            return True
        deadline = time.monotonic() + timeout
        while self._held_elsewhere():
            if self._ready(self._pid()):
                return True
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)
        return False

    def stop(self, timeout: float = 30) -> None:
        """Ends the server (fast shutdown, then harder) and lets the folder go. Safe to call twice."""
        process, self._process = self._process, None
        if process is not None:
            end(process, timeout)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def restart(self, timeout: float = 60) -> None:
        """Starts the server again after it died, without letting the folder go in between.

        Whatever hinders it is raised (a full disk, `not_started` …), and the next call tries again: until a new process
        is there, `process` is the dead one.
        """
        if self._process is not None and self._process.poll() is not None:
            self._clear_stale()
            self._launch(timeout)

    def status(self) -> Status:
        """What is there now; never refuses."""
        pid = self._pid()
        running = pid is not None and self._ready(pid)
        return Status(
            initialised=(self.folder / "PG_VERSION").exists(),
            running=running,
            pid=pid if running else None,
            socket_folder=self.socket_folder if running else None,
        )

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The server's process while we own it (a supervisor polls it)."""
        return self._process

    def password(self, role: str) -> str:
        """The role's password, derived from this folder's secret: the same on every start, nowhere else stored."""
        secret = bytes.fromhex(self._secret())
        return hmac.new(secret, role.encode(), hashlib.sha256).hexdigest()[:40]

    def url(self, database: str = "postgres", role: str = SUPERUSER) -> str:
        """A connection address for libpq, psycopg and the settings."""
        host = quote(str(self.socket_folder), safe="")
        return f"postgresql://{role}:{self.password(role)}@/{database}?host={host}"

    def __enter__(self) -> TrialDatabase:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    # -- folder and lock --------------------------------------------------------------------------------------------

    def _socket_folder(self) -> Path:
        own = self.data / "run"
        if len(os.fsencode(own / SOCKET_NAME)) <= SOCKET_LIMIT:
            return own
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        return Path(f"/tmp/xiucheng-{os.geteuid()}-{digest}")

    def _secret(self) -> str:
        path = self.data / "trial.secret"
        with contextlib.suppress(FileNotFoundError):
            return path.read_text().strip()
        self._make_data()
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_hex(32))
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)  # whoever is first wins, and nobody reads half a file
        fresh.unlink()
        return path.read_text().strip()

    def _make_data(self) -> None:
        try:
            # Nobody lists the folder; under root the server's account passes through to its own part of it.
            self.data.mkdir(mode=0o711 if self._owner.switch else 0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise TrialRefused(
                "data_unreachable", _("不能建立数据目录 {data}：{why}"), data=self.data, why=error.strerror
            ) from error

    def _take_lock(self) -> bool:
        self._make_data()
        lock = (self.data / "postgres.lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return False
        self._lock = lock
        return True

    def _held_elsewhere(self) -> bool:
        if self._lock is not None:
            return False
        if not self.data.is_dir() or self._take_lock():
            self.stop()
            return False
        return True

    def _prepare(self) -> None:
        owner = self._owner
        if owner.switch:
            self._open_for(owner)
        self._own_folder(self.socket_folder, 0o755 if owner.switch else 0o700)
        version = self.folder / "PG_VERSION"
        if not version.exists():
            self._initdb()
        elif version.read_text().strip() != str(major()):
            found = version.read_text().strip()
            raise TrialRefused(
                "other_version",
                _("数据目录 {data} 是 PostgreSQL {found} 的，本程序带 {major}；请导出后换目录，或用 --fresh 重建"),
                data=self.data,
                found=found,
                major=major(),
            )

    def _open_for(self, owner: Owner) -> None:
        """Lets the server's account pass through the data folder itself; folders above it are never widened."""
        mode = self.data.stat().st_mode
        if self.data.stat().st_uid == 0 and not mode & 0o001:
            self.data.chmod((mode | 0o011) & 0o7777)
        if not enterable(owner, self.data):
            raise TrialRefused(
                "data_unreachable",
                _("数据库不以 root 运行，而账号 {account} 进不了目录 {data}；请用 --data 指定如 /var/lib/xiucheng"),
                account=owner.name,
                data=self.data,
            )

    def _own_folder(self, folder: Path, mode: int) -> None:
        folder.mkdir(mode=mode, exist_ok=True)
        if folder.lstat().st_uid not in {os.geteuid(), self._owner.uid}:
            raise TrialRefused("data_unreachable", _("目录 {data} 属于别的用户"), data=folder)
        folder.chmod(mode)
        self._owner.give(folder)

    # -- making and running the cluster -----------------------------------------------------------------------------

    def _program(self, name: str) -> str:
        return program(name, self._owner, self.data / "programs")

    def _initdb(self) -> None:
        making = self.data / "postgres.new"
        shutil.rmtree(making, ignore_errors=True)  # a killed start leaves half a cluster
        self._own_folder(making, 0o700)
        word = self.socket_folder / "initdb.word"
        word.unlink(missing_ok=True)
        word.touch(mode=0o600)
        try:
            word.write_text(self.password(SUPERUSER))
            self._owner.give(word)
            make_cluster(self._program("initdb"), making, self._owner, password_file=word, fast=self.fast)
        finally:
            word.unlink()
        making.rename(self.folder)

    def _launch(self, timeout: float) -> None:
        if self.log.exists() and self.log.stat().st_size > 8_000_000:
            self.log.replace(self.log.with_suffix(".log.1"))
        self.log.touch(mode=0o600)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command_line(),
                cwd="/",
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A session of its own: Ctrl-C in the terminal reaches the supervisor, which stops things in order.
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGINT),
                **self._owner.popen,
            )
        self._await_ready(timeout)

    def _command_line(self) -> list[str]:
        archive = archive_of(self.data)
        self._own_folder(archive, 0o700)
        return command_line(self._program("postgres"), self.folder, self.socket_folder, fast=self.fast, archive=archive)

    def _await_ready(self, timeout: float) -> None:
        assert self._process is not None
        deadline = time.monotonic() + timeout
        while not self._ready(self._process.pid):
            if self._process.poll() is not None or time.monotonic() > deadline:
                end = self.log.read_text(errors="replace").strip()[-800:]
                raise TrialRefused("not_started", _("数据库没能启动：{log}"), log=end)
            time.sleep(0.02)

    def _pid_lines(self) -> list[str]:
        try:
            return (self.folder / "postmaster.pid").read_text().splitlines()
        except (FileNotFoundError, PermissionError):
            return []

    def _pid(self) -> int | None:
        lines = self._pid_lines()
        return int(lines[0]) if lines and lines[0].strip().isdigit() else None

    def _ready(self, pid: int | None) -> bool:
        """The postmaster writes its state into line 8 of its pid file, as pg_ctl reads it."""
        lines = self._pid_lines()
        return (
            pid is not None
            and len(lines) >= 8
            and lines[0].strip() == str(pid)
            and lines[7].strip() == "ready"
            and self._is_ours(pid)
        )

    def _is_ours(self, pid: int) -> bool:
        """Whether this pid is a server on our folder, not a stranger that inherited the number."""
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return os.fsencode(self.folder) in words

    def _clear_stale(self) -> None:
        """Ends a server that outlived its owner, and removes a pid file whose number now belongs to a stranger."""
        pid = self._pid()
        if pid is None:
            return
        for sig, patience in ((signal.SIGINT, 10), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
            if not self._is_ours(pid):
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sig)
            wait_until(lambda: not self._is_ours(pid), patience)
        if not self._is_ours(pid):
            (self.folder / "postmaster.pid").unlink(missing_ok=True)


def describe(status: Status) -> dict[str, Any]:
    """The status as plain values, for `doctor --json`."""
    return json.loads(json.dumps(status.__dict__, default=str))
