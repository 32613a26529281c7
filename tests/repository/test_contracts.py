"""Imports go down and tables belong to one room: the contracts hold and are those of the rooms there are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import contracts

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "xiucheng"


def test_import_contracts_are_up_to_date() -> None:
    assert contracts.TARGET.read_text() == contracts.text()


def test_import_contracts_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_a_room_without_a_place_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contracts, "PACKAGE", tmp_path)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "rooms.py").write_text((PACKAGE / "config" / "rooms.py").read_text())
    (tmp_path / "foundation" / "attic").mkdir(parents=True)
    (tmp_path / "foundation" / "attic" / "__init__.py").touch()
    with pytest.raises(contracts.OutOfOrder, match="attic"):
        contracts.text()


def test_rooms_side_by_side_share_a_line() -> None:
    assert contracts.lines(["cases", "intake", "dispatch", "board"]) == ["dispatch | board", "intake", "cases"]
