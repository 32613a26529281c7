"""Pairings: terms that never overlap, about to end, renewed, ended and undone."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.operations.responsibility.partnering import EAST, SECOND, TODAY, WEST, YEAR, move, pair, seen, undo, unpaired
from tests.refusing import refused
from xiucheng.kit.refused import Refused
from xiucheng.operations.responsibility.partners import rules

days = st.integers(-400, 1200).map(lambda number: TODAY + timedelta(days=number))


@given(days, st.none() | days, days)
def test_a_term_is_in_one_phase_and_a_renewal_begins_after_it(starts, ends, today):
    phase = rules.phase("paired", starts, ends, today)
    assert (phase == "coming") == (starts > today)
    if ends is not None:
        assert rules.next_start(ends, today) > ends
        assert rules.next_start(ends, today) >= today
        if starts <= ends:
            assert (phase == "over") == (starts <= today and ends < today)
    assert rules.phase("ended", starts, ends, today) == "past"


spans = st.tuples(st.integers(-300, 300), st.integers(1, 400))
acts = st.lists(
    st.tuples(st.sampled_from(["pair", "pair", "renew", "end", "undo"]), spans, st.integers(0, 9)), max_size=9
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts)
def test_whatever_is_agreed_renewed_ended_and_undone_terms_never_overlap(world, asked):
    from django.db import transaction

    from xiucheng.operations.responsibility.partners import commands, queries

    by = world.standing("leader")
    with transaction.atomic():
        made: list = []
        codes: set = set()
        for name, (start, length), which in asked:
            one = made[which % len(made)] if made else None
            starts = TODAY + timedelta(days=start)
            try:
                if name == "pair":
                    made.append(pair(world, by="leader", starts=starts, ends=starts + timedelta(days=length)))
                elif one and name == "renew":
                    made.append(
                        commands.renew(
                            by=by, now=world.now, partnership_id=one, ends_on=starts + timedelta(days=length)
                        )
                    )
                elif one and name == "end":
                    move(world, one, "end_pairing", by="leader", reason="agreed")
                elif one:
                    undo(world, one, by="leader")
            except Refused as error:
                codes.add(error.code)
        assert codes <= {"overlaps", "bad_term", "illegal_move", "too_late", "not_found"}
        rows = queries.partnerships(by, today=TODAY, phase="all")
        held = sorted((one.starts_on, one.ended_on or one.ends_on + timedelta(days=1)) for one in rows)
        held = [(first, after) for first, after in held if first < after]
        assert all(after <= first for (_first, after), (first, _after) in pairwise(held))
        now = [one for one in rows if one.phase(TODAY) in {"running", "ending"}]
        assert len(now) <= 1
        assert bool(queries.unpaired(TODAY, EAST)) is (not now)
        transaction.set_rollback(True)


def test_a_term_about_to_end_is_told_until_it_is_renewed(world):
    from xiucheng.operations.responsibility.partners import commands, queries

    late = TODAY + timedelta(days=30)
    one = pair(world, ends=late, topics=("law", "safety"))
    pair(world, by="leader", area=SECOND)
    assert seen(world, "secretary", phase="ending") == {one}
    more = commands.renew(by=world.standing("roads_clerk"), now=world.now, partnership_id=one, ends_on=late + YEAR)
    assert seen(world, "secretary", phase="ending") == set()
    row = queries.partnership(more, world.standing("secretary"))
    assert (row.starts_on, row.topics, row.renews_id) == (late + timedelta(days=1), ["safety", "law"], one)
    with refused("illegal_move", 409):
        undo(world, one)
    with refused("overlaps"):
        commands.renew(by=world.standing("leader"), now=world.now, partnership_id=one, ends_on=late + YEAR)
    assert undo(world, more, by="roads_clerk") == ""
    assert seen(world, "secretary", phase="ending") == {one}


def test_a_term_that_ran_out_waits_for_somebody_and_is_no_pairing_any_more(world):
    from xiucheng.operations.responsibility.partners import commands, queries

    one = pair(world, starts=TODAY - YEAR, ends=TODAY - timedelta(days=1))
    assert unpaired() == [EAST, SECOND, WEST]
    assert seen(world, "leader") == {one}
    more = commands.renew(by=world.standing("leader"), now=world.now, partnership_id=one, ends_on=TODAY + YEAR)
    assert seen(world, "leader") == {more}
    assert queries.partnership(more, world.standing("leader")).starts_on == TODAY
    assert unpaired() == [SECOND, WEST]


def test_ending_is_undone_by_whoever_ended_within_ten_seconds(world):
    one = pair(world)
    move(world, one, "end_pairing", reason="agreed")
    with refused("too_late", 409):
        undo(world, one, by="street_head")
    assert undo(world, one) == "paired"
    move(world, one, "end_pairing", reason="agreed")
    between = pair(world, starts=TODAY, ends=TODAY + YEAR)
    with refused("overlaps", 409):
        undo(world, one)
    assert undo(world, between) == ""
    world.now += timedelta(seconds=11)
    with refused("too_late", 409):
        undo(world, one)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"ends": TODAY}, "bad_term"),
        ({"ends": TODAY + 6 * YEAR}, "bad_term"),
        ({"starts": TODAY + 2 * YEAR, "ends": TODAY + 3 * YEAR}, "bad_term"),
        ({"topics": ("party",)}, "unknown_topic"),
        ({"area": "990101001"}, "no_such_place"),
        ({"area": "没有的社区"}, "no_such_place"),
    ],
)
def test_what_is_no_agreement_is_refused(world, values, code):
    with refused(code):
        pair(world, by="leader", **values)


def test_an_organisation_with_pairings_is_not_closed(world):
    from tests.world import SETUP
    from xiucheng.foundation.people import commands as people

    office = world.agencies["east_office"]
    one = pair(world, organisation="east_office")
    with refused("still_busy"):
        people.close_organisation(by=SETUP, now=world.now, organisation_id=office)
    move(world, one, "end_pairing", reason="agreed")
    people.close_organisation(by=SETUP, now=world.now, organisation_id=office)
    with refused("closed_organisation"):
        pair(world, organisation="east_office")


def test_lists_cost_two_statements_however_long(world, django_assert_num_queries):
    from xiucheng.operations.responsibility.partners import queries

    standing = world.standing("leader")
    for organisation in world.agencies:
        pair(world, by="leader", organisation=organisation)
    queries.partnerships(standing, today=TODAY)
    with django_assert_num_queries(1):
        assert len(queries.partnerships(standing, today=TODAY)) == len(world.agencies)
    with django_assert_num_queries(1):
        assert unpaired() == [SECOND, WEST]
