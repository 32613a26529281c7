"""A backup of the site that the settings name: databases, keys apart, pictures, and a manifest that tells of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from xiucheng import __version__
from xiucheng.kit.backup import base, dump, programs
from xiucheng.kit.backup.folder import Backup, Folder, Kind, Manifest
from xiucheng.kit.trialdb import TrialDatabase

KEYS_DUMP, SITE_DUMP = "keys.dump", "site.dump"
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Made:
    """What was made: the backup (None where only the log was shipped), its pictures, what was removed for it."""

    point: datetime
    backup: Backup | None
    media: int
    removed: list[str]


def is_own() -> bool:
    """Does the site stand on a database of ours, whose whole cluster we may copy with its log?"""
    return os.environ.get("XIUCHENG_TRIAL") == "1"


def make(folder: Folder, *, now: datetime, keep: int, tell: Tell) -> Made:
    """Copies everything; the site goes on working meanwhile. tell(what) before `databases`, `media`, `log`.

    Refused: as the parts of kit.backup; nothing half-made stays.
    """
    with folder.alone():
        name, place, keys_place = folder.begin(now)
        try:
            tell("databases")
            manifest = _copied_cluster(folder, place, keys_place, tell) if is_own() else _dumped(place, keys_place)
            tell("media")
            media = _media_out(folder.media)
            backup = folder.finish(name, Manifest(**{**manifest.__dict__, "media": media}))
        except BaseException:
            folder.abandon(name)
            raise
        removed = folder.forget(keep)
        if removed and is_own():
            base.drop_old_log(folder, next(folder.all()).manifest.log_from)
    return Made(backup.manifest.point, backup, media, removed)


def ship_log(folder: Folder) -> Made:
    """Only the log since the last backup, and new pictures: every few minutes, between two whole ones.

    Refused: `no_backup` where the log would have nothing to go on from.
    """
    with folder.alone():
        folder.choose(None)
        media = _media_out(folder.media)
        return Made(base.ship_log(_own_database(), folder), None, media, [])


def _own_database() -> TrialDatabase:
    from django.conf import settings

    return TrialDatabase(settings.DATA)


def _dumped(place: Path, keys_place: Path) -> Manifest:
    from django.conf import settings
    from django.db import connections

    # Everything committed before this moment is seen by the dump's snapshot, which is taken after it.
    about = _about("dump")
    # Keys come second: a word in the site's dump finds its key in the later one, unless it was erased in between.
    for alias, target in (("default", place / SITE_DUMP), ("keys", keys_place / KEYS_DUMP)):
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
            server = cursor.fetchone()[0]
        libpq = programs.libpq_environment(settings.DATABASES[alias])
        dump.save(programs.find(server), libpq, settings.SITE, target)
    return about


def _copied_cluster(folder: Folder, place: Path, keys_place: Path, tell: Tell) -> Manifest:
    from django.conf import settings

    about = _about("base")
    copied = base.save(_own_database(), str(settings.DATABASES["keys"]["NAME"]), place, keys_place)
    tell("log")
    # The copy is whole only with the log of the time that it took, and then it is good up to here.
    point = base.ship_log(_own_database(), folder)
    return Manifest(**{**about.__dict__, "point": point, "log_from": copied.log_from, "system": copied.system})


def _about(kind: Kind) -> Manifest:
    from django.conf import settings
    from django.db import connection

    from xiucheng.foundation.people import vault
    from xiucheng.kit import migrating
    from xiucheng.kit.journal import steps

    with connection.cursor() as asking:
        asking.execute("SELECT clock_timestamp(), current_setting('server_version_num')::int / 10000")
        point, server = asking.fetchone()
    position, head = steps.head()
    return Manifest(
        site=settings.SITE,
        kind=kind,
        point=point,
        release=__version__,
        server=server,
        founded=steps.founded(),
        position=position,
        head=head.hex(),
        keystore=vault.identity(),
        masters=vault.check_values(),
        migrations=migrating.applied(),
    )


def _media_out(target: Path) -> int:
    from xiucheng.foundation.media import safekeeping

    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    return safekeeping.copy_out(target)
