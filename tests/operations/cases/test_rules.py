"""The table of moves, the matrix and the rules of a case, without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiucheng.foundation.people.rules import ROLES, Post, Standing
from xiucheng.kit.ids import uuid7
from xiucheng.kit.refused import Refused
from xiucheng.kit.worktime import Calendar, Limit, Unit, due, seed
from xiucheng.operations.cases.rules import (
    MATRIX,
    MOVES,
    STATES,
    CaseFacts,
    Mover,
    Request,
    apply,
    check_digit,
    display_number,
    may_decide,
    may_move,
    parse_number,
)
from xiucheng.operations.cases.rules.apply import Clocks, case_due

MONDAY = datetime(2026, 3, 2, 1, tzinfo=UTC)  # 09:00 in Shanghai
CALENDAR: Calendar = seed.calendar()
CLOCKS = Clocks(CALENDAR, Limit(1, Unit.WORK_HOUR), Limit(2, Unit.WORK_HOUR))
ROADS, PARKS = uuid7(), uuid7()
ANN, BEN = uuid7(), uuid7()
BY_ANN = Mover(f"person:{ANN}", ANN)
BY_BEN = Mover(f"person:{BEN}", BEN)


def a_case(**values) -> CaseFacts:
    plain = CaseFacts(
        id=uuid7(),
        state="filed",
        version=1,
        category="C0137",
        condition="C013702",
        area="990101001001",
        limit=Limit(1, Unit.WORK_DAY),
        needs_check=True,
        after_photo=True,
        filed_at=MONDAY,
        clock_from=MONDAY,
        due_at=case_due(MONDAY, Limit(1, Unit.WORK_DAY), True, CLOCKS).at,
    )
    return replace(plain, **values)


def moved(name: str, facts: CaseFacts, by: Mover = BY_ANN, now: datetime = MONDAY, **args):
    return apply(name, facts, args, by=by, now=now, clocks=CLOCKS)


# -- numbers ----------------------------------------------------------------------------------------------------------


def test_a_number_reads_as_year_groups_and_check_digit():
    assert display_number(2026, 48213) == f"26-0048-213-{check_digit('260048213')}"
    assert display_number(2026, 12_345_678) == f"26-12345-678-{check_digit('2612345678')}"


@given(st.integers(2020, 2099), st.integers(1, 10**9))
def test_a_number_is_found_again_however_it_is_typed(year, running):
    number = display_number(year, running)
    assert parse_number(number) == number
    assert parse_number(number.replace("-", " ")) == number
    assert parse_number(number.replace("-", "")) == number


@given(st.integers(1, 10**7), st.data())
def test_a_wrong_digit_or_two_swapped_ones_are_noticed(running, data):
    digits = display_number(2026, running).replace("-", "")
    place = data.draw(st.integers(0, len(digits) - 2))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != digits[place]]))
    assert parse_number(digits[:place] + other + digits[place + 1 :]) is None
    swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    assert swapped == digits or parse_number(swapped) is None


@pytest.mark.parametrize("text", ["", "abc", "26-0048-213-0", "26０048２13", "1" * 40, "FZ0431"])
def test_what_is_no_number_is_none(text):
    assert parse_number(text) is None


# -- the table --------------------------------------------------------------------------------------------------------


def test_every_state_can_be_reached_and_every_open_state_left():
    reached = {move.target for move in MOVES} | {"returned", "void"}  # the last two by decision
    assert reached - {None} == set(STATES)
    for state in STATES:
        assert [move for move in MOVES.leaving(state) if move.name != "undo"] or state == "void"


def test_every_move_a_person_makes_is_in_the_matrix():
    by_person = {move.name for move in MOVES if not move.automatic} - {"undo", "decide"}
    assert by_person <= set(MATRIX)
    assert set(MATRIX) - {"file", "file_self_handled"} <= {move.name for move in MOVES}
    assert {role for reach in MATRIX.values() for role in reach} <= set(ROLES)


@pytest.mark.parametrize("state", sorted(STATES))
def test_a_move_from_the_wrong_state_is_refused(state):
    for move in MOVES:
        if state not in move.sources:
            with pytest.raises(Refused) as refused:
                moved(move.name, a_case(state=state))
            assert refused.value.code == "illegal_move"


# -- who --------------------------------------------------------------------------------------------------------------


def standing(role: str, area: str = "", agency: UUID | None = None, person: UUID = ANN) -> Standing:
    return Standing(person_id=person, posts=(Post(role, area, agency),))


@pytest.mark.parametrize("name", sorted(MATRIX))
@pytest.mark.parametrize("role", sorted(ROLES))
def test_the_matrix_move_by_post_by_area(name, role):
    """Every cell: a post that the matrix names reaches its own, and only its own; every other post reaches nothing."""
    case = a_case(state="handling", agency_id=ROADS, person_id=ANN)
    reach = MATRIX[name].get(role)
    inside = {"district": {}, "area": {"area": "990101001"}, "agency": {"agency": ROADS}, "own": {"agency": ROADS}}
    outside = {"area": {"area": "990101002"}, "agency": {"agency": PARKS}, "own": {"person": BEN, "agency": ROADS}}
    if reach is None:
        assert not may_move(name, case, standing(role, agency=ROADS))
        return
    assert may_move(name, case, standing(role, **inside[reach]))
    if reach in outside:
        assert not may_move(name, case, standing(role, **outside[reach]))


def test_rules_systems_and_channels_make_only_their_own_moves():
    case = a_case()
    assert may_move("dispatch", case, Standing.for_rule("routing", 3))
    assert not may_move("close", case, Standing.for_rule("routing", 3))
    assert may_move("start_check", case, Standing.for_system("checks"))
    assert not may_move("dispatch", case, Standing.for_system("checks"))
    assert not [move.name for move in MOVES if may_move(move.name, case, Standing.resident("resident"))]


def test_a_second_extension_is_for_a_leader():
    once = a_case(state="handling", agency_id=ROADS)
    again = replace(once, extend_count=1)
    assert may_decide("extend", once, standing("dispatcher"))
    assert not may_decide("extend", again, standing("dispatcher"))
    assert may_decide("extend", again, standing("leader"))


# -- what moves do ----------------------------------------------------------------------------------------------------


def test_the_case_clock_is_the_stages_in_turn():
    # Monday 09:00: dispatched by 10:00, handled by Tuesday 10:00, checked by 12:00.
    assert case_due(MONDAY, Limit(1, Unit.WORK_DAY), True, CLOCKS).at == datetime(2026, 3, 3, 4, tzinfo=UTC)
    assert case_due(MONDAY, Limit(1, Unit.WORK_DAY), False, CLOCKS).at == datetime(2026, 3, 3, 2, tzinfo=UTC)


def test_dispatch_gives_the_agency_a_clock_and_remembers_it():
    outcome = moved("dispatch", a_case(), agency=ROADS)
    assert outcome.effects == ("give_handle",)
    assert outcome.changes["state"] == "dispatched"
    assert outcome.changes["agencies"] == (ROADS,)
    assert outcome.told["agencies"] == 1


def test_redispatch_stops_the_first_clock_and_counts_the_second_agency():
    outcome = moved("redispatch", a_case(state="handling", agency_id=ROADS, agencies=(ROADS,)), agency=PARKS)
    assert outcome.effects == ("cancel_handle", "give_handle")
    assert outcome.told["agencies"] == 2
    with pytest.raises(Refused, match="same_agency"):
        moved("redispatch", a_case(state="handling", agency_id=ROADS), agency=ROADS)


def test_reply_needs_the_after_picture_where_the_condition_says_so():
    handling = a_case(state="handling", agency_id=ROADS)
    with pytest.raises(Refused, match="after_photo_missing"):
        moved("reply", handling)
    with pytest.raises(Refused, match="after_photo_missing"):
        moved("reply", handling, proof="no_picture")
    with pytest.raises(Refused, match="after_photo_not_new"):
        moved("reply", handling, proof="shown")
    assert moved("reply", handling, proof="new").effects == ("complete_handle",)
    assert moved("reply", replace(handling, after_photo=False)).effects == ("complete_handle",)


@pytest.mark.parametrize("name", ["close", "rework", "pass_check"])
def test_nobody_checks_or_closes_their_own_work(name):
    case = a_case(state="post_checking", agency_id=ROADS, handlers=(ANN,))
    with pytest.raises(Refused) as refused:
        moved(name, case, by=BY_ANN)
    assert (refused.value.code, refused.value.status) == ("own_work", 403)
    assert moved(name, case, by=BY_BEN).changes["version"] == 2


def test_a_check_cannot_be_skipped():
    with pytest.raises(Refused, match="check_first"):
        moved("close", a_case(state="replied", agency_id=ROADS), by=BY_BEN)
    assert (
        moved("close", a_case(state="replied", agency_id=ROADS, needs_check=False), by=BY_BEN).changes["closed_at"]
        == MONDAY
    )


def test_rework_counts_and_lets_the_agency_clock_go_on():
    outcome = moved("rework", a_case(state="post_checking", agency_id=ROADS, rework_count=1), by=BY_BEN)
    assert outcome.effects == ("complete_check", "resume_handle")
    assert outcome.changes["rework_count"] == 2


def test_extension_is_asked_before_it_is_due_and_at_most_twice():
    late = a_case(state="handling", agency_id=ROADS, handle_due_at=MONDAY)
    with pytest.raises(Refused, match="extension_after_due"):
        moved("extend", late, now=MONDAY + timedelta(seconds=1))
    with pytest.raises(Refused, match="extended_twice"):
        moved("extend", replace(late, extend_count=2), now=MONDAY)
    assert moved("extend", late, now=MONDAY).effects == ("ask",)


def decided(what: str, case: CaseFacts, granted: str, now: datetime = MONDAY):
    request = Request(uuid7(), what, str(BY_ANN.actor), MONDAY, {})
    return moved("decide", case, by=BY_BEN, now=now, granted=granted, request_facts=request)


def test_a_granted_extension_adds_one_original_limit_to_the_case():
    case = a_case(state="handling", agency_id=ROADS, handle_due_at=MONDAY + timedelta(days=1))
    outcome = decided("extend", case, "yes")
    assert outcome.changes["due_at"] == case_due(MONDAY, Limit(2, Unit.WORK_DAY), True, CLOCKS).at
    assert outcome.changes["due_at"] > case.due_at
    refused = decided("extend", case, "no")
    assert "due_at" not in refused.changes
    assert "extend_count" not in refused.changes, "refusals do not count"


def test_a_granted_return_takes_the_case_from_the_agency():
    outcome = decided("return_case", a_case(state="handling", agency_id=ROADS), "yes")
    assert outcome.changes["state"] == "returned"
    assert outcome.changes["agency_id"] is None
    assert outcome.effects == ("decide", "cancel_handle")


# The holidays of 2027 are not announced in this calendar: what runs into it is provisional.
EVE = datetime(2026, 12, 31, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("refuse_self_review", {"state": "self_review", "self_handled": True}),
        ("reopen", {"state": "closed", "closed_at": EVE}),
        ("extend", {"state": "handling", "agency_id": ROADS, "clock_from": EVE}),
    ],
)
def test_a_new_deadline_says_whether_it_is_provisional(name, facts):
    case = a_case(**facts)
    outcome = decided("extend", case, "yes", now=EVE) if name == "extend" else moved(name, case, now=EVE)
    assert (outcome.changes["provisional"], outcome.told["provisional"]) == (True, True)
    assert outcome.told["due"] == outcome.changes["due_at"]


def test_a_source_that_stated_a_later_date_loses_nothing_by_an_extension():
    late = MONDAY + timedelta(days=60)
    outcome = decided("extend", a_case(state="handling", agency_id=ROADS, due_at=late), "yes")
    assert (outcome.changes["due_at"], outcome.changes["provisional"]) == (late, False)


def test_whoever_it_is_assigned_to_is_one_of_those_who_handle_it():
    case = a_case(state="handling", agency_id=ROADS, handlers=(ANN,))
    changes = moved("assign_inside", case, person=BEN).changes
    assert changes["handlers"] == (ANN, BEN)
    checking = replace(case, state="post_checking", handlers=changes["handlers"])
    with pytest.raises(Refused, match="own_work"):
        moved("pass_check", checking, by=BY_BEN)


@pytest.mark.parametrize(
    ("name", "state", "args"),
    [
        ("close", "post_checking", {}),
        ("force_close", "handling", {}),
        ("merge", "handling", {"case": uuid7(), "master_open": True}),
    ],
)
def test_what_is_over_owes_no_answer(name, state, args):
    case = a_case(state=state, agency_id=ROADS, answer_task=uuid7(), handlers=(BEN,))
    outcome = moved(name, case, **args)
    assert outcome.effects[0] == "cancel_answer"
    assert outcome.changes["answer_task"] is None
    assert "cancel_answer" not in moved(name, replace(case, answer_task=None), **args).effects


def test_an_answer_is_given_where_one_is_wanted():
    case = a_case(state="handling", agency_id=ROADS)
    with pytest.raises(Refused, match="nothing_to_answer"):
        moved("answer_supervision", case)
    wanted = replace(case, answer_task=uuid7())
    outcome = moved("answer_supervision", wanted)
    assert (outcome.effects, outcome.changes["answer_task"]) == (("complete_answer",), None)
    assert moved("supervise", wanted, reply_days=2).effects == ("cancel_answer", "give_answer")
    assert moved("redispatch", wanted, agency=PARKS).effects[-1] == "hand_answer"
    with pytest.raises(Refused, match="nobody_to_answer"):
        moved("supervise", a_case(), reply_days=2)


def test_reopening_has_a_window_and_starts_a_new_clock():
    closed = a_case(state="closed", closed_at=MONDAY, agency_id=ROADS, handlers=(ANN,))
    outcome = moved("reopen", closed, now=MONDAY + timedelta(days=15))
    assert outcome.changes["reopen_count"] == 1
    assert outcome.changes["clock_from"] == MONDAY + timedelta(days=15)
    assert outcome.changes["handlers"] == ()
    again = moved("reopen", replace(closed, extend_count=2), now=MONDAY)
    assert again.changes["extend_count"] == again.told["extend_count"] == 0, "a new round, its extensions anew"
    with pytest.raises(Refused, match="reopen_too_late"):
        moved("reopen", closed, now=MONDAY + timedelta(days=15, seconds=1))


def test_merging_follows_the_master_and_unmerging_restores():
    master = uuid7()
    case = a_case(state="handling", agency_id=ROADS)
    outcome = moved("merge", case, case=master, master_open=True)
    assert outcome.changes["state_before"] == "handling"
    back = moved("unmerge", replace(case, state="merged", merged_into=master, state_before="handling"))
    assert back.changes["state"] == "handling"
    with pytest.raises(Refused, match="master_not_open"):
        moved("merge", case, case=master, master_open=False)
    with pytest.raises(Refused, match="merge_into_itself"):
        moved("merge", case, case=case.id, master_open=True)


def test_a_move_of_a_person_remembers_what_was_before():
    outcome = moved("dispatch", a_case(), agency=ROADS)
    undo = outcome.changes["undo"]
    assert undo["by"] == BY_ANN.actor
    assert undo["values"]["state"] == "filed"
    assert undo["values"]["agency_id"] is None
    rule = Mover("rule:routing:3")
    assert moved("dispatch", a_case(), agency=ROADS, by=rule).changes["undo"] is None, "nobody takes a rule back"


@given(start=st.datetimes(datetime(2015, 1, 1), datetime(2026, 12, 31)), extra=st.integers(0, 10_000))
def test_a_case_filed_later_is_never_due_earlier(start, extra):
    first = start.replace(tzinfo=UTC)
    later = first + timedelta(minutes=extra)
    limit = Limit(2, Unit.WORK_DAY)
    assert case_due(first, limit, True, CLOCKS).at <= case_due(later, limit, True, CLOCKS).at
    assert case_due(first, limit, True, CLOCKS).at >= due(first, limit, CALENDAR).at
