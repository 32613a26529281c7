"""The hall: who sees what, filters, pages from either end, counts and the sentence on top."""

import itertools
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.operations.board.listing import bring_up, pages
from tests.operations.board.wandering import Wanderer
from tests.operations.cases.acting import HOUR
from tests.refusing import refused
from xiucheng.foundation.people.rules import Post, Standing
from xiucheng.interfaces.web import clocks
from xiucheng.kit.refused import Refused
from xiucheng.operations.board import queries
from xiucheng.operations.board.models import Row
from xiucheng.operations.board.queries import QUEUES, Filters
from xiucheng.operations.board.rules import COUNTED, NEVER
from xiucheng.operations.cases import queries as cases
from xiucheng.operations.cases.rules import OPEN_STATES, STATES

SYSTEM = Standing.for_system("test")


@pytest.fixture
def wanderer(world) -> Wanderer:
    made = Wanderer(world, 11)
    made.wander(150)
    bring_up()
    return made


# What each queue and filter means, said once more in Python over the rows.
MEANS = {
    "open": lambda row, now: row.open,
    # A row is in the queue as long as its chip is yellow.
    "soon": lambda row, now: row.open and clocks.face(row.due_at, now, start=row.clock_from).level == "soon",
    "overdue": lambda row, now: row.open and row.due_at is not None and row.due_at < now,
    "supervised": lambda row, now: row.open and row.supervised,
    "asked": lambda row, now: row.open and bool(row.asked),
    "ended": lambda row, now: not row.open,
    "all": lambda row, now: True,
    **{
        name: lambda row, now, state=state: row.state == state
        for name, state in {
            "self_review": "self_review",
            "to_dispatch": "filed",
            "returned": "returned",
            "to_sign": "dispatched",
            "handling": "handling",
            "replied": "replied",
            "to_check": "post_checking",
            "closed": "closed",
            "void": "void",
            "merged": "merged",
        }.items()
    },
}


def test_every_state_has_its_queue():
    assert {queue.state for queue in QUEUES.values() if queue.state} == set(STATES)
    assert all(queue.open is (queue.state in OPEN_STATES) for queue in QUEUES.values() if queue.state)
    assert set(MEANS) == set(QUEUES)


def test_every_queue_holds_what_it_says_and_its_count_agrees(wanderer):
    now = wanderer.at
    counted = queries.counts(SYSTEM, now=now)
    assert set(counted) == set(COUNTED)
    rows = list(Row.objects.all())
    for name in QUEUES:
        expected = {row.case_id for row in rows if MEANS[name](row, now)}
        listed = pages(SYSTEM, Filters(queue=name), 7, now=now)
        assert set(listed) == expected, name
        assert len(listed) == len(expected)
        if name in counted:
            assert counted[name] == len(expected), name
    assert counted["open"] > 5


def test_a_case_is_about_to_be_late_when_four_fifths_of_its_time_are_used(world):
    filed = world.file()
    bring_up()
    row = Row.objects.get(case_id=filed.case_id)
    start, due = row.clock_from, row.due_at
    warn = start + (due - start) * 0.8
    for at, queue in ((warn - timedelta(seconds=1), None), (warn, "soon"), (due, "soon"), (due + HOUR, "overdue")):
        counted = queries.counts(SYSTEM, now=at)
        assert {name for name in ("soon", "overdue") if counted[name]} == ({queue} if queue else set()), at
        listed = pages(SYSTEM, Filters(queue="soon"), 5, now=at)
        assert listed == ([filed.case_id] if queue == "soon" else [])


def test_pages_from_either_end_are_the_same_list(wanderer):
    rows = {row.case_id: row for row in Row.objects.all()}
    for queue, sort in itertools.product(("open", "ended", "all"), (None, "filed", "due")):
        filters = Filters(queue=queue, sort=sort)
        forward = pages(SYSTEM, filters, 4, now=wanderer.at)
        assert forward == pages(SYSTEM, filters, 4, backward=True, now=wanderer.at)
        column = "filed_at" if (sort or QUEUES[queue].sort) == "filed" else "sort_at"
        keys = [(getattr(rows[one], column), one) for one in forward]
        assert keys == sorted(keys, reverse=sort == "filed" or (sort is None and queue != "open"))


FILTERS = (
    ({"category": "C0137"}, lambda row: row.category == "C0137"),
    ({"category": "E01"}, lambda row: row.category.startswith("E01")),
    ({"category": "event"}, lambda row: row.kind == "event"),
    ({"area": "990101"}, lambda row: True),
    ({"area": "990101001"}, lambda row: row.street == "990101001"),
    ({"area": "990101001001"}, lambda row: row.area == "990101001001"),
    ({"channel": "hotline"}, lambda row: row.channel == "hotline"),
    ({"state": "filed"}, lambda row: row.state == "filed"),
    ({"severity": "M"}, lambda row: row.severity == "M"),
    ({"supervised": True}, lambda row: row.supervised),
    ({"queue": "open", "category": "C0137", "area": "990101002"},
     lambda row: row.open and row.category == "C0137" and row.street == "990101002"),
)  # fmt: skip


def test_filters_narrow_as_they_say(wanderer):
    for narrowed, means in FILTERS:
        expected = {row.case_id for row in Row.objects.all() if means(row)}
        filters = Filters(**{"queue": "all", **narrowed})
        assert set(pages(SYSTEM, filters, 200, now=wanderer.at)) == expected, narrowed
        assert expected or "area" in narrowed, f"the walk made nothing for {narrowed}"


def test_an_agency_filter_and_overdue(wanderer, world):
    agency = world.agencies["roads"]
    late = Filters(agency_id=agency, overdue=True)
    expected = {r.case_id for r in Row.objects.filter(open=True, agency_id=agency, due_at__lt=wanderer.at)}
    assert set(pages(SYSTEM, late, 200, now=wanderer.at)) == expected


SCOPES = {
    "dispatcher": lambda row, world: True,
    "street_head": lambda row, world: row.street == "990101001",
    "secretary": lambda row, world: row.community == "990101001001",
    "roads_clerk": lambda row, world: row.agency_id == world.agencies["roads"],
    "roads_crew": lambda row, world: row.person_id == world.people["roads_crew"],
    "system_admin": lambda row, world: False,
}


def test_a_list_starts_from_what_one_may_see(wanderer, world):
    rows = list(Row.objects.all())
    for who, sees in SCOPES.items():
        by = world.standing(who, wanderer.at)
        expected = {row.case_id for row in rows if sees(row, world)}
        assert set(pages(by, Filters(queue="all"), 6, now=wanderer.at)) == expected, who
        open_now = {row.case_id for row in rows if row.open and row.case_id in expected}
        assert queries.counts(by, now=wanderer.at)["open"] == len(open_now)
        # What a list shows, the case itself opens.
        for one in expected:
            assert cases.case(one, by, wanderer.at)
        assert {row.case_id for row in queries.rows(list(wanderer.cases), by, now=wanderer.at)} >= expected


def test_several_streets_are_merged_into_one_order(wanderer, world):
    posts = (Post("street_head", "990101001"), Post("street_head", "990101002"))
    both = Standing(world.people["street_head"], posts=posts)
    expected = set(
        Row.objects.filter(street__in=["990101001", "990101002"], open=True).values_list("case_id", flat=True)
    )
    forward = pages(both, Filters(), 3, now=wanderer.at)
    assert set(forward) == expected
    assert forward == pages(both, Filters(), 3, backward=True, now=wanderer.at)
    due = dict(Row.objects.values_list("case_id", "sort_at"))
    assert [due[one] for one in forward] == sorted(due[one] for one in forward)
    assert queries.counts(both, now=wanderer.at)["open"] == len(expected)


def test_rows_have_their_words(world):
    filed = world.file(title="路口的路灯不亮")
    bring_up()
    (row,) = queries.hall(SYSTEM, now=world.now).rows
    assert (row.case_id, row.title, row.state, row.category) == (filed.case_id, "路口的路灯不亮", "待派遣", "路灯")
    assert row.place == "槐花社区"
    assert row.row.sort_at == row.row.due_at != NEVER


@pytest.mark.parametrize(
    ("filters", "cursor", "code"),
    [
        (Filters(queue="moon"), None, "unknown_queue"),
        (Filters(sort="moon"), None, "unknown_sort"),
        (Filters(), "moon", "bad_cursor"),
        (Filters(), "W2ZhbHNlLFsxLDJdXQ", "bad_cursor"),
    ],
)
def test_nonsense_is_refused(world, filters, cursor, code):
    with pytest.raises(Refused) as refusal:
        queries.hall(SYSTEM, filters, cursor, now=world.now)
    assert refusal.value.code == code


def test_a_page_and_its_counts_take_few_statements(wanderer, world):
    for who in ("dispatcher", "street_head", "roads_clerk"):
        by = world.standing(who, wanderer.at)
        # The standing and the organisations are read anew in a test's transaction; both are remembered for seconds.
        with CaptureQueriesContext(connection) as captured:
            queries.hall(by, Filters(), now=wanderer.at)
            queries.counts(by, now=wanderer.at)
        assert len(captured) <= 6, [query["sql"][:80] for query in captured]


@pytest.mark.parametrize(
    ("counted", "sentence", "queue"),
    [
        ({"overdue": 5, "soon": 3, "open": 9}, "5 件已超期，另有 3 件将超期", "overdue"),
        ({"overdue": 5, "soon": 0, "open": 9}, "5 件已超期", "overdue"),
        ({"overdue": 0, "soon": 3, "open": 9}, "3 件将超期", "soon"),
        ({"overdue": 0, "soon": 0, "open": 9}, "9 件在办，没有将超期的", "open"),
        ({"overdue": 0, "soon": 0, "open": 0}, "没有在办的案卷", "open"),
    ],
)
def test_the_sentence_on_top(counted, sentence, queue):
    found = queries.summary(counted)
    assert (found.sentence, found.queue) == (sentence, queue)


def test_a_cursor_of_one_order_is_none_of_another(wanderer):
    page = queries.hall(SYSTEM, Filters(queue="all"), limit=3, now=wanderer.at)
    assert queries.hall(SYSTEM, Filters(queue="all"), page.next, 3, now=wanderer.at).rows
    with pytest.raises(Refused, match="bad_cursor"):
        queries.hall(SYSTEM, Filters(queue="all", sort="due"), page.next, 3, now=wanderer.at)


def test_an_export_is_a_step_without_words(world):
    from xiucheng.operations.board import commands

    filed = world.file(title="槐花巷路灯不亮")
    bring_up()
    typed = Filters(queue="all", text="路灯", category="C0137", channel="13900000000", area="990101001")
    for who, worded in (("leader", True), ("street_head", True), ("roads_clerk", False)):
        by = world.standing(who)
        rows, words = commands.export(by=by, now=world.now, filters=typed, form="csv")
        assert words is worded
        step = _last_export()
        assert step["rows"] == len(rows)
        assert step["words"] is worded
        assert step["filters"] == {
            "queue": "all", "text": True, "category": "C0137", "channel": True, "area": "990101001"
        }  # fmt: skip
    assert [one.case_id for one in commands.export(
        by=world.standing("leader"), now=world.now, filters=Filters(), form="xlsx")[0]] == [filed.case_id]  # fmt: skip
    for who in ("dispatcher", "roads_crew", "inspector", "system_admin"):
        with pytest.raises(Refused, match="not_yours"):
            commands.export(by=world.standing(who), now=world.now, filters=typed, form="csv")


def test_a_list_that_is_too_long_for_a_file_is_refused_and_not_cut(world, monkeypatch):
    from xiucheng.operations.board import commands

    world.file()
    world.file()
    bring_up()
    by = world.standing("leader")
    monkeypatch.setattr(commands, "MOST", 2)
    assert len(commands.export(by=by, now=world.now, filters=Filters(), form="csv")[0]) == 2
    monkeypatch.setattr(commands, "MOST", 1)
    with refused("too_many_rows"):
        commands.export(by=by, now=world.now, filters=Filters(), form="csv")


def _last_export() -> dict:
    from xiucheng.kit.models import Step

    return Step.objects.filter(room="board", verb="export").order_by("-id").values_list("payload", flat=True)[0]
