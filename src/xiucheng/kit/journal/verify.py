"""Proving that the journal is what it was: positions gapless, chain unbroken, every day's head in its place, nothing
missing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import connection, transaction

from xiucheng.kit.days import site_zone

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
        days = _Days(heads)
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
            days.saw(position, step.recorded_at, link)
            if progress and position % _CHUNK == 0:
                progress(position, total)
        verdict.head = link.hex()
        verdict.day_heads = len(days.met)
        verdict.problems += days.problems()
        _missing(verdict)
    if progress:
        progress(total, total)
    return verdict


@dataclass(frozen=True, slots=True)
class _Head:
    day: date
    position: int
    hash: bytes


def _day_heads() -> list[_Head]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT day, position, hash FROM kit_day_head ORDER BY day")
        return [_Head(day, position, bytes(digest)) for day, position, digest in cursor.fetchall()]


class _Days:
    """The local days of the steps as the chain passes by, held against the day heads."""

    def __init__(self, heads: Sequence[_Head]) -> None:
        self._zone = site_zone()
        self._heads = heads
        self._at: Mapping[int, list[_Head]] = _by_position(heads)
        self._first: dict[date, int] = {}
        self._too_wide: set[date] = set()
        self.met: set[date] = set()

    def saw(self, position: int, recorded_at: datetime, link: bytes) -> None:
        """One step of the chain, in order."""
        day = recorded_at.astimezone(self._zone).date()
        self._first.setdefault(day, position)
        for head in self._at.get(position, ()):
            if head.hash == link:
                self.met.add(head.day)
            if day > head.day:
                self._too_wide.add(head.day)

    def problems(self) -> list[str]:
        """Heads off the chain, heads that hold a step of a later day, days that were passed over."""
        return [
            *(f"the head of {head.day} is not on the chain" for head in self._heads if head.day not in self.met),
            *(f"the head of {day} holds steps of a later day" for day in sorted(self._too_wide)),
            *(f"the head of {day} is missing" for day in self._passed_over()),
        ]

    def _passed_over(self) -> list[date]:
        """Days with a step that a later head covers, and no head: they are closed in order, so one was taken away."""
        closed = {head.day for head in self._heads}
        furthest = max((head.position for head in self._heads), default=0)
        last = max(closed, default=date.min)
        return [
            day
            for day, first in sorted(self._first.items())
            if day not in closed and day < last and first <= furthest and not self._late(day, first)
        ]

    def _late(self, day: date, first: int) -> bool:
        """Did the day's first step come in only after a later day was closed?"""
        return any(head.day > day and head.position < first for head in self._heads)


def _by_position(heads: Sequence[_Head]) -> dict[int, list[_Head]]:
    found: dict[int, list[_Head]] = {}
    for head in heads:
        found.setdefault(head.position, []).append(head)
    return found


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
