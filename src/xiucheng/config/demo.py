"""`demo`: the whole site on one machine from nothing: database, sample district, all processes, one address."""

from __future__ import annotations

import math
import os
import signal
import time
import urllib.request
from pathlib import Path
from typing import Any

from rich.panel import Panel
from rich.table import Table

from xiucheng.interfaces.cli.frame import STEPS, apply_migrations, err, load_settings, out, release_connections, stages
from xiucheng.interfaces.cli.words import _
from xiucheng.kit.supervisor import Member, Supervisor
from xiucheng.kit.trialsite import TrialSite, default_data, wipe
from xiucheng.kit.unready import Unready

from . import environment
from .processes import Group, Ports, rotate_logs
from .telling import report

_READY_WITHIN = 90.0


class Demo:
    """One run of the demo; `run()` returns when everything has ended again."""

    def __init__(
        self,
        ports: Ports,
        *,
        data: Path | None,
        fresh: bool,
        still: bool,
        feed: Path | None,
        district: bool = False,
        speed: float | None = None,
    ) -> None:
        self.ports = ports
        self.fresh, self.still, self.feed = fresh, still, feed
        self.district, self.speed = district, speed
        # The two samples are different districts, and a site holds one.
        self.trial = TrialSite((data or (district_data() if district else default_data())).absolute())
        self.supervisor: Supervisor | None = None
        self._begun = _called()
        self._looked = 0.0
        self._started = time.monotonic()
        self._ready = False

    def run(self) -> None:
        """Refused: `already_running`, `not_ours`, `not_ready`, and whatever the trial database refuses."""
        # Both said outright: who is started behind a script's `&` would otherwise ignore SIGINT.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _interrupt)
        self.trial.database.hold()
        try:
            if self.fresh:
                wipe(self.trial.data)
            self._prepare()
            group = self._members()
            # A slow machine may take its time to load the district; from here on only processes start.
            self._started = time.monotonic()
            self.supervisor = Supervisor(group, database=self.trial.database, tell=report)
            self.supervisor.run(meanwhile=self._look)
        except KeyboardInterrupt:
            pass
        finally:
            self.trial.database.stop()
        err.print(_("已全部停止。"))

    def _prepare(self) -> None:
        self.trial.open(lambda step: err.print(f"[dim]{STEPS[step]}…[/dim]"))
        os.environ.update(self.trial.environment())
        os.environ["XIUCHENG_DEMO"] = "1"
        os.environ["XIUCHENG_STREAM_URL"] = f":{self.ports.stream}/stream/"  # the same host, whatever its name
        if self.ports.host not in {"127.0.0.1", "localhost", "::1"}:
            # Shown to others on purpose: they come by whatever name this machine has.
            os.environ["XIUCHENG_HOSTS"] = "*"
        load_settings()
        apply_migrations()
        self._load_sample()
        release_connections()

    def _load_sample(self) -> None:
        from xiucheng.kit.now import now

        with stages(_("载入示例区")) as tell:
            self._sample().load(now(), tell)

    def _sample(self) -> Any:
        """The sample to found: the small one, or the district of real size."""
        if self.district:
            from xiucheng.interfaces.demo.district import load

            return load
        from xiucheng.interfaces.demo import sample

        return sample

    def _members(self) -> list[Member]:
        rotate_logs(self.trial.data / "logs")
        group = Group(self.ports, self.trial.data / "logs")
        members = [group.worker(), group.stream(), group.web()]
        if self.feed is not None:
            members.append(group.feed(self.feed.absolute()))
        if not self.still:
            members.append(group.simulator(district=self.district, speed=self.speed))
        return members

    # -- once it runs -----------------------------------------------------------------------------------------------

    @property
    def _shown_host(self) -> str:
        return "127.0.0.1" if self.ports.host in {"0.0.0.0", "::"} else self.ports.host

    @property
    def address(self) -> str:
        """Where a browser on this machine finds the site."""
        return f"http://{self._shown_host}:{self.ports.web}"

    def _look(self) -> None:
        """Asks /healthz until it says that everything is there, then shows the way in."""
        moment = time.monotonic()
        if self._ready or moment - self._looked < 0.3:
            return
        self._looked = moment
        if _answers(f"{self.address}/healthz"):
            self._ready = True
            self._show()
        elif moment - self._started > _READY_WITHIN:
            assert self.supervisor is not None
            self.supervisor.stop()
            raise Unready(
                "not_ready",
                _("{seconds} 秒内没有就绪，请看 {logs}"),
                seconds=_READY_WITHIN,
                logs=self.trial.data / "logs",
            )

    def _show(self) -> None:
        table = Table(_("岗位"), _("用户名"), _("口令"), box=None, pad_edge=False)
        for account in self._sample().accounts():
            table.add_row(account.title, account.username, account.password)
        seconds = time.monotonic() - self._begun
        out.print(Panel(table, title=f"[bold]{self.address}/[/bold]", expand=False))
        out.print(
            _("就绪，用了 {seconds:.1f} 秒。数据在 {data}；按 Ctrl-C 停止。").format(
                seconds=seconds, data=self.trial.data
            )
        )


def _called() -> float:
    """When this command was called, by the machine's clock: the launcher's start where it began there."""
    try:
        called = float(environment.text("XIUCHENG_BEGUN"))
    except ValueError:
        called = math.inf
    return min(called, time.monotonic())


def district_data() -> Path:
    """Where the district of real size lies: beside the small sample's folder."""
    folder = default_data()
    return folder.with_name(f"{folder.name}-district")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
