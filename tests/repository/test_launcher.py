"""The script at the root and what it prepares: names what is missing, does nothing twice, survives a move."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import check
import setup_steps
from locking import keep_hashes
from setup_steps import Problem, Setup

ROOT = Path(__file__).resolve().parents[2]


def _program(folder: Path, name: str, says: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)


@pytest.fixture
def checkout(tmp_path: Path) -> Setup:
    """A small checkout: locks, two sources of the pages, one part of the translation."""
    root = tmp_path / "checkout"
    for name in ("runtime", "dev", "tools"):
        (root / "requirements").mkdir(parents=True, exist_ok=True)
        (root / "requirements" / f"{name}.txt").write_text(f"{name}==1\n")
    setup = Setup(root)
    (setup.assets / "src").mkdir(parents=True)
    (setup.assets / "package.json").write_text("{}")
    (setup.assets / "src" / "main.ts").write_text("export {};")
    (setup.locale / "parts").mkdir(parents=True)
    (setup.locale / "parts" / "a.po").write_text('msgid "一"\nmsgstr "one"\n')
    return setup


def test_the_script_is_plain_sh_and_finds_itself_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(ROOT / "xiucheng")
    done = subprocess.run([tmp_path / "link", "--help"], cwd="/", capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "demo" in done.stdout


@pytest.mark.parametrize("command", ["bundle", "lock", "setup", "wheel"])
def test_asking_for_help_does_nothing_else(tmp_path: Path, command: str) -> None:
    copied = tmp_path / "checkout"
    copied.mkdir()
    shutil.copy(ROOT / "xiucheng", copied)
    shutil.copytree(ROOT / "tools", copied / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    before = sorted(copied.rglob("*.txt"))
    done = subprocess.run([copied / "xiucheng", command, "--help"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert command in done.stdout
    assert sorted(copied.rglob("*.txt")) == before
    assert not (copied / ".venv").exists()


PINS = """\
# made by hand
a==1.0 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via b
b==2.0 ; sys_platform == 'win32' \\
    --hash=sha256:cc
"""


def test_programs_of_the_environment_find_the_checkout_also_after_a_move(checkout: Setup, tmp_path: Path) -> None:
    (checkout.root / "src" / "found_here.py").write_text("")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(checkout.venv)], check=True)
    checkout.link_source()
    moved = Setup(checkout.root.rename(tmp_path / "moved"))
    asked = [str(moved.python), "-c", "import found_here; print(found_here.__file__)"]
    done = subprocess.run(asked, cwd="/", env={}, capture_output=True, text=True)
    assert done.stdout.strip() == str(moved.root / "src" / "found_here.py"), done.stderr


def test_a_poorer_index_takes_no_hash_away() -> None:
    poorer = PINS.replace("    --hash=sha256:aa \\\n", "")
    assert poorer != PINS
    assert keep_hashes(PINS, poorer) == keep_hashes(PINS, PINS) == PINS
    newer = poorer.replace("a==1.0", "a==1.1")
    assert keep_hashes(PINS, newer) == newer, "another version has other files"
    assert keep_hashes("", PINS) == PINS


def test_without_a_fitting_python_it_says_so(tmp_path: Path) -> None:
    for tool in ("dirname", "readlink"):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    script = (ROOT / "xiucheng").read_text().replace("/usr/bin/python3", "/nowhere/python3")
    done = subprocess.run(
        ["/bin/sh", "-s"], input=script, env={"PATH": str(tmp_path)}, capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 1
    assert "Python 3.11" in done.stderr
    assert "python3-venv" in done.stderr


def test_everything_missing_is_named_at_once(checkout: Setup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    _program(tools, "node", "v18.19.0")
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.setenv("XIUCHENG_LANG", "en")
    with pytest.raises(Problem) as problem:
        checkout.check_machine()
    for word in ("Node.js ≥ 20.19, not 18.19.0", "npm", "git"):
        assert word in str(problem.value)


@pytest.mark.parametrize(("version", "fits"), [("v20.19.0", True), ("v20.18.9", False), ("v22.1.0", True)])
def test_node_is_judged_by_number(
    checkout: Setup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, fits: bool
) -> None:
    for name, says in (("node", version), ("npm", "10"), ("git", "git")):
        _program(tmp_path, name, says)
    monkeypatch.setenv("PATH", str(tmp_path))
    if fits:
        checkout.check_machine()
    else:
        with pytest.raises(Problem):
            checkout.check_machine()


def _current(setup: Setup) -> None:
    """As if all had been built: an interpreter, the stamps."""
    setup.python.parent.mkdir(parents=True)
    setup.python.symlink_to(sys.executable)
    digests = ", ".join(f'"{name}": "{setup._lock_digest(name)}"' for name in ("runtime", "dev"))
    setup.stamp_file.write_text(f"{{{digests}}}")
    (setup.assets / "dist").mkdir()
    (setup.assets / "dist" / ".stamp").write_text(setup._assets_digest())
    setup.compile_translations()


def test_nothing_is_done_twice(checkout: Setup) -> None:
    assert len(checkout._todo(dev=False)) == 3
    _current(checkout)
    assert checkout._todo(dev=False) == checkout._todo(dev=True) == []


def test_a_moved_checkout_is_not_built_again(checkout: Setup, tmp_path: Path) -> None:
    _current(checkout)
    moved = checkout.root.rename(tmp_path / "elsewhere")
    assert Setup(moved)._todo(dev=True) == []


@pytest.mark.parametrize(
    "change",
    [
        "requirements/runtime.txt",
        "src/xiucheng/interfaces/assets/src/main.ts",
        "src/xiucheng/interfaces/assets/package.json",
        "src/xiucheng/locale/parts/a.po",
    ],
)
def test_a_changed_source_is_noticed(checkout: Setup, change: str) -> None:
    _current(checkout)
    with (checkout.root / change).open("a") as file:
        file.write("\n")
    assert len(checkout._todo(dev=False)) == 1


def test_a_vanished_interpreter_is_noticed(checkout: Setup) -> None:
    _current(checkout)
    checkout.python.unlink()
    checkout.python.symlink_to("/nowhere/python3.11")
    assert len(checkout._todo(dev=False)) == 1


def test_somebody_elses_checkout_is_explained(checkout: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write anywhere, so it is not tried
    with pytest.raises(Problem, match="setup"):
        checkout.run(dev=False)


def test_a_failing_step_says_which_and_where_to_read_on(checkout: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIUCHENG_LANG", "en")
    checkout.venv.mkdir()
    with pytest.raises(Problem) as problem:
        checkout._do(["/bin/sh", "-c", "echo the reason; exit 3"])
    assert "the reason" in str(problem.value)
    assert str(checkout.log) in str(problem.value)
    assert "the reason" in checkout.log.read_text()


def test_the_locks_name_hashes_and_no_addresses() -> None:
    for name in ("runtime", "dev", "tools"):
        lines = (ROOT / "requirements" / f"{name}.txt").read_text().splitlines()
        pinned = [line for line in lines if line and not line.startswith((" ", "#"))]
        assert pinned
        assert all("==" in line and line.endswith("\\") for line in pinned)
        assert not [line for line in lines if "://" in line or "index-url" in line]


def test_what_the_checks_need_is_what_runs_and_more() -> None:
    def pins(name: str) -> set[str]:
        lines = (ROOT / "requirements" / f"{name}.txt").read_text().splitlines()
        return {line.split(" ")[0].lower() for line in lines if "==" in line and not line.startswith((" ", "#"))}

    assert pins("runtime") <= pins("dev")


def test_ci_fails_without_the_real_data(tmp_path: Path) -> None:
    for absent in (tmp_path / "absent", tmp_path):
        environment = {**os.environ, "XIUCHENG_REAL_DATA": str(absent)}
        done = subprocess.run([ROOT / ".ci" / "run"], env=environment, capture_output=True, text=True, timeout=30)
        assert done.returncode == 1
        assert "FAILED" in done.stderr


def test_absent_real_data_are_announced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XIUCHENG_REAL_DATA", str(tmp_path))
    assert check._verdict([], 0) == 0
    assert "NOT RUN" in capsys.readouterr().err
    (tmp_path / "file.csv").touch()
    assert check._verdict([], 0) == 0
    assert "NOT RUN" not in capsys.readouterr().err
    assert check._verdict(["mypy"], 0) == 1
    assert check._verdict([], 1) == 1


def test_a_missing_browser_is_named_for_who_may_not_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("XIUCHENG_CHROMIUM", raising=False)
    monkeypatch.setenv("XIUCHENG_LANG", "en")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(Problem, match="apt-get install -y chromium fonts-noto-cjk"):
        check.need_browser()


@pytest.mark.parametrize(
    ("locale", "chinese"), [("zh_CN.UTF-8", True), ("en_GB.UTF-8", False), ("C.UTF-8", True), ("POSIX", True)]
)
def test_the_terminal_says_which_language(locale: str, chinese: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XIUCHENG_LANG", raising=False)
    monkeypatch.setenv("LC_ALL", locale)
    assert setup_steps.chinese() is chinese


def test_without_the_distributions_server_it_says_so_loudly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check, "find_server", lambda: None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert check.on_distribution() == 1, "what did not run has not passed"
    assert "NOT RUN" in capsys.readouterr().err


def test_another_version_of_the_distributions_server_is_not_the_one_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "SERVERS", tmp_path)
    for version in ("13", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
        _program(tmp_path / version / "bin", "postgres", version)
    assert check.find_server() is None
    (tmp_path / "15" / "bin").mkdir(parents=True)
    _program(tmp_path / "15" / "bin", "postgres", "15")
    assert check.find_server() == tmp_path / "15" / "bin"


def test_what_runs_on_every_server_is_there() -> None:
    assert [name for name in check.ON_EVERY_SERVER if not (ROOT / name).exists()] == []
