"""The sample district as a visitor finds it, and as the simulator lives on in it."""

import time
from collections import Counter
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import check_password
from django.db import transaction

from tests.interfaces.demo.conftest import Loaded
from xiucheng.foundation.packs import queries as packs
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.models import Account
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.places import commands as places_commands
from xiucheng.foundation.places import queries as places
from xiucheng.foundation.places.loaders.divisions import AreaRow
from xiucheng.foundation.places.models import Component
from xiucheng.foundation.tasks import queries as tasks
from xiucheng.interfaces.demo import sample as demo
from xiucheng.interfaces.demo.day import Day
from xiucheng.interfaces.demo.names import DISTRICT_CODE
from xiucheng.kit.actor import Actor
from xiucheng.kit.journal import readers
from xiucheng.kit.models import Parked, Step
from xiucheng.kit.now import now
from xiucheng.kit.refused import Refused
from xiucheng.operations.board import queries as board
from xiucheng.operations.cases import commands as case_commands
from xiucheng.operations.cases import queries as cases
from xiucheng.operations.cases import timers
from xiucheng.operations.cases.models import Case
from xiucheng.operations.cases.rules import OPEN_STATES
from xiucheng.operations.dispatch import queries as dispatch
from xiucheng.operations.dispatch.facts import Situation
from xiucheng.operations.intake.models import Report

SYSTEM = Standing.for_system("tests")


def test_it_is_there_once(sample: Loaded) -> None:
    steps = Step.objects.count()
    assert demo.load(sample.now) is False
    assert Step.objects.count() == steps
    assert len(sample.told) == 6
    assert all(sample.told)


def test_it_takes_no_longer_than_promised(sample: Loaded) -> None:
    # Fifteen seconds on two cores: by what can be counted on a busy machine.
    assert sample.statements < 13_000
    assert sample.cpu_seconds < 25


def test_ground_and_things(sample: Loaded) -> None:
    areas = Counter(area.level for area in places.subtree())
    assert areas == {"district": 1, "street": 6, "community": 30}
    assert len(places.unit_grids(DISTRICT_CODE)) == 534
    assert 30 <= len(places.duty_grids()) <= 45
    located = places.locate(122.1, 37.5)
    assert located.unit_grid
    assert located.duty_grid
    assert places.locate(121.0, 37.5).outside
    code, kind = Component.objects.filter(kind="0137").values_list("code", "kind").first()
    assert kind == "0137"
    assert people.agency(people.parties("component", [code], at=sample.now)[code]["owner"]).code == "city_lighting"
    assert places.near(122.1, 37.5, 2000, "facility")


def test_every_role_has_an_account_that_works(sample: Loaded) -> None:
    accounts = demo.accounts()
    assert [account.username for account in accounts] == [*demo.staff.ROLES_WITH_ACCOUNT]
    for account in accounts:
        row = Account.objects.get(username=account.username)
        assert check_password(account.password, row.password)
        assert people.standing_of(row, sample.now).has(account.username)
        assert account.title


def test_the_inspector_walks_a_duty_grid_and_somebody_is_on_duty(sample: Loaded) -> None:
    for grid in places.duty_grids():
        assert people.inspectors_of_grid(grid.code, at=sample.now)
    for role in ("acceptor", "dispatcher", "shift_leader"):
        assert people.on_duty(role, at=sample.now)


@pytest.mark.parametrize("kind", ["catalogue", "calendar", "limits", "routing", "filing"])
def test_every_pack_is_in_force(sample: Loaded, kind: str) -> None:
    assert packs.current(kind, sample.now).version == 1


def test_every_category_anywhere_goes_to_somebody_who_works(sample: Loaded) -> None:
    categories = [item["key"] for item in packs.current("catalogue", sample.now).body["categories"]]
    communities = [places.children(street.code)[0].code for street in places.children(DISTRICT_CODE)]
    situations = [Situation(key, community, "resident") for key in categories for community in communities]
    _routing, matches = dispatch.matches(situations, sample.now)
    assert [one for one, match in zip(situations, matches, strict=True) if match.agency is None] == []
    for code in {match.agency for match in matches}:
        agency = people.agency_by_code(code)
        assert people.holders("agency_clerk", agency_id=agency.id, at=sample.now), agency.name


def test_there_is_something_in_every_state(sample: Loaded) -> None:
    states = Counter(Case.objects.values_list("state", flat=True))
    assert {*OPEN_STATES, "closed", "void"} <= set(states)
    assert 100 <= sum(states.values()) <= 190
    assert states["closed"] >= 40
    reports = Counter(Report.objects.values_list("state", flat=True))
    assert {"received", "pre_verifying", "accepted", "attached", "rejected"} <= set(reports)
    asked = {request.what for case in Case.objects.all() for request in tasks.pending_requests(case.id)}
    assert {"extend", "return_case", "void"} <= asked
    assert Case.objects.filter(supervised=True).exists()
    assert Case.objects.filter(rework_count__gt=0).exists()
    assert Case.objects.filter(reopen_count__gt=0).exists()


def test_some_are_about_to_be_late_and_some_are(sample: Loaded) -> None:
    counts = board.counts(SYSTEM, now=sample.now)
    assert counts["soon"] >= 3
    assert counts["overdue"] >= 5
    assert counts["open"] > 3 * counts["overdue"]


def test_every_account_that_sees_cases_has_some(sample: Loaded) -> None:
    for role in demo.staff.ROLES_WITH_ACCOUNT:
        standing = people.standing_of(Account.objects.get(username=role), sample.now)
        rows = board.hall(standing, now=sample.now).rows
        assert bool(rows) == (people.visible_to(standing).kind != "none"), role


def test_what_people_say_reads_well(sample: Loaded) -> None:
    words = cases.words(list(Case.objects.values_list("id", flat=True)))
    assert all(words.values())
    assert not any("{" in text or "None" in text for text in words.values())
    assert len(set(words.values())) > 0.9 * len(words)


def test_nothing_happened_in_the_future_and_everything_in_order(sample: Loaded) -> None:
    steps = list(Step.objects.filter(room="cases").order_by("id").values_list("subject", "occurred_at"))
    last: dict[object, object] = {}
    for subject, at in steps:
        assert at <= sample.now
        assert subject not in last or last[subject] <= at
        last[subject] = at


def test_no_reaction_failed_and_none_is_behind(sample: Loaded) -> None:
    assert not Parked.objects.exists()
    assert set(readers.lags().values()) == {0}


# The simulator. What it does stays for the tests below, so these come last.


def live(day: Day, *, seconds: float) -> None:
    """Live for so long by the clock, the worker's part done in between."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for _ in range(12):
            if day.turn(now()) > 0:
                break
        timers.start_checks(now())
        readers.catch_up()


def test_the_district_lives_and_a_visitors_case_is_left_alone(sample: Loaded) -> None:
    clerk = people.standing_of(people.account_of("agency_clerk").person_id, now())
    mine = Case.objects.filter(state="dispatched", agency_id=clerk.posts[0].agency_id).first()
    steps = Step.objects.count()
    day = Day(now(), speed=4000, seed=4)
    case_commands.sign_case(by=clerk, now=now(), case_id=mine.id, version=mine.version)
    signed = cases.case(mine.id, SYSTEM, now())

    live(day, seconds=12)

    new = Counter(f"{room}.{verb}" for room, verb in Step.objects.values_list("room", "verb")[steps:])
    assert day.done > 20
    assert new["intake.receive"] >= 3
    assert {"cases.file", "cases.dispatch", "cases.sign", "cases.reply"} <= set(new)
    assert not Parked.objects.exists()
    assert cases.case(mine.id, SYSTEM, now()).version == signed.version


def test_who_has_an_account_is_not_played_while_a_colleague_is_there(sample: Loaded) -> None:
    day = Day(now(), seed=1)
    visitors = {account.person_id for account in people.accounts()}
    for role in ("acceptor", "dispatcher", "leader"):
        for _ in range(20):
            assert day._actors.cast.somebody(role, now()).person_id not in visitors
    roads = people.agency_by_code("roads").id
    # The only crew that the roads agency has is the one to sign in as.
    assert day._actors.cast.somebody("crew", now(), agency_id=roads).person_id in visitors


def test_waiting_is_shortened_but_what_is_to_be_late_waits_for_its_deadline(sample: Loaded) -> None:
    slow, fast = Day(now(), speed=1, seed=2), Day(now(), speed=600, seed=2)
    at = now()
    when = {}
    for day in (slow, fast):
        day._due.clear()
        for case_id in Case.objects.filter(state="handling").order_by("number").values_list("id", flat=True):
            day._plan(case_id, at)
        when[day] = sorted(due for due, _number, _do in day._due)
    assert len(when[slow]) == len(when[fast]) > 10
    assert sum(due < at + timedelta(minutes=30) for due in when[fast]) > 0.7 * len(when[fast])
    assert sum(due < at + timedelta(minutes=30) for due in when[slow]) < 0.5 * len(when[slow])


@pytest.mark.django_db
def test_a_site_that_holds_another_district_is_left_alone() -> None:
    with transaction.atomic():
        places_commands.load_areas(actor=Actor.system("tests"), now=now(), rows=[AreaRow(1, "371002", "另一区")])
        with pytest.raises(Refused) as refused:
            demo.load(now())
        assert refused.value.code == "other_district"
        transaction.set_rollback(True)
