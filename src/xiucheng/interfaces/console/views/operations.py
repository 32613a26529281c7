"""For the system administrator: how the site runs: what waits, what lags, what is slow, what runs out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET
from prometheus_client import REGISTRY

from xiucheng.foundation.people import queries as people
from xiucheng.kit import pace, vitals
from xiucheng.kit.now import now

from ..doors import Visit, desk, is_part, page, part

PROCESSES = (("web", _("网页")), ("stream", _("实时更新")), ("worker", _("后台处理")))


@dataclass(frozen=True, slots=True)
class Line:
    """One thing looked at: how it stands (ok, warn, error), its name, what is seen, and what helps."""

    level: str
    name: str | Promise
    seen: str
    help: str | Promise = ""


@require_GET
@desk
def operations(request: Visit) -> HttpResponse:
    """The whole page, or its figures alone for htmx, which asks every ten seconds."""
    people.demand(request.standing, "site.operate")
    seen = vitals.read(now)
    context = {
        "lines": lines(seen, request.moment),
        "lags": sorted(seen.lags.items(), key=lambda one: -one[1]),
        "jobs": sorted(seen.jobs.items()),
        "pages": pace.pages(REGISTRY)[:12],
        "slow_ms": round(pace.SLOW_S * 1000),
    }
    if is_part(request):
        return part(request, "console/parts/operations.html", context)
    return page(request, "console/operations.html", context)


def lines(seen: vitals.Vitals, at: datetime) -> list[Line]:
    """What is looked at, the worst first."""
    found = [*_processes(seen), *_queues(seen), *_machine(seen), *_certificate(seen, at), *_backup(seen, at)]
    order = {"error": 0, "warn": 1, "ok": 2}
    return sorted(found, key=lambda line: order[line.level])


def _processes(seen: vitals.Vitals) -> list[Line]:
    found = []
    for process, name in PROCESSES:
        age = seen.alive.get(process)
        if age is None or age > 10:
            said = gettext("没有心跳") if age is None else gettext("%(s)s 秒前") % {"s": round(age)}
            found.append(Line("error", name, said, _("启动或重启这个进程")))
        else:
            found.append(Line("ok", name, gettext("在运行")))
    return found


def _queues(seen: vitals.Vitals) -> list[Line]:
    waits = seen.pending_s or 0.0
    told = gettext("%(n)s 步待排序") % {"n": seen.pending}
    late = waits > vitals.PENDING_S
    found = [Line("warn" if late else "ok", _("定序"), told, _("后台处理是否在运行？") if late else "")]
    behind = max(seen.lags.values(), default=0)
    slow = behind > vitals.LAG_STEPS
    found.append(
        Line(
            "warn" if slow else "ok",
            _("投影和反应"),
            gettext("最多落后 %(n)s 步") % {"n": behind},
            _("会自己赶上；长时间不降请看日志") if slow else "",
        )
    )
    if seen.given_up:
        told = gettext("%(n)s 步已放弃重试") % {"n": seen.given_up}
        found.append(Line("error", _("搁置的步骤"), told, _("修好原因后重新处理，见日志")))
    elif seen.parked:
        found.append(Line("warn", _("搁置的步骤"), gettext("%(n)s 步等待重试") % {"n": seen.parked}))
    failed = seen.jobs.get("failed", 0)
    told = gettext("%(todo)s 个在等，%(failed)s 个失败") % {"todo": seen.jobs.get("todo", 0), "failed": failed}
    found.append(Line("warn" if failed else "ok", _("后台任务"), told))
    return found


def _machine(seen: vitals.Vitals) -> list[Line]:
    found = []
    for disk in seen.disks:
        told = gettext("剩余 %(free)s GB，共 %(total)s GB") % {
            "free": round(disk.free / 1e9),
            "total": round(disk.total / 1e9),
        }
        found.append(Line("error" if disk.is_short else "ok", _("磁盘"), f"{disk.path} · {told}"))
    told = gettext("%(size)s MB，%(used)s / %(most)s 个连接") % {
        "size": round(seen.database_bytes / 1e6),
        "used": seen.connections,
        "most": seen.max_connections,
    }
    crowded = seen.connections > 0.8 * seen.max_connections
    found.append(Line("warn" if crowded else "ok", _("数据库"), told))
    off = abs(seen.clock_s)
    told = gettext("与数据库相差 %(s)s 秒") % {"s": round(seen.clock_s, 1)}
    found.append(Line("error" if off > 30 else "warn" if off > 2 else "ok", _("机器时钟"), told))
    return found


def _certificate(seen: vitals.Vitals, at: datetime) -> list[Line]:
    if seen.certificate is None:
        return [Line("warn", _("证书"), gettext("不知道在哪里"), _("用 XIUCHENG_CERTIFICATE 指出"))]
    days = (seen.certificate - at).days
    level = vitals.certificate_level(days)
    return [Line(level, _("证书"), gettext("还有 %(n)s 天") % {"n": days}, _("请更换") if level != "ok" else "")]


def _backup(seen: vitals.Vitals, at: datetime) -> list[Line]:
    if seen.backup is None:
        return [
            Line(
                "warn",
                _("备份"),
                gettext("没有看到备份"),
                _("用 XIUCHENG_BACKUPS 指出目录，并定时运行 xiucheng backup"),
            )
        ]
    age = at - seen.backup
    told = gettext("%(n)s 小时前") % {"n": round(age / timedelta(hours=1))}
    return [Line("warn" if age.total_seconds() > vitals.OLDEST_BACKUP_S else "ok", _("备份"), told)]
