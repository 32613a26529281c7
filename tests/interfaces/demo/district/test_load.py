"""The district in small, loaded into a real database through the rooms' own doors: whole, verified, at work."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.places import queries as places
from xiucheng.foundation.places.models import Component, Compound, Facility
from xiucheng.foundation.tasks.models import Task
from xiucheng.interfaces.demo.district import load
from xiucheng.interfaces.demo.district.chronicle import ZONE
from xiucheng.interfaces.demo.district.names import CODE
from xiucheng.interfaces.demo.district.plan import SMALL
from xiucheng.interfaces.demo.district.sketch import Sketch
from xiucheng.kit.journal import readers, verify
from xiucheng.kit.models import Parked, Step
from xiucheng.kit.now import now
from xiucheng.kit.refused import Refused
from xiucheng.operations.board import queries as board
from xiucheng.operations.cases import commands as case_commands
from xiucheng.operations.cases import queries as cases
from xiucheng.operations.cases.models import Case
from xiucheng.operations.founding import gaps
from xiucheng.operations.intake.models import Report

SYSTEM = Standing.for_system("tests")
SEED = 5


@dataclass(frozen=True)
class Loaded:
    """The moment of loading, and what was told meanwhile."""

    now: datetime
    told: tuple[str, ...]
    sketch: Sketch


@pytest.fixture(scope="module")
def district(django_db_setup: None, django_db_blocker: Any) -> Iterator[Loaded]:
    from django.db import transaction

    from xiucheng.kit import remembered

    with django_db_blocker.unblock():
        remembered.forget()
        with transaction.atomic(), transaction.atomic(using="keys"):
            told: list[str] = []
            at = now()
            # What is not committed no follower could read, so the load reads for itself.
            assert load.load(at, told.append, SMALL, SEED, beside=False)
            yield Loaded(at, tuple(told), Sketch(SMALL, SEED, at.astimezone(ZONE).date()))
            transaction.set_rollback(True)
            transaction.set_rollback(True, using="keys")


def test_it_is_there_once_and_tells_how_far_it_is(district: Loaded) -> None:
    steps = Step.objects.count()
    assert load.load(district.now, plan=SMALL, seed=SEED) is False
    assert Step.objects.count() == steps
    assert len(district.told) >= 8
    assert any(str(SMALL.closed + SMALL.opened) in line for line in district.told)


def test_the_ground_lies_as_it_was_drawn(district: Loaded) -> None:
    sketch = district.sketch
    assert len(places.unit_grids(CODE)) == SMALL.unit_grids
    assert len(places.duty_grids()) == SMALL.streets * SMALL.duty_grids
    assert Component.objects.count() == SMALL.components
    assert Facility.objects.count() == len(sketch.facilities)
    assert Compound.objects.count() == SMALL.compounds
    for one in sketch.components[::50]:
        assert places.locate(one.lon, one.lat).unit_grid == one.unit_grid
        for relation, code in (("owner", one.owner), ("maintainer", one.maintainer)):
            agency = people.parties("component", [one.code], at=district.now)[one.code].get(relation)
            assert agency is not None
            assert people.agency(agency).code == code


def test_the_history_is_all_there(district: Loaded) -> None:
    states = Counter(Case.objects.values_list("state", flat=True))
    assert states["closed"] == SMALL.closed
    assert sum(states.values()) == SMALL.closed + SMALL.opened
    assert Report.objects.count() == SMALL.closed + SMALL.opened
    assert set(Report.objects.values_list("channel", flat=True)) == {"resident", "hotline", "patrol", "desk"}
    assert not Parked.objects.exists()
    assert set(readers.lags().values()) == {0}


def test_steps_follow_each_other_and_none_lies_ahead(district: Loaded) -> None:
    last: dict[object, datetime] = {}
    for subject, at in Step.objects.filter(room="cases").order_by("id").values_list("subject", "occurred_at"):
        assert at <= district.now
        assert subject not in last or last[subject] <= at
        last[subject] = at


def test_clocks_run_and_some_are_late(district: Loaded) -> None:
    closed = Case.objects.filter(state="closed", due_at__isnull=False)
    late = sum(case.closed_at > case.due_at for case in closed)
    assert 0.01 < late / len(closed) < 0.3
    assert Case.objects.filter(rework_count__gt=0).exists()
    assert not Case.objects.filter(due_at__isnull=True).exists()


def test_nobody_judges_their_own_work(district: Loaded) -> None:
    """Who handled it is none of those who checked or closed it."""
    steps = Step.objects.filter(room="cases", verb__in=("pass_check", "rework", "close", "approve_self_review"))
    judged = {(subject, actor.removeprefix("person:")) for subject, actor in steps.values_list("subject", "actor")}
    handled = {(case.id, str(one)) for case in Case.objects.all() for one in case.handlers}
    assert judged
    assert not judged & handled


def test_open_cases_have_the_task_that_their_state_asks_for(district: Loaded) -> None:
    for case in Case.objects.filter(state__in=("dispatched", "handling")):
        task = Task.objects.get(id=case.handle_task)
        assert task.agency_id == case.agency_id
        assert task.due_at == case.handle_due_at
        assert (task.signed_at is not None) == (case.state == "handling")
    for case in Case.objects.filter(state="post_checking", checked=""):
        assert Task.objects.get(id=case.check_task).post == "inspector"


def test_an_open_case_goes_on_by_the_ordinary_moves(district: Loaded) -> None:
    case = Case.objects.filter(state="dispatched").first()
    assert case is not None
    (clerk, *_others) = people.holders("agency_clerk", agency_id=case.agency_id, at=district.now)
    by = people.standing_of(clerk, district.now)
    case_commands.sign_case(by=by, now=district.now, case_id=case.id, version=case.version)
    view = cases.case(case.id, SYSTEM, district.now)
    assert view.state == "handling"
    later = district.now + timedelta(minutes=5)
    by_leader = people.standing_of(people.holders("leader", at=later)[0], later)
    closed = case_commands.force_close_case(
        by=by_leader, now=later, case_id=case.id, version=view.version, reason="示例"
    )
    assert closed.state == "closed"


def test_the_founding_finds_no_gap(district: Loaded) -> None:
    found = gaps.gaps(district.now)
    assert {code: len(gap) for code, gap in found.items() if gap} == {}


def test_every_role_has_an_account_that_sees_what_it_should(district: Loaded) -> None:
    for account in load.accounts():
        held = people.account_of(account.username)
        assert held is not None, account.username
        standing = people.standing_of(held.person_id, district.now)
        assert standing.has(account.username)
        rows = board.hall(standing, now=district.now).rows
        expected = people.visible_to(standing).kind not in ("none", "person", "community")
        assert bool(rows) or not expected, account.username


def test_what_was_broken_off_is_not_taken_for_a_district(district: Loaded) -> None:
    """The ground lies there, and the last pack is not in force: as it stands in the middle of a load."""
    before = district.now - timedelta(days=SMALL.days + 60)
    with pytest.raises(Refused) as refused:
        load.load(before)
    assert refused.value.code == "half_loaded"


@pytest.mark.slow
def test_with_a_follower_beside_it_the_journal_verifies(committed_db: object) -> None:
    plan = replace(SMALL, components=60, closed=30, opened=8)
    assert load.load(now(), plan=plan, seed=SEED)
    verdict = verify.run()
    assert verdict.ok, verdict.problems
    assert verdict.pending == 0
    assert verdict.steps == Step.objects.count() > 600
    assert set(readers.lags().values()) == {0}
    assert board.counts(SYSTEM, now=now())["open"] == plan.opened
