"""The table of moves driven at random against a small model, and by several people at once."""

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import OperationalError, connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.operations.intake.make import settle, submit
from tests.pictures import jpeg
from tests.world import World
from xiucheng.foundation.media import commands as media
from xiucheng.kit import journal
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb
from xiucheng.operations.cases import commands as cases
from xiucheng.operations.cases import queries as case_queries
from xiucheng.operations.intake import commands, queries
from xiucheng.operations.intake.commands.filing import Filing
from xiucheng.operations.intake.commands.submitting import Once
from xiucheng.operations.intake.models import Report
from xiucheng.operations.intake.rules import REPORT_MOVES

Mover = Callable[[World, UUID, UUID], object]

MAKE: dict[str, Mover] = {
    "ask_pre_verify": lambda world, report, case: commands.ask_pre_verify(
        by=world.standing("acceptor"), now=world.now, report_id=report
    ),
    "pre_verified": lambda world, report, case: commands.answer_pre_verify(
        by=world.standing("inspector"), now=world.now, report_id=report, found="yes"
    ),
    "attach": lambda world, report, case: commands.attach_report(
        by=world.standing("acceptor"), now=world.now, report_id=report, case=case
    ),
    "file": lambda world, report, case: commands.file_report(
        by=world.standing("acceptor"), now=world.now, report_id=report
    ),
    "reject": lambda world, report, case: commands.reject_report(
        by=world.standing("acceptor"), now=world.now, report_id=report, reason="不属本区"
    ),
}


def test_every_move_by_hand_is_driven() -> None:
    assert set(MAKE) == {move.name for move in REPORT_MOVES if not move.automatic}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.sampled_from(sorted(MAKE)), max_size=5))
def test_the_table_decides_whatever_is_tried(world: World, names: list[str]) -> None:
    case = world.file().case_id
    report = submit(world).report_id
    state, version = "received", 1
    for name in names:
        move = REPORT_MOVES[name]
        if state in move.sources:
            MAKE[name](world, report, case)
            state, version = move.target or state, version + 1
        else:
            with pytest.raises(Refused) as caught:
                MAKE[name](world, report, case)
            assert caught.value.code == "illegal_move"
        row = Report.objects.get(id=report)
        assert (row.state, row.version) == (state, version)
        assert (row.case_id is not None) == (state in ("accepted", "attached"))
        offered = {one.name for one in queries.report(report, world.standing("acceptor")).moves}
        assert offered == {one.name for one in REPORT_MOVES.leaving(state)} - {"pre_verified"}
    made = [step for step in journal.of_subject(report) if step.room == "intake"]
    assert [step.payload["version"] for step in made] == list(range(1, version + 1))


def at_once(count: int, work: Callable[[int], object]) -> list[object]:
    """Run the same work in several threads, each with a connection of its own; answers or refusals."""
    answers: list[object] = [None] * count
    gate = threading.Barrier(count)

    def one(number: int) -> None:
        try:
            gate.wait(timeout=20)
            answers[number] = work(number)
        except Refused as refusal:
            answers[number] = refusal.code
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers


def test_one_report_is_filed_once_however_many_file_it(committed_world: World) -> None:
    world = committed_world
    report = submit(world).report_id
    acceptor = world.standing("acceptor")
    answers = at_once(6, lambda _: commands.file_report(by=acceptor, now=world.now, report_id=report).case_id)
    filed = [one for one in answers if isinstance(one, UUID)]
    assert len(filed) == 1
    assert answers.count("illegal_move") == 5
    assert [step.verb for step in journal.of_subject(report)] == ["receive", "file"]
    assert case_queries.case(filed[0], acceptor, world.now).state == "filed"


def test_one_key_makes_one_report_however_often_it_is_sent(committed_world: World) -> None:
    world = committed_world
    answers = at_once(6, lambda _: submit(world, once=Once("token", "key")))
    assert len({one.tracking_key for one in answers if isinstance(one, commands.Submitted)}) == 1
    assert Report.objects.count() == 1


def test_a_report_named_twice_is_not_two_cases(world: World) -> None:
    report, other = submit(world).report_id, submit(world).report_id
    filings = [Filing(report), Filing(other), Filing(report)]
    with pytest.raises(Refused, match="named_twice"):
        commands.file_reports(by=world.standing("acceptor"), now=world.now, filings=filings)
    assert set(Report.objects.values_list("state", flat=True)) == {"received"}
    assert len(commands.file_reports(by=world.standing("acceptor"), now=world.now, filings=filings[:2])) == 2


@pytest.mark.parametrize("joins", ["attach", "same_as"])
def test_a_report_that_joins_a_case_holds_it_open(committed_world: World, joins: str) -> None:
    """Whoever wants to close it meanwhile waits, so the reporter is among those who hear of the closing."""
    world, acceptor = committed_world, committed_world.standing("acceptor")
    filed = world.file()
    report = submit(world).report_id if joins == "attach" else None
    held: list[bool] = []

    def end_it() -> None:
        args = {"reason": "已由区里处理"}
        by = world.standing("leader")
        cases.move(by=by, now=world.now, case_id=filed.case_id, version=None, name="force_close", args=args)

    @verb
    def join_and_look() -> UUID:
        if report is not None:
            commands.attach_report(by=acceptor, now=world.now, report_id=report, case=filed.case_id)
            joined = report
        else:
            joined = submit(world, same_as=filed.case_id).report_id

        def close(_: int) -> None:
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '200ms'")
                    end_it()
            except OperationalError:
                held.append(True)

        at_once(1, close)
        return joined

    joined = join_and_look()
    assert held == [True]
    end_it()
    settle()
    assert Report.objects.get(id=joined).outcome == "closed"
    with pytest.raises(Refused, match="case_closed"):
        submit(world, same_as=filed.case_id)


# -- settled on the spot --------------------------------------------------------------------------------------


def picture(world: World, seed: int) -> UUID:
    officer = world.standing("grid_officer").actor
    return media.store(actor=officer, now=world.now, content=jpeg(seed=seed), name="a.jpg", purpose="before").id


def self_handled(world: World, name: str = "grid_officer", **values: object) -> tuple[commands.Submitted, object]:
    plain = {
        "by": world.standing(name),
        "now": world.now,
        "text": "小广告已清除",
        "category": "E0101",
        "area": "990101001001",
        "before": (picture(world, 1),),
        "after": (picture(world, 2),),
    }
    return commands.report_self_handled(**{**plain, **values})  # type: ignore[arg-type]


def test_a_grid_officer_settles_on_the_spot(world: World) -> None:
    submitted, filed = self_handled(world)
    view = case_queries.case(filed.case_id, world.standing("acceptor"), world.now)
    assert (view.state, view.facts.self_handled, view.channel) == ("self_review", True, "patrol")
    assert sorted(purpose for _media, purpose in case_queries.pictures(filed.case_id)) == ["after", "before"]
    row = Report.objects.get(id=submitted.report_id)
    assert (row.state, row.person_id) == ("accepted", world.people["grid_officer"])
    verbs = [step.verb for step in journal.of_subject(filed.case_id) if step.room == "cases"]
    assert verbs == ["file_self_handled"]


def test_self_handling_needs_pictures_and_the_own_area(world: World) -> None:
    for values, code in (
        ({"after": ()}, "pictures_before_after"),
        ({"before": ()}, "pictures_before_after"),
        ({"area": "990101002001"}, "not_yours"),
        ({"category": ""}, "category_missing"),
        ({"name": "acceptor"}, "not_yours"),
    ):
        with pytest.raises(Refused) as caught:
            self_handled(world, **values)
        assert caught.value.code == code
    assert Report.objects.count() == 0


def test_the_picture_after_is_another_one(world: World) -> None:
    """Not the same id twice, not the same content under two ids, and no file that is no picture."""
    officer = world.standing("grid_officer").actor
    once = picture(world, 3)
    pdf = media.store(actor=officer, now=world.now, content=b"%PDF-1.4\n%%EOF\n", name="a.pdf", purpose="after").id
    for values in (
        {"before": (once,), "after": (once,)},
        {"before": (once,), "after": (picture(world, 3),)},
        {"before": (once, picture(world, 4)), "after": (picture(world, 4),)},
        {"before": (once,), "after": (pdf,)},
        {"before": (pdf,)},
    ):
        with pytest.raises(Refused, match="pictures_before_after"):
            self_handled(world, **values)
    assert Report.objects.count() == 0
    assert self_handled(world, before=(once,))[0].report_id


def test_what_one_reported_oneself_is_tied_to_the_person(world: World) -> None:
    done = submit(world, by=world.standing("inspector"), channel="patrol", now=world.now + timedelta(minutes=1))
    assert Report.objects.get(id=done.report_id).person_id == world.people["inspector"]
    assert Report.objects.get(id=submit(world).report_id).person_id is None
