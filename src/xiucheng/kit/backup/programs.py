"""PostgreSQL's own programs of the version that the server speaks, found on this machine and run out of the way."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..trialcluster import ENVIRONMENT, TrialRefused, binaries, major_of
from ..unready import Unready
from ..unready import mark as _

_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin", "/opt/postgresql*/bin")
_NICE = 10


class BackupRefused(Unready):
    """A backup cannot be made or taken back."""


def find(server_major: int) -> Path:
    """The folder of pg_dump, pg_restore and psql of the server's major version.

    An older pg_dump refuses a newer server, and a newer one writes what an older server does not read, so it is this
    version or none. Refused: `no_programs`, with the package to install.
    """
    for folder in _folders():
        whole = all((folder / name).is_file() for name in ("pg_dump", "pg_restore", "psql"))
        if whole and major_of(folder) == server_major:
            return folder
    raise BackupRefused(
        "no_programs",
        _("这台机器上没有 PostgreSQL {major} 的 pg_dump、pg_restore 和 psql；请安装 postgresql-client-{major}"),
        major=server_major,
    )


def _folders() -> Iterator[Path]:
    # Named by the operator, else the packaged ones; both are the folder that a trial runs from.
    with contextlib.suppress(TrialRefused):
        yield binaries()
    for pattern in _PLACES:
        yield from sorted(Path("/").glob(pattern.lstrip("/")))
    on_path = shutil.which("pg_dump")
    if on_path:
        yield Path(on_path).resolve().parent


def libpq_environment(settings: Mapping[str, Any]) -> dict[str, str]:
    """What libpq reads, from an entry of Django's DATABASES: the password travels in no command line."""
    options = settings.get("OPTIONS", {})
    values = {
        "PGHOST": settings["HOST"],
        "PGPORT": settings["PORT"],
        "PGUSER": settings["USER"],
        "PGPASSWORD": settings["PASSWORD"],
        "PGDATABASE": settings["NAME"],
        "PGOPTIONS": options.get("options", ""),
        "PGSSLMODE": options.get("sslmode", ""),
        "PGSSLROOTCERT": options.get("sslrootcert", ""),
    }
    return {**ENVIRONMENT, "LC_ALL": "C.UTF-8", **{name: str(value) for name, value in values.items() if value}}


def aside() -> None:
    """A `preexec_fn`: the hall goes first, for the processor and (where ionice can) for the disk."""
    os.nice(_NICE)


def idle_disk() -> list[str]:
    """The words before a command that reads or writes much: the disk when nobody else wants it."""
    ionice = shutil.which("ionice")
    return [ionice, "-c", "3", "-t"] if ionice else []


def check(process: subprocess.Popen[bytes], what: str) -> None:
    """Waits for the end. Refused: `program_failed` with the program's last words."""
    _out, err = process.communicate()
    if process.returncode:
        raise BackupRefused(
            "program_failed",
            _("{what} 失败：{why}"),
            what=what,
            why=(err or b"").decode(errors="replace").strip()[-800:],
        )
