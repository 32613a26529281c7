"""`demo`, `serve`, `worker`: the commands that start processes of the site."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from xiucheng.interfaces.cli.frame import DataOption, err, fail, out, release_connections, with_site
from xiucheng.interfaces.cli.words import _
from xiucheng.kit.supervisor import Supervisor

from .processes import Group, find_ports
from .serving import THREADS
from .telling import report

PORT = 8000

HostOption = Annotated[str, typer.Option("--host", help=_("监听的地址"))]
PortOption = Annotated[int, typer.Option("--port", min=1, max=65535, help=_("网页的端口"))]
StreamPortOption = Annotated[
    int | None, typer.Option("--stream-port", min=1, max=65535, help=_("实时更新的端口；不写则取网页之后的空闲端口"))
]
FeedOption = Annotated[
    Path | None,
    typer.Option("--feed", metavar="FILE", exists=True, dir_okay=False, help=_("把文件中的真实工单逐件走完")),
]
SpeedOption = Annotated[
    float | None, typer.Option("--speed", min=1, max=120, help=_("模拟器比真实时间快多少倍，1 到 120"))
]


def register(app: typer.Typer) -> None:
    """Adds the commands of this file to the command line."""
    app.command("demo", help=_("一条命令看全貌：试用数据库、示例区、网页、实时更新、后台处理和模拟器。"))(demo)
    app.command("simulate", help=_("演示的模拟器：快慢、暂停、继续；完整规模的示例区另有每日清点。"))(simulate)
    app.command("serve", help=_("运行网页和实时更新（正式站点另行运行 worker）。"))(serve)
    app.command("worker", help=_("运行后台处理：日志排序、投影、反应、时限和任务。"))(worker)


def demo(
    port: PortOption = PORT,
    host: HostOption = "127.0.0.1",
    stream_port: StreamPortOption = None,
    data: DataOption = None,
    fresh: Annotated[bool, typer.Option("--fresh", help=_("清空数据目录，重新开始"))] = False,
    still: Annotated[bool, typer.Option("--still", help=_("不运行模拟器"))] = False,
    feed: FeedOption = None,
    district: Annotated[
        bool, typer.Option("--district", help=_("载入一个完整规模的示例区（首次约需数分钟），数据另放一处"))
    ] = False,
    speed: SpeedOption = None,
) -> None:
    from .demo import Demo

    ports = find_ports(host, port, stream_port)
    Demo(ports, data=data, fresh=fresh, still=still, feed=feed, district=district, speed=speed).run()


def simulate(
    speed: SpeedOption = None,
    pause: Annotated[bool, typer.Option("--pause", help=_("暂停模拟器"))] = False,
    resume: Annotated[bool, typer.Option("--resume", help=_("继续运行模拟器"))] = False,
    data: DataOption = None,
) -> None:
    from xiucheng.interfaces.demo.district import control

    from .demo import district_data

    if pause and resume:
        raise typer.BadParameter(_("暂停和继续不能同时选。"))
    folder = (data or Path(os.environ.get("XIUCHENG_DATA") or district_data())).absolute()
    wish = control.read(folder)
    if wish is None:
        raise fail(_("{folder} 里没有运行过的模拟器。先运行 demo。").format(folder=folder))
    if speed is not None:
        wish = replace(wish, speed=speed)
    if pause or resume:
        wish = replace(wish, paused=pause)
    control.write(folder, wish)
    told = _("模拟器：{speed:g} 倍速，已暂停") if wish.paused else _("模拟器：{speed:g} 倍速，运行中")
    out.print(told.format(speed=wish.speed))
    for line in control.reports(folder, _):
        out.print(line, soft_wrap=True)


def serve(
    port: PortOption = PORT,
    host: HostOption = "127.0.0.1",
    stream_port: StreamPortOption = None,
    workers: Annotated[int, typer.Option("--workers", min=1, help=_("网页进程数"))] = os.cpu_count() or 1,
    threads: Annotated[int, typer.Option("--threads", min=1, help=_("每个网页进程的线程数"))] = THREADS,
    data: DataOption = None,
) -> None:
    ports = find_ports(host, port, stream_port)
    with with_site(data, make=True):
        from django.conf import settings

        release_connections()
        if os.environ.get("XIUCHENG_TRIAL") == "1":
            # No proxy in front that would bring both ports together.
            os.environ.setdefault("XIUCHENG_STREAM_URL", f":{ports.stream}/stream/")
        group = Group(ports, settings.DATA / "logs")
        err.print(_("网页 http://{host}:{web}/，实时更新端口 {stream}").format(**ports.__dict__))
        Supervisor([group.web(workers, threads), group.stream()], tell=report).run()


def worker(data: DataOption = None) -> None:
    with with_site(data, make=True):
        from django.conf import settings

        from .figures import share

        share(settings.DATA)
        from .traces import begin
        from .worker import Worker

        begin("worker")
        running = Worker()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: running.stop.set())
        running.run()
