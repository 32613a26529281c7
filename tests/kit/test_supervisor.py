"""The group of processes: restarted, ended together, and nothing outlives it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.processes import mentioning, until
from xiucheng.kit import supervisor as supervising
from xiucheng.kit.logfiles import LARGEST, shorten
from xiucheng.kit.supervisor import Member, Supervisor, Told
from xiucheng.kit.trialdb import TrialDatabase

MARK = "XIUCHENG_TEST_GROUP"
SLEEP = "import time; time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); {SLEEP}"
PARENT = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', '{SLEEP}']); {SLEEP}"


class Group:
    """A supervisor over small real processes, its own environment marking all of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mark = str(folder)
        self.events: list[Told] = []

    def member(self, name: str, code: str, *, patience: float = 5, may_finish: bool = False) -> Member:
        command = [sys.executable, "-c", code]
        log = self.folder / f"{name}.log"
        return Member(name, command, {MARK: self.mark}, log, patience=patience, may_finish=may_finish)

    def run(
        self, *members: Member, meanwhile: Callable[[Supervisor], None], database: TrialDatabase | None = None
    ) -> None:
        """Runs the group; `meanwhile` acts in another thread and the group is asked to stop when it returns."""
        supervisor = Supervisor(members, database=database, tell=self.events.append)
        failures: list[BaseException] = []

        def act() -> None:
            try:
                meanwhile(supervisor)
            except BaseException as error:
                failures.append(error)
            supervisor.stop()

        thread = threading.Thread(target=act)
        thread.start()
        supervisor.run()
        thread.join()
        if failures:
            raise failures[0]

    def alive(self) -> dict[int, str]:
        return mentioning(self.mark)

    def names(self, event: str) -> list[str]:
        return [told.name for told in self.events if told.event == event]


@pytest.fixture
def group(tmp_path: Path) -> Group:
    return Group(tmp_path)


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def test_starts_in_order_and_ends_everything(group: Group) -> None:
    def meanwhile(supervisor: Supervisor) -> None:
        until(lambda: len(group.alive()) == 2, 10, "both run")

    group.run(group.member("a", SLEEP), group.member("b", SLEEP), meanwhile=meanwhile)
    assert group.names("started") == ["a", "b"]
    assert not group.alive()


def test_a_killed_member_comes_back(group: Group) -> None:
    def meanwhile(supervisor: Supervisor) -> None:
        until(lambda: len(group.alive()) == 1, 10, "it runs")
        (first,) = group.alive()
        _kill(first)
        until(lambda: group.alive() and first not in group.alive(), 10, "it runs again")

    group.run(group.member("a", SLEEP), meanwhile=meanwhile)
    assert group.names("died") == ["a"]
    assert group.names("started") == ["a", "a"]


def test_a_member_that_keeps_dying_is_started_ever_more_slowly(group: Group) -> None:
    group.run(group.member("a", "raise SystemExit(3)"), meanwhile=lambda supervisor: time.sleep(3))
    deaths = [told for told in group.events if told.event == "died"]
    assert {told.detail for told in deaths} == {"3"}
    assert [told.pause for told in deaths][:3] == [0.2, 0.5, 1]


def test_a_member_that_cannot_be_started_again_is_told_and_tried_again(group: Group) -> None:
    member = group.member("a", SLEEP)

    def meanwhile(supervisor: Supervisor) -> None:
        until(lambda: len(group.alive()) == 1, 10, "it runs")
        member.log.unlink()
        member.log.mkdir()
        _kill(*group.alive())
        until(lambda: group.names("failed"), 10, "its log cannot be written")
        member.log.rmdir()
        until(lambda: len(group.alive()) == 1, 10, "it runs again")

    group.run(member, meanwhile=meanwhile)
    assert Told("failed", "a", "Is a directory", 0.5) in group.events


@pytest.fixture
def database() -> Iterator[TrialDatabase]:
    # pytest's own tmp_path lies in a folder that only its owner may enter; the server is another account under root.
    folder = Path(tempfile.mkdtemp(prefix="xc-supervisor-"))
    folder.chmod(0o711)
    with TrialDatabase(folder, fast=True) as running:
        yield running
    shutil.rmtree(folder)


def test_a_database_that_cannot_be_started_at_once_is_tried_until_it_can(group: Group, database: TrialDatabase) -> None:
    def meanwhile(supervisor: Supervisor) -> None:
        assert database.process is not None
        first = database.process.pid
        database.log.unlink()
        database.log.mkdir()
        _kill(first)
        until(lambda: len(group.names("failed")) > 1, 10, "it is tried more than once, and told")
        database.log.rmdir()
        until(lambda: group.names("started"), 20, "it runs again")
        with psycopg.connect(database.url()) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)

    group.run(meanwhile=meanwhile, database=database)
    # From this thread, which the server must not outlive.
    assert group.events[0] == Told("died", "postgres", "-9", 0.2)
    assert [told for told in group.events if told.event == "failed"][:2] == [
        Told("failed", "postgres", "Is a directory", pause) for pause in (0.5, 1)
    ]
    assert group.names("died") == ["postgres"]


def test_a_log_is_cut_while_its_process_writes_on(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    with log.open("ab") as output:
        writer = subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, stdout=output)
    assert writer.stdin is not None
    writer.stdin.write(b"before" * 100)
    writer.stdin.flush()
    until(lambda: log.stat().st_size == 600, 5, "it has written")
    assert not shorten(log, largest=600)
    assert shorten(log, largest=599)
    writer.communicate(b"after")
    assert log.read_bytes() == b"after"
    assert (tmp_path / "a.log.1").read_bytes() == b"before" * 100
    assert (tmp_path / "a.log.1").stat().st_mode & 0o777 == 0o600


def test_logs_of_a_running_group_do_not_fill_the_disk(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervising, "_LOGS_EVERY", 0.1)
    chatter = f"import os, time; os.write(1, b'x' * {LARGEST + 1}); time.sleep(600)"
    log = group.folder / "a.log"

    def meanwhile(supervisor: Supervisor) -> None:
        until(lambda: log.with_name("a.log.1").exists() and log.stat().st_size == 0, 10, "the log is cut")

    group.run(group.member("a", chatter), meanwhile=meanwhile)


def test_what_a_dead_member_forked_goes_with_it(group: Group) -> None:
    def meanwhile(supervisor: Supervisor) -> None:
        until(lambda: len(group.alive()) == 2, 10, "parent and child run")
        before = set(group.alive())
        _kill(min(before))
        until(lambda: len(group.alive()) == 2 and not before & set(group.alive()), 10, "a new pair in place of the old")

    group.run(group.member("a", PARENT), meanwhile=meanwhile)
    assert not group.alive()


def test_one_that_does_not_listen_is_killed_after_its_patience(group: Group) -> None:
    def meanwhile(supervisor: Supervisor) -> None:
        log = group.folder / "a.log"
        until(lambda: log.exists() and "up" in log.read_text(), 10, "it ignores SIGTERM")

    group.run(group.member("a", STUBBORN, patience=0.3), meanwhile=meanwhile)
    assert group.names("killed") == ["a"]
    assert not group.alive()


def test_one_that_may_finish_is_not_started_again(group: Group) -> None:
    def meanwhile(supervisor: Supervisor) -> None:
        until(lambda: group.names("finished"), 10, "the feed is done")
        time.sleep(0.5)

    group.run(group.member("feed", "pass", may_finish=True), group.member("a", SLEEP), meanwhile=meanwhile)
    assert group.names("started") == ["feed", "a"]
    assert group.names("died") == []


@pytest.mark.parametrize(
    ("sig", "codes"),
    [
        (signal.SIGTERM, (SLEEP, PARENT)),
        (signal.SIGINT, (SLEEP, PARENT)),
        (signal.SIGHUP, (SLEEP, PARENT)),
        # The kernel tells the members of a killed supervisor; what those fork has to ask for the same (granian's does).
        (signal.SIGKILL, (SLEEP, STUBBORN)),
    ],
)
def test_whatever_ends_the_supervisor_ends_its_members(
    group: Group, sig: signal.Signals, codes: tuple[str, ...]
) -> None:
    script = f"""
        import sys
        from pathlib import Path
        from xiucheng.kit.supervisor import Member, Supervisor
        folder = Path({group.mark!r})
        Supervisor([
            Member(str(n), [sys.executable, "-c", code], {{"{MARK}": str(folder)}}, folder / str(n))
            for n, code in enumerate({codes!r})
        ]).run()
    """
    supervisor = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)])
    members = len(codes) + codes.count(PARENT)
    try:
        until(lambda: len(group.alive()) == 1 + members, 10, "the supervisor, whose command line has the mark, and all")
        supervisor.send_signal(sig)
        assert supervisor.wait(10) == (-sig if sig == signal.SIGKILL else 0)
        until(lambda: not group.alive(), 5, "nobody is left")
    finally:
        for pid in group.alive():
            _kill(pid)
