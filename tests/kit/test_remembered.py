"""What is remembered is never older than allowed, never what was rolled back, and costs next to nothing."""

import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.cluster import Databases
from xiucheng.kit import remembered
from xiucheng.kit.models import Heartbeat
from xiucheng.kit.remembered import Remembered
from xiucheng.kit.verbs import attempt, verb

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)


class Names(Remembered):
    """The names in a table that is as good as any other, beginning with the topic's."""

    def add(self, name: str) -> None:
        Heartbeat.objects.create(process=f"{self.topic} {name}", at=AT)
        self.changed()

    def read(self) -> list[str]:
        rows = Heartbeat.objects.filter(process__startswith=f"{self.topic} ").order_by("process")
        return [name.split()[1] for name in rows.values_list("process", flat=True)]

    def seen(self) -> list[str]:
        return self.get("names", self.read)


@pytest.fixture
def lamps() -> Names:
    return Names("lamps")


@pytest.fixture
def trees() -> Names:
    return Names("trees")


class Enough(Exception):
    pass


def asked(act: Callable[[], Any]) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        act()
    return [one["sql"] for one in seen]


def elsewhere(act: Callable[[], Any]) -> threading.Thread:
    """Another thread, with a connection of its own."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def seen_elsewhere(names: Names) -> list[str]:
    got: list[list[str]] = []
    elsewhere(lambda: got.append(names.seen())).join(20)
    assert got, "the thread failed"
    return got[0]


# -- what it costs ----------------------------------------------------------------------------------------------------


def test_most_calls_ask_nothing(transactional_db: None, lamps: Names, trees: Names) -> None:
    lamps.add("a")
    assert len(asked(lambda: (lamps.seen(), trees.seen()))) == 3  # the tokens, and each table
    assert asked(lambda: [(lamps.seen(), trees.seen()) for _ in range(100)]) == []


def test_after_a_second_one_statement_asks_for_all_topics(
    transactional_db: None, lamps: Names, trees: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    lamps.seen(), trees.seen()
    later = remembered.time.monotonic() + remembered.CHECK_SECONDS
    monkeypatch.setattr(remembered.time, "monotonic", lambda: later)
    assert asked(lambda: [(lamps.seen(), trees.seen()) for _ in range(100)]) == [remembered._TOKENS]


def test_only_what_has_changed_is_read_again(transactional_db: None, lamps: Names, trees: Names) -> None:
    lamps.seen(), trees.seen()
    lamps.add("a")
    assert asked(trees.seen) == [remembered._TOKENS]
    assert len(asked(lamps.seen)) == 1


def test_of_several_threads_that_miss_the_same_one_reads(transactional_db: None, lamps: Names) -> None:
    reads: list[int] = []
    waiting = threading.Barrier(6)

    def slow() -> int:
        reads.append(1)
        asleep.wait(0.1)
        return len(reads)

    def look() -> None:
        waiting.wait(20)
        got.append(lamps.get("slow", slow))

    asleep, got = threading.Event(), []
    for thread in [elsewhere(look) for _ in range(6)]:
        thread.join(20)
    assert (got, reads) == ([1] * 6, [1])


def test_who_fails_to_read_leaves_it_to_the_next(transactional_db: None, lamps: Names) -> None:
    with pytest.raises(ZeroDivisionError):
        lamps.get("share", lambda: 1 / 0)
    assert lamps.get("share", lambda: 0.5) == 0.5


def test_the_number_of_values_is_bounded(transactional_db: None, lamps: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "_MOST", 3)
    for number in range(10):
        assert lamps.get(number, lambda number=number: number) == number
        assert len(lamps._shared.entries) <= 3
    assert lamps.get(9, list) == 9


# -- whose change is seen when ----------------------------------------------------------------------------------------


def test_an_own_change_is_seen_at_once_and_by_others_with_the_commit(transactional_db: None, lamps: Names) -> None:
    assert lamps.seen() == seen_elsewhere(lamps) == []
    with transaction.atomic():
        lamps.add("a")
        assert lamps.seen() == ["a"]
        assert asked(lamps.seen) == []
        assert seen_elsewhere(lamps) == []
        lamps.add("b")
        assert lamps.seen() == ["a", "b"]
    assert lamps.seen() == seen_elsewhere(lamps) == ["a", "b"]


def test_a_change_outside_a_transaction_is_seen_at_once(transactional_db: None, lamps: Names) -> None:
    assert lamps.seen() == []
    lamps.add("a")
    assert lamps.seen() == seen_elsewhere(lamps) == ["a"]


def test_what_was_rolled_back_is_never_seen(transactional_db: None, lamps: Names) -> None:
    with pytest.raises(Enough), transaction.atomic():
        lamps.add("a")
        assert lamps.seen() == ["a"]
        raise Enough
    assert lamps.seen() == seen_elsewhere(lamps) == []


def test_nor_is_what_was_rolled_back_to_a_savepoint(transactional_db: None, lamps: Names) -> None:
    with transaction.atomic():
        lamps.add("a")
        assert lamps.seen() == ["a"]
        with pytest.raises(Enough), transaction.atomic():
            lamps.add("b")
            assert lamps.seen() == ["a", "b"]
            raise Enough
        assert lamps.seen() == ["a"]
        assert seen_elsewhere(lamps) == []
    assert lamps.seen() == seen_elsewhere(lamps) == ["a"]


def test_a_savepoint_that_alone_held_the_change_takes_it_along(transactional_db: None, lamps: Names) -> None:
    with transaction.atomic():
        with suppress(Enough), transaction.atomic():
            lamps.add("a")
            assert lamps.seen() == ["a"]
            raise Enough
        assert lamps.seen() == []
    assert lamps.seen() == seen_elsewhere(lamps) == []


_ANOTHER_PROCESS = """
import django; django.setup()
from tests.kit.test_remembered import Names
names = Names("lamps")
assert names.seen() == ["a"]
names.add("b")
assert names.seen() == ["a", "b"]
"""


def test_another_process_is_seen_when_the_token_is_read(
    committed_db: Databases, lamps: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    lamps.add("a")
    assert lamps.seen() == ["a"]
    moment = remembered.time.monotonic()
    monkeypatch.setattr(remembered.time, "monotonic", lambda: moment)
    remembered.look_again()
    assert lamps.seen() == ["a"]
    subprocess.run([sys.executable, "-c", _ANOTHER_PROCESS], check=True, timeout=60)
    assert lamps.seen() == ["a"]
    monkeypatch.setattr(remembered.time, "monotonic", lambda: moment + remembered.CHECK_SECONDS)
    assert lamps.seen() == ["a", "b"]


def test_a_slow_reader_does_not_put_the_old_back(transactional_db: None, lamps: Names) -> None:
    has_read, may_return = threading.Event(), threading.Event()

    def slow() -> list[str]:
        names = lamps.read()
        has_read.set()
        assert may_return.wait(20)
        return names

    thread = elsewhere(lambda: lamps.get("names", slow))
    assert has_read.wait(20)
    lamps.add("a")
    assert lamps.seen() == ["a"]
    may_return.set()
    thread.join(20)
    assert lamps.seen() == ["a"]


def test_a_token_that_is_not_committed_stays_with_its_transaction(
    transactional_db: None, lamps: Names, trees: Names
) -> None:
    def fail() -> None:
        raise Enough

    assert lamps.seen() == []
    with pytest.raises(Enough), transaction.atomic():
        transaction.on_commit(fail)  # after it no other hook runs, so nothing is dropped at this commit
        lamps.add("a")
        remembered.look_again()
        assert trees.seen() == []  # this reads the tokens, our own among them
        assert seen_elsewhere(lamps) == []
    remembered.look_again()
    assert lamps.seen() == ["a"]


def test_another_database_is_another_source(transactional_db: None, lamps: Names) -> None:
    assert lamps.seen() == []
    Heartbeat.objects.create(process="lamps a", at=AT)
    assert lamps.seen() == []  # nobody said that it had changed
    connection.close()
    connection.close_pool()
    assert lamps.seen() == ["a"]


# -- verbs ------------------------------------------------------------------------------------------------------------


def test_a_verb_tells_once_whatever_it_changes(transactional_db: None, lamps: Names, trees: Names) -> None:
    @verb
    def plant() -> None:
        for number in range(5):
            trees.add(f"t{number}")
            lamps.add(f"l{number}")
        with suppress(Enough), attempt():
            Names("benches").add("b")
            raise Enough
        assert len(connection.run_on_commit) == 2

    told = [one for one in asked(plant) if "kit_changed" in one]
    assert len(told) == 1
    assert "lamps" in told[0]
    assert "benches" not in told[0]
    assert (len(lamps.seen()), len(seen_elsewhere(trees))) == (5, 5)


def test_two_verbs_that_change_two_topics_do_not_lock_each_other_out(
    transactional_db: None, lamps: Names, trees: Names
) -> None:
    half_way = threading.Barrier(2)

    @verb
    def change(first: Names, second: Names) -> None:
        first.add(f"{first.topic}1")
        half_way.wait(20)
        second.add(f"{second.topic}2")

    done: list[int] = []
    threads = [
        elsewhere(lambda one=one, other=other: (change(one, other), done.append(1)))
        for one, other in ((lamps, trees), (trees, lamps))
    ]
    for thread in threads:
        thread.join(20)
    assert done == [1, 1]
    assert lamps.seen() == ["lamps1", "lamps2"]
    assert trees.seen() == ["trees1", "trees2"]
