"""`provision`: makes the roles, schemas and databases of a district on an own PostgreSQL and prints its environment."""

from __future__ import annotations

import base64
import secrets
from typing import Annotated
from urllib.parse import quote, urlencode

import typer
from psycopg.conninfo import conninfo_to_dict

from xiucheng.kit import site as sites

from .frame import err, out
from .words import _


def provision(
    admin_url: Annotated[str, typer.Option(envvar="XIUCHENG_ADMIN_URL", help=_("PostgreSQL 超级用户的连接地址"))],
    site: Annotated[str, typer.Option(help=_("站点（区）的短名，也是模式名"))],
    database: Annotated[str, typer.Option(help=_("数据库名；几个站点可以共用一个"))] = "xiucheng",
    keys_admin_url: Annotated[str, typer.Option(help=_("密钥库在另一台服务器上时，它的超级用户连接地址"))] = "",
) -> None:
    password, keys_password = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    passwords = {"password": password, "keys_password": keys_password}
    main, keys = sites.provision(admin_url, site, database=database, keys_admin_url=keys_admin_url or None, **passwords)
    lines = {
        "XIUCHENG_SITE": site,
        "DATABASE_URL": _address(admin_url, main),
        "DATABASE_KEYS_URL": _address(keys_admin_url or admin_url, keys),
        "XIUCHENG_SECRET_KEY": secrets.token_urlsafe(48),
        "XIUCHENG_MASTER_KEYS": f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
    }
    err.print(_("站点已建立。请把下面几行存入只有服务账号可读的环境文件；主密钥另存一份，丢失后密封的内容无法打开。"))
    for name, value in lines.items():
        out.print(f"{name}={value}", markup=False, soft_wrap=True)


def _address(admin_url: str, part: sites.Part) -> str:
    """The part's own address on the server that the administrator's address names."""
    given = conninfo_to_dict(admin_url)
    more = {name: str(given[name]) for name in ("host", "port", "sslmode", "sslrootcert") if given.get(name)}
    return f"postgresql://{quote(part.role)}:{quote(part.password)}@/{quote(part.database)}?{urlencode(more)}"
