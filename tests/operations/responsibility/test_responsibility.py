"""Who answers for places at three levels: the requirement, naming and ending, gaps, and who is responsible here."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiucheng.foundation.people.neighbourhood.rules import DEFAULT, LEVELS, Place, Requirement, coverage
from xiucheng.kit.actor import Actor
from xiucheng.kit.refused import Refused
from xiucheng.operations.responsibility import rules

ME = Actor.system("setup")
EAST, GRID = "990101001001", "990101001001-G01"


@given(
    st.dictionaries(st.sampled_from(sorted(LEVELS)), st.integers(0, 3)),
    st.lists(st.tuples(st.sampled_from(sorted(LEVELS)), st.integers(0, 5)), unique=True),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3))),
)
def test_missing_is_what_the_requirement_asks_beyond_different_people(least, spots, held):
    places = [Place(level, f"p{number}", "", "") for level, number in spots]
    people: dict[tuple[str, str], list[str]] = {}
    for level, number in spots:
        people[level, f"p{number}"] = [str(who) for spot, who in held if spot == number]
    found = coverage(places, people, {level: Requirement(count) for level, count in least.items()})
    assert [one.place for one in found] == [place for place in places if place.level in least]
    for one in found:
        assert one.missing == max(0, least[one.place.level] - len(set(people[one.place.level, one.place.code])))


def test_the_default_body_is_kept_as_it_is_and_read_back():
    assert list(rules.problems(rules.DEFAULT_BODY)) == []
    assert rules.read(rules.DEFAULT_BODY) == dict(DEFAULT)
    assert rules.normalised(rules.DEFAULT_BODY) == rules.DEFAULT_BODY


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "levels"), ({"levels": {}}, "levels"), ({"levels": {"city": {"least": 1}}}, "levels.city"),
        ({"levels": {"street": {}}}, "levels.street"), ({"levels": {"street": {"least": -1}}}, "levels.street.least"),
        ({"levels": {"street": {"least": True}}}, "levels.street.least"),
        ({"levels": {"street": {"least": 2, "posts": ["leader"]}}}, "levels.street.posts"),
        ({"levels": {"street": {"least": 2, "posts": [7]}}}, "levels.street.posts"),
        ({"levels": {"community": {"least": 1, "walkers": True}}}, "levels.community.walkers"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_body_is_said_at_its_place(body, path):
    assert [where for where, _code in rules.problems(body)] == [path]
    assert rules.normalised(body) == body


PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
ANYTHING = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
)


@given(ANYTHING)
def test_any_object_is_judged_without_falling_over(value):
    body = value if isinstance(value, dict) else {"levels": value}
    once = rules.normalised(body)
    assert rules.normalised(once) == once


@pytest.fixture
def world(db):
    from tests.world import build
    from xiucheng.foundation.places import commands as places

    made = build()
    places.name_duty_grid(actor=ME, now=made.now, area=EAST, name="槐花一格")
    return made


def lacking(world, **asked):
    from xiucheng.operations.responsibility import queries

    return {one.place.name: one.missing for one in queries.report(now=world.now, only_missing=True, **asked)}


def name(world, who, place, by="shift_leader", **values):
    from xiucheng.foundation.people.neighbourhood import responsibilities

    return responsibilities.name_responsible(
        by=world.standing(by), now=world.now, person_id=world.people[who], place=place, **values
    )


def test_the_gaps_of_a_founded_district_by_the_default(world):
    # One head where two must be, a street without any, communities without secretary, a grid nobody walks.
    assert lacking(world) == {"东街街道": 1, "西河街道": 2, "钟楼社区": 1, "柳岸社区": 1, "槐花一格": 1}
    assert lacking(world, within=EAST) == {"槐花一格": 1}
    assert lacking(world, level="street") == {"东街街道": 1, "西河街道": 2}


def test_naming_closes_a_gap_until_the_term_ends_and_an_end_can_be_taken_back(world):
    from xiucheng.foundation.people.neighbourhood import responsibilities

    made = name(world, "acceptor", "东街街道", ends_at=world.now + timedelta(days=30))
    assert "东街街道" not in lacking(world)
    world.now += timedelta(days=31)
    assert lacking(world)["东街街道"] == 1
    world.now -= timedelta(days=30)
    leader = world.standing("shift_leader")
    responsibilities.end_responsible(by=leader, now=world.now, responsibility_id=made)
    assert lacking(world)["东街街道"] == 1
    with pytest.raises(Refused, match="already_ended"):
        responsibilities.end_responsible(by=leader, now=world.now, responsibility_id=made)
    assert [one.name for one in responsibilities.past("990101001", at=world.now)] == ["示例acceptor"]
    responsibilities.resume_responsible(by=leader, now=world.now, responsibility_id=made)
    assert "东街街道" not in lacking(world)
    with pytest.raises(Refused, match="still_running"):
        responsibilities.resume_responsible(by=leader, now=world.now, responsibility_id=made)


def test_an_end_taken_back_leaves_the_end_that_was_planned(world):
    from xiucheng.foundation.people.neighbourhood import responsibilities

    by, planned = world.standing("shift_leader"), world.now + timedelta(days=30)
    made = name(world, "acceptor", "东街街道", ends_at=planned)
    world.now += timedelta(days=1)
    responsibilities.end_responsible(by=by, now=world.now, responsibility_id=made)
    (before,) = responsibilities.past("990101001", at=world.now)
    assert (before.until, before.resumable) == (world.now, True)
    responsibilities.resume_responsible(by=by, now=world.now, responsibility_id=made)
    assert responsibilities.one(made).until == planned


@pytest.mark.parametrize("ended", [True, False])
def test_a_term_that_is_over_is_not_taken_up_again(world, ended):
    from xiucheng.foundation.people.neighbourhood import responsibilities

    by, planned = world.standing("shift_leader"), world.now + timedelta(days=30)
    made = name(world, "acceptor", "东街街道", ends_at=planned)
    if ended:
        world.now += timedelta(days=1)
        responsibilities.end_responsible(by=by, now=world.now, responsibility_id=made)
    world.now = planned
    assert [one.resumable for one in responsibilities.past("990101001", at=world.now)] == [False]
    with pytest.raises(Refused, match="term_over") as caught:
        responsibilities.resume_responsible(by=by, now=world.now, responsibility_id=made)
    assert caught.value.status == 409
    assert responsibilities.one(made).until is not None


def test_the_same_person_counts_once_and_is_named_once(world):
    name(world, "street_head", "东街街道")
    assert lacking(world)["东街街道"] == 1
    with pytest.raises(Refused, match="already_holds"):
        name(world, "street_head", "990101001")


def test_a_walker_or_a_named_person_covers_a_duty_grid(world):
    from tests.world import SETUP
    from xiucheng.foundation.people import commands as people

    link = people.link_grid(by=SETUP, now=world.now, duty_grid=GRID, person_id=world.people["inspector"])
    assert "槐花一格" not in lacking(world)
    people.end_grid_link(by=SETUP, now=world.now, link_id=link)
    assert lacking(world)["槐花一格"] == 1
    name(world, "grid_officer", "槐花一格", by="secretary")
    assert "槐花一格" not in lacking(world)


def test_whoever_leaves_answers_for_nothing_any_more(world):
    from tests.world import SETUP
    from xiucheng.foundation.people import commands as people

    name(world, "acceptor", "西河街道")
    name(world, "dispatcher", "西河街道")
    assert "西河街道" not in lacking(world)
    world.now += timedelta(minutes=1)
    people.leave_person(by=SETUP, now=world.now, person_id=world.people["acceptor"])
    assert lacking(world)["西河街道"] == 1
    with pytest.raises(Refused, match="left"):
        name(world, "acceptor", "钟楼社区")


def test_nobody_names_for_a_place_beyond_their_own(world):
    for who, place in (("secretary", "东街街道"), ("secretary", "柳岸社区"), ("street_head", "西河街道"),
                       ("acceptor", "槐花社区"), ("system_admin", "槐花社区")):  # fmt: skip
        with pytest.raises(Refused) as caught:
            name(world, "dispatcher", place, by=who)
        assert caught.value.code == "not_yours"
    for said in ("示例区", "没有的", ""):
        with pytest.raises(Refused, match="no_such_place"):
            name(world, "dispatcher", said)


def test_a_published_requirement_is_what_counts(world):
    from tests.world import publish
    from xiucheng.operations.responsibility import configuration

    body = {"levels": {"street": {"least": 1, "posts": ["street_head"]}}}
    (after, before) = configuration.effect(body, None, world.now)
    assert (after.count, before.count) == (1, 5)
    publish("responsibility", body, world.now)
    assert lacking(world) == {"西河街道": 1}


def here(world, who="shift_leader", **asked):
    from xiucheng.operations.responsibility import queries

    return queries.here(standing=world.standing(who), now=world.now, **asked)


def test_without_any_polygon_a_name_says_who_is_responsible(world):
    found = here(world, area="槐花社区")
    assert not found.exact
    told = {one.level: (one.name, [each.who.by for each in one.people]) for one in found.levels}
    assert told == {
        "grid": ("槐花一格", []),
        "community": ("槐花社区", ["community_secretary"]),
        "street": ("东街街道", ["street_head"]),
    }
    for asked, code in (
        ({}, "place_needed"),
        ({"area": "没有"}, "unknown_area"),
        ({"lon": 1.0, "lat": 99.0}, "impossible_point"),
        ({"lon": 122.12, "lat": 37.51}, "place_needed"),
    ):
        with pytest.raises(Refused) as caught:
            here(world, **asked)
        assert caught.value.code == code


def test_a_point_finds_the_grid_and_outside_is_refused(world):
    import shapely

    from xiucheng.foundation.places import commands as places

    places.set_outline(actor=ME, now=world.now, code="990101", shape=shapely.box(122.0, 37.4, 122.3, 37.7))
    places.set_outline(actor=ME, now=world.now, code=EAST, shape=shapely.box(122.1, 37.5, 122.2, 37.6))
    assert here(world, lon=122.15, lat=37.55).area == EAST
    assert here(world, lon=122.15, lat=37.55).exact
    with pytest.raises(Refused, match="outside"):
        here(world, lon=120.0, lat=30.0)


def test_phone_numbers_are_for_those_whose_posts_cover_the_place(world):
    from tests.world import SETUP
    from xiucheng.foundation.people import commands as people

    people.change_person(by=SETUP, now=world.now, person_id=world.people["secretary"], phone="13900000001")
    for who, sees in (("shift_leader", True), ("street_head", True), ("grid_officer", True), ("lights_clerk", False),
                      ("far_inspector", False), ("system_admin", False)):  # fmt: skip
        found = here(world, who, area="槐花社区")
        phones = {each.phone for level in found.levels for each in level.people} - {""}
        assert (found.sees_phones, phones) == (sees, {"13900000001"} if sees else set()), who


def test_a_category_tells_the_agency_and_the_rule(world):
    from tests.world import publish

    publish("routing", {"rules": [{"no": 1, "agency": "lights", "categories": ["C0137"]}]}, world.now)
    found = here(world, area="槐花社区", category="C0137")
    assert (found.explanation.agency, found.explanation.rule_no) == ("路灯管理所（示例）", 1)
