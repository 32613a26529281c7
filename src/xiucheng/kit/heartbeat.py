"""Which processes of this site are alive: each says so every second or two, `/healthz` and doctor listen."""

from datetime import datetime, timedelta

from django.db import connection

FRESH = timedelta(seconds=10)


def beat(process: str, now: datetime) -> None:
    """Say that `process` (web, stream, worker, simulator) is alive."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kit_heartbeat (process, at) VALUES (%s, %s)"
            " ON CONFLICT (process) DO UPDATE SET at = EXCLUDED.at",
            [process, now],
        )


def alive(now: datetime) -> dict[str, bool]:
    """Process name → was it seen within the last ten seconds?"""
    with connection.cursor() as cursor:
        cursor.execute("SELECT process, at FROM kit_heartbeat")
        return {process: now - at < FRESH for process, at in cursor.fetchall()}
