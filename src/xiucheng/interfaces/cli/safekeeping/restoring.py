"""A site taken back from a backup: the right one, whole or not at all, with everything erased since erased again."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime

from xiucheng.kit.backup import base, dump, programs
from xiucheng.kit.backup.folder import Backup, Folder, intact
from xiucheng.kit.backup.programs import BackupRefused
from xiucheng.kit.trialsite import TrialSite
from xiucheng.kit.unready import mark as _

from ..frame import load_settings, release_connections
from .making import KEYS_DUMP, SITE_DUMP, Tell


@dataclass(frozen=True)
class Restored:
    """What a restore came to. point: everything acknowledged before it is there; later things may be missing.

    before: the position up to which the journal went that was replaced (None: there was none to be read). problems:
    what verification found, empty when the journal is what it was.
    """

    point: datetime
    steps: int
    before: int | None
    media: int
    erased_again: int
    rebuilt: int
    migrated: int
    problems: list[str]


def into_own(trial: TrialSite, folder: Folder, at: datetime | None, *, replace: bool, tell: Tell) -> Restored:
    """The whole cluster of a trial's data folder, as of `at` (None: as late as the log goes).

    The folder is held: nothing runs on it. What was there is put back when anything goes wrong. Refused:
    `already_running`, `not_empty`, `other_site`, `beyond`, `no_backup`, `damaged`, `keys_absent`, `not_started`.
    """
    database = trial.database
    database.hold()
    backup = _of_kind(folder, at, "base")
    reached = base.reached(folder) or backup.manifest.point
    if at is not None and at > reached:
        raise BackupRefused("beyond", _("备份的日志只到 {reached}，不能恢复到更晚的时间"), reached=reached.isoformat())
    system = base.system_of(database)
    if system is not None:
        _may_replace(replace, same=system == backup.manifest.system)
    tell("check")
    intact(backup)
    tell("databases")
    with base.Restoring(database) as restoring:
        restoring.run(backup.folder, backup.keys, folder, backup.manifest.log_from, at)
        trial.owned = True
        os.environ.update(trial.environment())
        load_settings()
        try:
            return _settle(backup, folder, at or reached, None, tell)
        finally:
            release_connections()


def into_server(folder: Folder, at: datetime | None, *, replace: bool, with_keys: bool, tell: Tell) -> Restored:
    """The site's schema on the server that the settings name; the key store where it is empty or asked for.

    The dump goes in by one transaction per database, the site's first: with a newer key store everything in it still
    opens. Refused: `in_use`, `not_empty`, `other_site`, `other_master`, `other_keys`, `newer_backup`,
    `no_programs`, and as above.
    """
    from django.conf import settings

    from xiucheng.kit import heartbeat
    from xiucheng.kit.now import now

    backup = _of_kind(folder, at, "dump")
    there = _journal_there()
    if there is not None:
        _may_replace(replace, same=there[1] in {"", backup.manifest.founded})
        running = [process for process, alive in heartbeat.alive(now()).items() if alive]
        if running:
            raise BackupRefused("in_use", _("站点还在运行（{names}），请先停止"), names=", ".join(running))
    _must_fit(backup)
    tell("check")
    intact(backup)
    keys_too = with_keys or _keys_are_needed(backup)
    release_connections()
    tell("databases")
    found = programs.find(backup.manifest.server)
    default, keys = (programs.libpq_environment(settings.DATABASES[alias]) for alias in ("default", "keys"))
    dump.load(found, default, backup.part(SITE_DUMP), empty_first=True)
    if keys_too:
        dump.load(found, keys, backup.part(KEYS_DUMP), empty_first=True)
    return _settle(backup, folder, backup.manifest.point, there[0] if there else None, tell)


def _of_kind(folder: Folder, at: datetime | None, kind: str) -> Backup:
    backup = folder.choose(at)
    if backup.manifest.site != folder.site:
        raise BackupRefused("other_site", _("备份属于站点 {site}，不是这里的 {here}"), **_sites(backup, folder))
    if backup.manifest.kind != kind:
        text = {
            "base": _("这是服务器上站点的备份；请在设置了 DATABASE_URL 的环境里恢复"),
            "dump": _("这是试用数据目录的备份；请用 --data 指定目录恢复"),
        }
        raise BackupRefused("other_kind", text[kind])
    return backup


def _sites(backup: Backup, folder: Folder) -> dict[str, str]:
    return {"site": backup.manifest.site, "here": folder.site}


def _may_replace(replace: bool, *, same: bool) -> None:
    if not same:
        raise BackupRefused("different_site", _("这里已有另一个站点的数据（业务日志的开头不同），不予覆盖"))
    if not replace:
        raise BackupRefused("not_empty", _("这里已有数据；确实要用备份替换，请加 --replace"))


def _must_fit(backup: Backup) -> None:
    """Refused before anything is touched: `other_master`, `newer_backup`."""
    from xiucheng.foundation.people import vault
    from xiucheng.kit import migrating

    unfit = vault.unfit(backup.manifest.masters)
    if unfit:
        raise BackupRefused(
            "other_master",
            _("XIUCHENG_MASTER_KEYS 里没有备份所用的主密钥 {names}，恢复后打不开"),
            names=", ".join(unfit),
        )
    newer = migrating.unknown(backup.manifest.migrations)
    if newer:
        raise BackupRefused(
            "newer_backup",
            _("备份来自更新的版本 {release}（{names}），请用该版本恢复"),
            release=backup.manifest.release,
            names=", ".join(newer[:3]),
        )


def _journal_there() -> tuple[int, str] | None:
    """Position and beginning of the journal that is there; None where the schema has no tables."""
    from django.db import connection

    from xiucheng.kit.journal import steps

    with connection.cursor() as cursor:
        if "kit_position" not in connection.introspection.table_names(cursor):
            return None
    return steps.head()[0], steps.founded()


def _keys_are_needed(backup: Backup) -> bool:
    """False where the store that the backup's words were sealed with has survived: it knows more than any backup.

    Refused: `other_keys` where another store is in use there.
    """
    from django.db import connections

    from xiucheng.foundation.people import vault

    with connections["keys"].cursor() as cursor:
        if "keystore_key" not in connections["keys"].introspection.table_names(cursor):
            return True
    if vault.identity() == backup.manifest.keystore:
        return not vault.holds_subjects()
    if vault.holds_subjects():
        raise BackupRefused("other_keys", _("这里的密钥库属于另一个站点，打不开备份的内容；要替换它请加 --with-keys"))
    return True


def _settle(backup: Backup, folder: Folder, point: datetime, before: int | None, tell: Tell) -> Restored:
    """What is no copy of a database: structure of this version, pictures, erasures, derived tables, the proof."""
    from xiucheng.foundation.media import safekeeping
    from xiucheng.foundation.people import vault
    from xiucheng.kit import migrating
    from xiucheng.kit.journal import readers, sequencer, steps, verify

    vault.forget()
    _must_fit(backup)
    migrated = migrating.migrate() if migrating.waiting() else 0
    tell("media")
    media = safekeeping.copy_in(folder.media)
    tell("erasures")
    erased = vault.reapply_erasures()
    tell("readers")
    readers.ensure_rows()
    while sequencer.run_once():
        pass
    rebuilt = readers.rebuild_lost()
    tell("verify")
    verdict = verify.run()
    problems = list(verdict.problems)
    if steps.hash_at(backup.manifest.position).hex() != backup.manifest.head:
        problems.append(f"position {backup.manifest.position} does not bear the hash that the backup noted")
    return Restored(point, verdict.steps, before, media, erased.keys_destroyed, rebuilt, migrated, problems)
