"""The commands `backup` and `restore`: which site, which folder, what was saved, what is lost."""

from __future__ import annotations

import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from xiucheng.kit.backup.folder import Folder
from xiucheng.kit.trialsite import TrialSite, default_data

from ..frame import DataOption, JsonOption, err, fail, out, print_json, with_site
from ..words import _
from . import making, restoring

FolderOption = Annotated[
    Path,
    typer.Option("--to", envvar="XIUCHENG_BACKUPS", metavar="DIR", help=_("备份目录；应在另一块磁盘或另一台机器上")),
]
KeysOption = Annotated[
    Path | None,
    typer.Option("--keys", envvar="XIUCHENG_BACKUPS_KEYS", metavar="DIR", help=_("密钥库备份的目录；默认在备份目录旁")),
]
STAGES = {
    "databases": _("数据库"),
    "log": _("事务日志"),
    "media": _("附件"),
    "check": _("核对备份文件"),
    "erasures": _("重做删除"),
    "readers": _("重建检索和列表"),
    "verify": _("核对业务日志"),
}


def _tell(stage: str) -> None:
    err.print(f"[dim]{STAGES[stage]}…[/dim]")


def backup(
    to: FolderOption,
    keys: KeysOption = None,
    keep: Annotated[int, typer.Option("--keep", min=0, help=_("只保留最近几份；0 为全部保留"))] = 0,
    log_only: Annotated[bool, typer.Option("--log", help=_("只送出上次以来的事务日志和新附件（试用数据库）"))] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    with with_site(data, migrate=False):
        from django.conf import settings

        from xiucheng.kit.now import now

        folder = Folder(to, settings.SITE, keys)
        if log_only and not making.is_own():
            raise fail(_("服务器上的站点没有事务日志可送，请做整份备份"))
        made = making.ship_log(folder) if log_only else making.make(folder, now=now(), keep=keep, tell=_tell)
    size = sum(size for size, _digest in made.backup.manifest.files.values()) if made.backup else 0
    if as_json:
        name = made.backup.name if made.backup else None
        print_json({"point": made.point, "name": name, "bytes": size, "media": made.media, "removed": made.removed})
        return
    if made.backup is not None:
        out.print(
            _("备份 {name}：{size:.1f} MB，附件 {media} 个").format(
                name=made.backup.name, size=size / 1e6, media=made.media
            )
        )
        out.print(_("密钥库在 {folder}，请与其余部分分开存放；主密钥不在任何备份里。").format(folder=folder.keys_root))
    out.print(_("{point} 之前确认过的内容都在备份里。").format(point=made.point.isoformat()))


def restore(
    source: Annotated[Path, typer.Argument(metavar="DIR", help=_("备份目录"))],
    to: Annotated[str, typer.Option("--to", metavar="TIME", help=_("恢复到这一时刻，如 2026-11-22T15:30"))] = "",
    keys: KeysOption = None,
    replace: Annotated[bool, typer.Option("--replace", help=_("替换这里已有的同一站点的数据"))] = False,
    with_keys: Annotated[bool, typer.Option("--with-keys", help=_("密钥库即使不空也用备份替换"))] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    at = _moment(to) if to else None
    if data is None and os.environ.get("DATABASE_URL"):
        with with_site(None, migrate=False):
            from django.conf import settings

            folder = Folder(source, settings.SITE, keys)
            done = restoring.into_server(folder, at, replace=replace, with_keys=with_keys, tell=_tell)
    else:
        name = os.environ.get("XIUCHENG_SITE") or "sample"
        trial = TrialSite(data or default_data(), name, os.environ.get("XIUCHENG_ZONE") or "Asia/Shanghai")
        try:
            done = restoring.into_own(trial, Folder(source, name, keys), at, replace=replace, tell=_tell)
        finally:
            trial.database.stop()
    _answer(done, as_json)


def _answer(done: restoring.Restored, as_json: bool) -> None:
    if as_json:
        print_json({**asdict(done), "ok": not done.problems})
    else:
        out.print(
            _("已恢复：业务日志 {steps} 步，附件 {media} 个，重做删除 {erased} 项。").format(
                steps=done.steps, media=done.media, erased=done.erased_again
            )
        )
        out.print(_("{point} 之前确认过的内容都在；之后的没有恢复。").format(point=done.point.isoformat()))
        if done.before is not None and done.before > done.steps:
            out.print(_("被替换的业务日志比备份多 {count} 步，这些步骤已丢失。").format(count=done.before - done.steps))
        for problem in done.problems:
            err.print(f"✗ {problem}", style="red", markup=False)
    raise typer.Exit(1 if done.problems else 0)


def _moment(text: str) -> datetime:
    try:
        given = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(_("时间应写成 2026-11-22T15:30，可带时区")) from error
    zone = ZoneInfo(os.environ.get("XIUCHENG_ZONE") or "Asia/Shanghai")
    return (given if given.tzinfo else given.replace(tzinfo=zone)).astimezone(UTC)
