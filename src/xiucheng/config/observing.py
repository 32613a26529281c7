"""What is measured of every request: how long, which page, how it ended; and the number by which the log knows it."""

from __future__ import annotations

import contextvars
import logging
import time
from collections.abc import Callable
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram

from xiucheng.kit import pace, tracing

log = logging.getLogger("xiucheng.request")
request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")

# A page should take less than 0.3 s, the hall less than 0.1; the steps lie around both.
_STEPS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0)
DURATION = Histogram(pace.METRIC, "How long requests took.", ("page", "method"), buckets=_STEPS)
ANSWERS = Counter("xiucheng_answers_total", "Answers by status.", ("page", "status"))


class Observe:
    """The outermost middleware. A page is named by its route, never by its address, which may hold a tracking key."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        number = uuid4().hex[:16]
        token = request_id.set(number)
        begun = time.perf_counter()
        try:
            with tracing.span("page", server=True, request=number) as span:
                response = self.get_response(request)
                page = route(request)
                _tell(span, request, page, response.status_code)
            seconds = time.perf_counter() - begun
            response.headers["X-Request-ID"] = number
            DURATION.labels(page, _method(request)).observe(seconds)
            ANSWERS.labels(page, str(response.status_code)).inc()
            level = logging.WARNING if seconds > pace.SLOW_S or response.status_code >= 500 else logging.INFO
            log.log(level, "%s %s %s %s ms", _method(request), page, response.status_code, round(seconds * 1000))
            return response
        finally:
            request_id.reset(token)


def _tell(span: tracing.Span, request: HttpRequest, page: str, status: int) -> None:
    span.update_name(f"{_method(request)} {page}")
    span.set_attribute("http.request.method", _method(request))
    span.set_attribute("http.route", page)
    span.set_attribute("http.response.status_code", status)
    if status >= 500:
        span.set_attribute("error.type", str(status))


def route(request: HttpRequest) -> str:
    """The name of the page's route, or `static` and `none` for what has no route."""
    match = request.resolver_match
    if match is not None:
        return match.view_name or match.route.strip("^$/") or "home"
    return "static" if request.path.startswith("/static/") else "none"


def _method(request: HttpRequest) -> str:
    # A label must not grow with what strangers send.
    return request.method if request.method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} else "OTHER"
