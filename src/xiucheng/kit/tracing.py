"""Spans: how long the parts of a request or a job took. Nothing is traced unless a process calls `use`.

A span holds names of routes, jobs and tables, numbers and codes; never a value, an address, a message or a word that
somebody wrote. Of a statement the text is kept as the code has it, with its placeholders; literals in it are cut out.
Errors are told by their type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Protocol

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

Value = str | int | float | bool


class Span(Protocol):
    """What a caller may still say about a span that is open."""

    def set_attribute(self, key: str, value: Value) -> None: ...

    def update_name(self, name: str) -> None: ...


class _Nothing:
    """Where nothing is traced."""

    def set_attribute(self, key: str, value: Value) -> None:
        pass

    def update_name(self, name: str) -> None:
        pass


_OFF = _Nothing()
_tracer: Tracer | None = None

LONGEST = 2000
"""Characters of a statement that are kept (D)."""
_LITERAL = re.compile(r"'(?:[^']|'')*'|\b\d{4,}\b")
_MANY = re.compile(r"(%s|\(%s(?:, %s)*\))(?:, \1)+")


def use(tracer: Tracer | None) -> None:
    """From now on spans of this process go to `tracer`; None switches tracing off again."""
    global _tracer
    _tracer = tracer
    connection_created.disconnect(dispatch_uid=_TRACED)
    for connection in connections.all(initialized_only=True):
        _untrace(connection)
    if tracer is not None:
        connection_created.connect(_trace, dispatch_uid=_TRACED)
        for connection in connections.all(initialized_only=True):
            _trace(None, connection)


def span(name: str, *, server: bool = False, **attributes: Value) -> AbstractContextManager[Span]:
    """A span around a block, below the one that is open in this thread.

    attributes: dots are written as two underscores (`http__route`). server: somebody from outside waits for it.
    """
    if _tracer is None:
        return nullcontext(_OFF)
    return _open(_tracer, name, server, {key.replace("__", "."): value for key, value in attributes.items()})


@contextmanager
def _open(tracer: Tracer, name: str, server: bool, attributes: dict[str, Value]) -> Iterator[Span]:
    from opentelemetry.trace import SpanKind, Status, StatusCode

    kind = SpanKind.SERVER if server else SpanKind.INTERNAL
    # The library would keep the message and the stack, which may quote what a person wrote.
    with tracer.start_as_current_span(
        name, kind=kind, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as opened:
        try:
            yield opened
        except BaseException as error:
            opened.set_attribute("error.type", type(error).__qualname__)
            opened.set_status(Status(StatusCode.ERROR))
            raise


# -- statements -------------------------------------------------------------------------------------------------------

_TRACED = "xiucheng.kit.tracing"


def _trace(sender: object, connection: BaseDatabaseWrapper, **_more: object) -> None:
    if _statement not in connection.execute_wrappers:
        connection.execute_wrappers.append(_statement)


def _untrace(connection: BaseDatabaseWrapper) -> None:
    if _statement in connection.execute_wrappers:
        connection.execute_wrappers.remove(_statement)


def _statement(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """One statement, where a request or a job is being traced; the worker's idle looks are not."""
    from opentelemetry.trace import get_current_span

    if not get_current_span().is_recording():
        return execute(sql, params, many, context)
    text = without_values(sql if isinstance(sql, str) else sql.as_string(context["connection"].connection))
    alias = context["connection"].alias
    with span(
        text.split(None, 1)[0].upper() if text else "SQL",
        db__system__name="postgresql",
        db__namespace=alias,
        db__query__text=text,
    ):
        return execute(sql, params, many, context)


def without_values(sql: str) -> str:
    """A statement as a pattern: literals and long numbers cut out, rows of placeholders told once, spaces folded."""
    return _MANY.sub(r"\1, …", " ".join(_LITERAL.sub("?", sql).split()))[:LONGEST]
