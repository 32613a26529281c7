"""The small district that tests of operations work in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.world import World


@pytest.fixture
def world(db: None) -> World:
    """A founded district in a transaction that is rolled back."""
    # Models can only be imported once the settings stand, which is after this file is read.
    from tests.world import build

    return build()


@pytest.fixture
def committed_world(transactional_db: None) -> World:
    """The same with real commits, for tests with several connections."""
    from tests.world import build

    return build()
