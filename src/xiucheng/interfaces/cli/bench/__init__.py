"""The bench: every figure of speed is measured beside a floor in the same run, the median of runs that alternate.

The floor is the same work done by the barest means (bare psycopg, bare shapely), so that the ratio says what our own
code costs on whatever machine this is. Goals stand in docs/benchmarks.md; a missed goal is a figure, not a failure.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from ..words import _

# Which module measures which figures, in the order in which they are taken: each leaves more behind than the one
# before. Modules are loaded when the site's settings stand, which is after the names have been checked.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("places", ("locate_one_us", "locate_bulk_per_s")),
    ("journal", ("sequencer_per_s", "sequencer_delay_p95_ms")),
    ("imports", ("import_per_s",)),
    ("reports", ("reports_per_s", "reports_p99_ms")),
    ("lists", ("hall_list_p95_ms", "case_page_p95_ms")),
    ("upgrade", ("upgrade_refused_s", "change_refused_s", "restart_refused_s")),
)
FIGURES: tuple[str, ...] = tuple(name for _module, names in GROUPS for name in names)
SITE = "bench"


def run(
    wanted: list[str],
    *,
    quick: bool,
    progress: Callable[[int, int | None], None],
    measured: Callable[[dict[str, Any]], None],
) -> list[dict[str, Any]]:
    """Measure the wanted figures; returns a row per figure: figure, value, unit, floor, ratio, and perhaps a note.

    quick: less data and fewer runs, for a look; the figures then do not count. progress(done, total) per group;
    measured(row) as soon as a figure stands, so that a run that is ended early has not been for nothing.
    Refused `not_a_bench_site`: a million invented cases have no place in anybody's district.
    """
    _only_on_a_bench_site()
    groups = [(module, [name for name in names if name in wanted]) for module, names in GROUPS]
    groups = [(module, names) for module, names in groups if names]
    rows: list[dict[str, Any]] = []
    for done, (module, names) in enumerate(groups):
        progress(done, len(groups))
        measure = import_module(f".{module}", __name__).measure
        for figure in (one for one in measure(quick, names) if one.name in names):
            rows.append(figure.row())
            measured(rows[-1])
    progress(len(groups), len(groups))
    return rows


def _only_on_a_bench_site() -> None:
    from django.conf import settings

    from xiucheng.kit.refused import Refused

    if settings.SITE != SITE:
        text = _("测速会写入大量虚构数据，只能在名为 {site} 的站点上进行，当前站点是 {found}。")
        raise Refused("not_a_bench_site", text.format(site=SITE, found=settings.SITE))
