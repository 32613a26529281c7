"""What is asked and decided: returning, extending, voiding a case."""

from tests.operations.cases.acting import HOUR, act, handling
from tests.refusing import refused
from xiucheng.foundation.tasks import queries as tasks
from xiucheng.operations.cases import queries


def test_a_return_is_asked_decided_and_stops_the_clock_when_asked(world):
    case_id = handling(world)
    asked = world.now + HOUR
    view = act(world, "roads_clerk", "return_case", case_id, at=asked, reason="权属不是我单位")
    assert view.state == "handling", "a pending request changes nothing"
    with refused("already_asked"):
        act(world, "roads_clerk", "return_case", case_id, at=asked, reason="再问一次")
    request = view.requests[0]
    with refused("not_yours", 403):
        act(world, "roads_clerk", "decide", case_id, at=asked, request=str(request.id), granted="yes")
    view = act(world, "dispatcher", "decide", case_id, at=asked + HOUR, request=str(request.id), granted="yes")
    assert (view.state, view.facts.agency_id, view.requests) == ("returned", None, ())
    handle = tasks.of_subject(case_id)[0]
    assert tasks.segments(handle.id)[-1].ends_at == asked
    view = act(
        world,
        "dispatcher",
        "redispatch",
        case_id,
        at=asked + HOUR,
        agency=str(world.agencies["parks"]),
        reason="权属园林",
    )
    assert view.facts.agencies == (world.agencies["roads"], world.agencies["parks"])


def test_a_refused_request_costs_only_the_time(world):
    case_id = handling(world)
    before = queries.case(case_id, world.standing("dispatcher"), world.now).facts
    view = act(world, "roads_clerk", "extend", case_id, reason="材料未到")
    view = act(
        world, "shift_leader", "decide", case_id, request=str(view.requests[0].id), granted="no", reason="材料已到"
    )
    assert (view.facts.due_at, view.facts.extend_count) == (before.due_at, 0)


def test_extension_first_by_the_dispatcher_then_by_the_leader(world):
    case_id = handling(world)
    first = act(world, "roads_clerk", "extend", case_id, reason="材料未到")
    view = act(world, "dispatcher", "decide", case_id, request=str(first.requests[0].id), granted="yes")
    assert view.facts.extend_count == 1
    assert view.facts.handle_due_at > first.facts.handle_due_at
    again = act(world, "roads_clerk", "extend", case_id, reason="仍未到")
    with refused("not_yours", 403):
        act(world, "dispatcher", "decide", case_id, request=str(again.requests[0].id), granted="yes")
    view = act(world, "leader", "decide", case_id, request=str(again.requests[0].id), granted="yes")
    assert view.facts.extend_count == 2
    with refused("extended_twice"):
        act(world, "roads_clerk", "extend", case_id, reason="第三次")


def test_void_is_asked_by_the_dispatcher_and_decided_by_the_shift_leader(world):
    filed = world.file()
    view = act(world, "dispatcher", "void", filed.case_id, reason="重复录入")
    with refused("not_yours", 403):
        act(world, "dispatcher", "decide", filed.case_id, request=str(view.requests[0].id), granted="yes")
    assert (
        act(world, "shift_leader", "decide", filed.case_id, request=str(view.requests[0].id), granted="yes").state
        == "void"
    )
