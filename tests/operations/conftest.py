"""The small district that tests of operations work in."""

import pytest

from tests import world as worlds


@pytest.fixture
def world(db) -> worlds.World:
    """A founded district in a transaction that is rolled back."""
    return worlds.build()


@pytest.fixture
def committed_world(transactional_db) -> worlds.World:
    """The same with real commits, for tests with several connections."""
    return worlds.build()
