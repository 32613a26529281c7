"""Logs without anybody's words, figures of all processes in one answer, readiness, and who may look."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, RequestFactory

from xiucheng.config import figures, logs, metrics
from xiucheng.kit.ids import uuid7


def _record(text: str, *args: object, error: BaseException | None = None) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("xiucheng.x", logging.WARNING, __file__, 1, text, args, info)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "said",
    [
        "王示例",
        "13912345678",
        13912345678,
        13912345678.0,
        "010-6234-5678",
        "138-0013-8000",
        "+86.138.0013.8000",
        "tel:138-0013:8000",
        "/t/8FJ2-KQ7M/",
        "a b",
        "someone@example.org",
        "'; DROP TABLE",
        "3301061990010112341",
    ],
)
def test_what_may_be_somebodys_is_hidden(said: object) -> None:
    line = logs.Json().format(_record("report %s from %s", "reports.write", said))
    assert str(said) not in line
    assert "reports.write" in json.loads(line)["text"]


INSTANTS = (date(2026, 11, 22), "2026-11-22T08:00:00+08:00", "08:00:00", "26-00071-001-5", "kit.0002_more", "18.6")


@pytest.mark.parametrize("said", [7, 0.25, "cases.file", "deadlock_detected", uuid7(), None, "sample-2", *INSTANTS])
def test_numbers_codes_and_ids_stay(said: object) -> None:
    assert str(said) in json.loads(logs.Json().format(_record("%s", said)))["text"]


def test_an_error_is_told_without_its_message() -> None:
    try:
        raise ValueError("欧阳女士 13912345678")
    except ValueError as error:
        line = logs.Json().format(_record("fails", error=error))
    entry = json.loads(line)
    assert "ValueError" in entry["error"]
    assert "test_observing.py" in entry["error"]
    assert "欧阳" not in line
    assert "139" not in entry["error"]


def test_a_hidden_number_does_not_break_its_line() -> None:
    assert json.loads(logs.Json().format(_record("took %d ms", "王示例")))["text"] == "took %d ms"


def test_a_failing_page_is_logged_by_its_route_and_number(
    client: Client, db: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "xiucheng.request"):
        answer = client.get("/nowhere/13912345678")
    (record,) = [one for one in caplog.records if one.name == "xiucheng.request"]
    line = logs.Json().format(record)
    assert "13912345678" not in line
    assert " 404 " in json.loads(line)["text"]
    assert len(answer.headers["X-Request-ID"]) == 16


def test_ready_when_it_is_this_site_and_migrated(client: Client, db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "_migrated", False)
    assert (client.get("/readyz").status_code, client.get("/readyz").json()["migrated"]) == (200, True)
    from django.db import connection

    monkeypatch.setattr(metrics, "_migrated", False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"database": True, "site": True, "migrated": False})


def test_figures_for_this_machine_and_for_whoever_bears_the_token(client: Client, db: Any, settings: Any) -> None:
    from xiucheng.kit.journal import readers

    readers.ensure_rows()
    text = client.get("/metrics").content.decode()
    for name in ("xiucheng_up 1.0", "xiucheng_pending_steps", "xiucheng_reader_lag{reader=", "clock_seconds"):
        assert name in text
    assert client.get("/metrics", headers={"X-Forwarded-For": "10.0.0.9"}).status_code == 403
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.9").status_code == 403
    settings.METRICS_TOKEN = "of-the-operator"
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer of-the-operator"}).status_code == 200


def test_no_figure_tells_of_a_person(client: Client, db: Any) -> None:
    from tests.world import build
    from xiucheng.kit.now import now

    world = build(now())
    world.file(now=now())
    client.get("/")
    text = client.get("/metrics").content.decode()
    assert not [character for character in text if "\u4e00" <= character <= "\u9fff"]
    for person in world.people.values():
        assert str(person) not in text


_COUNT = """
import sys
from datetime import date
from pathlib import Path
from xiucheng.config.figures import share
share(Path(sys.argv[1]))
from xiucheng.config.observing import DURATION
DURATION.labels("console:hall", "GET").observe(float(sys.argv[2]))
"""


def test_the_figures_of_several_processes_are_one(tmp_path: Path) -> None:
    from prometheus_client import REGISTRY

    from xiucheng.kit import pace

    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics")}
    for seconds in ("0.02", "0.02", "0.9"):
        subprocess.run([sys.executable, "-c", _COUNT, str(tmp_path), seconds], env=environment, check=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / "metrics"))
        # A process that starts sweeps away what the dead have left: here the two before the last.
        (hall,) = pace.pages(REGISTRY)
        assert (hall.page, hall.count, hall.slow) == ("console:hall", 1, 1)
        figures.share(tmp_path)
        assert pace.pages(REGISTRY) == []


@pytest.mark.parametrize(
    ("counts", "share", "expected"),
    [
        ({0.1: 100, 0.3: 100, float("inf"): 100}, 0.95, 0.095),
        ({0.1: 0, 0.3: 100, float("inf"): 100}, 0.5, 0.2),
        ({0.1: 10, 0.3: 10, float("inf"): 100}, 0.95, 0.3),
    ],
)
def test_a_share_lies_between_the_limits_of_its_bucket(
    counts: dict[float, float], share: float, expected: float
) -> None:
    from xiucheng.kit.pace import quantile

    assert quantile(counts, share) == pytest.approx(expected)


def test_a_strange_method_is_one_label(rf: RequestFactory) -> None:
    from xiucheng.config.observing import _method

    assert _method(rf.generic("PROPFIND", "/")) == "OTHER"
