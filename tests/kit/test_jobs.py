"""Jobs of dead workers: taken over by another, and given up when they kill every worker that comes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from xiucheng.kit import jobs

ATTEMPTS = 2
_done: list[int] = []


@jobs.job(name="kit.poison", queue="poison", attempts=ATTEMPTS)
def poison(number: int) -> None:
    """What a worker does when it is not killed over it."""
    _done.append(number)


def _status(number: int) -> tuple[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text, attempts FROM procrastinate_jobs WHERE id = %s", [number])
        row: tuple[str, int] = cursor.fetchone()
    return row


def _dying_worker_takes(number: int) -> None:
    """As a worker that is killed leaves it: the job is being done, and its worker is heard of no more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
        )
        (worker,) = cursor.fetchone()
        cursor.execute("SELECT (procrastinate_fetch_job_v2(ARRAY['poison'], %s)).id", [worker])
        assert cursor.fetchone() == (number,)


def _rescue() -> int:
    async def run() -> int:
        with app.replace_connector(app.connector.get_worker_connector()) as opened:  # type: ignore[attr-defined]
            async with opened.open_async():
                return await jobs.rescue(opened)

    return asyncio.run(run())


def test_a_job_that_kills_every_worker_is_given_up(committed_db: Any, caplog: pytest.LogCaptureFixture) -> None:
    number = poison.defer(number=1)
    for attempt in range(ATTEMPTS):
        _dying_worker_takes(number)
        assert _rescue() == 1
        assert _status(number) == ("todo", attempt + 1)
    _dying_worker_takes(number)
    assert _rescue() == 0
    assert _status(number)[0] == "failed"
    assert "kit.poison" in caplog.text
    assert _rescue() == 0


def test_a_job_whose_worker_was_killed_once_is_done_by_another(committed_db: Any) -> None:
    number = poison.defer(number=2)
    _dying_worker_takes(number)
    assert _rescue() == 1
    jobs.run_waiting()
    assert _done == [2]
    assert _status(number)[0] == "succeeded"
