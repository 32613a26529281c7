"""Several people on one case at the same moment: one moves it, the others are told so."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connections

from tests.operations.cases.acting import act
from xiucheng.foundation.tasks import queries as tasks
from xiucheng.kit import journal
from xiucheng.kit.refused import Refused


def at_once(*moves: Callable[[], Any]) -> list[str]:
    """Sorted: "moved", or the code of the refusal, of each move, all begun together on connections of their own."""
    answers: list[str] = []
    start = threading.Barrier(len(moves))

    def make(move: Callable[[], Any]) -> None:
        try:
            start.wait()
            move()
            answers.append("moved")
        except Refused as refusal:
            answers.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=make, args=[move]) for move in moves]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)


def test_eight_people_on_one_case_one_moves_it_the_others_are_told_so(committed_world):
    world = committed_world
    case_id, agency = world.file().case_id, str(world.agencies["roads"])

    def dispatch():
        act(world, "dispatcher", "dispatch", case_id, version=1, agency=agency)

    assert at_once(*[dispatch] * 8) == ["moved", *["stale"] * 7]
    assert [step.verb for step in journal.of_subject(case_id) if step.room == "cases"] == ["file", "dispatch"]
    assert len(tasks.open_of_subject(case_id)) == 1


def test_two_merges_into_each_other_do_not_lock_up(committed_world):
    world = committed_world
    one, two = world.file().case_id, world.file().case_id
    answers = at_once(
        lambda: act(world, "acceptor", "merge", one, case=str(two)),
        lambda: act(world, "acceptor", "merge", two, case=str(one)),
    )
    assert answers in (["master_not_open", "moved"], ["has_members", "moved"])
