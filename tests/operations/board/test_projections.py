"""The rows are what the cases are, whatever happened to them, and a replay gives the same table."""

from collections import Counter
from importlib import import_module
from uuid import UUID

import pytest
from django.db import connection

from tests.operations.board.wandering import Wanderer
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import journal
from xiucheng.kit.ids import uuid7
from xiucheng.kit.journal import Step, readers, sequencer
from xiucheng.operations.board.models import Row, Tally
from xiucheng.operations.board.projections import COLUMNS, VERBS, apply
from xiucheng.operations.board.rules import NEVER, case_of
from xiucheng.operations.cases import configuration
from xiucheng.operations.cases import queries as cases

SYSTEM = Standing.for_system("test")
# Board column → how the case itself says it.
SAME = (
    *("state", "version", "category", "area", "filed_at", "due_at", "handle_due_at", "agency_id", "person_id"),
    *("rework_count", "reopen_count", "extend_count", "supervised", "self_handled", "merged_into", "closed_at"),
    *("closing", "clock_from", "imported"),
)


def table() -> list[tuple]:
    return list(Row.objects.order_by("case_id").values_list(*COLUMNS))


def tally() -> dict[str, int]:
    return dict(Tally.objects.exclude(count=0).values_list("mark", "count"))


def counted() -> dict[str, int]:
    """What the tally should say, of each row that is open."""
    rows = Row.objects.filter(open=True)
    return dict(
        Counter(row.state for row in rows)
        + Counter(asked=sum(bool(row.asked) for row in rows), supervised=sum(row.supervised for row in rows))
    )


def bring_up() -> None:
    readers.ensure_rows()
    while sequencer.run_once():
        pass
    while readers.run("board.rows"):
        pass


def test_the_table_has_the_columns_of_the_rule():
    assert tuple(field.column for field in Row._meta.concrete_fields) == COLUMNS


@pytest.mark.parametrize("seed", [1, 2])
def test_rows_are_what_the_cases_are_and_a_replay_gives_the_same(world, seed):
    wanderer = Wanderer(world, seed)
    wanderer.wander(100)
    bring_up()
    wanderer.wander(60)
    bring_up()
    for row in Row.objects.all():
        view = cases.case(row.case_id, SYSTEM, wanderer.at)
        assert {name: getattr(row, name) for name in SAME} == {name: getattr(view.facts, name) for name in SAME}
        assert (row.number, row.channel, row.severity) == (view.number, view.channel, view.severity)
        assert row.open is view.facts.is_open
        assert row.sort_at == (row.due_at or NEVER) if row.open else row.sort_at <= wanderer.at
        assert set(filter(None, row.asked.split(","))) == {request.what for request in view.requests}
        assert row.kind == configuration.catalogue(wanderer.at).category(row.category).kind
        told = [step for step in journal.of_subject(row.case_id) if step.name in VERBS]
        sources = Counter(s.payload["channel"] for s in told if s.verb in {"file", "file_self_handled", "add_source"})
        assert (row.sources, row.report_count) == (dict(sources), sources.total())
    assert Row.objects.count() == len(wanderer.cases) > 5
    states = set(Row.objects.values_list("state", flat=True))
    assert len(states) >= 4, f"the walk got nowhere: {states}"
    before, tallied = table(), tally()
    assert tallied == counted()
    readers.replay("board.rows")
    assert (table(), tally()) == (before, tallied)


def test_the_tally_follows_whoever_writes_rows(world):
    Wanderer(world, 3).wander(80)
    bring_up()
    assert tally() == counted()
    assert {"asked", "supervised"} & set(tally()), "the walk got nowhere"
    some = list(Row.objects.filter(open=True).values_list("case_id", flat=True)[:3])
    Row.objects.filter(case_id__in=some).update(state="returned", supervised=True, asked="extend")
    assert tally() == counted()
    Row.objects.filter(case_id__in=some[:2]).update(open=False, state="closed")
    assert tally() == counted()
    Row.objects.filter(case_id=some[2]).delete()
    assert tally() == counted()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE board_row")
    assert tally() == counted() == {}


def test_an_upgrade_counts_the_rows_that_are_there(world):
    Wanderer(world, 3).wander(80)
    bring_up()
    tallied = tally()
    begun = import_module("xiucheng.operations.board.migrations.0004_tally").BEGUN
    with connection.cursor() as cursor:
        for name in ("added", "changed", "removed", "emptied"):
            cursor.execute(f"DROP TRIGGER board_tally_{name} ON board_row")
        cursor.execute("DELETE FROM board_tally")
        cursor.execute(begun)
    assert tally() == tallied != {}


def test_the_size_of_the_batches_does_not_matter(world):
    Wanderer(world, 7).wander(120)
    bring_up()
    at_once = table()
    for size in (1, 7):
        Row.objects.all().delete()
        steps = journal.read(after=0, limit=100_000, names=sorted(VERBS))
        for start in range(0, len(steps), size):
            apply(steps[start : start + size])
        assert table() == at_once


def test_a_batch_takes_two_statements(world, django_assert_num_queries):
    Wanderer(world, 5).wander(80)
    while sequencer.run_once():
        pass
    steps = journal.read(after=0, limit=100_000, names=sorted(VERBS))
    apply(steps)
    with django_assert_num_queries(2):
        apply([step for step in steps if not step.verb.startswith("file")][-50:])


def test_a_task_that_is_no_handling_of_a_case_changes_no_row():
    def step(from_room, **payload):
        return Step(1, uuid7(), from_room, uuid7(), "extend", "system:x", NEVER, NEVER, False, payload)

    case_id = str(uuid7())
    assert case_of(step("tasks", room="cases", kind="handle", subject=case_id)) == UUID(case_id)
    assert case_of(step("tasks", room="cases", kind="post_check", subject=case_id)) is None
    assert case_of(step("tasks", room="intake", kind="handle", subject=case_id)) is None
    own = step("cases")
    assert case_of(own) == own.subject
