"""The command line as an operator meets it: a process of its own, on this test's databases."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import translation

from tests.cluster import Databases


@dataclass(frozen=True)
class Answer:
    """What a command left: its exit code and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def run(*words: str, stdin: str = "", timeout: float = 120, **environment: str) -> Answer:
    """`xiucheng WORDS`; environment entries are added, those given empty are taken away."""
    whole = {**os.environ, "XIUCHENG_LANG": "en", "COLUMNS": "100", **environment}
    whole = {name: value for name, value in whole.items() if value}
    done = subprocess.run(
        [sys.executable, "-m", "xiucheng", *words],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=timeout,
        env=whole,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


class Here:
    """`xiucheng WORDS` inside this process: the same command line without a new interpreter for each line."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch

    def __call__(self, *words: str, stdin: str = "", **environment: str) -> Answer:
        from xiucheng.interfaces.cli.main import app, run

        out, err = io.StringIO(), io.StringIO()
        code: object = 0
        with self._patch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setattr(sys, "argv", ["xiucheng", *words])
            patch.setattr(sys, "stdin", io.StringIO(stdin))
            for name, value in environment.items():
                patch.setenv(name, value)
            try:
                run(app)
            except SystemExit as end:
                code = end.code
        return Answer(int(str(code or 0)), out.getvalue(), err.getvalue())


@pytest.fixture
def here(site: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[Here]:
    """Runs commands on the site from inside the test."""
    before = signal.getsignal(signal.SIGTERM)
    with translation.override(None):
        yield Here(monkeypatch)
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def site(committed_db: Databases) -> Databases:
    """A provisioned, migrated site whose addresses are in the environment, as on a server."""
    return committed_db
