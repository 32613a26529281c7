"""The desk and the other reads: what lies on whose desk, in which order, page by page, and what it costs."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.foundation.people.make import agency, person
from tests.foundation.tasks.make import TESTER, WEDNESDAY, House, at, house
from xiucheng.foundation.people.rules import Post, Standing
from xiucheng.foundation.tasks import commands, queries
from xiucheng.foundation.tasks.queries import DeskCounts
from xiucheng.kit.ids import uuid7
from xiucheng.kit.refused import Refused
from xiucheng.kit.worktime import Limit, Unit

HOUR = timedelta(hours=1)


@pytest.fixture
def roads(db: None) -> House:
    return house()


def hours(n: int) -> Limit:
    return Limit(n, Unit.URGENT_HOUR)


def desk(standing: Standing) -> list[Any]:
    return [task.id for task in queries.my_desk(standing).rows]


class TestDesk:
    def test_an_agencys_task_lies_with_its_clerk_until_a_person_has_it(self, roads: House) -> None:
        given = roads.give()
        other = person(Post("agency_clerk", agency_id=agency("parks")))
        assert desk(roads.clerk) == [given.task_id]
        assert desk(roads.crew) == desk(other) == []
        commands.delegate(actor=TESTER, now=WEDNESDAY, task_id=given.task_id, person_id=roads.crew.person_id)
        assert desk(roads.crew) == [given.task_id]
        assert desk(roads.clerk) == []
        commands.complete(actor=TESTER, now=WEDNESDAY, task_id=given.task_id)
        assert desk(roads.crew) == []

    def test_a_posts_task_lies_with_all_whose_area_contains_it(self, roads: House) -> None:
        given = roads.give(agency_id=None, post="inspector", area="990101001001")
        near, far, all_over = (person(Post("inspector", area)) for area in ("990101001", "990101002", ""))
        other = person(Post("acceptor"))
        assert desk(near) == desk(all_over) == [given.task_id]
        assert desk(far) == desk(other) == []

    def test_one_who_holds_several_posts_sees_each_task_once(self, roads: House) -> None:
        given = roads.give(agency_id=None, post="inspector")
        also = roads.give()
        both = person(Post("inspector"), Post("inspector", "990101001"), Post("agency_clerk", agency_id=roads.agency))
        assert set(desk(both)) == {given.task_id, also.task_id}
        assert queries.desk_counts(both, WEDNESDAY).tasks == 2

    def test_the_order_of_due_then_what_has_no_deadline(self, roads: House) -> None:
        later, never, soon = (roads.give(limit=limit) for limit in (hours(9), None, hours(2)))
        paused = roads.give(limit=hours(1))
        commands.pause(actor=TESTER, now=WEDNESDAY, task_id=paused.task_id)
        assert desk(roads.clerk) == [soon.task_id, later.task_id, never.task_id, paused.task_id]

    def test_nobody_has_no_desk(self, db: None, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(0):
            assert queries.my_desk(Standing.resident("web")).rows == []
            assert queries.desk_counts(Standing.resident("web"), WEDNESDAY) == DeskCounts(0, 0, 0, 0)
            assert queries.requests_for(Standing.resident("web")).rows == []

    @pytest.mark.parametrize("size", [1, 3, 4, 20])
    def test_pages_from_either_end(self, roads: House, size: int, django_assert_num_queries: Any) -> None:
        mine = [roads.give(limit=hours(2 + n // 2)).task_id for n in range(6)]
        mine += [roads.give(limit=None).task_id for _ in range(2)]
        mine += [roads.give(limit=hours(50), agency_id=None, person_id=roads.clerk.person_id).task_id]
        # In the order of due; what is due together, and what never is, in the order of giving.
        mine = [*mine[:6], mine[8], *mine[6:8]]
        seen, cursor = [], None
        while True:
            with django_assert_num_queries(1):
                page = queries.my_desk(roads.clerk, cursor=cursor, limit=size)
            seen.append([task.id for task in page.rows])
            if page.next is None:
                break
            cursor = page.next
        assert [task for rows in seen for task in rows] == mine
        backwards = [[task.id for task in queries.my_desk(roads.clerk, cursor="last", limit=size).rows]]
        page = queries.my_desk(roads.clerk, cursor="last", limit=size)
        while page.previous:
            page = queries.my_desk(roads.clerk, cursor=page.previous, limit=size)
            backwards.insert(0, [task.id for task in page.rows])
        assert [task for rows in backwards for task in rows] == mine

    def test_a_wild_cursor_is_refused(self, roads: House) -> None:
        with pytest.raises(Refused, match="bad_cursor"):
            queries.my_desk(roads.clerk, cursor="x")

    def test_counts(self, roads: House, django_assert_num_queries: Any) -> None:
        for limit in (hours(1), hours(2), hours(3), hours(30), None):
            roads.give(limit=limit)
        dispatcher = person(Post("dispatcher"))
        ask(roads, WEDNESDAY)
        with django_assert_num_queries(1):
            assert queries.desk_counts(roads.clerk, WEDNESDAY + 2 * HOUR) == DeskCounts(5, 1, 1, 0)
        # About to be late is what has warned: of three hours the last 36 minutes.
        assert queries.desk_counts(roads.clerk, WEDNESDAY + 2.3 * HOUR) == DeskCounts(5, 2, 0, 0)
        assert queries.desk_counts(roads.clerk, WEDNESDAY + 2.5 * HOUR) == DeskCounts(5, 2, 1, 0)
        assert queries.desk_counts(dispatcher, WEDNESDAY) == DeskCounts(0, 0, 0, 1)

    def test_every_branch_is_read_by_its_own_index(self, roads: House) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
        plans = []

        def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            result = execute("EXPLAIN " + sql, params, many, context)
            plans.append("\n".join(row[0] for row in context["cursor"].fetchall()))
            return execute(sql, params, many, context) if result is None else result

        standing = person(Post("inspector"), Post("agency_clerk", agency_id=roads.agency))
        with connection.execute_wrapper(explain):
            queries.my_desk(standing)
        for index in ("tasks_task_person_desk", "tasks_task_agency_desk", "tasks_task_post_desk"):
            assert index in plans[0]


def ask(roads: House, now: datetime, **values: Any) -> Any:
    plain = {
        "actor": roads.clerk.actor,
        "room": "cases",
        "subject": uuid7(),
        "what": "extend",
        "to_posts": ("dispatcher",),
    }
    return commands.ask(**{**plain, **values}, now=now)


class TestRequests:
    def test_of_a_subject(self, roads: House) -> None:
        subject = uuid7()
        first = ask(roads, WEDNESDAY, subject=subject, args={"days": 2})
        second = ask(roads, WEDNESDAY + HOUR, subject=subject, what="return_case")
        ask(roads, WEDNESDAY)
        found = queries.pending_requests(subject)
        assert [r.id for r in found] == [first, second]
        assert (found[0].what, found[0].args, found[0].asked_by) == ("extend", {"days": 2}, str(roads.clerk.actor))
        commands.decide(actor=TESTER, now=WEDNESDAY, request_id=first, granted=True)
        assert [r.id for r in queries.pending_requests(subject)] == [second]

    def test_lie_with_the_post_that_decides(self, roads: House) -> None:
        plain = ask(roads, WEDNESDAY)
        here = ask(roads, WEDNESDAY + HOUR, to_area="990101001001")
        clerks = ask(roads, WEDNESDAY, to_posts=("agency_clerk",), to_agency=roads.agency)
        wide, street, far = (person(Post("dispatcher", area)) for area in ("", "990101001", "990101002"))
        shown = {
            name: [r.id for r in queries.requests_for(who).rows]
            for name, who in {"wide": wide, "street": street, "far": far, "clerk": roads.clerk}.items()
        }
        # What is asked of the district is not for a street's post.
        assert shown == {"wide": [plain, here], "street": [here], "far": [], "clerk": [clerks]}

    def test_lie_with_every_post_that_may_decide(self, roads: House) -> None:
        asked = ask(roads, WEDNESDAY, to_posts=("dispatcher", "shift_leader"))
        for role in ("dispatcher", "shift_leader"):
            who = person(Post(role))
            assert [r.id for r in queries.requests_for(who).rows] == [asked]
            assert queries.desk_counts(who, WEDNESDAY).requests == 1
        assert not queries.requests_for(person(Post("leader"))).rows

    def test_the_desk_shows_what_the_rule_says(self, roads: House) -> None:
        from xiucheng.foundation.tasks import rules

        for area in ("", "990101", "990101001", "990101001001", "990101002"):
            for of_agency in (None, roads.agency):
                ask(roads, WEDNESDAY, to_area=area, to_agency=of_agency)
        every = queries.requests_for(person(Post("dispatcher", agency_id=roads.agency))).rows
        assert len(every) == 10
        for post in (Post("dispatcher"), Post("dispatcher", "990101001"), Post("dispatcher", "990101001001")):
            who = person(post)
            assert queries.requests_for(who).rows == [r for r in every if rules.decides(who, r)]

    def test_what_i_asked_and_was_answered(self, roads: House) -> None:
        asked = [ask(roads, WEDNESDAY) for _ in range(3)]
        ask(roads, WEDNESDAY, actor=TESTER)
        for n, request_id in enumerate(asked[:2]):
            commands.decide(actor=TESTER, now=WEDNESDAY + n * HOUR, request_id=request_id, granted=bool(n))
        page = queries.answered(roads.clerk, limit=1)
        assert [(r.id, r.state) for r in page.rows] == [(asked[1], "granted")]
        page = queries.answered(roads.clerk, limit=1, cursor=page.next)
        assert [(r.id, r.state) for r in page.rows] == [(asked[0], "refused")]
        assert page.next is None


class TestTasks:
    def test_of_a_subject_with_their_clocks(self, roads: House, django_assert_num_queries: Any) -> None:
        subject = uuid7()
        first, second = roads.give(subject=subject), roads.give(subject=subject, kind="post_check")
        commands.complete(actor=TESTER, now=WEDNESDAY + HOUR, task_id=first.task_id)
        roads.give()
        with django_assert_num_queries(1):
            found = queries.of_subject(subject)
        assert [(t.id, len(t.segments)) for t in found] == [(first.task_id, 1), (second.task_id, 1)]
        assert [t.id for t in queries.open_of_subject(subject)] == [second.task_id]
        assert queries.open_of_subject(subject, kind="handle") == []
        assert queries.segments(uuid7()) == []
        with pytest.raises(Refused, match="not_found"):
            queries.task(uuid7())

    def test_what_is_left(self, roads: House) -> None:
        task = queries.task(roads.give().task_id)
        assert queries.left(task, at("2026-11-19 10:00")) == 8 * HOUR
        assert queries.left(task, at("2026-11-20 12:00")) == -2 * HOUR
        assert queries.left(queries.task(roads.give(limit=None).task_id), WEDNESDAY) is None
