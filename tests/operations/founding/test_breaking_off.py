"""What a worker could not finish: the import is back where it was, says so, and may be tried again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.operations.founding.books import AGENCY_HEADS, AGENCY_ROWS, book
from tests.operations.founding.conftest import Hand
from tests.refusing import refused

if TYPE_CHECKING:
    from uuid import UUID

    from tests.world import World
    from xiucheng.foundation.people.rules import Standing

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])


@pytest.fixture
def world(transactional_db: None) -> World:
    from tests.world import build
    from xiucheng.kit.now import now

    return build(now())


def tried(times: int) -> None:
    """The waiting jobs as they are when they have been tried so many times; then the worker works."""
    from django.db import connection

    from xiucheng.kit import jobs

    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET attempts = %s WHERE status = 'todo'", [times])
    jobs.run_waiting()


@pytest.fixture
def damaged(admin: Standing) -> tuple[UUID, bytes]:
    """An upload whose sealed file cannot be opened any more, and the file as it was."""
    from xiucheng.kit.now import now
    from xiucheng.operations.founding import commands
    from xiucheng.operations.founding.models import Import

    content = book(AGENCY_HEADS, AGENCY_ROWS)
    found = commands.upload(by=admin, now=now(), template="agencies", content=content, name="示例.xlsx")
    sealed = bytes(Import.objects.get(id=found).file_sealed or b"")
    Import.objects.filter(id=found).update(file_sealed=sealed[:-1] + bytes([sealed[-1] ^ 1]))
    return found, sealed


# 5 times tried and failing for the last time; 6 times, because it takes its worker along each time.
@pytest.mark.parametrize("times", [5, 6])
def test_a_check_that_fails_for_good_says_so_and_may_be_tried_again(
    times: int, damaged: tuple[UUID, bytes], admin: Standing
) -> None:
    from xiucheng.kit import jobs
    from xiucheng.kit.now import now
    from xiucheng.operations.founding import commands, queries
    from xiucheng.operations.founding.models import Import

    found, sealed = damaged
    tried(times)
    view = queries.import_view(found, admin)
    assert (view.state, view.broken_off) == ("refused", True)
    assert "运维" in view.said
    Import.objects.filter(id=found).update(file_sealed=sealed)
    commands.check_again(by=admin, now=now(), import_id=found)
    jobs.run_waiting()
    assert queries.import_view(found, admin).state == "checked"


def test_a_check_that_may_still_come_off_is_waited_for(damaged: tuple[UUID, bytes], admin: Standing) -> None:
    from xiucheng.operations.founding import queries

    tried(4)
    assert queries.import_view(damaged[0], admin).state == "checking"


def test_taking_and_taking_back_that_fail_for_good_leave_all_as_it_was(hand: Hand, admin: Standing) -> None:
    from xiucheng.kit.now import now
    from xiucheng.operations.founding import commands, queries
    from xiucheng.operations.founding.models import Effect, Import

    view = hand("agencies", book(AGENCY_HEADS, AGENCY_ROWS))
    sealed = bytes(Import.objects.get(id=view.id).file_sealed or b"")
    commands.accept(by=admin, now=now(), import_id=view.id, plan_digest=view.plan_digest)
    Import.objects.filter(id=view.id).update(file_sealed=sealed[:-1])
    tried(5)
    back = queries.import_view(view.id, admin)
    assert (back.state, back.broken_off) == ("checked", True)
    Import.objects.filter(id=view.id).update(file_sealed=sealed)
    commands.accept(by=admin, now=now(), import_id=view.id, plan_digest=view.plan_digest)
    tried(0)
    assert queries.import_view(view.id, admin).state == "taken"
    Effect.objects.filter(of=view.id).update(before_sealed=b"damaged")
    commands.undo(by=admin, now=now(), import_id=view.id)
    tried(5)
    kept = queries.import_view(view.id, admin)
    assert (kept.state, kept.broken_off) == ("taken", True)


def test_a_rehearsal_whose_worker_was_killed_does_not_keep_the_site_from_going_live(
    world: World, admin: Standing
) -> None:
    from xiucheng.kit.now import now
    from xiucheng.operations.founding import beginning, rehearsed
    from xiucheng.operations.founding.models import Site
    from xiucheng.operations.founding.rehearsing import running

    begun = now()
    Site.objects.create(id=1, rehearsal_state="running", rehearsed_at=begun)
    with refused("rehearsing", 409):
        beginning.go_live(by=admin, now=begun, without_rehearsal=True)
    later = begun + timedelta(seconds=2 * running.MOST_S)
    with refused("grave_gaps"):
        beginning.go_live(by=admin, now=later, without_rehearsal=True)
    assert rehearsed.view(admin, begun).running
    assert rehearsed.view(admin, later).failed == "no_answer"
