"""The residents' tests: the small district at this very moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.world import World


@pytest.fixture
def world(db: None) -> World:
    """A founded district; pages ask the clock themselves."""
    from tests.world import build
    from xiucheng.kit.now import now

    return build(now())
