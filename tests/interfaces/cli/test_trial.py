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


# Every command that reads or changes a site and is not there to make one.
_READERS: tuple[tuple[str, ...], ...] = (
    ("verify",),
    ("stats", "--source", "la311"),
    ("doctor",),
    ("migrate", "--check"),
    ("upgrade",),
    ("backup", "--to", "{folder}/copies"),
    ("site", "rehearse"),
    ("user", "list"),
    ("user", "add", "somebody", "--name", "示例", "--generate"),
    ("token", "list"),
    ("keys", "status"),
)


@pytest.mark.parametrize("words", _READERS, ids=" ".join)
def test_a_site_that_does_not_exist_is_refused_and_nothing_is_made(words: tuple[str, ...], tmp_path: Path) -> None:
    folder = tmp_path / "nowhere"
    told = [word.format(folder=tmp_path) for word in words]
    answer = run(*told, "--data", str(folder), **_NO_SITE)
    assert answer.code == 1
    assert "no_site" in answer.err
    assert str(folder) in answer.err.replace("\n", "")
    assert list(tmp_path.iterdir()) == []
    folder.mkdir()
    assert run(*told, "--data", str(folder), **_NO_SITE).code == 1
    assert list(folder.iterdir()) == [], "an empty folder stays empty"


def test_another_site_in_the_same_folder_is_made_by_migrate_alone(data: Path) -> None:
    there = {"XIUCHENG_SITE": "la311", "XIUCHENG_ZONE": "America/Los_Angeles"}
    for words in (("stats", "--source", "la311"), ("doctor",)):
        refused = run(*words, "--data", str(data), **_NO_SITE | there)
        assert refused.code == 1
        assert "no_site" in refused.err
        assert "la311" in refused.err
    assert not mentioning(str(data)), "the database outlived the refusal"
    assert _run("migrate", data, **there).code == 0
    answer = _run("doctor", data, "--json", **there)
    assert "xiucheng.la311" in " ".join(one["text"] for one in answer.json)
    empty = run("stats", "--source", "la311", "--json", "--data", str(data), **_NO_SITE)
    assert (empty.code, empty.json["rows"]) == (0, 0)
    assert "import" in empty.err


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
