"""`/metrics` for Prometheus and `/readyz` for whoever sends traffic: doors for machines of the operator alone."""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterator, Mapping

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from xiucheng.kit import vitals
from xiucheng.kit.now import now

_migrated = False


def metrics(request: HttpRequest) -> HttpResponse:
    """The figures of all processes of the site; 403 for whoever is neither local nor bears the token."""
    if not may_look(request):
        return HttpResponse("forbidden\n", status=403, content_type="text/plain")
    return HttpResponse(generate_latest(registry()), content_type=CONTENT_TYPE_LATEST)


def may_look(request: HttpRequest) -> bool:
    """With XIUCHENG_METRICS_TOKEN whoever bears it; without, only this machine, and nobody through a proxy."""
    wanted = settings.METRICS_TOKEN
    if wanted:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), wanted.encode())
    is_local = request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1"}
    return is_local and "X-Forwarded-For" not in request.headers


def registry() -> CollectorRegistry:
    """Requests as all processes have counted them, and the site's vitals at this moment."""
    whole = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.MultiProcessCollector(whole)
    whole.register(_Vitals())
    return whole


class _Vitals(Collector):
    """Gauges are asked of the database when they are wanted: nobody counts them twice, nobody forgets them."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            seen = vitals.read(now)
        except Error:
            yield _gauge("up", "Does the database answer?", 0)
            return
        yield _gauge("up", "Does the database answer?", 1)
        yield from _single(seen)
        yield _by("reader_lag", "Positions that a reader is behind.", "reader", seen.lags)
        yield _by("jobs", "Jobs that are not done.", "status", seen.jobs)
        yield _by("process_age_seconds", "Since a process was heard of.", "process", seen.alive)
        yield _by("disk_free_bytes", "Free on a file system.", "path", {disk.path: disk.free for disk in seen.disks})


def _single(seen: vitals.Vitals) -> Iterator[GaugeMetricFamily]:
    moment = now()
    figures = (
        ("pending_steps", "Steps without a position.", seen.pending),
        ("pending_seconds", "How long the oldest of them waits.", seen.pending_s or 0),
        ("parked_steps", "Steps on which a reaction failed.", seen.parked),
        ("given_up_steps", "Of those, the ones that wait for a person.", seen.given_up),
        ("job_wait_seconds", "How long the oldest due job waits.", seen.job_wait_s or 0),
        ("database_bytes", "Size of the database.", seen.database_bytes),
        ("database_connections", "Connections to the database.", seen.connections),
        ("clock_seconds", "How far the database's clock is from ours.", seen.clock_s),
    )
    for name, help_text, value in figures:
        yield _gauge(name, help_text, value)
    if seen.backup is not None:
        yield _gauge("backup_age_seconds", "Since the last backup.", (moment - seen.backup).total_seconds())
    if seen.certificate is not None:
        yield _gauge("certificate_seconds", "Until the certificate ends.", (seen.certificate - moment).total_seconds())


def _gauge(name: str, help_text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"xiucheng_{name}", help_text, value=value)


def _by(name: str, help_text: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"xiucheng_{name}", help_text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def readyz(request: HttpRequest) -> JsonResponse:
    """200 when this process may be sent requests: both databases answer, are this site's and are migrated.

    Unlike `/healthz` it does not ask for the other processes: a page can be served while the worker restarts.
    """
    global _migrated
    state = {"database": False, "site": False, "migrated": False}
    from xiucheng.kit import migrating, site

    try:
        site.assert_site()
        state["database"] = state["site"] = True
        # Once true it stays true for this process: its code does not change under it.
        _migrated = _migrated or migrating.waiting() == 0
        state["migrated"] = _migrated
    except site.SiteRefused:
        state["database"] = True
    except Error:
        pass
    return JsonResponse(state, status=200 if all(state.values()) else 503)
