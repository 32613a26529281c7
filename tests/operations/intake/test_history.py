"""The past of a district, kept in bulk: judged by today's rules, by those who did it, and going on where it is open."""

from datetime import timedelta

import pytest

from tests.world import World
from xiucheng.foundation.people.commands import Contact
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.tasks import queries as tasks
from xiucheng.kit import journal
from xiucheng.kit.actor import Actor
from xiucheng.kit.journal import readers
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import commands as case_commands
from xiucheng.operations.cases.history import PastMove
from xiucheng.operations.cases.models import Case
from xiucheng.operations.cases.rules import Request
from xiucheng.operations.intake.history import PastReport, keep_history
from xiucheng.operations.intake.models import Report
from xiucheng.operations.intake.placing import Place

SITE = Standing.for_system("founding")
DAY = timedelta(days=1)


@pytest.fixture
def world(db: None) -> World:
    from tests import world as worlds

    return worlds.build()


def past(world: World, *moves: PastMove, days: int = 30, **values: object) -> PastReport:
    at = world.now - days * DAY
    plain = {
        "channel": "hotline",
        "category": "C0137",
        "text": "路口的路灯不亮（示例）",
        "place": Place(area="990101001001"),
        "received_at": at,
        "filed_at": at + timedelta(minutes=5),
        "moves": moves,
    }
    return PastReport(**{**plain, **values})  # type: ignore[arg-type]


def moves(world: World, *names: str, days: int = 30) -> tuple[PastMove, ...]:
    """These moves an hour apart, each by whoever makes it."""
    start = world.now - days * DAY + timedelta(minutes=10)
    args = {"dispatch": {"agency": world.agencies["lights"]}, "close": {"closing": "handled"}}
    who = {"sign": "lights_clerk", "reply": "lights_clerk", "extend": "lights_clerk", "pass_check": "inspector"}
    return tuple(
        PastMove(
            name,
            start + number * timedelta(hours=1),
            args.get(name, {}),
            by=Actor.person(world.people[who.get(name, "acceptor")]),
        )
        for number, name in enumerate(names)
    )


def test_what_is_over_keeps_its_dates_its_people_and_has_no_task(world: World) -> None:
    way = moves(world, "dispatch", "sign", "reply", "start_check", "pass_check", "close")
    (kept,) = keep_history(by=SITE, now=world.now, reports=[past(world, *way, checked=True)])
    case = Case.objects.get(id=kept.case_id)
    assert (case.state, case.closed_at, case.handle_task) == ("closed", way[-1].at, None)
    assert case.handlers == [world.people["lights_clerk"]]
    steps = journal.of_subject(case.id)
    assert [step.verb for step in steps] == ["file", *(move.name for move in way)]
    assert all(step.imported for step in steps)
    assert [step.actor for step in steps[1:]] == [str(move.by) for move in way]
    report = Report.objects.get(id=kept.report_id)
    assert (report.state, report.outcome, report.case_id) == ("accepted", "closed", case.id)


def test_many_are_kept_by_the_same_statements_and_one_contact_is_one_subject(
    world: World, django_assert_max_num_queries: object
) -> None:
    contact = Contact("示例女士", "12300000001")
    reports = [past(world, *moves(world, "dispatch"), contact=contact) for _ in range(30)]
    with django_assert_max_num_queries(25):  # type: ignore[operator]
        keep_history(by=SITE, now=world.now, reports=reports)
    assert Report.objects.values_list("subject_id", flat=True).distinct().count() == 1


@pytest.mark.parametrize(
    ("names", "signed"), [(("dispatch",), False), (("dispatch", "sign"), True)], ids=["dispatched", "handling"]
)
def test_what_is_open_goes_on_with_the_clock_that_was_running(
    world: World, names: tuple[str, ...], signed: bool
) -> None:
    way = moves(world, *names, days=1)
    (kept,) = keep_history(by=SITE, now=world.now, reports=[past(world, *way, days=1, goes_on=True)])
    case = Case.objects.get(id=kept.case_id)
    (task,) = tasks.open_of_subject(case.id)
    assert task.id == case.handle_task
    assert task.started_at == way[0].at
    assert task.due_at == case.handle_due_at
    assert (task.signed_at == way[-1].at) is signed
    if not signed:
        case_commands.sign_case(by=world.standing("lights_clerk"), now=world.now, case_id=case.id, version=case.version)
    readers.catch_up()
    assert Case.objects.get(id=case.id).state == "handling"


def test_a_check_that_is_out_lies_with_the_inspectors_and_rework_gives_the_agency_its_task(world: World) -> None:
    way = moves(world, "dispatch", "sign", "reply", "start_check", days=2)
    (kept,) = keep_history(by=SITE, now=world.now, reports=[past(world, *way, days=2, checked=True, goes_on=True)])
    case = Case.objects.get(id=kept.case_id)
    (check,) = tasks.open_of_subject(case.id)
    assert (check.id, check.kind, check.post) == (case.check_task, "post_check", "inspector")
    case_commands.rework_case(
        by=world.standing("inspector"), now=world.now, case_id=case.id, version=case.version, reason="没有修好（示例）"
    )
    (task,) = tasks.open_of_subject(case.id)
    assert (task.kind, task.agency_id) == ("handle", world.agencies["lights"])


def test_an_extension_that_was_granted_moved_both_clocks(world: World) -> None:
    start, asked = moves(world, "dispatch", "extend", days=3)
    request = Request(kept_id := world.people["leader"], "extend", str(asked.by), asked.at, {})
    granted = PastMove(
        "decide",
        asked.at + timedelta(hours=1),
        {"request_facts": request, "granted": "yes"},
        by=Actor.person(world.people["dispatcher"]),
    )
    plain, longer = keep_history(
        by=SITE, now=world.now, reports=[past(world, start, days=3), past(world, start, asked, granted, days=3)]
    )
    before, after = (Case.objects.get(id=one.case_id) for one in (plain, longer))
    assert after.extend_count == 1
    assert after.due_at > before.due_at  # type: ignore[operator]
    assert after.handle_due_at > before.handle_due_at  # type: ignore[operator]
    told = journal.of_subject(after.id)[-2:]
    assert told[0].payload["what"] == "extend"
    assert told[1].payload["request"] == str(kept_id)


def test_only_the_site_says_who_did_what(world: World) -> None:
    way = moves(world, "dispatch")
    with pytest.raises(Refused) as refused:
        keep_history(by=world.standing("shift_leader"), now=world.now, reports=[past(world, *way)])
    assert (refused.value.code, refused.value.status) == ("not_yours", 403)


def test_a_move_that_the_rules_forbid_keeps_nothing_of_the_batch(world: World) -> None:
    good, bad = past(world, *moves(world, "dispatch")), past(world, *moves(world, "reply"))
    with pytest.raises(Refused) as refused:
        keep_history(by=SITE, now=world.now, reports=[good, bad])
    assert refused.value.code == "illegal_move"
    assert not Report.objects.exists()
    assert not Case.objects.exists()


def test_whoever_handled_it_is_not_taken_for_its_checker(world: World) -> None:
    way = moves(world, "dispatch", "sign", "reply", "start_check", "pass_check")
    own = PastMove("pass_check", way[-1].at, by=way[1].by)
    with pytest.raises(Refused) as refused:
        keep_history(by=SITE, now=world.now, reports=[past(world, *way[:-1], own, checked=True)])
    assert refused.value.code == "own_work"
