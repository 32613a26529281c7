"""What proves that a case is settled: a new picture, and the eyes of somebody who did not handle it."""

from uuid import UUID

from tests.operations.cases.acting import HOUR, act, handling, picture, reply
from tests.refusing import refused
from tests.world import SETUP
from xiucheng.foundation.media import commands as media
from xiucheng.foundation.people import commands as people_commands
from xiucheng.foundation.people import vault
from xiucheng.kit.actor import Actor
from xiucheng.kit.ids import uuid7
from xiucheng.operations.cases import commands, queries, timers
from xiucheng.operations.cases.rules import MOST_PICTURES

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


def test_what_an_inspector_shows_of_bad_work_is_no_picture_of_before(world):
    case_id = handling(world)
    reply(world, "roads_clerk", case_id)
    timers.start_checks(world.now + HOUR)
    found = picture(world, seed=3)
    act(world, "inspector", "rework", case_id, at=world.now + HOUR, reason="仍有残留", media=[found])
    assert (UUID(found), "reference") in queries.pictures(case_id)


def test_a_move_takes_so_many_pictures_and_no_more_by_every_door(world):
    case_id = handling(world)
    with refused("too_many_pictures"):
        act(world, "roads_clerk", "reply", case_id, reason="已清理", media=[str(uuid7())] * (MOST_PICTURES + 1))
    with refused("no_such_media"):
        act(world, "roads_clerk", "reply", case_id, reason="已清理", media=[str(uuid7())] * MOST_PICTURES)


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
