"""Every parameter of every address, filled with what nobody should send: refused or ignored, never a failure of ours.

Which parameters there are is not written down: each address is asked once and watched which names it reads from query
and form, and what it reads only after something else was given is found while that is tried.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import transaction
from django.http import QueryDict
from django.test import Client

from tests.repository.rows import RESIDENT, Row
from tests.repository.scene import Scene, furnish
from tests.repository.urls import ROWS
from xiucheng.interfaces.web.rates import RATES

EACH = ("²", "9" * 25, "2026-99-99T00:00", "'\"<%s>{}\\路 灯\ufffe" + "x" * 3000)
"""Tried on each parameter by itself, so that what one refuses hides nothing of another."""

ALL = ("\0", "-1", "1e999", "nan", "0001-01-01T00:00+14:00", "00000000-0000-0000-0000-000000000000", "")
"""Tried on all parameters of an address at once."""

BAD_PATH = ("a b", "²", "%", "x" * 3000, "\0", "路灯", "'\"<{}>", "..")
SECONDS = 60.0
"""How long this process may work on all of it; the machine may be shared."""


@pytest.fixture
def scene(db: None, settings: Any) -> Scene:
    settings.DEMO = True
    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    return furnish()


@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """The names that are asked of any query or form meanwhile."""
    names: set[str] = set()
    with monkeypatch.context() as patch:
        for method in ("get", "getlist", "__getitem__"):
            plain = getattr(QueryDict, method)

            def told(self: QueryDict, key: str, *more: Any, plain: Any = plain, **named: Any) -> Any:
                names.add(key)
                return plain(self, key, *more, **named)

            patch.setattr(QueryDict, method, told)
        yield names


def _client(scene: Scene, row: Row) -> Client:
    """A browser of somebody who gets furthest there."""
    best = min(row.answers, key=lambda status: (status >= 400, status))
    who = sorted(row.answers[best])[0]
    client = Client(raise_request_exception=False)
    client.cookies = scene.browser("" if who == RESIDENT else who).cookies
    return client


def _send(client: Client, row: Row, path: str, held: Mapping[str, str]) -> int:
    RATES.clear()
    with transaction.atomic():
        if row.method == "GET":
            address = path.partition("?")[0] + "?" + urlencode(held)
            status = client.get(address).status_code
        else:
            status = client.post(path, held).status_code
        transaction.set_rollback(True)
    return status


def _given(row: Row, scene: Scene) -> dict[str, str]:
    """What the row sends when it is in order."""
    path = row.path.format(**scene.values)
    held = dict(QueryDict(path.partition("?")[2]).items())
    return held | {name: value.format(**scene.values) for name, value in row.body.items()}


def _strange_paths(row: Row) -> Iterator[str]:
    """The address with each of its parts, one after the other, replaced."""
    for part in re.findall(r"\{\w+\}", row.path.partition("?")[0]):
        for bad in BAD_PATH:
            yield row.path.partition("?")[0].replace(part, quote(bad, safe="").replace("{", "{{").replace("}", "}}"))


def _strange_fillings(
    client: Client, row: Row, path: str, plain: Mapping[str, str], names: set[str]
) -> Iterator[tuple[str, int]]:
    """Whatever the address reads, filled; what was tried, and the status. More names turn up meanwhile."""
    tried: set[str] = set()
    while waiting := sorted((names | plain.keys()) - tried):
        tried.update(waiting)
        for name in waiting:
            for bad in EACH:
                yield f"{name}={bad[:30]!r}", _send(client, row, path, {**plain, name: bad})
    for bad in ALL:
        yield f"all={bad[:30]!r}", _send(client, row, path, dict.fromkeys(tried, bad))


@pytest.mark.slow
def test_no_parameter_of_any_address_fails_us(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, answers = time.process_time(), {}
    for row in (row for row in ROWS if row.path != "/healthz"):
        client, plain, path = _client(scene, row), _given(row, scene), row.path.format(**scene.values)
        with watched(monkeypatch) as names:
            _send(client, row, path, plain)
            for tried, status in _strange_fillings(client, row, path, plain, names):
                answers[f"{row.name} {tried}"] = status
        for strange in _strange_paths(row):
            answers[f"{row.method} {strange[:80]}"] = _send(client, row, strange.format(**scene.values), plain)
    failed = [f"{what}: {status}" for what, status in answers.items() if status >= 500]
    assert not failed, "\n".join(failed)
    assert len(answers) > 1000, "the watching finds no parameters any more"
    assert time.process_time() - begun < SECONDS


def test_what_is_typed_as_a_key_leads_nowhere_else(scene: Scene) -> None:
    for typed in ("a/b", "../..", "//x", "%2F", "?", "#", "路 灯", "x" * 5000):
        RATES.clear()
        assert Client().get("/t/", {"key": typed}).status_code == 404, typed
