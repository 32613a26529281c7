"""Erased is erased: no dump, export, index or file holds the words, the phone or the picture, nor does a restore."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster import Databases
from tests.faults import traces
from tests.faults.telling import OTHER, STAFF, Told, client_of, erase, everywhere, redact_names, tell
from tests.faults.town import environment, found, let_go
from xiucheng.kit.now import now

if TYPE_CHECKING:
    from django.test import Client


MUST_FIND = (
    *("dump 0: title", "dump 0: address", "export.csv: text", "export.xlsx: text", "hall: title", "aside: address"),
    "story: reason",
    *("report: text", "report: address", "report: element", "again: note", "contact: name", "contact: phone"),
    *("original: picture", "display: copy"),
)
"""Where they lie before the erasure: the search itself must find something."""


@pytest.fixture
def told(committed_db: Databases, tmp_path: Path, settings: Any) -> Told:
    """A reporter's two reports, one a settled case with words of staff; somebody else's report beside them."""
    settings.STORAGES = {
        **settings.STORAGES,
        "media": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "media")},
        },
    }
    settings.XIUCHENG_ERASURE_LIST = str(tmp_path / "erasures.txt")
    settings.DEMO = True
    world = found(now())
    return tell(world, tmp_path / "media")


def test_nothing_of_the_reporter_is_found_anywhere(committed_db: Databases, told: Told) -> None:
    from xiucheng.foundation.media import queries as media
    from xiucheng.foundation.people.vault import store
    from xiucheng.kit.journal import readers, verify
    from xiucheng.operations.board import queries as board
    from xiucheng.operations.board.sql import Filters
    from xiucheng.operations.intake.models import Report

    client = client_of(told, "shift_leader")
    before = everywhere(committed_db, told, client)
    for place in MUST_FIND:
        assert place in before, before
    keys = list(Report.objects.filter(id__in=[told.report, told.again]).values_list("key_id", flat=True))
    assert len(store.of(keys)) == 2

    erase(told)

    assert store.of(keys) == {}
    assert everywhere(committed_db, told, client) == []
    rows = board.hall(told.world.standing("leader", now()), Filters(queue="all", text="槲寄生"), now=now()).rows
    assert rows == []
    assert media.describe([told.picture]) == {}
    assert client.get(f"/desk/media/{told.picture}/display").status_code in {404, 410}
    verdict = verify.run()
    assert verdict.ok, verdict.problems
    readers.catch_up()
    readers.replay("cases.search")
    assert everywhere(committed_db, told, client) == []
    _the_rest_is_whole(told, client)


def test_an_erased_picture_is_gone_and_its_case_is_whole(committed_db: Databases, told: Told) -> None:
    from xiucheng.foundation.media import commands
    from xiucheng.foundation.media import queries as media
    from xiucheng.kit import jobs
    from xiucheng.kit.journal import readers, verify

    client = client_of(told, "shift_leader")
    original, copy = (media.content(told.after, variant)[0][200:264] for variant in ("original", "display"))
    alone = replace(told, picture=told.after, secrets={"picture": original, "copy": copy})
    assert {"original: picture", "display: copy"} <= set(everywhere(committed_db, alone, client))
    files = len(list(told.media.rglob("*.*")))

    by = told.world.standing("shift_leader", now())
    commands.erase_picture(by=by, now=now(), media_id=told.after, reason="asked")
    jobs.run_waiting()

    assert everywhere(committed_db, alone, client) == []
    assert len(list(told.media.rglob("*.*"))) == files - 3, "the original and two copies"
    story = client.get(f"/desk/cases/{told.number}/story").content.decode()
    assert STAFF["reply"] in story
    assert str(told.after) not in story
    readers.catch_up()
    assert verify.run().ok


def _the_rest_is_whole(told: Told, client: Client) -> None:
    """Tombstones where the words were; words of staff, and of others, as before."""
    case = client.get(f"/desk/cases/{told.number}")
    assert case.status_code == 200
    assert "已按规定删除" in case.content.decode()
    story = client.get(f"/desk/cases/{told.number}/story").content.decode()
    assert STAFF["reply"] in story
    assert STAFF["reason"] in story
    assert str(told.after) in story
    assert str(told.picture) not in story
    assert "已按规定删除" in client.get(f"/desk/reports/{told.report}").content.decode()
    tracked = client.get(f"/t/{told.tracking_key}")
    assert tracked.status_code == 200
    assert told.number in tracked.content.decode()
    assert OTHER["text"] in client.get("/desk/reports/").content.decode()


@pytest.mark.parametrize("back", [("main",), ("keys",), ("main", "keys")], ids="+".join)
def test_a_restore_brings_nothing_back(committed_db: Databases, told: Told, back: tuple[str, ...]) -> None:
    """An older copy of either database, or of both, and then the erasure list once more."""
    from xiucheng.foundation.people import vault
    from xiucheng.kit.journal import readers, verify

    client = client_of(told, "shift_leader")
    urls = {"main": committed_db.url, "keys": committed_db.keys_url}
    older = {name: traces.dump(committed_db, urls[name]) for name in back}
    erase(told)
    let_go()
    for name, content in older.items():
        traces.restore(committed_db, urls[name], content)
    if back == ("main", "keys"):
        assert "report: text" in everywhere(committed_db, told, client), "what was erased had not come back"
    elif back == ("main",):
        assert "dump 0: title" in everywhere(committed_db, told, client), "the search index had not come back"

    done = vault.reapply_erasures()

    assert sum(done.rows_cleared.values()) + done.keys_destroyed > 0, done
    assert everywhere(committed_db, told, client) == []
    readers.rebuild_lost()
    readers.catch_up()
    readers.replay("cases.search")
    assert everywhere(committed_db, told, client) == []
    assert verify.run().ok
    _the_rest_is_whole(told, client)


def test_a_batch_of_the_index_under_way_does_not_outlive_the_erasure(told: Told) -> None:
    """The words are being written into the index just when they are erased; whoever waits, they are gone at the end."""
    from django.db import connections, transaction

    from xiucheng.kit import journal
    from xiucheng.operations.cases.models import SearchRow
    from xiucheng.operations.cases.projections import INDEX, index_words

    steps = [step for step in journal.of_subject(told.case) if step.name == "cases.file"]
    SearchRow.objects.filter(case_id=told.case).delete()
    written, erased = threading.Event(), threading.Event()

    def batch() -> None:
        with transaction.atomic():
            journal.hold(INDEX)
            index_words(steps)
            written.set()
            erased.wait(1)
        connections.close_all()

    thread = threading.Thread(target=batch)
    thread.start()
    assert written.wait(10)
    erase(told)
    erased.set()
    thread.join()
    assert not SearchRow.objects.filter(case_id=told.case).exists()


KILLED = """
import os, signal, sys
from uuid import UUID
import django
django.setup()
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.people.vault import store
from xiucheng.foundation.people import queries
from xiucheng.kit.now import now
from xiucheng.operations.intake import commands
store.delete = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
by = queries.standing_of(UUID(sys.argv[1]), now())
commands.erase_reporter(by=by, now=now(), report_id=UUID(sys.argv[2]))
"""


def test_an_erasure_that_was_killed_after_its_commit_is_carried_out(committed_db: Databases, told: Told) -> None:
    """Committed, and killed before the key store heard of it: no reader writes the words down, the worker finishes."""
    from xiucheng.foundation.people import timers
    from xiucheng.foundation.people.vault import store
    from xiucheng.kit import jobs
    from xiucheng.kit.journal import readers
    from xiucheng.operations.cases.models import SearchRow
    from xiucheng.operations.intake.models import Report

    client = client_of(told, "shift_leader")
    words = [sys.executable, "-c", KILLED, str(told.world.people["shift_leader"]), str(told.report)]
    assert subprocess.run(words, env=environment(), stderr=subprocess.DEVNULL).returncode == -9
    key = Report.objects.values_list("key_id", flat=True).get(id=told.report)
    assert store.of([key]), "it was killed too late"
    readers.replay("cases.search")
    assert not SearchRow.objects.filter(case_id=told.case).exists()
    timers.carry_out_erasures(now())
    redact_names(told)
    jobs.run_waiting()
    assert not store.of([key])
    assert everywhere(committed_db, told, client) == []
