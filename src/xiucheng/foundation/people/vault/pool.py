"""Keys made ahead in this process, so that a report waits for no second database; safe over threads and forks."""

import os
import threading
from collections import OrderedDict, deque
from uuid import UUID

from . import store

BATCH = 64
"""Keys made by one insert. What a process leaves unused at its end stays in the store and opens nothing."""

_REMEMBERED = 2048


class _Pool:
    """The ready keys, and the clear form of those handed out lately, with which they are sealed at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ready: deque[tuple[UUID, bytes]] = deque()
        self._lately: OrderedDict[UUID, bytes] = OrderedDict()
        self._source: object = None

    def take(self, count: int) -> list[UUID]:
        with self._lock:
            if self._source is not store.source():
                self._ready.clear()
                self._source = store.source()
            # A key that a rollback may take back must not wait here for another transaction.
            if store.in_transaction() or count > BATCH:
                taken = store.make(count)
            else:
                if len(self._ready) < count:
                    self._ready.extend(store.make(BATCH))
                taken = [self._ready.popleft() for _ in range(count)]
            self._lately.update(taken)
            while len(self._lately) > max(_REMEMBERED, count):
                self._lately.popitem(last=False)
        return [key_id for key_id, _ in taken]

    def lately(self, key_id: UUID) -> bytes | None:
        return self._lately.get(key_id)

    def drop(self, key_ids: list[UUID]) -> None:
        with self._lock:
            for key_id in key_ids:
                self._lately.pop(key_id, None)

    def waiting(self) -> int:
        return len(self._ready)


_pool = _Pool()


def take(count: int) -> list[UUID]:
    """So many keys that nobody else has."""
    return _pool.take(count)


def lately(key_id: UUID) -> bytes | None:
    """The clear key, if this process handed it out lately."""
    return _pool.lately(key_id)


def drop(key_ids: list[UUID]) -> None:
    """Forget the clear keys of these ids."""
    _pool.drop(key_ids)


def waiting() -> int:
    """How many keys are ready."""
    return _pool.waiting()


def forget() -> None:
    """Begin anew: a child must not hand out its parent's keys, nor wait for a lock that a dead thread holds."""
    global _pool
    _pool = _Pool()


os.register_at_fork(after_in_child=forget)
