"""Pictures whose report was never sent go after a day; what anything refers to never goes, whoever is quicker."""

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, connections, transaction

from tests.cluster import Databases
from xiucheng.foundation.media import commands, queries, registry
from xiucheng.foundation.media.models import Item
from xiucheng.kit import journal
from xiucheng.kit.jobs import run_waiting

from .make import FACTS, NOW, PERSON, RESIDENT, jpeg, lying, store

TOMORROW = NOW + timedelta(days=1, minutes=1)
PAUSE = 0.4


@pytest.fixture
def tied(monkeypatch: pytest.MonkeyPatch) -> set[UUID]:
    """What the rooms refer to, beside what really lies in their tables."""
    held: set[UUID] = set()
    monkeypatch.setitem(registry._referring, "test", lambda ids: held & set(ids))
    return held


def test_a_picture_that_was_never_sent_is_erased(transactional_db: None, folder: Path, tied: set[UUID]) -> None:
    stored = store(jpeg(exif=FACTS))
    run_waiting()
    assert commands.sweep_unsent(now=NOW + timedelta(hours=23)) == 0
    assert queries.describe([stored.id])[stored.id].lon is not None
    assert commands.sweep_unsent(now=TOMORROW) == 1
    run_waiting()
    row = Item.objects.get(id=stored.id)
    assert (row.lon, row.lat, row.taken_at, row.make, row.name) == (None, None, None, "", None)
    assert lying(folder) == []
    last = journal.of_subject(stored.id)[-1]
    assert (last.verb, last.actor, last.payload["reason"]) == ("erase", "system:media", "unsent")
    assert commands.sweep_unsent(now=TOMORROW) == 0


def test_what_is_referred_to_stays_and_is_looked_at_once(db: None, tied: set[UUID]) -> None:
    kept, loose = store(jpeg(80)), store(jpeg(90))
    tied.add(kept.id)
    assert commands.sweep_unsent(now=TOMORROW) == 1
    assert set(queries.describe([kept.id, loose.id])) == {kept.id}
    # Marked for good: what refers to a picture is history, which is never taken back.
    tied.clear()
    assert commands.sweep_unsent(now=TOMORROW + timedelta(days=400)) == 0
    assert queries.content(kept.id)[0] == jpeg(80)


def test_many_go_in_batches_and_kept_ones_do_not_stop_them(
    db: None, tied: set[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "_SWEPT_AT_ONCE", 3)
    ids = [store(jpeg(80 + number)).id for number in range(10)]
    tied.update(ids[:4])
    assert commands.sweep_unsent(now=TOMORROW) == 6
    assert set(queries.describe(ids)) == set(ids[:4])


def test_handed_in_again_its_day_begins_anew(db: None, tied: set[UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    first = store(actor=PERSON)
    again = commands.store(actor=PERSON, now=TOMORROW, content=jpeg(), name="again.jpg", purpose="near")
    assert again.id == first.id
    assert commands.sweep_unsent(now=TOMORROW) == 0
    assert commands.sweep_unsent(now=TOMORROW + timedelta(days=1, minutes=1)) == 1
    third = commands.store(actor=PERSON, now=TOMORROW, content=jpeg(), name="again.jpg", purpose="near")
    assert third.id != first.id
    assert store(actor=RESIDENT).id not in {first.id, third.id}


def test_every_room_that_keeps_pictures_says_which() -> None:
    assert {"cases", "intake"} <= registry.keeping()
    assert registry.keeping() <= set(registry._referring)


@pytest.mark.parametrize("room", ["cases", "intake"])
def test_nothing_goes_while_a_room_has_not_spoken(db: None, room: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = store()
    monkeypatch.delitem(registry._referring, room)
    with pytest.raises(RuntimeError, match=room):
        commands.sweep_unsent(now=TOMORROW)
    assert queries.content(stored.id)[0] == jpeg()


def _tie(media_id: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO test_refers (media_id) VALUES (%s)", [media_id])


@pytest.fixture
def table(committed_db: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that refers to pictures, in the database, so that what others have committed is what is seen."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE test_refers (media_id uuid NOT NULL)")

    def referring(ids: Any) -> list[UUID]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT media_id FROM test_refers WHERE media_id = ANY(%s)", [list(ids)])
            return [row[0] for row in cursor.fetchall()]

    monkeypatch.setitem(registry._referring, "test", referring)


def _in_thread(work: Any) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_the_sweep_leaves_what_is_being_tied(table: None) -> None:
    """Looked at and held, not yet tied; the sweep comes in between, and comes again."""
    stored = store()
    held, go_on = threading.Event(), threading.Event()

    def tie() -> None:
        with transaction.atomic():
            assert commands.keep([stored.id]) == {stored.id}
            held.set()
            go_on.wait(10)
            _tie(stored.id)

    thread = _in_thread(tie)
    assert held.wait(10)
    assert commands.sweep_unsent(now=TOMORROW) == 0
    go_on.set()
    thread.join(10)
    assert commands.sweep_unsent(now=TOMORROW) == 0
    assert queries.content(stored.id)[0] == jpeg()


def test_what_the_sweep_has_taken_cannot_be_tied_any_more(table: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sweep has looked and goes on; whoever wants the picture waits, and hears that it is gone."""
    stored = store()
    looked, go_on, told = threading.Event(), threading.Event(), []
    really = registry.referred

    def slowly(ids: Any) -> set[UUID]:
        found = really(ids)
        looked.set()
        go_on.wait(10)
        return found

    monkeypatch.setattr(registry, "referred", slowly)
    sweeping = _in_thread(lambda: commands.sweep_unsent(now=TOMORROW))
    assert looked.wait(10)

    def tie() -> None:
        with transaction.atomic():
            told.append(commands.keep([stored.id]))

    tying = _in_thread(tie)
    tying.join(PAUSE)
    assert told == [], "it waits"
    go_on.set()
    sweeping.join(10)
    tying.join(10)
    assert told == [set()]


def test_handing_in_again_just_when_it_is_swept_makes_a_new_one(table: None, monkeypatch: pytest.MonkeyPatch) -> None:
    first = store(actor=PERSON)
    looked, go_on, got = threading.Event(), threading.Event(), []
    really = registry.referred

    def slowly(ids: Any) -> set[UUID]:
        found = really(ids)
        looked.set()
        go_on.wait(10)
        return found

    monkeypatch.setattr(registry, "referred", slowly)
    sweeping = _in_thread(lambda: commands.sweep_unsent(now=TOMORROW))
    assert looked.wait(10)
    again = _in_thread(
        lambda: got.append(commands.store(actor=PERSON, now=TOMORROW, content=jpeg(), name="x", purpose="near").id)
    )
    again.join(PAUSE)
    go_on.set()
    sweeping.join(10)
    again.join(10)
    assert got
    assert got[0] != first.id
    assert set(queries.describe([first.id, got[0]])) == {got[0]}


def test_many_hands_and_a_sweep_that_never_rests(table: None) -> None:
    """Six people tie old pictures while two sweeps run: whatever was tied is there, the rest is gone."""
    ids = [store(jpeg(60 + number)).id for number in range(36)]
    tied: list[UUID] = []
    refused: list[UUID] = []
    done = threading.Event()

    def tie(mine: list[UUID]) -> None:
        for media_id in mine:
            with transaction.atomic():
                if commands.keep([media_id]):
                    _tie(media_id)
                    tied.append(media_id)
                else:
                    refused.append(media_id)

    def sweep() -> None:
        while not done.is_set():
            commands.sweep_unsent(now=TOMORROW)

    hands = [_in_thread(lambda mine=ids[number::6]: tie(mine)) for number in range(6)]
    sweeps = [_in_thread(sweep) for _ in range(2)]
    for thread in hands:
        thread.join(30)
    done.set()
    for thread in sweeps:
        thread.join(30)
    commands.sweep_unsent(now=TOMORROW)
    assert set(tied) | set(refused) == set(ids)
    assert set(queries.describe(ids)) == set(tied)
