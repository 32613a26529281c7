"""Every test of places starts from the database, not from what the process remembers of the test before."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def fresh_memory() -> Iterator[None]:
    from xiucheng.foundation.places import memory

    memory.forget()
    yield
    memory.forget()
