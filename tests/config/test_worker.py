"""The worker, really run: what is slow keeps neither its sign of life nor what falls due waiting."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connections

from tests.processes import until
from xiucheng.config.worker import LANES, Timer, Worker
from xiucheng.kit import heartbeat
from xiucheng.kit.now import now


@contextmanager
def _running(lanes: Mapping[str, Sequence[Timer]]) -> Iterator[Worker]:
    worker = Worker(lanes)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop.set()
        thread.join(20)
        connections.close_all()
        assert not thread.is_alive()


def test_slow_care_keeps_nobody_waiting(committed_db: Any) -> None:
    begun, ended, rung = threading.Event(), threading.Event(), threading.Event()

    def take_long(at: datetime) -> None:
        begun.set()
        ended.wait(60)

    care = (Timer("takes long", 60, take_long), *LANES["care"])
    clocks = (Timer("rings", 1, lambda at: rung.set()), *LANES["clocks"])
    with _running({**LANES, "clocks": clocks, "care": care}):
        until(begun.is_set, 10, "the slow one has begun")
        rung.clear()
        begin = now()
        until(rung.is_set, 10, "the clocks go on")
        until(lambda: _last_sign() > begin, 10, "and so does the sign of life")
        ended.set()


def test_a_timer_that_fails_keeps_no_other_from_its_turn(committed_db: Any) -> None:
    turns: list[str] = []

    def fails(at: datetime) -> None:
        turns.append("fails")
        raise ValueError

    lane = (Timer("fails", 0.1, fails), Timer("goes on", 0.1, lambda at: turns.append("goes on")))
    with _running({"alive": LANES["alive"], "one": lane}):
        until(lambda: turns.count("fails") > 1 and turns.count("goes on") > 1, 20, "both again and again")


def test_every_timer_has_its_own_name() -> None:
    """Failures and times are counted by name."""
    names = [timer.name for lane in LANES.values() for timer in lane]
    assert len(names) == len(set(names))


def _last_sign() -> datetime:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT at FROM kit_heartbeat WHERE process = 'worker'")
        row = cursor.fetchone()
    connections.close_all()
    assert row is not None
    assert heartbeat.alive(now())["worker"]
    moment: datetime = row[0]
    return moment
