"""Work that may fail or take long, done by the worker: a thin face of procrastinate in the site's schema."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from procrastinate import App, JobContext, RetryStrategy
from procrastinate.contrib.django import app as _app
from procrastinate.jobs import Job as _Queued
from procrastinate.jobs import Status

from . import tracing

log = logging.getLogger(__name__)

STALLED_S = 30.0
"""A worker that has not been heard of for so long is dead (it says so every ten seconds)."""


class Job:
    """A function that can be deferred; the job is inserted by the running transaction and lost with it."""

    def __init__(self, task: Any, function: Callable[..., None]) -> None:
        self._task = task
        self.run = function

    def defer(self, **arguments: Any) -> int:
        """Queue one run with JSON arguments (ids, codes; no words). Returns the job's number."""
        return int(self._task.defer(**arguments))


def job(
    *, name: str, queue: str = "default", attempts: int = 5, given_up: Callable[..., None] | None = None
) -> Callable[[Callable[..., None]], Job]:
    """Declare a job: "<room>.<what>". Retried with growing pauses; it must be safe to run twice.

    given_up: called with the job's arguments once it has failed for the last time, so that nobody waits for it for
    ever; also in place of a run more than that, where the job takes its worker along each time.
    """

    def declare(function: Callable[..., None]) -> Job:
        strategy = RetryStrategy(max_attempts=attempts, exponential_wait=2)

        @wraps(function)
        def run(context: JobContext, **arguments: Any) -> None:
            # Counted from nought; a worker that was killed while at it counts as well.
            last = context.job.attempts >= attempts
            if given_up is not None and context.job.attempts > attempts:
                given_up(**arguments)
                return
            try:
                with tracing.span(name, job__queue=queue):
                    function(**arguments)
            except Exception:
                if given_up is not None and last:
                    given_up(**arguments)
                raise

        task = _app.task(name=name, queue=queue, retry=strategy, pass_context=True)(run)
        return Job(task, function)

    return declare


async def rescue(app: App, seconds: float = STALLED_S) -> int:
    """Queue again what a killed worker was doing; returns how many jobs. `app`: opened, as a worker has it.

    A job whose worker died as often as the job may be tried has failed: it may be what kills them (it takes all the
    memory, it crashes a library), and queued again for ever it would take down every worker that comes.
    """
    again = 0
    for stalled in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=seconds):
        if _may_be_tried(app, stalled):
            await app.job_manager.retry_job(stalled)
            again += 1
        else:
            log.error("job %s of %s is given up: its worker died every time", stalled.id, stalled.task_name)
            await app.job_manager.finish_job(stalled, Status.FAILED, delete_job=False)
    return again


def _may_be_tried(app: App, stalled: _Queued) -> bool:
    """Are there tries left, as for a job that raises? A job that this version does not know is left to one that does:
    procrastinate itself fails it when it is fetched."""
    task = app.tasks.get(stalled.task_name)
    decision = task.get_retry_exception(RuntimeError("its worker died"), stalled) if task else True
    return decision is not None


def run_waiting() -> None:
    """Run what is queued until nothing is left, in this thread; for tests and the command line."""
    connector = _app.connector.get_worker_connector()  # type: ignore[attr-defined]
    with _app.replace_connector(connector) as app:
        app.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
