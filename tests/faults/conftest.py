"""Sites that may be broken: on the test run's own cluster, or on a durable one whose server may be killed as well."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cluster import Databases
    from tests.faults.durable import Durable


@pytest.fixture
def durable(committed_db: Databases) -> Iterator[Durable]:
    """The site on a cluster of its own, durable as a trial's is; this process stands in it until the test ends."""
    # The settings can only be read once they stand, which is after this file is.
    from tests.faults.durable import Durable

    # The server runs as another account under root, which must get through to its folder.
    folder = Path(tempfile.mkdtemp(prefix="xc-faults-"))
    folder.chmod(0o711)
    site = Durable(folder)
    try:
        site.open(committed_db.admin_url)
        with site.stood_in():
            yield site
    finally:
        site.trial.close()
        shutil.rmtree(folder, ignore_errors=True)
