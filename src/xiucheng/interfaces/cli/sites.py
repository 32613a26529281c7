"""`site create`: from a provisioned database to a district that can be set up: structure, division, administrators."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated

import typer

from .frame import DataOption, apply_migrations, fail, out, with_site
from .words import _

app = typer.Typer(help=_("站点：一个区从建立到上线。"), no_args_is_help=True)

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
    with with_site(data):
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


def _administrator(role: str) -> None:
    """One account for each of the three, named after its post, where nobody holds it yet."""
    from xiucheng.foundation.people import commands, queries
    from xiucheng.foundation.people.rules import Standing
    from xiucheng.kit.now import now
    from xiucheng.kit.verbs import verb

    if queries.staff(at=now(), role=role):
        return
    if queries.account_of(role) is not None:
        raise fail(_("账号 {username} 已有，但没有这个岗位；请用 user role 任命。").format(username=role))
    by, password = Standing.for_system("cli"), secrets.token_urlsafe(12)

    @verb
    def appointed() -> None:
        person = commands.register_person(by=by, now=now(), name=queries.role_name(role))
        commands.create_account(by=by, now=now(), person_id=person, username=role, password=password)
        commands.start_membership(by=by, now=now(), person_id=person, role=role)

    appointed()
    out.print(f"{role}: {password}", markup=False)
