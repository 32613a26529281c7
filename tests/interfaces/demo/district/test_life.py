"""A day lived in the district in small, over public commands, until midnight accounts for every report."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from xiucheng.foundation.people import queries as people
from xiucheng.interfaces.demo.district import control, load
from xiucheng.interfaces.demo.district.account import FATES, Account
from xiucheng.interfaces.demo.district.agenda import agenda
from xiucheng.interfaces.demo.district.chronicle import ZONE
from xiucheng.interfaces.demo.district.life import DutyCast, Life
from xiucheng.interfaces.demo.district.pacing import Pace
from xiucheng.interfaces.demo.district.plan import SMALL
from xiucheng.interfaces.demo.district.simulator import Simulator
from xiucheng.interfaces.demo.district.sketch import Sketch
from xiucheng.interfaces.demo.district.spots import LandSpots
from xiucheng.kit.journal import readers
from xiucheng.kit.models import Parked, Step
from xiucheng.kit.now import now
from xiucheng.operations.cases import timers
from xiucheng.operations.intake.models import Report

SEED = 5
PLAN = replace(SMALL, components=300, closed=40, opened=12, reports=90)


@pytest.fixture(scope="module")
def lived(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Life, Account]]:
    """The whole day is lived at once: turn after turn, the worker's part done in between."""
    from django.core.files.storage import storages
    from django.db import transaction

    from xiucheng.kit import remembered

    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(storages["media"], "_location", str(tmp_path_factory.mktemp("media")))
        remembered.forget()
        with transaction.atomic(), transaction.atomic(using="keys"):
            load.load(now(), plan=PLAN, seed=SEED, beside=False)
            life = Life(LandSpots(Sketch(PLAN, SEED).land, random.Random(1)), SEED)
            midnight = now().astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
            assert life.take_over(midnight, now()) >= PLAN.opened
            life.begin_day(agenda(PLAN.reports, SEED), midnight, midnight, now())
            live(life, midnight)
            yield life, life.account(now())
            transaction.set_rollback(True)
            transaction.set_rollback(True, using="keys")


def live(life: Life, midnight: datetime) -> None:
    then, end = midnight, midnight + timedelta(days=1)
    while then < end:
        then = min(then + timedelta(minutes=30), end)
        life.follow(then, now())
        while life.turn(then, now()):
            pass
        timers.start_checks(now())
        readers.catch_up()


def test_midnight_accounts_for_every_report(lived: tuple[Life, Account]) -> None:
    _life, account = lived
    assert account.faults == []
    assert account.planned == PLAN.reports
    assert account.never_came == 0
    assert account.handed_in + sum(account.refused.values()) == PLAN.reports
    assert account.handed_in > 0.9 * PLAN.reports
    assert sum(account.total(fate) for fate in FATES) == account.handed_in
    assert account.handed_in == Report.objects.filter(imported=False).count()
    assert len([channel for channel, of in account.fates.items() if of]) >= 4


def test_people_did_all_sorts_of_things(lived: tuple[Life, Account]) -> None:
    life, account = lived
    moved = Counter(Step.objects.filter(room="cases", imported=False).values_list("verb", flat=True))
    assert {"file", "dispatch", "sign", "reply", "close"} <= set(moved)
    assert moved["add_source"] + account.total("same") + account.total("merged") > 0
    assert life.done["desk:filed"] > 0
    assert not Parked.objects.exists()


def test_nobody_acts_who_is_not_on_duty_at_that_hour(lived: tuple[Life, Account]) -> None:
    cast = DutyCast(random.Random(3))
    at = now()
    for hour in (3, 11, 18):
        cast.at = at.astimezone(ZONE).replace(hour=hour, minute=30)
        acceptor = cast.somebody("acceptor", at)
        assert acceptor is not None
        assert acceptor.person_id in people.on_duty("acceptor", at=cast.at)
    cast.at = at.astimezone(ZONE).replace(hour=2, minute=30)
    street = people.staff(at=at)
    area = next(one.post.area for one in street if one.post.role == "grid_officer")
    assert cast.somebody("grid_officer", at, area=area) is None


def test_what_is_broken_off_says_that_reports_never_came(lived: tuple[Life, Account]) -> None:
    life, _account = lived
    midnight = now().astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    noon = midnight + timedelta(hours=12)
    day = agenda(40, SEED + 1)
    life.begin_day(day, midnight, noon, now())
    account = life.account(now())
    assert (account.planned, account.handed_in, account.never_came) == (40, 0, 40)
    assert account.faults == []


def test_at_midnight_the_simulator_writes_down_what_the_day_came_to_and_begins_the_next(
    lived: tuple[Life, Account], tmp_path: Path
) -> None:
    simulator = Simulator(tmp_path, speed=120, seed=SEED, reports=20, begin=0, plan=PLAN)
    end = simulator.pace.then + timedelta(days=1)
    simulator.pace = Pace(now(), end, 120)
    for _ in range(200):
        simulator.turn()
        if (tmp_path / "reports").exists():
            break
    (place,) = (tmp_path / "reports").iterdir()
    told = json.loads(place.read_text())
    assert (told["planned"], told["faults"]) == (20, [])
    assert sum(told["totals"].values()) == told["handed_in"] > 0
    assert len(list(control.reports(tmp_path, str))) >= 3
    due = simulator.life.next_at
    assert due is not None
    assert due >= end


def test_while_it_is_paused_nothing_is_done(lived: tuple[Life, Account], tmp_path: Path) -> None:
    simulator = Simulator(tmp_path, speed=60, seed=SEED, reports=20, begin=8, plan=PLAN)
    simulator.pace = simulator.pace.changed(now(), paused=True)
    steps = Step.objects.count()
    assert simulator.turn() > 0
    assert Step.objects.count() == steps
