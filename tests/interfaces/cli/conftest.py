"""The command line as an operator meets it: a process of its own, on this test's databases."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import pytest

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


def run(*words: str, stdin: str = "", **environment: str) -> Answer:
    """`xiucheng WORDS`; environment entries are added, those given empty are taken away."""
    whole = {**os.environ, "XIUCHENG_LANG": "en", "COLUMNS": "100", **environment}
    whole = {name: value for name, value in whole.items() if value}
    done = subprocess.run(
        [sys.executable, "-m", "xiucheng", *words], input=stdin, capture_output=True, text=True, timeout=120, env=whole
    )
    return Answer(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def site(committed_db: Databases) -> Databases:
    """A provisioned, migrated site whose addresses are in the environment, as on a server."""
    return committed_db
