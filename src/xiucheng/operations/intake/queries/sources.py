"""Statistics of an imported source, reckoned from what is stored, and the lists behind its flags."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from xiucheng.kit.site import is_locked, lock_key
from xiucheng.operations.cases import history

from ..models import Report, Run
from ..rules.quality import FLAGS, Span, on_time, percentile, response_hours

_CHUNK = 5000


@dataclass(frozen=True, slots=True)
class SourceStatistics:
    """Figures of one source. Hours are from created to closed, contradictory and open rows left out.

    on_time_share: closed before the stated due instant, of on_time_rows: those closed, without contradiction, whose
    due is stated. None where there is nothing to divide by (shown as "—", never as 0 or 100). flags: rows per flag.
    """

    source: str
    rows: int
    closed_before_created: int
    never_closed: int
    no_due: int
    median_hours_to_close: float | None
    p90_hours_to_close: float | None
    mean_hours_to_close: float | None
    on_time_rows: int
    on_time_share: float | None
    flags: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        """For JSON; hours to the hundredth, the share to four digits."""
        return asdict(self)


def source_statistics(source: str) -> SourceStatistics:
    """The figures of everything that came from a source. Two statements for every 5,000 rows."""
    spans = list(_spans(source))
    hours = response_hours(spans)
    kept, counted = on_time(spans)
    flags = {flag: sum(flag in span.flags for span in spans) for flag in FLAGS}
    return SourceStatistics(
        source=source,
        rows=len(spans),
        closed_before_created=sum(span.closed is not None and span.closed < span.created for span in spans),
        never_closed=sum(span.closed is None for span in spans),
        no_due=sum(span.due is None for span in spans),
        median_hours_to_close=_rounded(percentile(hours, 0.5), 2),
        p90_hours_to_close=_rounded(percentile(hours, 0.9), 2),
        mean_hours_to_close=_rounded(sum(hours) / len(hours) if hours else None, 2),
        on_time_rows=counted,
        on_time_share=_rounded(kept / counted if counted else None, 4),
        flags={flag: count for flag, count in flags.items() if count},
    )


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _spans(source: str) -> Iterator[Span]:
    last: UUID | None = None
    while True:
        rows = Report.objects.filter(source=source)
        if last is not None:
            rows = rows.filter(id__gt=last)
        chunk = list(rows.order_by("id").values_list("id", "received_at", "case_id", "quality")[:_CHUNK])
        if not chunk:
            return
        times = history.times_of([case_id for _id, _at, case_id, _flags in chunk if case_id])
        for _id, created, case_id, flags in chunk:
            case = times.get(case_id) if case_id else None
            # A due day that the source does not state is our own reckoning: no figure of the source's promises.
            stated = case.due_at if case and "no_due" not in flags else None
            yield Span(created, stated, case.closed_at if case else None, frozenset(flags))
        last = chunk[-1][0]


def flagged(source: str, flag: str, *, limit: int = 200) -> list[tuple[UUID, str | None, UUID | None]]:
    """The reports of a source that bear a flag: (report, its identity there, its case). One statement."""
    return list(
        Report.objects.filter(source=source, quality__contains=[flag])
        .order_by("received_at", "id")
        .values_list("id", "external_id", "case_id")[:limit]
    )


@dataclass(frozen=True, slots=True)
class RunRow:
    """One import as the list of imports shows it."""

    id: UUID
    source: str
    started_at: datetime
    finished_at: datetime | None
    rows: int
    accepted: int
    rejected: int
    unchanged: int


def runs(source: str | None = None, *, limit: int = 50) -> list[RunRow]:
    """Imports, the latest first. One statement."""
    rows = Run.objects.order_by("-started_at", "-id")
    if source is not None:
        rows = rows.filter(source=source)
    columns = ("id", "source", "started_at", "finished_at", "rows", "accepted", "rejected", "unchanged")
    return [RunRow(*row) for row in rows.values_list(*columns)[:limit]]


def import_lock(source: str) -> int:
    """The advisory lock that the import of a source holds while it is at work."""
    return lock_key(f"intake.import.{source}")


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An import of a source that has no end yet. running: it is at work now; else it was broken off."""

    started_at: datetime
    running: bool


def unfinished(source: str) -> Unfinished | None:
    """The latest import of a source where it has not ended; None where it has, or there is none. Two statements."""
    latest = next(iter(runs(source, limit=1)), None)
    if latest is None or latest.finished_at is not None:
        return None
    return Unfinished(latest.started_at, is_locked(import_lock(source)))
