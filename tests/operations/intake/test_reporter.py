"""What a reporter does with their tracking key, who may look a caller up, and erasing one picture."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.operations.intake.make import settle, submit, words_of
from tests.operations.intake.test_erasing import found_anywhere
from tests.pictures import jpeg
from tests.world import World
from xiucheng.foundation.media import commands as media
from xiucheng.foundation.media import queries as media_queries
from xiucheng.foundation.people.rules import Post, Standing
from xiucheng.kit import journal
from xiucheng.kit.actor import Actor
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import commands as cases
from xiucheng.operations.cases import queries as case_queries
from xiucheng.operations.intake import commands, queries
from xiucheng.operations.intake.commands import Submitted
from xiucheng.operations.intake.rules import Contact

RESIDENT = Standing.resident("resident")
WORD = "别处没有的梧桐"


def closed(world: World, **values: Any) -> Submitted:
    """A report whose case has been closed."""
    done = submit(world, **values)
    acceptor = world.standing("acceptor")
    filed = commands.file_report(by=acceptor, now=world.now, report_id=done.report_id)
    cases.force_close_case(by=world.standing("leader"), now=world.now, case_id=filed.case_id, reason="示例：已解决")
    return done


def picture(world: World, seed: int = 1) -> Any:
    actor = Actor.channel("resident")
    return media.store(actor=actor, now=world.now, content=jpeg(seed=seed), name="a.jpg", purpose="before").id


def refused(do: Any, **values: Any) -> tuple[str, int]:
    with pytest.raises(Refused) as caught:
        do(**values)
    return caught.value.code, caught.value.status


# -- reopening ---------------------------------------------------------------------------------------------------------


def reopen(world: World, key: str, *, days: float = 1, reason: str = "灯还是不亮") -> Any:
    at = world.now + timedelta(days=days)
    return commands.reopen_by_reporter(by=RESIDENT, now=at, tracking_key=key, reason=reason)


def test_the_reporter_has_their_case_opened_again(world: World) -> None:
    done = closed(world)
    tracked = queries.track(done.tracking_key, world.now)
    assert tracked.reopen_until == world.now + timedelta(days=15)
    assert tracked.reopenable(tracked.reopen_until)
    assert not tracked.reopenable(tracked.reopen_until + timedelta(seconds=1))
    view = reopen(world, done.tracking_key)
    assert (view.state, view.facts.reopen_count) == ("filed", 1)
    line = case_queries.story(view.id)[-1]
    assert (line.verb, str(line.actor), line.reason) == ("reopen", "channel:resident", "灯还是不亮")
    assert queries.track(done.tracking_key, world.now + timedelta(days=1)).reopen_until is None


def test_the_window_closes_after_fifteen_days(world: World) -> None:
    done = closed(world)
    assert refused(reopen, world=world, key=done.tracking_key, days=15.01) == ("reopen_too_late", 422)
    assert reopen(world, done.tracking_key, days=15).state == "filed"


def test_only_a_closed_case_is_opened_again_and_only_with_a_reason(world: World) -> None:
    waiting, done = submit(world), closed(world)
    assert refused(reopen, world=world, key=waiting.tracking_key) == ("illegal_move", 422)
    assert refused(reopen, world=world, key=done.tracking_key, reason="  ") == ("reason_missing", 422)
    assert refused(reopen, world=world, key="0000-0000-0000-0000-0000") == ("not_found", 404)
    reopen(world, done.tracking_key)
    assert refused(reopen, world=world, key=done.tracking_key) == ("illegal_move", 422)


def test_a_reporter_of_a_merged_case_has_the_master_opened_again(world: World) -> None:
    acceptor, member, master = world.standing("acceptor"), submit(world), submit(world)
    ids = [
        commands.file_report(by=acceptor, now=world.now, report_id=one.report_id).case_id for one in (member, master)
    ]
    cases.merge_case(by=acceptor, now=world.now, case_id=ids[0], into=ids[1])
    settle()
    cases.force_close_case(by=world.standing("leader"), now=world.now, case_id=ids[1], reason="示例")
    settle()
    assert reopen(world, member.tracking_key).id == ids[1]


def test_what_the_reporter_said_when_reopening_goes_with_their_words(committed_world: World) -> None:
    world = committed_world
    done = closed(world)
    view = reopen(world, done.tracking_key, reason=WORD)
    commands.erase_by_reporter(by=RESIDENT, now=world.now, tracking_key=done.tracking_key)
    line = case_queries.story(view.id)[-1]
    assert (line.verb, line.reason, line.erased) == ("reopen", None, True)


# -- erasing by the reporter -------------------------------------------------------------------------------------------


def test_the_reporter_has_their_own_erased_and_the_case_stays(committed_world: World) -> None:
    world = committed_world
    caller = Contact("王女士", "13812345678")
    shot = picture(world)
    done = closed(world, text=f"{WORD}路灯", contact=caller, media=(shot,))
    other = submit(world, text="另一条的话", contact=caller)
    settle("cases.search")
    assert found_anywhere(WORD) == ["cases_search"]

    assert commands.erase_by_reporter(by=RESIDENT, now=world.now, tracking_key=done.tracking_key)

    assert found_anywhere(WORD) == []
    assert words_of(done.report_id) == (None, None)
    assert media_queries.describe([shot]) == {}
    # The key proves one report: the other keeps its words, and both have lost the one contact that they shared.
    assert words_of(other.report_id)[1] == "另一条的话"
    view = queries.report(other.report_id, world.standing("acceptor"))
    assert view.contact is not None
    assert view.contact.erased
    tracked = queries.track(done.tracking_key, world.now)
    assert (tracked.erased, tracked.erasable, tracked.case_state) == (True, False, "closed")
    assert refused(reopen, world=world, key=done.tracking_key) == ("erased", 410)
    steps = [step for step in journal.of_subject(done.report_id) if step.verb == "erase"]
    assert [(str(step.actor), step.payload) for step in steps] == [("channel:resident", {"by_reporter": True})]
    assert not commands.erase_by_reporter(by=RESIDENT, now=world.now, tracking_key=done.tracking_key)


def test_pictures_of_a_patrol_are_not_erased_by_a_key(world: World) -> None:
    officer = world.standing("grid_officer")
    done, _filed = commands.report_self_handled(
        by=officer,
        now=world.now,
        text="乱堆物料，已清走",
        category="E0110",
        area="990101001001",
        before=(picture(world, 2),),
        after=(picture(world, 3),),
    )
    key = done.tracking_key
    assert not queries.track(key, world.now).erasable
    assert refused(commands.erase_by_reporter, by=RESIDENT, now=world.now, tracking_key=key) == ("not_the_public", 403)
    assert refused(commands.erase_by_reporter, by=RESIDENT, now=world.now, tracking_key="x") == ("not_found", 404)


# -- one picture -------------------------------------------------------------------------------------------------------


def test_one_picture_is_erased_and_its_report_and_case_say_why(world: World) -> None:
    gone, kept = picture(world, 4), picture(world, 5)
    done = submit(world, media=(gone, kept))
    filed = commands.file_report(by=world.standing("acceptor"), now=world.now, report_id=done.report_id)
    leader = world.standing("shift_leader")
    commands.erase_picture(by=leader, now=world.now, media_id=gone, reason="names_somebody")
    assert set(media_queries.describe([gone, kept])) == {kept}
    for subject in (done.report_id, filed.case_id):
        step = journal.of_subject(subject)[-1]
        assert (step.verb, step.payload) == ("erase_picture", {"media": str(gone), "reason": "names_somebody"})


def test_who_may_erase_a_picture_and_for_which_reasons(world: World) -> None:
    shot = picture(world, 6)
    done = submit(world, media=(shot,))
    erase = commands.erase_picture
    for name in ("acceptor", "grid_officer", "audit_admin"):
        by = world.standing(name)
        assert refused(erase, by=by, now=world.now, media_id=shot, reason="asked") == ("not_yours", 403)
    leader = world.standing("shift_leader")
    assert refused(erase, by=leader, now=world.now, media_id=shot, reason="because") == ("bad_reason", 422)
    assert refused(erase, by=leader, now=world.now, media_id=done.report_id, reason="asked") == ("not_found", 404)
    elsewhere = Standing(uuid4(), posts=(Post("shift_leader", "990101002"),))
    assert refused(erase, by=elsewhere, now=world.now, media_id=shot, reason="asked") == ("not_found", 404)
    assert set(media_queries.describe([shot])) == {shot}


# -- looking a caller up -----------------------------------------------------------------------------------------------


def test_a_caller_is_found_by_their_number_and_the_look_up_is_a_step(world: World) -> None:
    first = closed(world, contact=Contact("王", "13812345678"))
    second = submit(world, contact=Contact("王女士", "138 1234 5678"), category="E0110")
    submit(world, contact=Contact("李", "13900000000"))
    settle()
    acceptor = world.standing("acceptor")
    found = commands.look_up_caller(by=acceptor, now=world.now, phone="138-1234-5678")
    assert [(one.report_id, one.category, one.state, one.outcome) for one in found] == [
        (second.report_id, "E0110", "received", ""),
        (first.report_id, "C0137", "accepted", "closed"),
    ]
    assert (found[0].number, found[1].number) == ("", queries.track(first.tracking_key, world.now).number)
    step = journal.of_subject(world.people["acceptor"])[-1]
    assert (step.name, step.payload["found"]) == ("intake.look_up_caller", 2)
    assert "5678" not in str(step.payload)


def test_who_may_look_a_caller_up(world: World) -> None:
    look = commands.look_up_caller
    acceptor = world.standing("acceptor")
    assert refused(look, by=acceptor, now=world.now, phone="not a number") == ("bad_phone", 422)
    assert look(by=acceptor, now=world.now, phone="13800000000") == []
    for name in ("grid_officer", "roads_clerk", "street_head", "audit_admin"):
        by = world.standing(name)
        assert refused(look, by=by, now=world.now, phone="13812345678") == ("not_yours", 403)
