"""`keys`: the key store: how it stands, a new master key, and erasing again what a restore brought back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from .dress import App
from .frame import DataOption, JsonOption, out, print_json, progress, with_site
from .words import _

app = App(help=_("密钥库：状态、更换主密钥、恢复备份后重做删除。"))


@app.command("status", help=_("各主密钥下的密钥数；缺少或不符的主密钥。"))
def status(data: DataOption = None, as_json: JsonOption = False) -> None:
    with with_site(data):
        from xiucheng.foundation.people import vault

        health = vault.health()
    if as_json:
        print_json(asdict(health))
    else:
        for master, count in health.keys_by_master.items():
            mark = " *" if master == health.current else ""
            out.print(f"{master}{mark}\t{count}", markup=False)
        for master in (*health.lacking, *health.wrong):
            out.print(_("主密钥 {master} 缺少或不符").format(master=master), style="red")
    raise typer.Exit(1 if health.lacking or health.wrong else 0)


@app.command("rotate", help=_("把全部密钥改由 XIUCHENG_MASTER_KEYS 的第一把主密钥包裹；可中断后继续。"))
def rotate(data: DataOption = None) -> None:
    with with_site(data):
        from xiucheng.foundation.people import vault

        with progress(_("重新包裹密钥")) as tick:
            done = vault.rotate(tick)
    out.print(_("已重新包裹：{count}").format(count=done))


@app.command("new", help=_("生成一把新的主密钥，打印可放入 XIUCHENG_MASTER_KEYS 的一段。"))
def new(name: Annotated[str, typer.Argument(help=_("主密钥的名称，如 k2"))]) -> None:
    from xiucheng.foundation.people.vault.crypto import new_master

    out.print(new_master(name), markup=False, soft_wrap=True)


@app.command("reapply", help=_("恢复备份之后必须运行：把删除清单重新执行一遍。"))
def reapply(data: DataOption = None, as_json: JsonOption = False) -> None:
    with with_site(data):
        from xiucheng.foundation.people import vault

        done = vault.reapply_erasures()
    if as_json:
        print_json(asdict(done))
    else:
        text = _("清单 {listed} 项，再次销毁密钥 {keys_destroyed} 把")
        out.print(text.format(**asdict(done)))
