"""A case's way through the rooms it touches: rows, steps, clocks, words and people told."""

import threading
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connections

from tests.pictures import jpeg
from tests.world import SETUP
from xiucheng.foundation.media import commands as media
from xiucheng.foundation.notices import queries as notices
from xiucheng.foundation.people import commands as people_commands
from xiucheng.foundation.people import vault
from xiucheng.foundation.people.models import Membership
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.tasks import queries as tasks
from xiucheng.kit import journal
from xiucheng.kit.actor import Actor
from xiucheng.kit.ids import uuid7
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import commands, queries, timers
from xiucheng.operations.cases.commands import bulk

HOUR = timedelta(hours=1)


def act(world, who: str, name: str, case_id: UUID, at=None, version=None, **args):
    at = at or world.now
    return commands.move(by=world.standing(who, at), now=at, case_id=case_id, version=version, name=name, args=args)


def refused(code: str, status: int = 422):
    class Check:
        def __enter__(self):
            self.raises = pytest.raises(Refused)
            self.caught = self.raises.__enter__()
            return self.caught

        def __exit__(self, *exc):
            result = self.raises.__exit__(*exc)
            assert (self.caught.value.code, self.caught.value.status) == (code, status), self.caught.value
            return result

    return Check()


def handling(world, **values) -> UUID:
    """A case of four work hours, signed by the roads clerk."""
    filed = world.file(category="E0101", condition="E010101", **values)
    act(world, "dispatcher", "dispatch", filed.case_id, agency=str(world.agencies["roads"]))
    act(world, "roads_clerk", "sign", filed.case_id)
    return filed.case_id


def picture(world, seed=0) -> str:
    """A stored picture, as a phone sends it."""
    stored = media.store(
        actor=Actor.channel("resident"), now=world.now, content=jpeg(seed=seed), name="after.jpg", purpose="after"
    )
    return str(stored.id)


def reply(world, who: str, case_id: UUID, at=None):
    """Reply with an after-picture, as the condition demands."""
    return act(world, who, "reply", case_id, at=at, reason="已清理", media=[picture(world)])


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
        ({"agency": str(uuid7())}, "not_found"),
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


def test_a_return_is_asked_decided_and_stops_the_clock_when_asked(world):
    case_id = handling(world)
    asked = world.now + HOUR
    view = act(world, "roads_clerk", "return_case", case_id, at=asked, reason="权属不是我单位")
    assert view.state == "handling", "a pending request changes nothing"
    with refused("already_asked"):
        act(world, "roads_clerk", "return_case", case_id, at=asked, reason="再问一次")
    request = view.requests[0]
    with refused("not_yours", 403):
        act(world, "roads_clerk", "decide", case_id, at=asked, request=str(request.id), granted="yes")
    view = act(world, "dispatcher", "decide", case_id, at=asked + HOUR, request=str(request.id), granted="yes")
    assert (view.state, view.facts.agency_id, view.requests) == ("returned", None, ())
    handle = tasks.of_subject(case_id)[0]
    assert tasks.segments(handle.id)[-1].ends_at == asked
    view = act(
        world,
        "dispatcher",
        "redispatch",
        case_id,
        at=asked + HOUR,
        agency=str(world.agencies["parks"]),
        reason="权属园林",
    )
    assert view.facts.agencies == (world.agencies["roads"], world.agencies["parks"])


def test_a_refused_request_costs_only_the_time(world):
    case_id = handling(world)
    before = queries.case(case_id, world.standing("dispatcher"), world.now).facts
    view = act(world, "roads_clerk", "extend", case_id, reason="材料未到")
    view = act(
        world, "shift_leader", "decide", case_id, request=str(view.requests[0].id), granted="no", reason="材料已到"
    )
    assert (view.facts.due_at, view.facts.extend_count) == (before.due_at, 0)


def test_extension_first_by_the_dispatcher_then_by_the_leader(world):
    case_id = handling(world)
    first = act(world, "roads_clerk", "extend", case_id, reason="材料未到")
    view = act(world, "dispatcher", "decide", case_id, request=str(first.requests[0].id), granted="yes")
    assert view.facts.extend_count == 1
    assert view.facts.handle_due_at > first.facts.handle_due_at
    again = act(world, "roads_clerk", "extend", case_id, reason="仍未到")
    with refused("not_yours", 403):
        act(world, "dispatcher", "decide", case_id, request=str(again.requests[0].id), granted="yes")
    view = act(world, "leader", "decide", case_id, request=str(again.requests[0].id), granted="yes")
    assert view.facts.extend_count == 2
    with refused("extended_twice"):
        act(world, "roads_clerk", "extend", case_id, reason="第三次")


def test_void_is_asked_by_the_dispatcher_and_decided_by_the_shift_leader(world):
    filed = world.file()
    view = act(world, "dispatcher", "void", filed.case_id, reason="重复录入")
    with refused("not_yours", 403):
        act(world, "dispatcher", "decide", filed.case_id, request=str(view.requests[0].id), granted="yes")
    assert (
        act(world, "shift_leader", "decide", filed.case_id, request=str(view.requests[0].id), granted="yes").state
        == "void"
    )


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


def test_supervision_with_a_reply_date_is_a_task_of_the_agency(world):
    case_id = handling(world)
    view = act(world, "leader", "supervise", case_id, reason="群众反映强烈", reply_days=3)
    assert view.facts.supervised
    assert {task.kind for task in tasks.open_of_subject(case_id)} == {"handle", "supervision_answer"}
    assert act(world, "leader", "supervise", handling(world), reason="请关注").facts.supervised
    with refused("nobody_to_answer"):
        act(world, "leader", "supervise", world.file().case_id, reason="请关注", reply_days=3)


def answers(case_id):
    return [(task.agency_id, task.due_at) for task in tasks.open_of_subject(case_id, "supervision_answer")]


def offered(world, who, case_id) -> set[str]:
    return {move.name for move in queries.case(case_id, world.standing(who), world.now).moves}


def test_the_agency_answers_a_supervision_once_and_the_leader_is_told(world):
    case_id = handling(world)
    assert "answer_supervision" not in offered(world, "roads_clerk", case_id)
    with refused("nothing_to_answer"):
        act(world, "roads_clerk", "answer_supervision", case_id, reason="已在办理")
    act(world, "leader", "supervise", case_id, reason="群众反映强烈", reply_days=3)
    assert "answer_supervision" in offered(world, "roads_clerk", case_id)
    with refused("not_yours", 403):
        act(world, "parks_clerk", "answer_supervision", case_id, reason="已在办理")
    with refused("incomplete"):
        act(world, "roads_clerk", "answer_supervision", case_id)
    act(world, "roads_clerk", "answer_supervision", case_id, reason="材料今日到场，明日完工")
    assert answers(case_id) == []
    assert "answer_supervision" not in offered(world, "roads_clerk", case_id)
    line = queries.story(case_id)[-1]
    assert (line.verb, line.reason) == ("answer_supervision", "材料今日到场，明日完工")
    (told,) = notices.inbox(world.people["leader"], now=world.now + HOUR).rows
    assert told.event == "case_answered"


def test_a_new_date_replaces_the_one_before_and_a_new_agency_takes_the_question_over(world):
    case_id = handling(world)
    act(world, "leader", "supervise", case_id, reason="群众反映强烈", reply_days=5)
    act(world, "leader", "supervise", case_id, reason="更急", reply_days=1)
    ((agency_id, due),) = answers(case_id)
    assert agency_id == world.agencies["roads"]
    parks = world.agencies["parks"]
    act(world, "dispatcher", "redispatch", case_id, at=world.now + HOUR, agency=str(parks), reason="权属园林")
    assert answers(case_id) == [(parks, due)], "the leader's date stands"
    act(world, "parks_clerk", "answer_supervision", case_id, reason="已安排")
    assert answers(case_id) == []


def _close(world, case_id):
    reply(world, "roads_clerk", case_id)
    timers.start_checks(world.now + timedelta(seconds=11))
    act(world, "acceptor", "close", case_id, at=world.now + HOUR)


def _return(world, case_id):
    view = act(world, "roads_clerk", "return_case", case_id, reason="权属不是我单位")
    act(world, "dispatcher", "decide", case_id, request=str(view.requests[0].id), granted="yes")


@pytest.mark.parametrize(
    "end",
    [
        _close,
        _return,
        lambda world, case_id: act(world, "leader", "force_close", case_id, reason="另案处理"),
        lambda world, case_id: act(world, "acceptor", "merge", case_id, case=str(world.file().case_id)),
    ],
    ids=["close", "return", "force_close", "merge"],
)
def test_no_answer_is_owed_when_the_case_is_over(world, end):
    case_id = handling(world)
    act(world, "leader", "supervise", case_id, reason="群众反映强烈", reply_days=3)
    end(world, case_id)
    assert answers(case_id) == []


def test_an_undone_closing_owes_the_answer_again(world):
    case_id = handling(world)
    act(world, "leader", "supervise", case_id, reason="群众反映强烈", reply_days=3)
    owed = answers(case_id)
    _close(world, case_id)
    act(world, "acceptor", "undo", case_id, at=world.now + HOUR + timedelta(seconds=5))
    assert answers(case_id) == owed
    act(world, "roads_clerk", "answer_supervision", case_id, at=world.now + HOUR, reason="已完工")
    assert answers(case_id) == []


# -- what proves that it is done --------------------------------------------------------------------------------------


def document(world) -> str:
    stored = media.store(
        actor=Actor.channel("resident"),
        now=world.now,
        content=b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n",
        name="done.pdf",
        purpose="after",
    )
    return str(stored.id)


def test_the_reporters_own_picture_proves_nothing(world):
    before = picture(world, seed=1)
    case_id = handling(world, media=[(UUID(before), "before")])
    with refused("after_photo_not_new"):
        act(world, "roads_clerk", "reply", case_id, reason="已清理", media=[before])
    with refused("after_photo_not_new"):
        act(world, "roads_clerk", "reply", case_id, reason="已清理", media=[picture(world, seed=1)])
    with refused("after_photo_missing"):
        act(world, "roads_clerk", "reply", case_id, reason="已清理", media=[document(world)])
    view = act(world, "roads_clerk", "reply", case_id, reason="已清理", media=[before, picture(world, seed=2)])
    assert view.state == "replied"


def test_after_rework_a_new_picture_is_wanted(world):
    case_id, shown = handling(world), picture(world, seed=1)
    act(world, "roads_clerk", "reply", case_id, reason="已清理", media=[shown])
    timers.start_checks(world.now + HOUR)
    act(world, "inspector", "rework", case_id, at=world.now + HOUR, reason="仍有残留")
    with refused("after_photo_not_new"):
        act(world, "roads_clerk", "reply", case_id, reason="已清理", media=[shown])
    view = act(world, "roads_clerk", "reply", case_id, reason="已清理", media=[picture(world, seed=2)])
    assert view.state == "replied"


def test_who_takes_a_reply_back_may_show_its_picture_again(world):
    case_id, shown = handling(world), picture(world, seed=1)
    act(world, "roads_clerk", "reply", case_id, reason="已请理", media=[shown])
    act(world, "roads_clerk", "undo", case_id)
    assert act(world, "roads_clerk", "reply", case_id, reason="已清理", media=[shown]).state == "replied"


# -- never who handled ------------------------------------------------------------------------------------------------


def post(world, name: str, role: str, area: str = "") -> None:
    people_commands.start_membership(
        by=SETUP,
        now=world.now - HOUR,
        person_id=world.people[name],
        role=role,
        area=area,
        agency_id=None,
    )


def test_who_settled_it_on_the_spot_does_not_approve_it(world):
    post(world, "grid_officer", "acceptor")
    key = vault.new_key()
    filed = commands.file_case(
        by=world.standing("grid_officer"),
        now=world.now,
        case=commands.NewCase(
            report_id=uuid7(),
            channel="patrol",
            category="C0137",
            place=commands.CasePlace(area="990101001001"),
            key_id=key,
            sealed_title=vault.seal(key, "路灯不亮"),
            self_handled=True,
        ),
    )
    with refused("own_work", 403):
        act(world, "grid_officer", "approve_self_review", filed.case_id)
    assert act(world, "acceptor", "approve_self_review", filed.case_id).state == "closed"


def test_a_crew_member_does_not_check_their_own_work(world):
    post(world, "roads_crew", "inspector", "990101001")
    case_id = handling(world)
    act(world, "roads_clerk", "assign_inside", case_id, person=str(world.people["roads_crew"]))
    reply(world, "roads_clerk", case_id)
    timers.start_checks(world.now + HOUR)
    with refused("own_work", 403):
        act(world, "roads_crew", "pass_check", case_id, at=world.now + HOUR)


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


# -- the reporter reopens ---------------------------------------------------------------------------------------------


def reopen_as_reporter(world, case_id, report_id, at=None):
    key = vault.new_key()
    return commands.reopen_for_reporter(
        by=Standing.resident("resident"),
        now=at or world.now,
        case_id=case_id,
        report_id=report_id,
        key_id=key,
        sealed_reason=vault.seal(key, "还是不亮"),
    )


def test_a_reporter_reopens_the_case_of_their_own_report_only(world):
    report_id, joined = uuid7(), uuid7()
    case_id = world.file(report_id=report_id).case_id
    commands.add_source(by=SETUP, now=world.now, case_id=case_id, report_id=joined, channel="hotline")
    with refused("illegal_move"):
        reopen_as_reporter(world, case_id, report_id)
    act(world, "leader", "force_close", case_id, reason="另案处理")
    with refused("not_yours", 403):
        reopen_as_reporter(world, case_id, uuid7())
    with refused("not_yours", 403):
        commands.reopen_case(by=Standing.resident("resident"), now=world.now, case_id=case_id, reason="还是不亮")
    with refused("reopen_too_late"):
        reopen_as_reporter(world, case_id, report_id, world.now + timedelta(days=15, seconds=1))
    view = reopen_as_reporter(world, case_id, report_id)
    assert (view.state, view.facts.reopen_count, view.moves) == ("filed", 1, ())
    line = queries.story(case_id)[-1]
    assert (line.verb, line.actor, line.reason) == ("reopen", "channel:resident", "还是不亮")
    assert line.payload["report"] == str(report_id)
    act(world, "leader", "force_close", case_id, reason="另案处理")
    assert reopen_as_reporter(world, case_id, joined).state == "filed"


def test_a_reporter_of_a_merged_case_reopens_the_one_it_follows(world):
    report_id = uuid7()
    member, master = world.file(report_id=report_id).case_id, world.file().case_id
    act(world, "acceptor", "merge", member, case=str(master))
    act(world, "leader", "force_close", master, reason="另案处理")
    assert reopen_as_reporter(world, master, report_id).state == "filed"


# -- undo -------------------------------------------------------------------------------------------------------------


def test_undo_within_ten_seconds_puts_everything_back_and_tells_nobody(world):
    filed = world.file()
    view = act(world, "dispatcher", "dispatch", filed.case_id, agency=str(world.agencies["roads"]))
    assert "undo" in {move.name for move in view.moves}
    soon = world.now + timedelta(seconds=9)
    view = act(world, "dispatcher", "undo", filed.case_id, at=soon)
    assert (view.state, view.facts.agency_id, view.facts.agencies, view.version) == ("filed", None, (), 3)
    assert tasks.open_of_subject(filed.case_id) == []
    assert notices.unread(world.people["roads_clerk"], world.now + HOUR) == 0
    with refused("not_yours", 403):
        act(world, "dispatcher", "undo", filed.case_id, at=soon)


def test_undo_of_a_reply_lets_the_clock_run_as_if_it_had_not_stopped(world):
    case_id = handling(world)
    due = tasks.open_of_subject(case_id)[0].due_at
    reply(world, "roads_clerk", case_id)
    act(world, "roads_clerk", "undo", case_id, at=world.now + timedelta(seconds=8))
    assert [(task.state, task.due_at) for task in tasks.open_of_subject(case_id)] == [("signed", due)]


def test_undo_is_for_the_mover_and_for_ten_seconds(world):
    filed = world.file()
    act(world, "dispatcher", "dispatch", filed.case_id, agency=str(world.agencies["roads"]))
    with refused("not_yours", 403):
        act(world, "shift_leader", "undo", filed.case_id)
    with refused("undo_too_late"):
        act(world, "dispatcher", "undo", filed.case_id, at=world.now + timedelta(seconds=11))


# -- who sees ---------------------------------------------------------------------------------------------------------


def test_who_may_see_a_case(world):
    case_id = handling(world)
    for who in ("dispatcher", "inspector", "roads_clerk", "street_head", "secretary", "leader", "grid_officer"):
        assert queries.case(case_id, world.standing(who), world.now).id == case_id
    for who in ("far_inspector", "parks_clerk", "roads_crew", "audit_admin", "system_admin"):
        with refused("not_found", 404):
            queries.case(case_id, world.standing(who), world.now)


def test_near_finds_open_cases_of_the_same_kind_within_fifty_metres(world):
    place = commands.CasePlace(area="990101001001", lon=122.1, lat=37.5)
    near = world.file(place=place)
    world.file(place=commands.CasePlace(area="990101001001", lon=122.1, lat=37.5006))  # 67 m off
    world.file(place=place, category="E0101")
    found = queries.near(122.1, 37.50001, "C0137", now=world.now)
    assert [row["id"] for row in found] == [near.case_id]
    assert found[0]["metres"] == pytest.approx(1.1, abs=0.1)
    assert queries.near(122.1, 37.5, "C0137", now=world.now + timedelta(hours=25)) == []


def test_search_by_words_and_number_within_what_one_sees(world):
    from xiucheng.kit.journal import readers

    filed = world.file(title="槐花巷口的路灯不亮")
    readers.catch_up()
    assert queries.search("槐花巷", world.standing("dispatcher")) == [filed.case_id]
    assert queries.search(filed.number.replace("-", ""), world.standing("dispatcher")) == [filed.case_id]
    assert queries.search("槐花巷", world.standing("far_inspector")) == []
    assert queries.search("%", world.standing("dispatcher")) == []


def test_search_is_rebuilt_by_replay(world):
    from django.db import connection

    from xiucheng.kit.journal import readers

    filed = world.file(title="钟楼下的井盖松动")
    readers.catch_up()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cases_search")
    assert queries.search("钟楼下", world.standing("dispatcher")) == []
    readers.replay("cases.search")
    assert queries.search("钟楼下", world.standing("dispatcher")) == [filed.case_id]


# -- several at once --------------------------------------------------------------------------------------------------


def test_eight_people_on_one_case_one_moves_it_the_others_are_told_so(committed_world):
    world = committed_world
    filed = world.file()
    answers: list[str] = []
    start = threading.Barrier(8)

    def dispatch():
        try:
            start.wait()
            act(world, "dispatcher", "dispatch", filed.case_id, version=1, agency=str(world.agencies["roads"]))
            answers.append("moved")
        except Refused as refusal:
            answers.append(refusal.code)
        finally:
            for connection in connections.all():
                connection.close()

    threads = [threading.Thread(target=dispatch) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["moved", *["stale"] * 7]
    assert [step.verb for step in journal.of_subject(filed.case_id) if step.room == "cases"] == ["file", "dispatch"]
    assert len(tasks.open_of_subject(filed.case_id)) == 1


def test_two_merges_into_each_other_do_not_lock_up(committed_world):
    world = committed_world
    one, two = world.file().case_id, world.file().case_id
    answers: list[str] = []
    start = threading.Barrier(2)

    def merge(case_id, into):
        try:
            start.wait()
            act(world, "acceptor", "merge", case_id, case=str(into))
            answers.append("merged")
        except Refused as refusal:
            answers.append(refusal.code)
        finally:
            for connection in connections.all():
                connection.close()

    threads = [threading.Thread(target=merge, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) in (["master_not_open", "merged"], ["has_members", "merged"])
