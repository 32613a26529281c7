"""`doctor`: what a site needs, looked at one by one; every finding says what to do."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import typer

from .frame import DataOption, JsonOption, out, print_json, with_site
from .safety import Check, Level, administrators, authentication, backups, certificate, clock, durability, pages, rights
from .safety import secrets as secrets
from .words import _

_SIGN: dict[Level, str] = {"ok": "[green]✓[/green]", "warn": "[yellow]![/yellow]", "error": "[red]✗[/red]"}


@dataclass(frozen=True)
class Finding:
    """One thing looked at: how it stands, and a sentence."""

    check: str
    level: Level
    text: str


def doctor(data: DataOption = None, as_json: JsonOption = False) -> None:
    with with_site(data, migrate=False):
        findings = [finding for check in CHECKS for finding in _run(check)]
    if as_json:
        print_json([finding.__dict__ for finding in findings])
    else:
        for finding in findings:
            out.print(f"{_SIGN[finding.level]} [bold]{TITLES[finding.check]}[/bold]  ", end="")
            out.print(finding.text, markup=False)
    raise typer.Exit(1 if any(finding.level == "error" for finding in findings) else 0)


def _run(check: Check) -> Iterator[Finding]:
    name = check.__name__
    try:
        for level, text in check():
            yield Finding(name, level, text)
    except Exception as error:  # one check that breaks must not hide the others
        yield Finding(name, "error", _("检查失败：{why}").format(why=f"{type(error).__name__}: {error}"))


def machine() -> Iterator[tuple[Level, str]]:
    yield "ok", f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} CPU"


def settings() -> Iterator[tuple[Level, str]]:
    """What is fine in a trial and not in a district that people rely on."""
    from django.conf import settings as live

    trial = os.environ.get("XIUCHENG_TRIAL") == "1"
    if trial:
        yield "ok", _("试用：密钥由数据目录派生，不可用于正式运行")
    for unsafe, text in (
        (live.DEBUG, _("XIUCHENG_DEBUG 已打开，请关闭")),
        (not trial and live.DEMO, _("XIUCHENG_DEMO 已打开：示例账号可登录，请关闭")),
        (not trial and len(live.SECRET_KEY) < 32, _("XIUCHENG_SECRET_KEY 太短，至少 32 个字符")),
        (not trial and live.XIUCHENG_MASTER_KEYS.startswith("trial"), _("主密钥来自试用，请用 keys new 生成")),
        (not trial and not live.SESSION_COOKIE_SECURE, _("XIUCHENG_HTTPS 未打开：会话 Cookie 会走明文连接")),
        ("*" in live.ALLOWED_HOSTS, _("XIUCHENG_HOSTS 含 *，请写明域名")),
    ):
        if unsafe:
            yield "error", text
    if not live.XIUCHENG_MASTER_KEYS:
        yield "error", _("没有 XIUCHENG_MASTER_KEYS，无法密封内容")


def database() -> Iterator[tuple[Level, str]]:
    from django.db import connections

    from xiucheng.kit.site import EXTENSION_SCHEMA, EXTENSIONS, MINIMUM_VERSION

    for alias in ("default", "keys"):
        with connections[alias].cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('server_version_num')::int, current_setting('server_version'),"
                " current_database(), current_schema(), pg_encoding_to_char(encoding), datlocprovider::text,"
                " datcollate, datcollversion IS DISTINCT FROM pg_database_collation_actual_version(oid),"
                " (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)"
                " FROM pg_database WHERE datname = current_database()"
            )
            number, version, name, schema, encoding, provider, collate, stale, superuser = cursor.fetchone()
            cursor.execute(
                "SELECT extname FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace WHERE nspname = %s",
                [EXTENSION_SCHEMA],
            )
            missing = set(EXTENSIONS) - {row[0] for row in cursor.fetchall()}
        yield "ok", f"{alias}: PostgreSQL {version}, {name}.{schema}, {encoding}, {provider}:{collate}"
        for wrong, text in (
            (number < MINIMUM_VERSION, _("需要 PostgreSQL 15 或更新的版本")),
            (encoding != "UTF8", _("数据库编码不是 UTF8")),
            (
                stale,
                _("系统的排序规则 {collate} 已变，索引可能查不全：请重建索引（REINDEX DATABASE）").format(
                    collate=collate
                ),
            ),
            (superuser, _("应用不应以超级用户连接")),
            (bool(missing), _("模式 ext 中缺少扩展：{names}").format(names=", ".join(sorted(missing)))),
        ):
            if wrong:
                yield "error", f"{alias}: {text}"


def chinese_search() -> Iterator[tuple[Level, str]]:
    """Whether the server cuts Chinese into characters, as the index of words does; where not, nothing is ever found."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_to_array('路灯', NULL) = ARRAY['路', '灯']")
        cuts = cursor.fetchone()[0]
    yield (
        ("ok", _("中文可以检索"))
        if cuts
        else ("error", _("数据库不能按字拆分中文，检索会是空的，请用 UTF-8 重建数据库"))
    )


def migrations() -> Iterator[tuple[Level, str]]:
    from xiucheng.kit import migrating

    count = migrating.waiting()
    text = _("有 {count} 个迁移未应用，请运行 ./xiucheng migrate").format(count=count)
    yield ("error", text) if count else ("ok", _("迁移均已应用"))


def key_store() -> Iterator[tuple[Level, str]]:
    from xiucheng.foundation.people import vault

    health = vault.health()
    for master in (*health.lacking, *health.wrong):
        yield "error", _("主密钥 {master} 缺少或不符").format(master=master)
    others = sum(count for master, count in health.keys_by_master.items() if master != health.current)
    if others:
        yield "warn", _("{count} 把密钥还由旧主密钥包裹，请运行 ./xiucheng keys rotate").format(count=others)
    yield "ok", _("密钥 {count} 把").format(count=sum(health.keys_by_master.values()))


def processes() -> Iterator[tuple[Level, str]]:
    from xiucheng.kit import heartbeat
    from xiucheng.kit.now import now

    alive = heartbeat.alive(now())
    for name in ("web", "stream", "worker"):
        yield (
            ("ok", _("{name} 在运行").format(name=name))
            if alive.get(name)
            else (
                "warn",
                _("{name} 没有心跳").format(name=name),
            )
        )


def readers() -> Iterator[tuple[Level, str]]:
    from xiucheng.kit import vitals
    from xiucheng.kit.journal import readers as journal_readers

    pending, parked, given_up = journal_readers.waiting()
    if given_up:
        yield "error", _("{count} 个步骤的后续处理已放弃重试，需要人处理").format(count=given_up)
    elif parked:
        yield "warn", _("{count} 个步骤的后续处理在等待重试").format(count=parked)
    behind = {name: lag for name, lag in journal_readers.lags().items() if lag > vitals.LAG_STEPS}
    for name, lag in behind.items():
        yield "warn", _("{name} 落后 {lag} 步").format(name=name, lag=lag)
    yield "ok", _("待排序的步骤 {count}").format(count=pending)


def disk() -> Iterator[tuple[Level, str]]:
    from django.conf import settings as live

    from xiucheng.kit import vitals

    folder = live.DATA if live.DATA.exists() else live.PACKAGE
    usage = shutil.disk_usage(folder)
    free = usage.free / 2**30
    text = _("{folder} 剩余 {free:.1f} GiB").format(folder=folder, free=free)
    yield ("error" if vitals.Disk(str(folder), usage.total, usage.free).is_short else "ok"), text
    if not os.access(folder, os.W_OK):
        yield "error", _("{folder} 不可写").format(folder=folder)


CHECKS: tuple[Check, ...] = (
    machine,
    settings,
    secrets,
    database,
    authentication,
    durability,
    rights,
    administrators,
    clock,
    chinese_search,
    migrations,
    key_store,
    processes,
    readers,
    disk,
    pages,
    certificate,
    backups,
)

TITLES: dict[str, str] = {
    "machine": _("机器"),
    "settings": _("设置"),
    "secrets": _("密钥的强度"),
    "database": _("数据库"),
    "authentication": _("数据库口令"),
    "durability": _("落盘"),
    "rights": _("数据库权限"),
    "administrators": _("三员"),
    "clock": _("时钟"),
    "chinese_search": _("中文检索"),
    "migrations": _("数据库结构"),
    "key_store": _("密钥库"),
    "processes": _("进程"),
    "readers": _("业务日志的后续"),
    "disk": _("磁盘"),
    "pages": _("网页"),
    "certificate": _("证书"),
    "backups": _("备份"),
}
"""What each check is called; --json keeps the names."""
