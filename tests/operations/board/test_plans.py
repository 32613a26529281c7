"""A page costs the same wherever it lies and whoever reads: it is read from an index, from either end, to its end."""

import json

from django.db import connection

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Post, Standing
from xiucheng.interfaces.cli.bench import seed
from xiucheng.kit.now import now
from xiucheng.kit.paging import Cursor
from xiucheng.operations.board import queries, sql
from xiucheng.operations.board.queries import Filters

TOTAL, OPEN = 20_000, 2_000
LIMIT = 50
READERS = ("dispatcher", "street_head", "agency_clerk")


def nodes(plan):
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def explain(statement, values):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", values)
        found = cursor.fetchone()[0]
    plan = found if isinstance(found, list) else json.loads(found)
    return list(nodes(plan[0]["Plan"]))


def rows_read(plan) -> int:
    """Rows that the scans of the table touched, those filtered away included."""
    return sum(
        int((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])
        for node in plan
        if node.get("Relation Name") == "board_row"
    )


def reader(seeded, role):
    return people.standing_of(people.account(seeded.account(role)), now())


def standings(seeded):
    """A reader of each kind, and one who holds posts of three kinds at once."""
    each = [reader(seeded, role) for role in READERS]
    posts = tuple(post for standing in each[1:] for post in standing.posts)
    crew = Post("crew", agency_id=posts[-1].agency_id)
    return {**dict(zip(READERS, each, strict=True)), "three posts": Standing(each[1].person_id, posts=(*posts, crew))}


def test_pages_and_counts_over_a_seeded_table(db):
    seeded = seed.cases(total=TOTAL, still_open=OPEN)
    _looks_like_a_district(seeded)
    at = now()
    for role, standing in standings(seeded).items():
        scope = people.visible_to(standing)
        kinds = len(scope.parts)
        for queue in ("open", "overdue", "closed", "ended", "all", "void"):
            for cursor in (Cursor(), Cursor(backward=True)):
                plan = explain(*sql.page_of(scope, Filters(queue=queue), cursor, LIMIT, at))
                # By order of filing the open half of a scope is picked from the open cases.
                most = OPEN if queue == "all" else 2 * (LIMIT + 1) * kinds
                assert rows_read(plan) <= most, (role, queue, cursor, plan)
        for filters in (Filters(queue="handling"), Filters(queue="to_dispatch"), Filters(category="C0137")):
            plan = explain(*sql.page_of(scope, filters, Cursor(), LIMIT, at))
            assert rows_read(plan) <= OPEN * kinds, "a narrowed list of open cases reads open cases only"
        plan = explain(*sql.counts_of(scope, at))
        # Of the whole district only what is late, or about to be, is looked at.
        assert rows_read(plan) <= (OPEN * 0.5 if scope.kind == "all" else OPEN)
        scanned = {node["Relation Name"] for node in plan if node["Node Type"] == "Seq Scan"}
        assert scanned <= {"board_tally"}, "a handful of rows"


def _looks_like_a_district(seeded):
    dispatcher = reader(seeded, "dispatcher")
    counted = queries.counts(dispatcher, now=now())
    assert counted["open"] == OPEN
    assert 0.1 * OPEN < counted["overdue"] < 0.3 * OPEN
    assert all(counted[name] for name in ("to_dispatch", "to_sign", "handling", "to_check", "returned", "supervised"))
    page = queries.hall(dispatcher, now=now())
    assert len(page.rows) == LIMIT
    assert all(row.title for row in page.rows)
