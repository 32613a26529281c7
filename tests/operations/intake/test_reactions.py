"""What follows by itself: filing by a published rule, and what became of a case coming back to its reports."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import world as worlds
from tests.operations.intake.make import settle, submit
from tests.world import World
from xiucheng.foundation.notices import queries as notices
from xiucheng.foundation.packs.shapes import Names, Rows
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import journal
from xiucheng.kit.journal import readers
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import commands as cases
from xiucheng.operations.intake import commands, filing, imports, queries, shape
from xiucheng.operations.intake.commands.outcome import bring_back
from xiucheng.operations.intake.commands.submitting import Origin
from xiucheng.operations.intake.models import Report

RULES = {"rules": [{"channel": "resident"}, {"channel": "hotline", "mapping": "calls", "digest": "0123456789abcdef"}]}
CALLS = Origin("calls", "0123456789abcdef", "A1")


@pytest.fixture
def published(world: World) -> World:
    readers.ensure_rows()
    worlds.publish("filing", RULES, world.now - timedelta(days=1))
    return world


def state(submitted: commands.Submitted) -> str:
    return Report.objects.values_list("state", flat=True).get(id=submitted.report_id)


def test_a_chosen_category_is_filed_by_the_rule_that_a_person_published(published: World) -> None:
    chosen, unchosen = submit(published), submit(published, category=None)
    elsewhere = submit(published, channel="api", by=Standing.resident("api"))
    nowhere = submit(published, area=None, address="不明")
    settle()
    assert [state(one) for one in (chosen, unchosen, elsewhere, nowhere)] == ["accepted", *["received"] * 3]
    (step,) = [one for one in journal.of_subject(chosen.report_id) if one.verb == "file"]
    assert step.actor == "rule:filing@1"


def test_a_mapping_files_only_as_the_very_file_that_was_published(published: World) -> None:
    by = published.standing("shift_leader")
    same = submit(published, by=by, channel="hotline", origin=CALLS)
    edited = submit(published, by=by, channel="hotline", origin=Origin("calls", "ffffffffffffffff", "A2"))
    by_hand = submit(published, by=by, channel="hotline")
    settle()
    assert [state(one) for one in (same, edited, by_hand)] == ["accepted", "received", "received"]


def test_without_a_published_rule_nothing_is_filed(world: World) -> None:
    readers.ensure_rows()
    done = submit(world)
    settle()
    assert state(done) == "received"


def test_what_somebody_dealt_with_meanwhile_is_left_alone(published: World) -> None:
    done = submit(published)
    commands.reject_report(
        by=published.standing("acceptor"), now=published.now, report_id=done.report_id, reason="不属本区"
    )
    settle()
    assert state(done) == "rejected"


def test_one_report_that_cannot_be_filed_does_not_hold_up_the_others(published: World) -> None:
    first, broken, last = submit(published), submit(published), submit(published)
    Report.objects.filter(id=broken.report_id).update(category="C9999")
    settle()
    assert [state(one) for one in (first, broken, last)] == ["accepted", "received", "accepted"]


def test_the_pack_says_what_is_wrong_with_it(world: World) -> None:
    for body, path in (
        ({}, "rules"),
        ({"rules": [{"channel": "pigeon"}]}, "rules[0].channel"),
        ({"rules": [{"channel": "resident", "mapping": "x"}]}, "rules[0].digest"),
        ({"rules": [{"channel": "resident", "model": "x"}]}, "rules[0]"),
        ({"rules": ["resident"]}, "rules[0]"),
    ):
        assert [problem.path for problem in filing.check(body)] == [path]
        with pytest.raises(Refused) as caught:
            worlds.publish("filing", body, world.now)
        assert caught.value.code == "problems"
    assert filing.check(RULES) == []
    row = filing.row_for(imports.load("hotline_fuzhou"))
    for wrong, path in (
        ({"channel": "resident"}, "rules[0].channel"),
        ({"digest": "0123456789abcdef"}, "rules[0].digest"),
    ):
        assert [problem.path for problem in filing.check({"rules": [row | wrong]})] == [path]
    unfilled = {"rules": [{name: row[name] for name in ("channel", "mapping")}, {"channel": "resident"}, "x"]}
    assert filing.normalise(unfilled) == {"rules": [row, {"channel": "resident"}, "x"]}
    kept = {"rules": [row | {"digest": "0123456789abcdef"}]}
    assert filing.normalise(kept) == kept, "an edited file is not published again by saving another row"
    at, rows = Names(world.now), shape.SHAPE.fields[0].shape
    assert isinstance(rows, Rows)
    assert [rows.called(one, at) for one in (RULES["rules"][0], row, {})] == [
        "规则 居民上报",
        f"规则 12345 热线 · {imports.load('hotline_fuzhou').title}",
        "规则",
    ]
    assert filing.check({"rules": [filing.row_for(imports.load("hotline_fuzhou"))]}) == []


# -- what became of it ----------------------------------------------------------------------------------------


def outcome(submitted: commands.Submitted) -> str:
    return Report.objects.values_list("outcome", flat=True).get(id=submitted.report_id)


def test_closing_and_reopening_come_back_to_every_report(published: World) -> None:
    officer = published.standing("grid_officer")
    first = submit(published)
    found = submit(published, by=officer, channel="patrol")
    acceptor = published.standing("acceptor")
    filed = commands.file_report(by=acceptor, now=published.now, report_id=first.report_id)
    commands.attach_report(by=acceptor, now=published.now, report_id=found.report_id, case=filed.case_id)
    cases.force_close_case(
        by=published.standing("leader"), now=published.now, case_id=filed.case_id, reason="已另案处理"
    )
    settle()
    assert (outcome(first), outcome(found)) == ("closed", "closed")
    tracked = queries.track(first.tracking_key, published.now)
    assert (tracked.stage, tracked.case_state, tracked.closing) == (5, "closed", "forced")
    later = published.now + timedelta(days=400)
    events = [notice.event for notice in notices.inbox(officer.person_id, now=later).rows]
    assert "report_closed" in events
    cases.reopen_case(by=acceptor, now=published.now, case_id=filed.case_id, reason="又不亮了")
    settle()
    assert (outcome(first), outcome(found)) == ("open", "open")
    verbs = [step.verb for step in journal.of_subject(first.report_id) if step.room == "intake"]
    assert verbs == ["receive", "file", "outcome", "outcome"]


def test_reports_of_a_merged_case_follow_its_master(published: World) -> None:
    mine, other = submit(published), submit(published, text="同一盏灯")
    acceptor = published.standing("acceptor")
    member = commands.file_report(by=acceptor, now=published.now, report_id=mine.report_id)
    master = commands.file_report(by=acceptor, now=published.now, report_id=other.report_id)
    cases.merge_case(by=acceptor, now=published.now, case_id=member.case_id, into=master.case_id)
    settle()
    assert queries.track(mine.tracking_key, published.now).number == master.number
    told = {one.report_id for one in queries.reports_of(master.case_id)}
    assert told == {mine.report_id, other.report_id}
    cases.force_close_case(by=published.standing("leader"), now=published.now, case_id=master.case_id, reason="办结")
    settle()
    assert (outcome(mine), outcome(other)) == ("closed", "closed")


def test_what_became_of_many_cases_takes_the_few_statements_of_one(published: World) -> None:
    acceptor, leader = published.standing("acceptor"), published.standing("leader")
    told = [submit(published, text=f"示例 {number}") for number in range(4)]
    filed = [commands.file_report(by=acceptor, now=published.now, report_id=one.report_id) for one in told]
    ids = [one.case_id for one in filed]
    cases.merge_case(by=acceptor, now=published.now, case_id=ids[0], into=ids[1])
    for case_id in ids[1:]:
        cases.force_close_case(by=leader, now=published.now, case_id=case_id, reason="办结")
    with CaptureQueriesContext(connection) as asked:
        assert bring_back(ids, now=published.now) == 4
    said = [str(one["sql"]) for one in asked]
    ours = [sql for sql in said if '"cases_case"' in sql or "UPDATE intake_report" in sql]
    assert len(ours) == 2, ours
    assert {outcome(one) for one in told} == {"closed"}
    assert queries.track(told[0].tracking_key, published.now).number == filed[1].number
    # The member leaves its master while both are told of: its report goes by its own case, in whichever order.
    cases.unmerge_case(by=acceptor, now=published.now, case_id=ids[0], reason="不是同一件")
    bring_back([ids[1], ids[0]], now=published.now)
    assert queries.track(told[0].tracking_key, published.now).number == filed[0].number
    assert outcome(told[0]) == "open"
    assert bring_back(ids, now=published.now) == 0
