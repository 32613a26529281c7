"""Two workers on one site, one of them killed on the way: what time does, it does once."""

from __future__ import annotations

import os
import signal
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from tests.cluster import Databases
from tests.faults.site import WORKERS, Site
from tests.faults.town import await_rest, found
from tests.processes import until
from xiucheng.kit.now import now

if TYPE_CHECKING:
    from tests.world import World

TASKS, REPLIES = 40, 15
HOUR = timedelta(hours=1)
SPREAD = timedelta(seconds=5)
"""The deadlines fall one by one within this time, so that both workers meet them."""


@pytest.mark.slow
def test_what_falls_due_under_two_workers_happens_once(committed_db: Databases, tmp_path: Path) -> None:
    from xiucheng.foundation.tasks.models import Due

    world = found(now())
    site = Site(tmp_path, web=False)
    tasks: list[UUID] = []
    cases: list[UUID] = []

    def meanwhile() -> None:
        until(lambda: all(site.pid(name) for name in WORKERS), 20, "both workers run")
        soon = now() + timedelta(seconds=3)
        cases.extend(_replied(world, soon - timedelta(seconds=10) + SPREAD * n / REPLIES) for n in range(REPLIES))
        tasks.extend(_due_at(world, soon + SPREAD * n / TASKS) for n in range(TASKS))
        until(lambda: Due.objects.filter(task_id__in=tasks).count() < TASKS, 30, "the first deadlines have passed")
        victim = site.pid("worker-1")
        assert victim is not None
        os.kill(victim, signal.SIGKILL)
        until(lambda: not Due.objects.filter(task_id__in=tasks).exists(), 30, "all deadlines have passed")
        until(lambda: _states(cases) == {"post_checking": REPLIES}, 30, "all checks have begun")
        await_rest()

    site.run(meanwhile)
    rung = {task_id: _verbs(task_id) for task_id in tasks}
    assert {(verbs["due"], verbs["warn"]) for verbs in rung.values()} <= {(1, 0), (1, 1)}, rung
    for case_id in cases:
        assert _verbs(case_id)["start_check"] == 1
    _each_was_told_once(world, rung, cases)


def _due_at(world: World, at: datetime) -> UUID:
    """A task of the lamps' clerks that falls due at this moment; its warning is overdue already."""
    from xiucheng.foundation.tasks import commands
    from xiucheng.kit.actor import Actor
    from xiucheng.kit.ids import uuid7
    from xiucheng.kit.worktime import Limit, Unit

    given = commands.give(
        actor=Actor.system("test"),
        now=now(),
        start=at - HOUR,
        kind="handle",
        room="cases",
        subject=uuid7(),
        agency_id=world.agencies["lights"],
        limit=Limit(1, Unit.URGENT_HOUR),
        calendar="default",
    )
    assert abs(given.due_at - at) < timedelta(seconds=1)
    return given.task_id


def _replied(world: World, at: datetime) -> UUID:
    """A case that was replied to at this moment, ten seconds after which its check begins."""
    from xiucheng.operations.cases import commands

    case_id = world.file(now=at - HOUR).case_id
    agency = world.agencies["lights"]
    commands.dispatch_case(by=world.standing("dispatcher", at), now=at - HOUR, case_id=case_id, agency_id=agency)
    clerk = world.standing("lights_clerk", at)
    commands.sign_case(by=clerk, now=at - HOUR, case_id=case_id)
    commands.reply_case(by=clerk, now=at, case_id=case_id, reason="已修好", media=[_picture(world, at)])
    return case_id


def _picture(world: World, at: datetime) -> UUID:
    from tests.pictures import jpeg
    from xiucheng.foundation.media import commands
    from xiucheng.kit.actor import Actor

    actor = Actor.person(world.people["lights_clerk"])
    return commands.store(actor=actor, now=at, content=jpeg(), name="after.jpg", purpose="after").id


def _states(cases: list[UUID]) -> Counter[str]:
    from xiucheng.operations.cases.models import Case

    return Counter(Case.objects.filter(id__in=cases).values_list("state", flat=True))


def _verbs(subject: UUID) -> Counter[str]:
    from xiucheng.kit import journal

    return Counter(step.verb for step in journal.of_subject(subject))


def _each_was_told_once(world: World, rung: dict[UUID, Counter[str]], cases: list[UUID]) -> None:
    from xiucheng.foundation.notices.models import Notice
    from xiucheng.foundation.tasks.models import Task

    clerk, inspector = world.people["lights_clerk"], world.people["inspector"]
    subjects = dict(Task.objects.filter(id__in=rung).values_list("id", "subject"))
    wanted = Counter({("case_to_check", case_id, inspector, 1): 1 for case_id in cases})
    for task_id, verbs in rung.items():
        wanted.update({(f"task_{verb}", subjects[task_id], clerk, 1): verbs[verb] for verb in ("warn", "due")})
    told = Notice.objects.filter(event__in=["task_warn", "task_due", "case_to_check"])
    assert Counter(told.values_list("event", "subject", "person_id", "times")) == +wanted
    assert Counter(Task.objects.filter(kind="post_check").values_list("subject", flat=True)) == Counter(cases)
