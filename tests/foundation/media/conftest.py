"""A storage of its own for every test, and who acts in them."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from xiucheng.foundation.people.rules import Post, Standing


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """Where the sealed files of this test lie."""
    place = tmp_path / "media"
    settings.STORAGES = {
        **settings.STORAGES,
        "media": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(place)}},
    }
    return place


@pytest.fixture
def leader() -> Standing:
    return Standing(uuid4(), posts=(Post("shift_leader"),))


@pytest.fixture
def clerk() -> Standing:
    return Standing(uuid4(), posts=(Post("agency_clerk", agency_id=uuid4()),))
