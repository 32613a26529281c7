"""Proving that the journal is what it was: positions gapless, chain unbroken, day heads on it, nothing missing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.db import connection, transaction

from . import steps

_CHUNK = 5000


@dataclass(slots=True)
class Verdict:
    """What `run` found; ok when there are no problems."""

    steps: int = 0
    day_heads: int = 0
    pending: int = 0
    head: str = ""
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.problems


def run(progress: Callable[[int, int], None] | None = None) -> Verdict:
    """Recompute the whole chain inside one snapshot; `progress(done, total)` is called per chunk."""
    verdict = Verdict()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        heads = _day_heads()
        total, _ = steps.head()
        link = bytes(32)
        for position, step, stored in _positions(total):
            verdict.steps += 1
            if position != verdict.steps:
                verdict.problems.append(f"position {verdict.steps} is missing")
                return verdict
            link = steps.chained(link, step)
            if link != stored:
                verdict.problems.append(f"the chain breaks at position {position}, step {step.id}")
                return verdict
            for day in heads.pop((position, link), ()):
                verdict.day_heads += 1 if day else 0
            if progress and position % _CHUNK == 0:
                progress(position, total)
        verdict.head = link.hex()
        verdict.problems += [f"the head of {day} is not on the chain" for days in heads.values() for day in days]
        _missing(verdict)
    if progress:
        progress(total, total)
    return verdict


def _day_heads() -> dict[tuple[int, bytes], list[str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT day, position, hash FROM kit_day_head")
        heads: dict[tuple[int, bytes], list[str]] = {}
        for day, position, digest in cursor.fetchall():
            heads.setdefault((position, bytes(digest)), []).append(day.isoformat())
    return heads


def _positions(total: int) -> Iterator[tuple[int, steps.Step, bytes]]:
    after = 0
    while after < total:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT hash FROM kit_position WHERE position > %s AND position <= %s ORDER BY position",
                [after, after + _CHUNK],
            )
            hashes = [bytes(row[0]) for row in cursor.fetchall()]
        batch = steps.read(after=after, limit=_CHUNK)
        for step, digest in zip(batch, hashes, strict=False):
            assert step.position is not None
            yield step.position, step, digest
        after += _CHUNK


def _missing(verdict: Verdict) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kit_pending")
        verdict.pending = cursor.fetchone()[0]
        cursor.execute(
            "SELECT count(*) FROM kit_step s WHERE NOT EXISTS (SELECT 1 FROM kit_position p WHERE p.step_id = s.id)"
            " AND NOT EXISTS (SELECT 1 FROM kit_pending q WHERE q.step_id = s.id)"
        )
        lost = cursor.fetchone()[0]
        if lost:
            verdict.problems.append(f"{lost} steps have neither a position nor wait for one")
        cursor.execute("SELECT max(position) FROM kit_reader")
        furthest = cursor.fetchone()[0] or 0
        if furthest > verdict.steps:
            verdict.problems.append(
                f"a reader stands at {furthest}, the journal ends at {verdict.steps}: its end is cut"
            )
