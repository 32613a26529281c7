"""The worker: sequencer, projections, reactions, timers and jobs of one site, each in a thread of one process.

Several workers may run: the sequencer and the readers exclude each other by locks, timers claim by compare-and-set,
jobs are taken with SKIP LOCKED. A killed worker leaves nothing half done, because each round is one transaction.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from django.db import DatabaseError, InterfaceError, connections
from procrastinate.contrib.django import app as jobs_app
from prometheus_client import Counter, Histogram

from xiucheng.foundation.media import commands as media
from xiucheng.foundation.notices import commands as notices
from xiucheng.foundation.notices import rules as notice_rules
from xiucheng.foundation.people import timers as people_timers
from xiucheng.foundation.tasks import timers as task_timers
from xiucheng.kit import heartbeat, idempotency, jobs, outage
from xiucheng.kit.journal import readers, sequencer
from xiucheng.kit.now import now
from xiucheng.operations.cases import timers as case_timers
from xiucheng.operations.founding import timers as founding_timers
from xiucheng.operations.responsibility import timers as responsibility_timers

log = logging.getLogger(__name__)

T = TypeVar("T")

_QUIET_LONGEST = 0.1
"""Seconds between looks at an empty pending list: below half of the 200 ms that a step may wait."""

_BREATH = 0.04
"""Seconds between two rounds while steps keep coming (measured: at 150 reports a second, a fifth less work for
everybody than 0.01, because what comes meanwhile is put in order, read and acted on together)."""

WORK = Histogram("xiucheng_work_seconds", "Rounds of the worker's loops.", ("name",))
FAILURES = Counter("xiucheng_work_failures_total", "Rounds that failed.", ("name",))

_KEYS_KEPT = timedelta(days=30)
"""A request sent again after a month is a new one (D)."""


@dataclass(frozen=True, slots=True)
class Timer:
    """What time itself does: a function of now, run every so many seconds."""

    name: str
    every: float
    run: Callable[[datetime], object]


LANES: Mapping[str, Sequence[Timer]] = {
    # By itself, because doctor and /healthz take a worker for dead that is silent for ten seconds.
    "alive": (Timer("heartbeat", 2, lambda at: heartbeat.beat("worker", at)),),
    # What people wait for: the clocks of tasks and cases.
    "clocks": (
        Timer("tasks falling due", 1, task_timers.run_due),
        Timer("checks to begin", 2, case_timers.start_checks),
        Timer("cases reckoned anew", 5, case_timers.recalculate),
        Timer("parked steps", 5, readers.retry_parked),
    ),
    # What nobody waits for and what may take minutes: a whole journal read again, folders looked through.
    "care": (
        Timer("emptied tables", 10, lambda at: readers.rebuild_lost()),
        Timer("day heads", 60, sequencer.close_days),
        Timer("erasures left over", 60, people_timers.carry_out_erasures),
        Timer("claims long past", 300, lambda at: readers.forget_claims()),
        Timer("sign-in leftovers", 3600, people_timers.tidy),
        Timer("files without a row", 3600, lambda at: media.sweep(now=at)),
        Timer("pictures never sent", 3600, lambda at: media.sweep_unsent(now=at)),
        Timer("personal columns", 3600, founding_timers.erase_due),
        Timer("terms about to end", 3600, responsibility_timers.remind_due),
        Timer("read notices", 3600, lambda at: notices.forget(before=at - notice_rules.KEEP)),
        Timer("old request keys", 3600, lambda at: idempotency.forget(at - _KEYS_KEPT)),
    ),
}
"""The timers of each thread: within one they wait for one another, so what is slow stands apart from what is due."""


class Worker:
    """Runs until `stop` is set."""

    def __init__(self, lanes: Mapping[str, Sequence[Timer]] = LANES) -> None:
        self.stop = threading.Event()
        self._lanes = lanes
        # Set whenever new positions are there.
        self._new_for = {"projections": threading.Event(), "reactions": threading.Event()}

    def run(self) -> None:
        """Run all loops; returns when `stop` is set and every loop has finished its round."""
        readers.ensure_rows()
        loops: list[Callable[[], None]] = [
            self._sequence,
            lambda: self._read("projections", reacts=False),
            lambda: self._read("reactions", reacts=True),
            *(partial(self._time, timers) for timers in self._lanes.values()),
            self._jobs,
        ]
        threads = [threading.Thread(target=loop, daemon=True) for loop in loops]
        for thread in threads:
            thread.start()
        while not self.stop.wait(1):
            if not all(thread.is_alive() for thread in threads):
                log.error("a loop of the worker has died; the worker ends so that it is started again")
                self.stop.set()
        for thread in threads:
            thread.join(timeout=10)

    def _sequence(self) -> None:
        quiet = _BREATH
        while not self.stop.is_set():
            found = self._guarded("sequencer", sequencer.run_once)
            if found:
                for event in self._new_for.values():
                    event.set()
            quiet = _BREATH if found else min(quiet * 1.5, _QUIET_LONGEST)
            self.stop.wait(quiet)

    def _read(self, kind: str, *, reacts: bool) -> None:
        event = self._new_for[kind]
        names = [name for name, reader in readers.registry.items() if reader.reacts == reacts]
        while not self.stop.is_set():
            # Other workers may sequence too, so this one looks now and then without being told.
            event.wait(0.5)
            event.clear()
            again = True
            while again and not self.stop.is_set():
                rounds = [self._guarded(name, partial(readers.advance, name)) for name in names]
                # Who has come to the head waits to be told of more: looking again would be in vain nearly always.
                again = any(one.again for one in rounds if one)
                if again and not any(one.moved for one in rounds if one):
                    self.stop.wait(_QUIET_LONGEST)

    def _time(self, timers: Sequence[Timer]) -> None:
        next_at = dict.fromkeys((timer.name for timer in timers), 0.0)
        while not self.stop.is_set():
            for timer in timers:
                if time.monotonic() >= next_at[timer.name]:
                    next_at[timer.name] = time.monotonic() + timer.every
                    self._guarded(timer.name, partial(timer.run, now()))
            self.stop.wait(0.2)

    def _guarded(self, name: str, run: Callable[[], T]) -> T | None:
        """What the round came to; None where it failed, which is told to the log, a second later."""
        try:
            with WORK.labels(name).time(), FAILURES.labels(name).count_exceptions():
                return run()
        except (DatabaseError, InterfaceError) as error:
            if outage.is_away(error):
                log.warning("%s: the database is away; again in a second", name)
                outage.drop_dead_connections()
            else:
                log.exception("%s: the database refused; again in a second", name)
        except Exception:
            log.exception("%s fails; again in a second", name)
        finally:
            # A pooled connection goes back, a broken one away.
            connections.close_all()
        self.stop.wait(1)
        return None

    def _jobs(self) -> None:
        while not self.stop.is_set():
            try:
                asyncio.run(self._work_on_jobs())
            except Exception:
                log.exception("the job runner fails; again in a second")
                self.stop.wait(1)

    async def _work_on_jobs(self) -> None:
        loop = asyncio.get_running_loop()
        with jobs_app.replace_connector(jobs_app.connector.get_worker_connector()) as app:  # type: ignore[attr-defined]
            async with app.open_async():
                running = asyncio.create_task(
                    app.run_worker_async(
                        concurrency=2,
                        install_signal_handlers=False,
                        fetch_job_polling_interval=2,
                        shutdown_graceful_timeout=5,
                        delete_jobs="successful",
                    )
                )
                rescued = 0.0
                while not self.stop.is_set() and not running.done():
                    if loop.time() > rescued:
                        await jobs.rescue(app)
                        rescued = loop.time() + jobs.STALLED_S / 2
                    await asyncio.sleep(0.3)
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
