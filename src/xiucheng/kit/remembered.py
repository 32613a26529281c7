"""What a process remembers of slowly changing tables, and how it learns that they have changed.

    places = Remembered("places")
    places.get("map", load)    # remembered, or what load() brings
    places.changed()           # in the transaction of a change, after it

Every topic has a random token in `kit_changed`, which each change replaces. What was read is believed as long as the
token is the one it was read under. One statement, once in CHECK_SECONDS at most, reads the tokens of all topics: a
process sees another one's change after a second at the latest, and its own with the commit.

A transaction that has changed a topic sees its own change at once and alone: what it reads belongs to the change, and
goes with it at the commit, at the rollback, and at the rollback to a savepoint before it. Whoever commits between such
a change and the end of its transaction is not seen by it.
"""

import threading
import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast
from uuid import UUID
from weakref import WeakSet

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

V = TypeVar("V")

CHECK_SECONDS = 1.0
"""How long a change by another process may go unseen (docs/architecture.md)."""

_MOST = 20_000
"""So many values of a topic are kept; beyond them all are read again (D)."""

_TOKENS = "SELECT topic, token FROM kit_changed"

_RENEW = """
INSERT INTO kit_changed (topic, token)
SELECT topic, gen_random_uuid() FROM unnest(%s::text[]) AS topic ORDER BY topic
ON CONFLICT (topic) DO UPDATE SET token = EXCLUDED.token
"""


class Remembered:
    """Values of one topic by key. They are shared between threads: read them, do not write into them."""

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self._shared = _Values()
        _all.add(self)

    def get(self, key: Hashable, load: Callable[[], V]) -> V:
        """The remembered value, or what `load` brings; of several threads that miss the same one, one loads it."""
        # Finding the thread's connection is most of the 4 µs this takes, so it is done once.
        database = connections[DEFAULT_DB_ALIAS]
        own = next(_own_changes(database, self.topic), None) if database.run_on_commit else None
        values = self._current(database) if own is None else own.values
        return cast(V, values.get(key, load))

    def changed(self) -> None:
        """Let everybody read the topic again once the running transaction commits, and this transaction from now on.

        Called after the change, in its transaction; not after a mere attempt that was rolled back.
        """
        change = next(_own_changes(connection, self.topic), None)
        savepoints = set(connection.savepoint_ids)
        if change is None or change.savepoints != savepoints:
            change = _Change(self, savepoints)
            transaction.on_commit(change)
        else:
            # They stand and fall together, so one may speak for both: a load of thousands leaves one hook.
            change.values, change.told = _Values(), False
        if not _frame.is_open:
            _tell([change])

    def drop(self) -> None:
        """Forget what is remembered; a thread that is loading just now keeps what it gets to itself."""
        self._shared = _Values()

    def _current(self, database: Any) -> "_Values":
        # The token is known before the rows are read: a change in between then counts as one more, and is not missed.
        known = _known(database)
        token = known.tokens.get(self.topic)
        values = self._shared
        if values.source is not known.source or values.token != token:
            values = self._shared = _Values(known.source, token)
        return values


def look_again() -> None:
    """Let the next reader look at the tokens, however short ago that was; nothing is forgotten."""
    if _state.known is not None:
        _state.known = replace(_state.known, asked_at=float("-inf"))


def forget() -> None:
    """Remember nothing any more; for tests, whose rolled back or replaced databases no token tells of."""
    _state.known = None
    for one in list(_all):
        one.drop()


@contextmanager
def told_at_the_end() -> Iterator[None]:
    """The frame of a verb: the topics changed in the block, and not rolled back, get their tokens when it ends.

    Two verbs that change two topics lock their tokens in one order (that of the topics), and nothing else is waited
    for afterwards, so they cannot lock each other out; and a long load does not keep others from the topic. A change
    outside a verb is told at once: who makes several there, in one transaction, sees to the order himself.
    """
    _frame.is_open = True
    try:
        yield
        _tell([change for change in _own_changes(connection) if not change.told])
    finally:
        _frame.is_open = False


@dataclass(slots=True)
class _Entry:
    lock: threading.Lock = field(default_factory=threading.Lock)
    loaded: bool = False
    value: Any = None


@dataclass(slots=True)
class _Values:
    """What was read from one source (a connection pool) under one token."""

    source: object = None
    token: UUID | None = None
    entries: dict[Hashable, _Entry] = field(default_factory=dict)

    def get(self, key: Hashable, load: Callable[[], Any]) -> Any:
        entry = self.entries.get(key)
        if entry is None:
            if len(self.entries) >= _MOST:
                self.entries.clear()
            entry = self.entries.setdefault(key, _Entry())
        if not entry.loaded:
            # Whoever waits for the lock has a connection: the one who loads never waits for theirs from the pool.
            connection.ensure_connection()
            with entry.lock:
                if not entry.loaded:
                    entry.value, entry.loaded = load(), True
        return entry.value


@dataclass(slots=True, eq=False)
class _Change:
    """A change that belongs to the running transaction; called when that commits."""

    of: Remembered
    savepoints: set[str]
    values: _Values = field(default_factory=_Values)
    told: bool = False

    def __call__(self) -> None:
        self.of.drop()
        look_again()


def _own_changes(database: Any, topic: str | None = None) -> Iterator[_Change]:
    """The changes of the running transaction, the latest first."""
    # Django takes hooks off this list at the commit, at the rollback, and at the rollback of the savepoint they came
    # from: exactly as long as they are part of the running transaction.
    for hook in reversed(database.run_on_commit):
        change = hook[1]
        if isinstance(change, _Change) and topic in (None, change.of.topic):
            yield change


def _tell(changes: list[_Change]) -> None:
    if changes:
        with connection.cursor() as cursor:
            cursor.execute(_RENEW, [sorted({change.of.topic for change in changes})])
        for change in changes:
            change.told = True


@dataclass(frozen=True, slots=True)
class _Known:
    """The tokens, from where, and when they were asked for."""

    source: object
    tokens: Mapping[str, UUID]
    asked_at: float


class _State:
    known: _Known | None = None


class _Frame(threading.local):
    is_open = False


_state = _State()
_frame = _Frame()
_asking = threading.Lock()
_all: WeakSet[Remembered] = WeakSet()


def _known(database: Any) -> _Known:
    # Behind another connection pool stands another database (a test's fresh clone).
    source = database.pool
    known = _state.known
    if known is None or known.source is not source:
        return _ask(source, {})
    if time.monotonic() - known.asked_at < CHECK_SECONDS or not _asking.acquire(blocking=False):
        return known  # fresh, or somebody is asking already
    try:
        return _ask(source, known.tokens)
    finally:
        _asking.release()


def _ask(source: object, before: Mapping[str, UUID]) -> _Known:
    moment = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(_TOKENS)
        tokens: dict[str, UUID] = dict(cursor.fetchall())
    for change in _own_changes(connection):
        # A token that we have written and not committed is nobody else's: the rows under it are the old ones to them.
        tokens.pop(change.of.topic, None)
        if change.of.topic in before:
            tokens[change.of.topic] = before[change.of.topic]
    _state.known = known = _Known(source, tokens, moment)
    return known
