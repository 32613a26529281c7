"""A small district for the tests of partnerships."""

import pytest


@pytest.fixture
def world(db):
    from tests.world import build

    return build()
