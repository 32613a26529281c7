"""The drill: back up under load, destroy everything, restore, verify, and say what was lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from tests.faults.town import Ledger, Writer
from tests.interfaces.cli.conftest import Answer, run
from tests.processes import until
from xiucheng.kit.trialdb import TrialDatabase
from xiucheng.kit.trialsite import TrialSite

pytestmark = [pytest.mark.slow]

_NO_SITE = {"DATABASE_URL": "", "DATABASE_KEYS_URL": "", "XIUCHENG_SITE": "", "XIUCHENG_DATA": ""}
_ROOT = Path(__file__).resolve().parents[2]
_FOUND = (
    "import django; django.setup(); from tests.faults.town import found; from xiucheng.kit.now import now; found(now())"
)
_ERASE = """
import django; django.setup()
from django.db import connection
from xiucheng.foundation.people import vault
from xiucheng.kit.now import now
with connection.cursor() as cursor:
    cursor.execute("SELECT key_id FROM intake_report ORDER BY id LIMIT 1")
    key = cursor.fetchone()[0]
vault.destroy([key], reason="asked", now=now())
print(key)
"""


class TimedLedger(Ledger):
    """What was acknowledged, and when whoever handed it in knew of it."""

    def __init__(self) -> None:
        super().__init__()
        self.at: dict[UUID, datetime] = {}

    def note(self, key: str, report: str) -> None:
        super().note(key, report)
        self.at.setdefault(UUID(report), datetime.now(UTC))

    def before(self, moment: datetime) -> set[UUID]:
        return {report for report, at in self.at.items() if at < moment}


def _at(data: Path, *words: str, **environment: str) -> Answer:
    return run(*words, "--data", str(data), timeout=300, **{**_NO_SITE, **environment})


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="xc-drill-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


class Drill:
    """A trial under load, its backups and what was said about it."""

    def __init__(self, place: Path) -> None:
        self.data, self.backups, self.erasures = place / "data", place / "backups", place / "erasures.txt"
        self.ledger = TimedLedger()
        self.point = self.middle = self.late = datetime.min.replace(tzinfo=UTC)
        self.erased = UUID(int=0)

    def live_and_back_up(self) -> None:
        made = _at(self.data, "migrate")
        assert made.code == 0, made.err
        trial = TrialSite(self.data)
        trial.open()
        outside = {"XIUCHENG_ERASURE_LIST": str(self.erasures), "PYTHONPATH": f"{_ROOT / 'src'}:{_ROOT}"}
        environment = {**os.environ, **trial.environment(), **outside}
        subprocess.run([sys.executable, "-c", _FOUND], env=environment, check=True, cwd=_ROOT)
        worker = subprocess.Popen([sys.executable, "-m", "xiucheng", "worker"], env=environment, cwd=_ROOT)
        # Several reports a second, as in a busy city; at full speed they would only take the processor from the backup.
        writers = [Writer(name, self.ledger, environment, pause=0.2) for name in ("a", "b")]
        try:
            self._acknowledged(20)
            first = _at(self.data, "backup", "--to", str(self.backups), "--json")
            assert first.code == 0, first.err
            self._acknowledged(20)
            self.middle = datetime.now(UTC)
            erase = subprocess.run(
                [sys.executable, "-c", _ERASE], env=environment, check=True, cwd=_ROOT, capture_output=True, text=True
            )
            self.erased = UUID(erase.stdout.strip())
            time.sleep(0.5)
            self._acknowledged(20)
            shipped = _at(self.data, "backup", "--log", "--to", str(self.backups), "--json")
            assert shipped.code == 0, shipped.err
            self.point = datetime.fromisoformat(shipped.json["point"])
            self._acknowledged(10)
        finally:
            for writer in writers:
                writer.kill()
            worker.kill()
            worker.wait()
            # Not a shutdown: the machine burns.
            assert trial.database.process is not None
            trial.database.process.kill()
            trial.close()

    def _acknowledged(self, more: int) -> None:
        wanted = len(self.ledger) + more
        until(lambda: len(self.ledger) >= wanted, 60, "reports are acknowledged")

    @contextmanager
    def opened(self) -> Iterator[psycopg.Connection]:
        """The data folder's site as it lies there, for looking."""
        trial = TrialSite(self.data)
        trial.open()
        try:
            with psycopg.connect(trial.environment()["DATABASE_URL"]) as connection:
                yield connection
        finally:
            trial.close()

    def reports(self) -> set[UUID]:
        with self.opened() as connection:
            return _reports(connection)


def _reports(connection: psycopg.Connection) -> set[UUID]:
    return {row[0] for row in connection.execute("SELECT id FROM intake_report")}


@pytest.fixture(scope="module")
def drill(place: Path) -> Drill:
    drill = Drill(place)
    drill.live_and_back_up()
    shutil.rmtree(drill.data)
    return drill


def test_after_the_fire_everything_acknowledged_before_the_stated_point_is_back(drill: Drill) -> None:
    restored = _at(drill.data, "restore", str(drill.backups), "--json", XIUCHENG_ERASURE_LIST=str(drill.erasures))
    assert restored.code == 0, restored.err
    said = restored.json
    assert (said["ok"], said["problems"]) == (True, [])
    assert datetime.fromisoformat(said["point"]) == drill.point
    assert said["media"] > 0
    with drill.opened() as connection:
        there = _reports(connection)
        indexed = connection.execute("SELECT count(*) FROM cases_search").fetchone()
    promised = drill.ledger.before(drill.point)
    assert len(promised) >= 60
    assert promised - there == set()
    lost = set(drill.ledger.at) - there
    assert all(drill.ledger.at[report] >= drill.point for report in lost)
    assert lost, "the load went on after the stated point, so the fire must have cost something"
    assert indexed != (0,), "the search index is read again"
    verified = _at(drill.data, "verify", "--json")
    assert (verified.code, verified.json["ok"]) == (0, True)


def test_the_key_store_lies_apart_and_nowhere_is_a_master_key(drill: Drill) -> None:
    (backup,) = (path for path in (drill.backups / "sample").glob("*Z"))
    keys = drill.backups.with_name("backups-keys") / "sample" / backup.name
    assert {path.name for path in backup.iterdir()} == {"cluster.tar.gz", "manifest.json"}
    assert {path.name for path in keys.iterdir()} == {"keys.tar.gz", "trial.secret", "manifest.json"}
    manifest = json.loads((backup / "manifest.json").read_text())
    assert manifest["masters"]
    assert all(len(bytes.fromhex(value)) == 8 for value in manifest["masters"].values())
    for path in (backup, keys):
        assert all(file.stat().st_mode & 0o077 == 0 for file in path.iterdir())


def test_back_to_a_moment_and_what_was_erased_since_stays_erased(drill: Drill) -> None:
    taken = _at(drill.data, "restore", str(drill.backups), "--to", drill.middle.isoformat(), "--json")
    assert taken.code == 1
    assert "not_empty" in taken.err
    taken = _at(
        drill.data,
        *("restore", str(drill.backups), "--to", drill.middle.isoformat(), "--replace", "--json"),
        XIUCHENG_ERASURE_LIST=str(drill.erasures),
    )
    assert taken.code == 0, taken.err
    assert taken.json["ok"] is True
    with drill.opened() as connection:
        there = _reports(connection)
        listed = connection.execute("SELECT count(*) FROM people_erasure WHERE key_id = %s", [drill.erased]).fetchone()
    assert drill.ledger.before(drill.middle) - there == set()
    late = {report for report, at in drill.ledger.at.items() if at > drill.middle + timedelta(seconds=1)}
    assert late
    assert late & there == set(), "it went back in time"
    # The erasure came after that moment; only the list outside of the databases knew of it.
    assert taken.json["erased_again"] == 1
    assert listed == (1,)


def test_a_later_moment_than_the_log_knows_is_refused(drill: Drill) -> None:
    later = (drill.point + timedelta(minutes=5)).isoformat()
    answer = _at(drill.data, "restore", str(drill.backups), "--to", later, "--replace")
    assert answer.code == 1
    assert "beyond" in answer.err


@pytest.mark.parametrize("damage", ["cluster.tar.gz", "keys.tar.gz"])
def test_a_damaged_backup_changes_nothing(drill: Drill, damage: str) -> None:
    before = drill.reports()
    (file,) = drill.backups.parent.glob(f"backups*/sample/*Z/{damage}")
    whole = file.read_bytes()
    file.write_bytes(whole[:-7] + b"garbage")
    try:
        answer = _at(drill.data, "restore", str(drill.backups), "--replace")
    finally:
        file.write_bytes(whole)
    assert answer.code == 1
    assert "damaged" in answer.err
    assert "Traceback" not in answer.err
    assert drill.reports() == before


def test_the_wrong_site_is_refused_and_left_as_it_is(drill: Drill, place: Path) -> None:
    strange = _at(place / "data2", "restore", str(drill.backups), XIUCHENG_SITE="weihai")
    assert strange.code == 1
    assert "no_backup" in strange.err
    assert "sample" in strange.err, "it says whose backups these are"

    # What tells clusters apart is their own number, which they have from the beginning.
    with TrialDatabase(place / "data3") as other, psycopg.connect(other.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (word text)")
    refused = _at(place / "data3", "restore", str(drill.backups), "--replace")
    assert refused.code == 1
    assert "different_site" in refused.err
    with TrialDatabase(place / "data3") as other, psycopg.connect(other.url()) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_a_restore_that_the_server_cannot_finish_puts_back_what_was_there(drill: Drill) -> None:
    before = drill.reports()
    segments = sorted((drill.backups / "sample" / "wal").glob("*.gz"))
    kept = {path: path.read_bytes() for path in segments}
    try:
        for path in segments:
            path.unlink()
        answer = _at(drill.data, "restore", str(drill.backups), "--replace")
    finally:
        for path, content in kept.items():
            path.write_bytes(content)
    assert answer.code == 1
    assert "not_started" in answer.err
    assert drill.reports() == before
