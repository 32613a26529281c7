"""Commands with --data: they start the trial database when it does not run, and stop it at the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interfaces.cli.conftest import Answer, run
from tests.processes import free_port, mentioning, until
from xiucheng.kit.trialdb import TrialDatabase

# One worker makes the folder and uses it.
pytestmark = [pytest.mark.slow]

_NO_SITE = {"DATABASE_URL": "", "DATABASE_KEYS_URL": "", "XIUCHENG_SITE": "", "XIUCHENG_DATA": ""}


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A migrated data folder; making it is most of what these tests take."""
    folder = Path(tempfile.mkdtemp(prefix="xc-cli-"))
    made = _run("migrate", folder)
    assert made.code == 0, made.err
    yield folder
    shutil.rmtree(folder)


def _run(command: str, data: Path, *words: str, **environment: str) -> Answer:
    return run(command, *words, "--data", str(data), **{**_NO_SITE, **environment})


def test_starts_and_stops_what_did_not_run(data: Path) -> None:
    assert not mentioning(str(data))
    assert _run("verify", data).code == 0
    assert not mentioning(str(data)), "the database outlived the command"


def test_joins_what_runs_and_leaves_it_running(data: Path) -> None:
    with TrialDatabase(data) as running:
        assert _run("verify", data).code == 0
        assert running.status().running


def test_another_site_in_the_same_folder_is_made_when_asked_for(data: Path) -> None:
    answer = _run("doctor", data, "--json", XIUCHENG_SITE="la311", XIUCHENG_ZONE="America/Los_Angeles")
    texts = " ".join(one["text"] for one in answer.json)
    assert "xiucheng.la311" in texts
    assert answer.code == 1, "nothing is migrated there yet, and doctor says so"


def test_serve_brings_up_pages_and_stream_and_takes_them_down(data: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "xiucheng", "serve", "--workers", "1", "--port", str(port), "--data", str(data)]
    environment = {name: value for name, value in {**os.environ, **_NO_SITE}.items() if value}
    serving = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    try:
        until(answers, 60, "a page")
    finally:
        serving.terminate()
        assert serving.wait(30) == 0
    assert not mentioning(str(data))


def test_fresh_empties_only_a_folder_of_ours(data: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    answer = _run("demo", tmp_path, "--fresh", "--port", "18999")
    assert answer.code == 1
    assert "not_ours" in answer.err
    assert (tmp_path / "thesis.txt").read_text() == "years of work"
