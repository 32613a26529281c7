"""`site create`: from a provisioned database to a district to be set up; `site rehearse`: twenty cases through it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from .dress import App
from .frame import DataOption, JsonOption, apply_migrations, fail, out, print_json, progress, with_site
from .words import _

if TYPE_CHECKING:
    from xiucheng.operations.founding.rehearsed import Rehearsal

app = App(help=_("站点：一个区从建立到上线。"))

ADMINISTRATORS = ("system_admin", "security_admin", "audit_admin")


@app.command("create", help=_("建区的第一步：设好区划和默认配置，开通三种管理员并打印口令；可重复运行。"))
def create(
    division: Annotated[str, typer.Option("--division", help=_("区县的 6 位区划代码"))],
    name: Annotated[str, typer.Option("--name", help=_("区名；清单里有时可以不写"))] = "",
    areas: Annotated[
        Path | None,
        typer.Option("--areas", metavar="PATH", exists=True, help=_("统计区划文件的目录，或有代码、名称两列的 CSV")),
    ] = None,
    data: DataOption = None,
) -> None:
    with with_site(data, make=True):
        apply_migrations()
        from xiucheng.foundation.people.rules import Standing
        from xiucheng.kit.now import now
        from xiucheng.operations.founding import beginning

        by = Standing.for_system("cli")
        code = division.strip()[:6]
        rows = []
        if areas is not None:
            rows = beginning.folder_of(areas, code) if areas.is_dir() else beginning.list_of(areas.read_bytes(), code)
        report = beginning.found_district(by=by, now=now(), code=division, name=name, rows=rows)
        out.print(_("区划：{taken} 个，未收 {refused} 个").format(taken=report.taken, refused=len(report.refused)))
        for role in ADMINISTRATORS:
            _administrator(role)
    out.print(_("下一步：以 security_admin 登录，打开 /setup/。"))


@app.command("rehearse", help=_("上线前的演练：20 件案卷在单独的模式里走一遍；缺这个模式时先建立它。"))
def rehearse(
    admin_url: Annotated[
        str, typer.Option(envvar="XIUCHENG_ADMIN_URL", help=_("建立演练模式用：PostgreSQL 超级用户的连接地址"))
    ] = "",
    keys_admin_url: Annotated[str, typer.Option(help=_("密钥库在另一台服务器上时，它的超级用户连接地址"))] = "",
    schema_only: Annotated[bool, typer.Option("--schema-only", help=_("只建立演练模式，演练在 /setup/ 里做"))] = False,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    with with_site(data):
        from xiucheng.foundation.people.rules import Standing
        from xiucheng.kit import rehearsal
        from xiucheng.kit.now import now
        from xiucheng.operations.founding import commands, rehearsed
        from xiucheng.operations.founding.rehearsing import running

        by = Standing.for_system("cli")
        if not rehearsal.possible():
            _make_schema(admin_url, keys_admin_url)
        if schema_only:
            return
        commands.begin_rehearsal(by=by, now=now(), defer=False)
        with progress(_("演练")) as tick:
            answer = running.run(tick)
        commands.keep_rehearsal(now=now(), answer=answer)
        view = rehearsed.view(by, now())
        print_json(answer) if as_json else _show(view)
        raise typer.Exit(0 if view.cases and view.closed == len(view.cases) else 1)


def _make_schema(admin_url: str, keys_admin_url: str) -> None:
    """Beside the site's own, by whoever may: the trial's own superuser, else the address that was given."""
    from django.conf import settings

    from xiucheng.kit import site as sites
    from xiucheng.kit.trialdb import TrialDatabase

    if not admin_url and os.environ.get("XIUCHENG_TRIAL"):
        trial = TrialDatabase(Path(settings.DATA))
        admin_url = trial.url() if trial.attach() else ""
    if not admin_url:
        raise fail(_("没有演练用的模式，也没有 --admin-url；请用 PostgreSQL 超级用户的连接地址再运行一次。"))
    database = str(settings.DATABASES["default"]["NAME"])
    sites.provision_rehearsal(admin_url, settings.SITE, database=database, keys_admin_url=keys_admin_url or None)


def _show(view: Rehearsal) -> None:
    if view.failed:
        raise fail(_("演练没有完成（{code}）").format(code=view.failed))
    table = Table(_("序"), _("案卷"), _("派给"), _("规则"), _("结果"))
    for one in view.cases:
        said = [one.stage, *(lack.sentence for lack in one.lacks)]
        rule = str(one.rule) if one.rule is not None else "—"
        table.add_row(str(one.number), f"{one.category} {one.place}", one.agency or "—", rule, "\n".join(said))
    out.print(table)
    out.print(_("{count} 件里 {closed} 件走完了全程").format(count=len(view.cases), closed=view.closed))


def _administrator(role: str) -> None:
    """One account for each of the three, named after its post, where nobody holds it yet."""
    from xiucheng.foundation.people import commands, queries
    from xiucheng.foundation.people.rules import Post, Standing
    from xiucheng.kit.now import now

    if queries.staff(at=now(), role=role):
        return
    if queries.account_of(role) is not None:
        raise fail(_("账号 {username} 已有，但没有这个岗位；请用 user role 任命。").format(username=role))
    by, password = Standing.for_system("cli"), secrets.token_urlsafe(12)
    commands.register_with_account(
        by=by, now=now(), name=queries.role_name(role), username=role, password=password, post=Post(role)
    )
    out.print(f"{role}: {password}", markup=False)
