"""Double registration, pairing, take-ons: who may, terms that never overlap, what is seen of people, undoing."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.refusing import refused
from xiucheng.kit.refused import Refused
from xiucheng.operations.responsibility.partners import rules

EAST, SECOND, WEST = "990101001001", "990101001002", "990101002001"
TODAY = date(2026, 3, 2)
YEAR = timedelta(days=365)
days = st.integers(-400, 1200).map(lambda number: TODAY + timedelta(days=number))


@given(
    st.sampled_from(sorted(rules.MOVES)), st.sampled_from(sorted(rules.KINDS)), st.sampled_from(sorted(rules.STATES))
)
def test_no_move_but_those_of_the_table_and_every_move_leads_to_a_state_of_its_kind(name, kind, state):
    move, code = rules.MOVES[name], rules.fault(name, kind, state, reason="agreed", result="met")
    assert (code == "") == (kind in move.kinds and state in move.sources)
    assert all(move.to in rules.STATES_OF[one] and set(move.sources) & set(rules.STATES_OF[one]) for one in move.kinds)
    if not code and move.asks:
        assert rules.fault(name, kind, state, reason="", result="") == f"{move.asks}_needed"


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


@pytest.fixture
def world(db):
    from tests.world import build

    return build()


def register(world, by="secretary", area=EAST, organisation="roads", **values):
    from xiucheng.operations.responsibility.partners import commands

    agency = world.agencies[organisation] if organisation else None
    return commands.register(by=world.standing(by), now=world.now, area=area, organisation_id=agency, **values)


def pair(world, by="secretary", area=EAST, organisation="roads", starts=TODAY, ends=TODAY + YEAR, **values):
    from xiucheng.operations.responsibility.partners import commands

    return commands.pair(
        by=world.standing(by), now=world.now, organisation_id=world.agencies[organisation], area=area,
        starts_on=starts, ends_on=ends, **values,
    )  # fmt: skip


def offer(world, by="secretary", area=EAST, kind="wish", words="给老人修收音机", **values):
    from xiucheng.operations.responsibility.partners import needs

    return needs.offer_need(by=world.standing(by), now=world.now, area=area, kind=kind, words=words, **values)


def take_on(world, need, by="secretary", organisation="roads", **values):
    from xiucheng.operations.responsibility.partners import commands

    agency = world.agencies[organisation] if organisation else None
    return commands.take_on(by=world.standing(by), now=world.now, need_id=need, organisation_id=agency, **values)


def move(world, one, name, by="secretary", **values):
    from xiucheng.operations.responsibility.partners import commands

    return commands.move(by=world.standing(by), now=world.now, partnership_id=one, name=name, **values)


def undo(world, one, by="secretary"):
    from xiucheng.operations.responsibility.partners import commands

    return commands.undo(by=world.standing(by), now=world.now, partnership_id=one)


def seen(world, who, **asked):
    from xiucheng.operations.responsibility.partners import queries

    return {one.id for one in queries.partnerships(world.standing(who), today=TODAY, **asked)}


def neighbour(world, name="王小明", area=EAST):
    from xiucheng.foundation.people.neighbourhood import neighbours

    return neighbours.keep_neighbour(
        by=world.standing("secretary"), now=world.now, area=area, name=name, phone="13900000001"
    )


# Who may do what to the east community, to its roads agency, for oneself: act → those who may, of all of ROLES.
ROLES = ("grid_officer", "inspector", "acceptor", "shift_leader", "roads_clerk", "roads_crew", "parks_clerk",
         "street_head", "secretary", "leader", "system_admin", "security_admin", "audit_admin")  # fmt: skip
NEAR = {"secretary", "grid_officer"}
COMMUNITY = {"secretary", "street_head"}
MATRIX = {
    "register_organisation": COMMUNITY | {"roads_clerk"},
    "register_person": NEAR,
    "confirm_organisation": COMMUNITY,
    "confirm_person": NEAR,
    "pair": COMMUNITY | {"roads_clerk", "shift_leader", "leader"},
    "offer": COMMUNITY | NEAR,
    "take_on_organisation": COMMUNITY | NEAR | {"roads_clerk"},
    "take_on_person": COMMUNITY | NEAR,
}


def test_who_may_is_a_table_and_holds_for_every_role(world):
    assert MATRIX.keys() == rules.MAY.keys()
    for act, allowed in MATRIX.items():
        for who in ROLES:
            standing, agency = world.standing(who), None if "person" in act else world.agencies["roads"]
            assert rules.may(standing, act, area=EAST, agency_id=agency) is (who in allowed), (act, who)
            # In a community of the other street only those of the district, and the agency for itself.
            beyond = rules.may(standing, act, area=WEST, agency_id=agency)
            assert beyond is (who in allowed and who in {"roads_clerk", "shift_leader", "leader"}), (act, who)
            itself = rules.may(standing, act, area=WEST, person_id=standing.person_id)
            oneself = act in {"register_person", "take_on_person"}
            assert itself is (oneself or (act == "pair" and who in {"shift_leader", "leader"})), (act, who)


def test_an_organisation_reports_and_its_community_countersigns(world):
    one = register(world, by="roads_clerk")
    assert one in seen(world, "parks_clerk"), "that an organisation reported is a public fact"
    with refused("not_yours"):
        move(world, one, "confirm", by="roads_clerk")
    assert move(world, one, "confirm") == "confirmed"
    with refused("illegal_move", 409):
        move(world, one, "confirm")
    with refused("overlaps"):
        register(world)
    with refused("reason_needed"):
        move(world, one, "end_registration")
    assert move(world, one, "end_registration", reason="moved") == "ended"
    again = register(world)
    assert seen(world, "leader", kind="registration") == {again}, "whoever countersigns has confirmed with it"


def test_what_a_community_declined_does_not_stand_in_the_way(world):
    one = register(world, by="roads_clerk", since=TODAY - timedelta(days=30))
    assert move(world, one, "decline", reason="not_here") == "declined"
    register(world, by="roads_clerk", since=TODAY - timedelta(days=30))


def test_where_somebody_lives_is_for_their_community_and_their_direct_leader_alone(world):
    one = register(world, by="roads_crew", person_id=world.people["roads_crew"])
    other = register(world, neighbour_id=neighbour(world))
    assert seen(world, "roads_crew") == {one}
    for who in ("secretary", "grid_officer", "roads_clerk"):
        assert seen(world, who) == {one, other}, who
    for who in ("street_head", "leader", "shift_leader", "parks_clerk", "far_inspector", "system_admin", "audit_admin"):
        assert seen(world, who) == set(), who
    with refused("lives_elsewhere"):
        register(world, by="roads_crew", area=WEST, person_id=world.people["roads_crew"])
    with refused("not_yours"):
        register(world, by="roads_clerk", person_id=world.people["roads_crew"])
    with refused("not_found"):
        from xiucheng.operations.responsibility.partners import queries

        queries.partnership(one, world.standing("street_head"))


def test_names_of_people_are_told_to_whom_they_concern(world):
    from xiucheng.operations.responsibility.partners import queries

    wish, mine = offer(world), offer(world, words="辅导功课")
    kept = take_on(world, wish, organisation=None, neighbour_id=neighbour(world))
    staff = take_on(world, mine, by="roads_crew", organisation=None, person_id=world.people["roads_crew"])
    for who, names in (
        ("secretary", {"王小明", "示例roads_crew"}),
        ("roads_crew", {"", "示例roads_crew"}),
        ("leader", {""}),
        ("parks_clerk", {""}),
    ):
        standing = world.standing(who)
        rows = queries.partnerships(standing, today=TODAY)
        assert {row.id for row in rows} == {kept, staff}, "that a wish is being met may be known"
        assert set(queries.names_of(rows, standing).values()) == names, who
    leader = register(world, organisation="parks", neighbour_id=neighbour(world, "李小红"))
    rows = queries.partnerships(world.standing("parks_clerk"), today=TODAY, kind="registration")
    assert queries.names_of(rows, world.standing("parks_clerk")) == {leader: "李小红"}


def test_steps_hold_no_person_no_home_and_no_words(world):
    from xiucheng.kit import journal

    person = register(world, neighbour_id=neighbour(world))
    wish = offer(world, words="给王小明修收音机")
    taken = take_on(world, wish, organisation=None, person_id=world.people["grid_officer"], by="grid_officer")
    move(world, taken, "report", result="met", words="王小明家的收音机修好了")
    told = str([step.payload for one in (person, taken) for step in journal.of_subject(one)])
    assert EAST not in told
    assert str(world.people["grid_officer"]) not in told
    assert "王小明" not in told + str([step.payload for step in journal.of_subject(wish)])
    pairing = pair(world)
    (step,) = journal.of_subject(pairing)
    assert (step.name, step.payload["agency"], step.payload["area"]) == (
        "responsibility.pair", str(world.agencies["roads"]), EAST
    )  # fmt: skip


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
        assert bool(queries.unpaired([EAST], TODAY)) is (not now)
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
    assert queries.unpaired([EAST, SECOND], TODAY) == [EAST, SECOND]
    assert seen(world, "leader") == {one}
    more = commands.renew(by=world.standing("leader"), now=world.now, partnership_id=one, ends_on=TODAY + YEAR)
    assert seen(world, "leader") == {more}
    assert queries.partnership(more, world.standing("leader")).starts_on == TODAY
    assert queries.unpaired([EAST, SECOND], TODAY) == [SECOND]


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


def test_a_wish_is_taken_on_by_one_reported_and_settled(world):
    from xiucheng.operations.responsibility.partners import needs

    wish = offer(world)
    assert needs.words_of([wish]) == {wish: "给老人修收音机"}
    one = take_on(world, wish, by="roads_clerk")
    with refused("illegal_move", 409):
        take_on(world, wish, organisation="parks")
    with refused("still_taken", 409):
        needs.withdraw_need(by=world.standing("secretary"), now=world.now, need_id=wish)
    with refused("not_yours"):
        move(world, one, "report", by="parks_clerk", result="met")
    with refused("result_needed"):
        move(world, one, "report", by="roads_clerk")
    assert move(world, one, "report", by="roads_clerk", result="met", words="修好了") == "done"
    assert needs.result_words(one) == "修好了"
    assert needs.open_needs([wish]) == set()
    assert undo(world, one, by="roads_clerk") == "taken"
    assert needs.result_words(one) == ""
    assert move(world, one, "release", by="roads_clerk", reason="unable") == "released"
    assert needs.open_needs([wish]) == {wish}
    take_on(world, wish, organisation="parks")


def test_what_was_partly_met_stays_open_and_a_place_is_looked_after_again(world):
    import shapely

    from xiucheng.foundation.places import commands as places
    from xiucheng.foundation.places import registry
    from xiucheng.kit.actor import Actor
    from xiucheng.operations.responsibility.partners import needs

    me = Actor.system("test")
    places.set_outline(actor=me, now=world.now, code=EAST, shape=shapely.box(122.1, 37.5, 122.2, 37.6))
    grid = f"{EAST}001"
    places.draw_grid(actor=me, now=world.now, community=EAST, shape=shapely.box(122.1, 37.5, 122.15, 37.6))
    with refused("unknown_need_place"):
        offer(world, kind="unit_grid", words="", place=f"{SECOND}001")
    wish, cared = offer(world), offer(world, kind="unit_grid", words="", place=grid)
    assert needs.words_of([cared]) == {cared: grid}
    with refused("already_offered"):
        offer(world, kind="unit_grid", place=grid)
    assert [used for _leaner, used in registry.leaning("unit_grid", [grid], registry.EVER)] == [[grid]]
    for need, result in ((wish, "partly"), (cared, "met")):
        move(world, take_on(world, need), "report", result=result)
    assert needs.open_needs([wish, cared]) == {wish, cared}


def test_words_that_name_somebody_are_erased_for_good(world):
    from xiucheng.operations.responsibility.partners import needs

    wish = offer(world)
    one = take_on(world, wish)
    by = world.standing("secretary")
    with refused("still_taken", 409):
        needs.erase_need(by=by, now=world.now, need_id=wish)
    move(world, one, "report", result="partly", words="修了一半")
    needs.erase_need(by=by, now=world.now, need_id=wish)
    assert (needs.words_of([wish]), needs.result_words(one)) == ({wish: ""}, "")
    with refused("erased", 410):
        needs.restore_need(by=by, now=world.now, need_id=wish)
    with refused("illegal_move", 409):
        take_on(world, wish)


def test_a_withdrawal_is_taken_back(world):
    from xiucheng.operations.responsibility.partners import needs

    wish, by = offer(world), world.standing("street_head")
    needs.withdraw_need(by=by, now=world.now, need_id=wish)
    assert needs.needs(within=EAST) == []
    needs.restore_need(by=by, now=world.now, need_id=wish)
    assert [one.id for one in needs.needs(within="990101001")] == [wish]


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


def test_who_is_not_there_takes_nothing_on(world):
    from uuid import uuid4

    from tests.world import SETUP
    from xiucheng.foundation.people import commands as people

    wish = offer(world)
    people.leave_person(by=SETUP, now=world.now, person_id=world.people["inspector"])
    with refused("left"):
        take_on(world, wish, organisation=None, person_id=world.people["inspector"])
    with refused("other_community"):
        take_on(world, wish, organisation=None, neighbour_id=uuid4())
    with refused("who_needed"):
        take_on(world, wish, organisation=None)
    with refused("who_needed"):
        take_on(world, wish, person_id=world.people["grid_officer"])
    with refused("not_found"):
        take_on(world, uuid4())


def test_lists_cost_two_statements_however_long(world, django_assert_num_queries):
    from xiucheng.operations.responsibility.partners import queries

    standing = world.standing("leader")
    for organisation in world.agencies:
        pair(world, by="leader", organisation=organisation)
    queries.partnerships(standing, today=TODAY)
    with django_assert_num_queries(1):
        assert len(queries.partnerships(standing, today=TODAY)) == len(world.agencies)
    with django_assert_num_queries(1):
        assert queries.unpaired([EAST, SECOND, WEST], TODAY) == [SECOND, WEST]


def test_an_older_copy_loses_the_words_again(world):
    from xiucheng.operations.responsibility import models
    from xiucheng.operations.responsibility.partners import needs

    wish = offer(world)
    one = take_on(world, wish)
    move(world, one, "report", result="partly", words="修了一半")
    key = models.Need.objects.values_list("key", flat=True).get(id=wish)
    assert needs.clear([key]) == 1
    assert (needs.words_of([wish]), needs.result_words(one)) == ({wish: ""}, "")


def test_a_registration_that_is_over_is_forgotten_with_what_was_kept(world):
    from xiucheng.foundation.people.neighbourhood import neighbours
    from xiucheng.operations.responsibility.partners import commands

    who, by = neighbour(world), world.standing("secretary")
    one, other = (
        register(world, neighbour_id=who),
        register(world, by="roads_crew", person_id=world.people["roads_crew"]),
    )
    public = register(world)
    for row in (one, public):
        with refused("illegal_move", 409):
            commands.forget(by=by, now=world.now, partnership_id=row)
    move(world, one, "end_registration", reason="moved")
    move(world, other, "end_registration", by="roads_crew", reason="moved")
    with refused("not_yours"):
        commands.forget(by=world.standing("street_head"), now=world.now, partnership_id=other)
    commands.forget(by=by, now=world.now, partnership_id=one)
    commands.forget(by=world.standing("roads_crew"), now=world.now, partnership_id=other)
    assert seen(world, "secretary", phase="all") == {public}
    assert neighbours.known([who], by)[who].erased
