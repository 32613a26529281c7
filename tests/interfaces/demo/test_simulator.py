"""The simulator as a process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from xiucheng.interfaces.demo.district.control import Wish
from xiucheng.interfaces.demo.simulator import obey

if TYPE_CHECKING:
    from xiucheng.interfaces.demo.day import Day


@pytest.mark.slow
def test_the_process_stops_when_told(committed_db: object) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "xiucheng.interfaces.demo.simulator", "--speed", "60"],
        env={**os.environ, "PYTHONPATH": "src"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not _beaten():
            time.sleep(0.2)
        assert _beaten()
        process.send_signal(signal.SIGTERM)
        output, _errors = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 0
    assert "simulator: stopped" in output


@pytest.fixture
def day(db: None) -> Day:
    from xiucheng.interfaces.demo import sample
    from xiucheng.interfaces.demo.day import Day
    from xiucheng.kit.now import now

    sample.load(now())
    return Day(now(), speed=30, seed=1)


def test_it_goes_at_the_speed_that_is_wished_and_pauses(day: Day) -> None:
    assert obey(day, None) == 0
    assert day.speed == 30
    assert obey(day, Wish(speed=120)) == 0
    assert day.speed == 120
    assert obey(day, Wish(speed=60, paused=True)) > 0
    assert day.speed == 60


def _beaten() -> bool:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM kit_heartbeat WHERE process = 'simulator'")
        return cursor.fetchone() is not None
