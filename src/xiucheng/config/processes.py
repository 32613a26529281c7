"""Which processes a site consists of, as members of one supervised group."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from xiucheng.kit.supervisor import Member
from xiucheng.kit.unready import Unready
from xiucheng.kit.unready import mark as _

from .serving import THREADS

_SERVING = "xiucheng.config.serving"


@dataclass(frozen=True)
class Ports:
    """Where the pages and the live stream are served."""

    host: str
    web: int
    stream: int


@dataclass(frozen=True)
class Group:
    """What all members share: their addresses, their environment, the folder of their logs."""

    ports: Ports
    logs: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def _member(self, name: str, *words: str, may_finish: bool = False) -> Member:
        command = (sys.executable, "-m", *words)
        return Member(name, command, self.environment, self.logs / f"{name}.log", may_finish=may_finish)

    def web(self, workers: int = 1, threads: int = THREADS) -> Member:
        place = ("--host", self.ports.host, "--port", str(self.ports.web))
        return self._member("web", _SERVING, "web", *place, "--workers", str(workers), "--threads", str(threads))

    def stream(self) -> Member:
        return self._member("stream", _SERVING, "stream", "--host", self.ports.host, "--port", str(self.ports.stream))

    def worker(self) -> Member:
        return self._member("worker", "xiucheng", "worker")

    def simulator(self, *, district: bool = False, speed: float | None = None) -> Member:
        module = "xiucheng.interfaces.demo.district.simulator" if district else "xiucheng.interfaces.demo.simulator"
        return self._member("simulator", module, *(("--speed", f"{speed:g}") if speed else ()))

    def feed(self, file: Path) -> Member:
        return self._member("feed", "xiucheng.interfaces.demo.feed", str(file), may_finish=True)


def find_ports(host: str, web: int, stream: int | None = None) -> Ports:
    """The two ports, tried by binding them. Without a wish the stream takes the next free one after the web's.

    Refused: `port_taken`.
    """
    if not _is_free(host, web):
        raise Unready("port_taken", _("端口 {port} 已被占用，请用 --port 换一个"), port=web)
    if stream is not None:
        if not _is_free(host, stream):
            raise Unready("port_taken", _("端口 {port} 已被占用，请用 --port 换一个"), port=stream)
        return Ports(host, web, stream)
    for port in range(web + 1, min(web + 200, 65536)):
        if _is_free(host, port):
            return Ports(host, web, port)
    raise Unready("port_taken", _("端口 {port} 已被占用，请用 --port 换一个"), port=web + 1)


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with contextlib.closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise Unready("port_forbidden", _("不能使用端口 {port}：权限不够"), port=port) from error
        except OSError:
            return False
        return True


def rotate_logs(folder: Path) -> None:
    """Yesterday's logs stay beside today's; older ones go."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for log in folder.glob("*.log"):
        os.replace(log, log.with_suffix(".log.1"))
