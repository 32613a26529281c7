"""The simulator as a process."""

import os
import signal
import subprocess
import sys
import time

import pytest


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


def _beaten() -> bool:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM kit_heartbeat WHERE process = 'simulator'")
        return cursor.fetchone() is not None
