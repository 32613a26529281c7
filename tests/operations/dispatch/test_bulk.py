"""Dispatching many at once gives the same row, step, task and notice as dispatching each alone."""

import json
from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.test.utils import CaptureQueriesContext

from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import journal
from xiucheng.kit.ids import uuid7
from xiucheng.operations.cases import commands as cases
from xiucheng.operations.cases.commands.bulk import Dispatching, dispatch_many
from xiucheng.operations.cases.rules import MOVES

RULE = Standing.for_rule("routing", 3)


def rows_of(table, column, case_id):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} WHERE {column} = %s", [case_id])
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def everything(case_id):
    """The case as stored, its steps, its tasks with segments and alarms, its notices; without ids and clocks."""
    tasks = rows_of("tasks_task", "subject", case_id)
    parts = {
        "case": rows_of("cases_case", "id", case_id),
        "steps": [
            {"name": step.name, "actor": step.actor, "at": step.occurred_at, "payload": step.payload}
            for one in (case_id, *(task["id"] for task in tasks))
            for step in journal.of_subject(one)
        ],
        "tasks": tasks,
        "segments": [row for task in tasks for row in rows_of("tasks_segment", "task_id", task["id"])],
        "alarms": [row for task in tasks for row in rows_of("tasks_due", "task_id", task["id"])],
        "notices": sorted(rows_of("notices_notice", "subject", case_id), key=lambda row: str(row["person_id"])),
    }
    own = {str(case_id), parts["case"][0]["number"], *(str(task["id"]) for task in tasks)}
    return _without(parts, own)


OWN = {"id", "key_id", "report"}


def _without(value, ids):
    if isinstance(value, dict):
        return {key: _without(item, ids) for key, item in value.items() if key not in OWN}
    if isinstance(value, list | tuple):
        return [_without(item, ids) for item in value]
    if isinstance(value, str) and value.startswith("{"):
        return _without(json.loads(value), ids)
    return "own" if isinstance(value, str | UUID) and str(value) in ids else value


def test_the_same_as_one_by_one(world):
    later = world.now + timedelta(minutes=5)
    alone = [world.file().case_id, world.file(category="E0105", area="990101002001").case_id]
    together = [world.file().case_id, world.file(category="E0105", area="990101002001").case_id]
    agencies = [world.agencies["lights"], world.agencies["roads"]]
    for case_id, agency in zip(alone, agencies, strict=True):
        cases.dispatch_case(by=RULE, now=later, case_id=case_id, agency_id=agency)
    done = dispatch_many(by=RULE, now=later, items=list(map(Dispatching, together, agencies)))
    assert sorted(done) == sorted(together)
    for one, other in zip(alone, together, strict=True):
        assert everything(one) == everything(other)
    assert len(everything(alone[0])["notices"]) == 1
    assert [step["name"] for step in everything(alone[0])["steps"]] == ["cases.file", "cases.dispatch", "tasks.give"]


def test_a_returned_case_keeps_the_agencies_it_had(world):
    """One agency only ever counts as accurate dispatch, so the list of agencies must grow the same way."""
    ids = []
    for _ in range(2):
        case_id = world.file().case_id
        cases.dispatch_case(
            by=world.standing("dispatcher"), now=world.now, case_id=case_id, agency_id=world.agencies["roads"]
        )
        clerk, dispatcher = world.standing("roads_clerk"), world.standing("dispatcher")
        view = cases.return_case(by=clerk, now=world.now, case_id=case_id, reason="不是我们的路")
        request = view.requests[0].id
        cases.decide(by=dispatcher, now=world.now, case_id=case_id, request_id=request, granted=True)
        ids.append(case_id)
    cases.dispatch_case(by=RULE, now=world.now, case_id=ids[0], agency_id=world.agencies["lights"])
    dispatch_many(by=RULE, now=world.now, items=[Dispatching(ids[1], world.agencies["lights"])])
    one, other = (everything(case_id)["case"] for case_id in ids)
    assert one == other
    assert len(one[0]["agencies"]) == 2


def test_what_was_moved_meanwhile_is_left_alone(world):
    moved, waiting = world.file().case_id, world.file().case_id
    cases.dispatch_case(
        by=world.standing("dispatcher"), now=world.now, case_id=moved, agency_id=world.agencies["parks"]
    )
    before = everything(moved)
    items = [Dispatching(one, world.agencies["lights"]) for one in (moved, waiting, uuid7())]
    assert dispatch_many(by=RULE, now=world.now, items=items) == [waiting]
    assert everything(moved) == before


def test_only_who_may_dispatch(world):
    case_id = world.file().case_id
    items = [Dispatching(case_id, world.agencies["lights"])]
    assert dispatch_many(by=world.standing("acceptor"), now=world.now, items=items) == []
    assert dispatch_many(by=Standing.for_system("x"), now=world.now, items=items) == []
    assert dispatch_many(by=world.standing("dispatcher"), now=world.now, items=items) == [case_id]


def test_statements_do_not_grow_with_the_batch(world):
    counts = []
    for size in (2, 20):
        items = [Dispatching(world.file().case_id, world.agencies["lights"]) for _ in range(size)]
        with CaptureQueriesContext(connection) as captured:
            dispatch_many(by=RULE, now=world.now, items=items)
        # Django logs a COPY without its words.
        words = [query["sql"] or "COPY" for query in captured]
        counts.append(sum(not one.startswith(("SAVEPOINT", "RELEASE")) for one in words))
    assert counts[1] <= counts[0] <= 8


def test_no_question_can_lapse_by_dispatch():
    waiting = {"filed", "returned"}
    for move in MOVES:
        if move.asks and move.sources & waiting:
            assert "dispatched" in move.sources
