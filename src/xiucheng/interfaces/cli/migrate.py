"""`migrate`: brings the structure of both databases up to this version."""

from __future__ import annotations

from typing import Annotated

import typer

from .frame import DataOption, apply_migrations, out, with_site
from .words import _


def migrate(
    data: DataOption = None,
    check: Annotated[bool, typer.Option("--check", help=_("只检查；还有未应用的迁移时以 1 退出"))] = False,
) -> None:
    with with_site(data, migrate=False, make=not check):
        if check:
            from xiucheng.kit import migrating

            count = migrating.waiting()
            out.print(_("待应用的迁移：{count}").format(count=count))
            raise typer.Exit(1 if count else 0)
        count = apply_migrations()
        out.print(_("已应用的迁移：{count}").format(count=count))
