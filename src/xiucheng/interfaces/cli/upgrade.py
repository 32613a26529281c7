"""`upgrade`: the structure of both databases brought to this version while the old one goes on working."""

from __future__ import annotations

from typing import Annotated

import typer

from xiucheng import __version__

from .frame import DataOption, apply_migrations, fail, out, with_site
from .words import _

_FRESH_S = 24 * 3600


def upgrade(
    data: DataOption = None,
    without_backup: Annotated[bool, typer.Option("--without-backup", help=_("没有一天内的备份也照做"))] = False,
) -> None:
    with with_site(data, migrate=False):
        from django.conf import settings

        from xiucheng.kit import migrating, vitals
        from xiucheng.kit.now import now

        newer = migrating.unknown(migrating.applied())
        if newer:
            raise fail(_("数据库已是更新的版本（{names}），请用新版程序").format(names=", ".join(newer[:3])))
        if not migrating.waiting():
            out.print(_("已是 {version}，没有要做的").format(version=__version__))
            return
        last = vitals.last_backup(settings.BACKUPS, settings.SITE) if settings.BACKUPS else None
        fresh = last is not None and (now() - last).total_seconds() < _FRESH_S
        if not fresh and not without_backup:
            raise fail(_("一天之内没有备份。请先运行 xiucheng backup，或加 --without-backup"))
        done = apply_migrations()
    out.print(_("已升级到 {version}：{count} 个迁移。现在可以重启进程。").format(version=__version__, count=done))
