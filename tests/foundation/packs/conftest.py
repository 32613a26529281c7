"""A kind of pack for these tests: rows with a key and a positive number of days."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from xiucheng.foundation.packs import registry
from xiucheng.foundation.packs.registry import Effect, PackKind, Problem
from xiucheng.foundation.people.rules import Post, Standing

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def validate(body: dict[str, Any]) -> list[Problem]:
    rows = body.get("rows")
    if not isinstance(rows, list) or not rows:
        return [Problem("rows", "至少要有一行")]
    return [
        Problem(f"rows[{index}].days", "天数应大于零")
        for index, row in enumerate(rows)
        if not isinstance(row, dict) or not isinstance(row.get("days"), int) or row["days"] <= 0
    ]


def effect(body: dict[str, Any], before: dict[str, Any] | None, at: datetime) -> list[Effect]:
    return [Effect("行数", len(body["rows"]) - len(before["rows"] if before else []))]


SAMPLE = PackKind("sample", "示例配置", validate, row_keys={"rows": "key"}, effect=effect)


@pytest.fixture(autouse=True)
def sample_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._kinds, "sample", SAMPLE)


def rows(**days: int) -> dict[str, Any]:
    return {"rows": [{"key": key, "days": value} for key, value in days.items()]}


@pytest.fixture
def leader() -> Standing:
    return Standing(uuid4(), posts=(Post("shift_leader"),))


@pytest.fixture
def editor() -> Standing:
    return Standing(uuid4(), posts=(Post("system_admin"),))


@pytest.fixture
def stranger() -> Standing:
    return Standing(uuid4(), posts=(Post("agency_clerk", agency_id=uuid4()),))
