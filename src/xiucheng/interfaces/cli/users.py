"""`user`: accounts from the machine itself: the first ones, administrators, and help for who is locked out."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from .dress import App
from .frame import DataOption, JsonOption, fail, out, print_json, with_site
from .words import _

if TYPE_CHECKING:
    from xiucheng.foundation.people.queries.accounts import AccountRow
    from xiucheng.foundation.people.rules import Post, Standing

app = App(help=_("账号与任职。"))

Username = Annotated[str, typer.Argument(metavar="USERNAME", help=_("用户名"))]
RoleOption = Annotated[str, typer.Option("--role", help=_("岗位，如 dispatcher、system_admin"))]
AreaOption = Annotated[str, typer.Option("--area", help=_("区划代码；不写为全区"))]
AgencyOption = Annotated[str, typer.Option("--agency", help=_("单位代码"))]


@contextmanager
def at_the_machine(data: Path | None) -> Iterator[Standing]:
    """The site, and the command line as the one who acts: whoever runs it has the machine anyway."""
    with with_site(data):
        from xiucheng.foundation.people.rules import Standing

        yield Standing.for_system("cli")


def account(username: str) -> AccountRow:
    """The account with this user name, or the end of the command."""
    from xiucheng.foundation.people import queries

    found = queries.account_of(username)
    if found is None:
        raise fail(_("没有账号 {username}").format(username=username))
    return found


@app.command("add", help=_("登记人员并开通账号；可同时任一个岗位。口令从标准输入读一行，或用 --generate 生成。"))
def add(
    username: Username,
    name: Annotated[str, typer.Option("--name", help=_("姓名"))],
    role: RoleOption = "",
    area: AreaOption = "",
    agency: AgencyOption = "",
    generate: Annotated[bool, typer.Option("--generate", help=_("生成口令并打印一次"))] = False,
    data: DataOption = None,
) -> None:
    password = _password(generate)
    with at_the_machine(data) as by:
        from xiucheng.foundation.people import commands
        from xiucheng.kit.now import now

        post = _post(role, area, agency) if role else None
        commands.register_with_account(by=by, now=now(), name=name, username=username, password=password, post=post)
    out.print(_("已开通：{username}").format(username=username))
    if generate:
        out.print(f"{_('口令')}: {password}", markup=False)


@app.command("role", help=_("给账号的主人任一个岗位（管理员岗位只能在这里任免）；--end 结束该岗位。"))
def role(
    username: Username,
    role: RoleOption,
    area: AreaOption = "",
    agency: AgencyOption = "",
    end: Annotated[bool, typer.Option("--end", help=_("结束而不是开始"))] = False,
    data: DataOption = None,
) -> None:
    with at_the_machine(data) as by:
        from xiucheng.foundation.people import commands, queries
        from xiucheng.kit.now import now

        person, moment = account(username).person_id, now()
        post = _post(role, area, agency)
        if not end:
            commands.start_membership(
                by=by, now=moment, person_id=person, role=post.role, area=post.area, agency_id=post.agency_id
            )
        else:
            held = [one for one in queries.staff(at=moment, role=role, person_id=person) if one.post == post]
            if not held:
                raise fail(_("{username} 现在没有这个岗位").format(username=username))
            commands.end_membership(by=by, now=moment, membership_id=held[0].membership_id)
    out.print(_("完成"))


def _post(role: str, area: str, agency: str) -> Post:
    from xiucheng.foundation.people import queries
    from xiucheng.foundation.people.rules import Post

    found = queries.agency_by_code(agency) if agency else None
    if agency and found is None:
        raise fail(_("没有单位 {agency}").format(agency=agency))
    return Post(role, area, found.id if found else None)


@app.command("password", help=_("设置新口令；原有会话全部失效。"))
def password(
    username: Username,
    generate: Annotated[bool, typer.Option("--generate", help=_("生成口令并打印一次"))] = False,
    data: DataOption = None,
) -> None:
    word = _password(generate)
    with at_the_machine(data) as by:
        from xiucheng.foundation.people import commands
        from xiucheng.kit.now import now

        commands.set_password(by=by, now=now(), account_id=account(username).id, password=word)
    out.print(f"{_('口令')}: {word}" if generate else _("完成"), markup=False)


def _password(generate: bool) -> str:
    if generate:
        return secrets.token_urlsafe(12)
    if sys.stdin.isatty():
        return str(typer.prompt(_("口令"), hide_input=True, confirmation_prompt=_("再输一次")))
    word = sys.stdin.readline().rstrip("\n")
    if not word:
        raise typer.BadParameter(_("请在标准输入给出口令，或用 --generate"))
    return word


@app.command("lock", help=_("停用账号，结束它的会话。"))
def lock(username: Username, data: DataOption = None) -> None:
    _on_account("lock_account", username, data)


@app.command("unlock", help=_("启用账号；多次输错口令的锁定也一并解除。"))
def unlock(username: Username, data: DataOption = None) -> None:
    _on_account("unlock_account", username, data)


@app.command("factor", help=_("清除丢失的第二因素，下次登录重新设置。"))
def factor(username: Username, data: DataOption = None) -> None:
    _on_account("reset_second_factor", username, data)


def _on_account(verb: str, username: str, data: Path | None) -> None:
    with at_the_machine(data) as by:
        from xiucheng.foundation.people import commands
        from xiucheng.kit.now import now

        getattr(commands, verb)(by=by, now=now(), account_id=account(username).id)
    out.print(_("完成"))


@app.command("list", help=_("列出账号与岗位。"))
def list_accounts(
    search: Annotated[str, typer.Argument(metavar="[TEXT]", help=_("用户名或姓名的开头"))] = "",
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    with with_site(data):
        from xiucheng.foundation.people import queries
        from xiucheng.kit.now import now

        posts: dict[Any, list[str]] = {}
        for one in queries.staff(at=now()):
            posts.setdefault(one.person_id, []).append(" ".join(filter(None, (one.post.role, one.post.area))))
        rows = [{**asdict(row), "posts": posts.get(row.person_id, [])} for row in queries.accounts(search=search)]
    if as_json:
        print_json(rows)
        return
    table = Table(_("用户名"), _("姓名"), _("岗位"), _("启用"))
    for row in rows:
        table.add_row(row["username"], row["name"], ", ".join(row["posts"]), "✓" if row["is_active"] else "–")
    out.print(table)
