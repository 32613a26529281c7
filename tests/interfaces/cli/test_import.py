"""`import` and `stats` on real files, as README tells: the mapping's own site, started, filled and stopped again."""

from __future__ import annotations

import csv
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interfaces.cli.conftest import Answer, run
from tests.processes import mentioning

pytestmark = [pytest.mark.slow, pytest.mark.realdata]

DATA = Path(os.environ.get("XIUCHENG_REAL_DATA", "../shared/data"))
LA311 = DATA / "requests-la" / "la311_2017.csv.gz"
_NO_SITE = dict.fromkeys(("DATABASE_URL", "DATABASE_KEYS_URL", "XIUCHENG_SITE", "XIUCHENG_DATA"), "")

# Reckoned from the file by hand; hours are of local days that end at midnight in Los Angeles.
FIGURES = {
    "rows": 9999,
    "closed_before_created": 12,
    "never_closed": 5,
    "no_due": 500,
    "median_hours_to_close": 99.43,
    "p90_hours_to_close": 165.22,
    "on_time_rows": 9487,
    "on_time_share": 0.6081,
}


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    if not LA311.exists():
        pytest.skip(f"NOT RUN: {LA311} is not there (XIUCHENG_REAL_DATA)")
    folder = Path(tempfile.mkdtemp(prefix="xc-import-"))
    yield folder
    shutil.rmtree(folder)


def _run(*words: str, data: Path, **environment: str) -> Answer:
    return run(*words, "--data", str(data), timeout=600, **{**_NO_SITE, **environment})


def test_a_year_of_requests_comes_in_whole_and_its_figures_are_right(data: Path) -> None:
    dry = _run("import", str(LA311), "--mapping", "la311", "--dry-run", "--json", data=data)
    assert (dry.code, dry.json["accepted"]) == (0, 9999), dry.err
    assert _run("stats", "--source", "la311", "--json", data=data).json["rows"] == 0

    done = _run("import", str(LA311), "--mapping", "la311", "--json", data=data)
    assert (done.code, done.json["accepted"], done.json["rejected"]) == (0, 9999, 0), done.err
    figures = _run("stats", "--source", "la311", "--json", data=data).json
    assert {name: figures[name] for name in FIGURES} == FIGURES

    here = {"XIUCHENG_SITE": "la311", "XIUCHENG_ZONE": "America/Los_Angeles"}
    verdict = _run("verify", "--json", data=data, **here).json
    assert (verdict["ok"], verdict["pending"]) == (True, 0)
    assert verdict["steps"] > 3 * 9999
    assert not mentioning(str(data)), "the database outlived the command"


def test_a_spoilt_file_tells_row_by_row_and_stores_nothing_of_it(data: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "spoilt.csv"
    mapping.write_text("srnumber,requesttype\n1-1,Bulky Items\n", encoding="utf-8")
    refused = _run("import", str(mapping), "--mapping", "la311", data=data)
    assert refused.code == 1
    assert "Traceback" not in refused.err

    unknown = _run("import", str(mapping), "--mapping", "no_such_mapping", data=data)
    assert unknown.code == 1
    assert "no_such_mapping" in unknown.err


def test_rejected_rows_are_listed_with_their_reasons(data: Path, tmp_path: Path) -> None:
    import gzip

    with gzip.open(LA311, "rt", encoding="utf-8") as file:
        rows = list(csv.reader(file))[:4]
    created = rows[0].index("createddate")
    rows[2][created] = "the day before yesterday"
    spoilt, errors = tmp_path / "spoilt.csv", tmp_path / "errors.csv"
    with spoilt.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    answer = _run(
        "import", str(spoilt), "--mapping", "la311", "--dry-run", "--errors", str(errors), "--json", data=data
    )
    assert (answer.code, answer.json["rows"], answer.json["rejected"]) == (0, 3, 1), answer.err
    assert "createddate" in errors.read_text(encoding="utf-8-sig")


def test_a_file_of_which_nothing_is_taken_is_a_failure(data: Path, tmp_path: Path) -> None:
    import gzip

    with gzip.open(LA311, "rt", encoding="utf-8") as file:
        rows = list(csv.reader(file))[:4]
    for row in rows[1:]:
        row[rows[0].index("createddate")] = "the day before yesterday"
    spoilt = tmp_path / "spoilt.csv"
    with spoilt.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    answer = _run("import", str(spoilt), "--mapping", "la311", data=data)
    assert answer.code == 1
    assert "createddate" in answer.out, "which rows, which column, why"
    assert "3" in answer.err
