"""Several processes as one group: start in order, restart what dies, end together; nothing outlives the group.

Every member leads a session of its own, so what it forks is found and ended with it; the kernel ends members when
the supervisor dies, however it dies (SIGKILL too). Run it in the main thread.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from .logfiles import shorten
from .trialdb import TrialDatabase
from .trialos import die_with_parent
from .unready import Unready

# Seconds before a restart, by how often the member died in a row; a member that lived a while starts from the front.
BACK_OFF = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
SETTLED = 30.0
_TICK = 0.1
_LOGS_EVERY = 10.0
"""Seconds between looks at how long the logs are."""


@dataclass(frozen=True)
class Member:
    """One process: what to run and how long it may take to end after SIGTERM before it is killed."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    patience: float = 8.0
    # A member that ends by itself with success has done its work (a feed) and is not started again.
    may_finish: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What happened to a member or the database, by name.

    event: `started`, `died`, `failed` (it could not be started again), `finished`, `stopping` (name: all who still
    run), `killed`. detail: the exit status it died with, or why it failed. pause: seconds until it is tried again.
    """

    event: str
    name: str
    detail: str = ""
    pause: float = 0.0


class _Pauses:
    """When the next start is due: ever later for what does not stay, at the front again for what lived a while."""

    def __init__(self) -> None:
        self._failures = 0
        self._started = 0.0
        self._due = 0.0

    def note_start(self) -> None:
        self._started = time.monotonic()

    def note_failure(self) -> float:
        """It died, or did not even start; says in how many seconds it is tried again."""
        moment = time.monotonic()
        if self._started and moment - self._started > SETTLED:
            self._failures = 0
        self._started = 0.0
        wait = BACK_OFF[min(self._failures, len(BACK_OFF) - 1)]
        self._failures += 1
        self._due = moment + wait
        return wait

    @property
    def over(self) -> bool:
        return time.monotonic() >= self._due


class _Running:
    """A member and the process that is it at the moment."""

    def __init__(self, member: Member) -> None:
        self.member = member
        self.process: subprocess.Popen[bytes] | None = None
        self.pauses = _Pauses()
        self.finished = False

    def start(self) -> None:
        self.member.log.parent.mkdir(parents=True, exist_ok=True)
        with self.member.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.member.command,
                env={**os.environ, **self.member.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),
            )
        self.pauses.note_start()

    def signal(self, sig: int) -> None:
        """To the whole session the member leads, also when the member itself is gone already."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, sig)

    def note_death(self) -> float:
        """What it forked goes with it; says in how many seconds it is started again."""
        self.signal(signal.SIGKILL)
        return self.pauses.note_failure()


class Supervisor:
    """`run()` holds the group together until SIGINT, SIGTERM, SIGHUP or `stop()`; `tell` is told what happens.

    Logs of members and of the database are cut as they grow (`kit/logfiles`).
    """

    def __init__(
        self,
        members: Sequence[Member],
        *,
        database: TrialDatabase | None = None,
        tell: Callable[[Told], None] = lambda told: None,
    ) -> None:
        self._running = [_Running(member) for member in members]
        self._database = database
        self._database_pauses = _Pauses()
        self._database_down = False
        self._logs_looked = 0.0
        self._tell = tell
        self._asked = 0

    @property
    def stopping(self) -> bool:
        return self._asked > 0

    def stop(self, *_: Any) -> None:
        """Ask for the end; asked twice, nobody is waited for."""
        self._asked += 1

    def run(self, meanwhile: Callable[[], None] | None = None) -> None:
        """Start everything, keep it running, end everything. `meanwhile` is called a few times a second."""
        with _signals(self.stop):
            try:
                for running in self._running:
                    self._start(running)
                while not self.stopping:
                    self._look()
                    if meanwhile is not None and not self.stopping:
                        meanwhile()
                    time.sleep(_TICK)
            finally:
                self._end()

    def _start(self, running: _Running) -> None:
        if self.stopping:
            return
        running.start()
        self._tell(Told("started", running.member.name))

    def _look(self) -> None:
        self._look_at_database()
        for running in self._running:
            process = running.process
            if process is None:
                if not running.finished and running.pauses.over:
                    self._start_again(running)
            elif process.poll() is not None:
                self._note_end(running, process.returncode)
        self._look_at_logs()

    def _start_again(self, running: _Running) -> None:
        try:
            self._start(running)
        except OSError as error:  # a full disk, no memory for one more process: it may pass
            self._tell(Told("failed", running.member.name, _why(error), running.pauses.note_failure()))

    def _note_end(self, running: _Running, status: int) -> None:
        if running.member.may_finish and status == 0:
            running.signal(signal.SIGKILL)
            running.finished = True
            self._tell(Told("finished", running.member.name))
        else:
            self._tell(Told("died", running.member.name, str(status), running.note_death()))
        running.process = None

    def _look_at_database(self) -> None:
        database = self._database
        if database is None or database.process is None or database.process.poll() is None:
            return
        if not self._database_down:
            self._database_down = True
            status = str(database.process.returncode)
            self._tell(Told("died", "postgres", status, self._database_pauses.note_failure()))
        if not self._database_pauses.over:
            return
        try:
            self._database_pauses.note_start()
            database.restart()
        except Exception as error:  # whatever it is: told, and tried again after a pause
            self._tell(Told("failed", "postgres", _why(error), self._database_pauses.note_failure()))
        else:
            self._database_down = False
            self._tell(Told("started", "postgres"))

    def _look_at_logs(self) -> None:
        if time.monotonic() - self._logs_looked < _LOGS_EVERY:
            return
        self._logs_looked = time.monotonic()
        logs = [running.member.log for running in self._running]
        for log in [*logs, self._database.log] if self._database is not None else logs:
            with contextlib.suppress(OSError):  # a log that cannot be cut must not end what it tells of
                shorten(log)

    def _end(self) -> None:
        self._asked = max(self._asked, 1)
        alive = [running for running in self._running if running.process is not None]
        self._tell(Told("stopping", ", ".join(running.member.name for running in alive)))
        for running in reversed(alive):
            running.signal(signal.SIGTERM)
        begun = time.monotonic()
        for running in reversed(alive):
            assert running.process is not None
            while running.process.poll() is None and self._asked < 2:
                if time.monotonic() - begun > running.member.patience:
                    self._tell(Told("killed", running.member.name))
                    break
                time.sleep(0.02)
            running.signal(signal.SIGKILL)
            running.process.wait()
        if self._database is not None:
            self._database.stop()


def _why(error: Exception) -> str:
    """A code, or what the operating system calls it; no sentence, since it is told in another's language."""
    if isinstance(error, Unready):
        return error.code
    return (isinstance(error, OSError) and error.strerror) or type(error).__name__


@contextlib.contextmanager
def _signals(stop: Callable[..., None]) -> Any:
    def handler(number: int, frame: FrameType | None) -> None:
        stop()

    before = {sig: signal.signal(sig, handler) for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for sig, old in before.items():
            signal.signal(sig, old)
