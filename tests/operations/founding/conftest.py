"""Handing files in the way the page does, and letting the worker work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from xiucheng.foundation.people.rules import Standing

if TYPE_CHECKING:
    from tests.world import World
    from xiucheng.operations.founding.queries import ImportView

Hand = Callable[..., "ImportView"]


@pytest.fixture
def admin(world: World) -> Standing:
    return world.standing("security_admin")


@pytest.fixture
def hand(admin: Standing) -> Hand:
    return handing(admin)


def handing(admin: Standing, *, inside: bool = False) -> Hand:
    """hand(template, content, take=True): upload, let the job judge it, and take it where asked.

    inside: the jobs' functions are called in the running transaction, which the worker would not see.
    """
    from xiucheng.kit import jobs as worker
    from xiucheng.kit.now import now
    from xiucheng.operations.founding import commands, jobs, queries

    def hand_in(
        template: str,
        content: bytes,
        *,
        take: bool = False,
        close_missing: bool = False,
        keep: Mapping[int, tuple[str, str]] | None = None,
    ) -> ImportView:
        found: UUID = commands.upload(by=admin, now=now(), template=template, content=content, name="示例.xlsx")
        jobs.check.run(import_id=str(found)) if inside else worker.run_waiting()
        view = queries.import_view(found, admin)
        if take:
            commands.accept(
                by=admin,
                now=now(),
                import_id=found,
                plan_digest=view.plan_digest,
                close_missing=close_missing,
                keep=keep,
            )
            jobs.take.run(import_id=str(found)) if inside else worker.run_waiting()
        return queries.import_view(found, admin)

    return hand_in
