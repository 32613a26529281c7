"""Many at once: workers at the same alarms, people at the same task, a person and the worker at the same clock."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from tests.foundation.tasks.make import TESTER, WEDNESDAY, house, steps
from xiucheng.foundation.tasks import commands, queries, timers
from xiucheng.foundation.tasks.models import Due
from xiucheng.kit.ids import uuid7
from xiucheng.kit.refused import Refused
from xiucheng.kit.worktime import Limit, Unit

pytestmark = pytest.mark.usefixtures("committed_db")
EIGHT = 8
HOUR = timedelta(hours=1)
TEN_HOURS = Limit(10, Unit.URGENT_HOUR)


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Do these at once, each in a thread with a connection of its own; what each returned or was refused with."""
    found: list[Any] = [None] * len(acts)
    gate = threading.Barrier(len(acts))

    def run(index: int, act: Callable[[], Any]) -> None:
        gate.wait(20)
        try:
            found[index] = act()
        except Refused as refusal:
            found[index] = refusal.code
        except Exception as error:
            found[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def test_eight_workers_ring_each_alarm_once() -> None:
    roads = house()
    duties = [commands.Duty("handle", "cases", uuid7(), agency_id=roads.agency, limit=TEN_HOURS) for _ in range(200)]
    tasks = [g.task_id for g in commands.give_many(actor=TESTER, now=WEDNESDAY, duties=duties)]

    def work() -> int:
        done = 0
        for hours in (9, 11):
            while rung := timers.run_due(WEDNESDAY + hours * HOUR, limit=20):
                done += rung
        return done

    counts = together(*[work] * EIGHT)
    # A worker stops when others hold all that is left; one round more takes what that left behind.
    counts.append(work())
    assert sum(counts) == sum(1 for task_id in tasks for step in steps(task_id) if step.actor == "system:timer")
    for task_id in tasks:
        verbs = Counter(step.verb for step in steps(task_id))
        assert verbs["due"] == 1
        assert verbs["warn"] <= 1
    assert not Due.objects.exists()
    assert sum(count > 0 for count in counts) > 1


_WORKER = """
import sys
from datetime import datetime
import django
django.setup()
from xiucheng.foundation.tasks import timers
now = datetime.fromisoformat(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
quiet = 0
while quiet < 20:
    quiet = 0 if timers.run_due(now, limit=1) else quiet + 1
"""


def test_a_worker_that_is_killed_leaves_its_alarms_to_the_others() -> None:
    """Two processes ring, one is killed in the middle of it: every alarm rings once, none is lost."""
    roads = house()
    duties = [commands.Duty("handle", "cases", uuid7(), agency_id=roads.agency, limit=TEN_HOURS) for _ in range(300)]
    tasks = [g.task_id for g in commands.give_many(actor=TESTER, now=WEDNESDAY, duties=duties)]
    late = (WEDNESDAY + 11 * HOUR).isoformat()
    workers = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", _WORKER, late],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": "src"},
            text=True,
        )
        for _ in range(2)
    ]
    try:
        for worker in workers:
            assert any(line.strip() == "ready" for line in worker.stdout or ())
        for worker in workers:
            print(file=worker.stdin, flush=True)
        while Due.objects.filter(what="due").count() > 250:
            pass
        workers[0].kill()
        for worker in workers:
            worker.wait(60)
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()
    assert [worker.returncode for worker in workers] == [-signal.SIGKILL, 0]
    assert not Due.objects.exists()
    verbs = Counter(step.verb for task_id in tasks for step in steps(task_id))
    assert verbs == {"give": 300, "due": 300}


def test_eight_people_sign_one_task() -> None:
    given = house().give()
    found = together(*[lambda: commands.sign(actor=TESTER, now=WEDNESDAY, task_id=given.task_id).state] * EIGHT)
    assert Counter(found) == {"signed": 1, "illegal_move": EIGHT - 1}
    assert [step.verb for step in steps(given.task_id)] == ["give", "sign"]


def test_eight_people_decide_one_request() -> None:
    roads = house()
    request_id = commands.ask(
        actor=roads.clerk.actor, now=WEDNESDAY, room="cases", subject=uuid7(), what="extend", to_posts=("dispatcher",)
    )

    def decide(granted: bool) -> Callable[[], str]:
        return lambda: commands.decide(actor=TESTER, now=WEDNESDAY, request_id=request_id, granted=granted).state

    found = Counter(together(*[decide(n % 2 == 0) for n in range(EIGHT)]))
    assert found.pop("already_decided") == EIGHT - 1
    assert sum(found.values()) == 1
    assert len(steps(request_id)) == 2


def test_eight_clerks_ask_the_same_question() -> None:
    roads = house()
    subject = uuid7()

    def ask() -> str:
        plain = {"actor": roads.clerk.actor, "now": WEDNESDAY, "room": "cases", "subject": subject}
        commands.ask(**plain, what="extend", to_posts=("dispatcher",))
        return "asked"

    assert Counter(together(*[ask] * EIGHT)) == {"asked": 1, "already_asked": EIGHT - 1}
    assert len(queries.pending_requests(subject)) == 1


def test_changes_of_one_task_are_none_of_them_lost() -> None:
    """Eight extensions at once: those that went through are all in the limit; the rest were told to look again."""
    given = house().give(limit=TEN_HOURS)
    found = together(*[lambda: bool(commands.extend(actor=TESTER, now=WEDNESDAY, task_id=given.task_id))] * EIGHT)
    done = Counter(found)
    assert set(done) <= {True, "stale"}
    task = queries.task(given.task_id)
    assert task.due_at == WEDNESDAY + (1 + done[True]) * 10 * HOUR
    assert [step.verb for step in steps(given.task_id)].count("extend") == done[True]


def test_the_worker_and_a_person_at_one_clock() -> None:
    """Pausing while it rings: either it rang before, or it does not ring; never both, never a deadlock."""
    roads = house()
    tasks = [roads.give(limit=TEN_HOURS).task_id for _ in range(20)]
    now = WEDNESDAY + 11 * HOUR

    def pause_all() -> int:
        for task_id in tasks:
            commands.pause(actor=TESTER, now=now, task_id=task_id)
        return len(tasks)

    def complete_children() -> int:
        return sum(timers.run_due(now, limit=5) for _ in range(30))

    paused, rung, rung_too = together(pause_all, complete_children, complete_children)
    assert paused == len(tasks)
    told = [step for task_id in tasks for step in steps(task_id) if step.verb == "due"]
    assert len(told) == rung + rung_too
    for task_id in tasks:
        verbs = [step.verb for step in steps(task_id)]
        assert verbs in (["give", "pause"], ["give", "due", "pause"])
        assert not Due.objects.filter(task_id=task_id).exists()


def test_a_part_given_while_the_whole_is_completed() -> None:
    """Either the part came first and the whole waits for it, or the whole was done first and takes no part."""
    roads = house()
    for _ in range(5):
        whole = roads.give().task_id
        done, part = together(
            lambda whole=whole: commands.complete(actor=TESTER, now=WEDNESDAY, task_id=whole).state,
            lambda whole=whole: "given" if roads.give(parent=whole) else None,
        )
        assert (done, part) in {("done", "parent_ended"), ("open_children", "given")}
