"""The same request again gets the same answer to the letter, whatever has become of the report since."""

from dataclasses import replace

from tests.operations.intake.make import submit
from tests.refusing import refused
from tests.world import World
from xiucheng.kit.ids import uuid7
from xiucheng.operations.cases import commands as cases
from xiucheng.operations.intake import commands
from xiucheng.operations.intake.commands.submitting import Once
from xiucheng.operations.intake.models import Report

ONCE = Once("token-1", "key-1")


def test_though_a_case_has_been_made_of_it(world: World) -> None:
    first = submit(world, once=ONCE)
    filed = commands.file_report(by=world.standing("acceptor"), now=world.now, report_id=first.report_id, version=1)
    assert Report.objects.get(id=first.report_id).case_id == filed.case_id
    assert submit(world, once=ONCE) == replace(first, repeated=True)
    assert first.case_id is None


def test_though_the_case_that_it_joined_follows_another_or_is_closed(world: World) -> None:
    joined, master = world.file().case_id, world.file().case_id
    first = submit(world, once=ONCE, same_as=joined)
    assert first.case_id == joined
    acceptor = world.standing("acceptor")
    cases.move(by=acceptor, now=world.now, case_id=joined, version=None, name="merge", args={"case": str(master)})
    assert submit(world, once=ONCE, same_as=joined) == replace(first, repeated=True)
    leader = world.standing("leader")
    cases.move(by=leader, now=world.now, case_id=master, version=None, name="force_close", args={"reason": "已核实"})
    assert submit(world, once=ONCE, same_as=joined) == replace(first, repeated=True)
    with refused("case_closed"):
        submit(world, once=Once("token-1", "key-2"), same_as=joined)
    assert Report.objects.count() == 1


def test_a_case_that_is_none_is_refused_each_time(world: World) -> None:
    for _again in range(2):
        with refused("no_such_case"):
            submit(world, once=ONCE, same_as=uuid7())
