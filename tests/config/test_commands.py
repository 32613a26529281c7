"""The commands that hold processes: which folder they mean, what they say of their members."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from xiucheng.config import commands, telling
from xiucheng.interfaces.demo.district import control
from xiucheng.kit.supervisor import Told

APP = typer.Typer()
commands.register(APP)


def test_the_named_folder_is_meant_whatever_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named, other = tmp_path / "named", tmp_path / "other"
    for folder in (named, other):
        folder.mkdir()
        control.write(folder, control.Wish(speed=2))
    monkeypatch.setenv("XIUCHENG_DATA", str(other))
    assert CliRunner().invoke(APP, ["simulate", "--data", str(named), "--speed", "7"]).exit_code == 0
    assert [wish and wish.speed for wish in map(control.read, (named, other))] == [7, 2]
    assert CliRunner().invoke(APP, ["simulate", "--pause"]).exit_code == 0
    wish = control.read(other)
    assert wish is not None
    assert wish.paused


@pytest.mark.parametrize(
    ("told", "line"),
    [
        (Told("started", "postgres"), "postgres started"),
        (Told("died", "postgres", "-9", 0.2), "postgres died (exit status -9); restarted in 0.2 s"),
        (
            Told("failed", "postgres", "No space left on device", 5.0),
            "postgres could not be started again (No space left on device); ",
        ),
        (Told("killed", "postgres"), "postgres did not stop in time and was killed"),
    ],
)
def test_what_happened_to_a_member_is_a_sentence(told: Told, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    telling.report(told)
    assert " ".join(capsys.readouterr().err.split()).startswith(line.strip())
