"""Which pages are slow, read from the figures that the web processes count together."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Metric, multiprocess

SLOW_S = 0.3
METRIC = "xiucheng_request_seconds"


@dataclass(frozen=True, slots=True)
class Pace:
    """One page since the processes began: how often, the mean, below what 95 of 100 stayed, how many were slow."""

    page: str
    count: int
    mean_ms: float
    p95_ms: float
    slow: int


def pages(own: CollectorRegistry) -> list[Pace]:
    """By the time they took altogether, the most first. own: this process's registry, where no folder is shared."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        whole = CollectorRegistry()
        multiprocess.MultiProcessCollector(whole)
    else:
        whole = own
    found = [metric for metric in whole.collect() if metric.name == METRIC]
    paces = [(sum_s, pace) for sum_s, pace in _paces(found)]
    return [pace for _sum, pace in sorted(paces, key=lambda one: -one[0])]


def _paces(metrics: Iterable[Metric]) -> Iterable[tuple[float, Pace]]:
    buckets: dict[str, dict[float, float]] = {}
    sums: dict[str, float] = {}
    for metric in metrics:
        for sample in metric.samples:
            page = sample.labels["page"]
            if sample.name.endswith("_bucket"):
                limit = float(sample.labels["le"])
                of_page = buckets.setdefault(page, {})
                of_page[limit] = of_page.get(limit, 0) + sample.value
            elif sample.name.endswith("_sum"):
                sums[page] = sums.get(page, 0) + sample.value
    for page, counts in buckets.items():
        total = counts.get(float("inf"), 0)
        if total:
            yield (
                sums.get(page, 0),
                Pace(
                    page,
                    int(total),
                    1000 * sums.get(page, 0) / total,
                    1000 * quantile(counts, 0.95),
                    int(total - counts.get(SLOW_S, 0)),
                ),
            )


def quantile(counts: dict[float, float], share: float) -> float:
    """Seconds below which so large a share stayed, between the bucket's limits by its proportion; from cumulative
    counts by upper limit, the last of which is infinite. Beyond the last finite limit that limit is answered."""
    wanted = share * counts[float("inf")]
    below_limit, below_count = 0.0, 0.0
    for limit, count in sorted(counts.items()):
        if count >= wanted:
            if limit == float("inf"):
                return below_limit
            inside = count - below_count
            return below_limit + (limit - below_limit) * ((wanted - below_count) / inside if inside else 1.0)
        below_limit, below_count = limit, count
    return below_limit
