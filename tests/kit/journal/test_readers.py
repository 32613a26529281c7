"""Readers at the edge: renamed ones, held ones, forgotten claims; and what the log says of a failure."""

import logging
import threading
from datetime import UTC, datetime

import pytest
from django.db import connection, connections, transaction

from tests.kit.journal.test_record import note
from xiucheng.kit import journal, wordless
from xiucheng.kit.ids import uuid7
from xiucheng.kit.journal import readers, sequencer

LATER = datetime(2099, 1, 1, tzinfo=UTC)
SECRET = "李小明 13800001111"


@pytest.fixture
def acted(monkeypatch):
    """A reaction that notes what it acted on, and fails on what is in `acted.broken`."""
    monkeypatch.setattr(readers, "registry", {})

    class Acted(list):
        broken: set[int] = set()

    seen = Acted()

    def act(step):
        if step.payload["n"] in seen.broken:
            with connection.cursor() as cursor:
                cursor.execute("SELECT %s::int", [SECRET])
        seen.append(step.payload["n"])

    journal.reaction("test.act", verbs={"kit.note"})(act)
    return seen


def parked():
    with connection.cursor() as cursor:
        cursor.execute("SELECT reader, tries FROM kit_parked")
        return cursor.fetchall()


def claims():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kit_reacted WHERE reader = 'test.act'")
        return cursor.fetchone()[0]


def test_a_parked_step_of_a_reader_that_was_renamed_stays(db, acted):
    readers.ensure_rows()
    acted.broken = {1}
    note(uuid7(), n=1)
    readers.catch_up()
    reader = readers.registry.pop("test.act")
    assert readers.retry_parked(LATER) == 0
    assert parked() == [("test.act", 1)]
    assert readers.waiting()[1:] == (1, 1), "it waits for a person"
    readers.registry["test.act"] = reader
    acted.broken = set()
    assert readers.retry_parked(LATER) == 1
    assert (acted, parked()) == ([1], [])


def test_whoever_holds_a_reader_holds_its_parked_steps(committed_db, acted):
    readers.ensure_rows()
    acted.broken = {1}
    note(uuid7(), n=1)
    readers.catch_up()
    acted.broken = set()

    def retry():
        try:
            readers.retry_parked(LATER)
        finally:
            connections.close_all()

    thread = threading.Thread(target=retry)
    with transaction.atomic():
        journal.hold("test.act")
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
        assert acted == []
    thread.join(10)
    assert acted == [1]


def test_forgotten_claims_never_let_a_reaction_act_twice(db, acted):
    readers.ensure_rows()
    for n in range(10):
        note(uuid7(), n=n)
    readers.catch_up()
    head, _ = journal.head()
    before = claims()
    assert readers.forget_claims(keep=3, limit=1_000_000) == 7
    assert claims() == before - 7
    assert readers.forget_claims(keep=3) == 0, "what is forgotten is not looked for again"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kit_reader SET position = 0 WHERE name = 'test.act'")
    readers.catch_up()
    assert acted == list(range(10)), "a position set back does not make it act again"
    note(uuid7(), n=10)
    readers.catch_up()
    assert acted == list(range(11))
    assert readers.lags()["test.act"] == 0
    assert journal.head()[0] == head + 1


def test_claims_are_forgotten_a_part_at_a_time_and_parked_steps_stay(db, acted):
    readers.ensure_rows()
    acted.broken = {0}
    for n in range(6):
        note(uuid7(), n=n)
    readers.catch_up()
    while readers.forget_claims(keep=0, limit=2) or claims():
        pass
    acted.broken = set()
    assert readers.retry_parked(LATER) == 1
    assert sorted(acted) == list(range(6))
    assert readers.retry_parked(LATER) == 0


def test_a_reader_at_work_keeps_its_claims(committed_db, acted):
    readers.ensure_rows()
    note(uuid7(), n=0)
    readers.catch_up()
    held, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            journal.hold("test.act")
            held.set()
            done.wait(10)
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(10)
    assert readers.forget_claims(keep=0) == 0
    done.set()
    thread.join()
    assert readers.forget_claims(keep=0, limit=1_000_000) == 1


def test_who_has_read_all_need_not_look_again_until_there_is_more(committed_db, acted):
    readers.ensure_rows()
    for n in range(5):
        note(uuid7(), n=n)
    while sequencer.run_once():
        pass
    assert readers.advance("test.act", 3) == (3, True)
    held, go_on = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM kit_reader WHERE name = 'test.act' FOR UPDATE")
            held.set()
            go_on.wait(10)
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    assert readers.advance("test.act") == (0, True), "whoever reads just now may have looked too early"
    go_on.set()
    thread.join()
    assert readers.advance("test.act") == (2, False)
    assert readers.advance("test.act") == (0, False)
    assert acted == [0, 1, 2, 3, 4]


def test_the_log_says_where_and_never_what(db, acted, caplog):
    readers.ensure_rows()
    acted.broken = {1}
    note(uuid7(), n=1)
    with caplog.at_level(logging.INFO):
        readers.catch_up()
        readers.retry_parked(LATER)
    formatter = wordless.Formatter("%(message)s")
    lines = "\n".join(formatter.format(record) for record in caplog.records)
    assert "test_readers.py" in lines
    assert "DataError" in lines or "InvalidTextRepresentation" in lines
    assert "22P02" in lines
    for word in (SECRET, "李小明", "13800001111"):
        assert word not in lines


def test_a_formatted_exception_holds_no_message(db):
    formatter = wordless.Formatter("%(levelname)s %(message)s")
    try:
        try:
            raise LookupError(SECRET)
        except LookupError as error:
            raise ValueError(SECRET) from error
    except ValueError:
        import sys

        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "it fails", (), sys.exc_info())
        line = formatter.format(record)
    assert line.startswith("ERROR it fails\nValueError at ")
    assert "from LookupError at " in line
    assert SECRET not in line
    # What another handler has formatted before is not taken over from it.
    record.exc_text = logging.Formatter().formatException(record.exc_info)
    assert SECRET not in formatter.format(record)
