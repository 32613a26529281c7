"""`demo`, really run: ready, killed piece by piece, ended in every way, and nothing is ever left behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.interfaces.cli.conftest import Answer, run
from tests.processes import free_port, mentioning, until

pytestmark = [pytest.mark.slow]

# Generous: these processes share the machine with whatever else runs.
READY = 120
BACK = 60
_NO_SITE = dict.fromkeys(("DATABASE_URL", "DATABASE_KEYS_URL", "XIUCHENG_SITE", "XIUCHENG_DATA"), "")


class Running:
    """A demo in its own process, on its own data folder."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.log = data.with_suffix(".log")
        environment = {
            name: value for name, value in {**os.environ, **_NO_SITE, "XIUCHENG_LANG": "en"}.items() if value
        }
        words = ["demo", "--still", "--port", str(self.port), "--data", str(data)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "xiucheng", *words],
                env=environment,
                stdout=log,
                stderr=log,
                # As behind the `&` of a script, which is how many start it: nothing of it may be deaf to its end.
                preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_IGN),
            )

    def status(self, path: str = "/healthz") -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def await_ready(self, seconds: float = READY) -> None:
        until(lambda: self.status() == 200 or self.process.poll() is not None, seconds, self.said())
        assert self.process.poll() is None, self.said()

    def said(self) -> str:
        return self.log.read_text()[-3000:]

    def left(self) -> dict[int, str]:
        """Everything of this demo that still runs, by the data folder in its command line or environment."""
        return mentioning(str(self.data))

    def members(self, words: str) -> list[int]:
        return sorted(pid for pid, command in self.left().items() if words in command)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        until(lambda: not self.left(), 30, "everything of the demo is gone")


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="xc-demo-"))
    yield folder
    shutil.rmtree(folder)
    folder.with_suffix(".log").unlink(missing_ok=True)


@pytest.fixture(scope="module")
def demo(data: Path) -> Iterator[Running]:
    """One demo for the tests that leave it whole; its first start also loads the sample district."""
    running = Running(data)
    running.await_ready()
    yield running
    running.end()


def test_is_ready_shows_a_page_and_tells_the_way_in(demo: Running) -> None:
    assert demo.status("/") == 200
    until(lambda: "stop with Ctrl-C" in demo.said(), 5, "the address and the accounts")
    for word in (f"http://127.0.0.1:{demo.port}/", "dispatcher", "security_admin"):
        assert word in demo.said()


def test_the_time_it_took_counts_from_the_launchers_start(monkeypatch: pytest.MonkeyPatch) -> None:
    from xiucheng.config.demo import Demo
    from xiucheng.config.processes import Ports

    def begun() -> float:
        return Demo(Ports("127.0.0.1", 1, 2), data=Path("/nonexistent"), fresh=False, still=True, feed=None)._begun

    called = time.monotonic() - 120
    monkeypatch.setenv("XIUCHENG_BEGUN", f"{called:.3f}")
    assert begun() == pytest.approx(called, abs=0.01)
    for nothing in ("", "soon", f"{time.monotonic() + 1000:.3f}"):
        monkeypatch.setenv("XIUCHENG_BEGUN", nothing)
        assert begun() == pytest.approx(time.monotonic(), abs=5)


def test_doctor_finds_all_of_it_alive_though_nobody_asks(demo: Running) -> None:
    time.sleep(11)  # longer than a sign of life counts
    answer = run("doctor", "--data", str(demo.data), **_NO_SITE)
    assert "shows no heartbeat" not in answer.out + answer.err
    assert "web is running" in answer.out + answer.err


def test_a_second_demo_on_the_same_folder_is_refused(demo: Running) -> None:
    answer = _demo("--port", str(free_port()), "--data", str(demo.data))
    assert answer.code == 1
    assert "already_running" in answer.err
    assert demo.status() == 200


def test_a_busy_port_is_said_before_anything_starts(demo: Running, tmp_path: Path) -> None:
    answer = _demo("--port", str(demo.port), "--data", str(tmp_path / "other"))
    assert answer.code == 1
    assert "port_taken" in answer.err
    assert not (tmp_path / "other").exists()


def _demo(*words: str) -> Answer:
    return run("demo", "--still", *words, **_NO_SITE)


@pytest.mark.parametrize(
    ("name", "words", "which"),
    [
        ("the web's master", "serving web", 0),
        ("the web's worker", "serving web", -1),
        ("the stream's master", "serving stream", 0),
        ("the worker", "xiucheng worker", 0),
        ("the database", "bin/postgres -D", 0),
    ],
)
def test_what_is_killed_comes_back(demo: Running, name: str, words: str, which: int) -> None:
    before = demo.members(words)
    assert before, f"{name} runs"
    os.kill(before[which], signal.SIGKILL)
    until(lambda: before[which] not in demo.members(words), 10, f"{name} is gone")
    until(lambda: demo.members(words) and demo.status() == 200, BACK, f"{name} is back\n{demo.said()}")
    assert demo.process.poll() is None


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_end_it_leaves_nothing(demo: Running, sig: signal.Signals) -> None:
    running = demo if demo.process.poll() is None else Running(demo.data)
    running.await_ready()
    running.process.send_signal(sig)
    assert running.process.wait(30) == 0, running.said()
    assert running.left() == {}


def test_ended_while_it_starts_it_leaves_nothing(data: Path) -> None:
    running = Running(data)
    until(lambda: running.members("bin/postgres -D"), 60, "the database runs")
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(30) == 0, running.said()
    assert running.left() == {}


def test_killed_with_everything_it_leaves_nothing_and_starts_again(data: Path) -> None:
    running = Running(data)
    running.await_ready()
    os.kill(running.members("serving web")[0], signal.SIGKILL)
    running.process.kill()
    running.process.wait()
    until(lambda: running.left() == {}, 30, f"still there: {running.left()}")
    again = Running(data)
    again.await_ready()
    again.process.terminate()
    assert again.process.wait(30) == 0
    assert again.left() == {}
