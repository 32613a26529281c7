"""What doctor refuses where people rely on a site: weak secrets, open databases, mixed rights, a wrong clock."""

from __future__ import annotations

import itertools
import os
import secrets as randomness
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import psycopg

from .words import _

Level = Literal["ok", "warn", "error"]
Check = Callable[[], Iterator[tuple[Level, str]]]

_CLOCK_WARN_S, _CLOCK_ERROR_S = 2.0, 30.0


def _is_trial() -> bool:
    return os.environ.get("XIUCHENG_TRIAL") == "1"


def secrets() -> Iterator[tuple[Level, str]]:
    """Keys that come from an example, a test or a trial, or that somebody typed."""
    from django.conf import settings

    from xiucheng.foundation.people.vault import crypto

    if _is_trial():
        return
    key = settings.SECRET_KEY
    if len(set(key)) < 12 or "secret" in key.lower() or "change" in key.lower() or " " in key:
        yield "error", _("XIUCHENG_SECRET_KEY 不像随机生成的，请换成 provision 打印的那种")
    for name, master in crypto.masters(settings.XIUCHENG_MASTER_KEYS).keys.items():
        steps = {(after - before) % 256 for before, after in itertools.pairwise(master)}
        if len(set(master)) < 12 or len(steps) < 4:
            yield "error", _("主密钥 {name} 不像随机生成的，请用 keys new 生成").format(name=name)
    if not settings.XIUCHENG_ERASURE_LIST:
        yield "warn", _("XIUCHENG_ERASURE_LIST 没有设置：两个数据库同时恢复到从前时，此后的删除会失效")


def authentication() -> Iterator[tuple[Level, str]]:
    """Whether the server lets anybody in: tried with a wrong password, as each of the site's two roles.

    By a socket the server may know the operating-system account instead (peer); that fits one role, never both.
    """
    from django.conf import settings

    open_for = [alias for alias in ("default", "keys") if _lets_in(settings.DATABASES[alias])]
    if len(open_for) == 2:
        yield "error", _("数据库不查口令（trust）：任何人都能以站点的身份连接，请在 pg_hba.conf 改为 scram-sha-256")
    elif open_for and not str(settings.DATABASES[open_for[0]]["HOST"]).startswith("/"):
        yield (
            "error",
            _("{alias}：数据库不查口令（trust），请在 pg_hba.conf 改为 scram-sha-256").format(alias=open_for[0]),
        )
    else:
        yield "ok", _("数据库拒绝错误的口令")
    for alias in ("default", "keys"):
        yield from _encrypted(alias, settings.DATABASES[alias])


def _lets_in(entry: Any) -> bool:
    options = {name: entry["OPTIONS"][name] for name in ("sslmode", "sslrootcert") if name in entry["OPTIONS"]}
    try:
        psycopg.connect(
            dbname=entry["NAME"],
            user=entry["USER"],
            password=randomness.token_hex(16),
            host=entry["HOST"] or None,
            port=entry["PORT"] or None,
            connect_timeout=10,
            **options,
        ).close()
    except psycopg.OperationalError:
        return False
    return True


def _encrypted(alias: str, entry: Any) -> Iterator[tuple[Level, str]]:
    host = str(entry["HOST"])
    if not host or host.startswith("/") or host in {"localhost", "127.0.0.1", "::1"}:
        return
    if entry["OPTIONS"].get("sslmode") not in {"require", "verify-ca", "verify-full"}:
        yield (
            "error",
            _("{alias}：到数据库 {host} 的连接不加密，请在地址里写 sslmode=verify-full").format(alias=alias, host=host),
        )


def durability() -> Iterator[tuple[Level, str]]:
    """What the server must not be told to skip, since what a verb acknowledged has to survive a power cut."""
    from django.db import connections

    whole = True
    for alias in ("default", "keys"):
        with connections[alias].cursor() as cursor:
            cursor.execute(
                "SELECT name FROM pg_settings"
                " WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off'"
            )
            for (name,) in cursor.fetchall():
                whole = False
                yield "error", _("{alias}：{name} 关闭了，断电会丢失已确认的内容").format(alias=alias, name=name)
    if whole:
        yield "ok", _("已确认的内容在断电后仍在")


def rights() -> Iterator[tuple[Level, str]]:
    """Roles that may more than they need, schemas open to everybody, both halves of the site behind one role."""
    from django.conf import settings
    from django.db import connections

    if settings.DATABASES["default"]["USER"] == settings.DATABASES["keys"]["USER"]:
        yield "error", _("两个数据库用同一个角色：拿到一个口令就能打开全部内容")
    for alias in ("default", "keys"):
        with connections[alias].cursor() as cursor:
            cursor.execute(
                "SELECT rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls,"
                " has_schema_privilege('public', 'public', 'CREATE'),"
                " has_database_privilege('public', current_database(), 'CONNECT'),"
                " (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'),"
                " current_schemas(false)::text[]"
                " FROM pg_roles WHERE rolname = current_user"
            )
            mighty, creates, connects, strays, path = cursor.fetchone()
        for wrong, level, text in (
            (mighty, "error", _("{alias}：应用的角色权限过大（建库、建角色、复制或绕过行安全）")),
            (creates, "error", _("{alias}：任何角色都可以在 public 模式建表，请 REVOKE CREATE ON SCHEMA public")),
            (connects, "warn", _("{alias}：任何角色都可以连接这个数据库，请 REVOKE CONNECT")),
            (strays > 0, "warn", _("{alias}：public 模式里有表，不属于任何站点")),
            (path[:1] != [settings.SITE], "error", _("{alias}：search_path 不是从本站点的模式开始")),
        ):
            if wrong:
                yield level, text.format(alias=alias)  # type: ignore[misc]


def administrators() -> Iterator[tuple[Level, str]]:
    """The three administrators: each there, none of them two, none of them with a post in the work."""
    from xiucheng.foundation.people import queries
    from xiucheng.foundation.people.rules import ADMINISTRATORS
    from xiucheng.kit.now import now

    posts: dict[object, set[str]] = {}
    for member in queries.staff(at=now()):
        posts.setdefault(member.person_id, set()).add(member.post.role)
    held: set[str] = set().union(*posts.values()) & ADMINISTRATORS if posts else set()
    for roles in posts.values():
        if len(roles & ADMINISTRATORS) > 1 or (roles & ADMINISTRATORS and roles - ADMINISTRATORS):
            yield "error", _("有人同时任 {roles}：管理员的权限必须分开").format(roles=", ".join(sorted(roles)))
    for role in sorted(ADMINISTRATORS - held):
        yield "warn", _("没有人任 {role}；请用 user add 设立").format(role=role)


def clock() -> Iterator[tuple[Level, str]]:
    """Limits are judged by the clock: this machine's, the database's, and whether anybody keeps it right."""
    from xiucheng.kit import vitals
    from xiucheng.kit.now import now

    apart = abs(vitals.read(now).clock_s)
    text = _("本机与数据库的时钟相差 {seconds:.1f} 秒").format(seconds=apart)
    yield "error" if apart > _CLOCK_ERROR_S else "warn" if apart > _CLOCK_WARN_S else "ok", text
    synchronised = _synchronised()
    if synchronised is False:
        yield "warn", _("本机时钟没有与时间服务器同步")


def _synchronised() -> bool | None:
    """Whether systemd says that the clock is kept; None where nobody can tell."""
    if not shutil.which("timedatectl"):
        return None
    done = subprocess.run(["timedatectl", "show", "-p", "NTPSynchronized", "--value"], capture_output=True, text=True)
    return {"yes": True, "no": False}.get(done.stdout.strip())


def pages() -> Iterator[tuple[Level, str]]:
    from django.conf import settings

    there = (Path(settings.ASSETS) / "manifest.json").is_file()
    yield ("ok", _("网页资源已构建")) if there else ("error", _("网页资源没有构建，请运行 ./xiucheng setup"))


def certificate() -> Iterator[tuple[Level, str]]:
    from django.conf import settings

    from xiucheng.kit import vitals
    from xiucheng.kit.now import now

    if not settings.CERTIFICATE:
        if not _is_trial():
            yield "warn", _("XIUCHENG_CERTIFICATE 没有设置，不知道证书何时到期")
        return
    ends = vitals.certificate_ends(settings.CERTIFICATE)
    if ends is None:
        yield "error", _("证书 {path} 读不出来").format(path=settings.CERTIFICATE)
        return
    days = (ends - now()).days
    yield vitals.certificate_level(days), _("证书还有 {days} 天到期").format(days=days)


def backups() -> Iterator[tuple[Level, str]]:
    from django.conf import settings

    from xiucheng.kit import vitals
    from xiucheng.kit.now import now

    if not settings.BACKUPS:
        yield "warn", _("XIUCHENG_BACKUPS 没有设置：没有备份")
        return
    last = vitals.last_backup(settings.BACKUPS, settings.SITE)
    if last is None:
        yield "error", _("{folder} 里没有本站点的备份").format(folder=settings.BACKUPS)
        return
    hours = (now() - last).total_seconds() / 3600
    late = hours * 3600 > vitals.OLDEST_BACKUP_S
    yield ("warn" if late else "ok"), _("最近的备份在 {hours:.0f} 小时前").format(hours=hours)
