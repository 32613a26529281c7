"""Readers of the journal: projections (pure, replayable) and reactions (once per step, never replayed).

1. A reader takes its row in kit_reader; another process that has it is left alone.
2. It reads the steps after its position that bear its names.
3. A projection applies the batch; a reaction first claims each step in kit_reacted and acts on those it won.
4. Effect, claim and position are one transaction: a kill leaves all of it or nothing.
5. A reaction that fails is tried alone; what fails alone is parked and tried again with back-off.
6. Claims far below a reader's position are forgotten; from then on it never goes back below them.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from .. import prepared
from ..ids import uuid7
from ..refused import Refused
from ..wordless import described
from . import steps
from .record import marked, open_buffer
from .steps import Step

log = logging.getLogger(__name__)

_BATCH = 500
_BACK_OFF = (1, 10, 60, 600, 3600)
"""Seconds before a parked step is tried again; after the last it waits for a person."""

_CLAIMS_KEPT = 50_000
"""Positions below a reaction's own whose claims are kept: what it did lately can be looked up (D)."""
_FORGOTTEN_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Reader:
    """A registered projection or reaction."""

    name: str
    verbs: frozenset[str]
    apply: Callable[[Sequence[Step]], None]
    reacts: bool
    reset: Callable[[], None] | None = None
    lost: Callable[[], bool] | None = None


registry: dict[str, Reader] = {}


def _register(reader: Reader) -> None:
    if reader.name in registry and registry[reader.name].apply is not reader.apply:
        raise RuntimeError(f"two readers are called {reader.name}")
    registry[reader.name] = reader


def projection(
    name: str, *, verbs: Iterable[str], reset: Callable[[], None], lost: Callable[[], bool] | None = None
) -> Callable[[Callable[[Sequence[Step]], None]], Callable[[Sequence[Step]], None]]:
    """Register a derived table: `fn(steps)` applies a batch in order, `reset()` empties the table for a replay.

    lost: for a table that a crash or a restore empties (UNLOGGED), whether that has happened; see `rebuild_lost`.
    """

    def register(fn: Callable[[Sequence[Step]], None]) -> Callable[[Sequence[Step]], None]:
        _register(Reader(name, frozenset(verbs), fn, reacts=False, reset=reset, lost=lost))
        return fn

    return register


def reaction(name: str, *, verbs: Iterable[str], batch: bool = False) -> Callable[[Callable[..., None]], Any]:
    """Register what follows from a step: `fn(step)`, or `fn(steps)` with batch=True.

    It acts once per step, in the journal's order, inside one transaction with its position; never for imported
    steps. Refused means that nothing is to be done any more; any other error parks the step.
    """

    def register(fn: Callable[..., None]) -> Callable[..., None]:
        def one_by_one(batch_of: Sequence[Step]) -> None:
            for step in batch_of:
                fn(step)

        _register(Reader(name, frozenset(verbs), fn if batch else one_by_one, reacts=True))
        return fn

    return register


class Round(NamedTuple):
    """How many positions a reader advanced, and whether to look again at once: there is more, or somebody else is
    reading for it just now and may have looked too early."""

    moved: int
    again: bool


def run(name: str, limit: int = _BATCH) -> int:
    """Let one reader go on by at most `limit` positions; returns how many it advanced (0: at the head, or busy)."""
    return advance(name, limit).moved


def advance(name: str, limit: int = _BATCH) -> Round:
    """Let one reader go on by at most `limit` positions."""
    reader = registry[name]
    try:
        return _advance(reader, limit, alone=False)
    except Exception:
        if not reader.reacts:
            raise
        # Somewhere in the batch a step is bad: again, each behind its own savepoint.
        return _advance(reader, limit, alone=True)


def _advance(reader: Reader, limit: int, *, alone: bool) -> Round:
    with transaction.atomic(), open_buffer():
        position = _take(reader.name)
        if position is None:
            return Round(0, again=True)
        head, _ = steps.head()
        upto = min(position + limit, head)
        if upto <= position:
            return Round(0, again=False)
        batch = steps.read(
            after=position, limit=upto - position, names=sorted(reader.verbs), with_imported=not reader.reacts
        )
        if reader.reacts:
            batch = _claim(reader.name, batch)
        if batch:
            _act(reader, batch, alone=alone)
        with prepared.cursor() as cursor:
            cursor.execute(
                "UPDATE kit_reader SET position = %s, moved_at = clock_timestamp() WHERE name = %s", [upto, reader.name]
            )
    return Round(upto - position, again=upto < head)


def _act(reader: Reader, batch: Sequence[Step], *, alone: bool) -> None:
    if not alone:
        reader.apply(batch)
        return
    for step in batch:
        try:
            with transaction.atomic(), marked():
                reader.apply([step])
        except Refused as refusal:
            log.info("%s: %s at step %s", reader.name, refusal.code, step.id)
        except Exception as error:
            log.error("%s fails at step %s; parked: %s", reader.name, step.id, described(error))
            _park(reader.name, step, error)


def _take(name: str) -> int | None:
    with prepared.cursor() as cursor:
        # Where the claims are forgotten nobody could tell what was done already: a position set back stops there.
        cursor.execute(
            "SELECT GREATEST(position, forgotten_to) FROM kit_reader WHERE name = %s FOR UPDATE SKIP LOCKED", [name]
        )
        row = cursor.fetchone()
    return row[0] if row else None


def _claim(name: str, batch: Sequence[Step]) -> list[Step]:
    if not batch:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kit_reacted (reader, step_id) SELECT %s, unnest(%s::uuid[])"
            " ON CONFLICT DO NOTHING RETURNING step_id",
            [name, [step.id for step in batch]],
        )
        won = {row[0] for row in cursor.fetchall()}
    return [step for step in batch if step.id in won]


def _park(name: str, step: Step, error: Exception) -> None:
    # The type only: a message may hold what a person wrote.
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kit_parked (id, reader, step_id, tries, error, next_try_at)"
            " VALUES (%s, %s, %s, 1, %s, clock_timestamp() + make_interval(secs => %s))"
            " ON CONFLICT (reader, step_id) DO NOTHING",
            [uuid7(), name, step.id, type(error).__name__, _BACK_OFF[0]],
        )


def retry_parked(now: datetime, limit: int = 20) -> int:
    """Try parked steps whose time has come; returns how many went through.

    A step of a reader that nobody has registered (renamed, or of another version) stays as it is: `waiting` counts it
    among those that wait for a person.
    """
    done = 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, reader FROM kit_parked WHERE next_try_at <= %s AND reader = ANY(%s)"
            " ORDER BY next_try_at LIMIT %s",
            [now, list(registry), limit],
        )
        due = cursor.fetchall()
    for parked_id, name in due:
        with transaction.atomic(), open_buffer():
            # The reader's row first, as in a batch: whoever holds the reader back holds back this too.
            hold(name)
            done += _retry(parked_id, registry[name], now)
    return done


def _retry(parked_id: UUID, reader: Reader, now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT step_id, tries FROM kit_parked WHERE id = %s AND next_try_at <= %s FOR UPDATE SKIP LOCKED",
            [parked_id, now],
        )
        row = cursor.fetchone()
        if row is None:
            return 0
        step_id, tries = row
        found = steps.of_ids([step_id])
        try:
            with transaction.atomic(), marked():
                reader.apply(found)
        except Refused as refusal:
            log.info("%s: %s at parked step %s", reader.name, refusal.code, step_id)
        except Exception as error:
            log.error("%s fails again at step %s: %s", reader.name, step_id, described(error))
            wait = _BACK_OFF[tries] if tries < len(_BACK_OFF) else None
            cursor.execute(
                "UPDATE kit_parked SET tries = tries + 1, error = %s, next_try_at = %s WHERE id = %s",
                [type(error).__name__, now + timedelta(seconds=wait) if wait else None, parked_id],
            )
            return 0
        cursor.execute("DELETE FROM kit_parked WHERE id = %s", [parked_id])
    return 1


def forget_claims(keep: int = _CLAIMS_KEPT, limit: int = _FORGOTTEN_AT_ONCE) -> int:
    """Forget what reactions claimed more than `keep` positions ago, up to `limit` positions each; returns how many.

    A claim keeps a reaction from acting twice on a step that it meets again, so the two go together: how far claims
    are forgotten is written down with their deletion, and a reader never reads below it again. Steps parked meanwhile
    are tried without a claim and stay. A reader that is at work is left for the next time.
    """
    forgotten = 0
    for name in [reader.name for reader in registry.values() if reader.reacts]:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT position, forgotten_to FROM kit_reader WHERE name = %s FOR UPDATE SKIP LOCKED", [name]
            )
            row = cursor.fetchone()
            upto = min(row[0] - keep, row[1] + limit) if row else 0
            if row is None or upto <= row[1]:
                continue
            cursor.execute(
                "DELETE FROM kit_reacted r USING kit_position p"
                " WHERE p.position > %s AND p.position <= %s AND r.reader = %s AND r.step_id = p.step_id",
                [row[1], upto, name],
            )
            forgotten += cursor.rowcount
            cursor.execute("UPDATE kit_reader SET forgotten_to = %s WHERE name = %s", [upto, name])
    return forgotten


def ensure_rows() -> None:
    """A row for every registered reader; a new reaction begins at the head (the past is not acted on), a new
    projection at the beginning."""
    head, _ = steps.head()
    with connection.cursor() as cursor:
        for reader in registry.values():
            cursor.execute(
                "INSERT INTO kit_reader (name, position) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                [reader.name, head if reader.reacts else 0],
            )


def replay(name: str) -> None:
    """Empty a projection's table and read the whole journal again; refused (ValueError) for a reaction."""
    reader = registry[name]
    if reader.reset is None:
        raise ValueError(f"{name} reacts; it is never replayed")
    with transaction.atomic(), connection.cursor() as cursor:
        hold(name)
        reader.reset()
        cursor.execute("UPDATE kit_reader SET position = 0 WHERE name = %s", [name])
    while run(name, limit=5000):
        pass


def rebuild_lost() -> int:
    """Replay the projections whose tables a crash or a restore has emptied; returns how many. Safe in several
    workers."""
    lost = [reader.name for reader in registry.values() if reader.lost is not None and reader.lost()]
    for name in lost:
        log.warning("%s has lost its table; it is read again from the beginning", name)
        replay(name)
    return len(lost)


def hold(name: str) -> None:
    """Wait for a reader's running batch and keep it from the next one until this transaction ends.

    For a verb that takes back what the reader may be writing down just now.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM kit_reader WHERE name = %s FOR UPDATE", [name])


def catch_up(limit_rounds: int = 1000, progress: Callable[[int, int | None], None] | None = None) -> int:
    """Sequence and read until nothing is left to do; for tests, imports and the command line. Returns how much there
    was to do: each step once for its position and once for every reader.

    progress: called with (done, total) after every round; the total grows where readers write steps of their own.
    """
    from . import sequencer

    ensure_rows()
    done, owed = 0, waiting()[0] * (1 + len(registry)) + sum(lags().values())
    for _ in range(limit_rounds):
        moved = sequencer.run_once()
        for name in list(registry):
            moved += run(name)
        done += moved
        if progress is not None:
            progress(done, max(done, owed))
        if not moved:
            return done
    raise RuntimeError("the readers do not come to rest")


def lags() -> dict[str, int]:
    """How many positions each reader is behind the head."""
    head, _ = steps.head()
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, position FROM kit_reader")
        return {name: head - position for name, position in cursor.fetchall() if name in registry}


def waiting() -> tuple[int, int, int]:
    """How many steps wait for a position, how many are parked, and how many of those wait for a person (given up, or
    of a reader that is not there)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM kit_pending), count(*),"
            " count(*) FILTER (WHERE next_try_at IS NULL OR reader <> ALL(%s)) FROM kit_parked",
            [list(registry)],
        )
        pending, parked, given_up = cursor.fetchone()
    return pending, parked, given_up
