"""Traces of requests, jobs and statements, as an exporter gets them: whole, and with nobody's words in them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from xiucheng.config import traces
from xiucheng.kit import jobs, tracing
from xiucheng.kit.unready import Unready


@pytest.fixture
def exported() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.use(provider.get_tracer("test"))
    yield exporter
    tracing.use(None)


def _attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def test_a_page_and_its_statements_are_one_trace(client: Client, db: None, exported: InMemorySpanExporter) -> None:
    answer = client.get("/readyz")
    *below, page = exported.get_finished_spans()
    told = _attributes(page)
    assert page.name == "GET readyz"
    assert told == {
        "request": answer.headers["X-Request-ID"],
        "http.request.method": "GET",
        "http.route": "readyz",
        "http.response.status_code": answer.status_code,
    }
    assert below
    assert page.context is not None
    assert {span.parent.span_id for span in below if span.parent} == {page.context.span_id}
    assert {_attributes(span)["db.system.name"] for span in below} == {"postgresql"}


def test_no_span_holds_what_somebody_wrote(client: Client, db: None, exported: InMemorySpanExporter) -> None:
    from tests.world import build
    from xiucheng.foundation.people.rules import Standing
    from xiucheng.kit.now import now
    from xiucheng.operations.intake import commands
    from xiucheng.operations.intake.commands.submitting import Once

    words = "欧阳女士家门口 13912345678"
    with tracing.span("setting up"):
        world = build(now())
        world.file(now=now(), title=words)
        once = Once("traces", "1")
        resident = Standing.resident("resident")
        commands.submit_report(
            by=resident, now=now(), channel="resident", once=once, text=words, category="C0137", area="990101001001"
        )
    client.get("/nowhere/13912345678?phone=13912345678")
    client.get("/t/8FJ2-KQ7M/")
    spans = exported.get_finished_spans()
    assert len(spans) > 50
    whole = json.dumps([[span.name, _attributes(span), [str(event) for event in span.events]] for span in spans])
    for secret in ("欧阳", json.dumps("欧阳")[1:-1], "13912345678", "8FJ2", *map(str, world.people.values())):
        assert secret not in whole, secret


def test_a_statement_stands_without_its_values(db: None, exported: InMemorySpanExporter) -> None:
    with tracing.span("outside"), connection.cursor() as cursor:
        cursor.execute("SELECT %s, 'O''Hara', 13912345678  WHERE 1 IN (%s, %s, %s)", ["王示例", 1, 2, 3])
    statement, _outside = exported.get_finished_spans()
    assert statement.name == "SELECT"
    assert _attributes(statement)["db.query.text"] == "SELECT %s, ?, ? WHERE 1 IN (%s, …)"
    assert _attributes(statement)["db.namespace"] == "default"


def test_a_failing_statement_is_told_by_its_type_alone(db: None, exported: InMemorySpanExporter) -> None:
    from django.db import DatabaseError, transaction

    with pytest.raises(DatabaseError), tracing.span("outside"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT %s::uuid", ["王示例"])
    failed = next(span for span in exported.get_finished_spans() if span.name == "SELECT")
    assert _attributes(failed)["error.type"] == "DataError"
    assert not failed.status.is_ok
    assert failed.status.description is None
    assert failed.events == ()


def test_what_nobody_waits_for_is_not_traced(db: None, exported: InMemorySpanExporter) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert exported.get_finished_spans() == ()


@jobs.job(name="test.traced", queue="traced")
def _job(*, number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s", [number])


def test_a_job_is_a_trace(transactional_db: None, exported: InMemorySpanExporter) -> None:
    _job.defer(number=7)
    jobs.run_waiting()
    (job,) = (span for span in exported.get_finished_spans() if span.name == "test.traced")
    assert job.parent is None
    assert _attributes(job) == {"job.queue": "traced"}
    assert [span.name for span in exported.get_finished_spans() if span.parent is not None] == ["SELECT"]


def test_switched_off_nothing_is_in_the_way(db: None) -> None:
    tracing.use(None)
    with tracing.span("x", a__b=1) as span:
        span.set_attribute("c", 2)
    assert tracing._statement not in connection.execute_wrappers


class _Collector(BaseHTTPRequestHandler):
    got: list[tuple[str, bytes]] = []

    def do_POST(self) -> None:
        self.got.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


def test_a_collector_gets_them(settings: Any, db: None) -> None:
    server = HTTPServer(("127.0.0.1", 0), _Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.TRACES = f"http://127.0.0.1:{server.server_port}/"
    try:
        provider = traces.begin("web")
        assert provider is not None
        with tracing.span("a page"):
            pass
        assert provider.force_flush()
        provider.shutdown()
    finally:
        tracing.use(None)
        server.shutdown()
        server.server_close()
    ((path, body),) = _Collector.got
    assert path == "/v1/traces"
    assert b"a page" in body
    assert b"xiucheng.process" in body


def test_without_an_address_nothing_begins(settings: Any) -> None:
    settings.TRACES = ""
    assert traces.begin("web") is None


def test_an_address_without_the_libraries_is_a_sentence(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.TRACES = "http://127.0.0.1:4318"
    monkeypatch.setattr(traces, "find_spec", lambda name: None)
    with pytest.raises(Unready) as refusal:
        traces.begin("web")
    assert refusal.value.code == "traces_absent"
