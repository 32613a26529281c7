"""Stewards and contact chains: the table of moves, publication before office, sealed names, chains without circles."""

from datetime import date, timedelta
from threading import Thread
from time import sleep
from uuid import UUID, uuid4

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from tests.refusing import refused
from xiucheng.foundation.people.neighbourhood.stewardship import MOVES, STATES, Asked, fault, makes_circle
from xiucheng.kit.refused import Refused

EAST = "990101001001"
TODAY = date(2026, 3, 2)
IDS = [UUID(int=number) for number in range(1, 6)]


@given(st.sampled_from(sorted(MOVES)), st.sampled_from(sorted(STATES)), st.integers(-10, 10))
def test_no_move_but_those_of_the_table_and_none_into_office_while_published(move, state, days):
    asked = Asked(TODAY + timedelta(days=9), TODAY, TODAY + timedelta(days=365), "resigned")
    code = fault(move, state, asked, today=TODAY, objections_until=TODAY + timedelta(days=days))
    if state not in MOVES[move][0]:
        assert code == "illegal_move"
    elif move == "take_office" and days >= 0:
        assert code == "still_published"
    else:
        assert code == ""


@given(st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)), max_size=20))
def test_links_that_are_allowed_never_make_a_circle(asked):
    upward: dict[UUID, UUID] = {}
    for reached, through in asked:
        if not makes_circle(reached, through, {one: to for one, to in upward.items() if one != reached}):
            upward[reached] = through
    for start in upward:
        at, steps = start, 0
        while at in upward:
            at, steps = upward[at], steps + 1
            assert steps <= len(upward)


@pytest.fixture
def world(db):
    from tests.world import build

    return build()


def keep(world, name="示例甲", phone="13900000001", by="secretary", area=EAST):
    from xiucheng.foundation.people.neighbourhood import neighbours

    return neighbours.keep_neighbour(
        by=world.standing(by), now=world.now, area=area, name=name, phone=phone, home="3 号楼 101"
    )


def choose(world, neighbour, covers="3 号楼", by="secretary"):
    from xiucheng.foundation.people.neighbourhood import stewards

    return stewards.choose_steward(
        by=world.standing(by), now=world.now, neighbour_id=neighbour, kind="building_steward", covers=covers,
        selection="elected", chosen_on=TODAY,
    )  # fmt: skip


def move(world, steward, name, by="secretary", **asked):
    from xiucheng.foundation.people.neighbourhood import stewards

    return stewards.move_steward(
        by=world.standing(by), now=world.now, steward_id=steward, move=name, asked=Asked(**asked)
    )


def serve(world, steward):
    move(world, steward, "publish", until=TODAY + timedelta(days=5))
    world.now += timedelta(days=6)
    return move(world, steward, "take_office", starts_on=TODAY + timedelta(days=6), ends_on=date(2029, 3, 1))


def test_from_the_choice_to_the_end_of_a_term(world):
    from xiucheng.foundation.people.neighbourhood import stewards

    steward = choose(world, keep(world))
    with translation.override("en"), refused("notice_too_short") as caught:
        move(world, steward, "publish", until=TODAY + timedelta(days=4))
    assert "5 days" in str(caught.value.fields["until"])
    assert move(world, steward, "publish", until=TODAY + timedelta(days=5)) == "published"
    with pytest.raises(Refused, match="still_published"):
        move(world, steward, "take_office", starts_on=TODAY, ends_on=date(2027, 1, 1))
    world.now += timedelta(days=6)
    with pytest.raises(Refused, match="bad_term"):
        move(world, steward, "take_office", starts_on=TODAY, ends_on=date(2032, 1, 1))
    assert move(world, steward, "take_office", starts_on=TODAY, ends_on=date(2029, 3, 1)) == "serving"
    with pytest.raises(Refused, match="reason_needed"):
        move(world, steward, "end")
    assert move(world, steward, "end", reason="resigned") == "ended"
    assert stewards.undo_steward(by=world.standing("secretary"), now=world.now, steward_id=steward) == "serving"
    with pytest.raises(Refused, match="too_late"):
        stewards.undo_steward(by=world.standing("secretary"), now=world.now, steward_id=steward)


def test_an_undo_is_for_whoever_moved_and_for_ten_seconds(world):
    from xiucheng.foundation.people.neighbourhood import stewards

    steward = choose(world, keep(world))
    move(world, steward, "drop", reason="objection")
    for who, later in (("street_head", 1), ("secretary", 11)):
        with pytest.raises(Refused, match="too_late"):
            stewards.undo_steward(by=world.standing(who), now=world.now + timedelta(seconds=later), steward_id=steward)


def test_names_are_for_those_who_work_with_them_and_phones_are_revealed_on_record(world):
    from xiucheng.foundation.people import queries
    from xiucheng.foundation.people.neighbourhood import neighbours, stewards

    neighbour = keep(world, "王小明")
    choose(world, neighbour)
    for who, name in (("secretary", "王小明"), ("grid_officer", "王小明"), ("leader", "王**")):
        found = neighbours.known([neighbour], world.standing(who))[neighbour]
        assert (found.name, found.phone) == (name, "139****0001"), who
    assert len(stewards.stewards(world.standing("leader"))) == 1
    for who in ("lights_clerk", "far_inspector", "system_admin", "acceptor"):
        assert stewards.stewards(world.standing(who)) == []
    with pytest.raises(Refused, match="not_yours"):
        neighbours.reveal_neighbour(
            by=world.standing("leader"), now=world.now, neighbour_id=neighbour, reason="通知开会"
        )
    opened = neighbours.reveal_neighbour(
        by=world.standing("secretary"), now=world.now, neighbour_id=neighbour, reason="通知开会"
    )
    assert (opened.name, opened.phone) == ("王小明", "13900000001")
    (look,) = queries.reveal_log()
    assert look.reason == "通知开会"
    # Whoever looks for callers of this number does not meet a steward.
    assert queries.subjects_by_phone("13900000001") == []


def test_the_same_words_are_the_same_neighbour_and_steps_hold_no_name(world):
    from xiucheng.kit import journal

    neighbour = keep(world)
    assert keep(world) == neighbour
    steward = choose(world, neighbour)
    with pytest.raises(Refused, match="already_holds"):
        choose(world, neighbour)
    told = str([step.payload for one in (neighbour, steward) for step in journal.of_subject(one)])
    assert "示例" not in told
    assert "139" not in told


def test_erasing_waits_for_the_end_and_leaves_a_term_without_a_name(world):
    from xiucheng.foundation.people.neighbourhood import neighbours, stewards

    neighbour = keep(world)
    steward = choose(world, neighbour)
    serve(world, steward)
    by = world.standing("secretary")
    with pytest.raises(Refused, match="still_serving"):
        neighbours.erase_neighbour(by=by, now=world.now, neighbour_id=neighbour)
    move(world, steward, "end", reason="moved")
    neighbours.erase_neighbour(by=by, now=world.now, neighbour_id=neighbour)
    assert neighbours.known([neighbour], by)[neighbour].erased
    assert [one.state for one in stewards.stewards(by, state="ended")] == ["ended"]
    with pytest.raises(Refused, match="erased"):
        choose(world, neighbour, "4 号楼")


@pytest.mark.parametrize(("who", "area"), [("secretary", "990101002001"), ("shift_leader", EAST), ("acceptor", EAST)])
def test_nobody_keeps_people_of_a_place_that_is_not_theirs(world, who, area):
    with pytest.raises(Refused, match="not_yours"):
        keep(world, by=who, area=area)


def test_a_chain_reaches_from_the_staff_to_the_resident_and_never_in_a_circle(world):
    from xiucheng.foundation.people.neighbourhood import chains

    centre, second, third = (keep(world, name) for name in ("示例甲", "示例乙", "示例丙"))
    by, officer = world.standing("grid_officer"), world.people["grid_officer"]
    chains.link_chain(by=by, now=world.now, neighbour_id=centre, person_id=officer)
    chains.link_chain(by=by, now=world.now, neighbour_id=second, through=centre)
    chains.link_chain(by=by, now=world.now, neighbour_id=third, through=second)
    assert [(one.through, one.person_id) for one in chains.way_to(third, at=world.now)] == [
        (second, None), (centre, None), (None, officer)
    ]  # fmt: skip
    with pytest.raises(Refused, match="circle"):
        chains.link_chain(by=by, now=world.now, neighbour_id=centre, through=third)
    with pytest.raises(Refused, match="circle"):
        chains.link_chain(by=by, now=world.now, neighbour_id=centre, through=centre)
    with pytest.raises(Refused, match="through_one"):
        chains.link_chain(by=by, now=world.now, neighbour_id=centre)
    world.now += timedelta(minutes=1)
    chains.link_chain(by=by, now=world.now, neighbour_id=third, person_id=officer)
    assert len(chains.way_to(third, at=world.now)) == 1
    chains.end_chain(by=by, now=world.now + timedelta(minutes=1), neighbour_id=third)
    with pytest.raises(Refused, match="already_ended"):
        chains.end_chain(by=by, now=world.now + timedelta(minutes=2), neighbour_id=third)


def test_whoever_leaves_reaches_nobody_any_more_and_the_gap_is_seen(world):
    from xiucheng.foundation.people.commands import leave_person
    from xiucheng.foundation.people.neighbourhood import chains
    from xiucheng.kit import journal

    centre, second = keep(world), keep(world, "示例乙")
    by, officer = world.standing("grid_officer"), world.people["grid_officer"]
    chains.link_chain(by=by, now=world.now, neighbour_id=centre, person_id=officer)
    chains.link_chain(by=by, now=world.now, neighbour_id=second, through=centre)
    world.now += timedelta(hours=1)
    leave_person(by=world.standing("system_admin"), now=world.now, person_id=officer)
    assert chains.way_to(centre, at=world.now) == []
    assert [one.through for one in chains.way_to(second, at=world.now)] == [centre]
    assert chains.unreached([centre, second], at=world.now) == {centre}
    assert [step.verb for step in journal.of_subject(centre)][-1] == "end_chain"


def test_no_link_of_a_great_community_is_cut_off(world):
    from xiucheng.foundation.people.models import ChainLink, Neighbour, Subject
    from xiucheng.foundation.people.neighbourhood import chains

    centre = keep(world)
    subjects = [Subject(key=uuid4(), kept_at=world.now, erased_at=world.now) for _ in range(2001)]
    Subject.objects.bulk_create(subjects)
    others = [Neighbour(subject=one, area=EAST, kept_at=world.now) for one in subjects]
    Neighbour.objects.bulk_create(others)
    ChainLink.objects.bulk_create(
        [ChainLink(reached=one, through_id=centre, area=EAST, starts_at=world.now) for one in others]
    )
    assert len(chains.reached_through(centre, at=world.now)) == 2001
    newest = keep(world, "示例乙")
    world.now += timedelta(minutes=1)
    officer = world.people["grid_officer"]
    chains.link_chain(by=world.standing("grid_officer"), now=world.now, neighbour_id=newest, person_id=officer)
    assert [one.person_id for one in chains.way_to(newest, at=world.now)] == [officer]


@pytest.mark.django_db(transaction=True)
def test_a_button_pressed_twice_keeps_one_neighbour():
    """The second press comes while the first is not yet committed, and waits for it."""
    from django.db import connection, transaction

    from tests.world import build
    from xiucheng.foundation.people.models import Neighbour

    world, second = build(), []

    def press():
        try:
            second.append(keep(world))
        finally:
            connection.close()

    with transaction.atomic():
        first = keep(world)
        pressed = Thread(target=press)
        pressed.start()
        with connection.cursor() as cursor:
            for _attempt in range(200):
                cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'")
                if cursor.fetchone()[0]:
                    break
                sleep(0.05)
            else:
                pytest.fail("the second press did not meet the first")
    pressed.join(20)
    assert second == [first]
    assert Neighbour.objects.count() == 1
