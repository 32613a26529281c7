"""Double registration and who stands by a community at all: who may, what is seen of people, what is kept of them."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.operations.responsibility.partnering import (
    EAST,
    SECOND,
    TODAY,
    WEST,
    YEAR,
    move,
    neighbour,
    offer,
    pair,
    register,
    seen,
    take_on,
)
from tests.refusing import refused
from xiucheng.operations.responsibility.partners import rules


@given(
    st.sampled_from(sorted(rules.MOVES)), st.sampled_from(sorted(rules.KINDS)), st.sampled_from(sorted(rules.STATES))
)
def test_no_move_but_those_of_the_table_and_every_move_leads_to_a_state_of_its_kind(name, kind, state):
    move, code = rules.MOVES[name], rules.fault(name, kind, state, reason="agreed", result="met")
    assert (code == "") == (kind in move.kinds and state in move.sources)
    assert all(move.to in rules.STATES_OF[one] and set(move.sources) & set(rules.STATES_OF[one]) for one in move.kinds)
    if not code and move.asks:
        assert rules.fault(name, kind, state, reason="", result="") == f"{move.asks}_needed"


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


def test_a_neighbour_is_kept_and_registered_or_neither(world):
    from xiucheng.foundation.people.models import Neighbour
    from xiucheng.operations.responsibility.partners import commands, queries

    asked = {"by": world.standing("secretary"), "now": world.now, "area": EAST, "name": "王小明"}
    with refused("bad_term"):
        commands.register_neighbour(**asked, since=TODAY - timedelta(days=800))
    assert not Neighbour.objects.exists()
    one = commands.register_neighbour(**asked, organisation_id=world.agencies["roads"])
    row = queries.partnership(one, world.standing("secretary"))
    assert queries.names_of([row], world.standing("roads_clerk")) == {one: "王小明"}
    with refused("not_yours"):
        commands.register_neighbour(**asked | {"by": world.standing("street_head"), "name": "李小红"})
    assert Neighbour.objects.count() == 1


def test_what_is_offered_is_what_the_verbs_allow(world):
    from xiucheng.operations.responsibility.partners import commands, queries

    roads, east = world.agencies["roads"], world.agencies["east_office"]
    found = {
        who: ([one.code for one in queries.communities(world.standing(who), "pair")],
              [one.id for one in queries.organisations(world.standing(who), "pair")])
        for who in ("leader", "roads_clerk", "secretary", "inspector")
    }  # fmt: skip
    assert found["leader"][0] == found["roads_clerk"][0] == [EAST, SECOND, WEST]
    assert found["roads_clerk"][1] == [roads]
    assert found["inspector"] == ([], [])
    assert found["secretary"][0] == [EAST]
    assert {roads, east} < set(found["secretary"][1]) == set(found["leader"][1])
    one = pair(world)
    row = queries.partnership(one, world.standing("leader"))
    renewing = {who for who in ROLES if queries.may_renew(row, world.standing(who))}
    assert renewing == MATRIX["pair"]
    commands.renew(by=world.standing("leader"), now=world.now, partnership_id=one, ends_on=row.ends_on + YEAR)
    row = queries.partnership(one, world.standing("leader"))
    assert not queries.may_renew(row, world.standing("leader"))


def test_forgetting_is_offered_once_a_registration_is_over(world):
    from xiucheng.operations.responsibility.partners import queries

    def offered(one):
        found = set()
        for who in ("secretary", "grid_officer", "roads_crew", "roads_clerk"):
            standing = world.standing(who)
            rows = queries.partnerships(standing, today=TODAY, phase="all", only=[one])
            found |= {who for row in rows if queries.may_forget(row, standing)}
        return found

    staff = register(world, person_id=world.people["roads_crew"])
    assert offered(staff) == set()
    move(world, staff, "end_registration", reason="moved")
    assert offered(staff) == {"secretary", "grid_officer", "roads_crew"}
    # What is kept of a neighbour goes with it: whoever keeps stewards decides.
    kept = register(world, neighbour_id=neighbour(world))
    move(world, kept, "end_registration", reason="moved")
    assert offered(kept) == {"secretary"}
