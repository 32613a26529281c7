"""The small district that doors open onto, and people who come in."""

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


@pytest.fixture(autouse=True)
def nobody_counted() -> None:
    """Each test begins with nobody counted: pages and API count how often one address asks."""
    from xiucheng.interfaces.web.rates import RATES

    RATES.clear()
