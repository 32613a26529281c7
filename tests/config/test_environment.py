"""The table of settings is whole, its page is current, and what is written wrongly is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.repository.house import PACKAGE, sources
from xiucheng.config import environment

ROOT = PACKAGE.parents[1]
# Named by tests and by the launcher alone, before there is anything to set.
_NOT_SETTINGS = {"XIUCHENG_PYTHON", "XIUCHENG_REAL_DATA", "XIUCHENG_CHROMIUM"}
_NAME = re.compile(r"\b(XIUCHENG_[A-Z0-9_]+[A-Z0-9]|DATABASE(?:_KEYS)?_URL)\b")


def _named_in_code() -> set[str]:
    whole = {
        name
        for path, _ in sources()
        if path.name != "environment.py"
        for name in _NAME.findall(path.read_text(encoding="utf-8"))
    }
    return whole - _NOT_SETTINGS


def test_every_setting_that_the_code_names_is_in_the_table_and_no_other():
    table = {setting.name for setting in environment.TABLE if not setting.name.startswith("AWS_")}
    assert _named_in_code() == table


def test_the_settings_read_the_environment_through_the_table_alone():
    for name in ("settings.py", "signin.py"):
        assert "environ" not in (PACKAGE / "config" / name).read_text().replace("environment", "")


def test_the_page_is_made_of_the_table():
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert page == environment.page(), "run `python -m tools.settings_page`"
    for setting in environment.TABLE:
        assert f"`{setting.name}`" in page


def test_values_are_read_as_they_are_written(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XIUCHENG_HOSTS", " a.example , ,b.example")
    monkeypatch.setenv("XIUCHENG_HTTPS", "Yes")
    monkeypatch.setenv("XIUCHENG_POOL", "eight")
    monkeypatch.delenv("XIUCHENG_LOCK_AFTER", raising=False)
    assert environment.words("XIUCHENG_HOSTS") == ["a.example", "b.example"]
    assert environment.flag("XIUCHENG_HTTPS") is True
    assert environment.number("XIUCHENG_LOCK_AFTER") == 5
    with pytest.raises(ValueError, match="XIUCHENG_POOL"):
        environment.number("XIUCHENG_POOL")
    with pytest.raises(KeyError):
        environment.text("XIUCHENG_NOBODY")


def test_the_key_store_lies_beside_the_database_unless_told(tmp_path: Path):
    from xiucheng.config.settings import _beside, database

    url = _beside("postgresql://me:word@db.example:5433/city?sslmode=verify-full")
    entry = database(url)
    assert (entry["NAME"], entry["HOST"], entry["PORT"]) == ("city_keys", "db.example", "5433")
    assert entry["OPTIONS"]["sslmode"] == "verify-full"  # type: ignore[index]
