"""A case's way through the rooms it touches: rows, steps, clocks and words."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.operations.cases.acting import HOUR, act, handling, picture, reply
from tests.refusing import refused
from tests.world import SETUP
from xiucheng.foundation.people import commands as people_commands
from xiucheng.foundation.people.models import Membership
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.tasks import queries as tasks
from xiucheng.kit import journal
from xiucheng.kit.ids import uuid7
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import queries, timers
from xiucheng.operations.cases.commands import bulk


def test_the_whole_way_of_a_case(world):
    after = picture(world)
    filed = world.file()
    assert filed.state == "filed"
    case_id, later = filed.case_id, world.now + HOUR
    view = act(world, "dispatcher", "dispatch", case_id, agency=str(world.agencies["lights"]), version=1)
    assert (view.state, view.version) == ("dispatched", 2)
    assert act(world, "lights_clerk", "sign", case_id, version=2).state == "handling"
    view = act(world, "lights_clerk", "reply", case_id, at=later, version=3, reason="灯头已更换", media=[after])
    assert view.state == "replied"
    assert timers.start_checks(later + timedelta(seconds=9)) == 0, "the agency may still take it back"
    assert timers.start_checks(later + timedelta(seconds=11)) == 1
    view = act(world, "inspector", "pass_check", case_id, at=later + HOUR)
    view = act(world, "acceptor", "close", case_id, at=later + HOUR, version=view.version)
    assert (view.state, view.facts.closing) == ("closed", "handled")
    assert [step.verb for step in journal.of_subject(case_id) if step.room == "cases"] == [
        "file",
        "dispatch",
        "sign",
        "reply",
        "start_check",
        "pass_check",
        "close",
    ]
    assert all(task.state not in {"given", "signed"} for task in tasks.of_subject(case_id))
    story = queries.story(case_id)
    reply = next(line for line in story if line.verb == "reply")
    assert reply.reason == "灯头已更换"
    assert reply.media == ((UUID(after), "after"),)


def test_the_step_holds_no_word_of_the_reason(world):
    case_id = handling(world)
    act(world, "roads_clerk", "return_case", case_id, reason="不属于我单位养护范围")
    for step in journal.of_subject(case_id):
        assert "养护" not in str(step.payload)


def test_a_stale_version_is_refused_and_changes_nothing(world):
    filed = world.file()
    with refused("stale", 409):
        act(world, "dispatcher", "dispatch", filed.case_id, version=7, agency=str(world.agencies["roads"]))
    assert queries.case(filed.case_id, world.standing("dispatcher"), world.now).state == "filed"


@pytest.mark.parametrize(
    ("who", "code", "status"),
    [("acceptor", "not_yours", 403), ("parks_clerk", "not_yours", 403), ("audit_admin", "not_yours", 403)],
)
def test_only_the_posts_of_the_matrix_dispatch(world, who, code, status):
    filed = world.file()
    with refused(code, status):
        act(world, who, "dispatch", filed.case_id, agency=str(world.agencies["roads"]))


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ({}, "incomplete"),
        ({"agency": "no-id"}, "bad_id"),
        ({"agency": str(uuid7())}, "no_such_agency"),
        ({"agency": "AGENCY", "colour": "red"}, "unknown_field"),
        ({"agency": "AGENCY", "reason": "长" * 2001}, "too_long"),
    ],
)
def test_bad_arguments_are_refused_with_the_field(world, args, code):
    filed = world.file()
    args = {key: str(world.agencies["roads"]) if value == "AGENCY" else value for key, value in args.items()}
    with pytest.raises(Refused) as caught:
        act(world, "dispatcher", "dispatch", filed.case_id, **args)
    assert caught.value.code in {code, "no_agency"}
    assert queries.case(filed.case_id, world.standing("dispatcher"), world.now).version == 1


def test_unknown_case_is_not_found(world):
    with refused("not_found", 404):
        act(world, "dispatcher", "dispatch", uuid7(), agency=str(world.agencies["roads"]))


def test_the_agency_clock_and_the_case_clock(world):
    filed = world.file(category="E0101", condition="E010101")  # 4 work hours
    view = act(world, "dispatcher", "dispatch", filed.case_id, agency=str(world.agencies["roads"]))
    # The agency: Monday 09:00 and 4 work hours, 15:00 with the noon break. The case: an hour to dispatch, until 10:00,
    # the 4 hours until 16:00, two to check, until 18:00.
    assert view.facts.handle_due_at == world.now + 6 * HOUR
    assert view.facts.due_at == filed.due_at == world.now + 9 * HOUR
    tasks_open = tasks.open_of_subject(filed.case_id)
    assert [task.due_at for task in tasks_open] == [view.facts.handle_due_at]


def test_rework_goes_back_and_the_clock_goes_on(world):
    case_id = handling(world)
    reply(world, "roads_clerk", case_id, at=world.now + HOUR)
    timers.start_checks(world.now + 2 * HOUR)
    view = act(world, "inspector", "rework", case_id, at=world.now + 3 * HOUR, reason="仍有残留")
    assert (view.state, view.facts.rework_count) == ("handling", 1)
    # One hour had run; the two hours of waiting for the check are not the agency's.
    assert view.facts.handle_due_at > world.now + 6 * HOUR
    assert [task.kind for task in tasks.open_of_subject(case_id)] == ["handle"]


def test_crew_sees_and_replies_only_to_what_is_assigned(world):
    case_id = handling(world)
    with refused("not_yours", 403):
        act(world, "roads_crew", "reply", case_id, reason="已清理")
    act(world, "roads_clerk", "assign_inside", case_id, person=str(world.people["roads_crew"]))
    assert reply(world, "roads_crew", case_id).state == "replied"


def test_assign_inside_stays_inside(world):
    with refused("not_in_agency"):
        act(world, "roads_clerk", "assign_inside", handling(world), person=str(world.people["parks_clerk"]))


def test_merge_pauses_the_member_and_unmerge_restores(world):
    master, member = world.file().case_id, handling(world)
    due = tasks.open_of_subject(member)[0].due_at
    number = queries.numbers([master])[master]
    view = act(world, "acceptor", "merge", member, case=number)
    assert (view.state, view.facts.merged_into) == ("merged", master)
    assert tasks.open_of_subject(member)[0].paused_at == world.now
    with refused("has_members"):
        act(world, "acceptor", "merge", master, case=str(world.file().case_id))
    view = act(world, "acceptor", "unmerge", member, at=world.now + HOUR)
    assert (view.state, view.facts.merged_into) == ("handling", None)
    assert tasks.open_of_subject(member)[0].due_at > due


def test_force_close_and_reopen(world):
    case_id = handling(world)
    view = act(world, "leader", "force_close", case_id, reason="另案处理")
    assert (view.state, view.facts.closing) == ("closed", "forced")
    assert tasks.open_of_subject(case_id) == []
    view = act(world, "acceptor", "reopen", case_id, at=world.now + HOUR, reason="来电人称未解决")
    assert (view.state, view.facts.reopen_count, view.facts.closing) == ("filed", 1, "")
    assert view.facts.clock_from == world.now + HOUR


# -- closed agencies --------------------------------------------------------------------------------------------------


def closed(world, name: str) -> UUID:
    """The agency, closed as the command does it."""
    agency_id = world.agencies[name]
    for who in ("lights_clerk",):
        (held,) = [m for m in Membership.objects.filter(person_id=world.people[who])]
        people_commands.end_membership(by=SETUP, now=world.now - HOUR, membership_id=held.id)
    people_commands.close_organisation(by=SETUP, now=world.now, organisation_id=agency_id)
    return agency_id


def test_a_closed_agency_gets_no_case(world):
    agency_id, filed = closed(world, "lights"), world.file()
    with refused("agency_closed"):
        act(world, "dispatcher", "dispatch", filed.case_id, agency=str(agency_id))
    by = Standing.for_rule("routing", 1)
    assert bulk.dispatch_many(by=by, now=world.now, items=[bulk.Dispatching(filed.case_id, agency_id)]) == []


def test_an_agency_with_open_cases_is_not_closed(world):
    filed = world.file()
    act(world, "dispatcher", "dispatch", filed.case_id, agency=str(world.agencies["lights"]))
    with pytest.raises(Refused) as caught:
        closed(world, "lights")
    assert caught.value.code == "still_busy"
    assert "1" in caught.value.text
    act(world, "leader", "force_close", filed.case_id, reason="另案处理")
    people_commands.close_organisation(by=SETUP, now=world.now, organisation_id=world.agencies["lights"])


def test_who_may_not_merge_learns_nothing_of_the_other_case(world):
    own, foreign = handling(world), world.file().case_id
    for other in (
        str(foreign),
        str(uuid7()),
        "moon",
        queries.case(foreign, world.standing("leader"), world.now).number,
    ):
        with CaptureQueriesContext(connection) as asked, refused("not_yours"):
            act(world, "roads_clerk", "merge", own, case=other)
        assert not [one["sql"] for one in asked if "FOR NO KEY UPDATE" in one["sql"]], "nobody waits for a refusal"
    with refused("no_such_case"):
        act(world, "acceptor", "merge", own, case=str(uuid7()))
    with refused("incomplete"):
        act(world, "acceptor", "merge", own)
