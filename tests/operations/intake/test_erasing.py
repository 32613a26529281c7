"""Erasing a reporter: the words open nowhere any more, the record stays whole."""

import pytest
from django.db import connection

from tests.operations.intake.make import settle, submit, words_of
from tests.pictures import jpeg
from tests.world import World
from xiucheng.foundation.media import commands as media
from xiucheng.foundation.media import queries as media_queries
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import journal
from xiucheng.kit.actor import Actor
from xiucheng.kit.journal import verify
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import commands as case_commands
from xiucheng.operations.cases import queries as case_queries
from xiucheng.operations.intake import commands, queries
from xiucheng.operations.intake.rules import Contact

WORD = "独一无二的槐花"


def reported(world: World, **values):
    values = {"text": f"{WORD}路灯", "address": f"{WORD}路", "contact": Contact("王女士", "13812345678"), **values}
    return submit(world, **values)


def found_anywhere(word: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()")
        tables = [row[0] for row in cursor.fetchall()]
        found = []
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{word}%"])
            if cursor.fetchone()[0]:
                found.append(table)
    return found


def story_of(case_id) -> list[str]:
    return [line.reason for line in case_queries.story(case_id) if line.reason]


def test_all_reports_of_the_reporter_lose_their_words(committed_world: World) -> None:
    world = committed_world
    picture = media.store(
        actor=Actor.channel("resident"), now=world.now, content=jpeg(), name="a.jpg", purpose="before"
    )
    first = reported(world, media=(picture.id,))
    again = reported(world, contact=Contact("王", "138 1234 5678"))
    stranger = submit(world, text="别人的话", contact=Contact("李", "13900000000"))
    filed = commands.file_report(by=world.standing("acceptor"), now=world.now, report_id=first.report_id)
    case_commands.supervise_case(
        by=world.standing("leader"), now=world.now, case_id=filed.case_id, reason="张师傅电话核实过"
    )
    said = case_queries.story(filed.case_id)[-1]
    settle("cases.search")
    assert found_anywhere(WORD) == ["cases_search"]

    leader = world.standing("shift_leader")
    erased = commands.erase_reporter(by=leader, now=world.now, report_id=again.report_id)

    assert set(erased.reports) == {first.report_id, again.report_id}
    assert [(one.case_id, one.content_id) for one in erased.to_review] == [(filed.case_id, said.content_id)]
    assert story_of(filed.case_id) == ["张师傅电话核实过"], "what staff said about the work stays until somebody looks"
    case_commands.redact_words(
        by=leader, now=world.now, case_id=filed.case_id, content_id=said.content_id, reason_code="names_somebody"
    )
    assert story_of(filed.case_id) == []
    assert found_anywhere(WORD) == []
    assert words_of(first.report_id) == (None, None)
    assert words_of(stranger.report_id) == ("别人的话", "别人的话")
    view = queries.report(first.report_id, leader)
    assert view.erased
    assert (view.text, view.address) == (None, None)
    assert view.contact is not None
    assert view.contact.erased
    assert case_queries.words([filed.case_id]) == {filed.case_id: None}
    assert media_queries.describe([picture.id]) == {}
    assert queries.track(first.tracking_key, world.now).number == filed.number
    assert [step.verb for step in journal.of_subject(first.report_id) if step.room == "intake"][-1] == "erase"
    settle()
    assert verify.run().ok


def test_who_may_erase(world: World) -> None:
    done = reported(world)
    for by in (world.standing("acceptor"), world.standing("audit_admin"), Standing.resident("api")):
        with pytest.raises(Refused) as caught:
            commands.erase_reporter(by=by, now=world.now, report_id=done.report_id)
        assert (caught.value.code, caught.value.status) == ("not_yours", 403)
    assert words_of(done.report_id)[0] is not None
