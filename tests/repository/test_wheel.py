"""The wheel alone, in an environment of its own and far from the checkout, is a whole program."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
import urllib.request
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from setup_steps import Setup, uv_settings
from tests.processes import free_port, mentioning, until

pytestmark = [pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "xiucheng"


@pytest.fixture(scope="module")
def far() -> Iterator[Path]:
    """A folder that the trial database's account may enter, outside of the checkout."""
    folder = Path(tempfile.mkdtemp(prefix="xc-wheel-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def wheel(far: Path) -> Path:
    return Setup(ROOT).build_wheel(far / "dist")


@pytest.fixture(scope="module")
def program(far: Path, wheel: Path) -> Path:
    """`xiucheng` as installed from the wheel with the locked packages."""
    setup = Setup(ROOT)
    uv, venv = str(setup.venv / "bin" / "uv"), far / "venv"
    settings = {**os.environ, **uv_settings([str(setup.python), "-m", "pip"])}
    for command in (
        [uv, "venv", "--quiet", "-p", str(setup.python.resolve()), str(venv)],
        [uv, "pip", "sync", "-q", "--require-hashes", "-p", str(venv), str(ROOT / "requirements" / "runtime.txt")],
        [uv, "pip", "install", "-q", "--no-deps", "-p", str(venv), str(wheel)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, env=settings, cwd=far)
        assert done.returncode == 0, done.stderr
    return venv / "bin" / "xiucheng"


def _environment(far: Path) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "HOME": str(far), "XIUCHENG_LANG": "en", "PYTHONSAFEPATH": "1"}


def test_everything_that_git_knows_and_python_does_not_is_in_it(wheel: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "src/xiucheng"], cwd=ROOT, capture_output=True, text=True, check=True)
    wanted = {
        name.removeprefix("src/")
        for name in listed.stdout.split()
        if not re.search(r"/assets/(?!icons/)|/locale/(parts|libraries)/|README\.md$", name) and (ROOT / name).exists()
    }
    wanted |= {str(path.relative_to(PACKAGE.parent)) for path in (PACKAGE / "interfaces/assets/dist/assets").iterdir()}
    inside = set(zipfile.ZipFile(wheel).namelist())
    assert wanted - inside == set()
    assert {"xiucheng/locale/en/LC_MESSAGES/django.mo", "xiucheng/interfaces/assets/dist/manifest.json"} <= inside
    assert not [name for name in inside if name.startswith(("tests/", "tools/")) or "node_modules" in name]


def test_two_that_are_built_at_once_do_not_disturb_each_other(wheel: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(Setup(ROOT).build_wheel, (tmp_path / "one", tmp_path / "two")))
    whole = sorted(zipfile.ZipFile(wheel).namelist())
    assert [sorted(zipfile.ZipFile(path).namelist()) for path in made] == [whole, whole]


def test_it_refuses_to_be_built_without_its_pages(tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, bare / name)
    (bare / "requirements").mkdir()
    shutil.copy(ROOT / "requirements" / "runtime.in", bare / "requirements")
    (bare / "src" / "xiucheng").mkdir(parents=True)
    shutil.copy(PACKAGE / "__init__.py", bare / "src" / "xiucheng")
    setup = Setup(ROOT)
    uv = [str(setup.venv / "bin" / "uv"), "build", "--wheel", "--no-build-isolation", "-p", str(setup.python)]
    done = subprocess.run([*uv, "--offline", str(bare)], capture_output=True, text=True)
    assert done.returncode != 0
    assert "./xiucheng wheel" in done.stderr


def test_doctor_finds_nothing_missing_but_the_migrations(program: Path, far: Path) -> None:
    data = str(far / "data")
    environment = _environment(far)
    made = subprocess.run(
        [program, "migrate", "--data", data], env=environment, cwd=far, capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr
    looked = subprocess.run(
        [program, "doctor", "--json", "--data", data], env=environment, cwd=far, capture_output=True, text=True
    )
    assert looked.stdout, looked.stderr
    errors = [one for one in json.loads(looked.stdout) if one["level"] == "error"]
    assert (looked.returncode, errors) == (0, [])


def test_a_page_comes_with_its_styles_in_both_languages(program: Path, far: Path) -> None:
    port = free_port()
    command = [program, "serve", "--workers", "1", "--port", str(port), "--data", str(far / "data")]
    serving = subprocess.Popen(command, env=_environment(far), cwd=far, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"

    def get(path: str, cookie: str = "") -> tuple[str, str]:
        asked = urllib.request.Request(base + path, headers={"Cookie": cookie})
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return answer.headers["Content-Type"], answer.read().decode()

    def answers() -> bool:
        try:
            return bool(get("/"))
        except OSError:
            return False

    try:
        until(answers, 60, "a page")
        chinese, english = get("/")[1], get("/", "xc_language=en")[1]
        assert 'lang="zh' in chinese
        assert 'lang="en' in english
        assert chinese != english
        styles = re.findall(r'<link[^>]+href="(/static/[^"]+\.css)"', chinese)
        assert styles
        kind, text = get(styles[0])
        assert kind.startswith("text/css")
        assert len(text) > 10_000
    finally:
        serving.terminate()
        assert serving.wait(30) == 0
    assert not mentioning(str(far / "data"))
