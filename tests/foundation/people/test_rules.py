"""The tables of roles and reach, the calendar of duty, the masking: pure."""

from datetime import date, datetime, time
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiucheng.foundation.people import rules
from xiucheng.foundation.people.rules import ACTS, ADMINISTRATORS, ROLES, Duty, Post, Scope, Shift, Standing

ME, OTHER = uuid4(), uuid4()
ROADS, PARKS = uuid4(), uuid4()


def standing(*posts: Post) -> Standing:
    return Standing(ME, None, posts)


# -- reach ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("post", "reach", "thing", "expected"),
    [
        (Post("acceptor"), "district", {}, True),
        (Post("street_head", "371002001"), "area", {"area": "371002001003"}, True),
        (Post("street_head", "371002001"), "area", {"area": "371002001"}, True),
        (Post("street_head", "371002001"), "area", {"area": "371002002001"}, False),
        (Post("street_head", "371002001"), "area", {"area": "371002"}, False),
        (Post("street_head", "371002001"), "area", {}, False),
        (Post("leader", "371002"), "area", {}, True),
        (Post("leader"), "area", {"area": "371002002001"}, True),
        (Post("agency_clerk", "", ROADS), "agency", {"agency_id": ROADS}, True),
        (Post("agency_clerk", "", ROADS), "agency", {"agency_id": PARKS}, False),
        (Post("agency_clerk", "", None), "agency", {}, False),
        (Post("crew", "", ROADS), "own", {"person_id": ME}, True),
        (Post("crew", "", ROADS), "own", {"person_id": OTHER, "agency_id": ROADS}, False),
        (Post("crew", "", ROADS), "own", {}, False),
    ],
)
def test_a_post_reaches_what_its_reach_says(post: Post, reach: str, thing: dict, expected: bool) -> None:
    assert rules.reaches(standing(post), {post.role: reach}, **thing) is expected


def test_a_role_outside_the_table_reaches_nothing_and_any_of_several_posts_is_enough() -> None:
    table = {"street_head": "area"}
    assert not rules.reaches(standing(Post("leader")), table, area="371002001")
    both = standing(Post("leader"), Post("street_head", "371002001"))
    assert rules.reaches(both, table, area="371002001")


def test_a_reach_that_does_not_exist_is_an_error_not_a_right() -> None:
    with pytest.raises(ValueError, match="everywhere"):
        rules.reaches(standing(Post("leader")), {"leader": "everywhere"})


@given(post=st.from_regex(r"\A(\d{6}(\d{3}){0,3})?\Z"), area=st.from_regex(r"\A\d{6}(\d{3}){0,3}\Z"))
def test_covering_is_the_prefix_above_the_district(post: str, area: str) -> None:
    assert rules.covers(post, area) == (len(post) <= 6 or post in [area[:n] for n in (9, 12, 15) if n <= len(area)])
    assert not rules.covers(post, None) or len(post) <= 6


# -- acts -------------------------------------------------------------------------------------------------------------


def test_no_act_belongs_to_two_administrators() -> None:
    for act, table in ACTS.items():
        assert len(ADMINISTRATORS & table.keys()) <= 1, act


def test_every_administrator_has_acts_and_no_administrator_sees_cases_or_contacts() -> None:
    for role in ADMINISTRATORS:
        assert any(role in table for table in ACTS.values()), role
        assert rules.visible_to(standing(Post(role))) == Scope("none")
        assert not rules.may(standing(Post(role)), "people.reveal")


def test_acts_name_known_roles_and_reaches() -> None:
    for act, table in ACTS.items():
        assert table.keys() <= ROLES.keys(), act
        assert set(table.values()) <= {"district", "area", "agency", "own"}, act


def test_the_machine_may_everything_a_rule_and_a_resident_nothing() -> None:
    for act in ACTS:
        assert rules.may(Standing.for_system("cli"), act)
        assert not rules.may(Standing.for_rule("routing", 3), act)
        assert not rules.may(Standing.resident("web"), act)
        assert not rules.may(Standing(ME), act)


def test_what_is_somebodys_business_somewhere() -> None:
    secretary = standing(Post("community_secretary", "990101001001"))
    assert rules.may_somewhere(secretary, "people.stewards")
    assert not rules.may(secretary, "people.stewards", area="990101002001"), "but not everywhere"
    assert not rules.may_somewhere(secretary, "site.found")
    assert not rules.may_somewhere(Standing(ME), "people.stewards")
    assert rules.may_somewhere(Standing.for_system("cli"), "site.found")


def test_what_may_be_done_in_some_part_of_an_area() -> None:
    head = standing(Post("street_head", "990101001"))
    for area, act, expected in (
        ("990101001", "people.responsible", True),
        ("990101001001", "people.responsible", True),
        ("", "people.responsible", True),
        ("990101002", "people.responsible", False),
        ("", "site.found", False),
    ):
        assert rules.may_within(head, act, area) is expected, (area, act)


def test_who_draws_up_a_roster_does_so_for_their_own() -> None:
    clerk = standing(Post("agency_clerk", "", ROADS))
    assert rules.may(clerk, "people.roster", agency_id=ROADS)
    assert not rules.may(clerk, "people.roster", agency_id=PARKS)


def test_an_unknown_act_is_a_programming_error() -> None:
    with pytest.raises(KeyError):
        rules.may(standing(Post("leader")), "people.do_anything")


@pytest.mark.parametrize("held", sorted(ADMINISTRATORS))
@pytest.mark.parametrize("role", sorted(ROLES))
def test_an_administrator_becomes_no_other_administrator(held: str, role: str) -> None:
    assert rules.administrators_apart({held}, role) is (role == held or role not in ADMINISTRATORS)


# -- standing ---------------------------------------------------------------------------------------------------------


def test_the_journal_learns_who_acts() -> None:
    assert str(Standing(ME).actor) == f"person:{ME}"
    assert str(Standing.for_rule("routing", 3).actor) == "rule:routing@3"
    assert str(Standing.for_system("timers").actor) == "system:timers"
    assert str(Standing.resident("web").actor) == "channel:web"
    with pytest.raises(ValueError, match="who acts"):
        _ = Standing(None).actor


def test_has_asks_for_any_of_several_roles() -> None:
    one = standing(Post("acceptor"))
    assert one.has("acceptor")
    assert one.has("dispatcher", "acceptor")
    assert not one.has("dispatcher")


# -- scope ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("posts", "scope"),
    [
        ([], Scope("none")),
        ([Post("acceptor")], Scope("all")),
        ([Post("leader", "371002")], Scope("all")),
        ([Post("dispatcher", "371002001")], Scope("street", ("371002001",))),
        ([Post("street_head", "371002001"), Post("street_head", "371002002")],
         Scope("street", ("371002001", "371002002"))),
        ([Post("community_secretary", "371002001003")], Scope("community", ("371002001003",))),
        ([Post("grid_officer", "371002001003007")], Scope("community", ("371002001003",))),
        ([Post("grid_officer", "371002001003007"), Post("grid_officer", "371002001003008")],
         Scope("community", ("371002001003",))),
        ([Post("agency_clerk", "", ROADS)], Scope("agency", (ROADS,))),
        ([Post("crew", "", ROADS)], Scope("person", (ME,))),
        ([Post("crew", "", ROADS), Post("agency_clerk", "", PARKS)],
         Scope("agency", (PARKS,), (Scope("person", (ME,)),))),
        ([Post("agency_clerk", "", ROADS), Post("street_head", "371002001")],
         Scope("street", ("371002001",), (Scope("agency", (ROADS,)),))),
        ([Post("agency_clerk", "", ROADS), Post("leader")], Scope("all")),
        ([Post("security_admin"), Post("crew", "", ROADS)], Scope("person", (ME,))),
        ([Post("agency_clerk", "", None)], Scope("none")),
    ],
)  # fmt: skip
def test_a_standing_sees_what_any_of_its_posts_sees(posts: list[Post], scope: Scope) -> None:
    assert rules.visible_to(standing(*posts)) == scope


def test_every_role_sees_something_definite() -> None:
    for role in ROLES:
        kind = rules.visible_to(standing(Post(role, "371002001003", ROADS))).kind
        assert kind == {"area": "community", "agency": "agency", "own": "person", "nothing": "none"}[ROLES[role].sees]


def test_a_rule_sees_nothing_and_the_machine_all() -> None:
    assert rules.visible_to(Standing.for_rule("routing", 1)) == Scope("none")
    assert rules.visible_to(Standing.for_system("bench")) == Scope("all")


# -- duty -------------------------------------------------------------------------------------------------------------

MON_TO_FRI, SUNDAY, EVERY_DAY = 0b0011111, 0b1000000, 0b1111111
DAY = Shift(MON_TO_FRI, time(8), time(17, 30), date(2026, 1, 1))
NIGHT = Shift(SUNDAY, time(22), time(6), date(2026, 1, 1), date(2026, 11, 15))


@pytest.mark.parametrize(
    ("shift", "local", "expected"),
    [
        (DAY, datetime(2026, 11, 18, 8, 0), True),
        (DAY, datetime(2026, 11, 18, 7, 59, 59), False),
        (DAY, datetime(2026, 11, 18, 17, 29, 59), True),
        (DAY, datetime(2026, 11, 18, 17, 30), False),
        (DAY, datetime(2026, 11, 21, 10, 0), False),  # Saturday
        (DAY, datetime(2025, 12, 31, 10, 0), False),  # before the roster
        (NIGHT, datetime(2026, 11, 15, 22, 0), True),  # Sunday evening
        (NIGHT, datetime(2026, 11, 15, 5, 0), False),  # Sunday morning belongs to Saturday's night
        (NIGHT, datetime(2026, 11, 16, 5, 59), True),  # Monday morning belongs to Sunday's, the roster's last day
        (NIGHT, datetime(2026, 11, 16, 6, 0), False),
        (NIGHT, datetime(2026, 11, 16, 22, 30), False),
        (NIGHT, datetime(2026, 11, 22, 23, 0), False),  # after the roster
        (Shift(SUNDAY, time(8), time(8), date(2026, 1, 1)), datetime(2026, 11, 16, 7, 59), True),  # 24 hours
        (Shift(SUNDAY, time(8), time(8), date(2026, 1, 1)), datetime(2026, 11, 15, 7, 59), False),
    ],
)  # fmt: skip
def test_a_shift_is_on(shift: Shift, local: datetime, expected: bool) -> None:
    assert rules.on_shift(shift, local) is expected


@given(
    weekdays=st.integers(1, 127),
    starts=st.times(),
    ends=st.times(),
    local=st.datetimes(datetime(2026, 1, 5), datetime(2026, 3, 1)),
)
def test_a_shift_is_on_exactly_when_a_duty_that_began_has_not_ended(
    weekdays: int, starts: time, ends: time, local: datetime
) -> None:
    from datetime import timedelta

    shift = Shift(weekdays, starts, ends, date(2026, 1, 1))
    duties = []
    for back in (0, 1):
        day = local.date() - timedelta(days=back)
        if weekdays >> day.weekday() & 1:
            begin = datetime.combine(day, starts)
            duties.append((begin, datetime.combine(day if starts < ends else day + timedelta(days=1), ends)))
    assert rules.on_shift(shift, local) == any(begin <= local < end for begin, end in duties)


def test_an_exception_wins_over_the_roster() -> None:
    at_work = datetime(2026, 11, 18, 9, 0)
    assert rules.is_on_duty(Duty((DAY,)), at_work)
    assert not rules.is_on_duty(Duty((DAY,), changed=False), at_work)
    assert rules.is_on_duty(Duty((), changed=True), at_work)
    assert not rules.is_on_duty(Duty(), at_work)


# -- contacts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("13812345678", "13812345678"),
        ("138 1234-5678", "13812345678"),
        ("+86 138-1234-5678", "13812345678"),
        ("0086 13812345678", "13812345678"),
        ("8613812345678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("(0631) 522-0000", "06315220000"),
        ("110", None),
        ("+1 213 555 0100", "12135550100"),
        ("", None),
        ("12", None),
        ("1234567890123456", None),
        ("李女士", None),
        ("138O1234567", None),
    ],
)
def test_a_phone_number_is_one_however_written(written: str, plain: str | None) -> None:
    assert rules.plain_phone(written) == plain


@given(st.from_regex(r"\A\d{3,15}\Z"))
def test_a_plain_number_stays_as_it_is_and_its_mask_hides_most(number: str) -> None:
    plain = rules.plain_phone(number)
    if plain is not None:
        assert rules.plain_phone(plain) == plain
        assert rules.masked_phone(plain) != plain
        assert rules.masked_phone(plain).count("*") >= min(4, len(plain) - 2)


def test_a_masked_name_keeps_its_first_character() -> None:
    assert [rules.masked_name(name) for name in ("", "李", "李女士")] == ["", "李*", "李**"]


def test_standings_can_be_keys() -> None:
    assert len({standing(Post("leader")), standing(Post("leader")), standing()}) == 2
    assert isinstance(ME, UUID)
