"""The journal under what really happens: late commits, a dump and restore, a killed process."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections

from tests.cluster import administering
from tests.kit.journal.test_record import note
from xiucheng.kit import journal
from xiucheng.kit.ids import uuid7
from xiucheng.kit.journal import readers, sequencer, verify
from xiucheng.kit.trialcluster import binaries

INSERT = (
    "INSERT INTO kit_step (id, room, subject, verb, actor, occurred_at, imported, payload)"
    " VALUES (%s, 'kit', %s, 'note', 'system:test', now(), false, '{}')"
)


def _connect(url):
    return psycopg.connect(url, options=f"-c search_path={settings.SITE},ext")


def test_a_step_that_commits_late_is_late_and_not_lost(committed_db):
    """Ten writers insert in one order and commit in the reverse one, the sequencer running between all commits."""
    start, _ = journal.head()
    writers = [_connect(committed_db.url) for _ in range(10)]
    ids = []
    for writer in writers:
        ids.append(uuid7())
        writer.execute(INSERT, [ids[-1], uuid7()])
    seen = []
    for writer in reversed(writers):
        assert sequencer.run_once() == 0, "an uncommitted step has no position"
        writer.commit()
        assert sequencer.run_once() == 1
        seen += [step.id for step in journal.read(after=start + len(seen))]
        writer.close()
    assert seen == list(reversed(ids))
    assert [step.position for step in journal.read(after=start)] == list(range(start + 1, start + 11))
    assert verify.run().ok


def test_two_sequencers_make_one_chain(committed_db):
    for _ in range(300):
        note(uuid7())

    def work():
        try:
            while sequencer.run_once(limit=7):
                pass
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verdict = verify.run()
    assert verdict.ok, verdict.problems
    assert verdict.pending == 0


def test_dump_and_restore_keep_the_chain_and_what_was_pending(committed_db, tmp_path):
    for _ in range(20):
        note(uuid7())
    sequencer.run_once(limit=12)
    before = verify.run()
    assert before.ok
    assert before.pending == 8
    ids = [step.id for step in journal.read(after=0, limit=10_000)]
    _dump_and_restore(committed_db, tmp_path)
    after = verify.run()
    assert after.ok, after.problems
    assert (after.steps, after.pending, after.head) == (before.steps, 8, before.head)
    assert sequencer.run_once() == 8
    assert [step.id for step in journal.read(after=0, limit=10_000)][: len(ids)] == ids
    note(uuid7())
    assert sequencer.run_once() == 1, "the restored triggers put new steps on the pending list"
    with pytest.raises(Exception, match="append-only"), connection.cursor() as cursor:
        cursor.execute("UPDATE kit_step SET verb = 'x'")


def _dump_and_restore(databases, tmp_path):
    """The site's schema goes into a file, out of the database, and back."""
    dump = tmp_path / "site.dump"
    connections["default"].close()
    connections["default"].close_pool()
    admin = administering(databases, databases.url)
    tools = binaries()
    subprocess.run(
        [tools / "pg_dump", "-Fc", "--no-unlogged-table-data", "-n", settings.SITE, "-f", dump, "-d", admin], check=True
    )
    with psycopg.connect(admin) as conn:
        conn.execute(f"DROP SCHEMA {settings.SITE} CASCADE")
    subprocess.run([tools / "pg_restore", "-d", admin, dump], check=True)


WRITER = """
import sys, django
django.setup()
from tests.kit.journal.test_record import note
from xiucheng.kit.ids import uuid7
while True:
    subject = uuid7()
    note(subject)
    print(subject, flush=True)
"""

SEQUENCER = """
import django
django.setup()
from xiucheng.kit.journal import sequencer
print("ready", flush=True)
while True:
    sequencer.run_once(limit=50)
"""


def _python(code):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "xiucheng.config.settings",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment)


def test_sigkill_loses_nothing_acknowledged_and_doubles_nothing(committed_db):
    """Writers and a sequencer are killed under load, again and again; every acknowledged step is there once."""
    acknowledged = []
    for _ in range(2):
        writers = [_python(WRITER) for _ in range(2)]
        sequencing = _python(SEQUENCER)
        for process in (*writers, sequencing):
            assert process.stdout.readline()
        time.sleep(0.5)
        for process in (sequencing, *writers):
            process.send_signal(signal.SIGKILL)
        for writer in writers:
            # A line cut short by the kill was never read by anybody.
            acknowledged += [line.strip() for line in writer.stdout if line.endswith("\n")]
        for process in (*writers, sequencing):
            process.wait()
            process.stdout.close()
    readers.catch_up()
    verdict = verify.run()
    assert verdict.ok, verdict.problems
    found = [str(step.subject) for step in journal.read(after=0, limit=1_000_000)]
    assert len(acknowledged) > 20
    assert set(acknowledged) <= set(found)
    assert len(found) == len(set(found)) == verdict.steps


def test_verify_finds_what_was_tampered_with(committed_db):
    ids = [note(uuid7()) for _ in range(5)]
    sequencer.run_once()
    with _connect(committed_db.url) as conn:
        conn.execute("ALTER TABLE kit_step DISABLE TRIGGER USER")
        conn.execute("UPDATE kit_step SET verb = 'other' WHERE id = %s", [ids[2]])
        conn.execute("ALTER TABLE kit_step ENABLE TRIGGER USER")
    verdict = verify.run()
    assert not verdict.ok
    assert "breaks at position" in verdict.problems[0]


def test_verify_finds_a_cut_end_and_a_forged_day_head(committed_db, monkeypatch):
    monkeypatch.setattr(readers, "registry", {})
    journal.projection("test.all", verbs={"kit.note"}, reset=lambda: None)(lambda steps: None)
    for _ in range(5):
        note(uuid7())
    readers.catch_up()
    far = datetime.now(UTC).replace(year=2099)
    assert sequencer.close_days(far)
    assert verify.run().ok
    with _connect(committed_db.url) as conn:
        for table in ("kit_position", "kit_day_head"):
            conn.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        conn.execute("DELETE FROM kit_position WHERE position = (SELECT max(position) FROM kit_position)")
    problems = " ".join(verify.run().problems)
    assert "not on the chain" in problems
    assert "its end is cut" in problems
    assert "neither a position" in problems
