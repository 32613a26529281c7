"""`token`: secrets for programs that use the API."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table

from .dress import App
from .frame import DataOption, JsonOption, out, print_json, with_site
from .users import account, at_the_machine
from .words import _

app = App(help=_("接口令牌。"))


@app.command("issue", help=_("发放令牌，只显示这一次。代表一个账号（--user）或一个渠道（--channel）。"))
def issue(
    label: Annotated[str, typer.Argument(metavar="LABEL", help=_("用途说明"))],
    scopes: Annotated[list[str], typer.Option("--scope", help=_("允许的用途，可重复：reports、read、moves"))],
    user: Annotated[str, typer.Option("--user", help=_("代表哪个账号"))] = "",
    channel: Annotated[str, typer.Option("--channel", help=_("代表哪个渠道"))] = "",
    days: Annotated[int, typer.Option("--days", min=1, max=366, help=_("有效天数"))] = 365,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    if bool(user) == bool(channel):
        raise typer.BadParameter(_("--user 和 --channel 要给且只给一个"))
    with at_the_machine(data) as by:
        from xiucheng.foundation.people import commands
        from xiucheng.kit.now import now

        account_id = account(user).id if user else None
        issued = commands.issue_token(
            by=by, now=now(), label=label, scopes=scopes, account_id=account_id, channel=channel, days=days
        )
    if as_json:
        print_json(asdict(issued))
    else:
        out.print(issued.secret, markup=False, soft_wrap=True)


@app.command("revoke", help=_("撤销令牌。"))
def revoke(token: Annotated[UUID, typer.Argument(metavar="ID")], data: DataOption = None) -> None:
    with at_the_machine(data) as by:
        from xiucheng.foundation.people import commands
        from xiucheng.kit.now import now

        commands.revoke_token(by=by, now=now(), token_id=token)
    out.print(_("已撤销"))


@app.command("list", help=_("列出令牌（不含秘密）。"))
def list_tokens(as_json: JsonOption = False, data: DataOption = None) -> None:
    with with_site(data):
        from xiucheng.foundation.people import queries

        rows = [asdict(row) for row in queries.tokens()]
    if as_json:
        print_json(rows)
        return
    table = Table("ID", _("用途说明"), _("代表"), _("用途"), _("到期"), _("撤销时间"))
    for row in rows:
        expires = f"{row['expires_at']:%Y-%m-%d}"
        revoked = f"{row['revoked_at']:%Y-%m-%d}" if row["revoked_at"] else ""
        bearer = row["username"] or row["channel"]
        table.add_row(str(row["id"]), row["label"], bearer, " ".join(row["scopes"]), expires, revoked)
    out.print(table)
