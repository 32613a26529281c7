"""How a running site is, in numbers: queues, readers, processes, database, disk, certificate, backups.

`doctor`, `/metrics` and the operations page say the same because they all read it here. Nothing tells of a person.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from cryptography import x509
from django.conf import settings
from django.db import connection

from .backup.folder import Folder
from .journal import readers

OLDEST_BACKUP_S = 36 * 3600
"""A nightly backup that failed once is late; one that failed twice is an alarm (D)."""
CERTIFICATE_DAYS, CERTIFICATE_LAST_DAYS = 21, 3
"""So many days before a certificate ends it is time for another; in the last ones it is an alarm."""
DISK_FREE_SHARE, DISK_FREE_MOST, DISK_FREE_BYTES = 0.10, 10 * 2**30, 2 * 2**30
"""A disk is short below a tenth of it, where that is less than 10 GiB, and always below 2 GiB (D)."""
LAG_STEPS = 1000
"""A reader further behind is slow, not merely busy (D)."""
PENDING_S = 5
"""A step that has waited longer for its position finds no sequencer at work (D)."""

Level = Literal["ok", "warn", "error"]


@dataclass(frozen=True, slots=True)
class Disk:
    """One file system that the site writes to."""

    path: str
    total: int
    free: int

    @property
    def is_short(self) -> bool:
        """Is it time to make room?"""
        return self.free < max(DISK_FREE_BYTES, min(DISK_FREE_SHARE * self.total, DISK_FREE_MOST))


def certificate_level(days: int) -> Level:
    """How it stands with a certificate that ends in so many days."""
    return "error" if days < CERTIFICATE_LAST_DAYS else "warn" if days < CERTIFICATE_DAYS else "ok"


@dataclass(frozen=True, slots=True)
class Vitals:
    """One look at everything. Times in seconds; None where there is nothing to tell.

    pending: steps without a position; pending_s: how long the oldest has waited. lags: reader → positions behind.
    jobs: status (todo, doing, failed …) → how many of the queue; job_wait_s: how long the oldest due one has waited.
    alive: process → seconds since it was heard of. connections: clients of the whole server, whatever their database,
    as max_connections bounds them all (whose kind is hidden from us counts). clock_s: how far the database's clock is
    from ours, without the way there and back.
    """

    pending: int
    pending_s: float | None
    parked: int
    given_up: int
    lags: Mapping[str, int]
    jobs: Mapping[str, int]
    job_wait_s: float | None
    alive: Mapping[str, float]
    database_bytes: int
    connections: int
    max_connections: int
    clock_s: float
    disks: tuple[Disk, ...]
    certificate: datetime | None
    backup: datetime | None


_DATABASE = """
SELECT (SELECT count(*) FROM kit_pending),
       (SELECT extract(epoch FROM clock_timestamp() - s.recorded_at)
          FROM kit_pending p JOIN kit_step s ON s.id = p.step_id ORDER BY p.seq LIMIT 1),
       (SELECT count(*) FROM kit_parked),
       (SELECT count(*) FROM kit_parked WHERE next_try_at IS NULL),
       (SELECT COALESCE(json_object_agg(status, n), '{}')::text
          FROM (SELECT status::text, count(*) AS n FROM procrastinate_jobs WHERE status::text <> 'succeeded'
                GROUP BY status) AS j),
       (SELECT extract(epoch FROM clock_timestamp() - min(e.at)) FROM procrastinate_jobs j
          JOIN procrastinate_events e ON e.job_id = j.id AND e.type::text = 'deferred'
         WHERE j.status::text = 'todo' AND (j.scheduled_at IS NULL OR j.scheduled_at <= clock_timestamp())),
       (SELECT COALESCE(json_object_agg(process, extract(epoch FROM clock_timestamp() - at)), '{}')::text
          FROM kit_heartbeat),
       pg_database_size(current_database()),
       (SELECT count(*) FROM pg_stat_activity WHERE datid IS NOT NULL AND usesysid IS NOT NULL
           AND COALESCE(backend_type, 'client backend') = 'client backend'),
       current_setting('max_connections')::int,
       extract(epoch FROM clock_timestamp())
"""


def read(clock: Callable[[], datetime]) -> Vitals:
    """Look now; three statements. Raises what the database raises when it is away.

    clock: kit.now.now, asked before and after, since the question takes time itself.
    """
    begun = clock().timestamp()
    with connection.cursor() as cursor:
        cursor.execute(_DATABASE)
        pending, pending_s, parked, given_up, jobs, wait, alive, size, used, most, there = cursor.fetchone()
    ended = clock().timestamp()
    return Vitals(
        pending=pending,
        pending_s=_seconds(pending_s),
        parked=parked,
        given_up=given_up,
        lags=readers.lags(),
        jobs=json.loads(jobs),
        job_wait_s=_seconds(wait),
        alive={process: float(age) for process, age in json.loads(alive).items()},
        database_bytes=size,
        connections=used,
        max_connections=most,
        clock_s=_apart(float(there), begun, ended),
        disks=disks(),
        certificate=certificate_ends(settings.CERTIFICATE),
        backup=last_backup(settings.BACKUPS, settings.SITE),
    )


def _seconds(value: object) -> float | None:
    return None if value is None else float(str(value))


def _apart(there: float, begun: float, ended: float) -> float:
    """How far their clock is outside of the time in which it must have been read, by ours."""
    if there < begun:
        return there - begun
    return max(0.0, there - ended)


def disks() -> tuple[Disk, ...]:
    """The file systems of the data folder and of the backups, each once."""
    found: dict[int, Disk] = {}
    for folder in (settings.DATA, settings.BACKUPS and Path(settings.BACKUPS)):
        if folder and Path(folder).exists():
            usage = shutil.disk_usage(folder)
            found.setdefault(Path(folder).stat().st_dev, Disk(str(folder), usage.total, usage.free))
    return tuple(found.values())


def certificate_ends(path: str) -> datetime | None:
    """When the first certificate of the file ends; None where no file is named or it cannot be read."""
    if not path:
        return None
    try:
        return x509.load_pem_x509_certificates(Path(path).read_bytes())[0].not_valid_after_utc
    except (OSError, ValueError, IndexError):
        return None


def last_backup(root: str, site: str) -> datetime | None:
    """The point of the newest backup in the folder; None where there is none."""
    if not root:
        return None
    backups = list(Folder(Path(root), site).all())
    return backups[-1].manifest.point.astimezone(UTC) if backups else None
