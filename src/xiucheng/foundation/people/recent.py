"""What a process remembers for a few seconds of slowly changing tables: posts and organisations."""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from django.db import connection, transaction

V = TypeVar("V")

SECONDS = 3.0
"""How long another process may not yet know of a change (D); this one knows at once."""

_LIMIT = 20_000


class _Unsettled(threading.local):
    """Has this thread's open transaction changed something? Then what it reads may yet be rolled back."""

    value = False


class Recent:
    """Loads once, remembers for some seconds; `changed()` makes everybody in this process load again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[Hashable, tuple[float, object, Any]] = {}
        self._version = 0
        self._unsettled = _Unsettled()

    def get(self, key: Hashable, load: Callable[[], V]) -> V:
        """The remembered value, or what `load` brings."""
        # Behind another connection pool stands another database (a test's fresh clone).
        source = getattr(connection, "pool", None)
        found = self._held.get(key)
        if found is not None and found[0] > time.monotonic() and found[1] is source:
            return found[2]
        version = self._version
        value = load()
        if not self._is_unsettled():
            with self._lock:
                # A change while we loaded: what we have may be from before it.
                if version == self._version:
                    if len(self._held) >= _LIMIT:
                        self._held.clear()
                    self._held[key] = (time.monotonic() + SECONDS, source, value)
        return value

    def changed(self) -> None:
        """To be called in the transaction of a change, after it."""
        self._drop()
        if connection.in_atomic_block:
            self._unsettled.value = True
            transaction.on_commit(self._settle)

    def _is_unsettled(self) -> bool:
        if self._unsettled.value and not connection.in_atomic_block:
            self._unsettled.value = False
        return self._unsettled.value

    def _settle(self) -> None:
        self._unsettled.value = False
        self._drop()

    def _drop(self) -> None:
        with self._lock:
            self._version += 1
            self._held.clear()


people = Recent()
