"""A log that a running process appends to is cut before it fills the disk; the part before stays beside it once."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

LARGEST = 32 * 2**20
"""Bytes of a log; with the one before, a process keeps at most about twice as much (D)."""


def shorten(log: Path, largest: int = LARGEST) -> bool:
    """Moves what the log holds to `<log>.1` once it is longer than `largest` bytes; says whether it did.

    The writer keeps its open file, opened for appending (O_APPEND): so it is copied and emptied, not renamed. A line
    written between the two is lost. Raises OSError.
    """
    if not log.exists() or log.stat().st_size <= largest:
        return False
    before = log.with_name(f"{log.name}.1")
    # Made for its owner alone before anything is in it.
    before.unlink(missing_ok=True)
    before.touch(mode=0o600)
    shutil.copyfile(log, before)
    os.truncate(log, 0)
    return True
