"""The bench: every figure of speed is measured beside a floor in the same run, the median of runs that alternate.

The floor is the same work done by the barest means (bare psycopg, bare shapely), so that the ratio says what our own
code costs on whatever machine this is. Goals stand in docs/benchmarks.md; a missed goal is a figure, not a failure.
"""

from collections.abc import Callable, Iterable
from typing import Any

from . import imports, journal, lists, places, reports
from .measure import Figure

Group = tuple[tuple[str, ...], Callable[[bool, Iterable[str]], list[Figure]]]

GROUPS: tuple[Group, ...] = (
    (("locate_one_us", "locate_bulk_per_s"), places.measure),
    (("sequencer_per_s", "sequencer_delay_p95_ms"), journal.measure),
    (("import_per_s",), imports.measure),
    (("reports_per_s", "reports_p99_ms"), reports.measure),
    (("hall_list_p95_ms", "case_page_p95_ms"), lists.measure),
)
FIGURES: tuple[str, ...] = tuple(name for names, _ in GROUPS for name in names)


def run(wanted: list[str], *, quick: bool, progress: Callable[[int, int | None], None]) -> list[dict[str, Any]]:
    """Measure the wanted figures; returns a row per figure: figure, value, unit, floor, ratio.

    quick: less data and fewer runs, for a look; the figures then do not count. progress(done, total) per group.
    """
    groups = [(names, measure) for names, measure in GROUPS if set(names) & set(wanted)]
    rows: list[dict[str, Any]] = []
    for done, (names, measure) in enumerate(groups):
        progress(done, len(groups))
        asked = [name for name in names if name in wanted]
        rows += [figure.row() for figure in measure(quick, asked) if figure.name in asked]
    progress(len(groups), len(groups))
    return rows
