"""The site's processes under the product's own supervisor, while a test acts in another thread."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from tests.faults.town import environment, let_go
from tests.processes import free_port, until
from xiucheng.config.processes import Group, find_ports
from xiucheng.kit.supervisor import Supervisor, Told
from xiucheng.kit.trialdb import TrialDatabase

WORKERS = ("worker-1", "worker-2")


class Site:
    """Workers and web, on request the stream; `run` holds them together as `demo` and `serve` do."""

    def __init__(
        self,
        logs: Path,
        addresses: Mapping[str, str] | None = None,
        *,
        database: TrialDatabase | None = None,
        workers: tuple[str, ...] = WORKERS,
        web: bool = True,
        stream: bool = False,
    ) -> None:
        self.environment = environment(**(addresses or {}))
        self.logs = logs
        ports = find_ports("127.0.0.1", free_port())
        self.url = f"http://127.0.0.1:{ports.web}"
        self.stream_url = f"http://127.0.0.1:{ports.stream}"
        group = Group(ports, logs, self.environment)
        worker = group.worker()
        members = [replace(worker, name=name, log=logs / f"{name}.log") for name in workers]
        members += [*([group.web(threads=8)] if web else []), *([group.stream()] if stream else [])]
        self.events: list[Told] = []
        self.supervisor = Supervisor(members, database=database, tell=self.events.append)

    def pid(self, name: str) -> int | None:
        """The process that is this member at the moment."""
        for running in self.supervisor._running:
            if running.member.name == name and running.process is not None and running.process.poll() is None:
                return running.process.pid
        return None

    def run(self, meanwhile: Callable[[], None]) -> None:
        """Runs the group in this thread and `meanwhile` in another, at whose end the group is stopped.

        A failure brings the ends of the logs along.
        """
        failures: list[BaseException] = []

        def act() -> None:
            try:
                meanwhile()
            except BaseException as error:
                for log in sorted(self.logs.glob("*.log")):
                    error.add_note(f"--- {log.name}\n{log.read_text()[-4000:]}")
                failures.append(error)
            finally:
                let_go()
                self.supervisor.stop()

        thread = threading.Thread(target=act)
        thread.start()
        self.supervisor.run()
        thread.join()
        if failures:
            raise failures[0]

    def await_web(self) -> None:
        """Returns when the web answers."""
        until(lambda: self._answers("/mark.svg"), 40, "the web answers")

    def healthy(self) -> bool:
        """Does the site say of itself that everything is there?"""
        return self._answers("/healthz")

    def _answers(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(self.url + path, timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False
