"""The time line of published versions as this process holds it: read again after a second, or after a change made here.

A transaction that has published sees its own change at once; nobody else sees it before the commit, and nobody ever
where the transaction is undone.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from . import rules
from .models import Version
from .rules import Entry

HOLD_S = 1.0
"""How long another process may go on under what was in force before (docs/architecture.md)."""


@dataclass(frozen=True, slots=True)
class _Lines:
    by_kind: Mapping[str, Sequence[Entry]]
    read_at: float
    # What a transaction that has published reads belongs to it alone.
    of_change: object | None = None


class _Held:
    lines: _Lines | None = None
    generation = 0


_lock = threading.Lock()
_own = threading.local()


def entries(kind: str) -> Sequence[Entry]:
    """The published versions of a kind in order of effective_from; no statement on most calls."""
    change = _own_change()
    held: _Lines | None = getattr(_own, "lines", None) if change else _Held.lines
    if held is None or held.of_change is not change or time.monotonic() - held.read_at > HOLD_S:
        held = _refresh(change)
    return held.by_kind.get(kind, ())


def _refresh(change: object | None) -> _Lines:
    generation = _Held.generation
    read_at = time.monotonic()
    lines = _Lines(_read(), read_at, change)
    if change is not None:
        _own.lines = lines
        return lines
    with _lock:
        # Somebody may have published between our reading and now; then what we read is for this call only.
        if generation == _Held.generation:
            _Held.lines = lines
    return lines


def _read() -> dict[str, list[Entry]]:
    lines: dict[str, list[Entry]] = {}
    rows = Version.objects.filter(state=rules.PUBLISHED).order_by("kind", "effective_from")
    for kind, effective_from, version, version_id, digest in rows.values_list(
        "kind", "effective_from", "version", "id", "digest"
    ):
        assert effective_from is not None
        lines.setdefault(kind, []).append(Entry(effective_from, version, version_id, digest))
    return lines


class _Change:
    """Forgets what the process holds, when the transaction commits; while it waits to, the change is our own."""

    def __call__(self) -> None:
        forget()


def changed() -> None:
    """To be called inside the transaction that changed the time line."""
    transaction.on_commit(_Change())


def _own_change() -> object | None:
    # Django takes hooks off this list at commit, at rollback, and at the rollback of the savepoint they came from:
    # exactly as long as our change is part of the running transaction.
    hooks: Sequence[Sequence[Any]] = connection.run_on_commit
    return next((hook[1] for hook in reversed(hooks) if isinstance(hook[1], _Change)), None)


def forget() -> None:
    """Hold nothing any more: the next reader asks the database."""
    with _lock:
        _Held.generation += 1
        _Held.lines = None
